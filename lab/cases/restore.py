# SPDX-License-Identifier: Apache-2.0
"""The main job: the traffic comes back to the SR-IOV port, and stays able to come back by itself."""

from __future__ import annotations

import time

from lab.cases.registry import HOLD_DOWN, case, repaired
from lab.checks import expect, expect_carries, expect_metric, expect_true, restore_attempts, strand
from lab.partition import Partition


@case("the kernel alone stays on the virtual device after a flap (the problem)", programs=False)
def kernel_alone_stays_stranded(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.start_traffic()
    expect_carries(bond, bond.sriov)
    strand(bond)
    bond.stays_active(bond.virtual, 3)
    state = bond.state()
    expect((state.primary, state.slaves[bond.sriov].carrier), ("", True), "primary and carrier of the SR-IOV port")
    expect_carries(bond, bond.virtual)


@case("writing the primary by hand brings it back at once (IBM's workaround)", programs=False)
def workaround_by_hand(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    strand(bond)
    bond.set_primary(bond.sriov)
    bond.wait_active(bond.sriov)
    bond.link_down()
    bond.wait_active(bond.virtual)
    bond.link_up()
    bond.wait_active(bond.sriov)


@case("stranded before the watchdog starts: repaired after hold-down")
def stranded_before_start(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.start_traffic()
    strand(bond)
    partition.write_config(partition.config_for().text())
    partition.start_exporter()
    expect_metric(partition, "hnv_bond_sriov_active", 0, bond=bond.name)
    expect_metric(partition, "hnv_watchdog_up", 0)
    started = time.monotonic()
    partition.start_watchdog()
    bond.wait_active(bond.sriov)
    took = time.monotonic() - started
    expect_true(took >= HOLD_DOWN, f"hold-down of {HOLD_DOWN} s kept: the traffic moved after {took:.2f} s")
    expect(bond.state().primary, bond.sriov, "primary")
    expect_carries(bond, bond.sriov)
    expect_metric(partition, "hnv_bond_sriov_active", 1, bond=bond.name)
    expect_metric(partition, "hnv_bond_primary_is_sriov", 1, bond=bond.name)
    expect_metric(partition, "hnv_bond_failovers_total", 1, bond=bond.name, direction="to_sriov", cause="watchdog")
    expect_metric(partition, "hnv_watchdog_restore_attempts_total", 1, bond=bond.name)


@case("a flap after the repair: the kernel returns by itself, the watchdog writes nothing")
def flap_after_repair(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    attempts = restore_attempts(partition)
    for _ in range(3):
        bond.link_down()
        bond.wait_active(bond.virtual)
        bond.link_up()
        bond.wait_active(bond.sriov)
    expect_metric(partition, "hnv_bond_failovers_total", 3, bond=bond.name, direction="to_virtual", cause="link_down")
    expect_metric(partition, "hnv_bond_failovers_total", 3, bond=bond.name, direction="to_sriov", cause="link_up")
    expect(restore_attempts(partition), attempts, "restore attempts after three flaps")


@case("a cleared primary is set again without moving the traffic")
def cleared_primary(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    moves = partition.exporter_client.metrics().total("hnv_bond_failovers_total", bond=bond.name)
    bond.clear_primary()
    bond.wait_primary(bond.sriov)
    expect(bond.state().active, bond.sriov, "active slave")
    expect(partition.exporter_client.metrics().total("hnv_bond_failovers_total", bond=bond.name), moves, "failovers")


@case("a primary cleared while the port is down is latched: the kernel returns with the link")
def cleared_while_down(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.link_down()
    bond.wait_active(bond.virtual)
    bond.clear_primary()
    bond.wait_primary(bond.sriov)
    expect(bond.state().active, bond.virtual, "active slave while the port is down")
    bond.link_up()
    bond.wait_active(bond.sriov)


@case("two bonds stranded at once are both repaired")
def two_bonds_at_once(partition: Partition) -> None:
    for bond in partition.bonds:
        bond.create()
        strand(bond)
    partition.start_watchdog(partition.config_for(*partition.bonds))
    partition.start_exporter()
    for bond in partition.bonds:
        bond.wait_active(bond.sriov)
        expect(bond.state().primary, bond.sriov, f"primary of {bond.name}")
        expect_metric(partition, "hnv_bond_sriov_active", 1, bond=bond.name)
    for bond in partition.bonds:
        bond.link_down()
    for bond in partition.bonds:
        bond.wait_active(bond.virtual)
        bond.link_up()
    for bond in partition.bonds:
        bond.wait_active(bond.sriov)


@case("only the SR-IOV slave left: its primary is set, nothing moves")
def only_sriov_left(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.release(bond.virtual)
    partition.start_watchdog(partition.config_for())
    bond.wait_primary(bond.sriov)
    bond.link_down()
    bond.wait_active("")
    bond.link_up()
    bond.wait_active(bond.sriov)


@case("the other slave has no link: the SR-IOV port is taken without waiting for hold-down")
def no_other_slave_up(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    strand(bond)
    partition.start_watchdog(partition.config_for(hold_down="30s"))
    bond.virtual_link(False)
    bond.wait_active(bond.sriov)
    bond.virtual_link(True)
    bond.wait_primary(bond.sriov)
