# SPDX-License-Identifier: Apache-2.0
"""Faults in rules that Prometheus loads without a word: a metric that nobody exports, an alert that nobody explains.

The catalogue is the exporter's own golden page. Run it by hand: python3 -m tests.rules.lint
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lab.paths import REPOSITORY
from tests.rules import promql
from tests.rules.catalogue import ENUMERATED, OF_THE_TARGET, Metric, catalogue

GOLDEN_PAGE = REPOSITORY / "tests" / "unit" / "exporter" / "golden" / "full.prom"
RUNBOOKS = "docs/runbooks"
SEVERITIES = ("critical", "warning", "info")
ANNOTATIONS = ("summary", "description", "runbook_url")
MOST_ALERTS = 15  # more, and nobody knows them all
OF_RANGES = {"rate", "irate", "increase", "resets"}
OF_GAUGES = {"delta", "idelta", "deriv", "predict_linear", "holt_winters", "changes"}
WITHOUT_VALUE = {"absent", "absent_over_time", "count", "count_over_time", "present_over_time", "timestamp", "group"}
# A query within an annotation: its text, with %q for each label's value.
IN_ANNOTATION = re.compile(r'printf "([^"]*)"[^}]*\| query')
UNITS = ("humanize", "humanizeDuration", "humanizePercentage", "humanize1024", "humanizeTimestamp", "printf")
LINK = re.compile(r"\]\(([^)#:]+)\)")
RECORD_NAME = re.compile(r"^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$")


def problems_of(folder: Path, runbooks: Path, page: str) -> list[str]:
    """All faults of the rules in `folder` with the runbooks in `runbooks`; `page` is what the exporter serves."""
    files = sorted(folder.glob("hnv.*.yml"))
    if not files:
        return [f"{folder}: no hnv.*.yml"]
    metrics = catalogue(page)
    rules = [(file, rule) for file in files for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]
    problems = []
    for file, rule in rules:
        name = rule.get("alert") or rule.get("record") or "rule without a name"
        found = _of_alert(rule, runbooks) if "alert" in rule else _of_record(rule)
        found = [*found, *_of_expression(str(rule.get("expr", "")), metrics)]
        for query in annotation_queries(rule):
            found += [f"in its description: {problem}" for problem in _of_expression(query, metrics)]
        problems += [f"{file.name}: {name}: {problem}" for problem in found]
    return problems + _of_all([rule["alert"] for _, rule in rules if "alert" in rule], runbooks) + _of_routes(folder, rules)


def _of_all(alerts: list[str], runbooks: Path) -> list[str]:
    problems = [f"{name}: there are two alerts of this name" for name in sorted({name for name in alerts if alerts.count(name) > 1})]
    if len(alerts) > MOST_ALERTS:
        problems.append(f"{len(alerts)} alerts; at most {MOST_ALERTS}")
    index = runbooks / "README.md"
    listed = index.read_text() if index.exists() else ""
    for file in sorted(runbooks.glob("*.md")):
        if file != index and file.stem not in alerts:
            problems.append(f"{file.name}: a runbook without its alert")
        for link in LINK.findall(file.read_text()):
            if not (file.parent / link).resolve().exists():
                problems.append(f"{file.name}: the link to {link} leads nowhere")
    problems += [f"{index.name}: {name} is not in the index" for name in alerts if f"[{name}]({name}.md)" not in listed]
    return problems


def _of_alert(rule: dict[str, Any], runbooks: Path) -> Iterator[str]:
    name = rule["alert"]
    if not re.fullmatch(r"Hnv([A-Z][a-z]+)+", name):
        yield "the name is not Hnv and words in CamelCase"
    if "for" not in rule:
        yield "no for; 0m if it should fire at once"
    severity = rule.get("labels", {}).get("severity")
    if severity not in SEVERITIES:
        yield f"severity {severity!r}; it is one of {', '.join(SEVERITIES)}"
    annotations = rule.get("annotations", {})
    for missing in [wanted for wanted in ANNOTATIONS if not annotations.get(wanted)]:
        yield f"no {missing}"
    if "{{" in annotations.get("summary", ""):
        yield "a summary is one sentence for all; values belong into the description"
    description = annotations.get("description", "")
    for value in re.findall(r"\{\{-?\s*((?:\$value|\. \| first \| value)[^}]*?)\s*-?\}\}", description):
        if not re.search(r"\| (?:%s)\b" % "|".join(UNITS), value):
            yield f"{{{{ {value} }}}} is shown as the computer has it; pipe it into humanizeDuration, humanize or printf"
    url = annotations.get("runbook_url", "")
    if url and url != f"{RUNBOOKS}/{name}.md":
        yield f"runbook_url is {url}; it should be {RUNBOOKS}/{name}.md"
    runbook = runbooks / f"{name}.md"
    if not runbook.exists():
        yield f"no runbook {RUNBOOKS}/{name}.md"
    else:
        text = runbook.read_text()
        for heading in (f"# {name}", "## What it means", "## Look here", "## Do this", "## When to ignore it"):
            if heading not in text.splitlines():
                yield f"its runbook has no heading '{heading}'"


def _of_record(rule: dict[str, Any]) -> Iterator[str]:
    name = rule.get("record", "")
    if not RECORD_NAME.match(name):
        yield "the name is not level:metric:operations"
    if "_total:" in name:
        yield "the name keeps _total; what was a counter is none after rate or increase"


def _of_expression(expression: str, metrics: dict[str, Metric]) -> Iterator[str]:
    try:
        query = promql.read(expression)
    except ValueError as error:
        yield str(error)
        return
    if not query.selectors:
        yield "the expression asks for no metric"
    known = set(OF_THE_TARGET) | query.made_labels
    for selector in query.selectors:
        metric = metrics.get(selector.metric)
        if not metric:
            yield f"{selector.metric}: no such metric"
            continue
        known |= set(metric.labels)
        yield from _of_use(selector, metric.type)
        yield from _of_matchers(selector, metric)
    for label in sorted(query.labels - known):
        yield f"{label}: no metric of the expression has such a label"


def _of_use(selector: promql.Selector, type_of_metric: str) -> Iterator[str]:
    functions = set(selector.functions)
    if type_of_metric == "counter" and not functions & (OF_RANGES | WITHOUT_VALUE):
        yield f"{selector.metric}: a counter needs rate or increase; its value says how long ago the start was"
    if type_of_metric == "counter" and functions & OF_GAUGES:
        yield f"{selector.metric}: {', '.join(sorted(functions & OF_GAUGES))} of a counter; a restart looks like a change"
    if type_of_metric != "counter" and functions & OF_RANGES:
        yield f"{selector.metric}: {', '.join(sorted(functions & OF_RANGES))} of a gauge; it takes each fall for a restart"


def _of_matchers(selector: promql.Selector, metric: Metric) -> Iterator[str]:
    for label, operator, value in selector.matchers:
        if label in OF_THE_TARGET:
            continue
        if label not in metric.labels:
            yield f"{selector.metric}: no label {label}"
        elif label in ENUMERATED:
            wanted = value.split("|") if "~" in operator else [value]
            for unknown in [word for word in wanted if word not in metric.labels[label]]:
                yield f"{selector.metric}: {label} is never {unknown!r}"


def _of_routes(folder: Path, rules: list[tuple[Path, dict[str, Any]]]) -> list[str]:
    """Alertmanager takes any name: an alert that was renamed is held back no more."""
    alerts = {rule["alert"] for _, rule in rules if "alert" in rule}
    file = folder / "alertmanager.example.yml"
    if not file.exists():
        return [f"{file.name} is missing"]
    named = set(re.findall(r"\bHnv\w+", file.read_text()))
    return [f"{file.name}: {name} is no alert" for name in sorted(named - alerts)]


def annotation_queries(rule: dict[str, Any]) -> list[str]:
    """The queries in an alert's description, with a value in each place of a label's."""
    return [found.replace("%q", '"x"') for found in IN_ANNOTATION.findall(rule.get("annotations", {}).get("description", ""))]


def main() -> int:
    problems = problems_of(REPOSITORY / "alerts", REPOSITORY / RUNBOOKS, GOLDEN_PAGE.read_text())
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
