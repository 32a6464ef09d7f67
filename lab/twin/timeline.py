# SPDX-License-Identifier: Apache-2.0
"""What happened in the twin, in order: the bonds' states, the platform's processes, what was done, and what the watchdog logged."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# Events of the watchdog's log that belong on a time line; the others are detail.
SHOWN_EVENTS = (
    "write", "restored", "restore_failed", "failover", "paused", "frame_changed",
    "lpm_window_opened", "lpm_window_closed", "lpm_overdue", "lpm_counted",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """`at` is in seconds of the guest's clock."""

    at: float
    subject: str
    text: str

    @property
    def ports(self) -> set[str]:
        """Of a bond's sample."""
        found = re.search(r"ports=(\S+)", self.text)
        return set(found.group(1).split(",")) - {"none"} if found else set()


@dataclass(frozen=True)
class LogEvent:
    """A line of a daemon's log."""

    at: float
    fields: dict[str, str]

    @property
    def name(self) -> str:
        return self.fields.get("event", "")

    def __str__(self) -> str:
        return " ".join(f"{key}={value}" for key, value in self.fields.items() if key not in ("time", "level"))


def log_events(path: Path) -> list[LogEvent]:
    """The lines of a logfmt log that has been written so far."""
    text = path.read_text(errors="replace") if path.exists() else ""
    events = []
    for line in text.splitlines():
        if line.startswith("time="):
            fields = dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
            events.append(LogEvent(datetime.fromisoformat(fields["time"].replace("Z", "+00:00")).timestamp(), fields))
    return events


def samples(results: Path) -> list[Entry]:
    """What guestroot/sampler.py saw and guestroot/power noted."""
    entries = []
    for name, subject in (("sampler.log", ""), ("notes", "platform")):
        path = results / name
        for line in path.read_text().splitlines() if path.exists() else ():
            at, _, rest = line.partition(" ")
            words = (subject, rest) if subject else tuple(rest.split(" ", 1))
            entries.append(Entry(float(at), *words))
    return entries


def timeline(results: Path) -> list[Entry]:
    """Everything, in order."""
    entries = samples(results)
    for event in log_events(results / "hnv-watchdog.log"):
        if event.name in SHOWN_EVENTS:
            entries.append(Entry(event.at, "watchdog", str(event)))
    return sorted(entries, key=lambda entry: entry.at)


def rendered(entries: list[Entry]) -> str:
    """With seconds from the first entry, so that two runs can be laid side by side."""
    start = entries[0].at if entries else 0.0
    return "".join(f"{entry.at - start:8.2f}  {entry.subject:13} {entry.text}\n" for entry in entries)
