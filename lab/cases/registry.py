# SPDX-License-Identifier: Apache-2.0
"""How a case is declared, and what most cases need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.checks import expect
from lab.partition import Partition

# The lab's hold-down and settle (lab.programs.Config), in seconds.
HOLD_DOWN = 1.0
SETTLE = 1.0


@dataclass(frozen=True)
class Case:
    """One story: a fresh partition goes in, an exception means that it failed."""

    name: str
    title: str
    run: Callable[[Partition], None]
    needs_programs: bool
    needs_guest_tests: bool
    long: bool = False


CASES: list[Case] = []


def case(
    title: str, programs: bool = True, guest_tests: bool = False, long: bool = False
) -> Callable[[Callable[[Partition], None]], Callable[[Partition], None]]:
    """Register the decorated function as a case of its own name; a `long` one runs with --long only."""

    def register(run: Callable[[Partition], None]) -> Callable[[Partition], None]:
        CASES.append(Case(run.__name__, title, run, programs, guest_tests, long))
        return run

    return register


def repaired(partition: Partition, **settings: str) -> None:
    """A first bond under a watchdog that has nothing left to do (its primary is set), and an exporter beside it.

    `settings` go into the configuration.
    """
    bond = partition.first
    bond.create()
    partition.start_watchdog(partition.config_for(**settings))
    partition.start_exporter()
    bond.wait_primary(bond.sriov)
    expect(bond.state().active, bond.sriov, "active slave after a write that moves nothing")
