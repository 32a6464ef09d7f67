# SPDX-License-Identifier: Apache-2.0
"""What hcnmgr and NetworkManager leave undone and the watchdog repairs, beside them."""

from __future__ import annotations

from lab.twin.lpar import LogicalPartition
from lab.twin.pair import TWIN_PATIENCE
from lab.twin.stories.registry import Twin, bring_up, story

# A script that writes the primary in the moment in which the watchdog says that it writes: what hcnmgr does, at its worst time.
RIVAL = """exec 3< <(exec tail -n 0 -f /mnt/hnv-watchdog.log)
while read -r -u 3 line; do
  case $line in *" event=write "*) echo {port} >/sys/class/net/{bond}/bonding/primary; echo rival wrote; break ;; esac
done"""


@story("stranded without a primary, and empty after NetworkManager's restart: repaired by the watchdog, and by nobody else")
def stranded(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        bring_up(lpar)
        programs.stop_watchdog()
        lpar.hmc.note("the primary is cleared by hand, and the link flaps")
        pair.clear_primary()
        pair.flap()
        pair.stays_active(pair.virtual, 5)
        if not programs.watching:
            pair.set_primary(pair.sriov)
        programs.start_watchdog()
        pair.wait_whole(primary=pair.sriov)
        programs.expect("hnv_bond_failovers_total", 1, bond=pair.name, direction="to_sriov", cause="watchdog")

        programs.stop_watchdog()
        pair.start_pings()
        pair.clear_primary()
        lpar.restart_network_manager()
        pair.wait_whole(primary="")
        if not programs.watching:
            pair.set_primary(pair.sriov)
        programs.start_watchdog()
        pair.wait_whole(primary=pair.sriov)
        twin.remark(f"NetworkManager restarts, the primary is set: {pair.stop_pings()}")


@story("hcnmgr writes the primary in the moment in which the watchdog does: one write each, and no quarrel")
def same_second(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        bring_up(lpar)
        programs.stop_watchdog()
        for moving in (False, True):
            pair.clear_primary()
            if moving:
                pair.flap()
            began = lpar.now
            _race(lpar)
            pair.wait_whole(primary=pair.sriov)
            lpar.guest.sh("sleep 5")
            written = programs.events("write", began)
            if programs.watching and (len(written) != 1 or len(programs.events("restored", began)) != 1):
                raise AssertionError(f"one write and its confirmation were expected: {'; '.join(map(str, written)) or 'none'}")
            if programs.events("restore_failed", began):
                raise AssertionError("the watchdog takes its write for a failure")
            programs.stop_watchdog()


def _race(lpar: LogicalPartition) -> None:
    pair, programs = lpar.pair, lpar.programs
    if not programs.watching:
        pair.set_primary(pair.sriov)
        return
    script = RIVAL.format(port=pair.sriov, bond=pair.name)
    (lpar.guest.results / "rival").write_text(script)
    lpar.guest.sh("start_daemon rival-of-hnv 'bash /mnt/rival'")
    programs.start_watchdog()
    lpar.guest.sh("daemon_exit rival-of-hnv", TWIN_PATIENCE)


@story("hnvctl persist puts the primary into the profile: nothing is detached, nothing is lost, and a restart brings it back")
def persist(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair, programs = lpar.pair, lpar.programs
        bring_up(lpar)
        pair.start_pings()
        began = lpar.now
        if programs.watching:
            code, said = programs.hnvctl(f"persist {pair.name}")
            if code != 0:
                raise AssertionError(f"hnvctl persist ended with code {code}: {said}")
        else:
            lpar.guest.sh(
                f"nmcli connection modify {pair.name} +bond.options primary={pair.sriov} && nmcli device reapply {pair.name}",
                TWIN_PATIENCE,
            )
        stored = lpar.guest.sh(f"nmcli -g bond.options connection show {pair.name}", TWIN_PATIENCE)
        if f"primary={pair.sriov}" not in stored:
            raise AssertionError(f"the profile of {pair.name} has no primary: {stored}")
        programs.stop_watchdog()
        pair.wait_whole(primary=pair.sriov)
        detached = lpar.bond_samples(pair, began, lambda ports: ports != {pair.sriov, pair.virtual})
        if detached:
            raise AssertionError(f"a port was detached: {detached[0].text}")
        pings = pair.stop_pings()
        twin.remark(f"hnvctl persist: {pings}")
        if pings.lost > 1:
            raise AssertionError(f"hnvctl persist: {pings}")
        # From the profile alone: the bond is made anew, and the watchdog is not there.
        lpar.guest.sh(f"nmcli connection down {pair.name} && nmcli connection up {pair.name}", TWIN_PATIENCE)
        pair.wait_whole(primary=pair.sriov)
