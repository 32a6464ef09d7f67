# SPDX-License-Identifier: Apache-2.0
"""The guest's initramfs: one static busybox, the kernel modules in loading order, and the first script.

It is written here, without cpio and without compression: QEMU copies it into memory anyway.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.kernel import KernelTree, read_module
from lab.paths import LAB_SOURCE

INIT_SCRIPT = LAB_SOURCE / "guestroot" / "init"
APPLETS = ("cat", "cp", "echo", "insmod", "ip", "mkdir", "mount", "poweroff", "sh", "switch_root", "umount", "uname")

# Modules and their parameters. e1000e shows a lost link only without MSI-X in QEMU.
REQUIRED_MODULES = {
    "virtio_pci": "",
    "virtio_net": "",
    "9pnet_virtio": "",
    "9p": "",
    "bonding": "max_bonds=0",
}
WANTED_MODULES = {
    "dummy": "numdummies=0",
    "veth": "",
    "bridge": "",
    "8021q": "",
    "nlmon": "",
    "e1000e": "IntMode=1",
    "sch_netem": "",
    "sch_ingress": "",
    "overlay": "",
}


@dataclass(frozen=True)
class Contents:
    """What goes into an initramfs beside the first script: modules with their parameters, and a busybox (the host's own)."""

    required: Mapping[str, str]
    wanted: Mapping[str, str]
    busybox: Path | None = None


HOST_LIKE = Contents(REQUIRED_MODULES, WANTED_MODULES)


@dataclass(frozen=True)
class Member:
    """One entry of the archive."""

    name: str
    mode: int
    data: bytes = b""


def build_initramfs(tree: KernelTree, contents: Contents = HOST_LIKE) -> bytes:
    """The whole archive for the kernel in `tree`."""
    members = [Member(name, 0o40755) for name in ("bin", "dev", "host", "modules", "newroot", "proc", "sys")]
    members.append(Member("bin/busybox", 0o100755, static_busybox(contents.busybox).read_bytes()))
    members += [Member(f"bin/{applet}", 0o120777, b"busybox") for applet in APPLETS]
    members.append(Member("init", 0o100755, INIT_SCRIPT.read_bytes()))
    order = []
    for path, parameters in modules_in_order(tree, contents):
        name = path.name.split(".ko")[0] + ".ko"
        members.append(Member(f"modules/{name}", 0o100644, read_module(path)))
        order.append(f"{name} {parameters}".strip())
    members.append(Member("modules/order", 0o100644, ("\n".join(order) + "\n").encode()))
    return pack(members)


def modules_in_order(tree: KernelTree, contents: Contents) -> list[tuple[Path, str]]:
    """Every module the guest loads, dependencies first, with its parameters."""
    depends, builtin = read_dependencies(tree), read_builtin(tree)
    chosen: dict[Path, str] = {}
    for name, parameters in {**contents.required, **contents.wanted}.items():
        canonical = name.replace("-", "_")
        if canonical in builtin:
            continue
        if canonical not in depends:
            if name in contents.required:
                raise LabError(f"kernel {tree.release} has no module {name}: a cloud or minimal kernel? The lab needs a generic one")
            continue
        path, needed = depends[canonical]
        for dependency in reversed(needed):
            chosen.setdefault(dependency, "")
        chosen[path] = parameters
    return list(chosen.items())


def read_dependencies(tree: KernelTree) -> dict[str, tuple[Path, list[Path]]]:
    """modules.dep by module name: its file and what it needs, the nearest first."""
    table = {}
    for line in (tree.modules / "modules.dep").read_text().splitlines():
        path, _, needed = line.partition(":")
        table[module_name(path)] = (tree.modules / path, [tree.modules / entry for entry in needed.split()])
    return table


def read_builtin(tree: KernelTree) -> set[str]:
    return {module_name(line) for line in (tree.modules / "modules.builtin").read_text().split()}


def module_name(path: str) -> str:
    return Path(path).name.split(".ko")[0].replace("-", "_")


def static_busybox(chosen: Path | None = None) -> Path:
    """`chosen` or else the host's busybox, if it can run where nothing else is."""
    found = chosen or shutil.which("busybox")
    if not found:
        raise LabError("busybox is not installed; run scripts/bootstrap lab")
    path = Path(found).resolve()
    if not is_static_elf(path.read_bytes()):
        raise LabError(f"{path} is dynamically linked and cannot run in an initramfs; run scripts/bootstrap lab (busybox-static)")
    return path


def is_static_elf(data: bytes) -> bool:
    """True for a 64-bit ELF program without an interpreter."""
    if data[:5] != b"\x7fELF\x02":
        return False
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    pt_interp = 3
    return all(struct.unpack_from("<I", data, table + index * size)[0] != pt_interp for index in range(count))


def pack(members: Iterable[Member]) -> bytes:
    """A cpio archive in the "newc" format, which is the one the kernel unpacks."""
    archive = bytearray()
    for inode, member in enumerate([*members, Member("TRAILER!!!", 0)], start=1):
        name = member.name.encode() + b"\0"
        fields = (inode, member.mode, 0, 0, 1, 0, len(member.data), 0, 0, 0, 0, len(name), 0)
        archive += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        archive += b"\0" * (-len(archive) % 4)
        archive += member.data
        archive += b"\0" * (-len(archive) % 4)
    return bytes(archive)
