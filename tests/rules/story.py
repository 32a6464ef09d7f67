# SPDX-License-Identifier: Apache-2.0
"""A story of one partition, minute by minute, told to `promtool test rules`.

It begins healthy: the exporter's golden page (tests/unit/exporter/golden/full.prom) without the bond that is broken there. In every
minute the alerts that fire must be the expected ones and no other, so that each story also proves the silence of the rest.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lab.paths import REPOSITORY
from lab.scrape import Metrics
from lab.tools import tool

ALERTS = REPOSITORY / "alerts" / "hnv.alerts.yml"
RECORDING = REPOSITORY / "alerts" / "hnv.rules.yml"
GOLDEN_PAGE = REPOSITORY / "tests" / "unit" / "exporter" / "golden" / "full.prom"

JOB, INSTANCE = "hnv", "lpar1:10468"
BOND, SRIOV, VIRTUAL = "bond191554c8", "enP16392p3s0", "env5"
BROKEN_BOND = "bond2a2a2a2a"  # of the golden page
GONE = None  # a value: the series ends here


def alert_rules() -> dict[str, dict]:
    """The rules of hnv.alerts.yml by their alert's name."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


@dataclass
class Series:
    name: str
    labels: dict[str, str]
    values: list[float | None]

    def matches(self, name: str, labels: dict[str, str]) -> bool:
        return self.name == name and labels.items() <= self.labels.items()


@dataclass(frozen=True)
class Expected:
    """`alert` fires from minute `first` up to, not including, `end`; `labels` are what it has beside job and instance."""

    alert: str
    first: int
    end: int
    labels: dict[str, str] = field(default_factory=dict)
    says: str = ""


class Story:
    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        self.series = [Series("up", self._target(), self._always(1))]
        for sample in Metrics(GOLDEN_PAGE.read_text()).samples:
            if sample.labels.get("bond") != BROKEN_BOND and "_bucket" not in sample.name:
                self.series.append(Series(sample.name, self._target() | sample.labels, self._always(sample.value)))
        self._expected: list[Expected] = []

    def _target(self) -> dict[str, str]:
        return {"job": JOB, "instance": INSTANCE}

    def _always(self, value: float) -> list[float | None]:
        return [value] * (self.minutes + 1)

    # --- what happens ----------------------------------------------------------------------------------------------

    def set(self, minute: int, name: str, value: float | None, **labels: str) -> None:
        """From `minute` on every series that fits has `value`. There must be one: a misspelt metric is no story."""
        found = [series for series in self.series if series.matches(name, labels)]
        assert found, f"no series {name} {labels} in the golden page"
        for series in found:
            series.values[minute:] = [value] * (self.minutes + 1 - minute)

    def add(self, minute: int, name: str, amount: float, **labels: str) -> None:
        """A counter rises by `amount` at `minute`."""
        found = [series for series in self.series if series.matches(name, labels)]
        assert len(found) == 1, f"{name} {labels} fits {len(found)} series of the golden page"
        found[0].values[minute:] = [None if value is None else value + amount for value in found[0].values[minute:]]

    def end(self, minute: int, prefix: str, **labels: str) -> None:
        """From `minute` on the series whose name begins with `prefix` are gone."""
        found = [series for series in self.series if series.name.startswith(prefix) and labels.items() <= series.labels.items()]
        assert found, f"no series {prefix}* {labels}"
        for series in found:
            series.values[minute:] = [GONE] * (self.minutes + 1 - minute)

    def relabel(self, minute: int, name: str, changed: dict[str, str], **labels: str) -> None:
        """At `minute` the one series that fits ends, and the same with `changed` labels begins."""
        [old] = [series for series in self.series if series.matches(name, labels)]
        new = Series(name, old.labels | changed, [GONE] * minute + old.values[minute:])
        self.end(minute, name, **labels)
        self.series.append(new)

    def outage(self, first: int, end: int, prefix: str, **labels: str) -> None:
        """Nothing is told of these series from `first` up to, not including, `end`; then they go on."""
        for series in self.series:
            if series.name.startswith(prefix) and labels.items() <= series.labels.items():
                series.values[first:end] = [GONE] * (end - first)

    # --- shorthands ------------------------------------------------------------------------------------------------

    def leaves_sriov(self, minute: int, cause: str = "link_down") -> None:
        """The kernel fails over to the virtual slave."""
        self.set(minute, "hnv_bond_sriov_active", 0, bond=BOND)
        self.set(minute, "hnv_slave_active", 0, device=SRIOV)
        self.set(minute, "hnv_slave_active", 1, device=VIRTUAL)
        self.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_virtual", cause=cause)
        # The partition's clock is promtool's, which begins at 0.
        self.set(minute, "hnv_bond_last_failover_timestamp_seconds", 60 * minute, bond=BOND)

    def returns_to_sriov(self, minute: int, cause: str = "watchdog") -> None:
        self.set(minute, "hnv_bond_sriov_active", 1, bond=BOND)
        self.set(minute, "hnv_slave_active", 1, device=SRIOV)
        self.set(minute, "hnv_slave_active", 0, device=VIRTUAL)
        self.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_sriov", cause=cause)

    def flap(self, minute: int) -> None:
        """The link goes and is back, with the traffic, before the next scrape."""
        self.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_virtual", cause="link_down")
        self.add(minute, "hnv_bond_failovers_total", 1, bond=BOND, direction="to_sriov", cause="link_up")

    # --- what is expected ------------------------------------------------------------------------------------------

    def fires(self, alert: str, first: int, end: int | None = None, says: str = "", **labels: str) -> None:
        self._expected.append(Expected(alert, first, self.minutes + 1 if end is None else end, labels, says))

    def check(self) -> None:
        """AssertionError with promtool's words when anything else fires, or nothing does."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "story.json"  # which is YAML, too
            file.write_text(json.dumps(self._test_file()))
            done = subprocess.run(
                [tool("promtool"), "test", "rules", str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
        assert done.returncode == 0, done.stdout

    def _test_file(self) -> dict:
        test = {
            "interval": "1m",
            "input_series": [{"series": _selector(series), "values": _notation(series.values)} for series in self.series],
            "promql_expr_test": [self._firing_at(minute) for minute in range(self.minutes + 1)],
            "alert_rule_test": [self._text_of(expected) for expected in self._expected if expected.says],
        }
        return {"rule_files": [str(RECORDING), str(ALERTS)], "evaluation_interval": "1m", "tests": [test]}

    def _firing_at(self, minute: int) -> dict:
        firing = Counter(expected.alert for expected in self._expected if expected.first <= minute < expected.end)
        samples = [{"labels": f'{{alertname="{name}"}}', "value": count} for name, count in firing.items()]
        return {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": f"{minute}m", "exp_samples": samples}

    def _text_of(self, expected: Expected) -> dict:
        rule = alert_rules()[expected.alert]
        target = {} if expected.labels.get("instance") == "" else self._target()
        labels = {**target, **expected.labels, **rule["labels"]}
        annotations = rule["annotations"] | {"description": expected.says}
        alerts = [{"exp_labels": {key: value for key, value in labels.items() if value}, "exp_annotations": annotations}]
        return {"alertname": expected.alert, "eval_time": f"{expected.first}m", "exp_alerts": alerts}


def _selector(series: Series) -> str:
    return series.name + "{" + ", ".join(f'{key}="{value}"' for key, value in series.labels.items()) + "}"


def _notation(values: list[float | None]) -> str:
    """promtool's notation of a series. What vanishes is stale at the next scrape, and absent after it."""
    words = []
    previous: float | None = None
    for value in values:
        words.append(repr(float(value)) if value is not None else "stale" if previous is not None else "_")
        previous = value
    return " ".join(words)
