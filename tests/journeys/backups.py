"""Real backups of the database of a test: a file by SQLite's backup, a dump by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo


class Backup:
    """The database as it is now, in a file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "backup"
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with closing(sqlite3.connect(self._path)) as copy:
                connection.connection.backup(copy)
            return
        if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
            pytest.skip("pg_dump and pg_restore are not here")
        self._run("pg_dump", "--format=custom", f"--file={self._path}", _name())

    def put_back(self) -> None:
        """Replace the database by what it was."""
        connections.close_all()
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self._path)) as copy, closing(sqlite3.connect(_name())) as database:
                copy.backup(database)
            return
        with psycopg.connect(_address("postgres"), autocommit=True) as server:
            name, beside = sql.Identifier(_name()), sql.Identifier(f"{_name()}_back")
            # Filled beside the other: processes that run must not write into half of it.
            server.execute(sql.SQL("CREATE DATABASE {}").format(beside))
            self._run("pg_restore", f"--dbname={_name()}_back", str(self._path))
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(beside, name))

    def content(self) -> bytes:
        """Return every byte of it, a dump's as text."""
        if connection.vendor == "sqlite":
            return self._path.read_bytes()
        return self._run("pg_restore", "--file=-", str(self._path))

    def _run(self, *words: str) -> bytes:
        named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
        known = connection.settings_dict
        told = {name: str(known[place]) for name, place in named.items() if known[place]}
        return subprocess.run(words, env=os.environ | told, check=True, capture_output=True).stdout


def _name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def _address(database: str) -> str:
    known = connection.settings_dict
    named = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(
        "", dbname=database, **{name: known[place] for name, place in named.items() if known[place]}
    )
