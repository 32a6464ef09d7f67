# SPDX-License-Identifier: Apache-2.0
"""The guest's network hardware: two bonds' worth of NICs, each pair on a hub with a gateway, and a management NIC.

The names are those of a partition on IBM Power (an SR-IOV logical port and an ibmveth device). The NICs are virtio ones
with fixed MAC addresses and speeds: what matters to bonding is carrier, and a device that can go away.
"""

from __future__ import annotations

from dataclasses import dataclass

EXPORTER_PORT = 10468
MANAGEMENT_ADDRESS = "10.0.3.15"
MANAGEMENT_PCI = "0000:00:07.0"
ROOT_PORTS = 12


@dataclass(frozen=True)
class Nic:
    """A NIC as QEMU has it: its id, its MAC address, and the device name it is given in the guest."""

    id: str
    mac: str
    name: str
    speed: int

    def properties(self, root_port: str) -> dict[str, str | int]:
        """What QEMU's device_add (or -device) needs to plug it into `root_port`."""
        return {
            "driver": "virtio-net-pci",
            "id": self.id,
            "netdev": f"cable-{self.id}",
            "mac": self.mac,
            "bus": root_port,
            "speed": self.speed,
            "duplex": "full",
            "romfile": "",  # a boot ROM would be one more package, for nothing
        }


@dataclass(frozen=True)
class BondWiring:
    """One bond: its two NICs and the network behind both."""

    name: str
    hub: int
    sriov: Nic
    virtual: Nic
    network: str

    @property
    def address(self) -> str:
        return f"{self.network}.15"

    @property
    def gateway(self) -> str:
        return f"{self.network}.2"


FIRST = BondWiring(
    "bond191554c8",
    1,
    Nic("sriov1", "52:54:00:00:00:11", "enP16392p1s0", 25000),
    Nic("virtual1", "52:54:00:00:00:12", "env3", 1000),
    "10.0.2",
)
SECOND = BondWiring(
    "bond7e03c969",
    2,
    Nic("sriov2", "52:54:00:00:00:21", "enP16384p1s0", 25000),
    Nic("virtual2", "52:54:00:00:00:22", "env4", 1000),
    "10.0.4",
)


def root_port_name(index: int) -> str:
    return f"port{index}"


def root_port_pci(index: int) -> str:
    """The PCI address of a root port: a NIC plugged there is found by it, whatever its name or MAC address."""
    return f"0000:00:{8 + index:02x}.0"


def initial_root_ports() -> dict[str, int]:
    """NIC id -> root port at boot; the other ports are spare, for plugging again."""
    nics = [nic for wiring in (FIRST, SECOND) for nic in (wiring.sriov, wiring.virtual)]
    return {nic.id: index for index, nic in enumerate(nics)}


def qemu_devices() -> list[str]:
    """QEMU's options for all of the above. restrict=on: the guest reaches its gateways and nothing else."""
    options = [
        "-netdev", f"user,id=management,net=10.0.3.0/24,restrict=on,hostfwd=tcp:127.0.0.1:0-{MANAGEMENT_ADDRESS}:{EXPORTER_PORT}",
        "-device", "virtio-net-pci,netdev=management,mac=52:54:00:00:00:01,bus=pcie.0,addr=7,romfile=",
    ]  # fmt: skip
    for index in range(ROOT_PORTS):
        place = f"bus=pcie.0,addr={8 + index:#x},chassis={index + 1},slot={index + 1}"
        options += ["-device", f"pcie-root-port,id={root_port_name(index)},{place}"]
    plugged = initial_root_ports()
    for wiring in (FIRST, SECOND):
        options += ["-netdev", f"user,id=network{wiring.hub},net={wiring.network}.0/24,restrict=on"]
        options += ["-netdev", f"hubport,id=uplink{wiring.hub},hubid={wiring.hub},netdev=network{wiring.hub}"]
        for nic in (wiring.sriov, wiring.virtual):
            options += ["-netdev", f"hubport,id=cable-{nic.id},hubid={wiring.hub}"]
            properties = nic.properties(root_port_name(plugged[nic.id]))
            options += ["-device", ",".join([str(properties.pop("driver")), *(f"{key}={value}" for key, value in properties.items())])]
    return options
