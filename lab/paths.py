# SPDX-License-Identifier: Apache-2.0
"""Where the lab finds the project and keeps its own files, in one place so that nothing is written anywhere else."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LAB_SOURCE = REPOSITORY / "lab"

KEPT_RUNS = 8
OWNER = "owner.pid"  # who uses a run's folder; a lab that was killed no longer counts


def lab_dir() -> Path:
    """The folder of kernel images and run records: $HNV_LAB_DIR, else build/lab in the checkout."""
    chosen = os.environ.get("HNV_LAB_DIR")
    folder = Path(chosen).expanduser().resolve() if chosen else REPOSITORY / "build" / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_run_dir(purpose: str) -> Path:
    """A fresh folder for one guest's console, logs and results; the oldest ones beyond KEPT_RUNS are removed."""
    runs = lab_dir() / "runs"
    runs.mkdir(exist_ok=True)
    old = sorted((entry for entry in runs.iterdir() if entry.is_dir()), key=lambda entry: entry.stat().st_mtime)
    for entry in old[: max(0, len(old) - KEPT_RUNS + 1)]:
        if not _in_use(entry):
            shutil.rmtree(entry, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=runs))
    (folder / OWNER).write_text(str(os.getpid()))
    return folder


def _in_use(run_dir: Path) -> bool:
    owner = run_dir / OWNER
    return owner.exists() and Path("/proc", owner.read_text()).exists()
