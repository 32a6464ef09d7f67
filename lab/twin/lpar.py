# SPDX-License-Identifier: Apache-2.0
"""The partition: one boot of the guest with the platform's software, its HNV pairs, the console that manages it, our programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from lab.errors import LabError
from lab.guest import Guest, quoted
from lab.image import Image
from lab.paths import new_run_dir
from lab.programs import Build, Daemon
from lab.scrape import ExporterClient
from lab.twin.hmc import SOURCE_FRAME, Frame, Hmc
from lab.twin.pair import TWIN_PATIENCE, HnvPair
from lab.twin.programs import BUILD, Programs, Unwatched
from lab.twin.timeline import Entry, rendered, samples, timeline
from lab.twin.wiring import FIRST, MANAGEMENT_ADDRESS, POWER, HnvWiring, qemu_devices

PREPARATION_TIMEOUT = 300.0


class LogicalPartition:
    """Use it as a context manager. It comes up without a bond, with its NetworkManager not yet started.

    Without `build` none of our programs can run, and nothing is expected of them. `state` is a folder of the host that is
    /var/lib/hnv in the guest, so that it can outlive a boot.
    """

    def __init__(
        self,
        image: Image,
        build: Build | None,
        purpose: str,
        wirings: tuple[HnvWiring, ...] = (FIRST,),
        frame: Frame = SOURCE_FRAME,
        state: Path | None = None,
    ) -> None:
        self.run_dir = new_run_dir(f"twin-{purpose}")
        self.state = state or self.run_dir / "state"
        self.state.mkdir(exist_ok=True)
        # The shares first: QEMU puts them on the bridge that is there by then, and must leave the others' slots free.
        self.guest = Guest(image, self.run_dir, [], [*self._shares(build), *qemu_devices()], POWER)
        self.last_words = ""  # of a partition that was left by an exception
        try:
            self.pairs = tuple(HnvPair(self.guest, wiring) for wiring in wirings)
            self.hmc = Hmc(self.guest)
            self._prepare(build is not None)
            self.hmc.deliver(frame, wirings)
            client = ExporterClient(f"http://127.0.0.1:{self._forwarded_port()}")
            self.programs = Programs(self.guest, client) if build else Unwatched(self.guest, client)
            self._sampler = Daemon(
                self.guest, "sampler", "python3 /mnt/.lab/sampler.py " + " ".join(pair.name for pair in self.pairs)
            )
            self._sampler.start()
        except BaseException:
            self.guest.close()
            raise

    def __enter__(self) -> LogicalPartition:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._write_timeline()
            if value and not isinstance(value, KeyboardInterrupt):
                self.last_words = self.diagnosis()
        finally:
            self.guest.close()

    @property
    def pair(self) -> HnvPair:
        return self.pairs[0]

    @property
    def now(self) -> float:
        """The guest's clock, in which its logs are written."""
        return float(self.guest.sh("echo $EPOCHREALTIME"))

    # --- NetworkManager --------------------------------------------------------------------------------------------

    def start_network_manager(self) -> None:
        self.guest.sh("start_network_manager", PREPARATION_TIMEOUT)

    def restart_network_manager(self) -> None:
        self.hmc.note("NetworkManager restarts")
        self.guest.sh("stop_network_manager && start_network_manager", PREPARATION_TIMEOUT)

    def make_bonds_from_profiles(self) -> None:
        """As after a reboot: the profiles that hcnmgr once stored, activated by NetworkManager.

        Nobody sets a primary, and the traffic is stranded on the virtual port: the other one's link takes longer to come up.
        """
        for pair in self.pairs:
            self.guest.sh(f"store_profiles {pair.name} {pair.wiring.address} {pair.sriov} {pair.virtual}")
        self.start_network_manager()
        for pair in self.pairs:
            pair.wait_both_up()

    def make_bonds_by_scan(self) -> None:
        """As at the first boot: hcnmgr makes them. The administrator then gives them their addresses."""
        self.start_network_manager()
        self.hmc.scan()
        for pair in self.pairs:
            pair.wait_whole()
            self.give_address(pair)

    def give_address(self, pair: HnvPair) -> None:
        """Stored in the profile and applied without taking a port out."""
        settings = f"ipv4.method manual ipv4.addresses {pair.wiring.address}/24"
        self.guest.sh(f"nmcli connection modify {pair.name} {settings} && nmcli device reapply {pair.name}", TWIN_PATIENCE)

    # --- the time line ---------------------------------------------------------------------------------------------

    def bond_samples(self, pair: HnvPair, since: float, fits: Callable[[set[str]], bool]) -> list[Entry]:
        """What was seen of a bond since that moment and whose set of ports `fits`."""
        seen = [entry for entry in samples(self.guest.results) if entry.subject == pair.name and entry.at >= since]
        return [entry for entry in seen if fits(entry.ports)]

    # --- after a failure -------------------------------------------------------------------------------------------

    def diagnosis(self) -> str:
        """Everything one wants to see: the time line, the kernel's bonds, the ends of the logs."""
        parts = [f"--- time line\n{self._write_timeline()}"]
        for title, command in (
            ("/proc/net/bonding", "tail -n +1 /proc/net/bonding/*"),
            ("hcnmgr's output", "tail -n 15 /mnt/hcn-output.log"),
            ("kernel log", "dmesg | tail -n 15"),
        ):
            try:
                parts.append(f"--- {title}\n{self.guest.attempt(command)[1]}")
            except LabError as error:
                parts.append(f"--- {title}: {error}")
        log = self.programs.watchdog.log_tail(40)
        return "\n".join([*parts, f"--- hnv-watchdog: end of its log\n{log}"] if log else parts)

    def _write_timeline(self) -> str:
        text = rendered(timeline(self.guest.results))
        (self.run_dir / "timeline.txt").write_text(text)
        return text

    # --- parts -----------------------------------------------------------------------------------------------------

    def _shares(self, build: Build | None) -> list[str]:
        # mapped: the guest's root may give a file to another user even where the host's user is not root.
        shares = ["-virtfs", f"local,path={quoted(self.state)},mount_tag=state,security_model=mapped-file"]
        if build:
            share = f"local,path={quoted(build.folder)},mount_tag=build,security_model=none,readonly=on,multidevs=remap"
            shares += ["-virtfs", share]
        return shares

    def _prepare(self, with_build: bool) -> None:
        guest = self.guest
        share = "trans=virtio,version=9p2000.L,msize=512000"
        guest.sh(f"mkdir -p /run/hnv-lab {BUILD} /var/lib/hnv && mount -t 9p -o {share} state /var/lib/hnv")
        if with_build:
            guest.sh(f"mount -t 9p -o {share},cache=loose,ro build {BUILD}")
        guest.sh("become_partition twin", PREPARATION_TIMEOUT)
        device = "$(device_behind 0000:00:07.0)"
        guest.sh(f"rename_device {device} mgmt && ip address add {MANAGEMENT_ADDRESS}/24 dev mgmt && ip link set mgmt up")

    def _forwarded_port(self) -> int:
        shown = self.guest.qmp.monitor("info usernet")
        found = re.search(r"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", shown)
        if not found:
            raise LabError(f"QEMU forwards no port to the exporter:\n{shown}")
        return int(found.group(1))
