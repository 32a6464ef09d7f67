#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write what is in the packages, as SPDX 2.3 JSON: our programs, and each library that is linked to them or compiled into them.

Versions are those of the Debian packages that the libraries come from, or of the pinned sources (cmake/pins.cmake). A library that
LIBRARIES does not know is an error, so that none comes in unnoticed. Exit codes: 0 written, 1 something is not known, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAMS = {"hnv-watchdog": "watchdog", "hnv-prober": "prober", "hnv-exporter": "exporter", "hnvctl": "ctl"}
OURS = "Apache-2.0"
# How a package's file says that it is for Debian's architecture, or for any.
NAMES = {
    "deb": {"amd64": ("amd64", "all"), "ppc64el": ("ppc64el", "all")},
    "rpm": {"amd64": ("x86_64", "noarch"), "ppc64el": ("ppc64le", "noarch")},
}
STATIC, DYNAMIC = "STATIC_LINK", "DYNAMIC_LINK"


class SbomError(Exception):
    pass


@dataclass(frozen=True)
class Library:
    """A library of others: a file that its Debian package has, its licence, its pin's name, and which programs compile it in."""

    licence: str
    file: str
    pin: str = ""
    compiled_into: tuple[str, ...] = ()


ALL = tuple(PROGRAMS)
# Licences as in each package's copyright file, for the part that is linked. Keys are sonames without their number.
LIBRARIES = {
    "libc": Library("LGPL-2.1-or-later", "libc.so.6"),
    "libm": Library("LGPL-2.1-or-later", "libm.so.6"),
    "libgcc_s": Library("GPL-3.0-or-later WITH GCC-exception-3.1", "libgcc_s.so.1"),
    "libstdc++": Library("GPL-3.0-or-later WITH GCC-exception-3.1", "libstdc++.so.6"),
    "libnl-3": Library("LGPL-2.1-only", "libnl-3.so.200"),
    "libsystemd": Library("LGPL-2.1-or-later", "libsystemd.so.0"),
    "libssl": Library("Apache-2.0", "libssl.so.3"),
    "libcrypto": Library("Apache-2.0", "libcrypto.so.3"),
    "libcrypt": Library("LGPL-2.1-or-later", "libcrypt.so.1", compiled_into=("hnv-exporter",)),
    "libz": Library("Zlib", "libz.so.1", compiled_into=("hnv-exporter",)),
    "libisal": Library("BSD-3-Clause", "libisal.so.2"),
    "libfmt": Library("MIT", "libfmt.so.9", "fmt", ALL),
    "libspdlog": Library("MIT", "libspdlog.so.1.10", "spdlog", ALL),
    "libyaml-cpp": Library("MIT", "libyaml-cpp.so.0.7", "yaml-cpp", ALL),
    "libcivetweb": Library("MIT", "libcivetweb.so.1", "civetweb", ("hnv-exporter",)),
    "libprometheus-cpp-core": Library("MIT", "libprometheus-cpp-core.so.1.0", "prometheus-cpp", ("hnv-exporter",)),
}
# Headers alone: always compiled in, whatever is linked.
HEADERS = {
    "libcli11-dev": Library("BSD-3-Clause", "", "CLI11", ALL),
    "nlohmann-json3-dev": Library("MIT", "", "nlohmann_json", ALL),
    "libexpected-dev": Library("CC0-1.0", "", "tl-expected", ALL),
}


class Versions:
    """Which package a library is of, and in which version it was linked."""

    def __init__(self, build: Path) -> None:
        cache = (build / "CMakeCache.txt").read_text()
        self.portable = bool(re.search(r"^HNV_PORTABLE:BOOL=(ON|TRUE|1)$", cache, re.MULTILINE))
        self.fetched = {entry.name.removesuffix("-src") for entry in build.glob("_deps/*-src")}
        foreign = re.search(r"^CMAKE_TOOLCHAIN_FILE:\w+=.*toolchain-(\w+)\.cmake$", cache, re.MULTILINE)
        self._sysroot: dict[str, str] = {}
        if foreign:
            record = REPOSITORY / "build" / "sysroot" / foreign.group(1) / ".packages"
            self._sysroot = dict(line.split("_", 1) for line in record.read_text().splitlines() if "_" in line)
        self.architecture = {"ppc64le": "ppc64el"}[foreign.group(1)] if foreign else output_of("dpkg", "--print-architecture").strip()
        self._multiarch = output_of("gcc", "-print-multiarch").strip()
        self._pins = {
            fields[0]: fields[1:]
            for fields in re.findall(r'"([\w.+-]+)\|([^|"]+)\|([0-9a-f]{64})"', (REPOSITORY / "cmake" / "pins.cmake").read_text())
        }

    def of_package(self, package: str) -> str:
        if self._sysroot:
            # The C and C++ libraries are the cross compiler's.
            found = self._sysroot.get(package) or self._sysroot.get(package.split(":")[0])
            if found:
                return found
        return output_of("dpkg-query", "-W", "-f", "${Version}", package)

    def package_of(self, file: str) -> str:
        return output_of("dpkg-query", "-S", f"*/{self._multiarch}/{file}").partition(":")[0]

    def pin(self, name: str) -> tuple[str, str, str]:
        """Version, path in the pool and SHA-256 of a pinned source."""
        path, sha256 = self._pins[name]
        return re.sub(r".*_(.*)\.orig\..*", r"\1", path), path, sha256


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SbomError(f"{' '.join(command)}: {done.stderr.strip() or 'failed'}")
    return done.stdout


def linked(program: Path) -> set[str]:
    """The names of the shared libraries that a program needs, without their numbers and the loader."""
    sonames = re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "-d", str(program)))
    return {soname.split(".so")[0] for soname in sonames if not soname.startswith("ld")}


def identifier(name: str) -> str:
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def library_package(name: str, library: Library, versions: Versions, header: bool = False) -> dict[str, Any]:
    """The SPDX package of a library: pinned source where it was built from one, else Debian's package."""
    common = {"SPDXID": identifier(name), "filesAnalyzed": False, "licenseConcluded": library.licence,
              "licenseDeclared": library.licence, "copyrightText": "NOASSERTION"}  # fmt: skip
    if library.pin and library.pin.lower() in versions.fetched:
        version, path, sha256 = versions.pin(library.pin)
        return {**common, "name": library.pin, "versionInfo": version, "downloadLocation": "NOASSERTION", "packageFileName": Path(path).name,
                "checksums": [{"algorithm": "SHA256", "checksumValue": sha256}]}  # fmt: skip
    package = name if header else versions.package_of(library.file)
    version = versions.of_package(package)
    locator = f"pkg:deb/debian/{quote(package, safe='')}@{quote(version, safe='')}?arch={versions.architecture}"
    return {**common, "name": package, "versionInfo": version, "downloadLocation": "NOASSERTION", "supplier": "Organization: Debian",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]}  # fmt: skip


def our_package(name: str, version: str, files: list[Path]) -> dict[str, Any]:
    package: dict[str, Any] = {
        "SPDXID": identifier(name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": OURS, "licenseDeclared": OURS, "copyrightText": "NOASSERTION", "primaryPackagePurpose": "APPLICATION",
    }  # fmt: skip
    for file in files:
        package["packageFileName"] = file.name
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(file.read_bytes()).hexdigest()}]
    return package


def document(build: Path, kind: str, version: str, output: Path) -> dict[str, Any]:
    """The whole document; the same for the same programs, package files and SOURCE_DATE_EPOCH."""
    versions = Versions(build)
    suffixes = tuple(f"{mark}{name}.{kind}" for mark in "_." for name in NAMES[kind][versions.architecture])
    packages: dict[str, dict[str, Any]] = {}
    relations: list[tuple[str, str, str]] = []
    for name in (*PROGRAMS, "hnv-dashboards"):
        files = [file for file in sorted(output.glob(f"{name}[_-]{version}-*")) if file.name.endswith(suffixes)]
        packages[name] = our_package(name, version, files)
        relations.append(("SPDXRef-DOCUMENT", "DESCRIBES", identifier(name)))
    for name, folder in PROGRAMS.items():
        shared = linked(build / folder / name)
        unknown = shared - set(LIBRARIES)
        if unknown:
            raise SbomError(f"{name} links {', '.join(sorted(unknown))}, which packaging/sbom.py does not know; add a row to LIBRARIES")
        inside = {key for key, library in LIBRARIES.items() if versions.portable and name in library.compiled_into} - shared
        for key in sorted(shared | inside):
            packages.setdefault(key, library_package(key, LIBRARIES[key], versions))
            relations.append((identifier(name), DYNAMIC if key in shared else STATIC, identifier(key)))
        for key, library in HEADERS.items():
            packages.setdefault(key, library_package(key, library, versions, header=True))
            relations.append((identifier(name), STATIC, identifier(key)))
    content = {
        "packages": list(packages.values()),
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind_of, "relatedSpdxElement": other} for one, kind_of, other in relations
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    created = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"hnv-{version}.{kind}.{versions.architecture}",
        "documentNamespace": uuid.uuid5(uuid.NAMESPACE_OID, digest).urn,
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: hnv-packaging-sbom"]},
        **content,
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="example: packaging/sbom.py --build build/release --kind deb --output build/packages")  # fmt: skip
    parser.add_argument("--build", type=Path, required=True, metavar="DIR", help="build folder with the programs")
    parser.add_argument("--kind", choices=("deb", "rpm"), required=True)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder with the packages, and where it is written")
    parser.add_argument("--version", help="the packages' version (default: that of CMakeLists.txt)")
    options = parser.parse_args(arguments)
    version = options.version
    if not version:
        version = re.findall(r"^project\(hnv VERSION ([\d.]+)", (REPOSITORY / "CMakeLists.txt").read_text(), re.MULTILINE)[0]
    try:
        result = document(options.build.resolve(), options.kind, version, options.output)
    except (SbomError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    (options.output / f"{result['name']}.spdx.json").write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
