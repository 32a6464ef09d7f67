# SPDX-License-Identifier: Apache-2.0
"""The root shell in the guest, over a serial line (the other end is guestroot/shell)."""

from __future__ import annotations

import re
import select
import socket
import threading
import time
from pathlib import Path

from lab.errors import GuestCommandError, GuestTimeout, LabError

# The guest's terminal buffers what the shell has not read yet, but not without end; longer scripts go by file.
LONGEST_COMMAND = 32768
MARKER = re.compile(rb"\x01(\d+):(\d+)\x02")


class GuestShell:
    """Runs one command at a time; safe to call from several threads."""

    def __init__(self, connection: socket.socket, log: Path) -> None:
        self._connection = connection
        self._log = log.open("w")
        self._lock = threading.Lock()
        self._buffer = b""
        self._number = 0

    def wait_ready(self, timeout: float) -> None:
        self._collect(0, timeout, "boot")

    def attempt(self, command: str, timeout: float = 60) -> tuple[int, str]:
        """Run `command` and return its exit code and its output (stdout and stderr)."""
        data = command.encode()
        if len(data) > LONGEST_COMMAND or b"\0" in data:
            raise LabError(f"guest command of {len(data)} bytes: put it into a file in the results folder")
        with self._lock:
            self._number += 1
            self._note(f"# {command}")
            self._connection.sendall(b"%d\0%s\0" % (self._number, data))
            code, output = self._collect(self._number, timeout, command)
            self._note(output + (f"\n(code {code})" if code else ""))
            return code, output

    def close(self) -> None:
        self._log.close()

    def _collect(self, number: int, timeout: float, command: str) -> tuple[int, str]:
        """Read up to the marker of `number`. Output of an earlier command that timed out is dropped on the way."""
        end = time.monotonic() + timeout
        while True:
            while found := MARKER.search(self._buffer):
                output, self._buffer = self._buffer[: found.start()], self._buffer[found.end() :]
                if int(found.group(1)) == number:
                    return int(found.group(2)), output.decode(errors="replace").rstrip("\n")
            if not select.select([self._connection], [], [], max(0.0, end - time.monotonic()))[0]:
                shown = self._buffer[-2000:].decode(errors="replace")
                raise GuestTimeout(f"not done after {timeout:.0f} s in the guest: {command}\n{shown}")
            received = self._connection.recv(65536)
            if not received:
                raise LabError(f"the guest went away during: {command}")
            self._buffer += received

    def _note(self, text: str) -> None:
        self._log.write(text + "\n")
        self._log.flush()


def checked(command: str, result: tuple[int, str]) -> str:
    """The output of a command that must have succeeded."""
    code, output = result
    if code != 0:
        raise GuestCommandError(command, code, output)
    return output
