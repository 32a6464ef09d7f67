# SPDX-License-Identifier: Apache-2.0
"""python3 -m lab fleet: fill a Prometheus with a fleet, measure it, write the tables of docs/fleet.md."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from lab import suite
from lab.errors import LabError
from lab.fleet.measure import Load, RuleTimes, snapshot, time_queries
from lab.fleet.record import Recorded, record
from lab.fleet.replay import Page, Replay, page_of
from lab.fleet.report import Result, report
from lab.image import ensure_image
from lab.monitoring import ALERTS, JOB, Server
from lab.paths import new_run_dir
from lab.programs import Build
from lab.progress import say, step

SCRAPE_SECONDS = 15
PROGRESS_SECONDS = 30
# The first rounds of a start: every series is new, and every rule is compiled.
WARM_UP_SECONDS = 60
BONDS = 2
# Of a hundred partitions: with a stranded bond, and with a link that flaps.
STRANDED, FLAPPING = 2, 1
FEW = 100


def name_of(number: int) -> str:
    return f"lpar{number:05}"


def fleet(targets: int, minutes: float, preset: str) -> int:
    """Exit code 0. The report is printed and kept in the run's folder."""
    if targets < FEW:
        raise LabError(f"--targets {targets}: at least {FEW} are compared with all")
    with suite.booted(ensure_image(), Build.of_preset(preset), "fleet") as partition:
        recorded = record(partition)
    folder = new_run_dir("fleet")
    with Replay(pages_of(recorded, targets)) as replay, start_prometheus(folder, replay.address, targets) as prometheus:
        rules = fill(prometheus, minutes * 60)
        window = minutes * 60
        load = Load.of(prometheus, JOB)
        with step("asking the fleet dashboard of all partitions"):
            many = time_queries(prometheus, window, {}, ["fleet"])
        with step(f"the same of {FEW} of them"):
            few = time_queries(prometheus, window, {"instance": name_of(0)[:-2] + ".+"}, ["fleet"])
        with step("asking the other dashboards, of one partition"):
            one = time_queries(prometheus, window, {"instance": f"{name_of(0)}:10468"}, ["partition", "watchdog"])
        with step("writing a block"):
            disk = snapshot(prometheus, folder / "prometheus-data")
    result = Result(recorded, targets, window, SCRAPE_SECONDS, rules.seconds, load, many, few, one, disk, os.getloadavg())
    text = report(result)
    shutil.rmtree(folder / "prometheus-data")  # hundreds of megabytes that say nothing more
    (folder / "report.md").write_text(text)
    say(f"\n{text}\nkept in {folder / 'report.md'}")
    return 0


def pages_of(recorded: Recorded, targets: int) -> dict[str, Page]:
    healthy = page_of(recorded.by_bonds[BONDS])
    stranded = page_of(recorded.stranded, off_sriov=True)
    flapping = page_of(recorded.by_bonds[BONDS], flaps=True)

    def page(number: int) -> Page:
        share = number % 100
        return stranded if share < STRANDED else flapping if share < STRANDED + FLAPPING else healthy

    return {name_of(number): page(number) for number in range(targets)}


def start_prometheus(folder: Path, address: str, targets: int) -> Server:
    groups = [
        {"targets": [address], "labels": {"__metrics_path__": f"/{name}", "instance": f"{name}:10468"}}
        for name in (name_of(number) for number in range(targets))
    ]
    (folder / "targets.json").write_text(json.dumps(groups))
    config = {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
        "rule_files": [str(file) for file in sorted(ALERTS.glob("hnv.*.yml"))],
        "scrape_configs": [{"job_name": JOB, "file_sd_configs": [{"files": ["targets.json"]}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # which is YAML, too
    return Server(
        "prometheus", folder, "--config.file=prometheus.yml", "--storage.tsdb.path=prometheus-data", "--web.enable-admin-api"
    )


def fill(prometheus: Server, seconds: float) -> RuleTimes:
    """Wait while it scrapes, and note how long the rules take once it is warm."""
    rules = RuleTimes()
    begun = time.monotonic()
    told = warm = begun
    say(f"scraping for {seconds:.0f} s, after {WARM_UP_SECONDS} s to warm up")
    while (passed := time.monotonic() - begun) < seconds + WARM_UP_SECONDS:
        time.sleep(1)
        rules.look(prometheus)
        if warm == begun and passed > WARM_UP_SECONDS:
            warm = time.monotonic()
            rules.forget()
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            load = Load.of(prometheus, JOB)
            say(
                f"  {passed:4.0f} s  {load.series:9,.0f} series  {load.samples:12,.0f} samples  {load.resident_bytes / 2**20:5,.0f} MiB"
                f"  a scrape takes {1000 * load.scrape_p50:.0f} ms"
            )
    return rules
