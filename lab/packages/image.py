# SPDX-License-Identifier: Apache-2.0
"""The root folder of that guest: an installed Debian, made by mmdebstrap with the distribution's own packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab.errors import LabError
from lab.image import Image, ensure_image, locked
from lab.paths import lab_dir
from lab.progress import step

SUITE = "bookworm"
# The libraries that our packages depend on are there already, since the guest reaches no mirror.
PACKAGES = (
    "systemd-sysv", "udev", "dbus", "iproute2", "curl", "openssl", "busybox-static", "rpm", "init-system-helpers", "python3-minimal",
    "libnl-3-200", "libsystemd0", "libspdlog1.10-fmt9", "libfmt9", "libyaml-cpp0.7", "libcivetweb1", "libssl3", "libcrypt1",
    "libisal2", "libstdc++6", "procps",
    "ansible-core", "sudo",  # for the example of a playbook
)  # fmt: skip
# The lab's shell on the second serial line, as a service.
SHELL_UNIT = """[Unit]
Description=The lab's shell
After=basic.target dbus.service systemd-udev-settle.service
[Service]
ExecStart=/bin/bash /mnt/.lab/shell
KillMode=process
[Install]
WantedBy=multi-user.target
"""
# Nobody logs in, and nothing else configures the network or waits for it.
MASKED = ("getty@tty1.service", "serial-getty@ttyS0.service", "serial-getty@ttyS1.service", "systemd-networkd-wait-online.service",
          "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer")  # fmt: skip


def ensure_packages_image() -> Image:
    """The lab's kernel over that root, which is made now if it is not there yet. Needs root: mmdebstrap runs installation scripts."""
    kernel = ensure_image()
    folder = lab_dir() / "packages"
    folder.mkdir(exist_ok=True)
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    with locked(folder):
        record, root = folder / "recipe", folder / "root"
        if not root.is_dir() or not record.exists() or record.read_text() != recipe:
            with step(f"a Debian {SUITE} with systemd, by mmdebstrap (once, some minutes)"):
                _make(root)
            record.write_text(recipe)
    return Image(kernel.kernel, kernel.initramfs, kernel.release, root)


def _make(root: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
        raise LabError("the guest with systemd needs mmdebstrap and root; as root, run: scripts/bootstrap package")
    shutil.rmtree(root, ignore_errors=True)
    with tempfile.NamedTemporaryFile(dir=root.parent, suffix=".log") as log:
        command = ["mmdebstrap", "--mode=root", "--variant=apt", f"--include={','.join(PACKAGES)}", SUITE, root]
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT).returncode != 0:
            raise LabError("mmdebstrap failed: " + Path(log.name).read_text(errors="replace")[-1500:])
    units = root / "etc" / "systemd" / "system"
    (units / "lab-shell.service").write_text(SHELL_UNIT)
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "lab-shell.service").symlink_to("../lab-shell.service")
    for name in MASKED:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    # Sources of the host's are of no use here; the story writes one of its own.
    (root / "etc" / "apt" / "sources.list").write_text("")
