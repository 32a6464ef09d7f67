# SPDX-License-Identifier: Apache-2.0
"""The example for Alertmanager, as the real one understands it: who gets an alert, and which alert holds which back."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from lab.monitoring import ROUTES, Server, start_alertmanager
from lab.tools import tool
from lab.waiting import PATIENCE, wait_until
from tests.rules.story import JOB, alert_rules

NOBODY = "http://127.0.0.1:9"  # no message is waited for here


def severity(alert: str) -> str:
    return str(alert_rules()[alert]["labels"]["severity"])


def labels(alert: str, instance: str, bond: str = "") -> dict[str, str]:
    """Those of the alert as Prometheus sends it, as far as routes and inhibitions look at them."""
    of_bond = {"bond": bond} if bond else {}
    return {"alertname": alert, "job": JOB, "instance": instance, "severity": severity(alert), **of_bond}


class Inhibitions:
    """Pairs of alerts, each on partitions of its own, so that one Alertmanager can be asked about all of them at once."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, str]] = []
        self.muted: dict[str, bool] = {}

    def pair(self, source: dict[str, str], target: dict[str, str], muted: bool) -> None:
        case = f"{len(self.muted)}: {source['alertname']} and {target['alertname']} {target.get('bond', '')}, {muted=}"
        for alert in (source, target):
            self.alerts.append(alert | {"instance": f"{alert['instance']} of {case}"})
        self.muted[self.alerts[-1]["instance"] + target["alertname"]] = muted


def told(server: Server, alerts: list[dict[str, str]]) -> list[Any]:
    """What Alertmanager makes of `alerts`, once it knows all of them."""
    server.tell("/api/v2/alerts", [{"labels": alert} for alert in alerts])
    known: list[Any] = []

    def look() -> bool:
        known[:] = server.ask("/api/v2/alerts")
        return len(known) == len(alerts)

    wait_until(look, PATIENCE, f"Alertmanager knows {len(alerts)} alerts")
    return known


class InhibitionTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.server = start_alertmanager(Path(folder.name), NOBODY)
        self.addCleanup(self.server.close)

    def expect(self, pairs: Inhibitions) -> None:
        """Its inhibitions work on a list of alerts that follows a moment behind the one that it shows."""

        def wrong() -> list[str]:
            known = {alert["labels"]["instance"] + alert["labels"]["alertname"]: alert for alert in told(self.server, pairs.alerts)}
            return [case for case, muted in pairs.muted.items() if bool(known[case]["status"]["inhibitedBy"]) != muted]

        try:
            wait_until(lambda: not wrong(), PATIENCE)
        except AssertionError:
            self.fail(f"not as expected: {wrong()}")

    def test_each_holds_back_what_it_explains_and_nothing_else(self) -> None:
        pairs = Inhibitions()
        warnings = [alert for alert in alert_rules() if severity(alert) == "warning"]
        of_partition = {"HnvExporterDown", "HnvWatchdogDown", "HnvMetricsIncomplete"}
        for target in warnings:
            bond = "" if target in of_partition else "bond1"
            tells_of_its_end = target in {"HnvMigrationNotRestored", "HnvWatchdogPaused"}
            pairs.pair(labels("HnvMigrationRunning", "a"), labels(target, "a", bond), not tells_of_its_end)
            pairs.pair(labels("HnvMigrationRunning", "a"), labels(target, "b", bond), False)
            pairs.pair(labels("HnvBondDown", "a", "bond1"), labels(target, "a", bond), bool(bond))
            pairs.pair(labels("HnvBondDown", "a", "bond2"), labels(target, "a", bond), False)
            if target != "HnvExporterDown":
                pairs.pair(labels("HnvExporterDown", "a"), labels(target, "a", bond), True)
                pairs.pair(labels("HnvExporterDown", "a"), labels(target, "b", bond), False)
        for critical in ("HnvBondDown", "HnvMacConflict"):
            pairs.pair(labels("HnvMigrationRunning", "a"), labels(critical, "a", "bond1"), False)
            pairs.pair(labels("HnvExporterDown", "a"), labels(critical, "a", "bond1"), True)
        pairs.pair(labels("HnvBondDown", "a", "bond1"), labels("HnvMacConflict", "a", "bond1"), False)
        self.causes(pairs)
        self.expect(pairs)

    def causes(self, pairs: Inhibitions) -> None:
        explained = {
            "HnvMigrationNotRestored": {"HnvTrafficOnVirtual", "HnvSriovUnusable"},
            "HnvRestoreFailing": {"HnvTrafficOnVirtual", "HnvBondMisconfigured"},
            "HnvPathDead": {"HnvTrafficOnVirtual"},
        }
        of_bond = {"HnvTrafficOnVirtual", "HnvSriovUnusable", "HnvVirtualUnusable", "HnvFrequentFailovers", "HnvBondMisconfigured"}
        for source, targets in explained.items():
            for target in of_bond:
                pairs.pair(labels(source, "a", "bond1"), labels(target, "a", "bond1"), target in targets)
                pairs.pair(labels(source, "a", "bond1"), labels(target, "a", "bond2"), False)
                pairs.pair(labels(source, "a", "bond1"), labels(target, "b", "bond1"), False)
        for target in (*of_bond, "HnvRestoreFailing", "HnvWatchdogPaused"):
            said_by_it = target in {"HnvRestoreFailing", "HnvWatchdogPaused"}
            pairs.pair(labels("HnvWatchdogDown", "a"), labels(target, "a", "bond1"), said_by_it)
            pairs.pair(labels("HnvWatchdogDown", "a"), labels(target, "b", "bond1"), False)


class RoutesTest(unittest.TestCase):
    def test_amtool_is_content(self) -> None:
        done = subprocess.run([tool("amtool"), "check-config", str(ROUTES)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_severity_decides_who_is_told(self) -> None:
        receivers = {"critical": "pager", "warning": "tickets", "info": "nobody"}
        for name in alert_rules():
            matched = [f"{key}={value}" for key, value in labels(name, "lpar1").items()]
            done = subprocess.run(
                [tool("amtool"), "config", "routes", "test", f"--config.file={ROUTES}", *matched],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.stdout.strip(), receivers[severity(name)], name)
