# SPDX-License-Identifier: Apache-2.0
"""What a management console and the hypervisor do to the partition: hcnmgr's commands, DLPAR, and another machine's identity.

The commands are the platform's own; only QEMU stands for the hypervisor.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from lab.errors import LabError
from lab.guest import Guest
from lab.twin.pair import HnvPair
from lab.twin.wiring import Bridge, HnvWiring

# hcnmgr looks for a port it cannot find for three minutes.
HCN_TIMEOUT = 900.0
DLPAR_TIMEOUT = 300.0


@dataclass(frozen=True)
class Frame:
    """A machine on which the partition can run, as the firmware's device tree names it."""

    system_id: str
    model: str


SOURCE_FRAME = Frame("IBM,0278ABCDE", "IBM,9105-22A")
DESTINATION_FRAME = Frame("IBM,0278FGHIJ", "IBM,9080-HEX")


class Hmc:
    """`seconds` tells how long each command took last."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.seconds: dict[str, float] = {}

    # --- firmware --------------------------------------------------------------------------------------------------

    def deliver(self, frame: Frame, wirings: tuple[HnvWiring, ...]) -> None:
        """The device tree as PowerVM hands it to a partition that starts on `frame` with HNV pairs."""
        settings = [f"/proc/device-tree system-id=text:{frame.system_id} model=text:{frame.model}"]
        for wiring in wirings:
            settings.append(
                f"{wiring.virtual_node} ibm,my-drc-index=hex:{wiring.virtual_drc_index} ibm,loc-code=text:{wiring.location}"
                f" ibm,hcn-id=hex:{wiring.hcn_id} ibm,hcn-mode=text:backup"
            )
            settings.append(f"{wiring.source.node} ibm,hcn-id=hex:{wiring.hcn_id} ibm,hcn-mode=text:primary")
        self.guest.sh(f"python3 /mnt/.lab/firmware.py set {' '.join(settings)}")

    def change_frame(self, frame: Frame) -> None:
        """The partition goes on on another machine: drmgr's work on the device tree after a migration."""
        self.note(f"runs on {frame.model} {frame.system_id}")
        self.guest.sh(
            f"python3 /mnt/.lab/firmware.py set /proc/device-tree system-id=text:{frame.system_id} model=text:{frame.model}"
        )

    # --- hcnmgr ----------------------------------------------------------------------------------------------------

    def scan(self) -> None:
        """The scan at boot: makes bonds of the pairs that the firmware names."""
        self._command("hcnmgr -s")

    def query(self, pair: HnvPair) -> None:
        self._command(f"hcnqrydev DRC_INDEX={_bridge_of(pair).drc_index} HCN_ID={pair.wiring.hcn_id}")

    def remove(self, pair: HnvPair) -> None:
        """hcnmgr takes the SR-IOV port out of its bond."""
        self._command(f"hcnrmdev DRC_INDEX={_bridge_of(pair).drc_index} HCN_ID={pair.wiring.hcn_id}")

    def configure(self, pair: HnvPair) -> None:
        """hcnmgr puts the SR-IOV port that has arrived into its bond."""
        self._command(f"hcncfgdrc DRC_INDEX={_bridge_of(pair).drc_index}")

    # --- DLPAR -----------------------------------------------------------------------------------------------------

    def unplug(self, pair: HnvPair) -> None:
        """drmgr gives the SR-IOV port's slot back, holding its lock meanwhile."""
        slot = _bridge_of(pair).slot
        self.note(f"drmgr removes {pair.sriov} begins")
        self.guest.qmp.forget_events()
        self.guest.qmp.execute("device_del", {"id": pair.wiring.nic})
        self._timed("drmgr -r", f"unplug_port {slot}", DLPAR_TIMEOUT)
        self.guest.qmp.wait_event("DEVICE_DELETED", DLPAR_TIMEOUT, device=pair.wiring.nic)
        self.note("drmgr ends")
        pair.bridge = None

    def plug(self, pair: HnvPair, bridge: Bridge) -> None:
        """An SR-IOV port arrives behind `bridge`: named after it, and without a bond."""
        self.note(f"drmgr adds {bridge.device} begins")
        self.guest.add_device(pair.wiring.card(bridge))
        command = f"plug_port {bridge.slot} {bridge.pci} {bridge.node} primary {pair.wiring.hcn_id}"
        self._timed("drmgr -a", command, DLPAR_TIMEOUT)
        pair.bridge = bridge
        self.guest.sh(f"until [ -d /sys/class/net/{bridge.device} ]; do sleep 0.1; done", DLPAR_TIMEOUT)
        self.note("drmgr ends")

    # --- parts -----------------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        self.guest.sh(f"note {text}")

    def _command(self, command: str) -> None:
        self._timed(command.split()[0], f"tell_hcn {command}", HCN_TIMEOUT)

    def _timed(self, name: str, command: str, timeout: float) -> None:
        start = time.monotonic()
        self.guest.sh(command, timeout)
        self.seconds[name] = time.monotonic() - start


def _bridge_of(pair: HnvPair) -> Bridge:
    if not pair.bridge:
        raise LabError(f"{pair.name} has no SR-IOV port plugged in")
    return pair.bridge
