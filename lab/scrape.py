# SPDX-License-Identifier: Apache-2.0
"""A client of the exporter, and just enough of the text format to look one value up."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass

from lab.errors import LabError

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
UNREACHABLE = (urllib.error.URLError, http.client.HTTPException, OSError)


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict[str, str]
    value: float


class Metrics:
    """One scrape's samples."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [_sample(line) for line in text.splitlines() if line and not line.startswith("#")]

    def find(self, name: str, **labels: str) -> list[Sample]:
        return [sample for sample in self.samples if sample.name == name and labels.items() <= sample.labels.items()]

    def value(self, name: str, **labels: str) -> float | None:
        """The value of the only sample that fits, None if there is none."""
        found = self.find(name, **labels)
        if len(found) > 1:
            raise LabError(f"{name}{labels} fits {len(found)} samples; name more labels")
        return found[0].value if found else None

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples that fit (0 for none)."""
        return sum(sample.value for sample in self.find(name, **labels))


class ExporterClient:
    """Asks the exporter at `url` from the host."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, timeout: float = 20) -> tuple[int, str]:
        """Status and body of a page; also for a status that urllib would call an error."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def metrics(self, timeout: float = 20) -> Metrics:
        status, text = self.get("/metrics", timeout)
        if status != 200:
            raise LabError(f"{self.url}/metrics answered {status}: {text[:200]}")
        return Metrics(text)

    def answers(self) -> bool:
        """Is the exporter there? A connection alone proves nothing: QEMU takes it even before anyone listens."""
        try:
            return self.get("/-/healthy", timeout=5)[0] == 200
        except UNREACHABLE:
            return False


def _sample(line: str) -> Sample:
    found = SAMPLE.match(line)
    if not found:
        raise LabError(f"not a line of the text format: {line!r}")
    name, labels, value = found.groups()
    return Sample(name, dict(LABEL.findall(labels or "")), float(value))
