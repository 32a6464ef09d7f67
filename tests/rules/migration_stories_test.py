# SPDX-License-Identifier: Apache-2.0
"""Migrations: a normal one is told and nothing else, one that went wrong is told at once."""

from __future__ import annotations

import unittest

from tests.rules.story import BOND, SRIOV, VIRTUAL, Story

NEW_NAME = "enP16400p1s0"
BEGIN, BACK = 10, 40


def removed(story: Story, minute: int) -> None:
    """The platform takes the SR-IOV port out of the partition."""
    story.set(minute, "hnv_lpm_in_progress", 1)
    story.set(minute, "hnv_lpm_last_start_timestamp_seconds", 60 * minute)
    story.leaves_sriov(minute, cause="lpm")
    story.set(minute, "hnv_bond_primary_is_sriov", 0, bond=BOND)
    story.set(minute, "hnv_bond_slaves", 1, bond=BOND)


def closed(story: Story, minute: int, outcome: str) -> None:
    story.set(minute, "hnv_lpm_in_progress", 0)
    story.set(minute, "hnv_lpm_last_window_seconds", 60 * (minute - BEGIN))
    story.add(minute, "hnv_lpm_windows_total", 1, outcome=outcome)


def back(story: Story, minute: int) -> None:
    """The port is back under another name, as on another machine."""
    story.returns_to_sriov(minute)
    story.set(minute, "hnv_bond_primary_is_sriov", 1, bond=BOND)
    story.set(minute, "hnv_bond_slaves", 2, bond=BOND)


def replugged(story: Story, name: str) -> None:
    """The slave's series end with the removal, and those of its new name begin with the return."""
    for series in [series for series in story.series if series.labels.get("device") == SRIOV]:
        story.relabel(BACK, series.name, {"device": name}, device=SRIOV)
        series.values[BEGIN:] = [None] * (story.minutes + 1 - BEGIN)


class MigrationStories(unittest.TestCase):
    def test_normal_migration(self) -> None:
        """Half an hour, as hcnmgr may wait; the exporter is not reached for two minutes, and the machine is another one."""
        story = Story(120)
        removed(story, BEGIN)
        back(story, BACK)
        replugged(story, NEW_NAME)
        closed(story, BACK + 1, "migrated")
        story.add(BACK + 1, "hnv_lpm_total", 1, kind="live", result="restored")
        story.relabel(15, "hnv_lpar_info", {"serial": "IBM,0212A999X"})
        story.set(14, "up", 0)
        story.set(16, "up", 1)
        story.outage(14, 16, "hnv_")
        story.fires(
            "HnvMigrationRunning",
            BEGIN,
            14,
            "lpar1:10468 is being migrated, or its SR-IOV devices are not all back yet. Warnings about it are held back."
            " It began 0s ago.",
        )
        story.fires("HnvMigrationRunning", 16, BACK + 1)
        story.check()

    def test_stranded_within_the_window_waits_for_its_end(self) -> None:
        """The port is back and the traffic is not: the five minutes begin when the window closes."""
        story = Story(60)
        removed(story, BEGIN)
        closed(story, 30, "returned")
        story.fires("HnvMigrationRunning", BEGIN, 30)
        story.fires("HnvTrafficOnVirtual", 35)
        # The settings are right once the traffic is: this one asks for a bond on its SR-IOV slave.
        story.check()

    def test_not_restored(self) -> None:
        story = Story(120)
        removed(story, BEGIN)
        story.set(BEGIN, "hnv_slave_up", 0, device=SRIOV)
        closed(story, 30, "not_restored")
        story.set(100, "hnv_slave_up", 1, device=SRIOV)
        back(story, 100)
        story.fires("HnvMigrationRunning", BEGIN, 30)
        story.fires(
            "HnvMigrationNotRestored",
            30,
            90,
            "bond191554c8 on lpar1:10468 was waited for after a migration, or a removal of its port, and does not use an SR-IOV slave."
            " It began 20m 0s ago.",
            bond=BOND,
        )
        story.fires("HnvSriovUnusable", 45, 100)
        story.check()

    def test_timed_out(self) -> None:
        story = Story(50)
        removed(story, BEGIN)
        story.set(BEGIN, "hnv_slave_up", 0, device=SRIOV)
        closed(story, 30, "timed_out")
        story.set(40, "hnv_slave_up", 1, device=SRIOV)
        back(story, 40)
        story.fires("HnvMigrationRunning", BEGIN, 30)
        story.fires("HnvMigrationNotRestored", 30, 40)
        story.check()

    def test_migrated_back_after_one_that_went_wrong(self) -> None:
        """The next migration is waited for anew, whatever became of the last one."""
        story = Story(60)
        removed(story, BEGIN)
        story.set(BEGIN, "hnv_slave_up", 0, device=SRIOV)
        closed(story, 30, "not_restored")
        story.set(35, "hnv_lpm_in_progress", 1)
        story.set(35, "hnv_lpm_last_start_timestamp_seconds", 60 * 35)
        story.set(45, "hnv_slave_up", 1, device=SRIOV)
        back(story, 45)
        closed(story, 46, "migrated")
        story.fires("HnvMigrationRunning", BEGIN, 30)
        story.fires("HnvMigrationNotRestored", 30, 35)
        story.fires("HnvMigrationRunning", 35, 46)
        story.check()

    def test_window_that_does_not_end(self) -> None:
        """An hcnmgr hangs. Two hours are enough for a migration; who only waits would never say anything."""
        story = Story(150)
        removed(story, BEGIN)
        story.set(BEGIN, "hnv_slave_up", 0, device=SRIOV)
        story.fires("HnvMigrationRunning", BEGIN)
        story.fires("HnvMigrationNotRestored", BEGIN + 121)
        story.check()

    def test_outage_in_a_migration_is_an_outage(self) -> None:
        story = Story(30)
        removed(story, BEGIN)
        story.set(15, "hnv_bond_up", 0, bond=BOND)
        story.set(15, "hnv_slave_up", 0, device=VIRTUAL)
        story.fires("HnvMigrationRunning", BEGIN)
        story.fires("HnvBondDown", 16)
        story.check()
