# SPDX-License-Identifier: Apache-2.0
"""What the guest's story of an alert stands on: scaled durations, and dashboards that are read as Grafana would."""

from __future__ import annotations

import unittest

from lab.dashboards import panel_queries
from lab.monitoring import ALERTS, ROUTES, scaled


class ScaledTest(unittest.TestCase):
    def test_durations_are_shorter_and_nothing_else_changes(self) -> None:
        rule = 'expr: increase(x_total{reason="5m"}[1h]) > 15\nfor: 5m\nsummary: 5m are over\n'
        self.assertEqual(scaled(rule, 60), rule.replace("[1h]", "[60s]").replace("for: 5m", "for: 5s"))

    def test_nothing_becomes_nothing_by_scaling(self) -> None:
        self.assertEqual(scaled("for: 30s\nfor: 0m\n", 60), "for: 1s\nfor: 0s\n")

    def test_finds_the_durations_of_the_rules_and_routes(self) -> None:
        for file in (*ALERTS.glob("hnv.*.yml"), ROUTES):
            self.assertNotEqual(scaled(file.read_text(), 60), file.read_text(), file.name)


class PanelQueriesTest(unittest.TestCase):
    def test_variables_get_values(self) -> None:
        dashboard = {
            "templating": {"list": [{"name": "bond", "type": "query"}, {"name": "top", "type": "custom", "current": {"value": "10"}}]},
            "panels": [{"title": "a", "targets": [{"expr": 'topk($top, rate(x_total{bond=~"${bond:regex}"}[$__rate_interval]))'}]}],
        }
        [found] = panel_queries(dashboard)
        self.assertEqual((found.panel, found.text), ("a", 'topk(10, rate(x_total{bond=~".+"}[1m]))'))
        [of_one] = panel_queries(dashboard, chosen={"bond": "bond1"})
        self.assertIn('bond=~"bond1"', of_one.text)

    def test_rows_and_annotations_are_read_too(self) -> None:
        dashboard = {
            "panels": [{"title": "row", "panels": [{"title": "inner", "targets": [{"expr": "x"}, {"refId": "no query"}]}]}],
            "annotations": {"list": [{"name": "events", "expr": "y"}, {"name": "built in"}]},
        }
        self.assertEqual([(found.panel, found.text) for found in panel_queries(dashboard)], [("inner", "x"), ("events", "y")])

    def test_a_variable_that_nobody_declared_is_a_fault(self) -> None:
        dashboard = {"title": "d", "panels": [{"targets": [{"expr": "x{bond=~'$bond'}"}]}]}
        with self.assertRaisesRegex(AssertionError, r"d: no variable \$bond"):
            list(panel_queries(dashboard))


if __name__ == "__main__":
    unittest.main()
