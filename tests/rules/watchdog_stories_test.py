# SPDX-License-Identifier: Apache-2.0
"""The alerts on those who watch: the watchdog, the exporter, and what they could not read."""

from __future__ import annotations

import unittest

from tests.rules.story import BOND, GONE, Story


class WatchdogStories(unittest.TestCase):
    def test_watchdog_down(self) -> None:
        story = Story(30)
        story.set(10, "hnv_watchdog_up", 0)
        story.set(0, "hnv_watchdog_status_timestamp_seconds", 300)
        story.set(20, "hnv_watchdog_up", 1)
        story.fires("HnvWatchdogDown", 15, 20, "hnv-watchdog does not run on lpar1:10468. It last wrote its status 10m 0s ago.")
        story.check()

    def test_no_watchdog_where_nothing_is_to_be_repaired(self) -> None:
        """A partition whose bonds are neither HNV nor configured."""
        story = Story(30)
        story.end(0, "hnv_bond_expected_slaves")
        story.end(0, "hnv_bond_primary_is_sriov")
        story.end(0, "hnv_bond_sriov_active")
        story.set(10, "hnv_watchdog_up", 0)
        story.check()

    def test_restore_fails(self) -> None:
        story = Story(50)
        story.leaves_sriov(10)
        story.set(10, "hnv_bond_primary_is_sriov", 0, bond=BOND)
        for minute in range(11, 20):
            story.add(minute, "hnv_watchdog_restore_failures_total", 1, bond=BOND, reason="permission")
        story.returns_to_sriov(30)
        story.set(30, "hnv_bond_primary_is_sriov", 1, bond=BOND)
        story.fires(
            "HnvRestoreFailing",
            16,
            30,
            "hnv-watchdog cannot repair bond191554c8 on lpar1:10468; reason: permission. Failures in the last 15 minutes: 6.",
            bond=BOND,
            reason="permission",
        )
        story.fires("HnvTrafficOnVirtual", 15, 30)
        story.check()

    def test_failures_that_ended_well_are_silent(self) -> None:
        story = Story(40)
        for minute in range(11, 20):
            story.add(minute, "hnv_watchdog_restore_failures_total", 1, bond=BOND, reason="overridden")
        story.check()

    def test_budget_spent(self) -> None:
        story = Story(40)
        story.set(10, "hnv_watchdog_budget_spent", 1, bond=BOND)
        story.set(30, "hnv_watchdog_budget_spent", 0, bond=BOND)
        story.fires(
            "HnvRestoreFailing",
            15,
            30,
            "hnv-watchdog cannot repair bond191554c8 on lpar1:10468; reason: budget_spent.",
            bond=BOND,
            reason="budget_spent",
        )
        story.check()

    def test_forgotten_pause(self) -> None:
        story = Story(280)
        story.set(10, "hnv_watchdog_paused", 1, bond=BOND, reason="operator")
        story.set(270, "hnv_watchdog_paused", 0, bond=BOND, reason="operator")
        story.fires(
            "HnvWatchdogPaused",
            250,
            270,
            "hnv-watchdog on lpar1:10468 has written nothing to bond191554c8 for 4 hours or more, whatever happened to it; reason: operator.",
            bond=BOND,
            reason="operator",
        )
        story.check()

    def test_pause_of_a_dead_watchdog_is_no_pause(self) -> None:
        story = Story(280)
        story.set(10, "hnv_watchdog_paused", 1, bond=BOND, reason="hcnmgr")
        story.set(20, "hnv_watchdog_up", 0)
        story.fires("HnvWatchdogDown", 25)
        story.check()

    def test_source_that_cannot_be_read(self) -> None:
        story = Story(40)
        story.set(10, "hnv_scrape_source_success", 0, source="netlink")
        story.end(10, "hnv_bond_")
        story.end(10, "hnv_slave_")
        story.set(30, "hnv_scrape_source_success", 1, source="netlink")
        story.fires(
            "HnvMetricsIncomplete",
            20,
            30,
            "On lpar1:10468 the source netlink cannot be read or written, or is old. Other alerts about the partition may be missing.",
            source="netlink",
        )
        story.check()

    def test_status_that_cannot_be_written(self) -> None:
        story = Story(60)
        for minute in range(10, 30):
            story.add(minute, "hnv_watchdog_status_write_failures_total", 60)
        story.fires(
            "HnvMetricsIncomplete",
            20,
            44,  # 15 minutes after the last failure
            "On lpar1:10468 the source status_file cannot be read or written, or is old. Other alerts about the partition may be missing.",
            source="status_file",
        )
        story.check()

    def test_prober_that_died(self) -> None:
        """Its file stays, and tells of a partition in which all was well."""
        story = Story(60)
        story.set(0, "hnv_prober_status_timestamp_seconds", 600)  # its last word is of minute 10
        story.set(40, "hnv_prober_status_timestamp_seconds", 3600)  # young until the story's end
        story.fires(
            "HnvMetricsIncomplete",
            26,  # older than 5 minutes from minute 16 on, for 10 minutes
            40,
            "On lpar1:10468 the source prober cannot be read or written, or is old. Other alerts about the partition may be missing.",
            source="prober",
        )
        story.check()

    def test_prober_that_is_restarted_in_time(self) -> None:
        story = Story(60)
        for minute in range(0, 60, 14):
            story.set(minute, "hnv_prober_status_timestamp_seconds", 60 * minute)
        story.check()

    def test_prober_that_was_never_wanted_or_is_stopped(self) -> None:
        """Without its file nothing is known of a prober, old or not."""
        story = Story(60)
        story.set(0, "hnv_prober_status_timestamp_seconds", 0)
        story.end(5, "hnv_prober_")
        story.end(5, "hnv_path_")
        story.check()

    def test_exporter_down(self) -> None:
        story = Story(30)
        story.set(10, "up", 0)
        story.outage(10, 20, "hnv_")
        story.set(20, "up", 1)
        story.fires("HnvExporterDown", 15, 20, "hnv-exporter on lpar1:10468 has not answered for 5 minutes or more.")
        story.check()

    def test_no_target_at_all(self) -> None:
        story = Story(20)
        for series in story.series:
            series.values[:] = [GONE] * 21
        story.fires("HnvExporterDown", 5, says="Prometheus has had no target in the job hnv for 5 minutes or more.", instance="", job="hnv")
        story.check()
