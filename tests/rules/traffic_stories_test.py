# SPDX-License-Identifier: Apache-2.0
"""The alerts on the traffic: each fires in its minute, not in the one before, alone, and ends with its cause."""

from __future__ import annotations

import unittest

from tests.rules.story import BOND, SRIOV, VIRTUAL, Story

FLAPS = (10, 12, 14)


class TrafficStories(unittest.TestCase):
    def test_bond_down(self) -> None:
        story = Story(20)
        for device in (SRIOV, VIRTUAL):
            story.set(10, "hnv_slave_up", 0, device=device)
            story.set(14, "hnv_slave_up", 1, device=device)
        for minute, up in ((10, 0), (14, 1)):
            story.set(minute, "hnv_bond_up", up, bond=BOND)
            story.set(minute, "hnv_bond_sriov_active", up, bond=BOND)
            story.set(minute, "hnv_bond_slaves_up", 2 * up, bond=BOND)
        story.fires(
            "HnvBondDown",
            11,
            14,
            "bond191554c8 on lpar1:10468 is down: none of its slaves carries traffic. Slaves with a link: 0.",
            bond=BOND,
        )
        story.check()

    def test_stranded_bond(self) -> None:
        story = Story(60)
        story.leaves_sriov(10)
        story.returns_to_sriov(40)
        story.fires(
            "HnvTrafficOnVirtual",
            15,
            40,
            "bond191554c8 on lpar1:10468 does not use its SR-IOV slave, which has a link. The traffic left it 5m 0s ago.",
            bond=BOND,
        )
        story.check()

    def test_stranded_bond_without_watchdog(self) -> None:
        """What only the watchdog knows is absent; the alert does without."""
        story = Story(30)
        for prefix in ("hnv_watchdog_", "hnv_bond_failovers", "hnv_bond_off_sriov", "hnv_bond_last", "hnv_lpm_", "hnv_link_", "hnv_fast_"):
            story.outage(0, 31, prefix)
        story.set(10, "hnv_bond_sriov_active", 0, bond=BOND)
        story.set(0, "hnv_watchdog_up", 0)
        story.fires("HnvWatchdogDown", 5)
        story.fires(
            "HnvTrafficOnVirtual", 15, says="bond191554c8 on lpar1:10468 does not use its SR-IOV slave, which has a link.", bond=BOND
        )
        story.check()

    def test_repaired_in_time_is_silent(self) -> None:
        story = Story(30)
        story.leaves_sriov(10)
        story.returns_to_sriov(14)
        story.check()

    def test_damping_keeps_it_silent_while_the_watchdog_lives(self) -> None:
        story = Story(45)
        for minute in FLAPS[:2]:
            story.flap(minute)
        story.leaves_sriov(14)
        story.set(14, "hnv_watchdog_state", 0, bond=BOND)
        story.set(14, "hnv_watchdog_state", 1, bond=BOND, state="suppressed")
        story.set(14, "hnv_watchdog_suppressed", 1, bond=BOND)
        story.set(30, "hnv_watchdog_up", 0)
        story.fires("HnvFrequentFailovers", 19)
        story.fires("HnvWatchdogDown", 35)
        story.fires("HnvTrafficOnVirtual", 35)
        story.check()

    def test_sriov_without_link(self) -> None:
        story = Story(60)
        story.leaves_sriov(10)
        story.set(10, "hnv_slave_up", 0, device=SRIOV)
        story.set(40, "hnv_slave_up", 1, device=SRIOV)
        story.returns_to_sriov(40)
        story.fires(
            "HnvSriovUnusable",
            25,
            40,
            "bond191554c8 on lpar1:10468 runs on its slow device alone: there is no SR-IOV slave with a link in it."
            " The traffic left it 15m 0s ago.",
            bond=BOND,
        )
        story.check()

    def test_sriov_away_under_another_name_afterwards(self) -> None:
        story = Story(60)
        story.leaves_sriov(10, cause="removed")
        story.relabel(40, "hnv_slave_up", {"device": "enP16400p1s0"}, device=SRIOV)
        for series in story.series:
            if series.name == "hnv_slave_up" and series.labels["device"] == SRIOV:
                series.values[10:] = [None] * 51
        story.returns_to_sriov(40)
        story.fires("HnvSriovUnusable", 25, 40)
        story.check()

    def test_virtual_without_link(self) -> None:
        story = Story(40)
        story.set(10, "hnv_slave_up", 0, device=VIRTUAL)
        story.set(30, "hnv_slave_up", 1, device=VIRTUAL)
        story.fires(
            "HnvVirtualUnusable",
            20,
            30,
            "bond191554c8 on lpar1:10468 has no other slave with a link beside the SR-IOV one. The next loss of that link, and the next"
            " migration, interrupt the traffic.",
            bond=BOND,
        )
        story.check()

    def test_virtual_not_in_the_bond(self) -> None:
        story = Story(40)
        story.end(10, "hnv_slave_", device=VIRTUAL)
        story.fires("HnvVirtualUnusable", 20)
        story.check()

    def verdict(self, story: Story, minute: int, verdict: str) -> None:
        story.set(minute, "hnv_path_verdict", 0, bond=BOND)
        story.set(minute, "hnv_path_verdict", 1, bond=BOND, verdict=verdict)

    def test_backup_path_dead(self) -> None:
        story = Story(30)
        self.verdict(story, 10, "virtual_dead")
        self.verdict(story, 20, "healthy")
        story.fires(
            "HnvPathDead",
            11,
            20,
            "Both links of bond191554c8 on lpar1:10468 are up, and nothing answers behind the slave that does not carry the traffic"
            " (virtual_dead). A failover to it interrupts the traffic, and so may a migration.",
            bond=BOND,
            verdict="virtual_dead",
        )
        story.check()

    def test_failover_onto_a_dead_path_is_an_outage(self) -> None:
        story = Story(30)
        self.verdict(story, 10, "virtual_dead")
        story.leaves_sriov(14)
        story.set(14, "hnv_slave_up", 0, device=SRIOV)
        story.fires("HnvPathDead", 11, 14)
        story.fires("HnvBondDown", 15, bond=BOND, verdict="virtual_dead")
        story.fires("HnvSriovUnusable", 29)
        story.check()

    def test_path_of_the_traffic_dead(self) -> None:
        for verdict in ("sriov_dead", "both_dead"):
            story = Story(20)
            self.verdict(story, 10, verdict)
            story.fires(
                "HnvBondDown",
                11,
                says="The links of bond191554c8 on lpar1:10468 are up, and nothing answers behind the slave that carries its traffic"
                f" ({verdict}). Slaves with a link: 2.",
                bond=BOND,
                verdict=verdict,
            )
            story.check()

    def test_traffic_moved_off_a_dead_path(self) -> None:
        story = Story(30)
        self.verdict(story, 10, "sriov_dead")
        story.leaves_sriov(10, "path")
        story.fires("HnvPathDead", 11)
        story.fires("HnvTrafficOnVirtual", 15)
        story.check()

    def test_what_is_no_dead_path_is_silent(self) -> None:
        for verdict in ("target_dead", "target_filtered", "isolated", "not_judged"):
            story = Story(20)
            self.verdict(story, 10, verdict)
            story.check()

    def test_mac_conflict(self) -> None:
        story = Story(30)
        story.set(10, "hnv_bond_mac_conflict", 1, bond=BOND)
        story.set(20, "hnv_bond_mac_conflict", 0, bond=BOND)
        story.fires(
            "HnvMacConflict",
            15,
            20,
            "A backup slave of bond191554c8 on lpar1:10468 has the bond's own MAC address. Packets to the partition may end at the port"
            " that does not listen.",
            bond=BOND,
        )
        story.check()

    def test_frequent_failovers(self) -> None:
        story = Story(100)
        for minute in FLAPS:
            story.flap(minute)
        story.fires(
            "HnvFrequentFailovers",
            19,
            70,  # the first of the three is an hour ago
            "bond191554c8 on lpar1:10468 has failed over 3 times in the last hour, and nobody planned it.",
            bond=BOND,
        )
        story.check()

    def test_two_failovers_are_not_many(self) -> None:
        story = Story(80)
        for minute in FLAPS[:2]:
            story.flap(minute)
        story.check()

    def test_planned_failovers_do_not_count(self) -> None:
        story = Story(80)
        for minute in FLAPS:
            story.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_virtual", cause="lpm")
            story.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_virtual", cause="admin")
        story.check()

    def test_primary_is_not_sriov(self) -> None:
        story = Story(60)
        story.set(10, "hnv_bond_primary_is_sriov", 0, bond=BOND)
        story.set(50, "hnv_bond_primary_is_sriov", 1, bond=BOND)
        story.fires(
            "HnvBondMisconfigured",
            40,
            50,
            "primary of bond191554c8 on lpar1:10468 is not what an HNV bond needs. All is well until the next failover.",
            bond=BOND,
            setting="primary",
        )
        story.check()

    def test_each_wrong_setting_is_told(self) -> None:
        wrong = {"mode": "balance-rr", "primary_reselect": "failure", "fail_over_mac": "none"}
        story = Story(60)
        story.relabel(10, "hnv_bond_info", wrong, bond=BOND)
        story.set(10, "hnv_bond_miimon_seconds", 0, bond=BOND)
        for _ in (*wrong, "miimon"):
            story.fires("HnvBondMisconfigured", 40)
        story.check()

    def test_settings_of_a_bond_of_somebody_else(self) -> None:
        """miimon 0 with ARP monitoring, another fail_over_mac: outside HNV that is nobody's fault."""
        story = Story(60)
        story.relabel(10, "hnv_bond_info", {"hcn_id": "", "fail_over_mac": "none", "primary_reselect": "better"}, bond=BOND)
        story.set(10, "hnv_bond_miimon_seconds", 0, bond=BOND)
        story.check()

    def test_damping_sets_reselect_for_twenty_minutes(self) -> None:
        story = Story(60)
        story.relabel(10, "hnv_bond_info", {"primary_reselect": "failure"}, bond=BOND)
        story.relabel(30, "hnv_bond_info", {"primary_reselect": "always"}, bond=BOND, primary_reselect="failure")
        story.check()
