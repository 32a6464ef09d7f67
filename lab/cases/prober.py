# SPDX-License-Identifier: Apache-2.0
"""Carrier up, path dead: what hnv-prober says of paths that die, and that it harms nobody."""

from __future__ import annotations

import json
import shlex
import time
from ipaddress import IPv6Address
from typing import Any

from lab.cases.registry import case
from lab.checks import expect, expect_true
from lab.partition import CONFIG_FILE, Partition
from lab.prober import INTERVAL, RECEIVED, SENT, UPLINK, cable, dead, path_config, probing, random_phase
from lab.programs import Config
from lab.veth import (
    ADDRESS,
    ADDRESS_V6,
    BRIDGE,
    PEER,
    PEER_ADDRESS,
    PEER_ADDRESS_V6,
    SRIOV,
    SRIOV_CABLE,
    VIRTUAL,
    VIRTUAL_CABLE,
    veth_bond,
)
from lab.waiting import PATIENCE, wait_until
from lab.wiring import FIRST

SRIOV_WIRE, VIRTUAL_WIRE = cable(FIRST.sriov.id), cable(FIRST.virtual.id)
# Of one dead path at a time.
BLAMES = {SRIOV_WIRE: "sriov_dead", VIRTUAL_WIRE: "virtual_dead"}
IN_TIME = 4 * INTERVAL
# Of the emulated machine: what QEMU, the log and the look at it take.
SLACK = 0.5


def link_local_of(address: str) -> str:
    """The IPv6 address that an interface with that Ethernet address makes for itself."""
    octets = [int(octet, 16) for octet in address.split(":")]
    octets[0] ^= 0x02
    octets[3:3] = [0xFF, 0xFE]
    return str(IPv6Address(bytes([0xFE, 0x80, *[0] * 6, *octets])))


def first_config(partition: Partition, interval: str = "200ms") -> Config:
    bond = partition.first
    bond.create()
    bond.set_primary(bond.sriov)
    bond.wait_active(bond.sriov)
    return path_config(bond.name, "permanent_address", bond.wiring.sriov.mac, [bond.wiring.gateway], interval)


@case("prober: a dead path is seen within 4 intervals, is over within 4, and the other NIC is never blamed")
def dead_path(partition: Partition) -> None:
    with probing(partition, first_config(partition)) as prober:
        prober.wait_verdict("healthy")
        died, healed = [], []
        for trial in range(10):
            wire = (SRIOV_WIRE, VIRTUAL_WIRE)[trial % 2]
            random_phase(trial)
            with dead(partition, wire):
                died.append(prober.wait_verdict(BLAMES[wire]))
            healed.append(prober.wait_verdict("healthy"))
        expect(prober.verdicts()[1:], [BLAMES[SRIOV_WIRE], "healthy", BLAMES[VIRTUAL_WIRE], "healthy"] * 5, "verdicts")
        for times in (sorted(died), sorted(healed)):
            expect_true(times[8] <= IN_TIME + SLACK, f"9 of 10 within {IN_TIME:.1f} s and {SLACK} s of the lab: {times}")
        expect(partition.first.state().active, partition.first.sriov, "active slave, which the bond never moved")


@case("prober: one-way faults, a target that is down and two dead paths are told apart")
def faults_are_told_apart(partition: Partition) -> None:
    with probing(partition, first_config(partition)) as prober:
        prober.wait_verdict("healthy")
        for wire in (SRIOV_WIRE, VIRTUAL_WIRE):
            for queue in (SENT, RECEIVED):
                with dead(partition, wire, queue=queue):
                    prober.wait_verdict(BLAMES[wire])
                    crosses = {(one["from"], one.get("up")) for one in prober.status()["crosses"]}
                    sender = "sriov" if wire == SRIOV_WIRE else "virtual"
                    other = "virtual" if wire == SRIOV_WIRE else "sriov"
                    broken = sender if queue == SENT else other
                    kept = other if queue == SENT else sender
                    expect(crosses, {(broken, False), (kept, True)}, f"crosses with {wire} dead one way ({queue})")
                prober.wait_verdict("healthy")
        with dead(partition, UPLINK):
            prober.wait_verdict("target_dead")
        prober.wait_verdict("healthy")
        with dead(partition, SRIOV_WIRE, VIRTUAL_WIRE):
            prober.wait_verdict("both_dead")
        prober.wait_verdict("healthy")
        seen = set(prober.verdicts())
        expect(seen, {"healthy", "sriov_dead", "virtual_dead", "target_dead", "both_dead"}, "every verdict ever given")


@case("prober: 50 failovers raise no verdict, and a dead path is seen afterwards")
def through_failovers(partition: Partition) -> None:
    with probing(partition, first_config(partition)) as prober:
        prober.wait_verdict("healthy")
        bond = partition.first
        for count in range(50):
            bond.set_active((bond.virtual, bond.sriov)[count % 2])
            time.sleep(0.02 * (count % 5))
        expect(prober.verdicts(), ["healthy"], "verdicts during failovers")
        with dead(partition, VIRTUAL_WIRE):
            prober.wait_verdict("virtual_dead")
        expect(bond.state().active, bond.sriov, "active slave")


@case("prober: a port that comes back under another index is asked again, without any privilege")
def replug_is_asked_again(partition: Partition) -> None:
    with probing(partition, first_config(partition)) as prober:
        prober.wait_verdict("healthy")
        capabilities = partition.guest.sh(f"grep -h ^Cap /proc/{prober.daemon.pid}/status")
        expect(set(line.split()[1] for line in capabilities.splitlines() if "CapBnd" not in line), {"0" * 16}, "capabilities")
        bond = partition.first
        before = {slave["device"]: slave["ifindex"] for slave in prober.status()["slaves"]}
        bond.unplug()
        prober.wait_verdict("not_judged")
        bond.plug()
        # The kernel leaves the virtual slave with the bond's own address here, and it must not be asked from then.
        wait_until(lambda: prober.status()["doubt"] == f"{bond.virtual}: has the bond's own address", PATIENCE, "the doubt")
        partition.guest.sh(f"ip link set dev {bond.virtual} address {bond.wiring.virtual.mac}")
        prober.wait_verdict("healthy")
        after = {slave["device"]: slave["ifindex"] for slave in prober.status()["slaves"]}
        expect_true(after[bond.sriov] != before[bond.sriov], f"another index: {before}, {after}")
        bond.admin_down()
        prober.wait_verdict("not_judged")
        bond.admin_up()
        prober.wait_verdict("healthy")
        expect(sum(slave["errors"] for slave in prober.status()["slaves"]), 0, "errors")


@case("prober: without targets the default gateway is asked, in the VLAN that its route leads through")
def default_gateway_in_a_vlan(partition: Partition) -> None:
    guest = partition.guest
    with veth_bond(partition) as bond:
        guest.sh(
            f"ip link add link {bond.name} name {bond.name}.100 type vlan id 100 && ip address add 10.0.7.1/24 dev {bond.name}.100 && "
            f"ip link set {bond.name}.100 up && ip -n {PEER} link add link uplink name uplink.100 type vlan id 100 && "
            f"ip -n {PEER} address add 10.0.7.2/24 dev uplink.100 && ip -n {PEER} link set uplink.100 up && "
            f"ip route add default via 10.0.7.2 dev {bond.name}.100"
        )
        with probing(partition, path_config(bond.name, "device", SRIOV, [])) as prober:
            prober.wait_verdict("healthy")
            expect(prober.targets_asked(), {"10.0.7.2"}, "targets")
            guest.sh(f"ip -n {PEER} link set uplink.100 down")
            prober.wait_verdict("target_dead")


@case("prober: caches, the switch, a stream of 1,000 packets a second and duplicate detection are as without it")
def harms_nobody(partition: Partition) -> None:
    expect_no_harm(partition, seconds=10)


@case("prober: the same over ten minutes", long=True)
def harms_nobody_for_long(partition: Partition) -> None:
    expect_no_harm(partition, seconds=600)


def expect_no_harm(partition: Partition, seconds: int) -> None:
    guest = partition.guest
    with veth_bond(partition) as bond:
        learned = f"ip -n {PEER} neighbour show {ADDRESS} dev uplink | sed -n 's/.*lladdr \\([0-9a-f:]*\\).*/\\1/p'"
        port = f"bridge fdb show br {BRIDGE} | grep -i \"^$(cat /sys/class/net/{bond.name}/address) \" | sed 's/.*dev \\([^ ]*\\).*/\\1/' | sort -u"
        before = guest.sh(learned), guest.sh(port)
        expect_true(bool(before[0].strip()), "the neighbour knows the bond's address")
        expect(before[1].split(), [SRIOV_CABLE], "port of the bond's address before")
        with probing(partition, path_config(bond.name, "device", SRIOV, [PEER_ADDRESS])) as prober:
            prober.wait_verdict("healthy")
            # One count after the other: what arrives is read at the end of each, and its buffer has room for half a minute.
            counts = [bond.lose("lo", down_ms=1, up_ms=10_000) for _ in range(seconds // 10)]
            expect((guest.sh(learned), guest.sh(port)), before, "neighbour entry and port of the bond's address")
            expect(sum(count.lost for count in counts), 0, "packets of the stream that were lost")
            expect([count.failovers for count in counts if count.failovers], [], "failovers")
            code, said = guest.attempt(f"ip netns exec {PEER} busybox arping -D -q -c 3 -I uplink {PEER_ADDRESS}")
            expect(code, 0, f"duplicate detection of the target's own address: {said}")
            expect(prober.verdicts(), ["healthy"], "verdicts")
        wait_until(lambda: bond.state().active == SRIOV, PATIENCE, f"{SRIOV} active, {VIRTUAL} idle")


@case("prober: where the network keeps the ports apart, nobody is blamed for it, and a dead path is seen all the same")
def ports_kept_apart(partition: Partition) -> None:
    with veth_bond(partition) as bond:
        bond.keep_ports_apart()
        with probing(partition, path_config(bond.name, "device", SRIOV, [PEER_ADDRESS])) as prober:
            prober.wait_verdict("isolated")
            for active in (VIRTUAL, SRIOV):
                bond.set_active(active)
                time.sleep(4 * INTERVAL)
            expect({one.get("up") for one in prober.status()["crosses"]}, {None}, "crosses, which tell nothing here")
            expect_true(set(prober.verdicts()) <= {"healthy", "isolated"}, f"nobody is blamed: {prober.verdicts()}")
            seen = len(prober.verdicts())
            for port, verdict in ((SRIOV_CABLE, "sriov_dead"), (VIRTUAL_CABLE, "virtual_dead")):
                with bond.unplugged_from_switch(port):
                    prober.wait_verdict(verdict)
                bond.keep_ports_apart()
                prober.wait_verdict("isolated")
            # The slaves cannot hear each other, so it might as well be both paths.
            with bond.unplugged_from_switch("plug"):
                prober.wait_verdict("both_dead")
            prober.wait_verdict("isolated")
            blamed = [verdict for verdict in prober.verdicts()[seen:] if verdict not in ("healthy", "isolated")]
            expect(blamed, ["sriov_dead", "virtual_dead", "both_dead"], "verdicts that blame somebody")


@case("prober: with IPv6 alone each slave asks from its own link-local address, and the router's cache is as without it")
def ipv6_alone(partition: Partition) -> None:
    guest = partition.guest
    with veth_bond(partition) as bond:
        router = bond.speak_ipv6_alone()
        for target in (PEER_ADDRESS_V6, f"{router}%{bond.name}"):
            guest.sh(f"busybox ping -6 -q -c 2 -W 5 {target}")
        mine = [ADDRESS_V6, link_local_of(bond.state().address)]
        before = bond.neighbours_of_peer()
        expect([before.get(address) for address in mine], [bond.state().address] * 2, "what the router knows of the bond before")
        with probing(partition, path_config(bond.name, "device", SRIOV, [])) as prober:
            prober.wait_verdict("healthy")
            expect(prober.targets_asked(), {router}, "targets")
            guest.sh(f"busybox ping -6 -q -c 20 -i 0.2 -W 5 {PEER_ADDRESS_V6}")
            after = bond.neighbours_of_peer()
            expect({address: after.get(address) for address in mine}, {address: before[address] for address in mine}, "the same, after")
            idle = bond.state().slaves[VIRTUAL].address
            expect(after.get(link_local_of(idle)), idle, "what the router learned: the idle slave's own address")
            for port, verdict in ((SRIOV_CABLE, "sriov_dead"), (VIRTUAL_CABLE, "virtual_dead")):
                with bond.unplugged_from_switch(port):
                    prober.wait_verdict(verdict)
                prober.wait_verdict("healthy")
            expect(prober.verdicts(), ["healthy", "sriov_dead", "healthy", "virtual_dead", "healthy"], "verdicts")


@case("prober: one that gets no time to run blames no path for that, counts it, and sees a dead path when it has time")
def starved(partition: Partition) -> None:
    # Of a second, so that what a busy host takes from the guest is no second round within one moment of running.
    with probing(partition, first_config(partition, "1s")) as prober:
        prober.wait_verdict("healthy")
        for stopped in (1.8, 4.5):
            before = prober.overslept()
            prober.daemon.signal("STOP")
            time.sleep(stopped)
            prober.daemon.signal("CONT")
            wait_until(lambda: prober.overslept() > before, PATIENCE, f"a stop of {stopped} s is counted")
        # A starved machine starves its links, too: now the answers are missing, while the prober comes late to each round.
        prober.daemon.signal("STOP")
        before = prober.overslept()
        with dead(partition, SRIOV_WIRE):
            for _ in range(6):
                time.sleep(1.8)
                prober.run_for(milliseconds=100)
            expect_true(prober.overslept() >= before + 4, f"rounds that it was late for: {prober.overslept() - before}")
            expect(prober.verdicts(), ["healthy"], "verdicts of a prober without time")
            prober.daemon.signal("CONT")
            prober.wait_verdict("sriov_dead")
        prober.wait_verdict("healthy")


def doctors_finding(partition: Partition) -> tuple[str, str]:
    """Severity and text of D-PROBE. The doctor reads /etc/hnv/hnv.yaml and no other; the guest's /etc is the host's, read-only."""
    doctor = f"{partition.program('ctl')} doctor --check=D-PROBE --json"
    inside = f"mount -t tmpfs tmpfs /etc && mkdir /etc/hnv && cp {CONFIG_FILE} /etc/hnv/hnv.yaml && exec {doctor}"
    [finding] = json.loads(partition.guest.attempt(f"unshare -m sh -c {shlex.quote(inside)}")[1])["findings"]
    return finding["severity"], finding["seen"]


@case("prober: hnvctl status --json and hnvctl doctor know a prober that works, a dead path, and a prober that has died")
def hnvctl_knows_the_prober(partition: Partition) -> None:
    def path() -> dict[str, Any]:
        bonds = json.loads(partition.hnvctl("status --json")[1])["bonds"]
        return next(bond["path"] for bond in bonds if bond["name"] == partition.first.name)

    def answers() -> dict[str, bool]:
        return {target["role"]: target["up"] for target in path()["targets"]}

    with probing(partition, first_config(partition, "1s")) as prober:
        prober.wait_verdict("healthy")
        expect(doctors_finding(partition), ("ok", "both paths answer"), "the doctor's finding")
        expect((path()["verdict"], answers()), ("healthy", {"sriov": True, "virtual": True}), "path of hnvctl status")
        with dead(partition, VIRTUAL_WIRE):
            prober.wait_verdict("virtual_dead")
            expect(doctors_finding(partition)[0], "fail", "severity of a dead path")
            expect(answers(), {"sriov": True, "virtual": False}, "who answers")
        prober.wait_verdict("healthy")
        prober.daemon.kill()
        wait_until(lambda: doctors_finding(partition)[0] == "warn", PATIENCE, "the doctor misses the prober")
        expect_true("silent" in doctors_finding(partition)[1], f"what is missed: {doctors_finding(partition)}")
        told = path()
        expect((told["verdict"], told["age_seconds"] > 3), ("not_judged", True), f"an old verdict: {told}")
