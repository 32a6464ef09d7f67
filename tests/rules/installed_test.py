# SPDX-License-Identifier: Apache-2.0
"""What packaging/install/hnv-dashboards.cmake.in makes of the alerts. CTest says which build folder and which CMake."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from lab.monitoring import ALERTS
from lab.tools import tool


class InstalledTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = Path(os.environ["HNV_BUILD_DIR"]) / "packaging" / "install" / "hnv-dashboards.cmake"
        subprocess.run(
            [os.environ["HNV_CMAKE"], "-DCMAKE_INSTALL_PREFIX=/usr", "-P", str(script)],
            env=os.environ | {"DESTDIR": folder.name},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        self.installed = Path(folder.name) / "usr" / "share" / "hnv" / "alerts"

    def test_all_files_are_there_and_promtool_is_content(self) -> None:
        names = sorted(file.name for file in self.installed.iterdir())
        self.assertEqual(names, sorted(file.name for file in ALERTS.iterdir()))
        files = [str(self.installed / name) for name in ("hnv.alerts.yml", "hnv.rules.yml")]
        done = subprocess.run([tool("promtool"), "check", "rules", *files], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_names_its_runbook_in_another_place_than_the_checkout(self) -> None:
        groups = yaml.safe_load((self.installed / "hnv.alerts.yml").read_text())["groups"]
        for rule in [rule for group in groups for rule in group["rules"]]:
            url = rule["annotations"]["runbook_url"]
            self.assertTrue(url.endswith(f"/{rule['alert']}.md") and not url.startswith("docs/"), url)


if __name__ == "__main__":
    unittest.main()
