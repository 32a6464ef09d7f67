# SPDX-License-Identifier: Apache-2.0
"""A bond of veth devices with a peer behind a bridge: carriers that are lost and back within milliseconds, and packets counted.

QEMU cannot pull a cable at a chosen millisecond of the guest's; here the other end of a veth pair is set down inside the guest.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.bond import KernelBond
from lab.errors import LabError
from lab.partition import Partition
from lab.programs import Config, ManagedBond
from lab.waiting import PATIENCE, wait_until

NAME = "bondveth"
SRIOV, VIRTUAL = "veth0", "veth1"
SRIOV_CABLE, VIRTUAL_CABLE = "cable0", "cable1"
BRIDGE, PEER = "bridgeveth", "peer"
ADDRESS, PEER_ADDRESS = "10.0.6.1", "10.0.6.2"
ADDRESS_V6, PEER_ADDRESS_V6 = "fd00:6::1", "fd00:6::2"


@dataclass(frozen=True)
class Counted:
    """What lost_packets saw of one cycle. `failovers` are milliseconds since the first loss and the new active slave."""

    failovers: list[tuple[float, str]]
    lost: int
    lost_to_bond: int
    lost_back: int
    lost_before: int
    latest: float  # milliseconds that a packet left after its time, at most

    @property
    def to_virtual(self) -> int:
        return sum(device == VIRTUAL for _, device in self.failovers)

    @property
    def to_sriov(self) -> int:
        return sum(device == SRIOV for _, device in self.failovers)


class VethBond(KernelBond):
    """Its SR-IOV slave (by the configuration) is veth0; set cable0 down to take its carrier."""

    def __init__(self, partition: Partition) -> None:
        super().__init__(partition.guest, NAME)
        self.partition = partition

    def create(self) -> None:
        pairs = ((SRIOV, SRIOV_CABLE), (VIRTUAL, VIRTUAL_CABLE))
        lines = [f"ip netns add {PEER}", f"ip link add {BRIDGE} type bridge", f"ip link set {BRIDGE} up"]
        for device, cable in (*pairs, ("uplink", "plug")):
            lines.append(f"ip link add {device} type veth peer name {cable}")
        lines += [f"ip link set {port} master {BRIDGE} up" for port in (SRIOV_CABLE, VIRTUAL_CABLE, "plug")]
        lines += [
            f"ip link set uplink netns {PEER}",
            f"ip -n {PEER} address add {PEER_ADDRESS}/24 dev uplink",
            f"ip -n {PEER} link set uplink up",
            f"make_bond {NAME} {ADDRESS} {SRIOV} {VIRTUAL}",
        ]
        self.guest.sh(" && ".join(lines))
        self.set_primary(SRIOV)
        self.wait_whole()
        self.guest.sh(f"busybox ping -q -c 2 -W 5 {PEER_ADDRESS}")

    def dismantle(self) -> None:
        for name in (NAME, SRIOV, VIRTUAL, "plug", BRIDGE):
            self.guest.attempt(f"ip link delete {name} 2>/dev/null")
        self.guest.attempt(f"ip netns delete {PEER} 2>/dev/null")

    def wait_whole(self, timeout: float = PATIENCE) -> None:
        """Until both links are up and the SR-IOV slave carries the traffic."""
        self.wait(lambda state: self.is_whole(state) and state.active == SRIOV, "bond whole and on its SR-IOV slave", timeout)

    def config(self, fast_failover: bool = True, **settings: str) -> Config:
        """Further `settings` are keys of the bond."""
        of_bond = {"fast_failover": str(fast_failover).lower(), **settings}
        return Config([ManagedBond(NAME, "device", SRIOV)], fast_failover_hold="1s", of_bond=of_bond)

    def lose(self, *ports: str, down_ms: int, times: int = 1, up_ms: int = 500) -> Counted:
        """Set `ports` down and up again, `times` times, and count. Begins at a random moment of the kernel's tick."""
        program = self._program()
        arguments = f"{NAME} /run/netns/{PEER} {ADDRESS} {PEER_ADDRESS} {down_ms} {times} {up_ms} {' '.join(ports)}"
        output = self.guest.sh(f"{shlex.quote(str(program))} {arguments}", timeout=120)
        fields = dict(pair.split("=", 1) for pair in output.split())
        moves = [move.split(":") for move in fields.pop("failovers").split(",") if move]
        latest = float(fields.pop("latest"))
        counts = {name: int(value) for name, value in fields.items()}
        return Counted(
            [(float(after), device) for after, device in moves],
            counts["lost"],
            counts["lost_to_bond"],
            counts["lost_back"],
            counts["lost_before"],
            latest,
        )

    def keep_ports_apart(self) -> None:
        """As a private VLAN does: each slave reaches the peer, and none the other."""
        self.guest.sh(f"bridge link set dev {SRIOV_CABLE} isolated on && bridge link set dev {VIRTUAL_CABLE} isolated on")

    def speak_ipv6_alone(self) -> str:
        """No address of IPv4 is left on the bond and the peer, which is the router; its address on the link."""
        peer = f"ip -n {PEER}"
        self.guest.sh(
            f"ip -4 address flush dev {NAME} && {peer} -4 address flush dev uplink && ip address add {ADDRESS_V6}/64 dev {NAME} nodad && "
            f"{peer} address add {PEER_ADDRESS_V6}/64 dev uplink nodad"
        )
        shown = f"{peer} -6 -o address show dev uplink scope link"
        wait_until(lambda: "fe80::" in self.guest.sh(shown) and "tentative" not in self.guest.sh(shown), PATIENCE, "the router's address")
        router = self.guest.sh(shown).split("inet6 ")[1].split("/")[0]
        # Before the one that QEMU announces on the management's network.
        self.guest.sh(f"ip -6 route add default via {router} dev {NAME} metric 512")
        return router

    def neighbours_of_peer(self) -> dict[str, str]:
        """Whose Ethernet address the peer takes each IPv6 address to have."""
        lines = self.guest.sh(f"ip -n {PEER} -6 neighbour show dev uplink").splitlines()
        words = [line.split() for line in lines if " lladdr " in line]
        return {entry[0]: entry[entry.index("lladdr") + 1] for entry in words}

    @contextmanager
    def unplugged_from_switch(self, port: str) -> Iterator[None]:
        """The port's frames go nowhere meanwhile; its carrier stays."""
        self.guest.sh(f"ip link set {port} nomaster")
        try:
            yield
        finally:
            self.guest.sh(f"ip link set {port} master {BRIDGE}")

    def _program(self) -> Path:
        build = self.partition.build
        if not build or not build.lost_packets.exists():
            raise LabError("lost_packets is not built; run: cmake --build <build folder> --target lost_packets")
        return build.lost_packets


@contextmanager
def veth_bond(partition: Partition) -> Iterator[VethBond]:
    bond = VethBond(partition)
    bond.create()
    try:
        yield bond
    finally:
        bond.dismantle()
