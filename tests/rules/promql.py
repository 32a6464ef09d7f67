# SPDX-License-Identifier: Apache-2.0
"""Just enough of PromQL to see which series an expression asks for, and what it does with them. Syntax is promtool's business."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<duration>\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)
    |(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)
    |(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\[\],:@])
    """,
    re.VERBOSE,
)
OPERATORS = {"and", "or", "unless", "bool", "offset", "atan2"}
LABEL_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
NUMBERS = {"inf", "nan"}
AGGREGATIONS = {
    "sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "bottomk", "topk", "quantile",
}  # fmt: skip
MAKES_LABELS = {"label_replace", "label_join", "count_values"}


@dataclass
class Selector:
    """A metric that is asked for, within which functions (outermost first), over a range or not."""

    metric: str
    matchers: list[tuple[str, str, str]] = field(default_factory=list)
    functions: tuple[str, ...] = ()
    range: str = ""


@dataclass
class Query:
    selectors: list[Selector] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)  # in by (), on () and the like
    made_labels: set[str] = field(default_factory=set)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(f"not PromQL at {text[at : at + 20]!r}")
        at = found.end()
        if found.lastgroup:
            yield found.lastgroup, found.group()


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.at = 0
        self.query = Query()

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def next(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def read(self) -> Query:
        # One entry for each open parenthesis: the function whose arguments are in it, or "".
        open_calls: list[str] = []
        function = ""
        while self.at < len(self.tokens):
            kind, word = self.next()
            lower = word.lower()
            if kind == "name" and lower in LABEL_LISTS:
                self._label_list()
            elif kind == "name" and (lower in OPERATORS or lower in NUMBERS):
                continue
            elif kind == "name" and (self.peek() == "(" or lower in AGGREGATIONS and self.peek().lower() in ("by", "without")):
                function = lower
            elif kind == "name":
                self._selector(word, tuple(name for name in open_calls if name))
            elif word == "(":
                open_calls.append(function)
                function = ""
            elif word == ")":
                open_calls.pop()
            elif kind == "string" and open_calls and open_calls[-1] in MAKES_LABELS:
                self.query.made_labels.add(word[1:-1])
        return self.query

    def _label_list(self) -> None:
        if self.peek() != "(":
            return
        self.next()
        while (word := self.next()[1]) != ")":
            if word != ",":
                self.query.labels.add(word)

    def _selector(self, metric: str, functions: tuple[str, ...]) -> None:
        found = Selector(metric, functions=functions)
        if self.peek() == "{":
            self.next()
            while self.peek() != "}":
                label, operator, value = self.next()[1], self.next()[1], self.next()[1]
                found.matchers.append((label, operator, value[1:-1]))
                if self.peek() == ",":
                    self.next()
            self.next()
        if self.peek() == "[":
            self.next()
            while (word := self.next()[1]) != "]":
                found.range += word
        self.query.selectors.append(found)


def read(expression: str) -> Query:
    """What `expression` asks for. ValueError for what cannot be PromQL."""
    try:
        return _Reader(expression).read()
    except IndexError:
        raise ValueError(f"it ends too early: {expression.strip()[-30:]!r}") from None
