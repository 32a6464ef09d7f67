# SPDX-License-Identifier: Apache-2.0
"""Where the programs are that scripts/bootstrap takes out of packages, or that the host has installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.errors import LabError
from lab.paths import REPOSITORY


TOOLS = REPOSITORY / "build" / "tools"
# Debian's Alertmanager does not start without its templates, and looks for them in /usr/share alone.
NEEDS_DATA = ("prometheus-alertmanager",)


def tool(name: str) -> str:
    """The program `name` as one that can be run; LabError if it is nowhere."""
    local = TOOLS / name
    found = str(local) if local.exists() else shutil.which(name)
    if not found:
        raise LabError(f"{name} is not here; run scripts/bootstrap test")
    return found


def tool_command(name: str) -> list[str]:
    """How to run the program `name`: itself, or, taken out of its package, with the package's data in the place of /usr/share."""
    program = tool(name)
    if name not in NEEDS_DATA or Path(program).parent != TOOLS:
        return [program]
    private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"']
    return [*private, str(TOOLS / "share"), program]
