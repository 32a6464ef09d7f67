# SPDX-License-Identifier: Apache-2.0
"""The demonstration: the seed document's problem happens on a real kernel bond, and is repaired.

Nothing is taken on trust: the active slave comes from the kernel, who carries the traffic from the slaves' own packet
counters, and the headline metric from a scrape. The exit code is 0 only if all three agree that the traffic came back.
"""

from __future__ import annotations

import time

from lab.bond import Bond
from lab.checks import expect, expect_carries, expect_metric, expect_true, restore_attempts
from lab.errors import LabError
from lab.partition import Partition
from lab.progress import BOLD, GREEN, RED, YELLOW, paint, say

LOOK_SECONDS = 3.0


class Story:
    def __init__(self, partition: Partition, settle: str, hold_down: str) -> None:
        self.partition = partition
        self.bond: Bond = partition.first
        self.settle, self.hold_down = settle, hold_down
        self._chapter = 0

    def tell(self) -> int:
        """Play it; 0 if the traffic came back, 1 if something in the story did not happen."""
        started = time.monotonic()
        try:
            self._begin()
            self._stranded()
            self._repaired()
            self._safe_from_now_on()
        except (AssertionError, LabError) as error:
            say(f"\n{paint('The story went wrong', RED)}: {error}")
            say(f"Logs: {self.partition.run_dir}")
            say(self.partition.diagnosis())
            return 1
        say(f"\n{paint('The traffic came back, and will from now on.', GREEN)} ({time.monotonic() - started:.0f} s)")
        return 0

    def _begin(self) -> None:
        bond = self.bond
        self._heading(f"The bond {bond.name}, made as hcnmgr makes it: two slaves and no primary. Only the exporter runs.")
        self.partition.write_config(self.partition.config_for(settle=self.settle, hold_down=self.hold_down).text())
        bond.create()
        bond.start_traffic()
        self.partition.start_exporter()
        show_addresses(self.partition)
        self._show(bond.sriov)

    def _stranded(self) -> None:
        bond = self.bond
        self._heading(f"The SR-IOV port {bond.sriov} loses its link ...")
        bond.link_down()
        self._fact(f"active slave {bond.sriov} -> {bond.virtual} after {bond.wait_active(bond.virtual):.2f} s (the kernel's failover)")
        self._heading("... and gets it back.")
        bond.link_up()
        took = bond.wait(lambda state: state.slaves[bond.sriov].mii == "up", "SR-IOV port up")
        self._fact(f"{bond.sriov} is up again after {took:.2f} s")
        bond.stays_active(bond.virtual, LOOK_SECONDS)
        self._fact(paint(f"but the traffic stays on {bond.virtual} (watched for {LOOK_SECONDS:.0f} s): this is the problem", YELLOW))
        self._show(bond.virtual)

    def _repaired(self) -> None:
        bond = self.bond
        self._heading(f"hnv-watchdog starts (here with settle {self.settle} and hold-down {self.hold_down}; its defaults are 15s and 10s).")
        started = time.monotonic()
        self.partition.start_watchdog()
        bond.wait_active(bond.sriov)
        self._fact(f"active slave {bond.virtual} -> {bond.sriov}, {time.monotonic() - started:.2f} s after the start")
        expect(bond.state().primary, bond.sriov, "primary")
        self._show(bond.sriov)

    def _safe_from_now_on(self) -> None:
        bond = self.bond
        self._heading("The same flap again. The kernel has a primary now and needs nobody.")
        attempts = restore_attempts(self.partition)
        bond.link_down()
        self._fact(f"active slave {bond.sriov} -> {bond.virtual} after {bond.wait_active(bond.virtual):.2f} s")
        bond.link_up()
        self._fact(f"active slave {bond.virtual} -> {bond.sriov} after {bond.wait_active(bond.sriov):.2f} s (miimon is 100 ms)")
        expect(restore_attempts(self.partition), attempts, "restore attempts by the watchdog during the flap")
        self._fact("the watchdog wrote nothing this time")
        self._show(bond.sriov)

    def _show(self, carrier: str) -> None:
        """Who carries the traffic: the kernel, the counters and the metric must say the same."""
        bond = self.bond
        state = bond.state()
        expect(state.active, carrier, "active slave")
        sent = expect_carries(bond, carrier)
        expect_true(bond.answers(), f"the gateway {bond.wiring.gateway} answers through the bond")
        on_sriov = float(carrier == bond.sriov)
        expect_metric(self.partition, "hnv_bond_sriov_active", on_sriov, bond=bond.name)
        counted = ", ".join(f"{name} {count}" for name, count in sent.items())
        self._fact(f"kernel: active {state.active}, primary {state.primary or 'none'};  packets sent in 1 s: {counted}")
        self._fact(paint(f"metric: hnv_bond_sriov_active {on_sriov:.0f}", GREEN if on_sriov else YELLOW))

    def _heading(self, text: str) -> None:
        self._chapter += 1
        say(f"\n{paint(f'{self._chapter}. {text}', BOLD)}")

    def _fact(self, text: str) -> None:
        say(f"   {text}")


def show_addresses(partition: Partition) -> None:
    say(f"   page     {paint(partition.exporter_client.url + '/', BOLD)}")
    say(f"   metrics  {paint(partition.exporter_client.url + '/metrics', BOLD)}")
