# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/fleet.md, from what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from lab.fleet.measure import Disk, Load, QueryTime, percentile
from lab.fleet.record import Recorded, largest_families, series

# A block of two hours is what Prometheus writes first.
BLOCK_SECONDS = 7200
DAY = 86400
EXTRAPOLATED = 10_000
FAMILIES = 8
OWN_SERIES = 5  # that Prometheus adds to each target: up, scrape_...


@dataclass(frozen=True)
class Result:
    recorded: Recorded
    targets: int
    window: float
    scrape_seconds: int
    rules: dict[str, list[float]]
    load: Load
    many: list[QueryTime]
    few: list[QueryTime]
    one: list[QueryTime]
    disk: Disk
    load_average: tuple[float, float, float]


def report(result: Result) -> str:
    parts = [_machine(result), _cardinality(result), _held(result), _rules(result), _queries(result), _extrapolation(result)]
    return "\n\n".join(parts) + "\n"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *("| " + " | ".join(row) + " |" for row in rows)]
    return "\n".join(lines)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.1f}"


def _machine(result: Result) -> str:
    return (
        f"{result.targets:,} targets of two bonds, scraped every {result.scrape_seconds} s for {result.window:.0f} s; load average of the"
        f" machine at the end {', '.join(f'{value:.1f}' for value in result.load_average)}"
    )


def _cardinality(result: Result) -> str:
    counts = {bonds: series(page) for bonds, page in result.recorded.by_bonds.items()}
    families = largest_families(result.recorded.by_bonds[1], FAMILIES)
    return (
        _table(["bonds", "series", "bytes of a page"], [[str(n), str(counts[n]), f"{len(p):,}"] for n, p in result.recorded.by_bonds.items()])
        + "\n\n"
        + _table(["of one bond, the largest", "series"], [[f"`{name}`", str(count)] for name, count in families])
    )


def _held(result: Result) -> str:
    load, disk = result.load, result.disk
    return _table(
        ["held", ""],
        [
            ["series", f"{load.series:,.0f}"],
            ["samples a second", f"{load.series / result.scrape_seconds:,.0f}"],
            ["resident memory", f"{load.resident_bytes / 2**20:,.0f} MiB, {load.resident_bytes / load.series:,.0f} bytes a series"],
            ["CPU", f"{load.cpu_seconds:.0f} s so far"],
            ["a scrape", f"p50 {_ms(load.scrape_p50)} ms, p99 {_ms(load.scrape_p99)} ms"],
            ["rule evaluations missed", f"{load.missed_evaluations:.0f}"],
            ["a block on disk", f"{disk.samples:,} samples of {disk.series:,} series"],
            ["its chunks", f"{disk.chunk_bytes:,} bytes, {disk.chunk_bytes / disk.samples:.2f} a sample"],
            ["its index", f"{disk.index_bytes:,} bytes, {disk.index_bytes / disk.series:.0f} a series"],
        ],
    )


def _rules(result: Result) -> str:
    rows = sorted(result.rules.items(), key=lambda entry: -percentile(entry[1], 0.5))
    return _table(
        ["rule", "p50 ms", "p99 ms", "evaluations"],
        [[f"`{name}`", _ms(percentile(seconds, 0.5)), _ms(percentile(seconds, 0.99)), str(len(seconds))] for name, seconds in rows],
    )


def _queries(result: Result) -> str:
    rows = []
    for many, few in zip(result.many, result.few, strict=True):
        rows.append(
            [
                many.query.panel + ("" if many.query.instant else " (range)"),
                _ms(percentile(many.seconds, 0.5)),
                _ms(percentile(many.seconds, 0.99)),
                _ms(percentile(few.seconds, 0.5)),
                f"{many.samples:,}",
                str(many.series),
            ]
        )
    fleet = _table(["fleet: panel", "p50 ms", "p99 ms", "p50 ms of 100", "samples read", "series"], rows)
    dear = sorted(result.one, key=lambda entry: -percentile(entry.seconds, 0.5))
    worst = [
        [f"{found.query.dashboard}: {found.query.panel}", _ms(percentile(found.seconds, 0.5)), _ms(percentile(found.seconds, 0.99))]
        for found in dear[:3]
    ]
    one = _table([f"of one partition, the slowest of {len(dear)}", "p50 ms", "p99 ms"], worst)
    return f"{fleet}\n\n{one}"


def _extrapolation(result: Result) -> str:
    """In a straight line from what was measured; docs/fleet.md says where that is known to hold."""
    load, disk = result.load, result.disk
    times = EXTRAPOLATED / result.targets
    rate = times * load.series / result.scrape_seconds
    samples_of_a_block = BLOCK_SECONDS / result.scrape_seconds
    bytes_a_sample = disk.chunk_bytes / disk.samples + disk.index_bytes / disk.series / samples_of_a_block
    rules = sum(sum(seconds) for seconds in result.rules.values()) / result.window
    return _table(
        [f"{EXTRAPOLATED:,} partitions", "", "arithmetic"],
        [
            ["series", f"{times * load.series:,.0f}", f"{load.series:,.0f} x {times:.0f}"],
            ["samples a second", f"{rate:,.0f}", f"series / {result.scrape_seconds} s"],
            ["memory", f"{times * load.resident_bytes / 2**30:.1f} GiB", f"{load.resident_bytes / 2**20:,.0f} MiB x {times:.0f}"],
            ["bytes a sample", f"{bytes_a_sample:.2f}", f"chunks + index a series / {samples_of_a_block:.0f} samples in two hours"],
            ["disk a day", f"{rate * DAY * bytes_a_sample / 1e9:,.0f} GB", f"samples a second x {DAY:,} x bytes a sample"],
            ["all rules", f"{times * rules:.2f} processors", f"{rules:.3f} s of evaluation a second x {times:.0f}"],
        ],
    )
