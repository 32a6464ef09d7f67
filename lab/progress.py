# SPDX-License-Identifier: Apache-2.0
"""What the user sees while the lab works: one line a step with its time, colours on a terminal only."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

GREEN, RED, YELLOW, BOLD, DIM = "32", "31", "33", "1", "2"


def paint(text: str, colour: str, stream: TextIO = sys.stdout) -> str:
    """`text` in an ANSI colour when `stream` is a terminal and NO_COLOR is not set."""
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{colour}m{text}\033[0m"


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `title` now and its duration (or that it failed) when the block ends."""
    start = time.monotonic()
    print(f"{paint('==>', BOLD)} {title} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(paint(f"failed after {time.monotonic() - start:.1f} s", RED), flush=True)
        raise
    print(paint(f"{time.monotonic() - start:.1f} s", DIM), flush=True)
