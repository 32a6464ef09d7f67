# SPDX-License-Identifier: Apache-2.0
"""hnv-prober in the guest, and paths that die behind a live carrier.

QEMU's filter-buffer keeps back what passes a cable; the NIC notices nothing. Releasing it delivers all that was kept.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.partition import CONFIG_FILE, Partition
from lab.programs import Config, ManagedBond, confined
from lab.waiting import PATIENCE, wait_until
from lab.wiring import FIRST

PROBER_UID = 10470
NET_RAW = "-all,+net_raw"
STATUS_FILE = "/run/hnv-prober/status.json"
INTERVAL = 0.2
# What passes a cable: all of it, what the guest sends, or what it receives.
ALL, SENT, RECEIVED = "all", "rx", "tx"


def cable(nic: str) -> str:
    return f"cable-{nic}"


UPLINK = f"uplink{FIRST.hub}"


class Prober:
    def __init__(self, partition: Partition, config: Config) -> None:
        self.partition = partition
        self.config = config
        self.bond = config.bonds[0].name
        guest = partition.guest
        guest.sh(f"mkdir -p /run/hnv-prober && chown {PROBER_UID}:{PROBER_UID} /run/hnv-prober")
        program = f"{partition.program('prober')} --config.file={CONFIG_FILE} --status.file={STATUS_FILE}"
        self.daemon = partition.prober
        self.daemon.command = confined(program, PROBER_UID, NET_RAW)

    def start(self) -> None:
        self.partition.write_config(self.config.text())
        self.daemon.start()
        wait_until(lambda: "event=ready" in self.daemon.log() or not self.daemon.running(), PATIENCE, "hnv-prober ready")

    def verdicts(self) -> list[str]:
        """Every verdict so far, in order."""
        return re.findall(rf"event=verdict bond={self.bond} verdict=(\w+)", self.daemon.log())

    def verdict(self) -> str:
        return (self.verdicts() or ["not_judged"])[-1]

    def wait_verdict(self, wanted: str, timeout: float = PATIENCE) -> float:
        try:
            return wait_until(lambda: self.verdict() == wanted, timeout, f"verdict {wanted}")
        except AssertionError as error:
            raise AssertionError(f"{error}; so far {self.verdicts()}\n{self.daemon.log_tail()}\n{self.status()}") from None

    def published(self) -> dict[str, Any]:
        """The whole of its status file."""
        published: dict[str, Any] = json.loads(self.partition.guest.sh(f"cat {STATUS_FILE}"))
        return published

    def status(self) -> dict[str, Any]:
        """What it says of its bond."""
        return next((bond for bond in self.published()["bonds"] if bond["name"] == self.bond), {})

    def targets_asked(self) -> set[str]:
        return {target["target"] for slave in self.status()["slaves"] for target in slave["targets"]}

    def overslept(self) -> int:
        """Rounds that it was late for."""
        return int(self.published()["overslept"])

    def run_for(self, milliseconds: int) -> None:
        """Let it run for a moment, as a machine without time for it would, and stop it again."""
        self.partition.guest.sh(f"kill -CONT {self.daemon.pid} && busybox usleep {1000 * milliseconds} && kill -STOP {self.daemon.pid}")


def path_config(bond: str, selector: str, value: str, targets: list[str], interval: str = "200ms") -> Config:
    path = f"{{ targets: [{', '.join(targets)}], interval: {interval} }}" if targets else f"{{ interval: {interval} }}"
    return Config([ManagedBond(bond, selector, value)], of_bond={"path": path})


@contextmanager
def probing(partition: Partition, config: Config) -> Iterator[Prober]:
    prober = Prober(partition, config)
    prober.start()
    try:
        yield prober
    finally:
        if prober.daemon.running():
            prober.daemon.kill()


@contextmanager
def dead(partition: Partition, *netdevs: str, queue: str = ALL) -> Iterator[None]:
    """Nothing passes these cables meanwhile, and no carrier is lost."""
    qmp = partition.guest.qmp
    for netdev in netdevs:
        kept = {"qom-type": "filter-buffer", "id": f"dead-{netdev}", "netdev": netdev, "interval": 1_000_000_000, "queue": queue}
        qmp.execute("object-add", kept)
    try:
        yield
    finally:
        for netdev in netdevs:
            qmp.execute("object-del", {"id": f"dead-{netdev}"})


def random_phase(trial: int, interval: float = INTERVAL) -> None:
    """Another moment of the interval for each trial."""
    time.sleep(interval * (trial * 0.37 % 1))
