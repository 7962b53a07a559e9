"""A database for each life: a file in its folder, or one of its own on the PostgreSQL of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

_HOME: dict[str, Any] = dict(settings.DATABASES["default"])
ON_POSTGRES = _HOME["ENGINE"].endswith("postgresql")


def enter(folder: Path) -> None:
    """Let this process, which must not have touched a database before, use the database of a folder."""
    connections.settings["default"]["NAME"] = _name(folder) if ON_POSTGRES else str(folder / "minta.sqlite3")


def make(folder: Path) -> None:
    """Make an empty database; a file comes by itself."""
    _say("CREATE DATABASE {}", folder)


def copy(source: Path, target: Path) -> None:
    """Copy a database that nobody uses; a file is copied with its folder."""
    _say("CREATE DATABASE {1} TEMPLATE {0}", source, target)


def drop(folder: Path) -> None:
    """Remove a database; a file goes with its folder."""
    _say("DROP DATABASE IF EXISTS {} WITH (FORCE)", folder)


def is_sound() -> bool:
    """Tell whether the database finds no fault in itself."""
    if ON_POSTGRES:
        return True  # it has no such question
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return bool(cursor.fetchone() == ("ok",))


def _name(folder: Path) -> str:
    return f"{_HOME['NAME']}_{folder.parent.name}_{folder.name}".replace("-", "_").lower()


def _say(statement: str, *folders: Path) -> None:
    if ON_POSTGRES:
        with _server() as server:
            server.execute(sql.SQL(statement).format(*(sql.Identifier(_name(each)) for each in folders)))


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    named = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address = make_conninfo("", **{name: _HOME[setting] or None for name, setting in named.items()})
    with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
        yield server
