# SPDX-License-Identifier: Apache-2.0
"""What must not wake anybody."""

from __future__ import annotations

import unittest

from tests.rules.story import BOND, Story

FROM_THE_STATUS_FILE = ("hnv_watchdog_", "hnv_bond_failovers", "hnv_bond_off_sriov", "hnv_bond_last", "hnv_lpm_", "hnv_link_", "hnv_fast_")


class QuietStories(unittest.TestCase):
    def test_healthy_partition(self) -> None:
        """Six hours, with traffic counters that rise. bond9 of the golden page, which is nobody's, is down all the time."""
        story = Story(360)
        for minute in range(1, 361):
            story.add(minute, "hnv_bond_receive_bytes_total", 1e9, bond=BOND)
            story.add(minute, "hnv_link_messages_total", 3)
        story.check()

    def test_restart_of_the_watchdog(self) -> None:
        """An upgrade within a boot takes a scrape or two; counters go on."""
        story = Story(60)
        story.set(10, "hnv_watchdog_up", 0)
        story.set(12, "hnv_watchdog_up", 1)
        story.outage(10, 12, "hnv_lpm_in_progress")
        story.check()

    def test_watchdog_that_forgot(self) -> None:
        """Its status file was removed: all it counted begins at 0 again, and that is no rise."""
        story = Story(90)
        for prefix in FROM_THE_STATUS_FILE:
            for series in story.series:
                if series.name.startswith(prefix) and series.name.endswith("_total"):
                    series.values[:] = [7.0] * 30 + [0.0] * 61
        story.check()

    def test_restart_of_the_exporter(self) -> None:
        story = Story(60)
        story.set(10, "up", 0)
        story.outage(10, 12, "hnv_")
        story.set(12, "up", 1)
        story.set(12, "process_start_time_seconds", 720)
        story.set(12, "process_cpu_seconds_total", 0)
        story.check()

    def test_reboot_of_the_partition(self) -> None:
        """Four minutes without a scrape, then every count from 0."""
        story = Story(90)
        story.set(10, "up", 0)
        story.set(14, "up", 1)
        for series in story.series:
            if series.name.endswith("_total"):
                series.values[14:] = [0.0] * 77
        story.outage(10, 14, "hnv_")
        story.check()

    def test_bond_removed_for_good(self) -> None:
        """It was stranded, too: its alert ends with it."""
        story = Story(90)
        story.leaves_sriov(10)
        story.end(30, "hnv_", bond=BOND)
        story.fires("HnvTrafficOnVirtual", 15, 30)
        story.check()

    def test_partition_without_hnv_bonds(self) -> None:
        story = Story(60)
        story.end(0, "hnv_", bond=BOND)
        story.check()

    def test_partition_without_watchdog_series(self) -> None:
        """A watchdog that has just started for the first time: nothing has been counted yet."""
        story = Story(60)
        for prefix in FROM_THE_STATUS_FILE[1:]:
            story.outage(0, 30, prefix)
        story.check()
