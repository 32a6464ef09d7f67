# SPDX-License-Identifier: Apache-2.0
"""The guest's kernel and initramfs, built once per kernel package and kept in the lab's folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import initramfs, kernel
from lab.errors import LabError
from lab.paths import LAB_SOURCE, lab_dir
from lab.progress import say, step

RECIPE = (LAB_SOURCE / "initramfs.py", LAB_SOURCE / "kernel.py", initramfs.INIT_SCRIPT)

KEPT_IMAGES = 2


@dataclass(frozen=True)
class Image:
    """What QEMU boots, and the folder that becomes the guest's root."""

    kernel: Path
    initramfs: Path
    release: str
    root: Path = Path("/")


def ensure_image(rebuild: bool = False) -> Image:
    """The image of the newest kernel package apt knows of, built now if it is not there yet.

    If that package cannot be fetched, the package lists are refreshed once (root only); if that does not help either, an
    image built earlier is used and a warning printed.
    """
    images = lab_dir() / "images"
    images.mkdir(exist_ok=True)
    with locked(images):
        try:
            return _newest(images, rebuild)
        except LabError as error:
            if kernel.refresh_package_lists():
                return _newest(images, rebuild)
            usable = sorted(images.glob(f"*-{_recipe_digest()}/release"), key=lambda path: path.stat().st_mtime)
            if not usable or rebuild:
                raise
            say(f"warning: {str(error).splitlines()[0]}; using the kernel image built earlier")
            return _load(usable[-1].parent)


def _newest(images: Path, rebuild: bool) -> Image:
    source = kernel.find_kernel_source()
    folder = images / f"{source.key}-{_recipe_digest()}"
    if rebuild and folder.exists():
        shutil.rmtree(folder)
    if not (folder / "release").exists():
        _build(source, folder)
        remove_old(images)
    return _load(folder)


def _build(source: kernel.KernelSource, folder: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        what = ", ".join(source.packages) or f"{source.key} from /lib/modules"
        with step(f"lab kernel: fetching and unpacking {what} (once, about 70 MB)"):
            with kernel.unpacked(source, work) as tree:
                (work / "vmlinux").write_bytes(kernel.extract_vmlinux(tree.image))
                (work / "initramfs").write_bytes(initramfs.build_initramfs(tree))
                (work / "release").write_text(tree.release)
        work.chmod(0o755)
        os.replace(work, folder)
    except OSError as error:
        raise LabError(f"cannot write the lab's image in {folder.parent}: {error}; free space there or set HNV_LAB_DIR") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def remove_old(images: Path) -> None:
    """Keep the newest ones: another lab may be using the one before the last."""
    built = sorted(images.glob("*/release"), key=lambda path: path.stat().st_mtime)
    for release in built[:-KEPT_IMAGES]:
        shutil.rmtree(release.parent, ignore_errors=True)


def _load(folder: Path) -> Image:
    return Image(folder / "vmlinux", folder / "initramfs", (folder / "release").read_text())


def module_of(image: Image, name: str) -> bytes:
    """A kernel module out of the initramfs, whose archive is plain (lab.initramfs.pack)."""
    archive = image.initramfs.read_bytes()
    wanted = f"modules/{name}.ko".encode()
    offset, header = 0, 110
    while offset < len(archive):
        size, name_size = int(archive[offset + 54 : offset + 62], 16), int(archive[offset + 94 : offset + 102], 16)
        data = offset + header + name_size
        data += -data % 4
        if archive[offset + header : offset + header + name_size - 1] == wanted:
            return archive[data : data + size]
        offset = data + size
        offset += -offset % 4
    raise LabError(f"{image.initramfs} has no {name}.ko")


def _recipe_digest() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in RECIPE)).hexdigest()[:12]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One builder at a time: a second lab waits here for the first one's image instead of building its own."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
