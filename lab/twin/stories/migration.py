# SPDX-License-Identifier: Apache-2.0
"""Migrations that succeed: live, of two bonds at once, while the partition is off, and what our watchdog costs in one."""

from __future__ import annotations

from lab.twin.hmc import DESTINATION_FRAME
from lab.twin.lpar import LogicalPartition
from lab.twin.pair import PingCount
from lab.twin.stories.registry import EAGER, Twin, bring_in, bring_up, expect_carried_by_sriov, migrate, story, take_away
from lab.twin.wiring import FIRST, SECOND

# A migration moves the traffic twice; under emulation each move may cost a second of pings.
PINGS_OF_A_MOVE = 5


@story("hcnmgr makes the bond and the partition migrates; the traffic returns to the new port, and the watchdog stays out of it")
def lpm(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        if twin.fast:
            bring_up(lpar, **EAGER)
        else:
            programs.start(**EAGER)
            _scan(lpar)
        pair.start_pings()

        pair.flap()
        pair.wait_active(pair.sriov, 60)
        programs.expect("hnv_bond_failovers_total", 1, bond=pair.name, direction="to_sriov", cause="link_up")

        began = lpar.now
        lpar.hmc.query(pair)
        programs.expect("hnv_lpm_in_progress", 1)
        lpar.hmc.remove(pair)
        programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="lpm")
        lpar.hmc.unplug(pair)
        lpar.hmc.change_frame(DESTINATION_FRAME)
        bring_in(lpar)
        programs.expect("hnv_lpm_total", 1, kind="live", result="restored")

        programs.expect("hnv_lpm_windows_total", 1, outcome="migrated")
        programs.expect_now("hnv_lpm_windows_total", 1)
        programs.expect("hnv_lpm_in_progress", 0)
        programs.expect_no_write(began, lpar.now, "during the migration")
        programs.expect_now("hnv_bond_failovers_total", 0, cause="external")
        pair.wait_whole(primary=FIRST.destination.device)
        expect_carried_by_sriov(pair)
        programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="steady")
        twin.remark(f"flap and migration: {pair.stop_pings()}")
        if programs.watching:
            twin.remark(programs.memory())


def _scan(lpar: LogicalPartition) -> None:
    """Each port is attached twice, and for seconds there is no primary: none of the watchdog's business."""
    began = lpar.now
    lpar.make_bonds_by_scan()
    lpar.programs.expect_no_write(began, lpar.now, "while hcnmgr makes the bond")
    lpar.programs.expect("hnv_watchdog_state", 1, bond=lpar.pair.name, state="steady")
    lpar.programs.expect_now("hnv_lpm_windows_total", 0)
    lpar.programs.expect_now("hnv_lpm_in_progress", 0)
    lpar.programs.expect_now("hnv_bond_failovers_total", 0, cause="external")
    lpar.pair.wait_whole(primary=lpar.pair.sriov)


@story("two HNV bonds migrate at once: one migration is counted, and both are back")
def two_bonds(twin: Twin) -> None:
    with twin.partition(FIRST, SECOND) as lpar:
        bring_up(lpar, **EAGER)
        for pair in lpar.pairs:
            pair.start_pings()
        began = lpar.now
        migrate(lpar)
        lpar.programs.expect("hnv_lpm_total", 1, kind="live", result="restored")
        lpar.programs.expect_now("hnv_lpm_total", 1)
        lpar.programs.expect_now("hnv_lpm_windows_total", 1)
        lpar.programs.expect_no_write(began, lpar.now, "during the migration")
        for pair in lpar.pairs:
            expect_carried_by_sriov(pair)
            lpar.programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="steady")
            twin.remark(f"{pair.name}: {pair.stop_pings()}")


@story("the partition is off while it moves: the next boot finds another machine and counts it as no live migration")
def inactive(twin: Twin) -> None:
    with twin.partition() as lpar:
        bring_up(lpar)
        lpar.programs.expect_now("hnv_lpm_total", 0)
        state = lpar.state
        lpar.programs.stop_watchdog()
    with twin.partition(frame=DESTINATION_FRAME, state=state) as lpar:
        bring_up(lpar)
        lpar.programs.expect("hnv_lpm_total", 1, kind="inactive_or_restart", result="restored")
        lpar.programs.expect_now("hnv_lpm_total", 1)
        lpar.programs.expect_now("hnv_lpm_in_progress", 0)


@story("a migration with the watchdog loses no more than one without")
def paired(twin: Twin) -> None:
    without = _lost_in_a_migration(twin, watched=False)
    twin.remark(f"without the watchdog: {without}")
    watched = _lost_in_a_migration(twin, watched=True)
    twin.remark(f"with the watchdog:    {watched}")
    if watched.lost > without.lost + PINGS_OF_A_MOVE:
        raise AssertionError(f"with the watchdog: {watched}; without: {without}")


def _lost_in_a_migration(twin: Twin, watched: bool) -> PingCount:
    with twin.partition() as lpar:
        if watched:
            bring_up(lpar, **EAGER)
        else:
            lpar.make_bonds_from_profiles()
            lpar.pair.set_primary(lpar.pair.sriov)
            lpar.pair.wait_whole(primary=lpar.pair.sriov)
        lpar.pair.start_pings()
        take_away(lpar)
        lpar.hmc.change_frame(DESTINATION_FRAME)
        bring_in(lpar)
        # As long as the watchdog could still do something after it.
        lpar.guest.sh("sleep 15")
        expect_carried_by_sriov(lpar.pair)
        return lpar.pair.stop_pings()
