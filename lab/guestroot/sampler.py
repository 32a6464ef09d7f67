# SPDX-License-Identifier: Apache-2.0
"""In the twin: writes a line whenever a bond or the platform's processes look different; the host reads it as a time line.

  sampler.py BOND...      lines "SECONDS SUBJECT WORDS" to standard output, until it is killed

Slow on purpose: a tight loop over /proc makes hcnmgr, a shell script that starts hundreds of programs, three times slower.
"""

import os
import sys
import time

BOND_PERIOD = 0.2
ROUNDS_PER_PROCESS_SCAN = 3
PLATFORM = ("hcnmgr", "hcncfgdrc", "hcnqrydev", "hcnrmdev", "hcnrmhcn", "drmgr", "nmcli")
LOCK = "/var/lock/dr_config_lock"


def main(bonds):
    last = {}
    rounds = 0
    while True:
        show(last, {bond: bond_line(bond) for bond in bonds})
        if rounds % ROUNDS_PER_PROCESS_SCAN == 0:
            show(last, {"processes": ",".join(sorted(set(platform_processes()))) or "none", "dlpar_lock": lock_line()})
        rounds += 1
        time.sleep(BOND_PERIOD)


def show(last, now):
    for subject, words in now.items():
        if last.get(subject) != words:
            last[subject] = words
            print(f"{time.time():.2f} {subject} {words}", flush=True)


def bond_line(bond):
    folder = f"/sys/class/net/{bond}/bonding"
    if not os.path.isdir(folder):
        return "missing"
    ports, primary, active = (first_line(f"{folder}/{name}") for name in ("slaves", "primary", "active_slave"))
    return f"ports={','.join(ports.split()) or 'none'} primary={primary.split(' ')[0] or 'none'} active={active or 'none'}"


def platform_processes():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            name = first_line(f"/proc/{entry}/comm")
            if name in PLATFORM:
                yield name


def lock_line():
    try:
        inode = f":{os.stat(LOCK).st_ino}"
    except OSError:
        return "free"
    with open("/proc/locks") as locks:
        return "held" if any(line.split()[5].endswith(inode) for line in locks) else "free"


def first_line(path):
    try:
        with open(path) as file:
            return file.readline().rstrip("\n")
    except OSError:
        return ""


main(sys.argv[1:])
