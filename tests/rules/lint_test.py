# SPDX-License-Identifier: Apache-2.0
"""The rules have no fault that the lint knows, and it finds each of them where it is planted."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import REPOSITORY
from lab.tools import tool
from tests.rules import lint, promql
from tests.rules.story import alert_rules

CONFLICT = "expr: hnv_bond_mac_conflict == 1 and on (job, instance, bond) hnv_bond_expected_slaves"
# What is planted: text of a file, what it becomes, and what must be said of it.
FAULTS_OF_EXPRESSIONS = {
    "unknown metric": ("hnv_bond_mac_conflict == 1", "hnv_bond_mac_conflicts == 1", "hnv_bond_mac_conflicts: no such metric"),
    "unknown label in a matcher": ('hnv_slave_up{role!="sriov"}', 'hnv_slave_up{rolle!="sriov"}', "hnv_slave_up: no label rolle"),
    "value that never comes": ('role!="sriov"', 'role!="vf"', "hnv_slave_up: role is never 'vf'"),
    "one of several values never comes": ("not_restored|timed_out", "not_restored|timeout", "hnv_lpm_windows_total: outcome is never 'timeout'"),
    "label of no metric in on()": (CONFLICT, CONFLICT.replace("(job, instance, bond)", "(job, instance, bound)"), "bound: no metric of the expression has such a label"),
    "counter without rate": (CONFLICT, "expr: hnv_bond_carrier_losses_total > 3", "hnv_bond_carrier_losses_total: a counter needs rate or increase"),
    "rate of a gauge": (CONFLICT, "expr: rate(hnv_bond_up[5m]) > 0", "hnv_bond_up: rate of a gauge"),
    "delta of a counter": (CONFLICT, "expr: delta(hnv_bond_carrier_losses_total[5m]) > 0", "hnv_bond_carrier_losses_total: delta of a counter"),
    "no metric at all": (CONFLICT, "expr: vector(1)", "the expression asks for no metric"),
    "cut off": (CONFLICT, "expr: hnv_bond_up{bond=", "it ends too early"),
    "unknown metric in a description": ("time() - hnv_watchdog_status_timestamp_seconds{", "time() - hnv_status_timestamp_seconds{", "in its description: hnv_status_timestamp_seconds: no such metric"),
}  # fmt: skip
FAULTS_OF_ALERTS = {
    "no for": ("        for: 1m\n", "", "HnvBondDown: no for"),
    "unknown severity": ("severity: info", "severity: notice", "severity 'notice'"),
    "no summary": ("          summary: A bond carries no traffic.\n", "", "HnvBondDown: no summary"),
    "values in a summary": ("summary: A bond carries no traffic.", "summary: '{{ $labels.bond }} is down.'", "a summary is one sentence for all"),
    "bare number": ("{{ . | first | value | humanizeDuration }}", "{{ . | first | value }}", "is shown as the computer has it"),
    "no runbook_url": ("          runbook_url: docs/runbooks/HnvBondDown.md\n", "", "HnvBondDown: no runbook_url"),
    "another alert's runbook": ("runbooks/HnvBondDown.md", "runbooks/HnvMacConflict.md", "it should be docs/runbooks/HnvBondDown.md"),
    "name in another style": ("- alert: HnvBondDown", "- alert: hnv_bond_down", "hnv_bond_down: the name is not Hnv"),
    "two of one name": ("- alert: HnvExporterDown", "- alert: HnvWatchdogDown", "HnvWatchdogDown: there are two alerts of this name"),
}  # fmt: skip


class LintTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.alerts = Path(folder.name) / "alerts"
        self.runbooks = Path(folder.name) / lint.RUNBOOKS
        shutil.copytree(REPOSITORY / "alerts", self.alerts)
        shutil.copytree(REPOSITORY / lint.RUNBOOKS, self.runbooks)

    def problems(self) -> str:
        return "\n".join(lint.problems_of(self.alerts, self.runbooks, lint.GOLDEN_PAGE.read_text()))

    def plant(self, file: Path, text: str, fault: str, count: int = 1) -> None:
        before = file.read_text()
        self.assertIn(text, before, "what is to be replaced is not there any more")
        file.write_text(before.replace(text, fault, count))

    def test_rules_have_no_fault(self) -> None:
        self.assertEqual(self.problems(), "")

    def test_each_alert_has_its_story(self) -> None:
        stories = "".join(file.read_text() for file in Path(__file__).parent.glob("*_stories_test.py"))
        untold = [name for name in alert_rules() if not re.search(rf'fires\(\s*"{name}"', stories)]
        self.assertEqual(untold, [])

    def test_promtool_is_content(self) -> None:
        files = [str(file) for file in sorted((REPOSITORY / "alerts").glob("hnv.*.yml"))]
        done = subprocess.run([tool("promtool"), "check", "rules", *files], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_finds_faults_of_expressions_and_alerts(self) -> None:
        original = (self.alerts / "hnv.alerts.yml").read_text()
        for fault, (text, planted, said) in (FAULTS_OF_EXPRESSIONS | FAULTS_OF_ALERTS).items():
            with self.subTest(fault):
                (self.alerts / "hnv.alerts.yml").write_text(original)
                self.plant(self.alerts / "hnv.alerts.yml", text, planted)
                self.assertIn(said, self.problems())

    def test_finds_faults_of_recording_rules(self) -> None:
        for text, planted, said in (
            ("record: job:hnv_lpm:increase1d", "record: hnv_lpm_increase1d", "the name is not level:metric:operations"),
            ("record: job:hnv_bond_failovers:", "record: job:hnv_bond_failovers_total:", "the name keeps _total"),
            ("expr: count by (job) (hnv_bond_sriov_active)", "expr: count by (jobb) (hnv_bond_sriov_active)", "jobb: no metric"),
        ):
            with self.subTest(said):
                self.plant(self.alerts / "hnv.rules.yml", text, planted)
                self.assertIn(said, self.problems())

    def test_finds_an_alert_without_runbook(self) -> None:
        (self.runbooks / "HnvBondDown.md").unlink()
        self.assertIn("hnv.alerts.yml: HnvBondDown: no runbook docs/runbooks/HnvBondDown.md", self.problems())

    def test_finds_a_runbook_without_alert(self) -> None:
        (self.runbooks / "HnvBondUp.md").write_text("# HnvBondUp\n")
        self.assertEqual(self.problems(), "HnvBondUp.md: a runbook without its alert")

    def test_finds_a_runbook_without_its_parts(self) -> None:
        self.plant(self.runbooks / "HnvBondDown.md", "## Do this", "## Then")
        self.assertIn("its runbook has no heading '## Do this'", self.problems())

    def test_finds_a_runbook_that_is_not_in_the_index(self) -> None:
        self.plant(self.runbooks / "README.md", "[HnvBondDown](HnvBondDown.md)", "HnvBondDown")
        self.assertEqual(self.problems(), "README.md: HnvBondDown is not in the index")

    def test_finds_a_link_that_leads_nowhere(self) -> None:
        self.plant(self.runbooks / "HnvExporterDown.md", "(HnvBondDown.md)", "(HnvBondDead.md)")
        self.assertEqual(self.problems(), "HnvExporterDown.md: the link to HnvBondDead.md leads nowhere")

    def test_finds_an_alert_that_the_inhibitions_do_not_know(self) -> None:
        self.plant(self.alerts / "alertmanager.example.yml", "HnvRestoreFailing", "HnvRestoreFails")
        self.assertIn("alertmanager.example.yml: HnvRestoreFails is no alert", self.problems())

    def test_finds_too_many_alerts(self) -> None:
        file = self.alerts / "hnv.alerts.yml"
        file.write_text(file.read_text() + "\n      - alert: HnvMoreA\n        expr: hnv_bond_up == 0\n        for: 0m\n")
        self.assertIn("16 alerts; at most 15", self.problems())

    def test_finds_that_there_are_no_rules(self) -> None:
        shutil.rmtree(self.alerts)
        self.assertIn("no hnv.*.yml", self.problems())


class PromqlTest(unittest.TestCase):
    def test_sees_what_is_done_with_a_metric(self) -> None:
        query = promql.read('sum by (bond) (rate(a_total{x="1", y!~"2|3"}[5m] offset 1h)) / on (bond) group_left (device) max(b) > bool 1.5e3')
        a, b = query.selectors
        self.assertEqual((a.metric, a.functions, a.range), ("a_total", ("sum", "rate"), "5m"))
        self.assertEqual(a.matchers, [("x", "=", "1"), ("y", "!~", "2|3")])
        self.assertEqual((b.metric, b.functions), ("b", ("max",)))
        self.assertEqual(query.labels, {"bond", "device"})

    def test_parentheses_end_a_function(self) -> None:
        [a, b] = promql.read("rate(a[1m]) unless (b == 1)").selectors
        self.assertEqual((a.functions, b.functions), (("rate",), ()))


if __name__ == "__main__":
    unittest.main()
