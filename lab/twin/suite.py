# SPDX-License-Identifier: Apache-2.0
"""Stories on an emulated Power partition, with Debian's own hcnmgr, drmgr and NetworkManager, and our programs cross-built.

Exit codes: 0 all passed, 1 a story failed, 2 the twin could not run (nothing built, no guest).
"""

from __future__ import annotations

import argparse
import time
import traceback
from pathlib import Path

from lab.errors import LabError
from lab.programs import Build
from lab.progress import GREEN, RED, paint, say
from lab.twin.image import ensure_twin_image
from lab.twin.stories import STORIES, Story, Twin

EXAMPLES = """examples:
  python3 -m lab twin                        every story, with the programs of build/ppc64le (scripts/cross ppc64le makes them)
  python3 -m lab twin --only lpm             one story
  python3 -m lab twin --platform-only        what hcnmgr, drmgr and NetworkManager do without our programs

Each story starts a partition of its own; its time line and logs stay in the folder that is named at the end.
"""


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="python3 -m lab twin", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--build", type=Path, metavar="DIR", help="build folder with the programs (default: build/ppc64le)")
    result.add_argument("--only", action="append", default=[], metavar="NAME", help="run this story (repeatable)")
    result.add_argument("--list", action="store_true", help="list the stories and exit")
    result.add_argument("--image", action="store_true", help="fetch and unpack the partition's kernel and software, nothing else")
    result.add_argument("--fast", action="store_true", help="bonds from stored profiles also where hcnmgr would make them")
    result.add_argument("--platform-only", action="store_true", help="the platform's part and the kernel's answers, no program of ours")
    return result


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.list:
        for entry in STORIES:
            say(f"{entry.name:14} {entry.title}")
        return 0
    try:
        if options.image:
            image = ensure_twin_image()
            say(f"twin: Linux {image.release}, in {image.kernel.parent}")
            return 0
        return run_chosen(options)
    except LabError as error:
        say(f"{paint('error', RED)}: {error}")
        return 2


def run_chosen(options: argparse.Namespace) -> int:
    build = Build(options.build.resolve()) if options.build else Build.of_preset("ppc64le")
    chosen = choose(options.only)
    if not options.platform_only:
        build.require()
    return run(chosen, None if options.platform_only else build, options.fast)


def choose(only: list[str]) -> list[Story]:
    unknown = set(only) - {entry.name for entry in STORIES}
    if unknown:
        raise LabError(f"no story named {', '.join(sorted(unknown))}; see --list")
    return [entry for entry in STORIES if not only or entry.name in only]


def run(chosen: list[Story], build: Build | None, fast: bool) -> int:
    image = ensure_twin_image()
    failed = []
    start = time.monotonic()
    for entry in chosen:
        if not run_story(entry, Twin(image, build, fast, entry.name)):
            failed.append(entry.name)
    say(f"\n{len(chosen) - len(failed)} of {len(chosen)} stories passed in {time.monotonic() - start:.0f} s (Linux {image.release})")
    again = "--platform-only" if build is None else f"--build {build.folder}"
    for name in failed:
        say(f"  {paint('failed', RED)}: {name}    (again: python3 -m lab twin {again} --only {name})")
    return 1 if failed else 0


def run_story(entry: Story, twin: Twin) -> bool:
    """One story; True if it passed. A failure prints what one needs to understand it."""
    start = time.monotonic()
    error: Exception | None = None
    try:
        entry.tell(twin)
    except (AssertionError, LabError, OSError, ValueError, KeyError) as caught:
        error = caught
    verdict = paint("FAIL", RED) if error else paint("PASS", GREEN)
    say(f"{verdict} {time.monotonic() - start:6.1f} s  {entry.name}: {entry.title}")
    for remark in twin.remarks:
        say(f"  {remark}")
    if error:
        say(f"  {_where(error)}\n  {error}\n{twin.last_words}")
    for folder in twin.run_dirs:
        say(f"  time line and logs: {folder}")
    return error is None


def _where(error: BaseException) -> str:
    """The story's own line, which says more than the helper that raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/twin/stories/" in frame.filename]
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(error).__name__
