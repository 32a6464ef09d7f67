# SPDX-License-Identifier: Apache-2.0
"""Many bonds whose paths are fine, probed for as long as one likes: every verdict but healthy is a false one."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from lab.bench import delete_bonds, make_bonds
from lab.partition import Partition
from lab.prober import Prober
from lab.programs import Config, ManagedBond
from lab.progress import say
from lab.veth import PEER, PEER_ADDRESS
from lab.waiting import wait_until

LOOK_SECONDS = 30


def exposure(partition: Partition, bonds: int, minutes: float, load: int) -> int:
    """Print slave-hours, probes and false verdicts; 1 if there was one. `load` loops keep the guest's processor busy beside."""
    say(f"making {bonds} bonds, each before a bridge of its own with the same target")
    make_bonds(partition, bonds)
    _bridges(partition, bonds)
    path = f"{{ targets: [{PEER_ADDRESS}], interval: 1s, dead_after: 3 }}"
    managed = [ManagedBond(f"bond{number}", "device", f"a{number}") for number in range(bonds)]
    prober = Prober(partition, Config(managed, of_bond={"path": path}))
    prober.start()
    wait_until(lambda: _verdicts(prober)["healthy"] >= bonds, 120, "every bond healthy")
    before = _totals(prober)
    began = time.monotonic()
    with _busy(partition, load):
        while time.monotonic() - began < minutes * 60:
            time.sleep(LOOK_SECONDS)
            given = _verdicts(prober)
            say(f"{(time.monotonic() - began) / 60:6.1f} min  verdicts so far: {dict(given)}")
    hours = (time.monotonic() - began) / 3600
    after = _totals(prober)
    given = _verdicts(prober)
    false = sum(given.values()) - given["healthy"]
    used = {key: after[key] - before[key] for key in after}
    say(
        f"{2 * bonds * hours:.1f} slave-hours ({bonds} bonds for {hours * 60:.0f} min, {load} busy loops beside): {used['probes']} probes, "
        f"{used['probes'] - used['answers']} without an answer, {used['late_answers']} answers late, {used['overslept']} rounds overslept; "
        f"{false} false verdicts"
    )
    prober.daemon.stop()
    delete_bonds(partition, bonds)
    partition.guest.sh(f"ip netns delete {PEER}")
    # A bond that became healthy twice was something else in between.
    return 1 if false or given["healthy"] != bonds else 0


def _bridges(partition: Partition, bonds: int) -> None:
    """The far ends of each bond's cables become ports of a bridge that has the target's address, in a namespace for all of them."""
    lines = []
    for number in range(bonds):
        lines.append(f"link add br{number} type bridge")
        lines += [f"link set p{side}{number} master br{number}" for side in ("a", "b")]
        lines += [f"link set p{side}{number} up" for side in ("a", "b")]
        lines += [f"address add {PEER_ADDRESS}/24 dev br{number}", f"link set br{number} up"]
    (partition.guest.results / "bridges.batch").write_text("\n".join(lines) + "\n", encoding="utf-8")
    moves = [f"link set p{side}{number} netns {PEER}" for number in range(bonds) for side in ("a", "b")]
    (partition.guest.results / "moves.batch").write_text("\n".join(moves) + "\n", encoding="utf-8")
    partition.guest.sh(f"ip netns add {PEER} && ip -batch /mnt/moves.batch && ip -n {PEER} -batch /mnt/bridges.batch", timeout=600)


def _verdicts(prober: Prober) -> Counter[str]:
    return Counter(re.findall(r"event=verdict bond=\S+ verdict=(\w+)", prober.daemon.log()))


def _totals(prober: Prober) -> Counter[str]:
    status = prober.published()
    totals = Counter(overslept=status["overslept"], probes=0, answers=0, late_answers=0)
    for bond in status["bonds"]:
        for slave in bond["slaves"]:
            for target in slave["targets"]:
                for key in ("probes", "answers", "late_answers"):
                    totals[key] += target[key]
    return totals


@contextmanager
def _busy(partition: Partition, loops: int) -> Iterator[None]:
    for _ in range(loops):
        partition.guest.sh("(while :; do :; done) >/dev/null 2>&1 & echo $! >>/run/busy")
    try:
        yield
    finally:
        partition.guest.attempt("kill $(cat /run/busy 2>/dev/null) 2>/dev/null; rm -f /run/busy")
