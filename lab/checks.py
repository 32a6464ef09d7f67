# SPDX-License-Identifier: Apache-2.0
"""Checks on a partition, for the cases and the demonstration. All of them ask the kernel or scrape the exporter."""

from __future__ import annotations

from lab.bond import Bond
from lab.partition import Partition
from lab.waiting import PATIENCE, wait_until


def expect(actual: object, wanted: object, what: str) -> None:
    if actual != wanted:
        raise AssertionError(f"{what}: {actual!r}, expected {wanted!r}")


def expect_true(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def strand(bond: Bond) -> None:
    """The seed's problem: the SR-IOV port lost its link, got it back, and the traffic stayed on the virtual device."""
    bond.link_down()
    bond.wait_active(bond.virtual)
    bond.link_up()
    bond.wait(lambda state: state.slaves[bond.sriov].mii == "up", "SR-IOV port up again")


def restore_attempts(partition: Partition) -> float:
    return partition.exporter_client.metrics().total("hnv_watchdog_restore_attempts_total")


def expect_metric(partition: Partition, name: str, wanted: float, **labels: str) -> None:
    """The watchdog publishes within a moment of what it did, so the exporter is asked until it says `wanted`."""
    seen: list[float | None] = [None]

    def look() -> bool:
        seen[0] = partition.exporter_client.metrics().value(name, **labels)
        return seen[0] == wanted

    try:
        wait_until(look, PATIENCE, name)
    except AssertionError:
        raise AssertionError(f"{name}{labels or ''}: {seen[0]}, expected {wanted}") from None


def expect_carries(bond: Bond, device: str) -> dict[str, int]:
    """All of the bond's traffic leaves by `device`, by the slaves' own counters; what each sent in a second."""
    sent = bond.packets_sent()
    others = sum(count for name, count in sent.items() if name != device)
    expect_true(sent[device] >= 5 and others == 0, f"traffic leaves by {device}: packets sent in 1 s are {sent}")
    return sent
