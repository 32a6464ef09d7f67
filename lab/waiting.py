# SPDX-License-Identifier: Apache-2.0
"""Waiting by looking: a time-out is how long a busy machine may take, never how long something is expected to take."""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.errors import NotReached

POLL_SECONDS = 0.02
# Load makes an emulated guest several times slower. Waiting longer costs nothing when the state is reached.
PATIENCE = 20.0


def wait_until(reached: Callable[[], bool], timeout: float = PATIENCE, what: str = "the expected state") -> float:
    """Wait until `reached()` and return the seconds it took; NotReached after `timeout`."""
    start = time.monotonic()
    while not reached():
        if time.monotonic() - start > timeout:
            raise NotReached(f"{what}: not reached within {timeout:g} s")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - start


def stays(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Look for `seconds` and fail as soon as `holds()` is false."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if not holds():
            raise NotReached(f"{what}: no longer true after {time.monotonic() - start:.2f} s")
        time.sleep(POLL_SECONDS)
