# SPDX-License-Identifier: Apache-2.0
"""docs/fleet.md's agents and a central store, as two real Prometheus run them: the agent by the document's own configuration."""

from __future__ import annotations

import http.server
import json
import re
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any

import yaml

from lab.fleet.replay import Replay, page_of
from lab.monitoring import ALERTS, JOB, Server, scaled
from lab.paths import REPOSITORY
from lab.waiting import PATIENCE, wait_until

PAGE = REPOSITORY / "tests" / "unit" / "exporter" / "golden" / "full.prom"
BY_FILE, BY_HTTP = "lpar1", "lpar2"
FASTER = 60  # the rules' minutes are seconds here


def documented(name: str) -> dict[str, Any]:
    """The configuration in docs/fleet.md that begins with the comment `name`."""
    found = re.search(rf"```yaml\n# {re.escape(name)}\n(.*?)```", (REPOSITORY / "docs" / "fleet.md").read_text(), re.DOTALL)
    assert found, f"docs/fleet.md has no {name}"
    config: dict[str, Any] = yaml.safe_load(found[1])
    return config


class Inventory:
    """Answers http_sd_configs as the document says that one must. Use it as a context manager."""

    def __init__(self, groups: list[Any]) -> None:
        content = json.dumps(groups).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class AgentTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.replay = self.enterContext(Replay({name: page_of(PAGE.read_text()) for name in (BY_FILE, BY_HTTP)}))

    def group(self, name: str) -> dict[str, Any]:
        """`name` in a list of targets; all of them are served by one process here."""
        return {"targets": [self.replay.address], "labels": {"instance": f"{name}:10468", "__metrics_path__": f"/{name}"}}

    def store(self) -> Server:
        files = []
        for name in ("hnv.alerts.yml", "hnv.rules.yml"):
            (self.folder / name).write_text(scaled((ALERTS / name).read_text(), FASTER))
            files.append(name)
        (self.folder / "store.yml").write_text(yaml.safe_dump({"global": {"evaluation_interval": "1s"}, "rule_files": files}))
        return self.enterContext(
            Server(
                "prometheus",
                self.folder,
                "--config.file=store.yml",
                "--storage.tsdb.path=store",
                "--web.enable-remote-write-receiver",
                "--query.lookback-delta=5s",
            )
        )

    def agent(self, store: Server, inventory: Inventory) -> Server:
        config = documented("agent.yml")
        config["global"]["scrape_interval"] = "1s"
        (self.folder / "hnv").mkdir()
        (self.folder / "hnv" / "north.json").write_text(json.dumps([self.group(BY_FILE)]))
        (job,) = config["scrape_configs"]
        for discovery in job["file_sd_configs"]:
            discovery["files"] = [file.replace("/etc/prometheus/", "") for file in discovery["files"]]
        job["http_sd_configs"] = [{"url": inventory.url, "refresh_interval": "1s"}]
        (remote,) = config["remote_write"]
        remote["url"] = f"{store.url}/api/v1/write"
        (self.folder / "agent.yml").write_text(yaml.safe_dump(config))
        folder = self.folder / "agent"
        folder.mkdir()
        return self.enterContext(
            Server(
                "prometheus",
                folder,
                f"--config.file={self.folder / 'agent.yml'}",
                "--enable-feature=agent",
                f"--storage.agent.path={folder}",
            )
        )

    def wait_value(self, store: Server, query: str, wanted: float) -> None:
        seen: list[Any] = []

        def look() -> bool:
            seen[:] = store.ask("/api/v1/query", query=query)["data"]["result"]
            return [float(found["value"][1]) for found in seen] == [wanted]

        try:
            wait_until(look, 2 * PATIENCE, query)
        except Exception as error:
            raise AssertionError(f"{query} is {seen}, not {wanted}") from error

    def test_a_site_reaches_the_store_by_its_agent_and_is_missed_when_that_is_gone(self) -> None:
        store = self.store()
        with Inventory([self.group(BY_HTTP)]) as inventory:
            agent = self.agent(store, inventory)
            self.wait_value(store, f'count(up{{job="{JOB}", site="north"}} == 1)', 2)
        # The rules run in the store, and find what is wrong with the second bond of each.
        self.wait_value(store, f'job:hnv_bond_sriov_active:count{{job="{JOB}"}}', 4)
        self.wait_value(store, f'job:hnv_bond_sriov_active:sum{{job="{JOB}"}}', 2)
        self.wait_value(store, 'count(count by (instance) (ALERTS{alertname="HnvMacConflict"}))', 2)
        # The inventory is down by now, and its list is in force.
        self.wait_value(store, f'up{{job="{JOB}", instance="{BY_HTTP}:10468"}}', 1)
        agent.close()
        self.wait_value(store, f'absent(up{{job="{JOB}", site="north"}})', 1)


if __name__ == "__main__":
    unittest.main()
