"""Count what a process does to the world, and kill it before the n-th thing, or let that thing fail.

Counted are statements of SQLite, the database's, the key store's and the ledger's alike, with every BEGIN and
COMMIT; exchanges with PostgreSQL; changes of the file system; and each request to a platform or a processor,
before it is sent and before its answer is read.

Where a thing fails instead, it does so as it would: a disk that is full, a connection that is gone. What it
was part of may go on, give up or begin again; the process does not end.
"""

import errno
import http.client
import os
import signal
import sqlite3
import sqlite3.dbapi2
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg

KILL, FAIL = "kill", "fail"
SYSTEM_CALLS: Final = ("open", "fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir")
#: Where deeds are done; a statement right behind an answer is the first that could write it down.
DATABASE, LEDGER, KEYS, FILES = "database", "ledger", "keys", "files"
CALL, ANSWER, BEHIND_ANSWER = "call", "answer", "behind an answer"
PLACES: Final = frozenset({DATABASE, LEDGER, KEYS, FILES, CALL, ANSWER, BEHIND_ANSWER})
_FILES_OF: Final = {"erasures.sqlite3": LEDGER, "keystore.sqlite3": KEYS}

Failure = Callable[[Any], Exception]


class Countdown:
    """Kill this process before its n-th deed, or let that fail; with n = 0 only count.

    `label` tells which deed that was. `places` are those of all deeds so far; `struck` once it has failed.
    """

    def __init__(self, deed: int, label: Path, mode: str = KILL) -> None:
        self.places: list[str] = []
        self.struck = False
        self.fails = mode == FAIL
        self._deed = deed
        self._label = label
        self._armed = False

    @property
    def count(self) -> int:
        """How many deeds were counted."""
        return len(self.places)

    def arm(self) -> None:
        """Begin to count."""
        self._armed = True

    def disarm(self) -> None:
        """Count no more."""
        self._armed = False

    def __call__(self, what: str, place: str = DATABASE) -> bool:
        """Count a deed that is about to be done; tells whether it fails."""
        if not self._armed:
            return False
        behind = place == DATABASE and self.places[-1:] == [ANSWER]
        self.places.append(BEHIND_ANSWER if behind else place)
        if len(self.places) != self._deed:
            return False
        self._armed = False  # what is written now is not the victim's doing
        self._label.write_text(f"{place}: {what[:200]}", encoding="utf-8", errors="replace")
        if not self.fails:
            os.kill(os.getpid(), signal.SIGKILL)
        self.struck = True
        return True


def watch(countdown: Countdown) -> None:
    """Report to the countdown, in this process, for good."""
    for module in (sqlite3, sqlite3.dbapi2):
        module.connect = _traced(module.connect, countdown)  # type: ignore[attr-defined]
    for name in SYSTEM_CALLS:
        setattr(os, name, _counted(getattr(os, name), countdown, (f"os.{name}", FILES), _full))
    for name, place in (("endheaders", CALL), ("getresponse", ANSWER)):
        _watch_method(http.client.HTTPConnection, name, countdown, place, _reset)
    _watch_method(psycopg.Connection, "wait", countdown, DATABASE, _cut)


def _full(*_: Any) -> Exception:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _reset(connection: http.client.HTTPConnection) -> Exception:
    connection.close()
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def _cut(connection: "psycopg.Connection[Any]") -> Exception:
    connection.pgconn.finish()
    return psycopg.OperationalError("the connection is lost")


def _watch_method(whose: type, name: str, countdown: Countdown, place: str, failure: Failure) -> None:
    known = (f"{whose.__name__}.{name}", place)
    setattr(whose, name, _counted(getattr(whose, name), countdown, known, failure))


def _traced(connect: Callable[..., sqlite3.Connection], countdown: Countdown) -> Callable[..., Any]:
    def instead(database: Any, *arguments: Any, **named: Any) -> sqlite3.Connection:
        name = Path(str(database).partition("?")[0]).name
        place = _FILES_OF.get(name, DATABASE)
        if countdown.fails:
            return connect(database, *arguments, factory=_failing(countdown, place), **named)
        connection = connect(database, *arguments, **named)
        # Called before each statement begins.
        connection.set_trace_callback(lambda statement: countdown(statement, place) and None)
        return connection

    return instead


def _failing(countdown: Countdown, place: str) -> type[sqlite3.Connection]:
    """Return a connection whose statements fail when the countdown says so: a trace cannot stop one."""

    def strike(statement: str) -> None:
        # What undoes a transaction needs no room.
        if not statement.startswith("ROLLBACK") and countdown(statement, place):
            raise sqlite3.OperationalError("database or disk is full")

    @cache
    def cursor_of(factory: Callable[..., sqlite3.Cursor]) -> Any:
        class Failing(factory):  # type: ignore[misc, valid-type]
            def execute(self, statement: str, *arguments: Any) -> Any:
                strike(statement)
                return super().execute(statement, *arguments)

            def executemany(self, statement: str, *arguments: Any) -> Any:
                strike(statement)
                return super().executemany(statement, *arguments)

        return Failing

    class FailingConnection(sqlite3.Connection):
        def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
            return super().cursor(cursor_of(factory))

        def execute(self, *statement: Any) -> Any:
            return self.cursor().execute(*statement)

        def commit(self) -> None:
            if self.in_transaction:
                strike("COMMIT")
            super().commit()

    return FailingConnection


def _counted(
    call: Callable[..., Any], countdown: Countdown, known: tuple[str, str], failure: Failure
) -> Callable[..., Any]:
    def instead(*arguments: Any, **named: Any) -> Any:
        if countdown(*known):
            raise failure(arguments[0])
        return call(*arguments, **named)

    return instead
