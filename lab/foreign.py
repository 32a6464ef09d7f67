# SPDX-License-Identifier: Apache-2.0
"""Packages of another Debian architecture, unpacked into a folder: the sysroot of the cross build, the root of a foreign guest.

Nothing is installed: no maintainer script runs, and the system's apt and dpkg do not learn of the architecture.
Run as a program, it unpacks: python3 -m lab.foreign FOLDER PACKAGE... (exit codes: 0 done, 2 could not).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError
from lab.paths import LAB_SOURCE, lab_dir
from lab.private_apt import PrivateApt
from lab.progress import RED, paint, say, step

POWER = "ppc64el"
RECORD = ".packages"  # in an unpacked folder: what it was made by and of
RECIPE = LAB_SOURCE / "foreign.py"
MERGED = ("bin", "sbin", "lib", "lib64")
# Their contents belong to a running system, so a link into them means that system's and stays absolute.
OF_THE_RUNNING_SYSTEM = ("/dev", "/proc", "/run", "/sys")


def unpack_packages(packages: Sequence[str], folder: Path, *, architecture: str = POWER) -> list[str]:
    """Make `folder` the root of a system with `packages` and their dependencies; their sorted "name_version".

    The folder is left alone if it already holds just these versions, else replaced as a whole. It has the merged layout
    (bin -> usr/bin) and only relative links, so that it works under any name.
    """
    with _apt(architecture) as apt:
        plan = apt.plan(tuple(packages))
        names = sorted(str(release) for release in plan)
        record = "\n".join([_recipe_digest(), *names]) + "\n"
        if _read(folder / RECORD) != record:
            with step(f"unpacking {len(plan)} {architecture} packages into {folder.name}"):
                _replace(folder, apt.fetch(plan), record)
        return names


def download_packages(packages: Sequence[str], folder: Path, *, architecture: str = POWER) -> list[Path]:
    """The package files of `packages`, without dependencies, in `folder`; in the order of `packages`."""
    with _apt(architecture) as apt:
        releases = [apt.candidate(package) for package in packages]
        absent = [release.name for release in releases if not list(folder.glob(f"{release.file_prefix}*.deb"))]
        if absent:
            with step(f"fetching {', '.join(absent)} for {architecture}"):
                apt.download(tuple(absent), folder)
        return [next(folder.glob(f"{release.file_prefix}*.deb")) for release in releases]


def candidate_version(package: str, *, architecture: str = POWER) -> str:
    """The version of `package` that would be taken now."""
    with _apt(architecture) as apt:
        return apt.candidate(package).version


def resolve(meta_package: str, pattern: str, *, architecture: str = POWER) -> str:
    """The package behind a meta package: the one of its dependencies whose name begins with the expression `pattern`."""
    with _apt(architecture) as apt:
        names = [name for name in apt.dependencies(meta_package) if re.match(pattern, name)]
    if len(names) != 1:
        raise LabError(f"{meta_package} of {architecture} should depend on one package like {pattern}, but has {names or 'none'}")
    return names[0]


@contextmanager
def _apt(architecture: str) -> Iterator[PrivateApt]:
    folder = lab_dir() / "foreign" / architecture
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield PrivateApt(folder / "apt", architecture)
        except OSError as error:
            raise LabError(f"cannot write in {lab_dir()}: {error}; free space there or set HNV_LAB_DIR") from error


def _replace(folder: Path, archives: Sequence[Path], record: str) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name in MERGED:
            (work / "usr" / name).mkdir(parents=True)
            (work / name).symlink_to(f"usr/{name}")
        for archive in archives:
            _unpack(archive, work)
        make_links_relative(work)
        _index_libraries(work)
        (work / RECORD).write_text(record)
        work.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(archive: Path, root: Path) -> None:
    # Not dpkg-deb -x: it would put a folder where bin is a link to usr/bin.
    reader = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE)
    command = ["tar", "-x", "-C", root, "--keep-directory-symlink"]
    writer = subprocess.run(command, stdin=reader.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if reader.wait() != 0 or writer.returncode != 0:
        raise LabError(f"cannot unpack {archive}: {writer.stderr.strip() or 'the file is damaged'}; remove it and repeat")


def make_links_relative(root: Path) -> None:
    """Absolute links below `root` would lead into the host's files."""
    for parent, folders, files in os.walk(root):
        for name in (*folders, *files):
            link = Path(parent, name)
            target = os.readlink(link) if link.is_symlink() else ""
            if target.startswith("/") and not target.startswith(OF_THE_RUNNING_SYSTEM):
                link.unlink()
                link.symlink_to(os.path.relpath(f"{root}{target}", parent))


def _index_libraries(root: Path) -> None:
    # ldconfig needs root for another root folder. Without its cache the loader still looks where Debian keeps libraries, so
    # this is for those elsewhere, and may fail.
    if os.geteuid() == 0:
        ldconfig = shutil.which("ldconfig") or "/usr/sbin/ldconfig"
        subprocess.run([ldconfig, "-r", root], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _recipe_digest() -> str:
    return hashlib.sha256(RECIPE.read_bytes()).hexdigest()[:12]


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(arguments: list[str]) -> int:
    try:
        unpack_packages(arguments[1:], Path(arguments[0]))
    except LabError as error:
        say(f"{paint('error', RED)}: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
