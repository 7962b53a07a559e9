"""Look for values in everything that the product leaves: every table, every file, every line of a log."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from connectors.demo.search import Search


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
    search = Search(values)
    return [f"{place}: {value}" for place, content in places.items() for value in search.hits(content)]


def _tables() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of ours
            cells = (cell for row in cursor.fetchall() for cell in row if cell is not None)
            yield table, b"\n".join(_bytes(cell) for cell in cells)


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
