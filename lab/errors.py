# SPDX-License-Identifier: Apache-2.0
"""Errors of the lab. Each message says what happened and what to do next; none needs a traceback to be understood."""

from __future__ import annotations


class LabError(Exception):
    """The lab itself cannot go on (no kernel, no QEMU, the guest died)."""


class GuestCommandError(LabError):
    """A command in the guest ended with a code other than 0."""

    def __init__(self, command: str, code: int, output: str) -> None:
        super().__init__(f"guest command ended with code {code}: {command}\n{output}")
        self.command = command
        self.code = code
        self.output = output


class GuestTimeout(LabError):
    """A command in the guest did not end in time."""


class NotReached(AssertionError):
    """A state that was waited for did not come about in time."""
