# SPDX-License-Identifier: Apache-2.0
"""When the watchdog must not write, or must not move the traffic."""

from __future__ import annotations

import time

from lab.cases.registry import SETTLE, case, repaired
from lab.checks import expect, expect_metric, expect_true, restore_attempts, strand
from lab.partition import Partition
from lab.waiting import stays

QUIET = 4.0  # seconds of looking for what must not happen: four times the lab's hold-down


@case("SR-IOV port set down by an operator: primary latched, link not forced up, traffic not moved")
def admin_down_is_respected(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.admin_down()
    bond.wait_active(bond.virtual)
    partition.start_watchdog(partition.config_for())
    bond.wait_primary(bond.sriov)
    stays(
        lambda: (state := bond.state()).active == bond.virtual and not state.slaves[bond.sriov].admin_up,
        QUIET,
        "port left down, traffic left alone",
    )
    bond.admin_up()
    bond.wait_active(bond.sriov)


@case("carrier lost but MII still up: nothing is written until the kernel has seen it")
def carrier_lost_before_mii(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    partition.start_watchdog(partition.config_for())
    partition.start_exporter()
    bond.wait_primary(bond.sriov)
    # The new interval counts from the next look at the links, at most the old interval (100 ms) away. After that one the
    # kernel is blind for six seconds: the window of this case.
    bond.set_miimon(6000)
    time.sleep(0.5)
    attempts = restore_attempts(partition)
    bond.link_down()
    bond.wait(lambda state: not state.slaves[bond.sriov].carrier, "carrier lost")
    bond.clear_primary()
    opened = time.monotonic()
    while True:
        counted = restore_attempts(partition)
        state = bond.state()
        if state.slaves[bond.sriov].mii != "up":
            break
        expect(state.primary, "", "primary while carrier is lost and MII still up")
        expect(counted, attempts, "restore attempts in that window")
        time.sleep(0.1)
    window = time.monotonic() - opened
    expect_true(window > 3 * SETTLE, f"the window was long enough to prove something ({window:.1f} s)")
    bond.wait_primary(bond.sriov)
    bond.set_miimon(100)
    bond.wait_active(bond.virtual)
    bond.link_up()
    bond.wait_active(bond.sriov)


@case("active slave moved away by hand: returned after hold-down, once")
def moved_by_hand_enforce(partition: Partition) -> None:
    hold_down = 4.0
    repaired(partition, hold_down=f"{hold_down:.0f}s")
    bond = partition.first
    # Hold-down is uninterrupted health, so a flap that the kernel repairs by itself is what starts it.
    bond.link_down()
    bond.wait_active(bond.virtual)
    healthy = time.monotonic()
    bond.link_up()
    bond.wait_active(bond.sriov)
    bond.set_active(bond.virtual)
    bond.wait_active(bond.virtual)
    bond.wait_active(bond.sriov)
    took = time.monotonic() - healthy
    expect_true(took >= hold_down, f"hold-down of {hold_down} s kept: returned after {took:.2f} s of health")
    # A second time within a minute is left alone: whoever does this means it, or fights with us.
    bond.set_active(bond.virtual)
    bond.wait_active(bond.virtual)
    bond.stays_active(bond.virtual, hold_down + QUIET)


@case("active slave moved away by hand, mode repair: left there")
def moved_by_hand_repair(partition: Partition) -> None:
    repaired(partition, mode="repair")
    bond = partition.first
    attempts = restore_attempts(partition)
    bond.set_active(bond.virtual)
    bond.wait_active(bond.virtual)
    bond.stays_active(bond.virtual, QUIET)
    expect(bond.state().primary, bond.sriov, "primary")
    expect(restore_attempts(partition), attempts, "restore attempts")


@case("mode observe: sees everything, writes nothing")
def observe_never_writes(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    strand(bond)
    partition.start_watchdog(partition.config_for(mode="observe"))
    partition.start_exporter()
    stays(lambda: (state := bond.state()).active == bond.virtual and not state.primary, QUIET, "bond untouched")
    expect(restore_attempts(partition), 0.0, "restore attempts")
    expect_metric(partition, "hnv_bond_sriov_active", 0, bond=bond.name)
    expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="observing")


@case("a loss during hold-down ends in the latch")
def loss_during_hold_down(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    strand(bond)
    partition.start_watchdog(partition.config_for(hold_down="4s"))
    time.sleep(2)
    # A loss that the kernel sees is latched, and the kernel then returns with the link: hold-down delays only our own write.
    bond.link_down()
    bond.wait(lambda state: state.slaves[bond.sriov].mii == "down", "loss seen by the kernel")
    bond.wait_primary(bond.sriov)
    bond.stays_active(bond.virtual, 1)
    bond.link_up()
    bond.wait_active(bond.sriov)


@case("a bond that is not in the configuration is exported, not touched")
def unmanaged_bond(partition: Partition) -> None:
    for bond in partition.bonds:
        bond.create()
        strand(bond)
    partition.start_watchdog(partition.config_for(partition.first))
    partition.start_exporter()
    partition.first.wait_active(partition.first.sriov)
    other = partition.second
    other.stays_active(other.virtual, 2)
    expect(other.state().primary, "", f"primary of {other.name}")
    metrics = partition.exporter_client.metrics()
    expect_true(bool(metrics.find("hnv_bond_info", bond=other.name)), f"{other.name} is exported")
    expect(metrics.find("hnv_bond_sriov_active", bond=other.name), [], "headline metric of an unmanaged bond")


@case("hnvctl pause holds the repair back, hnvctl resume lets it happen, and a pause ends by itself")
def paused_by_an_operator(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    _hnvctl(partition, "pause --for=10m --reason=switch")
    strand(bond)
    partition.start_watchdog(partition.config_for())
    partition.start_exporter()
    stays(lambda: (state := bond.state()).active == bond.virtual and not state.primary, QUIET, "bond untouched")
    expect(restore_attempts(partition), 0.0, "restore attempts")
    expect_metric(partition, "hnv_watchdog_paused", 1, bond=bond.name, reason="operator")
    _, text = partition.hnvctl("status")
    expect_true("switch" in text, f"hnvctl status tells the pause's reason:\n{text}")
    _hnvctl(partition, "resume")
    bond.wait_active(bond.sriov)

    hold = 5.0
    paused = time.monotonic()
    _hnvctl(partition, f"pause --for={hold:.0f}s --bond={bond.name}")
    bond.set_active(bond.virtual)
    bond.wait_active(bond.virtual)
    expect_metric(partition, "hnv_watchdog_paused", 1, bond=bond.name, reason="operator")
    # A move of ours is at least a minute after the last one, so the next sign is that the pause is over.
    expect_metric(partition, "hnv_watchdog_paused", 0, bond=bond.name, reason="operator")
    took = time.monotonic() - paused
    expect_true(took >= hold, f"a pause of {hold} s ended after {took:.2f} s")


def _hnvctl(partition: Partition, arguments: str) -> str:
    code, text = partition.hnvctl(arguments)
    expect(code, 0, f"exit code of hnvctl {arguments}:\n{text}")
    return text
