# SPDX-License-Identifier: Apache-2.0
"""Running the programs on this very host, when it has an active-backup bond. They only observe unless told otherwise."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.console import Command, Console
from lab.errors import LabError
from lab.paths import REPOSITORY
from lab.programs import Build, Config, ManagedBond
from lab.progress import BOLD, paint, say, step
from lab.scrape import ExporterClient
from lab.waiting import wait_until
from lab.wiring import EXPORTER_PORT

NET = Path("/sys/class/net")


@dataclass(frozen=True)
class HostBond:
    name: str
    slaves: tuple[str, ...]


def active_backup_bonds() -> list[HostBond]:
    """This host's active-backup bonds, as sysfs shows them."""
    bonds = []
    for mode in sorted(NET.glob("*/bonding/mode")):
        if mode.read_text().startswith("active-backup"):
            bonds.append(HostBond(mode.parts[-3], tuple((mode.parent / "slaves").read_text().split())))
    return bonds


def sriov_slave(bond: HostBond) -> ManagedBond:
    """Guess the SR-IOV slave: the only one on the PCI bus. Virtual devices of a partition sit on the vio bus."""
    on_pci = [slave for slave in bond.slaves if _bus(slave) == "pci"]
    if len(on_pci) != 1:
        raise LabError(
            f"{bond.name}: cannot tell its SR-IOV slave ({', '.join(bond.slaves) or 'no slaves'}; on the PCI bus: {len(on_pci)}).\n"
            f"  Name it: scripts/run --sriov DEVICE    or use the lab guest: scripts/run --lab"
        )
    return ManagedBond(bond.name, "bus", "pci")


def _bus(device: str) -> str:
    subsystem = NET / device / "device" / "subsystem"
    return subsystem.resolve().name if subsystem.exists() else ""


class LocalDaemon:
    """A program of ours on the host, its output in a file beside its configuration."""

    def __init__(self, name: str, arguments: list[str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = ["setpriv", "--pdeathsig", "TERM", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ready: Callable[[], bool]) -> None:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self.log.open("ab"), stderr=subprocess.STDOUT, start_new_session=True
        )
        process = self._process

        def look() -> bool:
            if process.poll() is not None:
                raise LabError(f"{self.name} ended with code {process.returncode}; see {self.log}:\n{self.log.read_text()[-1500:]}")
            return ready()

        wait_until(look, what=f"{self.name} ready")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class RealHost:
    def __init__(self, build: Build, bonds: list[ManagedBond], mode: str, settle: str, hold_down: str) -> None:
        build.require()
        self._build = build
        self._folder = REPOSITORY / "build" / "run"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._config = self._folder / "hnv.yaml"
        self._status = self._folder / "watchdog.json"
        self._config.write_text(Config(bonds, mode, hold_down, settle).text())
        self._mode = mode
        address = f"127.0.0.1:{_free_port()}"
        self._client = ExporterClient(f"http://{address}")
        shared = f"--config.file={self._config}"
        self._watchdog = LocalDaemon(
            "hnv-watchdog", [str(build.watchdog), shared, f"--status.file={self._status}"], self._folder / "hnv-watchdog.log"
        )
        self._exporter = LocalDaemon(
            "hnv-exporter",
            [str(build.exporter), shared, f"--web.listen-address={address}", f"--watchdog.status-file={self._status}"],
            self._folder / "hnv-exporter.log",
        )

    def run(self) -> int:
        try:
            with step(f"hnv-watchdog (mode {self._mode})"):
                self._watchdog.start(self._status.exists)
            with step("hnv-exporter"):
                self._exporter.start(self._client.answers)
            say(f"   page     {paint(self._client.url + '/', BOLD)}")
            say(f"   metrics  {paint(self._client.url + '/metrics', BOLD)}")
            say(f"   files    {self._folder}\n")
            Console(
                [
                    Command("s", "hnvctl status", self._show_status),
                    Command("w", "kill -9 the watchdog and start it again", self._restart_watchdog),
                    Command("e", "kill -9 the exporter and start it again", self._restart_exporter),
                ]
            ).run()
        finally:
            self._exporter.stop()
            self._watchdog.stop()
        return 0

    def _show_status(self) -> str:
        command = [str(self._build.hnvctl), "status", f"--config.file={self._config}", f"--watchdog.status-file={self._status}"]
        return "\n" + subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout

    def _restart_watchdog(self) -> str:
        self._watchdog.kill()
        written = self._status.stat().st_mtime_ns
        begun = time.monotonic()
        self._watchdog.start(lambda: self._status.stat().st_mtime_ns != written)
        return f"running again after {time.monotonic() - begun:.2f} s"

    def _restart_exporter(self) -> str:
        self._exporter.kill()
        begun = time.monotonic()
        self._exporter.start(self._client.answers)
        return f"running again after {time.monotonic() - begun:.2f} s"


def require_root_for(mode: str) -> None:
    if mode != "observe" and os.geteuid() != 0:
        raise LabError(f"mode {mode} changes this host's bonds and needs root; use sudo, or leave --mode out to observe only")


def _free_port() -> int:
    """The exporter's usual port if nobody has it, else one the kernel picks."""
    for port in (EXPORTER_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LabError("no free TCP port on 127.0.0.1")
