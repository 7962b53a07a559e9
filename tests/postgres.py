"""Where the tests may use a PostgreSQL: `python -m tests.postgres` prints its address, or fails."""

import os
import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

DEFAULT = "postgres://postgres@127.0.0.1:5432"


def address() -> str | None:
    """Return the address that MINTA_TEST_POSTGRES names, or the local one, if it answers.

    Django's tests make a database `test_...` beside the one that the address names, which need not exist.
    An address that names none gets a name of this checkout's own, so that two checkouts do not meet.
    """
    server = os.environ.get("MINTA_TEST_POSTGRES") or DEFAULT
    named = urlsplit(server).path.strip("/")
    server = server.removesuffix("/" + named).rstrip("/") if named else server.rstrip("/")
    try:
        psycopg.connect(f"{server}/postgres", connect_timeout=20).close()
    except psycopg.Error:
        return None
    return f"{server}/{named or f'minta_{zlib.crc32(str(Path.cwd()).encode()):08x}'}"


if __name__ == "__main__":
    found = address()
    sys.stdout.write(f"{found}\n" if found else "")
    sys.exit(found is None)
