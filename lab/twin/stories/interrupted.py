# SPDX-License-Identifier: Apache-2.0
"""Migrations that do not succeed, and what looks like one and is none."""

from __future__ import annotations

from lab.twin.hmc import DESTINATION_FRAME
from lab.twin.lpar import LogicalPartition
from lab.twin.stories.registry import EAGER, Twin, bring_up, expect_carried_by_sriov, on_virtual_alone, story, take_away
from lab.waiting import wait_until


@story("a migration that fails: the port is taken away and given back on the same machine")
def lpm_failed(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        bring_up(lpar, **EAGER)
        pair.start_pings()
        began = lpar.now
        take_away(lpar)
        programs.expect("hnv_lpm_in_progress", 1)
        lpar.hmc.plug(pair, pair.wiring.source)
        lpar.hmc.configure(pair)
        pair.wait_whole(primary=pair.sriov)
        programs.expect("hnv_lpm_windows_total", 1, outcome="returned")
        programs.expect_now("hnv_lpm_windows_total", 1)
        programs.expect_now("hnv_lpm_total", 0)
        programs.expect_no_write(began, lpar.now, "from the query to the end of the window")
        expect_carried_by_sriov(pair)
        twin.remark(f"away and back: {pair.stop_pings()}")


@story("the port leaves without hcnmgr and drmgr: suspected, but no migration")
def departure(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair = lpar.pair
        bring_up(lpar)
        lpar.hmc.note(f"{pair.sriov} is released by hand")
        began = lpar.now
        pair.release(pair.sriov)
        _suspected(lpar, began)
        lpar.hmc.note("the profile of the port is activated again")
        lpar.guest.sh(f"nmcli connection up {pair.name}-{pair.sriov}", 180)
        pair.wait_whole(primary=pair.sriov)

        lpar.hmc.note(f"{pair.sriov} vanishes from its bus")
        pci = pair.wiring.source.pci
        began = lpar.now
        lpar.guest.sh(f"echo 1 >/sys/bus/pci/devices/{pci}/remove")
        _suspected(lpar, began)
        lpar.hmc.note("the bus is scanned again")
        lpar.guest.sh("echo 1 >/sys/bus/pci/rescan")
        pair.wait_whole(primary=pair.sriov)
        lpar.programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="steady")
        lpar.programs.expect_now("hnv_lpm_windows_total", 0)


def _suspected(lpar: LogicalPartition, began: float) -> None:
    pair, programs = lpar.pair, lpar.programs
    wait_until(lambda: list(pair.state().slaves) == [pair.virtual], 60, f"{pair.virtual} alone in {pair.name}")
    on_virtual_alone(pair)
    programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="on_virtual")
    # Longer than settle: whatever was to be written would have been.
    lpar.guest.sh("sleep 8")
    programs.expect_now("hnv_lpm_in_progress", 0)
    programs.expect_no_write(began, lpar.now, "while the SR-IOV port is away")


@story("the partition has migrated and its port never comes: counted as not restored")
def never_back(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        bring_up(lpar, restore_timeout="20s")
        began = lpar.now
        take_away(lpar)
        lpar.hmc.change_frame(DESTINATION_FRAME)
        programs.expect("hnv_lpm_windows_total", 1, outcome="not_restored")
        programs.expect("hnv_lpm_total", 1, kind="live", result="not_restored")
        programs.expect_now("hnv_lpm_total", 1)
        on_virtual_alone(pair)
        programs.expect_no_write(began, lpar.now, "while the SR-IOV port is away")
