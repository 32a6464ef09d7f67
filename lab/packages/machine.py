# SPDX-License-Identifier: Apache-2.0
"""The guest with systemd, its bond, and package managers that find our packages."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from lab.bond import Bond, Slots
from lab.errors import LabError
from lab.guest import HOST_LIKE, Guest
from lab.image import Image
from lab.paths import new_run_dir
from lab.waiting import wait_until
from lab.wiring import FIRST, qemu_devices

# net.ifnames: the lab names devices itself.
MACHINE = replace(
    HOST_LIKE, environment=f"{HOST_LIKE.environment} lab_root=overlay lab_init=systemd net.ifnames=0 systemd.show_status=0", memory_mb=1536
)
PACKAGES = ("hnvctl", "hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-dashboards")
SLOW = 900.0  # a package manager, emulated, on a busy machine

# What changes by itself, or is a package manager's record of what it did. The users are left on purpose.
NOT_OURS = (
    "/dev", "/mnt", "/proc", "/sys", "/tmp", "/run/systemd", "/run/udev", "/run/log", "/run/hnv-lab", "/run/dbus", "/run/lock",
    "/var/cache", "/var/log", "/var/lib/apt", "/var/lib/dpkg", "/var/lib/rpm", "/var/lib/systemd", "/var/lib/ucf",
)  # fmt: skip
USERS_FILES = r"^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|^/etc/\.pwd\.lock$|^/etc/\.updated$|^/etc/apt/sources\.list$"


class Machine:
    """Use it as a context manager. `previous` and `debs` are folders of packages to upgrade from and to; `rpms` may be empty."""

    def __init__(self, image: Image, debs: Path, previous: Path, rpms: Path) -> None:
        self.run_dir = new_run_dir("packages")
        results = self.run_dir / "results"
        for name, folder, suffix in (("previous", previous, "deb"), ("new", debs, "deb"), ("rpm", rpms, "rpm")):
            _bring(folder, results / name, suffix)
        self.guest = Guest(image, self.run_dir, [], qemu_devices(), MACHINE)
        try:
            wait_until(self._booted, SLOW, "systemd has started everything")
            self.guest.sh("mkdir -p /run/hnv-lab")
            self.bond = Bond(self.guest, FIRST, Slots())
            self.bond.dismantle()
            self.bond.create()
        except BaseException:
            self.guest.close()
            raise

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.guest.close()

    def sh(self, command: str) -> str:
        return self.guest.sh(command, SLOW)

    # --- packages --------------------------------------------------------------------------------------------------

    def offer(self, folder: str) -> None:
        """From now on apt finds the packages of that folder ("previous", "new") and no others."""
        self.sh(f"echo 'deb [trusted=yes] file:/mnt/{folder} ./' >/etc/apt/sources.list && apt-get -qq update")

    def apt(self, arguments: str) -> str:
        return self.sh(f"DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 {arguments}")

    def version(self, package: str = "hnv-watchdog") -> str:
        return self.sh(f"dpkg-query -W -f '${{Version}}' {package}")

    # --- what is seen ----------------------------------------------------------------------------------------------

    def files(self) -> set[str]:
        """Everything on disk and in /run but what changes by itself."""
        pruned = " -o ".join(f"-path {path}" for path in NOT_OURS)
        return set(self.sh(f"find / \\( {pruned} \\) -prune -o -print | busybox grep -vE '{USERS_FILES}'").splitlines())

    def is_active(self, unit: str) -> bool:
        return self.guest.attempt(f"systemctl is-active --quiet {unit}")[0] == 0

    def enabled(self, unit: str) -> str:
        return self.guest.attempt(f"systemctl is-enabled {unit}")[1]

    def main_pid(self, unit: str) -> str:
        return self.sh(f"systemctl show -P MainPID {unit}")

    def processes(self) -> str:
        """Processes of ours, by name."""
        return self.guest.attempt("cat /proc/[0-9]*/comm | busybox grep hnv")[1]

    def option(self, name: str) -> str:
        return self.sh(f"cat /sys/class/net/{self.bond.name}/bonding/{name}").split(" ")[0]

    def diagnosis(self) -> str:
        parts = []
        for command in (
            "systemctl --no-pager --failed",
            "systemctl --no-pager status hnv-watchdog hnv-exporter hnv-prober",
            "journalctl --no-pager -n 40 -u hnv-watchdog -u hnv-exporter -u hnv-prober -o cat",
            "cat /proc/net/bonding/*",
        ):
            try:
                parts.append(f"--- {command}\n{self.guest.attempt(command, SLOW)[1]}")
            except LabError as error:
                parts.append(f"--- {command}: {error}")
        return "\n".join(parts)

    def _booted(self) -> bool:
        return self.guest.attempt("systemctl is-system-running", SLOW)[1] in ("running", "degraded")


def _bring(source: Path, target: Path, suffix: str) -> None:
    """The packages of a folder into the one that the guest sees, and for apt a list of them."""
    target.mkdir(parents=True)
    for file in source.glob(f"hnv*.{suffix}"):
        shutil.copyfile(file, target / file.name)
    if suffix == "deb":
        names = {file.name.split("_")[0] for file in target.iterdir()}
        if names != set(PACKAGES):
            raise LabError(f"{source} has {', '.join(sorted(names)) or 'no packages'}, not each of {', '.join(PACKAGES)} once; see scripts/package")
        listed = subprocess.run(["dpkg-scanpackages", "."], cwd=target, capture_output=True, check=True)
        (target / "Packages").write_bytes(listed.stdout)
