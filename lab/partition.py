# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a partition that uses Hybrid Network Virtualization: the guest, two bonds' hardware, and our daemons."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from lab.bond import Bond, Slots
from lab.errors import LabError, NotReached
from lab.guest import HOST_LIKE, OWN_TIME, Guest
from lab.image import Image
from lab.paths import REPOSITORY, new_run_dir
from lab.programs import (
    EXPORTER_UID,
    NET_ADMIN,
    NOTHING,
    SANITIZER_REPORTS,
    WATCHDOG_UID,
    Build,
    Config,
    Daemon,
    ManagedBond,
    confined,
)
from lab.scrape import ExporterClient
from lab.waiting import PATIENCE, wait_until
from lab.wiring import EXPORTER_PORT, FIRST, MANAGEMENT_ADDRESS, MANAGEMENT_PCI, SECOND, qemu_devices

CONFIG_FILE = "/run/hnv-lab/hnv.yaml"
STATUS_FILE = "/run/hnv/watchdog.json"


class Partition:
    """Use it as a context manager. `first` and `second` are the bonds; neither exists before its create()."""

    def __init__(self, image: Image, build: Build | None, purpose: str, own_time: bool = False) -> None:
        self.build = build
        self.run_dir = new_run_dir(purpose)
        kept = [REPOSITORY] + ([build.folder] if build else [])
        machine = replace(HOST_LIKE, memory_mb=1024) if build and build.sanitized else HOST_LIKE
        if own_time:
            machine = replace(machine, clock=OWN_TIME)
        self.image = image
        self.guest = Guest(image, self.run_dir, kept, qemu_devices(), machine)
        try:
            slots = Slots()
            self.first = Bond(self.guest, FIRST, slots)
            self.second = Bond(self.guest, SECOND, slots)
            self.exporter_client = ExporterClient(f"http://127.0.0.1:{self._forwarded_port()}")
            self._prepare()
            self.watchdog = Daemon(self.guest, "hnv-watchdog", "")
            self.exporter = Daemon(self.guest, "hnv-exporter", self._exporter_command())
            self.prober = Daemon(self.guest, "hnv-prober", "")
        except BaseException:
            self.guest.close()
            raise

    def __enter__(self) -> Partition:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.guest.close()

    @property
    def bonds(self) -> list[Bond]:
        return [self.first, self.second]

    # --- daemons ---------------------------------------------------------------------------------------------------

    def config_for(self, *bonds: Bond, **settings: str) -> Config:
        """A configuration of `bonds` (default: the first), their SR-IOV slave found by permanent address."""
        managed = [ManagedBond(bond.name, "permanent_address", bond.wiring.sriov.mac) for bond in bonds or (self.first,)]
        return Config(managed, **settings)

    def write_config(self, text: str) -> None:
        # Through the shared folder: the one of a thousand bonds is longer than a command may be.
        (self.guest.results / "written.yaml").write_text(text, encoding="utf-8")
        self.guest.sh(f"cp /mnt/written.yaml {CONFIG_FILE}.new && mv {CONFIG_FILE}.new {CONFIG_FILE}")

    def start_watchdog(
        self, config: Config | None = None, capable: bool = True, ready: bool = True, within: str = "", asan: str = ""
    ) -> None:
        """Start hnv-watchdog as its unit does, with CAP_NET_ADMIN only (`capable=False`: with nothing).

        `within` is a command that runs another one: unshare, prlimit. `asan` are options of a sanitized build.
        """
        if config:
            self.write_config(config.text())
        arguments = f"--config.file={CONFIG_FILE} --status.file={STATUS_FILE} --log.format=logfmt --log.level=debug"
        self.watchdog.command = f"{within} " * bool(within) + confined(
            f"{self.program('watchdog')} {arguments}", WATCHDOG_UID, NET_ADMIN if capable else NOTHING, asan
        )
        before = self._status_age()
        self.watchdog.start()
        if ready:
            self._wait_started(self.watchdog, lambda: self._status_age() not in ("", before), "its status file")

    def start_exporter(self) -> None:
        self.exporter.start()
        self._wait_started(self.exporter, self.exporter_client.answers, "an answer on /-/healthy")

    @property
    def daemons(self) -> list[Daemon]:
        return [self.watchdog, self.exporter, self.prober]

    def running_daemons(self) -> list[Daemon]:
        return [daemon for daemon in self.daemons if daemon.running()]

    def hnvctl(self, arguments: str, environment: str = "") -> tuple[int, str]:
        """Run hnvctl in the guest; its code and output."""
        files = f"--config.file={CONFIG_FILE}"
        if arguments.startswith("resume"):
            files = ""
        if arguments.startswith("events"):
            files = f" --watchdog.status-file={STATUS_FILE}"
        if arguments.startswith("status"):
            files += f" --watchdog.status-file={STATUS_FILE}"
        return self.guest.attempt(f"{environment} {self.program('ctl')} {arguments} {files}")

    # --- between cases ---------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Back to the state after boot: no daemon, no status, no bond, every NIC plugged in under its first name."""
        for daemon in self.running_daemons():
            daemon.kill()
        for bond in self.bonds:
            bond.dismantle()
        for daemon in self.daemons:
            daemon.log_path.unlink(missing_ok=True)
        self.guest.sh(f"rm -rf /run/hnv/* /run/hnv-prober/* {CONFIG_FILE}; dmesg -C")

    def complaints(self) -> list[str]:
        """What no case may leave behind: a sanitizer's report in a daemon's log."""
        return [
            f"{daemon.name}: sanitizer report, see its log"
            for daemon in self.daemons
            if re.search(SANITIZER_REPORTS, daemon.log())
        ]

    def keep_logs(self, name: str) -> None:
        """Copy the daemons' whole logs to a place where the next case does not remove them."""
        folder = self.run_dir / "failed" / name
        folder.mkdir(parents=True, exist_ok=True)
        for daemon in self.daemons:
            (folder / daemon.log_path.name).write_text(daemon.log())

    def diagnosis(self) -> str:
        """Everything one wants to see after a failure."""
        parts = []
        for daemon in self.daemons:
            if daemon.log():
                parts.append(f"--- {daemon.name}: end of its log\n{daemon.log_tail(40)}")
        parts.append("--- /proc/net/bonding\n" + self.guest.attempt("tail -n +1 /proc/net/bonding/* 2>/dev/null")[1])
        parts.append("--- kernel log\n" + self.guest.attempt("dmesg | busybox tail -n 25")[1])
        if self.build and self.build.hnvctl.exists():
            parts.append("--- hnvctl status\n" + self.hnvctl("status")[1])
        return "\n".join(parts)

    # --- parts -----------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        guest = self.guest
        device = guest.sh(f"device_behind {MANAGEMENT_PCI}")
        guest.sh(f"rename_device {device} mgmt && ip address add {MANAGEMENT_ADDRESS}/24 dev mgmt && ip link set mgmt up")
        guest.sh("mkdir -p /run/hnv /run/hnv-lab && chmod 755 /run /run/hnv /run/hnv-lab")
        # As systemd's RuntimeDirectory= would make it.
        guest.sh(f"chown {WATCHDOG_UID}:{WATCHDOG_UID} /run/hnv")
        if self.build:
            # Seen through a mount of their own, the programs can be run by a user who may not enter the checkout.
            for room in ("watchdog", "prober", "exporter", "ctl"):
                source = shlex.quote(str(self.build.folder / room))
                guest.attempt(f"[ -d {source} ] && mkdir -p /run/hnv-lab/{room} && mount --bind {source} /run/hnv-lab/{room}")
        self.first.dismantle()
        self.second.dismantle()

    def program(self, room: str) -> str:
        """Where the program of that room is in the guest."""
        if not self.build:
            raise LabError("this lab was started without a build of the project")
        program = {"watchdog": self.build.watchdog, "prober": self.build.prober, "exporter": self.build.exporter, "ctl": self.build.hnvctl}[room]
        if not program.exists():
            self.build.require()
        return f"/run/hnv-lab/{room}/{program.name}"

    def _exporter_command(self) -> str:
        if not self.build or self.build.missing():
            return ""
        arguments = f"--web.listen-address=0.0.0.0:{EXPORTER_PORT} --watchdog.status-file={STATUS_FILE}"
        return confined(f"{self.program('exporter')} --config.file={CONFIG_FILE} {arguments}", EXPORTER_UID, NOTHING)

    def _status_age(self) -> str:
        return self.guest.attempt(f"stat -c %i:%y {STATUS_FILE} 2>/dev/null")[1]

    def _wait_started(self, daemon: Daemon, ready: Callable[[], bool], sign: str) -> None:
        def look() -> bool:
            if not daemon.running():
                raise LabError(f"{daemon.name} ended with code {daemon.exit_code()} at once:\n{daemon.log_tail()}")
            return ready()

        try:
            wait_until(look, 2 * PATIENCE, f"{daemon.name} shows {sign}")
        except NotReached as error:
            raise NotReached(f"{error}\n{daemon.log_tail()}") from None

    def _forwarded_port(self) -> int:
        shown = self.guest.qmp.monitor("info usernet")
        found = re.search(r"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", shown)
        if not found:
            raise LabError(f"QEMU forwards no port to the exporter:\n{shown}")
        return int(found.group(1))
