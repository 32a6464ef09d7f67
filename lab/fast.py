# SPDX-License-Identifier: Apache-2.0
"""What fast failover gains: cycles of a lost carrier with and without it, alternating, in one boot of the guest.

One watchdog runs all the time; what changes from cycle to cycle is its configuration (SIGHUP). The guest has its own time
(lab.guest.OWN_TIME): the numbers are those of a slow processor that nobody else uses, however busy this machine is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.checks import expect
from lab.partition import Partition
from lab.progress import say
from lab.veth import SRIOV_CABLE, Counted, VethBond, veth_bond
from lab.waiting import wait_until

SPACING_SECONDS = 16  # the watchdog allows itself fewer than five fast failovers a minute
DOWN_MS = 350  # longer than any tick of miimon
MOST_LOST_P50, MOST_LOST_P90 = 3, 8


@dataclass
class Series:
    """The cycles of one kind."""

    name: str
    counted: list[Counted] = field(default_factory=list)

    def row(self, what: str, values: list[float]) -> str:
        ordered = sorted(values)
        shown = "  ".join(f"{quantile(ordered, share):7.1f}" for share in (0, 0.5, 0.9, 1))
        return f"{what:44}{self.name:22}{len(ordered):4}  {shown}"

    def lost(self) -> list[float]:
        return [float(cycle.lost) for cycle in self.counted]


def fast(partition: Partition, cycles: int, miimon: int) -> int:
    """Print the table; 1 if fast failover is slower than promised, or the traffic moved more than once away and back."""
    without, with_it = Series("watchdog without it"), Series("with fast failover")
    with veth_bond(partition) as bond:
        bond.set_miimon(miimon)
        partition.start_watchdog(bond.config(fast_failover=False))
        for cycle in range(cycles):
            partition.guest.sh(f"sleep {SPACING_SECONDS}")
            for series in (without, with_it):
                _configure(partition, bond, fast_failover=series is with_it)
                series.counted.append(bond.lose(SRIOV_CABLE, down_ms=DOWN_MS))
                bond.wait_whole()
                _expect_addresses(bond)
            say(f"cycle {cycle + 1:3}: lost {without.counted[-1].lost:3} without, {with_it.counted[-1].lost:3} with")
        partition.watchdog.stop()
    _print(miimon, (without, with_it))
    return 0 if _is_as_promised(without, with_it) else 1


def quantile(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def _configure(partition: Partition, bond: VethBond, fast_failover: bool) -> None:
    partition.write_config(bond.config(fast_failover).text())
    reloaded = partition.watchdog.log().count("config_loaded")
    partition.watchdog.signal("HUP")
    wait_until(lambda: partition.watchdog.log().count("config_loaded") > reloaded, what="configuration read again")


def _expect_addresses(bond: VethBond) -> None:
    state = bond.state()
    addresses = {slave.address for slave in state.slaves.values()}
    expect((len(addresses), state.slaves[state.active].address), (2, state.address), "addresses of the slaves")


def _print(miimon: int, both: tuple[Series, Series]) -> None:
    say(f"\nmiimon {miimon} ms{'':34}{'':22}   n      min      p50      p90      max")
    for what, values in (
        ("lost packets bond to peer, until the return", lambda cycle: cycle.lost),
        ("lost packets peer to bond, until the return", lambda cycle: cycle.lost_to_bond),
        ("lost packets bond to peer, after the return", lambda cycle: cycle.lost_back),
        ("ms from the loss to the failover", lambda cycle: cycle.failovers[0][0] if cycle.failovers else float("inf")),
        ("ms that a packet was sent late, at most", lambda cycle: cycle.latest),
        ("failovers to the virtual slave in a cycle", lambda cycle: cycle.to_virtual),
        ("failovers back in a cycle", lambda cycle: cycle.to_sriov),
    ):
        for series in both:
            say(series.row(what, [float(values(cycle)) for cycle in series.counted]))


def _is_as_promised(without: Series, with_it: Series) -> bool:
    good = True
    for series in (without, with_it):
        for number, cycle in enumerate(series.counted, start=1):
            if (cycle.to_virtual, cycle.to_sriov, len(cycle.failovers)) != (1, 1, 2):
                say(f"cycle {number} {series.name}: {cycle.failovers}, expected one failover and one back")
                good = False
    ordered = sorted(with_it.lost())
    for share, most in ((0.5, MOST_LOST_P50), (0.9, MOST_LOST_P90)):
        if quantile(ordered, share) > most:
            say(f"p{100 * share:.0f} of the lost packets with fast failover is {quantile(ordered, share):.0f}; at most {most} is promised")
            good = False
    return good
