# SPDX-License-Identifier: Apache-2.0
"""What the twin boots: Debian's ppc64el kernel, and a root folder of ppc64el packages, both unpacked and not installed.

The root is as the packages have it: what their installation scripts would do is done in the guest (guestroot/power), in memory.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab import initramfs
from lab.errors import LabError
from lab.foreign import POWER, candidate_version, download_packages, resolve, unpack_packages
from lab.image import Image, locked, remove_old
from lab.kernel import KernelTree, index_modules
from lab.paths import LAB_SOURCE, lab_dir
from lab.progress import step

META_PACKAGE = "linux-image-powerpc64le"
RECIPE = (LAB_SOURCE / "initramfs.py", Path(__file__), initramfs.INIT_SCRIPT)

# The platform: hcnmgr, drmgr, lsdevinfo and ofpathname with the commands that they call.
PLATFORM_PACKAGES = (
    "network-manager", "dbus", "powerpc-ibm-utils", "udev", "iproute2", "ethtool", "kmod", "mawk", "sed", "grep", "findutils",
    "bsdutils", "bsdextrautils", "coreutils", "procps", "util-linux", "bash", "hostname", "base-files", "base-passwd",
)  # fmt: skip
# The lab: a ping that tells every answer and its time, and an interpreter for guestroot's helpers.
LAB_PACKAGES = ("iputils-ping", "python3-minimal", "busybox-static")
# Our programs' libraries.
PROGRAM_PACKAGES = (
    "libnl-3-200", "libnl-route-3-200", "libsystemd0", "libspdlog1.10", "libfmt9", "libyaml-cpp0.7", "libcivetweb1",
    "libssl3", "libcrypt1", "libisal2", "libprometheus-cpp-core1.0", "libprometheus-cpp-pull1.0", "libstdc++6",
)  # fmt: skip

MODULES = initramfs.Contents(
    required={"virtio_pci": "", "virtio_net": "", "9pnet_virtio": "", "9p": "", "overlay": "", "ibmveth": "",
              "e1000e": "IntMode=1", "bonding": "max_bonds=0"},
    wanted={"af_packet": "", "8021q": ""},
)  # fmt: skip


def ensure_twin_image() -> Image:
    """The image of the packages that apt would take now; what is not there yet is fetched and unpacked."""
    images = lab_dir() / "twin"
    images.mkdir(exist_ok=True)
    with locked(images):
        root = images / "root"
        unpack_packages((*PLATFORM_PACKAGES, *LAB_PACKAGES, *PROGRAM_PACKAGES), root)
        package = resolve(META_PACKAGE, r"linux-image-\d")
        folder = images / f"{package}_{candidate_version(package)}-{_recipe_digest()}".replace(":", "_")
        if not (folder / "release").exists():
            _build(package, root, folder)
            remove_old(images)
        return Image(folder / "vmlinux", folder / "initramfs", (folder / "release").read_text(), root)


def _build(package: str, root: Path, folder: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        archive, = download_packages([package], work)
        with step(f"twin kernel: unpacking {package}"):
            tree = _unpacked(archive, work / "kernel")
            shutil.copyfile(tree.image, work / "vmlinux")
            contents = initramfs.Contents(MODULES.required, MODULES.wanted, root / "bin" / "busybox")
            (work / "initramfs").write_bytes(initramfs.build_initramfs(tree, contents))
            (work / "release").write_text(tree.release)
            shutil.rmtree(work / "kernel")
            archive.unlink()
        work.chmod(0o755)
        os.replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpacked(archive: Path, root: Path) -> KernelTree:
    subprocess.run(["dpkg-deb", "-x", archive, root], check=True)
    releases = [entry.name for entry in (root / "lib" / "modules").iterdir()]
    if len(releases) != 1:
        raise LabError(f"{archive.name} holds the modules of {releases or 'no kernel'}, expected one kernel of {POWER}")
    index_modules(root, releases[0])
    return KernelTree(root / "boot" / f"vmlinux-{releases[0]}", root, releases[0])


def _recipe_digest() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in RECIPE)).hexdigest()[:12]
