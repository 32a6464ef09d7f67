# SPDX-License-Identifier: Apache-2.0
"""How a story is declared, what it is told with, and the steps that several share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab.image import Image
from lab.programs import Build
from lab.twin.hmc import DESTINATION_FRAME, SOURCE_FRAME, Frame
from lab.twin.lpar import LogicalPartition
from lab.twin.pair import HnvPair
from lab.twin.wiring import FIRST, HnvWiring


@dataclass
class Twin:
    """Starts partitions for one story and collects what it has to say. Without `build`: the platform's part alone."""

    image: Image
    build: Build | None
    fast: bool = False
    purpose: str = "story"
    remarks: list[str] = field(default_factory=list)
    last_words: str = ""
    run_dirs: list[Path] = field(default_factory=list)

    @contextmanager
    def partition(
        self, *wirings: HnvWiring, frame: Frame = SOURCE_FRAME, state: Path | None = None
    ) -> Iterator[LogicalPartition]:
        """A partition that has just started, with these HNV pairs (default: the first)."""
        lpar = LogicalPartition(self.image, self.build, self.purpose, wirings or (FIRST,), frame, state)
        self.run_dirs.append(lpar.run_dir)
        try:
            with lpar:
                yield lpar
        finally:
            self.last_words = lpar.last_words

    def remark(self, text: str) -> None:
        """A number or an observation, printed below the story's verdict."""
        self.remarks.append(text)


@dataclass(frozen=True)
class Story:
    name: str
    title: str
    tell: Callable[[Twin], None]


STORIES: list[Story] = []

# With these the watchdog would write in the second or two in which hcnmgr has attached a port and set no primary yet: what
# holds it back is then the migration, or hcnmgr at work, and not the settling that any change of membership brings.
EAGER = {"settle": "300ms", "hold_down": "300ms", "migration_settle": "300ms"}


def story(title: str) -> Callable[[Callable[[Twin], None]], Callable[[Twin], None]]:
    """Register the decorated function as a story of its own name."""

    def register(tell: Callable[[Twin], None]) -> Callable[[Twin], None]:
        STORIES.append(Story(tell.__name__, title, tell))
        return tell

    return register


def bring_up(lpar: LogicalPartition, **settings: str) -> None:
    """Bonds as after a reboot, our programs beside them, and the primary that hcnmgr did not store set by the watchdog."""
    lpar.programs.start(**settings)
    lpar.make_bonds_from_profiles()
    for pair in lpar.pairs:
        if not lpar.programs.watching:
            pair.set_primary(pair.sriov)
        pair.wait_whole(primary=pair.sriov)
        lpar.programs.expect("hnv_watchdog_state", 1, bond=pair.name, state="steady")


def take_away(lpar: LogicalPartition) -> None:
    """The source's half of a migration: every SR-IOV port leaves its bond, then the partition."""
    for pair in lpar.pairs:
        lpar.hmc.query(pair)
    for pair in lpar.pairs:
        lpar.hmc.remove(pair)
        on_virtual_alone(pair)
    for pair in lpar.pairs:
        lpar.hmc.unplug(pair)


def bring_in(lpar: LogicalPartition) -> None:
    """The destination's half: every SR-IOV port arrives behind another bridge, then joins its bond."""
    for pair in lpar.pairs:
        lpar.hmc.plug(pair, pair.wiring.destination)
    for pair in lpar.pairs:
        lpar.hmc.configure(pair)
    for pair in lpar.pairs:
        # hcnmgr up to 1.3.10 writes the kernel's primary itself.
        pair.wait_whole(primary=pair.sriov)


def migrate(lpar: LogicalPartition) -> None:
    """A live migration from beginning to end."""
    take_away(lpar)
    lpar.hmc.change_frame(DESTINATION_FRAME)
    bring_in(lpar)


def on_virtual_alone(pair: HnvPair) -> None:
    state = pair.state()
    seen = (state.active, state.primary, list(state.slaves))
    if seen != (pair.virtual, "", [pair.virtual]):
        raise AssertionError(f"{pair.name} should be on {pair.virtual} alone, without a primary; the kernel says: {state}")


def expect_carried_by_sriov(pair: HnvPair) -> None:
    """The traffic leaves by the SR-IOV port, by the ports' own counters."""
    sent = pair.carried()
    if sent[pair.sriov] < 5 or sent[pair.virtual] > 2:
        raise AssertionError(f"{pair.name}: traffic should leave by {pair.sriov}; packets sent in 2 s: {sent}")
