# SPDX-License-Identifier: Apache-2.0
"""How soon hnv-prober sees that a path died, and that it lives again: many trials in one boot of the guest."""

from __future__ import annotations

from lab.fast import quantile
from lab.partition import Partition
from lab.prober import cable, dead, path_config, probing, random_phase
from lab.progress import say
from lab.waiting import POLL_SECONDS
from lab.wiring import FIRST

# How much later than it was given the lab may see a verdict: it looks at the log now and then, over the console.
LOOK = 2 * POLL_SECONDS
WIRES = {cable(FIRST.sriov.id): "sriov_dead", cable(FIRST.virtual.id): "virtual_dead"}
MOST_INTERVALS = 4


def probe(partition: Partition, trials: int, interval_ms: int) -> int:
    """Print the table; 1 if a wrong verdict was given or nine of ten took more than four intervals."""
    bond = partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    bond.wait_active(bond.sriov)
    config = path_config(
        bond.name, "permanent_address", bond.wiring.sriov.mac, [bond.wiring.gateway], interval=f"{interval_ms}ms"
    )
    died: dict[str, list[float]] = {verdict: [] for verdict in WIRES.values()}
    healed: dict[str, list[float]] = {verdict: [] for verdict in WIRES.values()}
    with probing(partition, config) as prober:
        prober.wait_verdict("healthy")
        wanted = ["healthy"]
        for trial in range(trials):
            for wire, verdict in WIRES.items():
                random_phase(trial, interval_ms / 1000)
                with dead(partition, wire):
                    died[verdict].append(prober.wait_verdict(verdict))
                healed[verdict].append(prober.wait_verdict("healthy"))
                wanted += [verdict, "healthy"]
        given = prober.verdicts()
    _print(interval_ms, died, healed)
    good = given == wanted
    if not good:
        say(f"verdicts that nobody expected: {len(given)} were given, {len(wanted)} expected: {given}")
    limit = MOST_INTERVALS * interval_ms / 1000
    for verdict, times in died.items():
        late = quantile(sorted(times), 0.9)
        if late > limit + LOOK:
            say(f"p90 of {verdict} is {late:.3f} s; at most {limit:.1f} s is promised, and {LOOK:.2f} s are the lab's")
            good = False
    return 0 if good else 1


def _print(interval_ms: int, died: dict[str, list[float]], healed: dict[str, list[float]]) -> None:
    say(f"\ninterval {interval_ms} ms, seconds          n     min     p50     p90     max")
    for what, all_times in (("dead", died), ("alive again", healed)):
        for verdict, times in all_times.items():
            ordered = sorted(times)
            shown = "  ".join(f"{quantile(ordered, share):6.2f}" for share in (0, 0.5, 0.9, 1))
            say(f"{verdict:14} {what:12} {len(ordered):5}  {shown}")
