# SPDX-License-Identifier: Apache-2.0
"""The packages themselves, made anew by scripts/package: what the distributions' own tools say of them."""

from __future__ import annotations

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.paths import REPOSITORY

NAMES = ("hnvctl", "hnv-watchdog", "hnv-prober", "hnv-exporter", "hnv-dashboards")
FLOOR = REPOSITORY / "packaging" / "rpm" / "floor.txt"
# What the RPM packages may need of another distribution, beside the symbols' versions: what each of them has under this name.
SHARED = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libnl-3.so.200", "libsystemd.so.0", "libssl.so.3", "libcrypto.so.3"}


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


class BuiltTest(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls._holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._holder.cleanup)
        cls.folder = Path(cls._holder.name)
        for kind in ("deb", "rpm"):
            cls.make(kind, cls.folder)

    @classmethod
    def make(cls, kind: str, folder: Path) -> None:
        done = subprocess.run(["scripts/package", kind, "--output", str(folder)], cwd=REPOSITORY, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)

    def debs(self) -> list[str]:
        return [str(file) for file in sorted(self.folder.glob("*.deb"))]

    def rpm(self, name: str) -> str:
        file, = self.folder.glob(f"{name}-[0-9]*.rpm")
        return str(file)

    def test_each_kind_has_all_packages(self) -> None:
        for kind, query in (("deb", ["dpkg-deb", "-f"]), ("rpm", ["rpm", "-qp", "--qf", "%{NAME}"])):
            last = ["Package"] if kind == "deb" else []
            names = {output_of(*query, str(file), *last).strip() for file in self.folder.glob(f"*.{kind}")}
            self.assertEqual(names, set(NAMES))

    def test_the_same_programs_give_the_same_bytes_again(self) -> None:
        # That the programs are the same in another folder takes two whole builds: scripts/package --reproduce.
        again = self.folder / "again"
        for kind in ("deb", "rpm"):
            self.make(kind, again)
        for file in sorted(again.iterdir()):
            self.assertEqual(file.read_bytes(), (self.folder / file.name).read_bytes(), file.name)

    def test_lintian_finds_nothing(self) -> None:
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *self.debs()], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_rpmlint_finds_nothing(self) -> None:
        rpms = [str(file) for file in self.folder.glob("*.rpm")]
        done = subprocess.run(["rpmlint", "-c", str(REPOSITORY / "packaging" / "rpm" / "rpmlint.toml"), *rpms], capture_output=True, text=True)
        self.assertIn("0 errors, 0 warnings", done.stdout)

    def test_what_is_an_operators_is_kept_at_an_upgrade(self) -> None:
        for name, file in (("hnvctl", "/etc/hnv/hnv.yaml"), ("hnv-watchdog", "/etc/drmgr.d/pmig/50-hnv")):
            deb, = self.folder.glob(f"{name}_*.deb")
            self.assertEqual(output_of("dpkg-deb", "-I", str(deb), "conffiles").split(), [file])
            self.assertEqual(output_of("rpm", "-qp", "--configfiles", self.rpm(name)).split(), [file])

    def test_rpms_need_no_more_than_the_floor_says(self) -> None:
        for line in FLOOR.read_text().splitlines():
            if line.startswith("#"):
                continue
            name, *pairs = line.split()
            floor = dict(zip(pairs[::2], pairs[1::2]))
            required = output_of("rpm", "-qp", "--requires", self.rpm(name))
            newest: dict[str, str] = {}
            for kind, version in re.findall(r"\((GLIBC|GLIBCXX|CXXABI|GCC|LIBSYSTEMD|OPENSSL)_([\d.]+)\)", required):
                newest[kind] = max(newest.get(kind, "0"), version, key=number)
            self.assertEqual(newest, floor, f"{name}: packaging/rpm/floor.txt says {floor}")
            libraries = {found for found in re.findall(r"^(lib[\w+.-]+)\(", required, re.MULTILINE)}
            self.assertLessEqual(libraries, SHARED, name)

    def test_daemons_need_hnvctl_of_their_version(self) -> None:
        for name in ("hnv-watchdog", "hnv-prober", "hnv-exporter"):
            deb, = self.folder.glob(f"{name}_*.deb")
            version = output_of("dpkg-deb", "-f", str(deb), "Version").strip()
            self.assertIn(f"hnvctl (= {version})", output_of("dpkg-deb", "-f", str(deb), "Depends"))
            self.assertIn(f"hnvctl = {version.split('-')[0]}\n", output_of("rpm", "-qp", "--requires", self.rpm(name)))

    def test_rpms_are_installed_into_a_root_as_they_say(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            rpms = [self.rpm(name) for name in NAMES]
            # Its database is empty, so that no need can be met, and there is no shell for the scripts: python3 -m lab packages runs them.
            output_of("rpm", "--root", root, "-i", "--nodeps", "--noscripts", *rpms)
            output_of("rpm", "--root", root, "-V", "--nodeps", *NAMES)
            self.assertTrue(Path(root, "usr/lib/systemd/system/hnv-watchdog.service").is_file())
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", "hnv-watchdog.service", "hnv-exporter.service"],
                                  capture_output=True, text=True)  # fmt: skip
            self.assertNotRegex(done.stderr, r"hnv-\S+:\d+: ", done.stderr)

    def test_debs_and_rpms_have_the_same_files(self) -> None:
        for name in NAMES:
            deb, = self.folder.glob(f"{name}_*.deb")
            listed = subprocess.run(["dpkg-deb", "-c", str(deb)], capture_output=True, text=True, check=True).stdout
            ours = {line.split()[5].lstrip(".") for line in listed.splitlines() if not line.endswith("/")}
            theirs = set(output_of("rpm", "-qpl", self.rpm(name)).split())
            of_debian = re.compile(r"/usr/share/(lintian|doc/hnv(ctl|-watchdog|-exporter|-dashboards))/")
            ours = {path for path in ours if not of_debian.match(path)}
            self.assertEqual(ours - theirs, set(), name)


if __name__ == "__main__":
    unittest.main()
