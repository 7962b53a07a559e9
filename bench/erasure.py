"""Erasing a store: time to unreadable, time to gone beside one plain DELETE, and what others feel of it."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from bench.sync import cost_of, environment

ROWS: Final = tuple(int(n) for n in os.environ.get("BENCH_ERASED", "10000,100000,1000000").split(","))
#: What we promise, whatever the size.
UNREADABLE_MS: Final = 100


def run() -> Iterator[str]:
    """Measure each size on SQLite, and on PostgreSQL where DATABASE_URL names one."""
    yield from _measured("SQLite", "")
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        yield from _measured("PostgreSQL", url)


def _measured(title: str, url: str) -> Iterator[str]:
    yield f"erasing a store on {title}, beside one DELETE of the same rows; another store is written to"
    first = 0.0
    for count in ROWS:
        floor, ours = _once("floor", count, url), _once("ours", count, url)
        took, ratio = ours["gone_seconds"], ours["gone_seconds"] / floor["gone_seconds"]
        first = first or took / count
        yield (
            f"  {count:>9,} rows   unreadable {ours['unreadable_seconds'] * 1000:4.0f} ms (allowed"
            f" {UNREADABLE_MS})   gone {took:6.1f} s   floor {floor['gone_seconds']:6.1f} s"
            f"   {ratio:5.2f} x floor   each row {took / count / first:4.2f} x the first size's"
        )
        for name, told in ours["written"].items():
            words = "before" if name == "quiet" else "meanwhile"
            yield (
                f"            others' writes {words:<9}   {told['count']:5.0f}"
                f"   p50 {told['p50_ms']:6.1f} ms   longest {told['max_ms']:6.0f} ms"
            )


def _once(verb: str, count: int, url: str) -> dict[str, Any]:
    """Measure in a fresh system."""
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder, _database(url) as named:
        settings = environment(folder, "http://127.0.0.1:9") | {"MINTA_LEDGER": f"{folder}/ledger/e.sqlite3"}
        return cost_of(
            "bench.erasing",
            verb,
            str(count),
            environment=settings | ({"DATABASE_URL": named} if named else _sqlite(folder)),
        )


def _sqlite(folder: str) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}


@contextmanager
def _database(url: str) -> Iterator[str]:
    """Make a database on the server of an address, and drop it; nothing where there is none."""
    if not url:
        yield ""
        return
    name = f"minta_bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
