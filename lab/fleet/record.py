# SPDX-License-Identifier: Apache-2.0
"""Our exposition as a partition with so many bonds serves it, from the lab guest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lab.bench import make_bonds
from lab.checks import expect_metric, strand
from lab.partition import Partition
from lab.programs import ManagedBond
from lab.progress import step
from lab.scrape import Metrics


@dataclass(frozen=True)
class Recorded:
    """Pages by the number of bonds, and the one of a partition with two bonds of which the first is stranded."""

    by_bonds: dict[int, str]
    stranded: str


def record(partition: Partition) -> Recorded:
    with step("recording the page of a partition whose bond is stranded"):
        stranded = _stranded(partition)
    pages = {}
    # Ascending: the guest's further bonds stay.
    for bonds in (1, 2, 10):
        with step(f"recording the page of a partition with {bonds} bond{'s' * (bonds > 1)}"):
            pages[bonds] = _page(partition, bonds)
    return Recorded(pages, stranded)


def series(page: str) -> int:
    return len(Metrics(page).samples)


def largest_families(page: str, count: int) -> list[tuple[str, int]]:
    names = Counter(sample.name.removesuffix("_bucket") for sample in Metrics(page).samples)
    return names.most_common(count)


def _page(partition: Partition, count: int) -> str:
    """Two of the bonds are as HNV's hardware makes them, further ones are of virtual Ethernet; the series are the same."""
    partition.reset()
    real = partition.bonds[:count]
    for bond in real:
        bond.create()
        bond.set_primary(bond.sriov)  # as it should be: else every partition of the fleet has an alert
    further = count - len(real)
    if further:
        make_bonds(partition, further)
    config = partition.config_for(*real)
    config.bonds.extend(ManagedBond(f"bond{number}", "device", f"a{number}") for number in range(further))
    partition.start_watchdog(config)
    partition.start_exporter()
    for bond in real:
        expect_metric(partition, "hnv_bond_sriov_active", 1, bond=bond.name)
    return partition.exporter_client.metrics().text


def _stranded(partition: Partition) -> str:
    partition.reset()
    for bond in partition.bonds:
        bond.create()
        bond.set_primary(bond.sriov)
    partition.start_watchdog(partition.config_for(*partition.bonds, mode="observe"))
    partition.start_exporter()
    partition.first.clear_primary()
    strand(partition.first)
    expect_metric(partition, "hnv_bond_sriov_active", 0, bond=partition.first.name)
    expect_metric(partition, "hnv_watchdog_state", 1, bond=partition.first.name, state="observing")
    return partition.exporter_client.metrics().text
