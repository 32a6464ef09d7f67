# SPDX-License-Identifier: Apache-2.0
"""One bond in the guest: what can be done to it from outside and inside, and what the kernel says about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.errors import LabError, NotReached
from lab.guest import Guest
from lab.waiting import PATIENCE, stays, wait_until
from lab.wiring import ROOT_PORTS, BondWiring, Nic, initial_root_ports, root_port_name, root_port_pci


@dataclass(frozen=True)
class SlaveState:
    """A slave as sysfs shows it."""

    name: str
    mii: str
    carrier: bool
    admin_up: bool
    tx: int
    address: str


@dataclass(frozen=True)
class BondState:
    """A bond as sysfs shows it: the kernel's answer, on which every check of the lab stands."""

    active: str
    primary: str
    miimon: int
    address: str
    carrier: bool
    slaves: dict[str, SlaveState]

    def __str__(self) -> str:
        slaves = ", ".join(f"{slave.name} mii={slave.mii} carrier={slave.carrier:d}" for slave in self.slaves.values())
        return f"active={self.active or 'none'} primary={self.primary or 'none'} [{slaves}]"


class Slots:
    """Which PCIe root port holds which NIC. Spare ports are taken in turn, the one used longest ago first."""

    def __init__(self) -> None:
        self.used = initial_root_ports()
        self._spare = [index for index in range(ROOT_PORTS) if index not in self.used.values()]

    def take(self, nic: Nic) -> int:
        self.used[nic.id] = self._spare.pop(0)
        return self.used[nic.id]

    def release(self, nic: Nic) -> None:
        self._spare.append(self.used.pop(nic.id))


class KernelBond:
    """A bond by its name, however it was made: what the kernel says about it, and what it is told."""

    def __init__(self, guest: Guest, name: str) -> None:
        self.guest = guest
        self.name = name

    def state(self) -> BondState:
        lines = self.guest.sh(f"bond_state {self.name}").splitlines()
        fields = dict(line.split("=", 1) for line in lines if not line.startswith("slave="))
        if "missing" in fields:
            raise LabError(f"{self.name} does not exist in the guest")
        slaves = [_slave_state(line) for line in lines if line.startswith("slave=")]
        return BondState(
            active=fields["active"],
            primary=fields["primary"],
            miimon=int(fields["miimon"]),
            address=fields["address"],
            carrier=fields["carrier"] == "1",
            slaves={slave.name: slave for slave in slaves},
        )

    def wait(self, reached: Callable[[BondState], bool], what: str, timeout: float = PATIENCE) -> float:
        """Wait for a state of the kernel's; the seconds it took. The last state is part of the error."""
        last: list[BondState] = []

        def look() -> bool:
            last[:] = [self.state()]
            return reached(last[0])

        try:
            return wait_until(look, timeout, what)
        except NotReached as error:
            raise NotReached(f"{error}; the kernel says: {last[0]}") from None

    def wait_active(self, device: str, timeout: float = PATIENCE) -> float:
        return self.wait(lambda state: state.active == device, f"active slave {device}", timeout)

    def wait_primary(self, device: str, timeout: float = PATIENCE) -> float:
        return self.wait(lambda state: state.primary == device, f"primary {device or 'none'}", timeout)

    def stays_active(self, device: str, seconds: float) -> None:
        stays(lambda: self.state().active == device, seconds, f"active slave {device}")

    def is_whole(self, state: BondState) -> bool:
        return len(state.slaves) == 2 and all(slave.mii == "up" for slave in state.slaves.values())

    def release(self, device: str) -> None:
        self.guest.sh(f"ip link set dev {device} nomaster")

    def set_primary(self, device: str) -> None:
        """By sysfs, which takes an empty name for "none"."""
        self.guest.sh(f"echo '{device}' >/sys/class/net/{self.name}/bonding/primary")

    def clear_primary(self) -> None:
        self.set_primary("")

    def set_active(self, device: str) -> None:
        self.guest.sh(f"echo {device} >/sys/class/net/{self.name}/bonding/active_slave")

    def set_miimon(self, milliseconds: int) -> None:
        self.guest.sh(f"echo {milliseconds} >/sys/class/net/{self.name}/bonding/miimon")


class Bond(KernelBond):
    """The bond of `wiring`. `sriov` and `virtual` are the present device names (a re-plug or rename changes them)."""

    def __init__(self, guest: Guest, wiring: BondWiring, slots: Slots) -> None:
        super().__init__(guest, wiring.name)
        self.wiring = wiring
        self.sriov = wiring.sriov.name
        self.virtual = wiring.virtual.name
        self._slots = slots
        self._traffic = ""

    # --- making it -------------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Make the bond exactly as hcnmgr does, without a primary, and wait until the SR-IOV port carries it."""
        self.guest.sh(f"make_bond {self.name} {self.wiring.address} {self.sriov} {self.virtual}")
        self.wait(lambda state: self.is_whole(state) and state.active == self.sriov, "new bond on its SR-IOV port")

    def dismantle(self) -> None:
        """Take the bond apart and give both NICs their first name, address and cable, whatever was done to them."""
        self.stop_traffic()
        self.guest.sh(f"[ ! -d /sys/class/net/{self.name} ] || ip link delete {self.name}")
        for nic in (self.wiring.sriov, self.wiring.virtual):
            if nic.id not in self._slots.used:
                self._insert(nic)
            self.guest.set_link(nic.id, True)
            name = self._device_of(nic)
            self.guest.sh(f"ip link set dev {name} down; rename_device {name} {nic.name}; ip link set dev {nic.name} address {nic.mac}")
        self.sriov, self.virtual = self.wiring.sriov.name, self.wiring.virtual.name

    # --- what is done to it ----------------------------------------------------------------------------------------

    def link_down(self) -> None:
        """Pull the SR-IOV port's cable (from outside the guest)."""
        self.guest.set_link(self.wiring.sriov.id, False)

    def link_up(self) -> None:
        self.guest.set_link(self.wiring.sriov.id, True)

    def virtual_link(self, up: bool) -> None:
        self.guest.set_link(self.wiring.virtual.id, up)

    def admin_down(self) -> None:
        """What an operator does who wants the SR-IOV port to stay down."""
        self.guest.sh(f"ip link set dev {self.sriov} down")

    def admin_up(self) -> None:
        self.guest.sh(f"ip link set dev {self.sriov} up")

    def unplug(self) -> None:
        """Take the SR-IOV port out of the partition, as a migration does."""
        self.guest.delete_device(self.wiring.sriov.id)
        self._slots.release(self.wiring.sriov)

    def plug(self, name: str | None = None) -> None:
        """Put an SR-IOV port back under `name` (default: its first name) and enslave it; no primary is set."""
        self._insert(self.wiring.sriov)
        found = self._device_of(self.wiring.sriov)
        self.sriov = name or self.wiring.sriov.name
        self.guest.sh(f"rename_device {found} {self.sriov} && enslave {self.name} {self.sriov}")

    def rename_sriov(self, name: str) -> None:
        self.guest.sh(f"rename_device {self.sriov} {name} && ip link set dev {name} up")
        self.sriov = name

    # --- traffic ---------------------------------------------------------------------------------------------------

    def start_traffic(self) -> None:
        """A ping flood at a low rate through the bond: who carries it shows in the slaves' own counters."""
        self._traffic = self.guest.sh(f"start_daemon ping-{self.name} 'busybox ping -q -i 0.05 -I {self.name} {self.wiring.gateway}'")

    def stop_traffic(self) -> None:
        if self._traffic:
            self.guest.attempt(f"kill {self._traffic}")
            self._traffic = ""

    def packets_sent(self, seconds: float = 1.0) -> dict[str, int]:
        """Packets each slave sent while we looked for `seconds`."""
        before = self.state()
        time.sleep(seconds)
        after = self.state()
        return {name: slave.tx - before.slaves[name].tx for name, slave in after.slaves.items() if name in before.slaves}

    def answers(self) -> bool:
        """Does the gateway answer through the bond?"""
        return self.guest.attempt(f"busybox ping -q -c 1 -W 2 -I {self.name} {self.wiring.gateway}")[0] == 0

    # --- hardware --------------------------------------------------------------------------------------------------

    def _insert(self, nic: Nic) -> None:
        index = self._slots.take(nic)
        self.guest.add_device(nic.properties(root_port_name(index)))

    def _device_of(self, nic: Nic) -> str:
        address = root_port_pci(self._slots.used[nic.id])
        found = [""]

        def look() -> bool:
            code, found[0] = self.guest.attempt(f"device_behind {address}")
            return code == 0

        wait_until(look, what=f"network device of {nic.id} behind {address}")
        return found[0]


def _slave_state(line: str) -> SlaveState:
    fields = dict(pair.split("=", 1) for pair in line.split(" "))
    return SlaveState(
        name=fields["slave"],
        mii=fields["mii"],
        carrier=fields["carrier"] == "1",
        admin_up=fields["admin_up"] == "1",
        tx=int(fields["tx"]),
        address=fields["address"],
    )
