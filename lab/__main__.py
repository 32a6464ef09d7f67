# SPDX-License-Identifier: Apache-2.0
"""The lab's command line.

Exit codes: 0 done, 1 a check failed, 2 the lab could not run (the message says what to do), 130 interrupted.
"""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from lab import soak, suite
from lab.bench import bench
from lab.errors import LabError
from lab.fast import fast
from lab.fleet.run import fleet
from lab.exposure import exposure
from lab.image import ensure_image
from lab.packages import suite as packages
from lab.partition import Partition
from lab.peers import peers
from lab.playground import Playground
from lab.programs import Build, ManagedBond
from lab.probe import probe
from lab.progress import RED, paint, say
from lab.realhost import RealHost, active_backup_bonds, require_root_for, sriov_slave
from lab.record import record
from lab.story import Story
from lab.twin import suite as twin

EXAMPLES = """examples:
  scripts/run                          the programs on a real bond: this host's, or the lab guest's
  scripts/run --demo                   the problem and its repair, told by itself; exit code 0 if the traffic came back
  scripts/run --stack                  the lab guest, and Prometheus and Alertmanager with our rules beside it
  scripts/run --lab                    the lab guest even if this host has a bond
  scripts/run --mode enforce           on this host's bond: repair it (needs root); default there: observe
  python3 -m lab image                 fetch and unpack the guest's kernel, nothing else
  python3 -m lab shell                 a root shell in a guest with the bond
  python3 -m lab suite --help          the guest test suite
  python3 -m lab twin --help           the stories on an emulated Power partition
  python3 -m lab packages --help       the packages' life on a Debian with systemd
  python3 -m lab soak --help           random changes for half an hour, under sanitizers
  python3 -m lab record                record the kernel's messages anew for tests/golden
  python3 -m lab bench                 the numbers of docs/performance.md that need a real bond (10 minutes)
  python3 -m lab peers                 a scrape beside node_exporter's (20 minutes)
  python3 -m lab probe                 how soon a dead path is seen (10 minutes)
  python3 -m lab fast                  lost packets with and without fast failover (3 minutes)
  python3 -m lab fleet                 what a thousand partitions cost a Prometheus (15 minutes)
"""


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="python3 -m lab", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = result.add_subparsers(dest="verb", required=True, metavar="run | image | shell | suite | twin | packages | soak | record | bench | peers | fast | probe | fleet")
    run = verbs.add_parser("run", prog="scripts/run", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    run.add_argument("--demo", action="store_true", help="play the story of the problem and its repair, then quit")
    run.add_argument(
        "--stack", action="store_true", help="the lab guest, watched by Prometheus and Alertmanager with our rules, on free ports of the loopback"
    )
    run.add_argument("--lab", action="store_true", help="use the lab guest even if this host has an active-backup bond")
    run.add_argument("--preset", default="release", help="CMake preset whose programs are run (default: %(default)s)")
    run.add_argument("--mode", choices=("observe", "repair", "enforce"), help="default: observe on this host's bond, enforce in the lab")
    run.add_argument("--settle", help="quiet time after a change of membership (default: 15s on this host's bond, 3s in the lab)")
    run.add_argument("--hold-down", help="health before traffic is moved (default: 10s on this host's bond, 2s in the lab)")
    run.add_argument("--sriov", metavar="DEVICE", help="this host's bond: its SR-IOV slave, if it cannot be told by its bus")
    image = verbs.add_parser("image", help="fetch and unpack the guest's kernel")
    image.add_argument("--rebuild", action="store_true", help="even if it is there already")
    verbs.add_parser("shell", help="a root shell in a guest with the bond")
    numbers = verbs.add_parser("bench", help="measure on the guest's bond, beside yardsticks")
    numbers.add_argument("--preset", default="release", help="CMake preset whose programs are measured (default: %(default)s)")
    numbers.add_argument("--rounds", type=int, default=50, help="cycles with and without the watchdog (default: %(default)s)")
    beside = verbs.add_parser("peers", help="measure a scrape beside node_exporter's")
    beside.add_argument("--preset", default="release", help="CMake preset whose programs are measured (default: %(default)s)")
    beside.add_argument("--largest", type=int, default=400, help="leave sizes with more bonds out (default: %(default)s)")
    paths = verbs.add_parser("probe", help="measure how soon hnv-prober sees that a path died")
    paths.add_argument("--preset", default="release", help="CMake preset whose programs are measured (default: %(default)s)")
    paths.add_argument("--trials", type=int, default=100, help="of each slave's path (default: %(default)s)")
    paths.add_argument("--interval-ms", type=int, default=200, help="between two probes (default: %(default)s)")
    paths.add_argument(
        "--exposure", type=float, metavar="MINUTES", help="instead: probe many sound paths once a second for so long, and count false verdicts"
    )
    paths.add_argument("--bonds", type=int, default=64, help="for --exposure, of two slaves each (default: %(default)s)")
    paths.add_argument("--load", type=int, default=0, help="for --exposure: busy loops beside the prober (default: %(default)s)")
    losses = verbs.add_parser("fast", help="count the packets that a lost carrier costs, with and without fast failover")
    losses.add_argument("--preset", default="release", help="CMake preset whose programs are measured (default: %(default)s)")
    losses.add_argument("--cycles", type=int, default=100, help="cycles of each kind (default: %(default)s)")
    losses.add_argument("--miimon", type=int, default=100, help="milliseconds between two looks of the kernel's (default: %(default)s)")
    many = verbs.add_parser("fleet", help="measure a Prometheus that watches a fleet, with our exposition replayed; the tables of docs/fleet.md")
    many.add_argument("--preset", default="release", help="CMake preset whose exporter is recorded (default: %(default)s)")
    many.add_argument("--targets", type=int, default=1000, help="partitions of two bonds, at least 100 (default: %(default)s)")
    many.add_argument("--minutes", type=float, default=10, help="how long they are scraped; some 5 more for the rest (default: %(default)s)")
    golden = verbs.add_parser("record", help="record the kernel's messages for tests/golden")
    golden.add_argument("--preset", default="release", help="CMake preset whose recorder is used (default: %(default)s)")
    verbs.add_parser("suite", help="the guest test suite", add_help=False)
    verbs.add_parser("twin", help="the stories on an emulated Power partition", add_help=False)
    verbs.add_parser("packages", help="the packages' life on a Debian with systemd", add_help=False)
    verbs.add_parser("soak", help="random changes for a long time, under sanitizers", add_help=False)
    return result


def main(arguments: list[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    if arguments[:1] == ["suite"]:
        return suite.main(arguments[1:])
    if arguments[:1] == ["soak"]:
        return soak.main(arguments[1:])
    if arguments[:1] == ["twin"]:
        return twin.main(arguments[1:])
    if arguments[:1] == ["packages"]:
        return packages.main(arguments[1:])
    options = parser().parse_args(arguments)
    try:
        if options.verb == "image":
            image = ensure_image(options.rebuild)
            say(f"guest kernel: Linux {image.release}, in {image.kernel.parent}")
            return 0
        if options.verb == "shell":
            return shell()
        if options.verb == "bench":
            with suite.booted(ensure_image(), Build.of_preset(options.preset), "bench") as partition:
                return bench(partition, options.rounds)
        if options.verb == "peers":
            with suite.booted(ensure_image(), Build.of_preset(options.preset), "peers", own_time=True) as partition:
                return peers(partition, options.largest)
        if options.verb == "probe":
            with suite.booted(ensure_image(), Build.of_preset(options.preset), "probe") as partition:
                if options.exposure:
                    return exposure(partition, options.bonds, options.exposure, options.load)
                return probe(partition, options.trials, options.interval_ms)
        if options.verb == "fast":
            with suite.booted(ensure_image(), Build.of_preset(options.preset), "fast", own_time=True) as partition:
                return fast(partition, options.cycles, options.miimon)
        if options.verb == "fleet":
            return fleet(options.targets, options.minutes, options.preset)
        if options.verb == "record":
            with suite.booted(ensure_image(), Build.of_preset(options.preset), "record") as partition:
                return record(partition)
        return run(options)
    except (LabError, AssertionError) as error:
        say(f"{paint('error', RED)}: {error}")
        return 2
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130


def run(options: argparse.Namespace) -> int:
    build = Build.of_preset(options.preset)
    build.require()
    if options.stack and options.demo:
        raise LabError("--demo tells its story by itself; leave out --demo or --stack")
    in_lab = options.lab or options.demo or options.stack
    bonds = [] if in_lab else active_backup_bonds()
    if bonds:
        mode = options.mode or "observe"
        say(f"This host has {', '.join(bond.name for bond in bonds)}: running on it in mode {mode}. (scripts/run --lab uses a guest.)")
        require_root_for(mode)
        managed = [ManagedBond(bond.name, "device", options.sriov) for bond in bonds if options.sriov in bond.slaves]
        if options.sriov and not managed:
            raise LabError(f"{options.sriov} is a slave of no active-backup bond here; see /proc/net/bonding")
        managed = managed or [sriov_slave(bond) for bond in bonds]
        return RealHost(build, managed, mode, options.settle or "15s", options.hold_down or "10s").run()
    if not in_lab:
        say("This host has no active-backup bond: using the lab guest, with a real bond on the distribution's own kernel.")
    # Short, so that nobody waits; the programs' defaults are for real networks.
    settle, hold_down = options.settle or "3s", options.hold_down or "2s"
    image = ensure_image()
    with suite.booted(image, build, "demo" if options.demo else "run") as partition:
        if options.demo:
            return Story(partition, settle, hold_down).tell()
        return Playground(partition, options.mode or "enforce", settle, hold_down, options.stack).run()


def shell() -> int:
    """Lines in, output out; enough to look around in a guest."""
    with suite.booted(ensure_image(), None, "shell") as partition:
        partition.first.create()
        say("The bond is bond191554c8. One command a line; end with Ctrl-D.")
        return _converse(partition)


def _converse(partition: Partition) -> int:
    while True:
        try:
            line = input("guest# ")
        except EOFError:
            return 0
        code, output = partition.guest.attempt(line, timeout=600)
        say(output + (f"\n(code {code})" if code else ""))


def _leave(number: int, frame: FrameType | None) -> None:
    # As an exception, so that every "with" and "finally" on the way out is run.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
