# SPDX-License-Identifier: Apache-2.0
"""Numbers of a running Prometheus: what it holds, how long its rules and the dashboards' queries take, what is on disk."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.dashboards import PanelQuery, all_queries
from lab.errors import LabError
from lab.monitoring import Server
from lab.scrape import ExporterClient

QUERY_PATIENCE = 40.0  # Grafana gives up after 30
# A block of everything that is held, written at once.
BLOCK_PATIENCE = 300.0
# For one query, so that all of them end: at least three times, and no longer than this.
QUERY_SECONDS = 2.0
MOST_TIMES = 20
STEP_SECONDS = 15


def percentile(values: list[float], share: float) -> float:
    """The smallest of `values` that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class RuleTimes:
    """Seconds of each evaluation that was seen, by the rule's name."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    _seen: dict[str, str] = field(default_factory=dict)

    def look(self, prometheus: Server) -> None:
        """Takes each evaluation once, if it is asked more often than the rules are evaluated."""
        for group in prometheus.ask("/api/v1/rules")["data"]["groups"]:
            for rule in group["rules"]:
                if rule["health"] == "err":
                    raise LabError(f"{rule['name']}: {rule['lastError']}")
                if self._seen.get(rule["name"]) != rule["lastEvaluation"]:
                    self._seen[rule["name"]] = rule["lastEvaluation"]
                    self.seconds.setdefault(rule["name"], []).append(rule["evaluationTime"])

    def forget(self) -> None:
        self.seconds.clear()


@dataclass(frozen=True)
class QueryTime:
    query: PanelQuery
    seconds: list[float]
    samples: int  # that Prometheus read for it
    series: int  # that it answered with


def time_queries(prometheus: Server, window: float, chosen: Mapping[str, str], dashboards: Iterable[str]) -> list[QueryTime]:
    """Every query of these dashboards, as Grafana asks it for the last `window` seconds; at most QUERY_SECONDS each."""
    values = {"__range": f"{window:.0f}s", "__range_s": f"{window:.0f}"} | dict(chosen)
    wanted = [query for query in all_queries(chosen=values) if query.dashboard in dashboards]
    return [_timed(prometheus, query, window) for query in wanted]


def _timed(prometheus: Server, query: PanelQuery, window: float) -> QueryTime:
    times: list[float] = []
    data: dict[str, Any] = {}
    while (len(times) < 3 and sum(times) < QUERY_PATIENCE) or (sum(times) < QUERY_SECONDS and len(times) < MOST_TIMES):
        now = time.time()
        parameters = {"query": query.text, "stats": "all"}
        if query.instant:
            path, parameters = "/api/v1/query", parameters | {"time": f"{now:.3f}"}
        else:
            path = "/api/v1/query_range"
            parameters |= {"start": f"{now - window:.3f}", "end": f"{now:.3f}", "step": str(STEP_SECONDS)}
        begun = time.monotonic()
        try:
            data = prometheus.ask(path, patience=QUERY_PATIENCE, **parameters)["data"]
        except TimeoutError:
            return QueryTime(query, [*times, QUERY_PATIENCE], 0, 0)
        times.append(time.monotonic() - begun)
    return QueryTime(query, times, data["stats"]["samples"]["totalQueryableSamples"], len(data["result"]))


@dataclass(frozen=True)
class Load:
    """What Prometheus says of itself."""

    series: float
    samples: float
    resident_bytes: float
    cpu_seconds: float
    missed_evaluations: float
    scrape_p50: float
    scrape_p99: float

    @classmethod
    def of(cls, prometheus: Server, job: str) -> Load:
        metrics = ExporterClient(prometheus.url).metrics(timeout=QUERY_PATIENCE)

        def quantile(share: float) -> float:
            result = prometheus.ask("/api/v1/query", query=f'quantile({share}, scrape_duration_seconds{{job="{job}"}})')["data"]["result"]
            return float(result[0]["value"][1]) if result else float("nan")

        return cls(
            metrics.total("prometheus_tsdb_head_series"),
            metrics.total("prometheus_tsdb_head_samples_appended_total"),
            metrics.total("process_resident_memory_bytes"),
            metrics.total("process_cpu_seconds_total"),
            metrics.total("prometheus_rule_group_iterations_missed_total"),
            quantile(0.5),
            quantile(0.99),
        )


@dataclass(frozen=True)
class Disk:
    """A block of what was scraped."""

    samples: int
    series: int
    chunk_bytes: int
    index_bytes: int


def snapshot(prometheus: Server, data: Path) -> Disk:
    """What a block of the head would take; Prometheus must have been started with --web.enable-admin-api."""
    request = urllib.request.Request(f"{prometheus.url}/api/v1/admin/tsdb/snapshot", method="POST")
    with urllib.request.urlopen(request, timeout=BLOCK_PATIENCE) as answer:
        folder = data / "snapshots" / json.loads(answer.read())["data"]["name"]
    blocks = [entry for entry in folder.iterdir() if (entry / "meta.json").exists()]
    stats = [json.loads((block / "meta.json").read_text())["stats"] for block in blocks]
    return Disk(
        sum(found["numSamples"] for found in stats),
        sum(found["numSeries"] for found in stats),
        sum(chunk.stat().st_size for block in blocks for chunk in (block / "chunks").iterdir()),
        sum((block / "index").stat().st_size for block in blocks),
    )
