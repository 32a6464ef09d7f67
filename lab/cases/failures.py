# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with the programs themselves: refused, killed, misconfigured, or badly treated by a client."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from urllib.parse import urlparse

from lab.cases.registry import case, repaired
from lab.checks import expect, expect_carries, expect_metric, expect_true, restore_attempts, strand
from lab.partition import Partition
from lab.tools import tool
from lab.waiting import stays, wait_until


@case("request refused (no CAP_NET_ADMIN): says so, counts it, keeps observing")
def request_refused(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    strand(bond)
    partition.start_watchdog(partition.config_for(), capable=False)
    partition.start_exporter()
    refused = ("hnv_watchdog_restore_failures_total", {"bond": bond.name, "reason": "permission"})
    wait_until(lambda: partition.exporter_client.metrics().total(refused[0], **refused[1]) > 0, what="refusal counted")
    state = bond.state()
    expect((state.active, state.primary), (bond.virtual, ""), "active slave and primary")
    expect_true("EPERM" in partition.watchdog.log(), "the log names EPERM")
    expect(len(partition.running_daemons()), 2, "daemons still running")
    # It goes on observing: a change made by others is seen.
    bond.set_primary(bond.sriov)
    bond.wait_active(bond.sriov)
    expect_metric(partition, "hnv_bond_sriov_active", 1, bond=bond.name)
    moved = "hnv_bond_failovers_total"
    wait_until(lambda: partition.exporter_client.metrics().total(moved, direction="to_sriov") == 1, what="change counted")


@case("kill -9 of the watchdog: shown at the very next scrape, the bond undisturbed, a restart goes on")
def watchdog_killed(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.start_traffic()
    expect_metric(partition, "hnv_watchdog_up", 1)
    counted = partition.exporter_client.metrics().total("hnv_watchdog_restore_attempts_total")
    partition.watchdog.kill()
    metrics = partition.exporter_client.metrics()
    expect(metrics.value("hnv_watchdog_up"), 0.0, "hnv_watchdog_up at the first scrape after SIGKILL")
    expect(metrics.value("hnv_bond_sriov_active", bond=bond.name), 1.0, "hnv_bond_sriov_active")
    expect(metrics.total("hnv_watchdog_restore_attempts_total"), counted, "counters of the dead watchdog")
    state = bond.state()
    expect((state.active, state.primary), (bond.sriov, bond.sriov), "active slave and primary")
    expect_carries(bond, bond.sriov)
    partition.start_watchdog()
    expect_metric(partition, "hnv_watchdog_up", 1)
    bond.clear_primary()
    bond.wait_primary(bond.sriov)


@case("kill -9 of the exporter: the watchdog does not notice, a restart serves the same counters")
def exporter_killed(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    attempts = restore_attempts(partition)
    partition.exporter.kill()
    expect_true(not partition.exporter_client.answers(), "nobody answers in the exporter's place")
    bond.clear_primary()
    bond.wait_primary(bond.sriov)
    expect_true(partition.watchdog.running(), "the watchdog still runs")
    partition.start_exporter()
    expect_metric(partition, "hnv_watchdog_up", 1)
    expect_metric(partition, "hnv_watchdog_restore_attempts_total", attempts + 1, bond=bond.name)


@case("the exporter alone serves what the kernel says")
def exporter_alone(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    partition.write_config(partition.config_for().text())
    partition.start_exporter()
    metrics = partition.exporter_client.metrics()
    expect(metrics.value("hnv_watchdog_up"), 0.0, "hnv_watchdog_up")
    expect(metrics.value("hnv_bond_sriov_active", bond=bond.name), 1.0, "hnv_bond_sriov_active")
    expect(metrics.value("hnv_bond_primary_configured", bond=bond.name), 0.0, "hnv_bond_primary_configured")
    expect(metrics.value("hnv_slave_up", device=bond.sriov, role="sriov"), 1.0, "hnv_slave_up of the SR-IOV port")
    expect(metrics.value("hnv_slave_up", device=bond.virtual, role="virtual"), 1.0, "hnv_slave_up of the virtual device")
    page = partition.exporter_client.get("/")
    expect(page[0], 200, "status of the page")
    expect_true(bond.name in page[1], "the page names the bond")


@case("promtool finds nothing to say about the metrics")
def promtool_is_content(partition: Partition) -> None:
    repaired(partition)
    text = partition.exporter_client.metrics().text
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    expect((checked.returncode, checked.stdout), (0, ""), "promtool check metrics")


@case("clients that connect and never read or write hurt nobody")
def dead_scraper(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    address = urlparse(partition.exporter_client.url)
    target = (address.hostname or "", address.port or 0)
    clients = [socket.create_connection(target, timeout=20) for _ in range(12)]
    try:
        for client in clients[::2]:
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: lab\r\n\r\n" * 50)
        clients[1].sendall(b"GET /metrics HTTP/1.1\r\nHos")
        for _ in range(5):
            asked = time.monotonic()
            partition.exporter_client.metrics()
            expect_true(time.monotonic() - asked < 10, "a well-behaved scrape is answered in time")
        bond.clear_primary()
        bond.wait_primary(bond.sriov)
    finally:
        for client in clients:
            client.close()
    expect(len(partition.running_daemons()), 2, "daemons still running")


@case("a bad configuration on SIGHUP is refused as a whole and the old one kept")
def bad_config_on_reload(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    partition.write_config(partition.config_for(mode="observe").text() + "no_such_key: 1\n")
    partition.watchdog.signal("HUP")
    wait_until(lambda: "no_such_key" in partition.watchdog.log(), what="the log names the unknown key")
    bond.clear_primary()
    bond.wait_primary(bond.sriov)
    expect_true(partition.watchdog.running(), "the watchdog still runs")


@case("a good configuration on SIGHUP takes effect")
def good_config_on_reload(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    partition.write_config(partition.config_for(mode="observe").text())
    attempts = restore_attempts(partition)
    partition.watchdog.signal("HUP")
    wait_until(lambda: "mode=observe" in partition.watchdog.log(), what="the log says that the new mode is observe")
    bond.clear_primary()
    stays(lambda: bond.state().primary == "", 3, "primary left alone in mode observe")
    expect(restore_attempts(partition), attempts, "restore attempts in mode observe")
    expect_metric(partition, "hnv_watchdog_state", 1, bond=bond.name, state="observing")


@case("a bad configuration at start: exit code 78 and the place of the mistake")
def bad_config_at_start(partition: Partition) -> None:
    partition.first.create()
    partition.write_config("mode: enforce\nhold_down: soon\nbonds: []\n")
    partition.start_watchdog(ready=False)
    wait_until(lambda: not partition.watchdog.running(), what="the watchdog gives up")
    expect(partition.watchdog.exit_code(), 78, "exit code")
    expect_true("hnv.yaml:2:12" in partition.watchdog.log(), "the message names the place as hnv.yaml:2:12 (file:line:column)")
    partition.watchdog.pid = ""


@case("SIGTERM ends both daemons cleanly")
def clean_stop(partition: Partition) -> None:
    repaired(partition)
    for daemon in (partition.watchdog, partition.exporter):
        code, seconds = daemon.stop()
        expect(code, 0, f"exit code of {daemon.name}")
        expect_true(seconds < 10, f"{daemon.name} took {seconds:.1f} s to end")
    state = partition.first.state()
    expect((state.active, state.primary), (partition.first.sriov, partition.first.sriov), "active slave and primary")


@case("hnvctl status: with a watchdog, and from the kernel alone")
def hnvctl_status(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    for running in (True, False):
        if not running:
            partition.watchdog.kill()
        code, text = partition.hnvctl("status")
        expect_true(bond.name in text and bond.sriov in text, f"hnvctl status names bond and slave (code {code}):\n{text}")
        code, text = partition.hnvctl("status --json")
        expect_true(bond.name in json.dumps(json.loads(text)), "hnvctl status --json names the bond")
