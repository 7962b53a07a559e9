"""Count what a process does to the world, and kill it before the n-th thing.

Counted are statements of SQLite, the database's and the key store's alike, with every BEGIN and COMMIT;
exchanges with PostgreSQL; changes of the file system; and each request to a platform, before it is sent and
before its answer is read.
"""

import http.client
import os
import signal
import sqlite3
import sqlite3.dbapi2
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg

SYSTEM_CALLS: Final = ("open", "fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir")


class Countdown:
    """Kill this process before its n-th deed; with n = 0 only count. `label` tells which deed that was."""

    def __init__(self, deed: int, label: Path) -> None:
        self.count = 0
        self._deed = deed
        self._label = label
        self._armed = False

    def arm(self) -> None:
        """Begin to count."""
        self._armed = True

    def disarm(self) -> None:
        """Count no more."""
        self._armed = False

    def __call__(self, what: str) -> None:
        """Count a deed that is about to be done."""
        if not self._armed:
            return
        self.count += 1
        if self.count == self._deed:
            self._armed = False  # what is written now is not the victim's doing
            self._label.write_text(what[:200], encoding="utf-8", errors="replace")
            os.kill(os.getpid(), signal.SIGKILL)


def watch(countdown: Countdown) -> None:
    """Report to the countdown, in this process, for good."""
    for module in (sqlite3, sqlite3.dbapi2):
        module.connect = _traced(module.connect, countdown)  # type: ignore[attr-defined]
    for name in SYSTEM_CALLS:
        setattr(os, name, _counted(getattr(os, name), countdown, f"os.{name}"))
    _watch_methods(http.client.HTTPConnection, ("endheaders", "getresponse"), countdown)
    _watch_methods(psycopg.Connection, ("wait",), countdown)


def _watch_methods(whose: type, names: tuple[str, ...], countdown: Countdown) -> None:
    for name in names:
        setattr(whose, name, _counted(getattr(whose, name), countdown, f"{whose.__name__}.{name}"))


def _traced(connect: Callable[..., sqlite3.Connection], countdown: Countdown) -> Callable[..., Any]:
    def instead(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(countdown)  # called before each statement begins
        return connection

    return instead


def _counted(call: Callable[..., Any], countdown: Countdown, what: str) -> Callable[..., Any]:
    def instead(*arguments: Any, **named: Any) -> Any:
        countdown(what)
        return call(*arguments, **named)

    return instead
