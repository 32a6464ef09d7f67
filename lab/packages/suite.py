# SPDX-License-Identifier: Apache-2.0
"""The packages' life in a guest with Debian and systemd: installed, used, killed, upgraded, downgraded, purged.

Exit codes: 0 all as it should be, 1 something was not, 2 could not run (no packages, no guest).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lab.errors import LabError
from lab.packages.image import ensure_packages_image
from lab.packages.machine import Machine
from lab.packages.story import Story
from lab.paths import REPOSITORY
from lab.progress import GREEN, RED, paint, say

EXAMPLES = """examples:
  scripts/package all && scripts/package deb --version 0.0.9 --output build/packages/previous
  python3 -m lab packages                                  with these
  python3 -m lab packages --previous ~/hnv-0.1/packages    upgrade from the packages of an earlier commit
"""


def parser() -> argparse.ArgumentParser:
    packages = REPOSITORY / "build" / "packages"
    result = argparse.ArgumentParser(
        prog="python3 -m lab packages", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--debs", type=Path, default=packages, metavar="DIR", help="the deb packages (default: build/packages)")
    result.add_argument("--previous", type=Path, default=packages / "previous", metavar="DIR", help="of an older version (default: build/packages/previous)")
    result.add_argument("--rpms", type=Path, default=packages, metavar="DIR", help="the rpm packages; without any, that part is left out (default: build/packages)")
    return result


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    try:
        image = ensure_packages_image()
        with Machine(image, options.debs, options.previous, options.rpms) as machine:
            story = Story(machine)
            try:
                story.tell()
                if any(options.rpms.glob("hnv*.rpm")):
                    story.tell_rpm()
            except (AssertionError, LabError) as error:
                say(f"{paint('FAIL', RED)}: {error}\n{machine.diagnosis()}\nlogs: {machine.run_dir}")
                return 1
    except (LabError, OSError) as error:
        say(f"{paint('error', RED)}: {error}")
        return 2
    say(paint("The packages are installed in a minute and removed without a trace.", GREEN))
    return 0
