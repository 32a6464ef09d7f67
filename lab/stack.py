# SPDX-License-Identifier: Apache-2.0
"""Prometheus and Alertmanager beside the lab guest, for a person: where to look, and each message as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from lab.monitoring import Monitoring, Notification, Server, monitoring
from lab.partition import Partition
from lab.progress import BOLD, GREEN, RED, paint, say, step
from lab.scrape import ExporterClient

# Nobody waits five minutes for an alert at a demonstration. Far more, and a busy machine would be late enough for alerts of its own.
FACTOR = 10
# Debian's Prometheus has the old pages only, others the new ones only.
PAGES = ("/classic/{}", "/{}")


@contextmanager
def stack(partition: Partition) -> Iterator[Monitoring]:
    """Both servers over the partition's exporter, with the project's rules and routes, on free ports of the loopback."""
    with ExitStack() as running:
        with step("Prometheus and Alertmanager, with the rules and routes of alerts/"):
            folder = partition.run_dir / "monitoring"
            servers = running.enter_context(monitoring(folder, partition.exporter_client.url, FACTOR, _tell))
        yield servers


def show_stack(servers: Monitoring) -> None:
    say(f"   queries  {paint(_page(servers.prometheus, 'graph'), BOLD)}")
    say(f"   alerts   {paint(_page(servers.prometheus, 'alerts'), BOLD)}")
    say(f"   muted    {paint(servers.alertmanager.url + '/api/v2/alerts', BOLD)}    (Alertmanager, as JSON)")
    minute = 60 / FACTOR
    say(f"   A minute of the rules is {minute:.0f} s here. Press t: the traffic stays on the virtual device, and an alert of it comes")
    say(f"   after some {6 * minute:.0f} s. Press r: the watchdog repairs it, and the alert ends.")


def _tell(notification: Notification) -> None:
    firing = notification.status == "firing"
    where = notification.labels.get("bond", notification.labels.get("instance", ""))
    summary = notification.annotations.get("summary", "")
    status = paint("ALERT" if firing else "ENDED", RED if firing else GREEN)
    say(f"\n{status} to {notification.receiver}: {notification.labels['alertname']} {where}  {summary}")


def _page(prometheus: Server, name: str) -> str:
    client = ExporterClient(prometheus.url)
    paths = [page.format(name) for page in PAGES]
    return prometheus.url + next((path for path in paths if client.get(path)[0] == 200), paths[-1])
