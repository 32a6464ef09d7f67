# SPDX-License-Identifier: Apache-2.0
"""What goes into which package, and what is said of it. Needs the built programs, no package and no tool of packages."""

from __future__ import annotations

import fnmatch
import functools
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import REPOSITORY

BUILD = Path(os.environ["HNV_BUILD_DIR"])
COMPONENTS = ("hnvctl", "hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-dashboards")


def installed(component: str, root: Path) -> set[str]:
    command = [os.environ["HNV_CMAKE"], "--install", str(BUILD), "--prefix", "/usr"]
    if component:
        command += ["--component", component]
    subprocess.run(command, env=os.environ | {"DESTDIR": str(root)}, stdout=subprocess.DEVNULL, check=True)
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


@functools.cache
def parts() -> dict[str, set[str]]:
    """The files of each package."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: installed(name, Path(folder, name)) for name in COMPONENTS}


class InstalledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.all = Path(folder.name, "all")
        cls.everything = installed("", cls.all)
        cls.parts = parts()

    def test_each_file_is_in_one_package(self) -> None:
        self.assertEqual(self.everything, set().union(*self.parts.values()), "a file that no package has")
        self.assertEqual(len(self.everything), sum(map(len, self.parts.values())), "a file that two packages have")

    def test_what_a_daemon_needs_is_in_its_package_or_hnvctl(self) -> None:
        for wanted in ("etc/hnv/hnv.yaml", "usr/lib/sysusers.d/hnv.conf", "usr/lib/tmpfiles.d/hnv.conf", "usr/share/man/man5/hnv.yaml.5"):
            self.assertIn(wanted, self.parts["hnvctl"])
        for name in ("hnv-watchdog", "hnv-prober", "hnv-exporter"):
            for wanted in (f"usr/sbin/{name}", f"usr/lib/systemd/system/{name}.service", f"usr/share/man/man8/{name}.8"):
                self.assertIn(wanted, self.parts[name])

    def test_every_unit_that_can_be_enabled_has_a_preset(self) -> None:
        units = self.all / "usr" / "lib" / "systemd"
        able = {file.name for file in (units / "system").iterdir() if "\n[Install]\n" in file.read_text()}
        preset = (units / "system-preset" / "89-hnv.preset").read_text()
        self.assertEqual(able, set(re.findall(r"^disable (\S+)$", preset, re.MULTILINE)))


class SpecTest(unittest.TestCase):
    """packaging/rpm/hnv.spec, for distributions that this one has not; rpmbuild stops at a file that no %files names."""

    MACROS = {
        "_unitdir": "usr/lib/systemd/system",
        "_sysusersdir": "usr/lib/sysusers.d",
        "_tmpfilesdir": "usr/lib/tmpfiles.d",
        "_presetdir": "usr/lib/systemd/system-preset",
        "_datadir": "usr/share",
        "_mandir": "usr/share/man",
        "_docdir_hnv": "usr/share/doc/hnv",
    }

    def patterns(self) -> dict[str, list[str]]:
        """Of each package, as globs below /; those of %dir end in a slash."""
        text = (REPOSITORY / "packaging" / "rpm" / "hnv.spec").read_text()
        found: dict[str, list[str]] = {}
        for name, lines in re.findall(r"^%files -n (\S+)\n(.*?)(?=^%files|^%changelog)", text, re.MULTILINE | re.DOTALL):
            for line in lines.splitlines():
                *words, path = line.split() or [""]
                if not path or "%license" in line:
                    continue
                path = re.sub(r"%\{(\w+)\}", lambda macro: self.MACROS[macro[1]], path).lstrip("/")
                found.setdefault(name, []).append(path + "/" * ("%dir" in words))
        return found

    def test_it_has_each_file_in_the_package_that_has_it_elsewhere(self) -> None:
        patterns = self.patterns()
        self.assertEqual(set(patterns), set(COMPONENTS))
        for name, files in parts().items():
            left = set(files)
            for pattern in patterns[name]:
                fits = {file for file in files if fnmatch.fnmatchcase(file, pattern) or file.startswith(pattern.rstrip("/") + "/")}
                self.assertTrue(fits, f"{name}: nothing is {pattern}")
                left -= set() if pattern.endswith("/") else fits
            self.assertEqual(sorted(left), [], f"files of {name} that the spec does not name")


class ScriptsTest(unittest.TestCase):
    def scripts(self) -> list[Path]:
        found = sorted((BUILD / "packaging" / "scripts").glob("*/*"))
        self.assertGreater(len(found), 20)
        return [file for file in found if file.name != "conffiles"]

    def test_no_script_starts_what_nobody_has_started(self) -> None:
        for file in self.scripts():
            text = file.read_text()
            self.assertNotRegex(text, r"(invoke|systemctl)( --\S+)* (start|restart|reload-or-restart|enable --now) ", str(file))
            self.assertEqual(re.findall(r"@\w+@", text), [], str(file))
            subprocess.run(["sh", "-n", str(file)], check=True)

    def test_an_upgrade_stops_nothing(self) -> None:
        for file in self.scripts():
            if "stop " in file.read_text() or "disable" in file.read_text():
                self.assertIn(file.name, ("prerm", "preun"))
                for argument in (["upgrade", "1"] if file.name == "prerm" else ["1"],):
                    # With commands that would tell: an empty PATH makes each of them an error that is printed.
                    done = subprocess.run(["/bin/sh", str(file), *argument], env={"PATH": "/nonexistent"}, capture_output=True, text=True)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), str(file))


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.text = cls.sbom()
        cls.document = json.loads(cls.text)

    @classmethod
    def sbom(cls) -> str:
        with tempfile.TemporaryDirectory() as folder:
            command = ["/usr/bin/python3", "packaging/sbom.py", "--build", str(BUILD), "--kind", "deb", "--output", folder]
            environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True)
            file, = Path(folder).glob("*.spdx.json")
            return file.read_text()

    def test_it_has_what_spdx_2_3_requires(self) -> None:
        document = self.document
        self.assertEqual((document["spdxVersion"], document["dataLicense"], document["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        self.assertRegex(document["documentNamespace"], r"^[a-z]+:[^#]+$")
        self.assertRegex(document["creationInfo"]["created"], r"^2023-11-14T22:13:20Z$")
        self.assertTrue(all(re.match(r"(Tool|Person|Organization): ", creator) for creator in document["creationInfo"]["creators"]))
        ids = [package["SPDXID"] for package in document["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for package in document["packages"]:
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            for key in ("name", "versionInfo", "downloadLocation", "licenseDeclared"):
                self.assertTrue(package[key], package)
            self.assertNotEqual(package["licenseDeclared"], "NOASSERTION", package["name"])
        for relation in document["relationships"]:
            self.assertIn(relation["relatedSpdxElement"], ids)
            self.assertIn(relation["spdxElementId"], [*ids, "SPDXRef-DOCUMENT"])

    def test_it_names_what_a_program_links(self) -> None:
        named = {one["relatedSpdxElement"] for one in self.document["relationships"] if one["spdxElementId"] == "SPDXRef-hnv-exporter"}
        shown = subprocess.run(["readelf", "-d", str(BUILD / "exporter" / "hnv-exporter")], capture_output=True, text=True, check=True).stdout
        needed = [soname for soname in re.findall(r"\(NEEDED\).*\[(.+)\.so", shown) if not soname.startswith("ld-")]
        self.assertGreater(len(needed), 3)
        for soname in needed:
            self.assertIn("SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", soname), named)

    def test_it_is_the_same_each_time(self) -> None:
        self.assertEqual(self.text, self.sbom())


class PinsTest(unittest.TestCase):
    def test_the_spec_and_the_pins_name_the_same_files(self) -> None:
        pins = re.findall(r'"[\w.+-]+\|\S+/(\S+)\|[0-9a-f]{64}"', (REPOSITORY / "cmake" / "pins.cmake").read_text())
        spec = re.findall(r"^Source[1-9]\d*:\s+(\S+)$", (REPOSITORY / "packaging" / "rpm" / "hnv.spec").read_text(), re.MULTILINE)
        self.assertGreater(len(pins), 5)
        self.assertEqual(sorted(pins), sorted(spec))


if __name__ == "__main__":
    unittest.main()
