# SPDX-License-Identifier: Apache-2.0
"""An apt of the lab's own, for packages of another architecture: its lists, cache and package state lie in the lab's folder.

The system's apt would have to be told of the foreign architecture, and would then refuse libraries whose native version differs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.progress import step

HOST_ETC = Path("/etc/apt")
UNAVAILABLE = """cannot get {architecture} packages: {reason}
  What to do, one of:
    - see that this machine reaches the mirror named in /etc/apt (a Debian one has {architecture}), and repeat;
    - copy build/lab from a machine where this has worked, or point HNV_LAB_DIR at such a folder."""

Stanza = dict[str, str]


@dataclass(frozen=True)
class Release:
    """One package in the version that apt would take."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}_{self.version}"

    @property
    def file_prefix(self) -> str:
        return f"{self.name}_{self.version.replace(':', '%3a')}_"


class PrivateApt:
    """apt-get and apt-cache for `architecture` with everything they keep below `folder`. Not safe for two users at once."""

    def __init__(self, folder: Path, architecture: str) -> None:
        self.folder = folder
        self.architecture = architecture
        self.archives = folder / "cache" / "archives"
        self._refreshed = False
        for tool in ("apt-get", "dpkg-deb"):
            if not shutil.which(tool):
                raise self._unavailable(f"{tool} is not here; foreign packages can be unpacked on Debian only")

    def plan(self, packages: tuple[str, ...]) -> list[Release]:
        """`packages` and all that they depend on, without what they only recommend."""
        simulated = self._fresh("apt-get", "-qq", "-y", "--no-install-recommends", "-s", "install", *packages)
        return [Release(*found) for found in re.findall(r"^Inst (\S+) \((\S+) ", simulated, re.MULTILINE)]

    def fetch(self, releases: list[Release]) -> list[Path]:
        """The files of a plan, from the cache where they are there already."""
        exact = [f"{release.name}={release.version}" for release in releases]
        self._fresh("apt-get", "-qq", "-y", "--no-install-recommends", "-d", "install", *exact)
        return [next(self.archives.glob(f"{release.file_prefix}*.deb")) for release in releases]

    def download(self, packages: tuple[str, ...], folder: Path) -> None:
        """The files of `packages` alone."""
        folder.mkdir(parents=True, exist_ok=True)
        self._fresh("apt-get", "-qq", "download", *packages, cwd=folder)

    def candidate(self, package: str) -> Release:
        shown = self._fresh("apt-cache", "policy", package)
        found = re.search(r"Candidate: (\S+)", shown)
        if not found or found.group(1) == "(none)":
            raise self._unavailable(f"apt knows no package {package}")
        return Release(package, found.group(1))

    def dependencies(self, package: str) -> list[str]:
        return re.findall(r"Depends: ([^\s<]+)", self._fresh("apt-cache", "depends", package))

    def _fresh(self, *command: str, cwd: Path | None = None) -> str:
        """Output of `command`; if it fails, once more with lists of today (old ones name what mirrors no longer have)."""
        if not any((self.folder / "state" / "lists").glob("*_Packages*")):
            self._refresh()
        done = self._run(*command, cwd=cwd)
        if done.returncode != 0 and not self._refreshed:
            self._refresh()
            done = self._run(*command, cwd=cwd)
        if done.returncode != 0:
            raise self._unavailable(_last_error(done.stdout))
        return done.stdout

    def _refresh(self) -> None:
        sources = [stanza for text in _host_stanzas() for stanza in [_for_any_architecture(text)] if stanza]
        if not sources:
            raise self._unavailable(f"no deb source in {HOST_ETC}")
        with step(f"package lists for {self.architecture}"):
            self._configure(sources)
            done = self._update()
            if done.returncode != 0:
                # Mirrors of the security archive often carry the main architectures only.
                self._configure([kept for stanza in sources for kept in [_without_security(stanza)] if kept])
                done = self._update()
            if done.returncode != 0:
                raise self._unavailable(_last_error(done.stdout))
        self._refreshed = True
        self._run("apt-get", "-qq", "autoclean")

    def _update(self) -> subprocess.CompletedProcess[str]:
        # Errors count here: by default apt-get ends with 0 although no mirror answered.
        return self._run("apt-get", "-qq", "-o", "APT::Update::Error-Mode=any", "update")

    def _configure(self, sources: list[Stanza]) -> None:
        for part in ("etc", "state/lists/partial", "cache/archives/partial", "log"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        stanzas = ("\n".join(f"{key}: {value}" for key, value in stanza.items()) for stanza in sources)
        (self.folder / "etc" / "lab.sources").write_text("\n\n".join(stanzas) + "\n")
        (self.folder / "status").touch()
        settings = {
            "APT::Architecture": self.architecture,
            "APT::Sandbox::User": "root",  # apt's own user may not be able to enter the lab's folder
            "Dir::Etc::Parts": "/dev/null",  # the host's settings include what to do after an update of the host
            "Dir::Etc::Main": "/dev/null",
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": str(self.folder / "etc"),
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": str(self.folder / "state"),
            "Dir::State::Status": str(self.folder / "status"),
            "Dir::Cache": str(self.folder / "cache"),
            "Dir::Log": str(self.folder / "log"),
        }
        lines = [f'{key} "{value}";' for key, value in settings.items()]
        lines.append(f'APT::Architectures {{ "{self.architecture}"; }};')
        # Proxies and the like are the host's.
        lines += _host_settings("Acquire")
        lines += ["#clear Acquire::Languages;", 'Acquire::Languages { "none"; };']
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")

    def _run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C"}
        return subprocess.run(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def _unavailable(self, reason: str) -> LabError:
        return LabError(UNAVAILABLE.format(architecture=self.architecture, reason=reason))


def _last_error(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith("E: ")] or output.strip().splitlines() or ["apt-get failed"]
    return lines[0].removeprefix("E: ")


def _host_settings(group: str) -> list[str]:
    shown = subprocess.run(["apt-config", "dump", "--format", '%F "%v";%n', group], stdout=subprocess.PIPE, text=True)
    return [line for line in shown.stdout.splitlines() if "::IndexTargets::" not in line]


def _host_stanzas() -> Iterator[Stanza]:
    """The host's package sources, whichever of apt's two notations they are written in."""
    files = [HOST_ETC / "sources.list", *sorted((HOST_ETC / "sources.list.d").glob("*"))]
    for path in files:
        if not path.is_file():
            continue
        if path.suffix == ".sources":
            yield from _deb822_stanzas(path.read_text())
        elif path.suffix == ".list":
            yield from _one_line_stanzas(path.read_text())


def _deb822_stanzas(text: str) -> Iterator[Stanza]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", "\n".join(lines)):
        # A value may go on in indented lines, as a key that is written out does.
        fields = re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", block, re.MULTILINE)
        if fields:
            yield {key.title(): value for key, value in fields}


def _one_line_stanzas(text: str) -> Iterator[Stanza]:
    for line in text.splitlines():
        found = re.match(r"\s*(deb|deb-src)\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)", line)
        if not found:
            continue
        kind, options, uri, suite, components = found.groups()
        stanza = {"Types": kind, "Uris": uri, "Suites": suite, "Components": components.strip()}
        for key, value in re.findall(r"([\w-]+)=(\S+)", options or ""):
            stanza["Architectures" if key == "arch" else key.title()] = value.replace(",", " ")
        yield {key: value for key, value in stanza.items() if value}


def _for_any_architecture(stanza: Stanza) -> Stanza | None:
    """`stanza` for binary packages only and without the host's choice of architectures; None if it has none or is switched off."""
    if "deb" not in stanza.get("Types", "").split() or stanza.get("Enabled", "yes").strip().lower() in ("no", "false", "0"):
        return None
    return {**{key: value for key, value in stanza.items() if key != "Architectures"}, "Types": "deb"}


def _without_security(stanza: Stanza) -> Stanza | None:
    suites = [suite for suite in stanza.get("Suites", "").split() if not suite.endswith(("-security", "/updates"))]
    return {**stanza, "Suites": " ".join(suites)} if suites else None
