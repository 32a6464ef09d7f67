# SPDX-License-Identifier: Apache-2.0
"""scripts/run --stack as a person uses it: keys in, lines out, Ctrl-C. It boots a guest of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

from lab.paths import REPOSITORY

PATIENCE = 180.0  # a boot without KVM, on a busy machine
PAGE = re.compile(r"(page|metrics|queries|alerts|muted) +(http://127\.0\.0\.1:\d+/\S*)")


class Terminal:
    """`command` with its keys and lines."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def press(self, key: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(key)
        self.process.stdin.flush()

    def wait_for(self, pattern: str) -> str:
        """The first line that fits; AssertionError with all lines when it does not come, or cannot any more."""
        limit = time.monotonic() + PATIENCE
        with self._news:
            while True:
                found = next((line for line in self.lines if re.search(pattern, line)), None)
                if found:
                    return found
                left = limit - time.monotonic()
                assert left > 0 and self._reader.is_alive(), f"no line with {pattern!r}:\n" + "".join(self.lines)
                self._news.wait(min(left, 1))

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            stream.close()


class StackTest(unittest.TestCase):
    def test_a_stranded_bond_is_told_and_its_end_too_and_nothing_stays_behind(self) -> None:
        preset = os.environ.get("HNV_PRESET", "release")
        terminal = Terminal(sys.executable, "-m", "lab", "run", "--stack", "--preset", preset)
        self.addCleanup(terminal.close)
        terminal.wait_for("q  quit")
        pages = dict(PAGE.findall("".join(terminal.lines)))
        self.assertEqual(sorted(pages), ["alerts", "metrics", "muted", "page", "queries"])
        for name, url in pages.items():
            with self.subTest(name), urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                self.assertEqual(answer.status, 200)
        terminal.press("t")
        terminal.wait_for(r"ALERT to tickets: HnvTrafficOnVirtual bond191554c8")
        terminal.press("r")
        terminal.wait_for(r"ENDED to tickets: HnvTrafficOnVirtual bond191554c8")
        self.assertEqual(terminal.interrupt(), 0)
        for name, url in pages.items():
            with self.subTest(name), self.assertRaises(urllib.error.URLError):
                urllib.request.urlopen(url, timeout=PATIENCE)


if __name__ == "__main__":
    unittest.main()
