# SPDX-License-Identifier: Apache-2.0
"""Fast failover and damping on a real bond. Failovers and packets are counted by tests/guest/lost_packets.cpp, in the guest."""

from __future__ import annotations

import time

from lab.cases.registry import case
from lab.checks import expect, expect_metric, expect_true
from lab.partition import Partition
from lab.veth import SRIOV, SRIOV_CABLE, VIRTUAL_CABLE, Counted, VethBond, veth_bond
from lab.waiting import PATIENCE, stays, wait_until

BLIND_MS = 60_000  # a miimon under which the kernel sees nothing while a case lasts
HOLD_MS = 1000  # lab.veth: VethBond.config()
SPACING = 60.0  # seconds between two moves of the watchdog's own


def requests(partition: Partition) -> int:
    """How many fast failovers the watchdog has asked the kernel for."""
    return sum("event=write " in line and "rule=fast_failover" in line for line in partition.watchdog.log().splitlines())


def watched(partition: Partition, bond: VethBond, **settings: str) -> None:
    """A watchdog with fast failover that has settled, and an exporter beside it."""
    partition.start_watchdog(bond.config(**settings))
    partition.start_exporter()
    # In its settle it does nothing; a primary that it sets again shows that this is over.
    bond.clear_primary()
    bond.wait_primary(SRIOV)


def blind(bond: VethBond) -> None:
    """The new interval counts from the kernel's next look at the links, at most the old interval away."""
    bond.set_miimon(BLIND_MS)
    time.sleep(0.5)


def expect_pairs(counted: Counted, most: int) -> None:
    expect_true(counted.to_virtual <= most and counted.to_sriov <= most, f"at most {most} failovers and as many back: {counted.failovers}")


@case("fast failover: a glitch that the kernel never sees moves the traffic once, and after the hold once back", guest_tests=True)
def glitch_unseen_by_the_kernel(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        blind(bond)
        counted = bond.lose(SRIOV_CABLE, down_ms=500, up_ms=HOLD_MS + 2500)
        expect([device for _, device in counted.failovers], ["veth1", "veth0"], "failovers")
        returned = counted.failovers[1][0]
        expect_true(returned >= 500 + HOLD_MS, f"hold kept: back {returned:.0f} ms after the loss")
        expect_true(counted.lost < 400, f"packets were lost for a part of the 500 ms only: {counted.lost}")
        moved = "hnv_bond_failovers_total"
        expect_metric(partition, moved, 1, bond=bond.name, direction="to_virtual", cause="fast_failover")
        expect(requests(partition), 1, "requests")


@case("fast failover: glitches of 5 and 40 ms cost one pair of failovers each at most, and end on the SR-IOV slave", guest_tests=True)
def short_glitches(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        for down_ms in (5, 40):
            counted = bond.lose(SRIOV_CABLE, down_ms=down_ms, up_ms=HOLD_MS + 1500)
            expect_pairs(counted, 1)
            # When no tick saw either glitch, the second way back is the watchdog's second move within a minute.
            bond.wait_whole(SPACING + PATIENCE)
            stays(lambda: bond.state().active == SRIOV, 1, "traffic left on the SR-IOV slave")


@case("fast failover: ten glitches of 30 ms in a second cost one pair of failovers", guest_tests=True)
def flap_train(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        blind(bond)
        counted = bond.lose(SRIOV_CABLE, down_ms=30, times=10, up_ms=70)
        expect((counted.to_virtual, counted.to_sriov), (1, 0), "failovers until the last glitch")
        bond.wait_active(SRIOV)
        stays(lambda: bond.state().active == SRIOV, 2, "traffic left on the SR-IOV slave")
        expect(requests(partition), 1, "requests")
        expect_metric(partition, "hnv_bond_failovers_total", 1, bond=bond.name, direction="to_virtual", cause="fast_failover")
        expect_metric(partition, "hnv_bond_failovers_total", 1, bond=bond.name, direction="to_sriov", cause="watchdog")


@case("fast failover: both links lost at once is not retried, and ends as with the kernel alone", guest_tests=True)
def both_links_at_once(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        counted = bond.lose(SRIOV_CABLE, VIRTUAL_CABLE, down_ms=500)
        expect_true(requests(partition) <= 1, f"{requests(partition)} requests for one loss")
        expect_pairs(counted, 2)
        bond.wait_whole()
        state = bond.state()
        expect((state.active, state.primary, state.carrier), (SRIOV, SRIOV, True), "active slave, primary and carrier")


@case("fast failover: nothing is asked for while the virtual slave has no link", guest_tests=True)
def no_virtual_slave_to_move_to(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        bond.guest.sh(f"ip link set {VIRTUAL_CABLE} down")
        bond.wait(lambda state: state.slaves["veth1"].mii == "down", "virtual slave down")
        counted = bond.lose(SRIOV_CABLE, down_ms=500)
        expect(counted.to_virtual, 0, "failovers to a dead slave")
        bond.wait_active(SRIOV)
        bond.guest.sh(f"ip link set {VIRTUAL_CABLE} up")
        bond.wait_whole()
        expect(requests(partition), 0, "requests")


@case("fast failover: the SR-IOV port set down by an operator moves the traffic once, setting it up brings it back", guest_tests=True)
def admin_down_moves_at_once(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond)
        counted = bond.lose(SRIOV, down_ms=500)
        expect_pairs(counted, 1)
        expect(counted.to_virtual, 1, "failovers to the virtual slave")
        bond.wait_whole()


@case("fast failover is refused with a finding where downdelay asks to ride glitches out", guest_tests=True)
def downdelay_refuses(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        bond.guest.sh(f"echo 300 >/sys/class/net/{bond.name}/bonding/downdelay")
        watched(partition, bond)
        expect_true("finding" in partition.watchdog.log() and "no fast failover" in partition.watchdog.log(), "finding in the log")
        counted = bond.lose(SRIOV_CABLE, down_ms=1000)
        expect_true(counted.to_virtual == 1 and counted.failovers[0][0] >= 300, f"moved after the downdelay: {counted.failovers}")
        expect(requests(partition), 0, "requests")


@case("damping: the third loss keeps the traffic on the virtual slave, also after a restart; a stop for good puts all back", guest_tests=True)
def damping(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        watched(partition, bond, damping="true")
        for _ in range(2):
            bond.lose(SRIOV_CABLE, down_ms=300)
            bond.wait_whole()
        expect(reselect(bond), "always", "primary_reselect after two losses")
        counted = bond.lose(SRIOV_CABLE, down_ms=1000)
        expect((counted.to_virtual, counted.to_sriov), (1, 0), "failovers at the third loss")
        wait_until(lambda: reselect(bond) == "failure", PATIENCE, "primary_reselect failure")
        stays(lambda: bond.state().active == "veth1", 3, "traffic left on the virtual slave")
        expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="suppressed")
        partition.watchdog.signal("USR1")
        wait_until(lambda: not partition.watchdog.running(), what="watchdog ends to be restarted")
        expect((partition.watchdog.exit_code(), reselect(bond)), (0, "failure"), "exit code and primary_reselect")
        partition.start_watchdog()
        stays(lambda: (bond.state().active, reselect(bond)) == ("veth1", "failure"), 4, "still suppressed after a restart")
        expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="suppressed")
        code, _ = partition.watchdog.stop()
        expect(code, 0, "exit code")
        expect(reselect(bond), "always", "primary_reselect after a stop for good")


def reselect(bond: VethBond) -> str:
    return bond.guest.sh(f"cat /sys/class/net/{bond.name}/bonding/primary_reselect").split()[0]
