"""Look for values in everything that the product leaves: every table, every file, every line of a log."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection


def everything(log: str) -> dict[str, bytes]:
    """Return what the product has left, by place."""
    places = {"the log": log.encode()}
    for table, dump in _tables():
        places[f"table {table}"] = dump
    folders = {Path(settings.VAR_DIR), settings.KEYSTORE_PATH.parent, settings.SPOOL_DIR}
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            places[f"file {path.name}"] = path.read_bytes()
    return places


def found(places: dict[str, bytes], values: Iterable[str]) -> list[str]:
    """Return `place: value` for each value that stands somewhere in a spelling that it could have."""
    spelled = {value: _spellings(value) for value in values}
    return [
        f"{place}: {value}"
        for place, content in places.items()
        for value, spellings in spelled.items()
        if any(spelling in content for spelling in spellings)
    ]


def _spellings(value: str) -> set[bytes]:
    plain = value.encode()
    return {
        plain,
        value.encode("ascii", "backslashreplace"),
        value.encode("utf-16-le"),
        plain.hex().encode(),
        *(_base64_within(plain, shift) for shift in range(3)),
    }


def _base64_within(plain: bytes, shift: int) -> bytes:
    """Return what base64 makes of a value that begins anywhere, without what its neighbours decide."""
    coded = base64.b64encode(b"0" * shift + plain).rstrip(b"=")
    return coded[(0, 2, 3)[shift] : -2]


def _tables() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of ours
            cells = (cell for row in cursor.fetchall() for cell in row if cell is not None)
            yield table, b"\n".join(_bytes(cell) for cell in cells)


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
