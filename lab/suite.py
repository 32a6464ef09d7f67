# SPDX-License-Identifier: Apache-2.0
"""The guest suite: one boot, many stories.

Exit codes: 0 all passed, 1 a case failed, 2 the suite could not run (nothing built, no guest).
"""

from __future__ import annotations

import argparse
import time
import traceback
from pathlib import Path

from lab.cases import CASES, Case
from lab.errors import GuestTimeout, LabError
from lab.image import Image, ensure_image
from lab.partition import Partition
from lab.programs import Build
from lab.progress import GREEN, RED, paint, say, step

EXAMPLES = """examples:
  python3 -m lab suite                              every case, with the programs of build/release
  python3 -m lab suite --kernel-only                the cases that need no program of ours
  python3 -m lab suite --only replug_other_name     one case
  python3 -m lab suite --asan                       with the programs of build/asan-ubsan
  python3 -m lab suite --part 1/2                   the first, third, fifth, ... case
  python3 -m lab suite --long                       the cases that take minutes
"""


def part(text: str) -> slice:
    """The cases of K/N in the list of all."""
    first, _, parts = text.partition("/")
    if not (first.isdigit() and parts.isdigit() and 1 <= int(first) <= int(parts)):
        raise argparse.ArgumentTypeError(f"'{text}' is not K/N with 1 <= K <= N, as 1/2")
    return slice(int(first) - 1, None, int(parts))


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="python3 -m lab suite", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--build", type=Path, metavar="DIR", help="build folder with the programs (default: build/release)")
    result.add_argument("--asan", action="store_true", help="use build/asan-ubsan")
    result.add_argument("--only", action="append", default=[], metavar="NAME", help="run this case (repeatable)")
    result.add_argument("--part", type=part, metavar="K/N", help="every Nth case, beginning with the Kth: N guests can share the work")
    result.add_argument("--list", action="store_true", help="list the cases and exit")
    result.add_argument("--kernel-only", action="store_true", help="only the cases that need no program of ours")
    result.add_argument("--long", action="store_true", help="the cases that take too long for every change, and no other")
    result.add_argument("--require-gtest", action="store_true", help="fail if <build>/tests/guest_tests is not there")
    return result


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.list:
        for entry in CASES:
            say(f"{entry.name:28} {entry.title}")
        return 0
    build = Build(options.build.resolve()) if options.build else Build.of_preset("asan-ubsan" if options.asan else "release")
    try:
        chosen = choose(options.only, options.kernel_only, options.require_gtest, options.long, build)
        if options.part:
            chosen = chosen[options.part]
        if any(entry.needs_programs for entry in chosen):
            build.require()
        return run(chosen, build)
    except LabError as error:
        say(f"{paint('error', RED)}: {error}")
        return 2


def choose(only: list[str], kernel_only: bool, require_gtest: bool, long: bool, build: Build) -> list[Case]:
    """The cases to run, in their order."""
    unknown = set(only) - {entry.name for entry in CASES}
    if unknown:
        raise LabError(f"no case named {', '.join(sorted(unknown))}; see --list")
    if require_gtest and not build.guest_tests.exists():
        raise LabError(f"{build.guest_tests} is not there; run: cmake --build {build.folder}")
    chosen = [entry for entry in CASES if (entry.name in only if only else entry.long == long)]
    if kernel_only:
        chosen = [entry for entry in chosen if not entry.needs_programs and not entry.needs_guest_tests]
    if not build.guest_tests.exists():
        chosen = [entry for entry in chosen if not entry.needs_guest_tests]
    if not chosen:
        raise LabError("no case is left to run")
    return chosen


def run(chosen: list[Case], build: Build) -> int:
    """Boot once, run each case on a reset partition, print a line a case and a summary."""
    image = ensure_image()
    failed = []
    start = time.monotonic()
    with booted(image, build, "suite") as partition:
        for entry in chosen:
            if not run_case(entry, partition):
                failed.append(entry.name)
            if not partition.guest.alive():
                raise LabError(f"the guest died in {entry.name}; see {partition.run_dir}/console.log")
        logs = partition.run_dir
    seconds = time.monotonic() - start
    say(f"\n{len(chosen) - len(failed)} of {len(chosen)} cases passed in {seconds:.0f} s; logs in {logs}")
    for name in failed:
        say(f"  {paint('failed', RED)}: {name}    (again: python3 -m lab suite --build {build.folder} --only {name})")
    return 1 if failed else 0


def run_case(entry: Case, partition: Partition) -> bool:
    """One case; True if it passed. A failure prints what one needs to understand it."""
    start = time.monotonic()
    try:
        partition.reset()
        entry.run(partition)
        problems = partition.complaints()
        if problems:
            raise AssertionError("; ".join(problems))
    except (AssertionError, LabError, OSError, ValueError, KeyError) as error:
        say(f"{paint('FAIL', RED)} {time.monotonic() - start:6.1f} s  {entry.name}: {entry.title}")
        say(f"  {_where(error)}\n  {error}")
        _explain(entry, partition)
        return False
    say(f"{paint('PASS', GREEN)} {time.monotonic() - start:6.1f} s  {entry.name}: {entry.title}")
    return True


def _explain(entry: Case, partition: Partition) -> None:
    try:
        partition.keep_logs(entry.name)
        say(partition.diagnosis())
    except (LabError, GuestTimeout) as error:
        say(f"  (no diagnosis: {error})")


def _where(error: BaseException) -> str:
    """The case's own line, which says more than the helper that raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/lab/cases/" in frame.filename]
    return f"{type(error).__name__} at {Path(frames[0].filename).name}:{frames[0].lineno}" if frames else type(error).__name__


def booted(image: Image, build: Build | None, purpose: str, own_time: bool = False) -> Partition:
    with step(f"booting the lab guest (Linux {image.release}, QEMU without KVM)"):
        return Partition(image, build, purpose, own_time)
