# SPDX-License-Identifier: Apache-2.0
"""Faults that are nobody's plan: kills in a storm, a stopped process, no room, no memory, a wrong clock, no bonding driver."""

from __future__ import annotations

import contextlib
import json
import random
import re
import time
from collections.abc import Iterator

from lab.bond import Bond
from lab.cases.registry import case, repaired
from lab.checks import expect, expect_carries, expect_metric, expect_true, strand
from lab.image import module_of
from lab.partition import STATUS_FILE, Partition
from lab.progress import say
from lab.waiting import stays, wait_until

RUN = "/run/hnv"
SEED = 20240607
LIFE_SECONDS = 1.2  # a start takes a quarter of it in an emulated guest

# storm.sh BOND PAUSE SLAVE...; without a process for each pause, which would cost more than the storm itself
STORM = """exec 9<> <(:)
file=/sys/class/net/$1/bonding/active_slave pause=$2
shift 2
while :; do
  for slave; do
    echo "$slave" >"$file"
    read -r -t "$pause" -u 9
  done
done
"""


class Storm:
    """The active slave of a bond changes again and again, and somebody independent counts."""

    def __init__(self, partition: Partition, bond: Bond, pause: float) -> None:
        self.guest, self.bond = partition.guest, bond
        self.truth_file = f"/run/hnv-lab/truth-{bond.name}"
        listener = f"python3 -u /mnt/.lab/bond_listener.py {bond.name} {self.truth_file}"
        self.guest.sh(f"rm -f {self.truth_file}")
        self._listener = self.guest.sh(f"start_daemon listener '{listener}'")
        wait_until(lambda: self.guest.attempt(f"[ -s {self.truth_file} ]")[0] == 0, what="the listener listens")
        (self.guest.results / "storm.sh").write_text(STORM)
        self._loop = self.guest.sh(f"start_daemon storm 'bash /mnt/storm.sh {bond.name} {pause} {bond.virtual} {bond.sriov}'")

    def calm(self) -> None:
        """No more changes; the traffic is on the SR-IOV port."""
        self.guest.sh(f"kill {self._loop}")
        wait_until(lambda: self.guest.attempt(f"alive {self._loop}")[0] != 0, what="the storm's end")
        self.bond.set_active(self.bond.sriov)

    def truth(self) -> int:
        """How many changes there were. Once, and nothing is counted afterwards."""
        self.guest.sh(f"kill {self._listener}")
        wait_until(lambda: self.guest.attempt(f"alive {self._listener}")[0] != 0, 120, "the listener has read all")
        changes, lost = self.guest.sh(f"cat {self.truth_file}").split()
        expect(lost, "0", "messages that the independent listener lost")
        return int(changes)


def published(partition: Partition) -> dict:
    return json.loads(partition.guest.sh(f"cat {STATUS_FILE}"))


def counted(partition: Partition, bond: Bond) -> int:
    """Changes of the active slave that the watchdog has published."""
    for entry in published(partition)["bonds"]:
        if entry["name"] == bond.name:
            return sum(sum(causes.values()) for causes in entry["failovers"].values())
    return 0


def settled_count(partition: Partition, bond: Bond) -> int:
    """The count when it no longer grows."""
    seen = [-1]

    def still() -> bool:
        before, seen[0] = seen[0], counted(partition, bond)
        time.sleep(1.0)
        return before == seen[0]

    wait_until(still, 60, "the count no longer grows")
    return seen[0]


def events(partition: Partition) -> list[dict]:
    code, text = partition.hnvctl("events --json")
    lines = [line for line in text.splitlines() if line.startswith("{")]
    expect(code, 0, f"hnvctl events --json:\n{text[-500:]}")
    return [json.loads(line) for line in lines]


def expect_no_gap(partition: Partition) -> list[dict]:
    found = events(partition)
    numbers = [event["sequence"] for event in found]
    expect(numbers, list(range(numbers[0], numbers[0] + len(numbers))), "sequence numbers of the journal")
    times = [event["boot_ns"] for event in found]
    expect(times, sorted(times), "times of the journal, by the clock that nobody sets")
    return found


def still_repairs(partition: Partition, bond: Bond) -> None:
    """The watchdog does its work: a primary that somebody took away is there again."""
    bond.clear_primary()
    bond.wait_primary(bond.sriov)
    bond.wait_active(bond.sriov)


def kill_in_a_storm(partition: Partition, kills: int) -> None:
    repaired(partition)
    bond = partition.first
    storm = Storm(partition, bond, pause=0.05)
    generator = random.Random(SEED)
    told = restarts = 0
    for _ in range(kills):
        time.sleep(generator.uniform(0.0, LIFE_SECONDS))
        partition.watchdog.kill()
        now = counted(partition, bond)
        expect_true(now >= told, f"published changes went back from {told} to {now}")
        told = now
        partition.start_watchdog(ready=False)
        restarts += 1
    wait_until(lambda: published(partition)["pid"] == int(partition.watchdog.pid), what="the last watchdog publishes")
    storm.calm()
    still_repairs(partition, bond)
    truth, final = storm.truth(), settled_count(partition, bond)
    expect_true(told <= final <= truth, f"published {told}, then {final}; the independent listener counted {truth}")
    expect_true(final > 0, f"{kills} lives of the watchdog and no change counted, of {truth}")
    starts = [event for event in events(partition) if event["event"] == "start"]
    expect_no_gap(partition)
    say(f"  {restarts} kills, {truth} changes, {final} counted ({100 * final / truth:.0f} %), {len(starts)} starts still in the journal")


@case("kill -9 at 25 random moments of a storm: counts never go back and never exceed the truth")
def killed_in_a_storm(partition: Partition) -> None:
    kill_in_a_storm(partition, 25)


@case("kill -9 at 200 random moments of a storm", long=True)
def killed_200_times_in_a_storm(partition: Partition) -> None:
    kill_in_a_storm(partition, 200)


def stop_in_a_storm(partition: Partition, seconds: float) -> None:
    repaired(partition)
    bond = partition.first
    before = counted(partition, bond)
    storm = Storm(partition, bond, pause=0.01)
    partition.watchdog.signal("STOP")
    time.sleep(seconds)
    partition.watchdog.signal("CONT")
    storm.calm()
    still_repairs(partition, bond)
    truth, final = storm.truth(), settled_count(partition, bond) - before
    links = published(partition)["links"]
    say(f"  {truth} changes, {final} counted, {links['overruns']} overruns, {links['messages_lost']} messages lost")
    if links["overruns"]:
        expect_true(0 < final < truth, f"{final} changes counted after an overrun; there were {truth}")
        expect_true("event=overrun" in partition.watchdog.log(), "the log tells of the overrun")
    else:
        expect(final, truth, "changes counted without an overrun")
    expect_true(partition.watchdog.running(), "the watchdog still runs")


@case("stopped for 10 s in a storm (SIGSTOP): goes on, and counts exactly or says what it lost")
def stopped_in_a_storm(partition: Partition) -> None:
    stop_in_a_storm(partition, 10)


@case("stopped for 30 s in a storm", long=True)
def stopped_30_s_in_a_storm(partition: Partition) -> None:
    stop_in_a_storm(partition, 30)


@case("a tiny receive buffer: loses messages, says so, invents nothing, and its picture is right in the end")
def tiny_receive_buffer(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    # Without its capability it cannot go beyond the limit.
    limit = "/proc/sys/net/core/rmem_max"
    before = partition.guest.sh(f"cat {limit}; echo 2304 >{limit}").split()[0]
    try:
        partition.start_watchdog(partition.config_for(mode="observe"), capable=False)
    finally:
        partition.guest.sh(f"echo {before} >{limit}")
    partition.start_exporter()
    first = counted(partition, bond)
    storm = Storm(partition, bond, pause=0.001)
    # It shares one processor with the storm, which alone may never overrun it.
    for _ in range(5):
        partition.watchdog.signal("STOP")
        time.sleep(0.5)
        partition.watchdog.signal("CONT")
        time.sleep(0.2)
    storm.calm()
    truth, final = storm.truth(), settled_count(partition, bond) - first
    links = published(partition)["links"]
    say(f"  {truth} changes, {final} counted, {links['overruns']} overruns, {links['messages_lost']} messages lost")
    expect_true(links["overruns"] > 0, "the buffer was overrun")
    expect_true(0 < final <= truth, f"{final} changes counted; there were {truth}")
    expect_true("event=overrun" in partition.watchdog.log(), "the log tells of the overrun")
    bond.set_active(bond.virtual)
    wait_until(lambda: published(partition)["bonds"][0]["active_device"] == bond.virtual, what="published active slave")
    expect_metric(partition, "hnv_bond_sriov_active", 0, bond=bond.name)


@contextlib.contextmanager
def small_run(partition: Partition) -> Iterator[None]:
    """A file system of its own for what the programs publish."""
    options = "size=512k,mode=1775"
    partition.guest.sh(f"mount -t tmpfs -o {options} tmpfs {RUN} && chown 10468:10468 {RUN}")
    try:
        yield
    finally:
        for daemon in partition.running_daemons():
            daemon.kill()
        partition.guest.sh(f"while mountpoint -q {RUN}; do umount {RUN}; done")


def unwritable(partition: Partition, begin: str, end: str) -> None:
    with small_run(partition):
        repaired(partition)
        bond = partition.first
        bond.start_traffic()
        partition.guest.sh(begin)
        still_repairs(partition, bond)
        # The last page of a file takes a few events even on a full file system.
        for _ in range(4):
            strand(bond)
            bond.wait_active(bond.sriov)
        expect_carries(bond, bond.sriov)
        said = partition.watchdog.log()
        for event in ("status_unwritten", "events_unwritten"):
            expect(len(re.findall(rf"event={event}\b", said)), 1, f"times that the log says {event}")
        partition.guest.sh(end)
        failures = "hnv_watchdog_status_write_failures_total"
        wait_until(lambda: partition.exporter_client.metrics().total(failures) > 0, what="failures are counted and published")
        written = "events_unwritten"
        wait_until(lambda: any(event["event"] == written for event in events(partition)), what="the journal is whole again")
        found = expect_no_gap(partition)
        expect_true(sum(event["event"] == "failover" for event in found) >= 2, "the journal has what happened meanwhile")
        expect(published(partition)["events_unwritten"], 0, "events that were lost")


@case("a full /run: bonds are looked after, it is said once, and nothing is lost afterwards")
def full_run(partition: Partition) -> None:
    unwritable(partition, f"busybox dd if=/dev/zero of={RUN}/fill bs=4k || true", f"rm {RUN}/fill")


@case("a read-only /run: the same")
def read_only_run(partition: Partition) -> None:
    unwritable(partition, f"mount --bind {RUN} {RUN} && mount -o remount,bind,ro {RUN}", f"umount {RUN}")


@case("no memory: the traffic does not notice, and a restart goes on with the counts")
def no_memory(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    bond.start_traffic()
    strand(bond)
    bond.wait_active(bond.sriov)
    before = settled_count(partition, bond)
    group = "/sys/fs/cgroup/hnv"
    guest = partition.guest
    guest.sh(f"mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup; mkdir -p {group}")
    guest.attempt("echo +memory >/sys/fs/cgroup/cgroup.subtree_control")
    guest.sh(f"echo 64k >{group}/memory.max && echo {partition.watchdog.pid} >{group}/cgroup.procs")
    for _ in range(20):
        if not partition.watchdog.running():
            break
        bond.set_active(bond.virtual)
        bond.set_active(bond.sriov)
        time.sleep(0.2)
    died = not partition.watchdog.running()
    say(f"  the watchdog {'died' if died else 'survived'}")
    expect(bond.state().active, bond.sriov, "active slave")
    expect_carries(bond, bond.sriov)
    if not died:
        partition.watchdog.kill()
    partition.watchdog.pid = ""
    partition.start_watchdog()
    expect_true(counted(partition, bond) >= before, "the counts of before go on")
    still_repairs(partition, bond)
    guest.sh(f"rmdir {group}")


@case("started with too little memory: ends with a message, and hurts nobody")
def too_little_memory(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    bond.start_traffic()
    partition.write_config(partition.config_for().text())
    for kilobytes in (8_000, 12_000, 16_000):
        partition.start_watchdog(ready=False, within=f"prlimit --as={kilobytes * 1024}")
        time.sleep(1.0)
        if partition.watchdog.running():
            partition.watchdog.kill()
        else:
            expect_true(partition.watchdog.exit_code() != 0, "exit code without memory")
        partition.watchdog.pid = ""
    expect_carries(bond, bond.sriov)
    partition.start_watchdog()
    bond.wait_primary(bond.sriov)


@case("the clock set back and forth: nothing that waits or counts is disturbed")
def clock_jumps(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    strand(bond)
    bond.wait_active(bond.sriov)
    before = settled_count(partition, bond)
    now = int(partition.guest.sh("date +%s"))
    started = time.monotonic()
    try:
        # Two: a primary that is lost a third time is given back later, which is no fault.
        for jump in (-86400, 10 * 365 * 86400):
            partition.guest.sh(f"date -s @{now + jump}")
            still_repairs(partition, bond)
            expect_metric(partition, "hnv_watchdog_up", 1)
    finally:
        partition.guest.sh(f"date -s @{now + int(time.monotonic() - started)}")
    expect(settled_count(partition, bond), before, "changes of the active slave counted while only the clock changed")
    off = partition.exporter_client.metrics().total("hnv_bond_off_sriov_seconds_total", bond=bond.name)
    expect_true(off < 120, f"seconds off the SR-IOV slave: {off}")
    expect_no_gap(partition)


@case("a network namespace without bonds: quiet, and the bonds elsewhere are none of its business")
def namespace_without_bonds(partition: Partition) -> None:
    bond = partition.first
    bond.create()
    partition.start_watchdog(partition.config_for(), within="unshare -n")
    stays(lambda: bond.state().primary == "", 4, "a bond of another namespace left alone")
    expect(published(partition)["bonds"], [], "bonds")
    bad = [line for line in partition.watchdog.log().splitlines() if re.search("level=(warn|error)", line)]
    expect(bad, [], "warnings and errors")
    code, text = partition.hnvctl("events", "unshare -n")
    expect(code, 0, f"exit code of hnvctl events: {text}")


@case("the bonding driver unloaded and loaded: the bond that is made again is looked after")
def driver_reloaded(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    guest = partition.guest
    strand(bond)
    bond.wait_active(bond.sriov)
    before = settled_count(partition, bond)
    (guest.results / "bonding.ko").write_bytes(module_of(partition.image, "bonding"))
    try:
        guest.sh("busybox rmmod bonding")
        wait_until(lambda: published(partition)["bonds"] == [], what="no bonds are published")
        stays(partition.watchdog.running, 1, "the watchdog runs without the driver")
    finally:
        guest.sh("busybox insmod /mnt/bonding.ko max_bonds=0")
        (guest.results / "bonding.ko").unlink()
    bond.create()
    bond.wait_primary(bond.sriov)
    names = [event["event"] for event in expect_no_gap(partition)]
    expect((names.count("bond_found"), names.count("bond_gone")), (2, 1), "bonds found and gone in the journal")
    expect_true(settled_count(partition, bond) >= before, "the counts of its name go on")


@case("a bond deleted and made again under its name: its SR-IOV slave is primary again, and its counts go on")
def bond_made_again(partition: Partition) -> None:
    repaired(partition)
    bond = partition.first
    strand(bond)
    bond.wait_active(bond.sriov)
    told = settled_count(partition, bond)
    expect_true(told >= 2, f"{told} changes counted before")
    for _ in range(2):
        partition.guest.sh(f"ip link delete {bond.name}")
        bond.create()
        bond.wait_primary(bond.sriov)
        now = settled_count(partition, bond)
        expect_true(now >= told, f"the count of the name went back from {told} to {now}")
        told = now
    bond.start_traffic()
    expect_carries(bond, bond.sriov)
    expect(len(published(partition)["bonds"]), 1, "bonds that are published")
