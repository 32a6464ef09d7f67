# SPDX-License-Identifier: Apache-2.0
"""Random changes to two bonds for a long time, under a watchdog built with sanitizers.

Exit codes: 0 all is well at the end, 1 something is not, 2 the soak could not run.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.bench import usage
from lab.bond import Bond
from lab.checks import expect, expect_true
from lab.errors import LabError
from lab.image import ensure_image
from lab.partition import STATUS_FILE, Partition
from lab.programs import Build
from lab.progress import GREEN, RED, paint, say
from lab.suite import booted
from lab.waiting import wait_until

EXAMPLES = """examples:
  python3 -m lab soak                        30 minutes with the programs of build/asan-ubsan
  python3 -m lab soak --minutes 5 --seed 7   the same changes as in any other run with this seed
"""
# AddressSanitizer keeps 256 MiB of freed memory by default, in which a leak of half an hour would not be seen.
QUARANTINE = "quarantine_size_mb=8"
# By the second third, what is allocated once and the 1,000 events of the journal are there.
RSS_SLACK_KIB = 2048
SAMPLE_SECONDS = 10.0
REPORT_SECONDS = 60.0


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="python3 -m lab soak", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--minutes", type=float, default=30.0, help="how long (default: %(default)g)")
    result.add_argument("--seed", type=int, default=1, help="of the random changes (default: %(default)s)")
    result.add_argument("--build", type=Path, metavar="DIR", help="build folder with the programs (default: build/asan-ubsan)")
    return result


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    build = Build(options.build.resolve()) if options.build else Build.of_preset("asan-ubsan")
    try:
        if not build.watchdog.exists():
            raise LabError(f"{build.watchdog} is not there; run: cmake --build {build.folder} --target hnv-watchdog")
        with booted(ensure_image(), build, "soak") as partition:
            soak = Soak(partition, random.Random(options.seed))
            try:
                soak.run(options.minutes * 60)
            except (AssertionError, KeyError) as error:
                say(f"{paint('FAIL', RED)} {error}\n{partition.diagnosis()}")
                return 1
    except LabError as error:
        say(f"{paint('error', RED)}: {error}")
        return 2
    return 0


class Churn:
    """Whatever may happen to one bond, one step at a time; it knows what is unplugged, released, renamed or down."""

    def __init__(self, bond: Bond, dice: random.Random) -> None:
        self.bond = bond
        self.dice = dice
        self.plugged = self.enslaved = True
        self.names = 0

    def step(self) -> str:
        choices: list[Callable[[], None]] = [self.flap_virtual, self.write_primary, self.write_active]
        if not self.plugged:
            choices += [self.plug] * 3
        elif not self.enslaved:
            choices += [self.enslave] * 3
        else:
            choices += [self.flap, self.flap, self.admin, self.release, self.rename, self.unplug]
        chosen = self.dice.choice(choices)
        chosen()
        return chosen.__name__

    def settle(self) -> None:
        """Everything back in its place."""
        if not self.plugged:
            self.plug()
        if not self.enslaved:
            self.enslave()
        self.bond.link_up()
        self.bond.virtual_link(True)
        self.bond.admin_up()

    def flap(self) -> None:
        self.bond.link_down()
        time.sleep(self.dice.choice((0.0, 0.05, 0.3)))
        self.bond.link_up()

    def flap_virtual(self) -> None:
        self.bond.virtual_link(False)
        time.sleep(self.dice.choice((0.0, 0.05, 0.3)))
        self.bond.virtual_link(True)

    def admin(self) -> None:
        self.bond.admin_down()
        time.sleep(self.dice.choice((0.0, 0.2)))
        self.bond.admin_up()

    def release(self) -> None:
        self.bond.release(self.bond.sriov)
        self.enslaved = False

    def enslave(self) -> None:
        self.bond.guest.sh(f"enslave {self.bond.name} {self.bond.sriov}")
        self.enslaved = True

    def rename(self) -> None:
        self.bond.rename_sriov(self._new_name())

    def unplug(self) -> None:
        self.bond.unplug()
        self.plugged = self.enslaved = False

    def plug(self) -> None:
        self.bond.plug(self._new_name())
        self.plugged = self.enslaved = True

    def write_primary(self) -> None:
        self._write("primary", self.dice.choice((self.bond.virtual, self.bond.sriov, "")))

    def write_active(self) -> None:
        self._write("active_slave", self.dice.choice((self.bond.virtual, self.bond.sriov)))

    def _write(self, option: str, value: str) -> None:
        # A device that is away or has no link is refused, as it should be.
        self.bond.guest.attempt(f"echo '{value}' >/sys/class/net/{self.bond.name}/bonding/{option}")

    def _new_name(self) -> str:
        self.names += 1
        return f"enP{self.bond.wiring.sriov.id[-1]}x{self.names}"


class Soak:
    def __init__(self, partition: Partition, dice: random.Random) -> None:
        self.partition = partition
        self.churns = [Churn(bond, dice) for bond in partition.bonds]
        self.dice = dice
        self.counts: dict[str, int] = {}
        self.rss: list[int] = []

    def run(self, seconds: float) -> None:
        partition = self.partition
        for bond in partition.bonds:
            bond.create()
        partition.start_watchdog(partition.config_for(*partition.bonds), asan=QUARANTINE)
        begin = time.monotonic()
        sampled = reported = begin
        while (now := time.monotonic()) - begin < seconds:
            name = self.dice.choice(self.churns).step()
            self.counts[name] = self.counts.get(name, 0) + 1
            time.sleep(self.dice.choice((0.0, 0.0, 0.1, 1.0)))
            if now - sampled >= SAMPLE_SECONDS:
                sampled = now
                self.rss.append(usage(partition, partition.watchdog).rss_kib)
            if now - reported >= REPORT_SECONDS:
                reported = now
                self._report(now - begin)
        for churn in self.churns:
            churn.settle()
        self._report(time.monotonic() - begin)
        self._check()
        say(f"{paint('PASS', GREEN)} {sum(self.counts.values())} changes: {self.counts}")

    def _report(self, elapsed: float) -> None:
        expect_true(self.partition.watchdog.running(), "the watchdog is alive")
        expect(self.partition.complaints(), [], "complaints of the sanitizers")
        rss = usage(self.partition, self.partition.watchdog).rss_kib
        links = self._status()["links"]
        say(f"{elapsed / 60:5.1f} min: {sum(self.counts.values())} changes, RSS {rss} KiB, {links}")

    def _check(self) -> None:
        third = len(self.rss) // 3
        expect_true(third >= 3, f"the soak is long enough to compare its thirds: {len(self.rss)} samples")
        second, last = (statistics.median(self.rss[at : at + third]) for at in (len(self.rss) - 2 * third, len(self.rss) - third))
        say(f"RSS, median of the second third {second:.0f} KiB, of the last {last:.0f} KiB, greatest {max(self.rss)} KiB")
        expect_true(last <= second + RSS_SLACK_KIB, f"RSS stays flat after the first third: {self.rss} KiB")
        wait_until(self._status_is_true, 60.0, "the status shows what the kernel shows")
        links = self._status()["links"]
        expect(links["audit_mismatches"], 0, "audit mismatches")
        self.partition.watchdog.stop()
        expect(self.partition.complaints(), [], "complaints of the sanitizers, those about leaks included")

    def _status_is_true(self) -> bool:
        shown = {bond["name"]: bond for bond in self._status()["bonds"]}
        for churn in self.churns:
            kernel = churn.bond.state()
            status = shown.get(churn.bond.name, {})
            if (status.get("active_device"), status.get("sriov_device")) != (kernel.active, churn.bond.sriov):
                return False
            # What was written over its primary again and again makes it back off for minutes, which is no fault.
            if status.get("state") == "steady" and kernel.primary != churn.bond.sriov:
                return False
        return True

    def _status(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.partition.guest.sh(f"cat {STATUS_FILE}"))
        return shown
