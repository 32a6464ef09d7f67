# SPDX-License-Identifier: Apache-2.0
"""Our programs in the twin, with the rights that their units give them, and what stories expect of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from lab.errors import LabError
from lab.guest import Guest
from lab.programs import EXPORTER_UID, NET_ADMIN, NOTHING, WATCHDOG_UID, Config, Daemon, confined
from lab.scrape import ExporterClient, Metrics
from lab.twin.pair import TWIN_PATIENCE
from lab.twin.timeline import LogEvent, log_events
from lab.twin.wiring import EXPORTER_PORT
from lab.waiting import wait_until

CONFIG_FILE = "/etc/hnv/hnv.yaml"
STATUS_FILE = "/run/hnv/watchdog.json"
BUILD = "/run/hnv-lab/build"

# Short, so that nobody waits; the programs' defaults are for real networks. No bonds: the firmware names them.
QUICK = {"query_quiet": "60s"}


class Programs:
    """The watchdog, the exporter and hnvctl, as their units and packages have them. Nothing runs before start()."""

    watching = True

    def __init__(self, guest: Guest, client: ExporterClient) -> None:
        self.guest = guest
        self.watchdog = Daemon(guest, "hnv-watchdog", confined(
            f"{BUILD}/watchdog/hnv-watchdog --log.format=logfmt --log.level=debug", WATCHDOG_UID, NET_ADMIN
        ))  # fmt: skip
        self.exporter = Daemon(guest, "hnv-exporter", confined(
            f"{BUILD}/exporter/hnv-exporter --web.listen-address=0.0.0.0:{EXPORTER_PORT}", EXPORTER_UID, NOTHING
        ))  # fmt: skip
        self._client = client
        guest.sh(
            "mkdir -p /etc/hnv /run/hnv/hook /run/hnv/pause /var/lib/hnv"
            f" && chown {WATCHDOG_UID}:{WATCHDOG_UID} /run/hnv /var/lib/hnv"
        )

    def start(self, settle: str = "3s", hold_down: str = "2s", migration_settle: str = "5s", **migration: str) -> None:
        """Both daemons, with no bond configured; `migration` are more keys of that part of the configuration."""
        text = Config([], "enforce", hold_down, settle, {**QUICK, "settle": migration_settle, **migration}).text()
        self.guest.sh(f"printf %s '{text}' >{CONFIG_FILE}")
        self.start_watchdog()
        self.exporter.start()
        self._wait(self.exporter, self._client.answers, "answers on /-/healthy")

    def start_watchdog(self) -> None:
        seen = len(self.events("ready"))
        self.watchdog.start()
        self._wait(self.watchdog, lambda: len(self.events("ready")) > seen, "is ready")

    def stop_watchdog(self) -> None:
        code, _ = self.watchdog.stop(TWIN_PATIENCE)
        if code != 0:
            raise AssertionError(f"hnv-watchdog ended with code {code} after SIGTERM")

    def hnvctl(self, arguments: str, timeout: float = TWIN_PATIENCE) -> tuple[int, str]:
        return self.guest.attempt(f"{BUILD}/ctl/hnvctl {arguments}", timeout)

    def memory(self) -> str:
        """What both hold by now. A page is larger than on other machines, so everything that has one of its own costs more."""
        daemons = (self.watchdog, self.exporter)
        sizes = [re.findall(r"\d+", self.guest.sh(f"grep VmRSS /proc/{daemon.pid}/status"))[0] for daemon in daemons]
        page = re.findall(r"\d+", self.guest.sh("grep -m 1 KernelPageSize /proc/self/smaps"))[0]
        held = ", ".join(f"{daemon.name} {size} KiB" for daemon, size in zip(daemons, sizes))
        return f"resident, with pages of {page} KiB: {held}"

    # --- what they say ---------------------------------------------------------------------------------------------

    def metrics(self) -> Metrics:
        return self._client.metrics(TWIN_PATIENCE)

    def events(self, name: str, since: float = 0.0, until: float = float("inf")) -> list[LogEvent]:
        """The watchdog's log lines of this event, between two moments of the guest's clock."""
        return [event for event in log_events(self.watchdog.log_path) if event.name == name and since <= event.at <= until]

    def expect(self, name: str, wanted: float | None, **labels: str) -> None:
        """The exporter says `wanted` by now or within a while (None: it does not have the metric)."""
        seen: list[float | None] = [None]

        def look() -> bool:
            seen[0] = self.metrics().value(name, **labels)
            return seen[0] == wanted

        try:
            wait_until(look, TWIN_PATIENCE, name)
        except AssertionError:
            raise AssertionError(f"{name}{labels or ''}: {seen[0]}, expected {wanted}") from None

    def expect_now(self, name: str, wanted: float, **labels: str) -> None:
        """The exporter says `wanted` already; for what must not have changed. Several samples are added up."""
        total = self.metrics().total(name, **labels)
        if total != wanted:
            raise AssertionError(f"{name}{labels or ''}: {total:g}, expected {wanted:g}")

    def expect_no_write(self, since: float, until: float, when: str) -> None:
        written = self.events("write", since, until)
        if written:
            raise AssertionError(f"{when}: the watchdog wrote: {'; '.join(str(event) for event in written)}")

    def wait_event(self, name: str, since: float = 0.0) -> None:
        """Until the watchdog has logged such a line since that moment."""
        wait_until(lambda: bool(self.events(name, since)), TWIN_PATIENCE, f"the watchdog logs {name}")

    def _wait(self, daemon: Daemon, ready: Callable[[], bool], what: str) -> None:
        def look() -> bool:
            if not daemon.running():
                raise LabError(f"{daemon.name} ended with code {daemon.exit_code()} at once:\n{daemon.log_tail()}")
            return ready()

        wait_until(look, TWIN_PATIENCE, f"{daemon.name} {what}")


class Unwatched(Programs):
    """None of our programs: the platform's part of a story by itself. Nothing is started, said or expected."""

    watching = False

    def start(self, settle: str = "", hold_down: str = "", migration_settle: str = "", **migration: str) -> None:
        pass

    def start_watchdog(self) -> None:
        pass

    def stop_watchdog(self) -> None:
        pass

    def events(self, name: str, since: float = 0.0, until: float = float("inf")) -> list[LogEvent]:
        return []

    def expect(self, name: str, wanted: float | None, **labels: str) -> None:
        pass

    def expect_now(self, name: str, wanted: float, **labels: str) -> None:
        pass

    def wait_event(self, name: str, since: float = 0.0) -> None:
        pass
