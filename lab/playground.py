# SPDX-License-Identifier: Apache-2.0
"""The lab guest with the daemons running, for a person at the keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from lab.checks import strand
from lab.console import Command, Console
from lab.errors import NotReached
from lab.partition import Partition
from lab.programs import Daemon
from lab.progress import say, step
from lab.stack import show_stack, stack
from lab.story import show_addresses
from lab.waiting import wait_until

NAMES = ("enP16385p1s0", "enP16392p1s0")
UNPLUGGED = "the SR-IOV port is not plugged in; press p"


class Playground:
    """`monitored`: with Prometheus and Alertmanager beside it."""

    def __init__(self, partition: Partition, mode: str, settle: str, hold_down: str, monitored: bool = False) -> None:
        self.monitored = monitored
        self.partition = partition
        self.bond = partition.first
        self._config = partition.config_for(mode=mode, settle=settle, hold_down=hold_down)
        # What the watchdog may take before it moves traffic, and then some for a busy machine.
        self._patience = _seconds(settle) + _seconds(hold_down) + 5
        self._plugged = True

    def run(self) -> int:
        with step(f"bond {self.bond.name}, as hcnmgr makes it (no primary), with traffic on it"):
            self.bond.create()
            self.bond.start_traffic()
        with step(f"hnv-watchdog (mode {self._config.mode}, settle {self._config.settle}, hold-down {self._config.hold_down})"):
            self.partition.start_watchdog(self._config)
            if self._config.mode != "observe":
                # From now on the kernel returns by itself after a flap.
                self.bond.wait_primary(self.bond.sriov)
        with step("hnv-exporter"):
            self.partition.start_exporter()
        with ExitStack() as beside:
            servers = beside.enter_context(stack(self.partition)) if self.monitored else None
            show_addresses(self.partition)
            say(f"   logs     {self.partition.run_dir}")
            if servers:
                show_stack(servers)
            say()
            Console(self._commands()).run()
            say("stopping")
        return 0

    def _commands(self) -> list[Command]:
        return [
            Command("d", "SR-IOV port: link down", self._link_down),
            Command("u", "SR-IOV port: link up", self._link_up),
            Command("x", "SR-IOV port: unplug", self._unplug),
            Command("p", "SR-IOV port: plug in again under another name", self._plug),
            Command("c", "clear the bond's primary", self._clear_primary),
            Command("t", "strand the traffic: the watchdog only observes, the primary is cleared, the link flaps", self._strand),
            Command("r", "have the watchdog repair again (mode enforce)", self._repair),
            Command("w", "kill -9 the watchdog and start it again", self._restart_watchdog),
            Command("e", "kill -9 the exporter and start it again", self._restart_exporter),
            Command("s", "hnvctl status", self._status),
        ]

    def _link_down(self) -> str:
        if not self._plugged:
            return UNPLUGGED
        return self._moved(self.bond.link_down, self.bond.virtual)

    def _link_up(self) -> str:
        if not self._plugged:
            return UNPLUGGED
        return self._moved(self.bond.link_up, self.bond.sriov)

    def _unplug(self) -> str:
        if not self._plugged:
            return UNPLUGGED
        self._plugged = False
        return self._moved(self.bond.unplug, self.bond.virtual)

    def _plug(self) -> str:
        if self._plugged:
            return "it is plugged in; press x first"
        name = next(name for name in NAMES if name != self.bond.sriov)
        self._plugged = True
        return f"now {name}; " + self._moved(lambda: self.bond.plug(name), name)

    def _clear_primary(self) -> str:
        before = self.bond.state().active
        self.bond.clear_primary()
        # Without a primary the kernel prefers the slave that was enslaved first.
        between = self.bond.state().active
        moved = "traffic did not move" if between == before else f"active slave {before} -> {between} by the kernel"
        try:
            took = self.bond.wait_primary(self.bond.sriov, self._patience)
        except NotReached:
            return f"cleared, {moved}; nobody set it again within {self._patience:.0f} s: {self.bond.state()}"
        return f"cleared, {moved}; primary {self.bond.sriov} again after {took:.2f} s, active slave {self.bond.state().active}"

    def _strand(self) -> str:
        if not self._plugged:
            return UNPLUGGED
        self._set_mode("observe")
        self.bond.clear_primary()
        strand(self.bond)
        return f"the SR-IOV link is up again, and the traffic stays on {self.bond.state().active}; r repairs it"

    def _repair(self) -> str:
        return self._moved(lambda: self._set_mode("enforce"), self.bond.sriov)

    def _set_mode(self, mode: str) -> None:
        self._config = replace(self._config, mode=mode)
        self.partition.write_config(self._config.text())
        self.partition.watchdog.signal("HUP")

    def _restart_watchdog(self) -> str:
        return self._restart(self.partition.watchdog, self.partition.start_watchdog)

    def _restart_exporter(self) -> str:
        return self._restart(self.partition.exporter, self.partition.start_exporter)

    def _restart(self, daemon: Daemon, start: Callable[[], None]) -> str:
        daemon.kill()
        shown = ""
        if daemon is self.partition.watchdog:
            shown = f"hnv_watchdog_up {self.partition.exporter_client.metrics().value('hnv_watchdog_up'):.0f} at the next scrape; "
        begun = time.monotonic()
        start()
        return f"killed; {shown}running again after {time.monotonic() - begun:.2f} s; {self.bond.state()}"

    def _status(self) -> str:
        return "\n" + self.partition.hnvctl("status")[1] + "\n"

    def _moved(self, act: Callable[[], None], wanted: str) -> str:
        """Do something and watch the active slave go to `wanted` (or not)."""
        before = self.bond.state().active
        act()
        begun = time.monotonic()
        try:
            wait_until(lambda: self.bond.state().active == wanted, self._patience)
        except NotReached:
            active = self.bond.state().active or "none"
            return f"active slave is {active}, still after {self._patience:.0f} s; s shows what is waited for (one own move a minute)"
        if before == wanted:
            return f"active slave stays {wanted}"
        return f"active slave {before or 'none'} -> {wanted} after {time.monotonic() - begun:.2f} s"


def _seconds(duration: str) -> float:
    """A duration as the configuration writes it ("500ms", "3s", "2m")."""
    for unit, factor in (("ms", 0.001), ("s", 1.0), ("m", 60.0)):
        if duration.endswith(unit) and duration[: -len(unit)].isdigit():
            return int(duration[: -len(unit)]) * factor
    return 60.0
