# SPDX-License-Identifier: Apache-2.0
"""Where the programs are that scripts/bootstrap takes out of packages, or that the host has installed."""

from __future__ import annotations

import shutil

from lab.errors import LabError
from lab.paths import REPOSITORY


def tool(name: str) -> str:
    """The program `name` as one that can be run; LabError if it is nowhere."""
    local = REPOSITORY / "build" / "tools" / name
    found = str(local) if local.exists() else shutil.which(name)
    if not found:
        raise LabError(f"{name} is not here; run scripts/bootstrap test")
    return found
