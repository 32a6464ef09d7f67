# SPDX-License-Identifier: Apache-2.0
"""QEMU's control socket (QMP): commands, and events kept until someone waits for them."""

from __future__ import annotations

import json
import select
import socket
import time
from typing import Any

from lab.errors import LabError


class Qmp:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""
        self._events: list[dict[str, Any]] = []

    def handshake(self, timeout: float) -> None:
        """Take QEMU's greeting and leave its negotiation mode."""
        self._next_message(timeout)
        self.execute("qmp_capabilities")

    def execute(self, command: str, arguments: dict[str, Any] | None = None, timeout: float = 60) -> Any:
        self._connection.sendall(json.dumps({"execute": command, "arguments": arguments or {}}).encode() + b"\n")
        end = time.monotonic() + timeout
        while True:
            message = self._next_message(end - time.monotonic())
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise LabError(f"QEMU refused {command} {arguments or ''}: {message['error']['desc']}")
            else:
                return message["return"]

    def monitor(self, line: str) -> str:
        """A command of the human monitor, for what QMP does not offer."""
        answer = self.execute("human-monitor-command", {"command-line": line})
        return str(answer)

    def forget_events(self) -> None:
        self._events.clear()

    def wait_event(self, name: str, timeout: float = 60, **data: Any) -> dict[str, Any]:
        """The first event `name` whose data holds `data`, received before or within `timeout` seconds."""
        end = time.monotonic() + timeout
        while True:
            for event in self._events:
                if event["event"] == name and data.items() <= event.get("data", {}).items():
                    self._events.remove(event)
                    return event
            message = self._next_message(end - time.monotonic())
            if "event" in message:
                self._events.append(message)

    def _next_message(self, timeout: float) -> dict[str, Any]:
        end = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            if not select.select([self._connection], [], [], max(0.0, end - time.monotonic()))[0]:
                raise LabError(f"QEMU did not answer on its control socket within {timeout:.0f} s")
            received = self._connection.recv(65536)
            if not received:
                raise LabError("QEMU closed its control socket")
            self._buffer += received
        line, self._buffer = self._buffer.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message
