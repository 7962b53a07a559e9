"""Look for bytes, however they may be written, in everything that a system leaves."""

import base64
import logging
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

#: What a place begins with that is the database's server's.
SERVER: Final = "server's"


def spellings(needle: bytes) -> set[bytes]:
    """Return bytes as they are, in hexadecimal, in both alphabets of base64 at any place, and as Python."""
    hexed = needle.hex().encode()
    coded = {within(needle, shift) for shift in range(3)}
    urls = {each.translate(bytes.maketrans(b"+/", b"-_")) for each in coded}
    return {needle, hexed, hexed.upper(), repr(needle)[2:-1].encode(), *coded, *urls}


def within(needle: bytes, shift: int) -> bytes:
    """Return what base64 makes of bytes that begin anywhere, without what their neighbours decide."""
    coded = base64.b64encode(b"0" * shift + needle).rstrip(b"=")
    return coded[(0, 2, 3)[shift] : -2]


def found(places: Iterable[tuple[str, bytes]], needles: dict[str, bytes]) -> set[str]:
    """Return `place: needle` for each that stands somewhere, by its name."""
    ways = {name: spellings(needle) for name, needle in needles.items()}
    # A server writes what it is given; its files are long.
    plain = {name: {needle, needle.hex().encode()} for name, needle in needles.items()}
    return {
        f"{place}: {name}"
        for place, content in places
        for name, wanted in (plain if place.startswith(SERVER) else ways).items()
        if any(way in content for way in wanted)
    }


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below the folders."""
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            yield f"file {path.name}", path.read_bytes()


def database() -> Iterator[tuple[str, bytes]]:
    """Yield what a dump of the database is, and the server's own files of it where they can be read."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")
        name = str(connection.settings_dict["NAME"])
        for suffix in ("", "-wal"):
            path = Path(name + suffix)
            yield f"database {path.name}", path.read_bytes() if path.exists() else b""
        return
    if program := shutil.which("pg_dump"):
        yield "dump", _dumped(program)
    with connection.cursor() as cursor:
        # Another's role may neither ask for one nor read the files.
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT oid, current_setting('data_directory') FROM pg_database"
            " WHERE datname = current_database()"
        )
        oid, folder = cursor.fetchone()
    if os.access(folder, os.R_OK | os.X_OK):
        for place, content in files(Path(folder, "base", str(oid))):
            yield f"{SERVER} {place}", content


def _dumped(program: str) -> bytes:
    said = connection.settings_dict
    named = {"-h": "HOST", "-p": "PORT", "-U": "USER", "-d": "NAME"}
    words = [word for option, name in named.items() if said[name] for word in (option, str(said[name]))]
    system = {**os.environ, "PGPASSWORD": str(said["PASSWORD"] or "")}
    return subprocess.run([program, *words], env=system, capture_output=True, check=True).stdout


class Log(logging.Handler):
    """Everything that is said, however quietly."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))


def var_folders() -> set[Path]:
    """Return the folders that the settings name."""
    named = (settings.KEYSTORE_PATH.parent, settings.SPOOL_DIR, settings.LEDGER_PATH.parent)
    return {each for each in named if each.exists()}
