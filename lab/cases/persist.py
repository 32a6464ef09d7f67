# SPDX-License-Identifier: Apache-2.0
"""hnvctl persist on a real bond: the profile changes, and the kernel does not notice."""

from __future__ import annotations

import json
import shlex
from types import TracebackType

from lab.bond import Bond
from lab.cases.registry import case
from lab.checks import expect, expect_true
from lab.errors import LabError
from lab.partition import Partition
from lab.paths import REPOSITORY
from lab.programs import Daemon
from lab.waiting import wait_until

NM_PROGRAM = REPOSITORY / "build" / "tools" / "NetworkManager"
NM_FOLDER = "/run/hnv-lab/nm"

BUS_CONFIG = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={NM_FOLDER}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow send_type="method_call"/><allow receive_sender="*"/></policy></busconfig>
"""

# It stores profiles and leaves the devices to the lab.
NM_CONFIG = f"""[main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
auth-polkit=root-only
no-auto-default=*
[keyfile]
path={NM_FOLDER}/profiles
[device]
managed=0
"""


def write(partition: Partition, file: str, text: str) -> None:
    partition.guest.sh(f"mkdir -p {file.rpartition('/')[0]} && (umask 077 && printf %s {shlex.quote(text)} >{file})")


def read(partition: Partition, file: str) -> str:
    # The shell takes the last newline off.
    return partition.guest.sh(f"cat {file}; echo .").rstrip().removesuffix(".")


class Unnoticed:
    """Between entry and end the kernel neither changes anything about `bond` nor tells about a change that was undone."""

    def __init__(self, partition: Partition, bond: Bond) -> None:
        self.partition, self.bond = partition, bond
        self.messages = Daemon(partition.guest, f"ip-monitor-{bond.name}", "ip -o monitor link")

    def __enter__(self) -> None:
        self.before = self.look()
        self.messages.log_path.unlink(missing_ok=True)
        self.messages.start()
        # It listens once it shows that something changed.
        wait_until(self._hears, what="ip monitor")

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.messages.kill()
        if kind is None:
            expect(self.look(), self.before, "the bond in the kernel")
            names = (self.bond.name, self.bond.sriov, self.bond.virtual)
            told = [line for line in self.messages.log().splitlines() if any(name in line for name in names)]
            expect(told, [], "messages of the kernel about the bond and its slaves")

    def look(self) -> str:
        options = f"cd /sys/class/net/{self.bond.name}/bonding && for file in *; do echo $file $(cat $file); done"
        return self.partition.guest.sh(f"({options})")

    def _hears(self) -> bool:
        self.partition.guest.sh("ip link set dev lo down && ip link set dev lo up")
        return " lo: " in self.messages.log()


@case("hnvctl persist edits wicked's file, not the bond, and keeps its hands off while hcnmgr is at work")
def persist_in_a_file(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    partition.write_config(partition.config_for().text())
    file = f"/etc/sysconfig/network/ifcfg-{bond.name}"
    before = (
        f"STARTMODE='auto'\nBONDING_MASTER='yes'\nBONDING_SLAVE_0='{bond.sriov}'\nBONDING_SLAVE_1='{bond.virtual}'\n"
        "BONDING_MODULE_OPTS='mode=active-backup miimon=100 fail_over_mac=2 primary=enP9p9s9' # hcnmgr\n"
    )
    # The host's /etc is read-only here.
    partition.guest.sh("mount -t tmpfs tmpfs /etc")
    try:
        write(partition, file, before)
        partition.guest.sh("cp /bin/sleep /run/hnv-lab/hcncfgdrc")
        hcnmgr = Daemon(partition.guest, "hcncfgdrc", "/run/hnv-lab/hcncfgdrc 600")
        hcnmgr.start()
        code, output = partition.hnvctl("persist")
        hcnmgr.kill()
        expect(code, 1, "exit code while hcncfgdrc runs")
        expect_true("hcncfgdrc (pid" in output, f"it says who is at work: {output}")
        expect(read(partition, file), before, "profile while hcncfgdrc runs")

        with Unnoticed(partition, bond):
            code, output = partition.hnvctl(f"persist {bond.name} --json")
        expect(code, 0, "exit code of persist")
        result = json.loads(output)["bonds"][0]
        expect((result["outcome"], result["found"]), ("written", "gone_device"), "what it did")
        expect(read(partition, file), before.replace("enP9p9s9", bond.sriov), "profile afterwards")
        expect(bond.state().primary, "", "the kernel's primary, which is the watchdog's business")
        code, output = partition.hnvctl("persist --json")
        expect((code, json.loads(output)["bonds"][0]["outcome"]), (0, "unchanged"), "a second time")
    finally:
        partition.guest.sh("umount /etc")


@case("hnvctl persist has a real NetworkManager store the primary, and the bond does not notice")
def persist_by_network_manager(partition: Partition) -> None:
    if not NM_PROGRAM.exists():
        raise LabError(f"{NM_PROGRAM} is not there; run: scripts/bootstrap test")
    bond = partition.first
    bond.create()
    partition.write_config(partition.config_for().text())
    file = f"{NM_FOLDER}/profiles/{bond.name}.nmconnection"
    # As hcnmgr 1.3.10 has it made.
    before = (
        f"[connection]\nid={bond.name}\nuuid=0d6c3a3e-6d0f-4a43-8f0a-3d9a5c3e7b11\ntype=bond\nautoconnect-slaves=1\n"
        f"interface-name={bond.name}\n\n[bond]\nfail_over_mac=2\nmiimon=100\nmode=active-backup\n\n"
        "[ipv4]\nmethod=disabled\n\n[ipv6]\naddr-gen-mode=default\nmethod=disabled\n\n[proxy]\n"
    )
    write(partition, file, before)
    write(partition, f"{NM_FOLDER}/bus.conf", BUS_CONFIG)
    write(partition, f"{NM_FOLDER}/nm.conf", NM_CONFIG)
    bus_address = f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={NM_FOLDER}/bus"
    partition.guest.sh(f"mkdir -p {NM_FOLDER}/conf.d /run/NetworkManager")
    bus = Daemon(partition.guest, "dbus", f"dbus-daemon --config-file={NM_FOLDER}/bus.conf --nofork --nopidfile")
    folders = f"--config-dir={NM_FOLDER}/conf.d --system-config-dir={NM_FOLDER}/conf.d --intern-config={NM_FOLDER}/intern.conf"
    manager = Daemon(
        partition.guest,
        "NetworkManager",
        f"env {bus_address} {NM_PROGRAM} --no-daemon --config={NM_FOLDER}/nm.conf {folders} "
        f"--state-file={NM_FOLDER}/state --pid-file={NM_FOLDER}/pid",
    )
    bus.start()
    wait_until(lambda: partition.guest.attempt(f"[ -S {NM_FOLDER}/bus ]")[0] == 0, what="the bus")
    manager.start()
    try:
        asked = (
            f"{bus_address} busctl call org.freedesktop.NetworkManager /org/freedesktop/NetworkManager/Settings/1 "
            "org.freedesktop.NetworkManager.Settings.Connection GetSettings"
        )
        wait_until(lambda: partition.guest.attempt(asked)[0] == 0, 60, "an answer of NetworkManager")
        code, output = partition.hnvctl("persist --dry-run", bus_address)
        expect(code, 0, "exit code of the dry run")
        expect_true(f"+primary={bond.sriov}" in output, f"the dry run shows the change: {output}")
        expect(read(partition, file), before, "profile after a dry run")

        with Unnoticed(partition, bond):
            code, output = partition.hnvctl("persist", bus_address)
        expect(code, 0, f"exit code of persist, which says: {output}")
        wanted = before.replace("mode=active-backup\n", f"mode=active-backup\nprimary={bond.sriov}\n")
        expect(read(partition, file), wanted, "profile afterwards")
        expect_true(f'"primary" "{bond.sriov}"' in partition.guest.sh(asked), "NetworkManager has it loaded")
        expect(bond.state().primary, "", "the kernel's primary, which is the watchdog's business")
    finally:
        manager.kill()
        bus.kill()
        partition.guest.sh(f"rm -rf {NM_FOLDER}")
