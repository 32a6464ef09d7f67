# SPDX-License-Identifier: Apache-2.0
"""One-letter commands: read a key, do the deed, say what happened and how long it took."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.errors import LabError
from lab.progress import BOLD, DIM, RED, paint, say

QUIT = "q"


@dataclass(frozen=True)
class Command:
    key: str
    text: str
    run: Callable[[], str]


class Console:
    """Runs `commands` until q, end of input or Ctrl-C. Each command returns the line that tells what happened."""

    def __init__(self, commands: list[Command]) -> None:
        self._commands = {command.key: command for command in commands}

    def help(self) -> str:
        lines = [f"  {paint(command.key, BOLD)}  {command.text}" for command in self._commands.values()]
        return "\n".join([*lines, f"  {paint('h', BOLD)}  this help", f"  {paint(QUIT, BOLD)}  quit"])

    def run(self) -> None:
        say(self.help())
        with contextlib.suppress(KeyboardInterrupt):
            for key in _keys():
                if key == QUIT:
                    return
                self._act(key)

    def _act(self, key: str) -> None:
        command = self._commands.get(key)
        if key in "h?":
            say(self.help())
        elif command is None:
            say(f"{key!r} is not a command; h shows them")
        else:
            start = time.monotonic()
            print(f"{paint(key, BOLD)}  {command.text} ... ", end="", flush=True)
            try:
                result = command.run()
            except (AssertionError, LabError) as error:
                result = f"{paint('failed', RED)}: {error}"
            say(f"{result} {paint(f'({time.monotonic() - start:.1f} s)', DIM)}")


def _keys() -> Iterator[str]:
    """Keys as they are pressed on a terminal, else the characters of stdin."""
    descriptor = sys.stdin.fileno()
    with _single_keys(descriptor):
        while read := os.read(descriptor, 1):
            key = read.decode(errors="replace")
            if not key.isspace():
                yield key


@contextlib.contextmanager
def _single_keys(descriptor: int) -> Iterator[None]:
    if not os.isatty(descriptor):
        yield
        return
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
