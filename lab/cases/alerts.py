# SPDX-License-Identifier: Apache-2.0
"""From the kernel's bond to the operator's inbox: the real Prometheus with the project's rules, and the real Alertmanager."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.cases.registry import case, repaired
from lab.checks import expect, expect_metric, expect_true, strand
from lab.dashboards import DASHBOARDS, all_queries
from lab.errors import LabError, NotReached
from lab.monitoring import JOB, Notification, Receiver, Server, monitoring
from lab.partition import Partition
from lab.paths import REPOSITORY
from lab.waiting import stays, wait_until

RUNBOOKS = REPOSITORY / "docs" / "runbooks"
RUNBOOK_ADDRESS = "52:54:00:00:00:22"  # the runbook's example; its names are those of the first bond here
FACTOR = 60  # minutes of the rules and routes are seconds here
LONG = 90.0  # for what has several intervals in it; the machine may be busy


# What panels show of one bond that is well, and of one whose traffic is off its SR-IOV slave while the watchdog only observes: dashboard
# and panel, and the label that tells, else the value.
Shown = dict[tuple[str, str, str], set[str]]
WELL: Shown = {
    ("fleet", "Bonds", ""): {"1"},
    ("fleet", "Bonds off SR-IOV", ""): {"0"},
    ("fleet", "Longest off SR-IOV", ""): {"0"},
    ("fleet", "Off SR-IOV now, and why", "bond"): {"none: all traffic is on SR-IOV devices"},
    ("partition", "Traffic", ""): {"1"},
    ("partition", "Why", "reason"): set(),
    ("partition", "Primary", ""): {"1"},
    ("watchdog", "Watchdogs", ""): {"1"},
    ("watchdog", "What needs a look", "finding"): {"none: all is well"},
}
OFF: Shown = WELL | {
    ("fleet", "Bonds off SR-IOV", ""): {"1"},
    ("fleet", "Off SR-IOV now, and why", "reason"): {"observe"},
    ("partition", "Traffic", ""): {"0"},
    ("partition", "Why", "reason"): {"observe"},
    ("partition", "Primary", ""): {"0"},
}
del OFF["fleet", "Longest off SR-IOV", ""], OFF["fleet", "Off SR-IOV now, and why", "bond"]


@contextmanager
def monitored(partition: Partition) -> Iterator[tuple[Server, Receiver]]:
    """Prometheus over the partition's exporter, and who is told. The servers' logs stay in the run's folder."""
    with monitoring(partition.run_dir / "monitoring", partition.exporter_client.url, FACTOR) as servers:
        wait_until(lambda: query(servers.prometheus, f'up{{job="{JOB}"}} == 1') != [], LONG, "the exporter's first scrape")
        yield servers.prometheus, servers.receiver


@case("a stranded bond is alerted, and so is the end of it; every rule and panel can be asked")
def stranded_bond_is_alerted(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    # observe: what will be stranded stays so, and the watchdog tells of it
    partition.start_watchdog(partition.config_for(mode="observe"))
    partition.start_exporter()
    with monitored(partition) as (prometheus, receiver):
        expect_every_rule_can_be_asked(prometheus)
        expect_every_panel_can_be_asked(prometheus, DASHBOARDS)
        stays(lambda: of_bonds(receiver) == [], 5, "nobody is told of a healthy bond")
        wait_shown(prometheus, WELL)
        bond.clear_primary()
        strand(bond)
        stranded = time.monotonic()
        wait_until(lambda: told(receiver, "HnvTrafficOnVirtual") != [], LONG, "the alert of the stranded bond")
        expect_true(time.monotonic() - stranded >= 300 / FACTOR, "5 minutes of the rule's time before the alert")
        [alert] = told(receiver, "HnvTrafficOnVirtual")
        expect((alert.receiver, alert.status, alert.labels["bond"]), ("tickets", "firing", bond.name), "who is told of which bond")
        expect_true(bool(re.search(r"left it \S+s ago", alert.annotations["description"])), f"it says since when: {alert.annotations}")
        wait_shown(prometheus, OFF)
        partition.write_config(partition.config_for().text())
        partition.watchdog.signal("HUP")
        bond.wait_active(bond.sriov)
        wait_until(lambda: told(receiver, "HnvTrafficOnVirtual")[-1].status == "resolved", LONG, "the end of the alert")
        wait_shown(prometheus, WELL)
        unexpected = {found.labels["alertname"] for found in of_bonds(receiver)} - {"HnvTrafficOnVirtual"}
        expect(unexpected, set(), "other alerts that somebody was told of")


@case("the commands of the MAC conflict's runbook end it, and the traffic stays where it is")
def mac_conflict_ends_by_its_runbook(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.unplug()
    bond.wait_active(bond.virtual)
    bond.plug()
    bond.wait_active(bond.sriov)
    conflict = partition.exporter_client.metrics().value("hnv_bond_mac_conflict", bond=bond.name)
    expect(conflict, 1.0, "MAC conflict after a re-plug on this kernel")
    for command in commands_of("HnvMacConflict", "## Do this"):
        partition.guest.sh(command.replace(RUNBOOK_ADDRESS, bond.wiring.virtual.mac))
    expect_metric(partition, "hnv_bond_mac_conflict", 0, bond=bond.name)
    bond.wait(bond.is_whole, "both slaves in the bond again")
    expect(bond.state().active, bond.sriov, "active slave")
    expect_true(bond.answers(), "the gateway answers")


def commands_of(alert: str, heading: str) -> list[str]:
    """The commands of the first block below `heading` in the alert's runbook, without their comments."""
    text = (RUNBOOKS / f"{alert}.md").read_text()
    block = text.split(heading, 1)[1].split("```sh\n", 1)[1].split("```", 1)[0]
    return [line.split("  #")[0].strip() for line in block.splitlines() if line.strip()]


def of_bonds(receiver: Receiver) -> list[Notification]:
    """Not that the exporter is down: where minutes are seconds, a busy machine is late enough for that."""
    return [found for found in receiver.notifications() if "bond" in found.labels]


def told(receiver: Receiver, alert: str) -> list[Notification]:
    return [found for found in receiver.notifications() if found.labels["alertname"] == alert]


def query(prometheus: Server, expression: str) -> list[Any]:
    """The series that Prometheus answers with now."""
    result: list[Any] = prometheus.ask("/api/v1/query", query=expression)["data"]["result"]
    return result


def shown(prometheus: Server, wanted: Shown) -> Shown:
    """What the panels of `wanted` show now."""
    queries = all_queries(DASHBOARDS)
    answers: Shown = {}
    for dashboard, panel, label in wanted:
        asked = [found.text for found in queries if (found.dashboard, found.panel) == (dashboard, panel)]
        series = [one for text in asked for one in query(prometheus, text)]
        values = [one["metric"].get(label) if label else one["value"][1] for one in series]
        answers[dashboard, panel, label] = {value for value in values if value is not None}
    return answers


def wait_shown(prometheus: Server, wanted: Shown) -> None:
    try:
        wait_until(lambda: shown(prometheus, wanted) == wanted, LONG, "what the panels show")
    except NotReached:
        expect(shown(prometheus, wanted), wanted, "what the panels show")


def expect_every_rule_can_be_asked(prometheus: Server) -> None:
    """Prometheus has evaluated every rule, none of them with an error, and each can be asked by hand."""

    def rules() -> list[Any]:
        return [rule for group in prometheus.ask("/api/v1/rules")["data"]["groups"] for rule in group["rules"]]

    expect_true(bool(rules()), "Prometheus has rules")
    wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), LONG, "every rule is evaluated once")
    problems = [f"{rule['name']}: {rule['lastError']}" for rule in rules() if rule["health"] != "ok"]
    problems += failed(prometheus, [(rule["name"], rule["query"]) for rule in rules()])
    expect(problems, [], "rules that Prometheus cannot evaluate")


def expect_every_panel_can_be_asked(prometheus: Server, folder: Path) -> None:
    """Each query of the dashboards in `folder` is one that Prometheus understands."""
    queries = [(f"{found.dashboard}: {found.panel}", found.text) for found in all_queries(folder)]
    expect_true(bool(queries), f"{folder} has panels with queries")
    expect(failed(prometheus, queries), [], "panels whose queries Prometheus rejects")


def failed(prometheus: Server, queries: list[tuple[str, str]]) -> list[str]:
    problems = []
    for name, text in queries:
        try:
            query(prometheus, text)
        except LabError as error:
            problems.append(f"{name}: {error}")
    return problems
