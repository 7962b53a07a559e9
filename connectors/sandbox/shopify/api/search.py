"""The `query:` filter: `updated_at:>='2026-11-01T00:00:00Z' AND (status:active OR -tag:sale)`.

https://shopify.dev/docs/api/usage/search-syntax
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

Test = Callable[[Any], bool]
Getter = Callable[[Any], Any]

_TOKEN = re.compile(
    r"""\s*(?:(\()|(\))|(-?)(?:([A-Za-z_]\w*):(<=|>=|<|>|=)?)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that can be filtered by: what kind of value it is and where it comes from."""

    kind: str
    of: Getter
    accepted: frozenset[str] = frozenset()


@dataclass(slots=True)
class Search:
    """One search: its tests, and warnings in Shopify's words."""

    fields: dict[str, Filter]
    zone: ZoneInfo
    words: Callable[[Any], str] = lambda node: getattr(node, "title", "")
    warnings: list[dict[str, str]] = field(default_factory=list)
    bad_times: list[str] = field(default_factory=list)

    def run(self, text: str | None, nodes: Sequence[Any]) -> Sequence[Any]:
        """Keep the nodes that the text asks for."""
        if not text or not text.strip():
            return nodes
        test = _Reader(self, text).expression()
        return [node for node in nodes if test(node)]

    def test_of(self, name: str | None, operator: str, value: str) -> Test:
        """Make the test of one term."""
        if name is None or name == "default":
            wanted = value.casefold().rstrip("*")
            return lambda node: wanted in self.words(node).casefold()
        known = self.fields.get(name)
        if known is None:
            self._warn(name, "Invalid search field for this query.", "invalid_field")
            return lambda node: True
        if known.kind == "time":
            return self._time_test(name, known.of, operator, value)
        if known.kind == "number":
            return self._number_test(name, known.of, operator, value)
        return self._word_test(name, known, value)

    def _time_test(self, name: str, of: Getter, operator: str, value: str) -> Test:
        moment = _moment(value, self.zone)
        if moment is None:
            self.bad_times.append(name)
            self._warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
            return lambda node: False
        compare = _COMPARE[operator or "="]

        def test(node: Any) -> bool:
            have = of(node)
            return have is not None and compare(have.replace(microsecond=0), moment)

        return test

    def _number_test(self, name: str, of: Getter, operator: str, value: str) -> Test:
        text = value.rpartition("/")[2]
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            self._warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
            return lambda node: False
        number = float(text) if "." in text else int(text)
        compare = _COMPARE[operator or "="]
        return lambda node: compare(of(node), number)

    def _word_test(self, name: str, known: Filter, value: str) -> Test:
        wanted = (
            [word.strip().casefold() for word in value.split(",")] if known.accepted else [value.casefold()]
        )
        if known.accepted and not known.accepted.issuperset(wanted):
            self._warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
            return lambda node: False
        prefix = wanted[0][:-1] if wanted[0].endswith("*") and not known.accepted else None

        def test(node: Any) -> bool:
            have = known.of(node)
            values = have if isinstance(have, list) else [have]
            texts = [_text(one) for one in values]
            if prefix is not None:
                return any(text.startswith(prefix) for text in texts)
            return any(text in wanted for text in texts)

        return test

    def _warn(self, name: str, message: str, code: str) -> None:
        self.warnings.append({"field": name, "message": message, "code": code})


class _Reader:
    def __init__(self, search: Search, text: str) -> None:
        self._search = search
        self._tokens = list(_TOKEN.finditer(text))
        self._at = 0

    def expression(self) -> Test:
        tests = [self._all()]
        while self._word() == "OR":
            self._at += 1
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda node: any(test(node) for test in tests)

    def _all(self) -> Test:
        tests: list[Test] = []
        while self._at < len(self._tokens) and self._word() not in ("OR", ")"):
            if self._word() == "AND":
                self._at += 1
                continue
            tests.append(self._one())
        return lambda node: all(test(node) for test in tests)

    def _one(self) -> Test:
        if self._word() == "NOT":
            self._at += 1
            inner = self._one() if self._at < len(self._tokens) else (lambda node: True)
            return lambda node: not inner(node)
        token = self._tokens[self._at]
        self._at += 1
        if token[1]:
            grouped = self.expression()
            self._at += self._word() == ")"
            return grouped
        test = self._search.test_of(token[4], token[5] or "", _unquoted(token[6] or ""))
        return (lambda node: not test(node)) if token[3] else test

    def _word(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        return token[1] or token[2] or ("" if token[4] or token[3] else token[6] or "")


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == 10:
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _text(value: Any) -> str:
    return str(value).casefold() if not isinstance(value, bool) else str(value).lower()
