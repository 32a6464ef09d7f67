# SPDX-License-Identifier: Apache-2.0
"""What a migration does to a bond: the SR-IOV port goes away and comes back, often under another name."""

from __future__ import annotations

from lab.cases.registry import case, repaired
from lab.checks import expect, expect_carries, expect_metric, restore_attempts
from lab.partition import Partition

OTHER_NAME = "enP16385p1s0"


@case("unplug: only the virtual slave is left, and nothing is written")
def only_virtual_left(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    attempts = restore_attempts(partition)
    bond.unplug()
    bond.wait_active(bond.virtual)
    expect_metric(partition, "hnv_bond_sriov_active", 0, bond=bond.name)
    expect_metric(partition, "hnv_bond_slaves", 1, bond=bond.name)
    bond.stays_active(bond.virtual, 3)
    expect(restore_attempts(partition), attempts, "restore attempts without an SR-IOV port")


@case("unplug and plug in under the same name: the kernel remembers it")
def replug_same_name(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.start_traffic()
    bond.unplug()
    bond.wait_active(bond.virtual)
    bond.plug()
    bond.wait_active(bond.sriov)
    bond.wait_primary(bond.sriov)
    expect_carries(bond, bond.sriov)


@case("unplug and plug in under another name: found by its permanent address")
def replug_other_name(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.start_traffic()
    bond.unplug()
    bond.wait_active(bond.virtual)
    bond.plug(OTHER_NAME)
    expect(bond.state().active, bond.virtual, "active slave right after the port came back under another name")
    bond.wait_active(OTHER_NAME)
    expect(bond.state().primary, OTHER_NAME, "primary")
    expect_carries(bond, OTHER_NAME)
    expect_metric(partition, "hnv_slave_active", 1, bond=bond.name, device=OTHER_NAME, role="sriov")


@case("two slaves with one MAC address after a re-plug (fail_over_mac=follow) are shown, and stop nothing")
def mac_conflict_is_shown(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.unplug()
    bond.wait_active(bond.virtual)
    bond.plug(OTHER_NAME)
    bond.wait_active(OTHER_NAME)
    state = bond.state()
    # Kernels differ: 6.1 leaves the conflict, later ones give one slave another address. The metric says what is there.
    conflict = any(slave.address == state.address for slave in state.slaves.values() if slave.name != state.active)
    expect_metric(partition, "hnv_bond_mac_conflict", float(conflict), bond=bond.name)


@case("the primary is renamed while enslaved: followed")
def rename_primary(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.rename_sriov(OTHER_NAME)
    bond.wait_primary(OTHER_NAME)
    bond.wait_active(OTHER_NAME)


@case("plugged in again while the watchdog is stopped: repaired at its start")
def replug_while_stopped(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    code, _ = partition.watchdog.stop()
    expect(code, 0, "exit code after SIGTERM")
    bond.unplug()
    bond.wait_active(bond.virtual)
    bond.plug(OTHER_NAME)
    bond.stays_active(bond.virtual, 2)
    partition.start_watchdog()
    bond.wait_active(OTHER_NAME)
