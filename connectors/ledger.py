"""The ledger of erasures: a SQLite file apart from the database and its backups, append-only and chained.

    number  kind  store  epoch  body  digest     of one entry; numbers begin at 1 and leave none out
    previous  chained                            the chain: chained = SHA-256 of previous and digest

It holds references, times, counts and keyed fingerprints, no value and no key. A database that knows less
than its ledger was put back from a backup (`connectors.replay`).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from connectors.errors import Forked, KeyStoreBusy, LedgerAway, MintaError, Misconfigured
from connectors.vault.keyfile import KeyFile

SCHEMA: Final = (
    """
    CREATE TABLE entries (
        number   INTEGER PRIMARY KEY CHECK (number > 0),
        kind     TEXT    NOT NULL,
        store    TEXT    NOT NULL,
        epoch    INTEGER NOT NULL,
        body     TEXT    NOT NULL,
        digest   TEXT    NOT NULL,
        previous TEXT    NOT NULL,
        chained  TEXT    NOT NULL
    )
    """,
    "CREATE TRIGGER no_change BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "CREATE TRIGGER no_removal BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "PRAGMA user_version = 1",
)
FIRST_PREVIOUS: Final = "0" * 64
_COLUMNS: Final = "number, kind, store, epoch, body, digest, previous, chained"
#: Entries of one look at the chain.
_AT_ONCE: Final = 1000


class Broken(MintaError):
    """The chain of the ledger of erasures is broken."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says."""

    number: int
    kind: str
    store: str
    epoch: int
    body: str

    @property
    def digest(self) -> str:
        """Return what tells two entries of one number apart."""
        said = json.dumps([self.number, self.kind, self.store, self.epoch, self.body], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says, as the ledger holds it."""

    told: Told
    digest: str
    previous: str
    chained: str

    @property
    def is_sound(self) -> bool:
        """Whether the entry is what was chained."""
        return self.digest == self.told.digest and self.chained == _chained(self.previous, self.digest)


class Ledger:
    """Append, read and check entries; for any number of threads and processes at once.

    Everything raises LedgerAway when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._file = KeyFile(path, SCHEMA, lambda _: None, title="ledger of erasures")

    def last(self) -> Entry | None:
        """Return the entry of the highest number."""
        with _reachable(), self._file.reading() as rows:
            return _last(rows)

    def find(self, number: int) -> Entry | None:
        """Return the entry of a number."""
        found = self.read(number - 1, 1)
        return found[0] if found and found[0].told.number == number else None

    def read(self, after: int, limit: int) -> list[Entry]:
        """Return up to `limit` entries behind a number, in order."""
        with _reachable(), self._file.reading() as rows:
            return _read(rows, after, limit)

    def append(self, entries: Sequence[Told]) -> None:
        """Append entries in the order of their numbers, durably, all or none; what is there already stays.

        Raises Forked where another entry has the number, and Broken where a number is left out.
        """
        with _reachable(), self._file.writing() as rows:
            last = _last(rows)
            number, chained = (last.told.number, last.chained) if last else (0, FIRST_PREVIOUS)
            for told in entries:
                if told.number <= number:
                    _check_same(rows, told)
                    continue
                if told.number > number + 1:
                    raise Broken(f"The ledger of erasures ends at {number}: {told.number} does not follow")
                chained = _insert(rows, told, chained)
                number = told.number

    def verify(self) -> int:
        """Return how many entries there are; raises Broken at the first that is not what was chained."""
        number, chained = 0, FIRST_PREVIOUS
        while found := self.read(number, _AT_ONCE):
            for each in found:
                if each.told.number != number + 1 or each.previous != chained or not each.is_sound:
                    raise Broken(f"The ledger of erasures is broken at {number + 1}")
                number, chained = each.told.number, each.chained
        return number


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except KeyStoreBusy as failure:
        raise LedgerAway(str(failure)) from None
    except (Misconfigured, OSError) as failure:
        why = str(failure) if isinstance(failure, Misconfigured) else type(failure).__name__
        raise LedgerAway(f"The ledger of erasures cannot be reached: {why}") from None


def _last(rows: Connection) -> Entry | None:
    found = rows.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608
    return found and _entry(found)


def _read(rows: Connection, after: int, limit: int) -> list[Entry]:
    found = rows.execute(
        f"SELECT {_COLUMNS} FROM entries WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608
        (after, limit),
    )
    return [_entry(each) for each in found]


def _entry(row: tuple[int, str, str, int, str, str, str, str]) -> Entry:
    number, kind, store, epoch, body, digest, previous, chained = row
    return Entry(Told(number, kind, store, epoch, body), digest, previous, chained)


def _check_same(rows: Connection, told: Told) -> None:
    (digest,) = rows.execute("SELECT digest FROM entries WHERE number = ?", (told.number,)).fetchone()
    if digest != told.digest:
        raise Forked(f"The ledger of erasures has another entry under {told.number}")


def _insert(rows: Connection, told: Told, previous: str) -> str:
    chained = _chained(previous, told.digest)
    values = (told.number, told.kind, told.store, told.epoch, told.body, told.digest, previous, chained)
    rows.execute(f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
    return chained


def _chained(previous: str, digest: str) -> str:
    return hashlib.sha256(f"{previous}{digest}".encode()).hexdigest()
