# SPDX-License-Identifier: Apache-2.0
"""A thousand partitions that are one process: recorded pages, each under a path of its own, with counters that rise."""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType

from lab.errors import LabError
from lab.scrape import Metrics
from lab.waiting import PATIENCE

TRAFFIC = re.compile(r"^hnv_(bond|slave)_(?:receive|transmit)_(bytes|packets)_total\{")
# Per second, of a bond and of the slave that carries its traffic; the other one hears broadcasts only.
RATE = {"bytes": 6_000_000, "packets": 5_000}
IDLE_SHARE = 1 / 10_000
# What rises besides: per second.
RISING = {"hnv_link_messages_total": 0.1, "process_cpu_seconds_total": 0.0004}
DEVICE = re.compile(r'device="([^"]+)"')
BOND = re.compile(r'bond="([^"]+)"')

Row = Callable[[float, float], str]  # the seconds since the start and a partition's phase; the line


@dataclass(frozen=True)
class Page:
    """A recorded page, cut where something changes from scrape to scrape."""

    parts: list[str | Row]
    bonds: list[str]

    def at(self, seconds: float, name: str) -> bytes:
        """The page of the partition `name`, whose bonds are named as only its own are."""
        number = zlib.crc32(name.encode())
        text = "".join(part if isinstance(part, str) else part(seconds, number % 1000) for part in self.parts)
        for index, bond in enumerate(self.bonds):
            text = text.replace(f'bond="{bond}"', f'bond="bond{(number + index) % 2**32:08x}"')
        return text.encode()


def page_of(text: str, off_sriov: bool = False, flaps: bool = False) -> Page:
    """`off_sriov`: the time off SR-IOV rises; `flaps`: a failover a minute, and back."""
    metrics = Metrics(text)
    carries = {sample.labels["device"] for sample in metrics.find("hnv_slave_active") if sample.value == 1}
    parts: list[str | Row] = []
    still: list[str] = []
    for line in text.splitlines():
        speed = _speed(line, carries, off_sriov, flaps)
        if speed == 0:
            still.append(line + "\n")
            continue
        parts += ["".join(still), _rising(line, speed)]
        still = []
    parts.append("".join(still))
    return Page(parts, sorted({sample.labels["bond"] for sample in metrics.samples if "bond" in sample.labels}))


def _speed(line: str, carries: set[str], off_sriov: bool, flaps: bool) -> float:
    """How much the line's counter rises in a second."""
    found = TRAFFIC.match(line)
    if found:
        device = DEVICE.search(line)
        return RATE[found[2]] * (1 if found[1] == "bond" or (device and device[1] in carries) else IDLE_SHARE)
    if off_sriov and line.startswith("hnv_bond_off_sriov_seconds_total") and 'reason="observe"' in line:
        return 1
    if flaps and line.startswith("hnv_bond_failovers_total") and 'cause="link_' in line and ("to_virtual" in line or "to_sriov" in line):
        return 1 / 60
    return next((speed for name, speed in RISING.items() if line.startswith(name)), 0)


def _rising(line: str, speed: float) -> Row:
    before, _, value = line.rpartition(" ")
    start = float(value)
    whole = "." not in value and speed > 0.01

    def row(seconds: float, phase: float) -> str:
        # Never falls: the swing's steepest slope is less than 1.
        moved = start + speed * (seconds + phase + 3 * math.sin(seconds / 7 + phase))
        return f"{before} {int(moved) if whole else round(moved, 2)}\n"

    return row


class Replay:
    """Serves the page of each partition at /NAME on a free port of the loopback. Use it as a context manager."""

    def __init__(self, pages: dict[str, Page]) -> None:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        # Pages hold functions, which only a fork takes along.
        self._process = multiprocessing.get_context("fork").Process(target=_serve, args=(pages, theirs), daemon=True)
        self._process.start()
        if not ours.poll(PATIENCE):
            self._process.kill()
            raise LabError("the server of the recorded pages did not start")
        self.address = f"127.0.0.1:{ours.recv()}"

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.join()


def _serve(pages: dict[str, Page], started: Connection) -> None:
    begun = time.monotonic()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                name = head.split(b" ", 2)[1].decode().lstrip("/")
                body = pages[name].at(time.monotonic() - begun, name)
                length = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(length.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        started.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        pass
