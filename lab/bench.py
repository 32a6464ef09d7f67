# SPDX-License-Identifier: Apache-2.0
"""The numbers of docs/performance.md that need a real bond: ours beside a yardstick, in one boot of the guest.

An emulated processor is slow, so the absolute times say little; the ratios do.
"""

from __future__ import annotations

import gzip
import shlex
import statistics
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.partition import Partition
from lab.paths import REPOSITORY
from lab.programs import NOTHING, WATCHDOG_UID, Config, Daemon, ManagedBond, confined
from lab.progress import say
from lab.waiting import wait_until
from lab.wiring import EXPORTER_PORT

TOOLS = REPOSITORY / "build" / "tools"
NODE_EXPORTER = TOOLS / "usr" / "bin" / "prometheus-node-exporter"
NODE_COLLECTORS = "--collector.disable-defaults --collector.bonding --collector.netdev --collector.netclass"
SCRAPES = 50
TICKS_PER_SECOND = 100  # CLK_TCK


@dataclass(frozen=True)
class Usage:
    """What a process has used so far."""

    cpu_ms: float
    rss_kib: int
    wakeups: int


def bench(partition: Partition, rounds: int) -> int:
    latencies(partition, rounds)
    for count in (2, 10, 100, 1000):
        scale(partition, count, beside_node_exporter=count == 10)
    return 0


def latencies(partition: Partition, rounds: int) -> None:
    """Moves and returns, each beside its yardstick; see tests/benchmarks/restore_latency.cpp."""
    program = _restore_latency(partition)
    say(partition.guest.sh(f"{program} move {2 * rounds}", timeout=600))
    config = Config([ManagedBond("hnvbond0", "device", "hnvvf0")], settle="1s", hold_down="1s")
    partition.start_watchdog(config)
    say(partition.guest.sh(f"{program} return {rounds} {partition.watchdog.pid}", timeout=900))
    partition.reset()


def scale(partition: Partition, count: int, beside_node_exporter: bool) -> None:
    """`count` bonds of two slaves: start, one failover, idling, a scrape."""
    make_bonds(partition, count)
    config = Config([ManagedBond(f"bond{number}", "device", f"a{number}") for number in range(count)], mode="observe")
    start = time.monotonic()
    partition.start_watchdog(config)
    started = time.monotonic() - start
    watchdog = partition.watchdog
    # Its first minute of work is over once every bond has been judged.
    time.sleep(5)
    before = usage(partition, watchdog)
    for _ in range(10):
        partition.guest.sh("ip link set pa0 down; sleep 0.3; ip link set pa0 up; sleep 0.3")
    after = usage(partition, watchdog)
    say(
        f"{count:5} bonds: watchdog started in {started:.2f} s, RSS {after.rss_kib} KiB, "
        f"a flap (failover and return) costs {(after.cpu_ms - before.cpu_ms) / 10:.1f} ms CPU, {idle(partition, watchdog)}"
    )
    partition.start_exporter()
    say(f"{count:5} bonds: hnv-exporter {scrape(partition, partition.exporter)}, {idle(partition, partition.exporter)}")
    partition.exporter.stop()
    if beside_node_exporter:
        yardstick = _start_node_exporter(partition)
        say(f"{count:5} bonds: node_exporter {scrape(partition, yardstick)}")
        yardstick.stop()  # it has the exporter's port
    partition.watchdog.stop()
    _delete_bonds(partition, count)
    partition.reset()


def scrape(partition: Partition, exporter: Daemon) -> str:
    """Median time, CPU time and size of a scrape as Prometheus asks for it."""
    request = urllib.request.Request(f"{partition.exporter_client.url}/metrics", headers={"Accept-Encoding": "gzip"})

    def once() -> bytes:
        with urllib.request.urlopen(request, timeout=120) as answer:
            body: bytes = answer.read()
            return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body

    size = len(once())
    before = usage(partition, exporter)
    times = []
    for _ in range(SCRAPES):
        start = time.monotonic()
        once()
        times.append(1000 * (time.monotonic() - start))
    after = usage(partition, exporter)
    cpu = (after.cpu_ms - before.cpu_ms) / SCRAPES
    return f"scrape p50 {statistics.median(times):.1f} ms, {cpu:.2f} ms CPU, {size} bytes, RSS {after.rss_kib} KiB"


def idle(partition: Partition, daemon: Daemon, seconds: float = 20) -> str:
    before = usage(partition, daemon)
    time.sleep(seconds)
    after = usage(partition, daemon)
    return f"{(after.wakeups - before.wakeups) / seconds:.2f} wake-ups/s when idle"


def usage(partition: Partition, daemon: Daemon) -> Usage:
    """From /proc of the process itself: the daemon's pid may be that of the program that started it."""
    text = partition.guest.sh(
        f"read -r stat </proc/{daemon.pid}/stat; echo ${{stat##*) }};"
        f"grep -h VmRSS /proc/{daemon.pid}/status; cat /proc/{daemon.pid}/task/*/status | grep ^voluntary"
    )
    stat, *rest = text.splitlines()
    fields = stat.split()
    rss = next(int(line.split()[1]) for line in rest if line.startswith("VmRSS"))
    wakeups = sum(int(line.split()[1]) for line in rest if line.startswith("voluntary"))
    return Usage(1000 * (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND, rss, wakeups)


def make_bonds(partition: Partition, count: int) -> None:
    lines = []
    for n in range(count):
        lines.append(f"link add bond{n} type bond mode active-backup miimon 100 fail_over_mac follow")
        for side in ("a", "b"):
            lines += [
                f"link add {side}{n} type veth peer name p{side}{n}",
                f"link set p{side}{n} up",
                f"link set {side}{n} master bond{n}",
            ]
        lines.append(f"link set bond{n} up")
    (partition.guest.results / "bonds.batch").write_text("\n".join(lines) + "\n")
    partition.guest.sh("ip -batch /mnt/bonds.batch", timeout=600)


def _delete_bonds(partition: Partition, count: int) -> None:
    lines = [f"link delete {name}" for n in range(count) for name in (f"bond{n}", f"a{n}", f"b{n}")]
    (partition.guest.results / "bonds.batch").write_text("\n".join(lines) + "\n")
    partition.guest.sh("ip -batch /mnt/bonds.batch", timeout=600)


def _start_node_exporter(partition: Partition) -> Daemon:
    program = _node_exporter()
    command = f"{program} {NODE_COLLECTORS} --web.listen-address=0.0.0.0:{EXPORTER_PORT}"
    daemon = Daemon(partition.guest, "node_exporter", confined(command, WATCHDOG_UID, NOTHING))
    daemon.start()

    def answers() -> bool:
        return partition.exporter_client.get("/")[0] == 200

    def quietly() -> bool:
        try:
            return answers()
        except OSError:
            return False

    wait_until(quietly, 60, "node_exporter answers")
    return daemon


def _node_exporter() -> Path:
    """Debian's package, unpacked and not installed."""
    if not NODE_EXPORTER.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        script = f"cd {shlex.quote(str(TOOLS))} && apt-get -qq download prometheus-node-exporter && dpkg-deb -x prometheus-node-exporter_*.deb ."
        if subprocess.run(["sh", "-c", script], check=False).returncode != 0:
            raise LabError("prometheus-node-exporter cannot be downloaded; run apt-get update, or leave the comparison out")
    return NODE_EXPORTER


def _restore_latency(partition: Partition) -> Path:
    program = partition.build.folder / "tests" / "restore_latency" if partition.build else None
    if not program or not program.exists():
        raise LabError("restore_latency is not built; configure with HNV_BUILD_BENCHMARKS=ON (preset release does)")
    return program
