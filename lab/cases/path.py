# SPDX-License-Identifier: Apache-2.0
"""What the watchdog makes of a dead path: hnv-prober beside it, on a real bond."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from lab.cases.registry import HOLD_DOWN, case
from lab.checks import expect, expect_metric, restore_attempts
from lab.partition import Partition
from lab.prober import STATUS_FILE, Prober, cable, dead, path_config, probing
from lab.waiting import PATIENCE, wait_until
from lab.wiring import FIRST

WIRE = cable(FIRST.sriov.id)
# The watchdog leaves the traffic where it moved it for a minute.
STAY = 60.0


@contextmanager
def guarded(partition: Partition, act: bool) -> Iterator[Prober]:
    """A whole bond with a healthy verdict, watchdog, prober and exporter."""
    bond = partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    bond.wait_active(bond.sriov)
    config = path_config(bond.name, "permanent_address", bond.wiring.sriov.mac, [bond.wiring.gateway])
    config = replace(config, of_bond={**config.of_bond, "act_on_path": str(act).lower()})
    with probing(partition, config) as prober:
        partition.start_watchdog(config)
        partition.start_exporter()
        prober.wait_verdict("healthy")
        yield prober


@case("path: nothing is brought back to a dead path, and it is once the path answers")
def dead_path_is_vetoed(partition: Partition) -> None:
    bond = partition.first
    with guarded(partition, act=False) as prober:
        with dead(partition, WIRE):
            prober.wait_verdict("sriov_dead")
            expect_metric(partition, "hnv_path_verdict", 1, bond=bond.name, verdict="sriov_dead")
            # Nobody asked for more than to be told.
            bond.stays_active(bond.sriov, 2 * HOLD_DOWN)
            bond.set_active(bond.virtual)
            bond.wait_active(bond.virtual)
            expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="path_dead")
            bond.stays_active(bond.virtual, 4 * HOLD_DOWN)
            expect(restore_attempts(partition), 0.0, "restore attempts")
        prober.wait_verdict("healthy")
        bond.wait_active(bond.sriov)


@case("path: with act_on_path the traffic leaves a dead path, once, and is counted as such")
def dead_path_is_left(partition: Partition) -> None:
    bond = partition.first
    with guarded(partition, act=True) as prober:
        with dead(partition, WIRE):
            bond.wait_active(bond.virtual)
            expect_metric(
                partition, "hnv_bond_failovers_total", 1, bond=bond.name, direction="to_virtual", cause="path"
            )
            expect(bond.state().primary, bond.sriov, "primary, which stays")
            # By hand back to the dead path: within five minutes it is told, and the traffic left there.
            bond.set_active(bond.sriov)
            bond.wait_active(bond.sriov)
            bond.stays_active(bond.sriov, 4 * HOLD_DOWN)
            expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="path_dead")
        prober.wait_verdict("healthy")
        expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="steady")


@case("path: a prober that dies or writes nonsense holds nothing back")
def dead_prober_is_no_veto(partition: Partition) -> None:
    bond = partition.first
    with guarded(partition, act=True) as prober:
        prober.daemon.kill()
        guest = partition.guest
        for nonsense in ("mkfifo FILE", "ln -s /dev/zero FILE", "truncate -s 64M FILE", "echo '[' >FILE"):
            guest.sh(f"rm -f {STATUS_FILE}; {nonsense.replace('FILE', STATUS_FILE)}")
            partition.watchdog.signal("HUP")
        wait_until(lambda: "event=path_unread" in partition.watchdog.log(), PATIENCE, "the watchdog tells of the file")
        bond.set_active(bond.virtual)
        bond.wait_active(bond.virtual)
        bond.wait_active(bond.sriov)
        expect(partition.watchdog.running(), True, "the watchdog runs")


@case("path: ten answers and a minute after such a move the traffic comes back", long=True)
def healed_path_gets_its_traffic_back(partition: Partition) -> None:
    bond = partition.first
    with guarded(partition, act=True) as prober:
        with dead(partition, WIRE):
            bond.wait_active(bond.virtual)
        prober.wait_verdict("healthy")
        bond.stays_active(bond.virtual, STAY - 10)
        bond.wait(lambda state: state.active == bond.sriov, "the traffic back", STAY)
