# SPDX-License-Identifier: Apache-2.0
"""What can be asked for: the metrics of the exporter's golden page with their types and labels, and those of recording rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from lab.scrape import Metrics

# Labels whose every value is on the page from the start (docs/metrics.md, "Label values"): any other value never comes.
ENUMERATED = {"direction", "cause", "reason", "state", "outcome", "kind", "result", "source", "role"}
# What Prometheus adds to every series.
OF_THE_TARGET = {"job", "instance"}


@dataclass
class Metric:
    type: str
    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def catalogue(page: str) -> dict[str, Metric]:
    """The metrics of an exposition by the names that a query asks for."""
    types = dict(line.split()[2:4] for line in page.splitlines() if line.startswith("# TYPE "))
    metrics: dict[str, Metric] = {}
    for sample in Metrics(page).samples:
        metric = metrics.setdefault(sample.name, Metric(_type(sample.name, types)))
        for name, value in sample.labels.items():
            metric.labels[name].add(value)
    # Prometheus' own; "up" is all that the rules have of a target that is gone.
    metrics["up"] = Metric("gauge")
    return metrics


def _type(name: str, types: dict[str, str]) -> str:
    if name in types:
        return types[name]
    for suffix in ("_bucket", "_sum", "_count"):
        if name.endswith(suffix) and types.get(name.removesuffix(suffix)) == "histogram":
            return "counter"
    raise ValueError(f"{name} has no # TYPE in the page")
