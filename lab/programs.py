# SPDX-License-Identifier: Apache-2.0
"""The built programs, their configuration file, and running them in the guest with the privileges they get in production."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import LabError
from lab.guest import Guest
from lab.paths import REPOSITORY
from lab.waiting import PATIENCE, wait_until

# Any two unprivileged numbers do; they need no entry in the host's user table.
WATCHDOG_UID, EXPORTER_UID = 10468, 10469
NET_ADMIN = "-all,+net_admin"
NOTHING = "-all"
SANITIZER_REPORTS = r"ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error:"
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "abort_on_error=0:exitcode=99:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
    "TSAN_OPTIONS": "exitcode=99",
}


@dataclass(frozen=True)
class Build:
    """A build folder of the project (build/<preset>)."""

    folder: Path

    @classmethod
    def of_preset(cls, preset: str) -> Build:
        return cls(REPOSITORY / "build" / preset)

    @property
    def watchdog(self) -> Path:
        return self.folder / "watchdog" / "hnv-watchdog"

    @property
    def prober(self) -> Path:
        return self.folder / "prober" / "hnv-prober"

    @property
    def exporter(self) -> Path:
        return self.folder / "exporter" / "hnv-exporter"

    @property
    def hnvctl(self) -> Path:
        return self.folder / "ctl" / "hnvctl"

    @property
    def guest_tests(self) -> Path:
        return self.folder / "tests" / "guest_tests"

    @property
    def lost_packets(self) -> Path:
        return self.folder / "tests" / "lost_packets"

    @property
    def sanitized(self) -> bool:
        cache = self.folder / "CMakeCache.txt"
        return cache.exists() and any(
            line.startswith("HNV_SANITIZE:") and line.split("=", 1)[1] for line in cache.read_text().splitlines()
        )

    def missing(self) -> list[Path]:
        return [path for path in (self.watchdog, self.prober, self.exporter, self.hnvctl) if not path.exists()]

    def require(self) -> None:
        if self.missing():
            names = ", ".join(path.name for path in self.missing())
            preset = self.folder.name
            raise LabError(f"{self.folder} has no {names}; run: cmake --preset {preset} && cmake --build --preset {preset}")


@dataclass(frozen=True)
class ManagedBond:
    """A bond as the configuration names it, with the one selector that finds its SR-IOV slave."""

    name: str
    selector: str
    value: str


@dataclass(frozen=True)
class Config:
    """The configuration file. The short times are for the lab; the programs' own defaults are 10 s and 15 s.

    `migration` are keys of that part of the file, which stays away when there are none. `of_bond` are further keys of each bond.
    """

    bonds: list[ManagedBond]
    mode: str = "enforce"
    hold_down: str = "1s"
    settle: str = "1s"
    migration: Mapping[str, str] = field(default_factory=dict)
    fast_failover_hold: str = ""
    of_bond: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        lines = [f"mode: {self.mode}", f"hold_down: {self.hold_down}", f"settle: {self.settle}"]
        if self.fast_failover_hold:
            lines.append(f"fast_failover_hold: {self.fast_failover_hold}")
        if self.migration:
            lines += ["migration:", *(f"  {key}: {value}" for key, value in self.migration.items())]
        lines.append("bonds:" if self.bonds else "bonds: []")
        for bond in self.bonds:
            lines += [f"  - name: {bond.name}", f'    sriov: {{ {bond.selector}: "{bond.value}" }}']
            lines += [f"    {key}: {value}" for key, value in self.of_bond.items()]
        return "\n".join(lines) + "\n"


class Daemon:
    """A program in the guest's background, its output in the results folder (so that the host can read it at any time)."""

    def __init__(self, guest: Guest, name: str, command: str) -> None:
        self.guest = guest
        self.name = name
        self.command = command
        self.pid = ""

    @property
    def log_path(self) -> Path:
        return self.guest.results / f"{self.name}.log"

    def start(self) -> None:
        self.pid = self.guest.sh(f"start_daemon {self.name} {shlex.quote(self.command)}")

    def running(self) -> bool:
        return bool(self.pid) and self.guest.attempt(f"alive {self.pid}")[0] == 0

    def signal(self, name: str) -> None:
        self.guest.sh(f"kill -{name} {self.pid}")

    def stop(self, timeout: float = PATIENCE) -> tuple[int, float]:
        """End it as a service manager would; its exit code and how long it took."""
        start = time.monotonic()
        self.guest.attempt(f"kill -TERM {self.pid}")
        wait_until(lambda: not self.running(), timeout, f"{self.name} ends after SIGTERM")
        seconds = time.monotonic() - start
        self.pid = ""
        return self.exit_code(), seconds

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        self.signal("KILL")
        wait_until(lambda: not self.running(), what=f"{self.name} gone after SIGKILL")
        self.pid = ""

    def exit_code(self) -> int:
        """The code of a daemon that has ended."""
        return int(self.guest.sh(f"daemon_exit {self.name}"))

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log().splitlines()[-lines:])


def confined(program: str, uid: int, capabilities: str, asan: str = "") -> str:
    """`program` as its service unit would run it: an ordinary user who has `capabilities` and cannot get more.

    `asan` are further options of AddressSanitizer.
    """
    # Without ambient capabilities to raise, setpriv must not be asked to raise any.
    inherit = "" if capabilities == NOTHING else f"--inh-caps {capabilities} --ambient-caps {capabilities} "
    identity = f"--reuid {uid} --regid {uid} --clear-groups --no-new-privs --bounding-set {capabilities}"
    options = dict(SANITIZER_ENVIRONMENT)
    if asan:
        options["ASAN_OPTIONS"] += f":{asan}"
    environment = " ".join(f"{name}={value}" for name, value in options.items())
    return f"env {environment} setpriv {identity} {inherit}{program}"

