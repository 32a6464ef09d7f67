# SPDX-License-Identifier: Apache-2.0
"""A scrape of ours beside one of node_exporter: same guest, same links, same client, one boot.

The guest has its own time (lab.guest.OWN_TIME), so the ratios are those of the work that is done, however busy this machine is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.bench import delete_bonds, make_bonds, start_node_exporter, usage
from lab.errors import LabError
from lab.partition import Partition
from lab.programs import Config, Daemon, ManagedBond
from lab.progress import say
from lab.wiring import EXPORTER_PORT

SYSFS = "--collector.disable-defaults --collector.bonding --collector.netdev --collector.netclass"
# As many of its collectors as can ask the kernel by netlink; the one of bonds cannot.
NETLINK = f"{SYSFS} --collector.netdev.netlink --collector.netclass.netlink"
CONNECTIONS = (1, 16)


@dataclass(frozen=True)
class Size:
    bonds: int
    ours: int  # scrapes, in all
    peers: int


# The kernel names the bonds to node_exporter in one page of sysfs (bonding_masters), which has no room for more than some 500.
SIZES = (Size(bonds=10, ours=160, peers=32), Size(bonds=400, ours=48, peers=4))


@dataclass(frozen=True)
class Row:
    p50: float
    p99: float
    bytes: int
    cpu_ms: float
    rss_kib: int


def peers(partition: Partition, largest: int) -> int:
    for size in SIZES:
        if size.bonds <= largest:
            _compare(partition, size)
    return 0


def _compare(partition: Partition, size: Size) -> None:
    say(f"making {size.bonds} bonds of two slaves")
    make_bonds(partition, size.bonds)
    bonds = [ManagedBond(f"bond{number}", "device", f"a{number}") for number in range(size.bonds)]
    partition.start_watchdog(Config(bonds, mode="observe"))

    def ours() -> Daemon:
        partition.start_exporter()
        return partition.exporter

    subjects: list[tuple[str, Callable[[], Daemon], int]] = [
        ("hnv-exporter", ours, size.ours),
        ("node_exporter, sysfs", lambda: start_node_exporter(partition, SYSFS), size.peers),
        ("node_exporter, netlink", lambda: start_node_exporter(partition, NETLINK), size.peers),
    ]
    first: dict[int, Row] = {}
    for name, start, scrapes in subjects:
        daemon = start()
        for connections in CONNECTIONS:
            row = _scrapes(partition, daemon, connections, max(1, scrapes // connections))
            base = first.setdefault(connections, row)
            say(
                f"{size.bonds:5} bonds, {connections:2} at once: {name:24} p50 {row.p50:9.2f} ms  p99 {row.p99:9.2f} ms  "
                f"CPU {row.cpu_ms:9.2f} ms  RSS {row.rss_kib:6} KiB  {row.bytes:8} bytes   "
                f"p50 {row.p50 / base.p50:6.1f}, CPU {row.cpu_ms / base.cpu_ms:6.1f}, RSS {row.rss_kib / base.rss_kib:4.1f} times ours"
            )
        daemon.stop()
    partition.watchdog.stop()
    delete_bonds(partition, size.bonds)
    partition.reset()


def _scrapes(partition: Partition, daemon: Daemon, connections: int, each: int) -> Row:
    program = partition.build.folder / "tests" / "benchmarks" / "scrape_client" if partition.build else None
    if not program or not program.exists():
        raise LabError("scrape_client is not built; configure with HNV_BUILD_BENCHMARKS=ON (preset release does)")
    before = usage(partition, daemon)
    p50, p99, size = partition.guest.sh(f"{program} {EXPORTER_PORT} {connections} {each}", timeout=3000).split()
    after = usage(partition, daemon)
    cpu = (after.cpu_ms - before.cpu_ms) / (connections * each + 1)  # the client warms up with one
    return Row(float(p50), float(p99), int(size), cpu, after.rss_kib)
