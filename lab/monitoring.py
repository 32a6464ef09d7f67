# SPDX-License-Identifier: Apache-2.0
"""The real Prometheus and the real Alertmanager on the host's loopback, with the project's rules, and who receives the alerts."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.errors import LabError
from lab.paths import REPOSITORY
from lab.scrape import UNREACHABLE
from lab.tools import tool_command
from lab.waiting import PATIENCE, wait_until

ALERTS = REPOSITORY / "alerts"
ROUTES = ALERTS / "alertmanager.example.yml"
JOB = "hnv"

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Durations of rules and routes: what follows such a key, and what is in brackets.
DURATION = re.compile(r"(\b(?:for|interval|group_wait|group_interval|repeat_interval): |\[)(\d+)([smhd])\b")


def scaled(text: str, factor: int) -> str:
    """The same rules or routes for a world in which time runs `factor` times as fast: no duration below a second but 0."""

    def shorter(found: re.Match[str]) -> str:
        seconds = int(found[2]) * SECONDS[found[3]]
        return f"{found[1]}{max(1, round(seconds / factor)) if seconds else 0}s"

    return DURATION.sub(shorter, text)


class Server:
    """A program that listens on a port of the loopback and says on /-/ready that it is. Use it as a context manager."""

    def __init__(self, name: str, folder: Path, *arguments: str) -> None:
        self.name = name
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log_path = folder / f"{name}.log"
        *around, program = tool_command(name)
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                # As with QEMU: not to outlive a lab that was killed.
                [*around, "setpriv", "--pdeathsig", "KILL", program, f"--web.listen-address=127.0.0.1:{port}", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(self._ready, 2 * PATIENCE, f"{name} is ready")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, path: str, patience: float = PATIENCE, **parameters: str) -> Any:
        """What the API answers to a question within so many seconds."""
        query = urllib.parse.urlencode(parameters)
        return self._call(urllib.request.Request(f"{self.url}{path}" + f"?{query}" * bool(query)), patience)

    def tell(self, path: str, content: Any) -> None:
        self._call(urllib.request.Request(self.url + path, json.dumps(content).encode(), {"Content-Type": "application/json"}))

    def _call(self, request: urllib.request.Request, patience: float = PATIENCE) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=patience) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise LabError(f"{self.name} answered {error.code} to {request.full_url}: {error.read().decode(errors='replace')}") from None
        return json.loads(text) if text else None

    def _ready(self) -> bool:
        if self._process.poll() is not None:
            raise LabError(f"{self.name} ended with code {self._process.returncode} at once; see {self.log_path}")
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except UNREACHABLE:
            return False


@dataclass(frozen=True)
class Notification:
    """One alert of a message, and whom it was for."""

    receiver: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Receiver:
    """Takes what Alertmanager's webhooks send. Use it as a context manager. `hear` is called with each, on another thread."""

    def __init__(self, hear: Callable[[Notification], None] | None = None) -> None:
        self._hear = hear
        self._notifications: list[Notification] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer._take(message)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nobody reads it."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def notifications(self) -> list[Notification]:
        with self._lock:
            return list(self._notifications)

    def _take(self, message: dict[str, Any]) -> None:
        news = [Notification(message["receiver"], alert["status"], alert["labels"], alert["annotations"]) for alert in message["alerts"]]
        with self._lock:
            self._notifications += news
        if self._hear:
            for notification in news:
                self._hear(notification)


def start_alertmanager(folder: Path, receiver: str, factor: int = 1) -> Server:
    """Alertmanager with the example's routes and inhibitions; all its webhooks lead to `receiver`."""
    routes = re.sub(r"(url: )http://127\.0\.0\.1:\d+", rf"\1{receiver}", scaled(ROUTES.read_text(), factor))
    (folder / "alertmanager.yml").write_text(routes)
    return Server(
        "prometheus-alertmanager", folder, "--config.file=alertmanager.yml", "--storage.path=alertmanager-data", "--cluster.listen-address="
    )


def start_prometheus(folder: Path, target: str, alertmanager: str, factor: int = 1) -> Server:
    """Prometheus with the project's rules, which scrapes `target` and evaluates every second."""
    rules = sorted(ALERTS.glob("hnv.*.yml"))
    if not rules:
        raise LabError(f"no hnv.*.yml in {ALERTS}")
    for file in rules:
        (folder / file.name).write_text(scaled(file.read_text(), factor))
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [file.name for file in rules],
        "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": [urllib.parse.urlparse(target).netloc]}]}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [urllib.parse.urlparse(alertmanager).netloc]}]}]},
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # which is YAML, too
    return Server(
        "prometheus",
        folder,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=prometheus-data",
        "--rules.alert.resend-delay=1s",
        # Across a restart; there is none, and else a short "for" would be lengthened.
        "--rules.alert.for-grace-period=0s",
    )


@dataclass(frozen=True)
class Monitoring:
    """All of it, over one exporter."""

    prometheus: Server
    alertmanager: Server
    receiver: Receiver


@contextlib.contextmanager
def monitoring(folder: Path, target: str, factor: int, hear: Callable[[Notification], None] | None = None) -> Iterator[Monitoring]:
    """Prometheus over the exporter at `target`, Alertmanager, and who is told; `folder` keeps their logs and data."""
    folder.mkdir(exist_ok=True)
    with (
        Receiver(hear) as receiver,
        start_alertmanager(folder, receiver.url, factor) as alertmanager,
        start_prometheus(folder, target, alertmanager.url, factor) as prometheus,
    ):
        yield Monitoring(prometheus, alertmanager, receiver)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
