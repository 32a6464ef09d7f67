# SPDX-License-Identifier: Apache-2.0
"""One QEMU guest: a distribution's kernel over a read-only root, which by default is the host's own.

Programs built on the host then run in the guest at the same path, with the same libraries; nothing is copied or installed.
QEMU's sockets are inherited descriptors, so there is no path to clean up and nobody else can connect.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.errors import LabError
from lab.image import Image
from lab.paths import LAB_SOURCE
from lab.qmp import Qmp
from lab.shell import GuestShell, checked

BOOT_TIMEOUT = 120.0  # 3 s when idle; the machine may be busy
KERNEL_ARGUMENTS = "quiet loglevel=1 panic=-1 nokaslr"


@dataclass(frozen=True)
class Machine:
    """The computer that QEMU plays. `environment` is what guestroot/init and guestroot/shell are told of it."""

    qemu: str
    options: tuple[str, ...]
    environment: str
    guest_files: tuple[str, ...] = ("shell", "functions", "bond_listener.py")  # of guestroot; the guest sees them in /mnt/.lab
    memory_mb: int = 512

    @property
    def kernel_arguments(self) -> str:
        return f"{KERNEL_ARGUMENTS} {self.environment}"


HOST_LIKE = Machine("qemu-system-x86_64", ("-machine", "q35", "-cpu", "max"), "console=ttyS0 lab_line=ttyS1")


class Guest:
    """A running guest. Use it as a context manager: whatever happens, QEMU is gone afterwards.

    `run_dir` receives console.log (kernel), shell.log (every command and its output), qemu.log and the writable folder
    `results`, which the guest sees as /mnt. `kept` names host paths the guest needs although they lie below a folder that
    is private in the guest (/run, /tmp, /var/lib, /mnt).
    """

    def __init__(self, image: Image, run_dir: Path, kept: list[Path], devices: list[str], machine: Machine = HOST_LIKE) -> None:
        self.run_dir = run_dir
        self.results = run_dir / "results"
        self._write_guest_files(machine, kept)
        self._process, self._sockets = self._start_qemu(image, devices, machine)
        self.qmp = Qmp(self._sockets[0])
        self.shell = GuestShell(self._sockets[1], run_dir / "shell.log")
        started = time.monotonic()
        try:
            self.qmp.handshake(BOOT_TIMEOUT)
            self.shell.wait_ready(BOOT_TIMEOUT)
        except (LabError, OSError) as error:
            self.close()
            raise LabError(f"the guest did not boot: {error}\n{self._last_words()}") from error
        except BaseException:
            self.close()
            raise
        self.boot_seconds = time.monotonic() - started

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def sh(self, command: str, timeout: float = 60) -> str:
        """Run `command` as root in the guest; its output. A code other than 0 is an error."""
        return checked(command, self.attempt(command, timeout))

    def attempt(self, command: str, timeout: float = 60) -> tuple[int, str]:
        """Run `command` as root in the guest; its code and output."""
        try:
            return self.shell.attempt(command, timeout)
        except OSError as error:
            raise LabError(f"the guest is gone: {error}\n{self._last_words()}") from error

    def set_link(self, device: str, up: bool) -> None:
        """Plug or pull the cable of the NIC `device` (its QEMU id)."""
        self.qmp.execute("set_link", {"name": device, "up": up})

    def add_device(self, properties: dict[str, Any]) -> None:
        self.qmp.execute("device_add", properties)

    def delete_device(self, device: str, timeout: float = 60) -> None:
        """Ask the guest to give `device` up and wait until it has."""
        self.qmp.forget_events()
        self.qmp.execute("device_del", {"id": device})
        self.qmp.wait_event("DEVICE_DELETED", timeout, device=device)

    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End QEMU. Nothing in the guest is worth a shutdown: every file system there is memory or the host's."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for connection in self._sockets:
            connection.close()
        self.shell.close()

    def _write_guest_files(self, machine: Machine, kept: list[Path]) -> None:
        hidden = self.results / ".lab"
        hidden.mkdir(parents=True)
        for name in machine.guest_files:
            shutil.copyfile(LAB_SOURCE / "guestroot" / name, hidden / name)
        (hidden / "keep").write_text("".join(f"{path.resolve()}\n" for path in kept))

    def _start_qemu(self, image: Image, devices: list[str], machine: Machine) -> tuple[subprocess.Popen[bytes], list[socket.socket]]:
        if not shutil.which(machine.qemu):
            raise LabError(f"{machine.qemu} is not installed; run scripts/bootstrap lab")
        ours, theirs = zip(socket.socketpair(), socket.socketpair())
        command = [
            # QEMU must not outlive a lab that was killed.
            "setpriv", "--pdeathsig", "KILL",
            machine.qemu, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
            *machine.options, "-accel", "tcg", "-m", str(machine.memory_mb),
            "-kernel", str(image.kernel), "-initrd", str(image.initramfs), "-append", machine.kernel_arguments,
            "-chardev", f"socket,id=qmp,fd={theirs[0].fileno()}", "-mon", "chardev=qmp,mode=control",
            "-chardev", f"file,id=console,path={quoted(self.run_dir / 'console.log')}", "-serial", "chardev:console",
            "-chardev", f"socket,id=shell,fd={theirs[1].fileno()}", "-serial", "chardev:shell",
            "-virtfs", f"local,path={quoted(image.root)},mount_tag=host,security_model=none,readonly=on,multidevs=remap",
            "-virtfs", f"local,path={quoted(self.results)},mount_tag=results,security_model=none",
            *devices,
        ]  # fmt: skip
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=(self.run_dir / "qemu.log").open("wb"),
                stderr=subprocess.STDOUT,
                pass_fds=[end.fileno() for end in theirs],
                start_new_session=True,  # Ctrl-C is ours to handle, in order
            )
        finally:
            for end in theirs:
                end.close()
        return process, list(ours)

    def _last_words(self) -> str:
        lines = []
        for name in ("qemu.log", "console.log"):
            path = self.run_dir / name
            text = path.read_text(errors="replace").strip() if path.exists() else ""
            if text:
                lines.append(f"--- end of {path}\n{text[-1500:]}")
        return "\n".join(lines)


def quoted(path: Path) -> str:
    """A path as a value in QEMU's comma-separated options."""
    return str(path).replace(",", ",,")
