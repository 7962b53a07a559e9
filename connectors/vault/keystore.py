"""Where store keys live: a file of their own, outside the database and its backups.

    keystore.sqlite3   by store and epoch: state, public key id, wrapped key (none once destroyed)
    keystore.wrap      the wrapping keys (see `connectors.vault.wrapping`)

Erasing stores: `destroy` each, then `turn_over` once. Nothing is held in memory between calls, so a
destroyed key is gone for every process at once, and no connection is carried across a fork.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_bytes
from sqlite3 import Connection
from typing import Final, Literal

from connectors.errors import KeyGone
from connectors.vault import payload, turnover
from connectors.vault.aead import SECRET_BYTES, sealed_by
from connectors.vault.finder import Finder
from connectors.vault.keeper import Keeper
from connectors.vault.keyfile import KeyFile
from connectors.vault.ring import MasterKeys
from connectors.vault.seal import StoreKey
from connectors.vault.turnover import KeyStatus, Progress
from connectors.vault.wrapping import Held, WrapFile, WrappingKey

KeyState = Literal["live", "quarantined", "destroyed"]

SCHEMA: Final = (
    """
    CREATE TABLE store_keys (
        store        TEXT    NOT NULL,
        epoch        INTEGER NOT NULL,
        state        TEXT    NOT NULL CHECK (state IN ('live', 'quarantined', 'destroyed')),
        key_id       TEXT    NOT NULL,
        wrapped      BLOB    CHECK ((wrapped IS NULL) = (state = 'destroyed')),
        made_at      INTEGER NOT NULL,
        destroyed_at INTEGER CHECK ((destroyed_at IS NOT NULL) = (state = 'destroyed')),
        PRIMARY KEY (store, epoch)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE finder (wrapped BLOB NOT NULL)",
    "PRAGMA user_version = 1",
)

#: How many turn-overs one `get` may meet between reading its row and reading the wrap file.
TURN_OVERS_MET: Final = 50


@dataclass(frozen=True)
class DestroyedKey:
    """Which key was destroyed, and when; `key_id` is empty where there never was one."""

    store: str
    epoch: int
    key_id: str
    at: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


class KeyStore:
    """Make, give, put aside and destroy store keys; for any number of threads and processes at once."""

    def __init__(self, path: Path, masters: MasterKeys, clock: Callable[[], datetime] = _utc_now) -> None:
        self._clock = clock
        self._masters = masters
        self._file = KeyFile(path, SCHEMA, self._fill)
        self._wraps = WrapFile(path.with_suffix(".wrap"), masters)

    def __repr__(self) -> str:
        return f"<KeyStore {self._file.path}>"

    def create(self, store: str, epoch: int) -> StoreKey:
        """Return the store's key, made now unless there is one.

        Raises `KeyGone` when the key of this epoch was destroyed or is in quarantine.
        """
        with self._file.writing() as rows:
            row = _row(rows, store, epoch)
            if row is None:
                secret = token_bytes(SECRET_BYTES)
                key_id = StoreKey(secret, store, epoch).id
                wrapped = self._wraps.read()[0].wrap(secret, store, epoch, "live")
                rows.execute(
                    "INSERT INTO store_keys VALUES (?, ?, 'live', ?, ?, ?, NULL)",
                    (store, epoch, key_id, wrapped, self._seconds()),
                )
        return self.get(store, epoch)

    def get(self, store: str, epoch: int) -> StoreKey:
        """Return the store's key.

        Raises `KeyGone` when it was destroyed, is in quarantine or was never made.
        """
        return self._key(self._secret(store, epoch), store, epoch)

    def has(self, store: str, epoch: int) -> bool:
        """Tell whether the key exists, live or in quarantine."""
        return self.state(store, epoch) in ("live", "quarantined")

    def state(self, store: str, epoch: int) -> KeyState | None:
        """Return what became of the key; None when it was never made."""
        with self._file.reading() as rows:
            row = _row(rows, store, epoch)
        return row and row[0]

    def quarantine(self, store: str, epoch: int) -> None:
        """Put the key where `get` does not reach; raise `KeyGone` when there is none to put."""
        self._move(store, epoch, "live", "quarantined")

    def revive(self, store: str, epoch: int) -> None:
        """Take the key out of quarantine; raise `KeyGone` when there is none to take."""
        self._move(store, epoch, "quarantined", "live")

    def destroy(self, store: str, epoch: int) -> str:
        """Destroy the key for ever and return its public id, the same at every call.

        Where there never was a key, none can be made any more, and the id is empty. `turn_over` comes
        after it: only then do older copies of the key store open nothing of it either.
        """
        with self._file.writing() as rows:
            rows.execute(
                """
                INSERT INTO store_keys VALUES (?1, ?2, 'destroyed', '', NULL, ?3, ?3)
                ON CONFLICT DO UPDATE SET state = 'destroyed', wrapped = NULL, destroyed_at = ?3
                WHERE state <> 'destroyed'
                """,
                (store, epoch, self._seconds()),
            )
            key_id: str
            (key_id,) = rows.execute(
                "SELECT key_id FROM store_keys WHERE store = ? AND epoch = ?", (store, epoch)
            ).fetchone()
        return key_id

    def destroyed(self) -> list[DestroyedKey]:
        """Return every destroyed key, the last first: what may never come back from a backup."""
        with self._file.reading() as rows:
            found = rows.execute(
                "SELECT store, epoch, key_id, destroyed_at FROM store_keys WHERE state = 'destroyed'"
                " ORDER BY destroyed_at DESC, store, epoch"
            ).fetchall()
        return [
            DestroyedKey(store, epoch, key_id, datetime.fromtimestamp(at, UTC))
            for store, epoch, key_id, at in found
        ]

    def finder(self) -> Finder:
        """Return what finds a store by its platform's name for it."""
        return Finder(self._installation_secret())

    def keeper(self) -> Keeper:
        """Return what seals what belongs to the installation and to no store."""
        return Keeper(self._installation_secret())

    def turn(self, store: str, epoch: int, key_id: str) -> None:
        """Let a new sealing secret seal for the store, where the key of this public id does.

        What sealed before opens until `settle`. Raises `KeyGone`, and `VaultError` where another re-seal is
        under way.
        """
        with self._file.writing() as rows:
            wrapping, secret = self._unwrapped(rows, store, epoch, "live")
            if self._key(secret, store, epoch).id == key_id:
                fresh = payload.turned(secret, token_bytes(SECRET_BYTES), store, epoch)
                self._rewrite(rows, wrapping, fresh, store, epoch)

    def settle(self, store: str, epoch: int, key_id: str) -> None:
        """Drop the sealing secret of this public id, which sealed before and seals nothing any more.

        `turn_over` comes after it: only then do older copies of the key store open nothing of it either.
        """
        with self._file.writing() as rows:
            wrapping, secret = self._unwrapped(rows, store, epoch, "live")
            if self._key(secret, store, epoch).previous_id == key_id:
                self._rewrite(rows, wrapping, payload.settled(secret), store, epoch)

    def turn_over(self, progress: Progress | None = None, *, resume: bool = False) -> int:
        """Wrap all keys by a new wrapping key, destroy the old one, and return how many keys survive.

        What was destroyed before it opens from no copy of the key store any more. A kill anywhere in it
        loses nothing; the next one ends it. `resume`: end one that was killed instead of beginning anew; then
        that holds for what was destroyed before that one began.
        """
        with self._file.writing() as rows:
            total = turnover.begin(rows, self._wraps, WrappingKey.new(self._clock()), resume=resume)
        count = turnover.wrap_all(self._file, self._wraps, total, progress)
        # Only when the rows are committed may the old key go.
        with self._file.writing() as rows:
            turnover.drop_unused(rows, self._wraps)
        return count

    def rewrap_masters(self) -> None:
        """Seal the wrapping keys by the current master key, so that a previous one opens nothing."""
        with self._file.writing():
            self._wraps.write(self._wraps.read())

    def status(self) -> KeyStatus:
        """Return counts, ages and key ids."""
        with self._file.reading() as rows:
            return turnover.status(rows, self._wraps, self._masters, self._clock())

    def _fill(self, rows: Connection) -> None:
        """Give a new key store its first wrapping key and the finder's key."""
        # A wrap file without rows is left by a kill in here.
        if not self._wraps.path.exists():
            self._wraps.write([WrappingKey.new(self._clock())])
        wrapped = self._wraps.read()[0].wrap(token_bytes(SECRET_BYTES), "", 0, "finder")
        rows.execute("INSERT INTO finder VALUES (?)", (wrapped,))

    def _installation_secret(self) -> bytes:
        """Return what the finder's and the keeper's keys are derived from, each under its own label."""
        for _ in range(TURN_OVERS_MET):
            with self._file.reading() as rows:
                (wrapped,) = rows.execute("SELECT wrapped FROM finder").fetchone()
            if wrapping := self._wraps.find(sealed_by(wrapped)):
                return wrapping.unwrap(wrapped, "", 0, "finder")
        raise KeyGone("The finder's key was wrapped by a key that is no more.")

    def _secret(self, store: str, epoch: int) -> bytes:
        for _ in range(TURN_OVERS_MET):
            with self._file.reading() as rows:
                wrapped = _wrapped(_row(rows, store, epoch), store, epoch, "live")
            if wrapping := self._wraps.find(sealed_by(wrapped)):
                return wrapping.unwrap(wrapped, store, epoch, "live")
        raise _lost(store, epoch)

    def _key(self, secret: bytes, store: str, epoch: int) -> StoreKey:
        return StoreKey(secret, store, epoch, partial(self._secret, store, epoch))

    def _unwrapped(self, rows: Connection, store: str, epoch: int, state: Held) -> tuple[WrappingKey, bytes]:
        """Return a key's secret and what wraps it, of a caller who holds the write lock."""
        wrapped = _wrapped(_row(rows, store, epoch), store, epoch, state)
        wrapping = self._wraps.find(sealed_by(wrapped))
        if wrapping is None:
            raise _lost(store, epoch)
        return wrapping, wrapping.unwrap(wrapped, store, epoch, state)

    def _rewrite(
        self, rows: Connection, wrapping: WrappingKey, secret: bytes, store: str, epoch: int
    ) -> None:
        rows.execute(
            "UPDATE store_keys SET wrapped = ?, key_id = ? WHERE store = ? AND epoch = ?",
            (wrapping.wrap(secret, store, epoch, "live"), self._key(secret, store, epoch).id, store, epoch),
        )

    def _move(self, store: str, epoch: int, source: Held, target: Held) -> None:
        with self._file.writing() as rows:
            row = _row(rows, store, epoch)
            if row is not None and row[0] == target:
                return
            wrapping, secret = self._unwrapped(rows, store, epoch, source)
            rows.execute(
                "UPDATE store_keys SET state = ?, wrapped = ? WHERE store = ? AND epoch = ?",
                (target, wrapping.wrap(secret, store, epoch, target), store, epoch),
            )

    def _seconds(self) -> int:
        return int(self._clock().timestamp())


def _row(rows: Connection, store: str, epoch: int) -> tuple[KeyState, bytes] | None:
    found: tuple[KeyState, bytes] | None = rows.execute(
        "SELECT state, wrapped FROM store_keys WHERE store = ? AND epoch = ?", (store, epoch)
    ).fetchone()
    return found


def _wrapped(row: tuple[KeyState, bytes] | None, store: str, epoch: int, state: Held) -> bytes:
    if row is None:
        raise KeyGone(f"Store {store} has no key for epoch {epoch}.")
    if row[0] != state:
        raise KeyGone(f"The key of store {store}, epoch {epoch}, is {row[0]}.")
    return row[1]


def _lost(store: str, epoch: int) -> KeyGone:
    return KeyGone(f"The key of store {store}, epoch {epoch}, was wrapped by a key that is no more.")
