# SPDX-License-Identifier: Apache-2.0
"""Records the corpora in tests/golden: the link messages of the guest's kernel while something happens to a bond.

The parser and the topology are tested on these, because messages made by hand repeat their author's mistakes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError
from lab.partition import Partition
from lab.paths import REPOSITORY
from lab.progress import say
from lab.waiting import wait_until

GOLDEN = REPOSITORY / "tests" / "golden"
OTHER_NAME = "enP16385p1s0"


class Recorder:
    def __init__(self, partition: Partition, program: Path) -> None:
        self.partition = partition
        self.guest = partition.guest
        self.program = program
        self.folder = GOLDEN / f"linux-{self.guest.sh('uname -r').strip()}"
        self.folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def events(self, name: str) -> Iterator[None]:
        """A dump, and everything the kernel says inside the block, go to NAME.hex."""
        pid = self.guest.sh(f"{self.program} --events /mnt/{name}.hex >/mnt/{name}.out 2>&1 & echo $!")
        output = self.guest.results / f"{name}.out"
        wait_until(lambda: output.exists() and "recording" in output.read_text(), what="the recorder listens")
        yield
        # The last messages of a failover (IGMP_RESEND) come up to a fifth of a second later.
        self.guest.sh(f"sleep 0.5; kill -TERM {pid}; wait {pid}")
        self._keep(name)

    def dump(self, name: str, option: str = "") -> None:
        self.guest.sh(f"{self.program} {option} /mnt/{name}.hex", timeout=120)
        self._keep(name)

    def _keep(self, name: str) -> None:
        source = self.guest.results / f"{name}.hex"
        shutil.copyfile(source, self.folder / source.name)
        say(f"{self.folder.name}/{source.name}: {len(source.read_text().splitlines()) - 1} messages")


def flap(recorder: Recorder) -> None:
    bond = recorder.partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    with recorder.events("flap"):
        bond.link_down()
        bond.wait_active(bond.virtual)
        bond.link_up()
        bond.wait_active(bond.sriov)


def admin_down(recorder: Recorder) -> None:
    bond = recorder.partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    with recorder.events("admin_down"):
        bond.admin_down()
        bond.wait_active(bond.virtual)
        bond.admin_up()
        bond.wait_active(bond.sriov)


def total_outage(recorder: Recorder) -> None:
    bond = recorder.partition.first
    bond.create()
    with recorder.events("total_outage"):
        bond.virtual_link(False)
        bond.link_down()
        bond.wait_active("")
        bond.virtual_link(True)
        bond.wait_active(bond.virtual)
        bond.link_up()


def removal_and_return(recorder: Recorder) -> None:
    bond = recorder.partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    with recorder.events("removal"):
        bond.unplug()
        bond.wait_active(bond.virtual)
    with recorder.events("return_same_name"):
        bond.plug()
        bond.wait_active(bond.sriov)
    bond.unplug()
    bond.wait_active(bond.virtual)
    with recorder.events("return_other_name"):
        bond.plug(OTHER_NAME)
        bond.set_primary(OTHER_NAME)
        bond.wait_active(OTHER_NAME)


def rename(recorder: Recorder) -> None:
    bond = recorder.partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    with recorder.events("rename"):
        bond.rename_sriov(OTHER_NAME)
        bond.wait_active(bond.virtual)


def bridge_port(recorder: Recorder) -> None:
    """AF_BRIDGE messages carry the bond's own ifindex, and slave data of kind "bridge"."""
    bond = recorder.partition.first
    bond.create()
    with recorder.events("bridge_port"):
        recorder.guest.sh(f"ip link add br0 type bridge && ip link set {bond.name} master br0 && ip link set br0 up")
        bond.link_down()
        bond.wait_active(bond.virtual)
        recorder.guest.sh(f"ip link set {bond.name} nomaster && ip link delete br0")
        bond.link_up()


def veth_release(recorder: Recorder) -> None:
    """A slave with a kind of its own: its release message no longer mentions any bond."""
    recorder.guest.sh(
        "ip link add bondv type bond mode active-backup miimon 100 fail_over_mac follow;"
        "for i in 0 1; do ip link add v$i type veth peer name p$i; ip link set p$i up; ip link set v$i master bondv; done;"
        "ip link set bondv up; sleep 1"
    )
    with recorder.events("veth_release"):
        recorder.guest.sh("ip link set v0 nomaster; sleep 0.5; ip link delete bondv")
    recorder.guest.sh("ip link delete v0; ip link delete v1")


def hundred_bonds(recorder: Recorder) -> None:
    recorder.guest.sh(
        "for n in $(seq 100); do ip link add bond$n type bond mode active-backup miimon 100;"
        "for s in a b; do ip link add v$s$n type veth peer name p$s$n; ip link set p$s$n up; ip link set v$s$n master bond$n; done;"
        "ip link set bond$n up; done; sleep 2",
        timeout=300,
    )
    recorder.dump("dump_100_bonds")
    recorder.guest.sh("for n in $(seq 100); do ip link delete bond$n; ip link delete va$n; ip link delete vb$n; done", timeout=300)


def counters(recorder: Recorder) -> None:
    """The same counters by both requests, of links over which nothing goes any more."""
    bond = recorder.partition.first
    bond.create()
    recorder.guest.sh(f"ip address add 192.0.2.1/24 dev {bond.name}; for n in 1 2 3; do echo >/dev/udp/192.0.2.2/9; done")
    bond.link_down()
    bond.virtual_link(False)
    recorder.guest.sh("sleep 1")
    recorder.dump("dump_links")
    recorder.dump("dump_counters", "--counters")


SCENES: list[Callable[[Recorder], None]] = [
    flap,
    admin_down,
    total_outage,
    removal_and_return,
    rename,
    bridge_port,
    veth_release,
    hundred_bonds,
    counters,
]


def record(partition: Partition) -> int:
    if not partition.build:
        raise LabError("recording needs a build of the project")
    program = partition.build.folder / "tests" / "link_recorder"
    if not program.exists():
        raise LabError(f"{program} is missing; build with HNV_BUILD_TESTS=ON")
    recorder = Recorder(partition, program)
    for scene in SCENES:
        scene(recorder)
        partition.reset()
    return 0
