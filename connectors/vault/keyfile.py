"""A SQLite file apart from the database: made once, private, durable, and clean of what was deleted."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from urllib.parse import quote

from connectors.errors import KeyStoreBusy, Misconfigured
from connectors.vault.wrapping import sync_folder

WAIT_SECONDS: Final = 30.0

#: For every connection that writes.
PRAGMAS: Final = (
    # Not WAL: its log keeps old pages, with the keys deleted from them, until somebody checkpoints.
    # A rollback journal is gone with each commit.
    "PRAGMA journal_mode = DELETE",
    # FULL, and the folder synced after the journal is unlinked: else a power loss just after the commit
    # may leave the journal, and the next reader rolls a destruction back that a receipt already names.
    "PRAGMA synchronous = EXTRA",
    "PRAGMA secure_delete = ON",
    # Nothing spills: no temporary file, and readers are locked out for the commit alone.
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_spill = OFF",
)


class KeyFile:
    """Open connections for one call each: safe for threads, processes and forks."""

    def __init__(
        self,
        path: Path,
        schema: Sequence[str],
        fill: Callable[[sqlite3.Connection], None],
        title: str = "key store",
    ) -> None:
        """`fill` writes what a new file starts with, in the transaction that makes its tables.

        `schema` ends with a `PRAGMA user_version` above 0; `title` names the file in errors.
        """
        self.path = path
        self._address = path.absolute().as_uri()
        self._schema = schema
        self._title = title
        self._fill = fill
        self._founded = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in autocommit."""
        if not self._founded:
            self._found()
        with self._connection() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction that excludes every other writer, in every process."""
        if not self._founded:
            self._found()
        with self._transaction() as connection:
            yield connection

    def _found(self) -> None:
        if not self.path.exists():
            self._make()
        with self._connection() as connection:
            empty = _is_empty(connection)
        if empty:
            with self._transaction() as connection:
                # Another process may have been first.
                if _is_empty(connection):
                    for statement in self._schema:
                        connection.execute(statement)
                    self._fill(connection)
        self._founded = True

    def _make(self) -> None:
        """Make an empty file that only its owner reads; no harm when another process does the same."""
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite opens it first and alone: closing any other descriptor of it would drop this process's locks.
        with NamedTemporaryFile() as private, self._connection(f"mode=rwc&modeof={quote(private.name)}"):
            pass
        sync_folder(folder)
        sync_folder(folder.parent)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # A full disk has rolled it back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self, how: str = "mode=rw") -> Iterator[sqlite3.Connection]:
        address = f"{self._address}?{how}"
        try:
            connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_SECONDS)
        except sqlite3.Error:
            raise Misconfigured(f"The {self._title} {self.path} cannot be opened.") from None
        with closing(connection):
            try:
                yield connection
            except sqlite3.Error as failure:
                # Its message may quote a column.
                why = getattr(failure, "sqlite_errorname", type(failure).__name__)
                raise KeyStoreBusy(f"The {self._title} {self.path} failed: {why}.") from None


def _is_empty(connection: sqlite3.Connection) -> bool:
    version: tuple[int] = connection.execute("PRAGMA user_version").fetchone()
    return version == (0,)
