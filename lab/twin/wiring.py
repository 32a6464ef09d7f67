# SPDX-License-Identifier: Apache-2.0
"""The partition's hardware: two HNV bonds' worth of ports as PowerVM presents them, and a management NIC.

An SR-IOV logical port is an e1000e behind a PCI host bridge of its own, which gives the device its name (bridge 2: enP2p0s1);
the virtual port is QEMU's ibmveth. Each bond has a spare bridge, the migration's destination.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.guest import Machine

EXPORTER_PORT = 10468
MANAGEMENT_ADDRESS = "10.0.3.15"
# QEMU without these says at every start that TCG does not have them.
NO_MITIGATIONS = "cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off"
POWER = Machine(
    "qemu-system-ppc64",
    ("-machine", f"pseries,x-vof=on,{NO_MITIGATIONS}", "-name", "twin"),
    "console=hvc0 lab_line=hvc1 lab_root=overlay",
    ("shell", "functions", "power", "firmware.py", "sampler.py"),
    memory_mb=1024,
)


@dataclass(frozen=True)
class Bridge:
    """A PCI host bridge with one slot: where an SR-IOV port is, before or after a migration."""

    index: int

    @property
    def id(self) -> str:
        return f"bridge{self.index}"

    @property
    def device(self) -> str:
        """What udev calls the NIC behind it."""
        return f"enP{self.index}p0s1"

    @property
    def pci(self) -> str:
        return f"{self.index:04x}:00:01.0"

    @property
    def node(self) -> str:
        return f"/proc/device-tree/pci@{0x800000020000000 + self.index:x}/ethernet@1"

    @property
    def drc_index(self) -> str:
        """What the HMC names to hcnmgr."""
        return f"{0x20000000 + self.index:x}"

    @property
    def slot(self) -> str:
        """What the HMC names to drmgr."""
        return f"{0x40000000 | self.index << 16 | 1 << 3:#x}"


@dataclass(frozen=True)
class HnvWiring:
    """One Hybrid Network Virtualization pair; `hcn_id` joins its ports and names the bond."""

    hcn_id: str
    hub: int
    network: str
    source: Bridge
    destination: Bridge
    sriov_mac: str
    virtual_mac: str
    virtual_unit: int  # the last four digits of the unit address give the virtual device its name (0x30000003: env3)

    @property
    def bond(self) -> str:
        return f"bond{self.hcn_id}"

    @property
    def address(self) -> str:
        return f"{self.network}.15"

    @property
    def gateway(self) -> str:
        return f"{self.network}.2"

    @property
    def nic(self) -> str:
        """QEMU's id of the SR-IOV port."""
        return f"sriov{self.hub}"

    @property
    def virtual(self) -> str:
        return f"env{self.virtual_unit & 0xFFFF}"

    @property
    def virtual_node(self) -> str:
        return f"/proc/device-tree/vdevice/l-lan@{self.virtual_unit:x}"

    @property
    def virtual_drc_index(self) -> str:
        return f"3000{self.virtual_unit & 0xFFFF:04x}"

    @property
    def location(self) -> str:
        return f"U9105.22A.7812345-V3-C{self.virtual_unit & 0xFFFF}-T1"

    def card(self, bridge: Bridge) -> dict[str, str]:
        """What QEMU's device_add (or -device) needs to put the SR-IOV port behind `bridge`."""
        return {
            "driver": "e1000e",
            "id": self.nic,
            "netdev": f"cable-{self.nic}",
            "mac": self.sriov_mac,
            "bus": f"{bridge.id}.0",
            "addr": "1",
            "romfile": "",
        }


FIRST = HnvWiring("191554c8", 1, "10.0.2", Bridge(2), Bridge(3), "52:54:00:00:00:11", "52:54:00:00:00:12", 0x30000003)
# QEMU gives 0x30000003 and 0x30000004 the same interrupt, and in this range each unit address its own.
SECOND = HnvWiring("7e03c969", 2, "10.0.4", Bridge(4), Bridge(5), "52:54:00:00:00:21", "52:54:00:00:00:22", 0x71000004)


def qemu_devices() -> list[str]:
    """QEMU's options for all of the above. restrict=on: the guest reaches its gateways and nothing else."""
    options = [
        "-netdev", f"user,id=management,net=10.0.3.0/24,restrict=on,hostfwd=tcp:127.0.0.1:0-{MANAGEMENT_ADDRESS}:{EXPORTER_PORT}",
        "-device", "virtio-net-pci,netdev=management,mac=52:54:00:00:00:01,bus=pci.0,addr=7,romfile=",
    ]  # fmt: skip
    for wiring in (FIRST, SECOND):
        hub = wiring.hub
        options += ["-netdev", f"user,id=network{hub},net={wiring.network}.0/24,restrict=on"]
        options += ["-netdev", f"hubport,id=uplink{hub},hubid={hub},netdev=network{hub}"]
        for bridge in (wiring.source, wiring.destination):
            options += ["-device", f"spapr-pci-host-bridge,index={bridge.index},id={bridge.id}"]
        options += ["-netdev", f"hubport,id=cable-{wiring.nic},hubid={hub}"]
        card = wiring.card(wiring.source)
        options += ["-device", ",".join([card.pop("driver"), *(f"{key}={value}" for key, value in card.items())])]
        options += ["-netdev", f"hubport,id=cable-virtual{hub},hubid={hub}"]
        options += ["-device", f"spapr-vlan,netdev=cable-virtual{hub},mac={wiring.virtual_mac},id=virtual{hub},reg={wiring.virtual_unit:#x}"]
    return options
