# SPDX-License-Identifier: Apache-2.0
"""What hnvctl says of a partition whose pair hcnmgr and NetworkManager have made."""

from __future__ import annotations

import json
from typing import Any

from lab.twin.lpar import LogicalPartition
from lab.twin.stories.registry import Twin, bring_up, story

# Each source has two seconds on a real machine; under emulation all of them take their time.
PATIENCE = 300.0


@story("the doctor knows the pair and its bond, and ready names what is in the way of a migration")
def doctor(twin: Twin) -> None:
    with twin.partition() as lpar:
        pair = lpar.pair
        bring_up(lpar)
        if not lpar.programs.watching:
            return
        report = _answer(lpar, "doctor --json", {0, 1, 2})
        # hcnmgr has just made the bond: whatever the emulated machine lacks, its own settings are right.
        for check in ("D-PAIR", "D-NAME", "D-OPTS", "D-MAC", "D-COUNT"):
            bad = [finding for finding in _findings(report, check) if finding["severity"] == "fail"]
            if bad or not _findings(report, check):
                raise AssertionError(f"{check} of a bond that hcnmgr has made: {bad or 'nothing is said'}")
        # RSCT is not part of the twin, so that nobody hears the HMC.
        ready = _answer(lpar, "ready --json", {3})
        bond = _only([bond for bond in ready["bonds"] if bond["name"] == pair.name], pair.name)
        if bond["ready"] is not False or "no_rmc" not in bond["reasons"]:
            raise AssertionError(f"{pair.name} without IBM.DRM: {bond}")
        if {"no_bond", "no_backup", "backup_down", "mac_conflict", "fail_over_mac"} & set(bond["reasons"]):
            raise AssertionError(f"{pair.name} is whole, and ready says: {bond}")
        twin.remark(f"doctor: {report['counts']}; ready: {', '.join(bond['reasons'])}")


def _answer(lpar: LogicalPartition, command: str, codes: set[int]) -> dict[str, Any]:
    code, said = lpar.programs.hnvctl(command, PATIENCE)
    if code not in codes:
        raise AssertionError(f"hnvctl {command} ended with code {code}: {said}")
    answer: dict[str, Any] = json.loads(said)
    return answer


def _findings(report: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [finding for finding in report["findings"] if finding["id"] == check]


def _only(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    if len(found) != 1:
        raise AssertionError(f"hnvctl ready names {name} {len(found)} times")
    return found[0]
