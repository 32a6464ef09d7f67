# SPDX-License-Identifier: Apache-2.0
"""One HNV pair in the twin: its bond as the kernel shows it, where its SR-IOV port is plugged in, and the traffic over it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.bond import BondState, KernelBond
from lab.guest import Guest
from lab.twin.wiring import Bridge, HnvWiring
from lab.waiting import wait_until

# The machine may be busy, and what hcnmgr does in a second on POWER takes half a minute under emulation.
TWIN_PATIENCE = 180.0


@dataclass(frozen=True)
class PingCount:
    """What became of the echo requests, five a second, that were sent through a bond."""

    sent: int
    answered: int

    @property
    def lost(self) -> int:
        return self.sent - self.answered

    def __str__(self) -> str:
        return f"{self.lost} of {self.sent} pings lost ({self.lost / 5:.1f} s)"


class HnvPair(KernelBond):
    """The bond of `wiring`; it exists once hcnmgr or stored profiles have made it."""

    def __init__(self, guest: Guest, wiring: HnvWiring) -> None:
        super().__init__(guest, wiring.bond)
        self.wiring = wiring
        self.bridge: Bridge | None = wiring.source
        self._ping = ""

    @property
    def sriov(self) -> str:
        """The present name of the SR-IOV port; empty while it is unplugged."""
        return self.bridge.device if self.bridge else ""

    @property
    def virtual(self) -> str:
        return self.wiring.virtual

    def exists(self) -> bool:
        return self.guest.attempt(f"[ -d /sys/class/net/{self.name}/bonding ]")[0] == 0

    def wait_both_up(self) -> None:
        """Both ports are in and up, whichever carries the traffic."""
        wait_until(self.exists, TWIN_PATIENCE, f"{self.name} exists")
        self.wait(self.is_whole, f"{self.name} with both ports up", TWIN_PATIENCE)

    def wait_whole(self, primary: str | None = None) -> None:
        """Both ports are in and the SR-IOV one carries the traffic; `primary` is the kernel's, if it matters."""
        self.wait_both_up()
        wanted = f"{self.name} whole, {self.sriov} active" + ("" if primary is None else f", primary {primary or 'none'}")
        self.wait(lambda state: self._is_right(state, primary), wanted, TWIN_PATIENCE)

    def _is_right(self, state: BondState, primary: str | None) -> bool:
        return self.is_whole(state) and state.active == self.sriov and primary in (None, state.primary)

    def set_link(self, up: bool) -> None:
        """Plug or pull the SR-IOV port's cable."""
        self.guest.set_link(self.wiring.nic, up)

    def flap(self) -> None:
        """The SR-IOV port's link goes and comes back; the virtual device carries the traffic in between."""
        self.set_link(False)
        self.wait_active(self.virtual, TWIN_PATIENCE)
        self.set_link(True)
        self.wait(lambda state: state.slaves[self.sriov].mii == "up", f"{self.sriov} up again", TWIN_PATIENCE)

    def start_pings(self) -> None:
        ping = f"ping -D -O -n -i 0.2 -I {self.name} {self.wiring.gateway}"
        self._ping = self.guest.sh(f"rm -f /mnt/ping-{self.name}.log; start_daemon ping-{self.name} '{ping}'")
        log = self.guest.results / f"ping-{self.name}.log"
        wait_until(lambda: "bytes from" in log.read_text(), TWIN_PATIENCE, f"{self.wiring.gateway} answers through {self.name}")

    def stop_pings(self) -> PingCount:
        self.guest.sh(f"kill -INT {self._ping}; daemon_exit ping-{self.name}")
        self._ping = ""
        text = (self.guest.results / f"ping-{self.name}.log").read_text()
        found = re.search(r"(\d+) packets transmitted, (\d+) received", text)
        assert found, f"ping ended without its summary: {text[-200:]}"
        count = PingCount(int(found.group(1)), int(found.group(2)))
        # The last request is often on its way when ping is stopped.
        last = max((int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+)", text)), default=0)
        return PingCount(last, count.answered) if count.sent == last + 1 else count

    def carried(self, seconds: float = 2.0) -> dict[str, int]:
        """Packets that each port sent while we looked."""
        before = self.state()
        self.guest.sh(f"sleep {seconds}")
        after = self.state()
        return {name: port.tx - before.slaves[name].tx for name, port in after.slaves.items() if name in before.slaves}
