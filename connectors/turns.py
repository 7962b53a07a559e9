"""Turns: who writes at the door queues up, where SQLite would let each try again and again.

SQLite has one writer at a time. Whoever finds it busy sleeps, longer each time, and is overtaken by all who
come later: of four deliveries at once one in a hundred waited for a second. PostgreSQL needs none of this.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import connection, transaction

#: Of the time that one batch of many took, so much is left to others, who poll for a database that is locked.
_BREATH: Final = 0.5


@contextmanager
def turn() -> Iterator[None]:
    """Hold the place at the head of the queue, of all processes, while the block lasts.

    Who is in a transaction already holds the database, and is not made to wait for those who wait for it.
    """
    path = _path()
    if path is None or connection.in_atomic_block:
        yield
        return
    with path.open("ab") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


@contextmanager
def one_of_many() -> Iterator[None]:
    """Hold the database for the transaction of one batch of many, and leave it to others behind it."""
    with turn():
        began = time.monotonic()
        with transaction.atomic():
            yield
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_BREATH * (time.monotonic() - began))


def _path() -> Path | None:
    """Return the file to queue at: beside the database's own, which has nothing in it. None without one."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not name.startswith("/"):
        return None
    return Path(f"{name}-turn")
