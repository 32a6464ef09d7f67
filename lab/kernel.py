# SPDX-License-Identifier: Apache-2.0
"""Find and unpack the distribution's own kernel for the guest. It is never installed and never pinned.

Never pinned, because security updates rename the package and remove the old one from the mirrors. Never installed, because
the machine that tests must not change what it boots.
"""

from __future__ import annotations

import gzip
import lzma
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.progress import step

ELF_MAGIC = b"\x7fELF"
# Debian's and Ubuntu's packages that always depend on the newest generic kernel, in the order in which they are tried.
META_PACKAGES = ("linux-image-amd64", "linux-image-generic")
NO_KERNEL = """no kernel for the guest.
  The lab downloads the distribution's kernel package with apt-get and could not: {reason}
  What to do, one of:
    - run apt-get update as root, on a machine that reaches a Debian or Ubuntu mirror, and repeat;
    - copy build/lab/images from a machine where the lab has run, or point HNV_LAB_DIR at such a folder;
    - install a kernel with its modules under /lib/modules (the lab takes the newest one that has bonding)."""


@dataclass(frozen=True)
class KernelTree:
    """An unpacked kernel: the compressed image and the root under which lib/modules/<release> lies."""

    image: Path
    root: Path
    release: str

    @property
    def modules(self) -> Path:
        return self.root / "lib" / "modules" / self.release


@dataclass(frozen=True)
class KernelSource:
    """Where a kernel comes from; `key` names what would be unpacked, so that it can serve as the cache's key."""

    key: str
    packages: tuple[str, ...]
    installed: KernelTree | None = None


def find_kernel_source() -> KernelSource:
    """The newest kernel this machine could give to a guest, found without using the network."""
    reason = "apt-get is not here"
    if shutil.which("apt-get"):
        for meta in META_PACKAGES:
            packages = _dependencies(meta, r"linux-(image|modules)-\d")
            if packages:
                return KernelSource(f"{packages[0]}_{_candidate_version(packages[0])}", packages)
        reason = "apt knows neither " + " nor ".join(META_PACKAGES) + " (are its package lists empty?)"
    installed = _newest_installed_kernel()
    if installed:
        return KernelSource(f"installed-{installed.release}", (), installed)
    raise LabError(NO_KERNEL.format(reason=reason))


def refresh_package_lists() -> bool:
    """Old lists name packages that mirrors no longer have. False if nothing could be refreshed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    with step("refreshing the package lists (apt-get update)"):
        # Errors count here: by default apt-get ends with 0 although no mirror answered.
        command = ["apt-get", "-qq", "-o", "APT::Update::Error-Mode=any", "update"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


@contextmanager
def unpacked(source: KernelSource, work: Path) -> Iterator[KernelTree]:
    """Download and unpack `source` below `work` (removed afterwards: it is ten times what the guest needs)."""
    if source.installed:
        yield source.installed
        return
    with tempfile.TemporaryDirectory(prefix="kernel-", dir=work) as folder:
        root = Path(folder)
        _download(source.packages, root)
        for package in sorted(root.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        releases = [entry.name for entry in (root / "lib" / "modules").iterdir()]
        if len(releases) != 1:
            raise LabError(f"{source.packages} hold the modules of {releases or 'no kernel'}, expected one kernel")
        index_modules(root, releases[0])
        yield KernelTree(root / "boot" / f"vmlinuz-{releases[0]}", root, releases[0])


def index_modules(root: Path, release: str) -> None:
    """What the package's own post-installation step would do; the lab only unpacks."""
    subprocess.run([_tool("depmod"), "-b", root, release], check=True)


def extract_vmlinux(image: Path) -> bytes:
    """The ELF kernel inside a bzImage.

    QEMU boots an ELF kernel by PVH at once; the bzImage would spend three more seconds unpacking itself under TCG.
    """
    data = image.read_bytes()
    for magic, unpack in _UNPACKERS:
        start = data.find(magic)
        while start >= 0:
            kernel = unpack(data[start:])
            if kernel.startswith(ELF_MAGIC):
                return kernel
            start = data.find(magic, start + 1)
    raise LabError(f"{image}: no ELF kernel inside (tried xz, gzip, zstd, lz4). Is it an x86-64 bzImage?")


def _unpack_xz(data: bytes) -> bytes:
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data)
    except lzma.LZMAError:
        return b""


def _unpack_gzip(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data)
    except zlib.error:
        return b""


def _unpack_by(tool: str) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        # The tool complains about what follows the stream inside the image; what it wrote before that is the kernel.
        done = subprocess.run([_tool(tool), "-dc"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout

    return unpack


_UNPACKERS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\xfd7zXZ\x00", _unpack_xz),
    (b"\x1f\x8b\x08", _unpack_gzip),
    (b"\x28\xb5\x2f\xfd", _unpack_by("zstd")),
    (b"\x02!L\x18", _unpack_by("lz4")),
)


def read_module(path: Path) -> bytes:
    """A kernel module as the guest's plain insmod needs it: uncompressed."""
    data = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(data)
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return subprocess.run([_tool("zstd"), "-dc", path], check=True, stdout=subprocess.PIPE).stdout
    return data


def _dependencies(package: str, pattern: str) -> tuple[str, ...]:
    shown = subprocess.run(["apt-cache", "depends", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    names = re.findall(r"Depends: (\S+)", shown.stdout)
    return tuple(sorted(name for name in names if re.match(pattern, name)))


def _candidate_version(package: str) -> str:
    shown = subprocess.run(["apt-cache", "policy", package], stdout=subprocess.PIPE, text=True)
    found = re.search(r"Candidate: (\S+)", shown.stdout)
    return found.group(1).replace(":", "_") if found else "unknown"


def _download(packages: tuple[str, ...], folder: Path) -> None:
    # Sandbox::User: the lab's folder may be one that apt's own user cannot enter.
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *packages]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise LabError(NO_KERNEL.format(reason=done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "apt-get failed"))


def _newest_installed_kernel() -> KernelTree | None:
    trees = []
    for modules in Path("/lib/modules").glob("*/modules.dep"):
        release = modules.parent.name
        for image in (modules.parent / "vmlinuz", Path(f"/boot/vmlinuz-{release}")):
            if image.is_file() and "/bonding.ko" in modules.read_text():
                trees.append((modules.stat().st_mtime, KernelTree(image, Path("/"), release)))
                break
    return max(trees, key=lambda tree: tree[0])[1] if trees else None


def _tool(name: str) -> str:
    # Ordinary users often have no sbin folder in PATH.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise LabError(f"{name} is not installed; run scripts/bootstrap lab")
    return found
