# SPDX-License-Identifier: Apache-2.0
"""In the guest: counts changes of a bond's active slave, from the same messages as the watchdog and with code of its own.

  bond_listener.py BOND FILE    until SIGTERM; then it reads what is left, and FILE is "CHANGES LOST-TIMES"

FILE appears as "0 0" when it listens.
"""

import errno
import os
import signal
import socket
import struct
import sys

RTMGRP_LINK, RTM_NEWLINK = 1, 16
SO_RCVBUFFORCE = 33
BUFFER = 128 * 1024 * 1024
IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_BOND_ACTIVE_SLAVE = 18, 1, 2, 2


def attributes(data):
    found, offset = {}, 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def active_slaves(batch, bond):
    """The active slave in each message about the bond, 0 for none."""
    offset = 0
    while offset + 16 <= len(batch):
        length, kind = struct.unpack_from("=IH", batch, offset)
        if kind == RTM_NEWLINK and struct.unpack_from("=i", batch, offset + 20)[0] == bond:
            info = attributes(attributes(batch[offset + 32 : offset + length]).get(IFLA_LINKINFO, b""))
            if info.get(IFLA_INFO_KIND, b"").rstrip(b"\0") == b"bond":
                active = attributes(info.get(IFLA_INFO_DATA, b"")).get(IFLA_BOND_ACTIVE_SLAVE)
                yield struct.unpack("=I", active)[0] if active else 0
        offset += (length + 3) & ~3


def active_now(name):
    with open(f"/sys/class/net/{name}/bonding/active_slave") as file:
        slave = file.read().strip()
    return socket.if_nametoindex(slave) if slave else 0


def write(file, changes, lost):
    with open(file + ".new", "w") as out:
        print(changes, lost, file=out)
    os.replace(file + ".new", file)


def main(name, file):
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    listener.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    listener.bind((0, RTMGRP_LINK))
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    listener.settimeout(0.2)
    bond, last = socket.if_nametoindex(name), active_now(name)
    changes = lost = 0
    write(file, changes, lost)
    while True:
        try:
            batch = listener.recv(1 << 20)
        except TimeoutError:
            if ended:
                break
            continue
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            lost += 1
            continue
        for active in active_slaves(batch, bond):
            changes += active != last
            last = active
    write(file, changes, lost)


main(*sys.argv[1:])
