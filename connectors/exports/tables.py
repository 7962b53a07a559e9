"""A record as one line of a table: its leaves side by side, in the order of the policy's records."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec

from connectors.policy.leaves import Field, fields_of
from connectors.policy.records import KINDS, Record

#: What a spreadsheet may take for a formula: it would run what somebody wrote into a title.
_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@cache
def columns(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return the path of every column of a kind; a list is one column, whatever is in it."""
    return tuple(_columns(KINDS[kind], ()))


def _columns(record: Any, before: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for field in fields_of(record):
        path = (*before, field.name)
        if _is_flat(field):
            yield from _columns(field.inner, path)
        else:
            yield path


def _is_flat(field: Field) -> bool:
    return field.nested and not field.many


def heading(kind: str) -> str:
    """Return the first line of a table: `title,handle,variants`, with dots within records."""
    return line(".".join(path) for path in columns(kind))


def row(kind: str, record: Record) -> str:
    """Return a record as a line of its table."""
    return line(_cell(_at(record, path)) for path in columns(kind))


def line(cells: Iterable[str]) -> str:
    """Return cells as a line (RFC 4180); one that a spreadsheet would run begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_harmless(each) for each in cells])
    return text.getvalue()


def _at(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        record = None if record is None else getattr(record, name)
    return record


def _cell(value: Any) -> str:
    """Return a value as a cell: nothing for none, JSON for a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple | list):
        return msgspec.json.encode(value).decode() if value else ""
    return str(value)


def _harmless(cell: str) -> str:
    if cell.startswith(_RUN) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
