# SPDX-License-Identifier: Apache-2.0
"""Where the programs are that scripts/bootstrap takes out of packages, or that the host has installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.errors import LabError
from lab.paths import REPOSITORY


TOOLS = REPOSITORY / "build" / "tools"
# Debian's Alertmanager does not start without its templates, its Prometheus shows no page without its own, and both look for them in
# /usr/share alone.
NEEDS_DATA = ("prometheus", "prometheus-alertmanager")
# In a mount namespace: our data before the host's, where the kernel lets a user stack file systems, else alone.
WITH_DATA = 'mount -t overlay -o "lowerdir=$0:/usr/share" overlay /usr/share 2>/dev/null || mount --bind "$0" /usr/share; exec "$@"'


def tool(name: str) -> str:
    """The program `name` as one that can be run; LabError if it is nowhere."""
    local = TOOLS / name
    found = str(local) if local.exists() else shutil.which(name)
    if not found:
        raise LabError(f"{name} is not here; run scripts/bootstrap test")
    return found


def tool_command(name: str) -> list[str]:
    """How to run the program `name`: itself, or, taken out of its package, with the package's data in /usr/share."""
    program = tool(name)
    if name not in NEEDS_DATA or Path(program).parent != TOOLS:
        return [program]
    private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", WITH_DATA]
    return [*private, str(TOOLS / "share"), program]
