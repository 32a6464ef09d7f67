# SPDX-License-Identifier: Apache-2.0
"""The queries of the dashboards, as Grafana would send them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.paths import REPOSITORY

DASHBOARDS = REPOSITORY / "dashboards"
EVERYTHING = ".+"
# What Grafana puts in for its own variables; any durations do.
BUILT_IN = {"__rate_interval": "1m", "__interval": "15s", "__interval_ms": "15000", "__range": "10m", "__range_s": "600"}
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)(?::\w+)?\]\]")


@dataclass(frozen=True)
class PanelQuery:
    """`dashboard` is the name of its file without .json; `panel` the panel's title, or an annotation's name."""

    dashboard: str
    panel: str
    text: str
    instant: bool  # else over the time range


def all_queries(folder: Path = DASHBOARDS, chosen: Mapping[str, str] | None = None) -> list[PanelQuery]:
    """The queries of all dashboards; `chosen` are values of variables, every other one is at All."""
    files = sorted(folder.glob("*.json"))
    return [found for file in files for found in panel_queries(json.loads(file.read_text()), file.stem, chosen)]


def panel_queries(dashboard: dict[str, Any], name: str = "", chosen: Mapping[str, str] | None = None) -> Iterator[PanelQuery]:
    """The queries of all panels, also of those within closed rows, and of annotations, with the variables' values in them."""
    values = dict(BUILT_IN)
    for variable in dashboard.get("templating", {}).get("list", []):
        of_its_own = variable.get("type") in ("constant", "custom", "interval", "textbox")
        current = variable.get("current", {}).get("value") or variable.get("query", "")
        values[variable["name"]] = str(current) if of_its_own and isinstance(current, str) else EVERYTHING
    values |= chosen or {}

    def filled(text: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2] or found[3]
            if name not in values:
                raise AssertionError(f"{dashboard.get('title')}: no variable ${name} in {text}")
            return values[name]

        return VARIABLE.sub(value, text)

    panels = dashboard.get("panels", [])
    for panel in [*panels, *(inner for panel in panels for inner in panel.get("panels", []))]:
        for target in panel.get("targets", []):
            if target.get("expr"):
                yield PanelQuery(name, panel.get("title", ""), filled(target["expr"]), bool(target.get("instant")))
    for annotation in dashboard.get("annotations", {}).get("list", []):
        if annotation.get("expr"):
            yield PanelQuery(name, annotation.get("name", ""), filled(annotation["expr"]), False)
