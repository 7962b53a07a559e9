"""Turning the wrapping key over: what the old one wrapped, in whatever copy, opens no more.

    1  wrap file: [new, old]       readers find whichever key their row names
    2  rows: wrapped by the newest, a batch at a time; whoever creates meanwhile wraps by it, too
    3  wrap file: [new]            the old file overwritten

Each step under the key store's write lock, which others get in between. A kill leaves a wrap file of several
keys, and loses nothing. Any number of turn-overs may go on at once: each wraps by the newest key there is,
and drops what is older and needed by no row.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from connectors.errors import Unsealable
from connectors.vault.aead import OVERHEAD_BYTES, sealed_by
from connectors.vault.keyfile import KeyFile
from connectors.vault.payload import TURNING_BYTES
from connectors.vault.ring import MasterKeys
from connectors.vault.wrapping import WrapFile, WrappingKey

#: Called after each batch: how many keys were looked at, and how many there were at the beginning.
Progress = Callable[[int, int], None]

BATCH: Final = 500
#: As long as a batch took, and at most so long, the file is left to others, who poll for one that is locked.
_BREATH_SECONDS: Final = 0.05

# Bytes 2 to 9 of what is sealed, see `connectors.vault.aead`.
USED: Final = """
    SELECT substr(wrapped, 2, 8), count(*) FROM store_keys WHERE wrapped IS NOT NULL GROUP BY 1
    UNION ALL SELECT substr(wrapped, 2, 8), 0 FROM finder
"""


@dataclass(frozen=True)
class KeyStatus:
    """What an operator may see of the key store."""

    live: int
    quarantined: int
    destroyed: int
    #: Keys whose wrapping key is no more: a backup was put back.
    unreadable: int
    #: More than one: a turn-over is under way or was killed, and the next one ends it.
    wrapping_keys: int
    #: Of such a turn-over: how many keys it has still to wrap.
    waiting: int
    #: Keys whose store is being re-sealed.
    resealing: int
    wrapping_key_age_seconds: float
    #: The master key that seals the wrap file; when it is not the first of the ring, `rewrap_masters` is due.
    master_key: str
    master_keys: tuple[str, ...]


def begin(rows: Connection, wraps: WrapFile, new: WrappingKey, *, resume: bool) -> int:
    """Let a new key wrap from here on and return how many keys there are to wrap.

    `resume`: where one is under way, go on with it instead.
    """
    known = wraps.read()
    newest = known[0] if resume and len(known) > 1 else new
    if newest is new:
        wraps.write([new, *known])
    (wrapped,) = rows.execute("SELECT wrapped FROM finder").fetchone()
    old = next((key for key in known if key.id == sealed_by(wrapped)), None)
    if old is not None:
        finder = newest.wrap(old.unwrap(wrapped, "", 0, "finder"), "", 0, "finder")
        rows.execute("UPDATE finder SET wrapped = ?", (finder,))
    count: int
    (count,) = rows.execute("SELECT count(*) FROM store_keys WHERE wrapped IS NOT NULL").fetchone()
    return count


def wrap_all(file: KeyFile, wraps: WrapFile, total: int, progress: Progress | None) -> int:
    """Wrap every key by the newest, batch by batch, and return how many it wraps in the end.

    A row whose wrapping key is no more, or that is damaged, stays as it is: nothing opens it, and it must not
    keep others from being destroyed.
    """
    place: tuple[str, int] | None = ("", -1)
    looked = survive = 0
    while place is not None:
        began = time.monotonic()
        with file.writing() as rows:
            found = _behind(rows, place)
            survive += _wrap(rows, wraps, found)
        looked += len(found)
        place = found[-1][:2] if len(found) == BATCH else None
        if progress is not None:
            progress(looked, total)
        if place is not None:
            time.sleep(min(_BREATH_SECONDS, time.monotonic() - began))
    return survive


def _behind(rows: Connection, place: tuple[str, int]) -> list[tuple[str, int, str, bytes]]:
    # Read whole (300 bytes for each): a table must not change under the statement that reads it.
    return rows.execute(
        "SELECT store, epoch, state, wrapped FROM store_keys"
        " WHERE (store, epoch) > (?, ?) AND wrapped IS NOT NULL ORDER BY store, epoch LIMIT ?",
        (*place, BATCH),
    ).fetchall()


def _wrap(rows: Connection, wraps: WrapFile, found: list[tuple[str, int, str, bytes]]) -> int:
    keys = wraps.read()
    newest, by_id = keys[0], {key.id: key for key in keys}
    renewed, survive = [], 0
    for store, epoch, state, wrapped in found:
        if sealed_by(wrapped) == newest.id:
            survive += 1
            continue
        with contextlib.suppress(Unsealable, KeyError):
            secret = by_id[sealed_by(wrapped)].unwrap(wrapped, store, epoch, state)  # type: ignore[arg-type]
            renewed.append((newest.wrap(secret, store, epoch, state), store, epoch))  # type: ignore[arg-type]
    rows.executemany("UPDATE store_keys SET wrapped = ? WHERE store = ? AND epoch = ?", renewed)
    return survive + len(renewed)


def drop_unused(rows: Connection, wraps: WrapFile) -> None:
    """Destroy every wrapping key that opens no committed row, but for the newest."""
    newest, *older = wraps.read()
    kept = [newest, *(key for key in older if _opens_any(rows, key))]
    if len(kept) <= len(older):
        wraps.write(kept)


def _opens_any(rows: Connection, key: WrappingKey) -> bool:
    """Tell whether a row needs this key: a damaged one that only names it must not keep it alive."""
    # Each read whole at once: a cursor left open by a failure would hold its lock.
    held = rows.execute(
        "SELECT store, epoch, state, wrapped FROM store_keys WHERE substr(wrapped, 2, 8) = ?1"
        " UNION ALL SELECT '', 0, 'finder', wrapped FROM finder WHERE substr(wrapped, 2, 8) = ?1",
        (key.id,),
    ).fetchall()
    for store, epoch, state, wrapped in held:
        with contextlib.suppress(Unsealable):
            key.unwrap(wrapped, store, epoch, state)
            return True
    return False


def status(rows: Connection, wraps: WrapFile, masters: MasterKeys, now: datetime) -> KeyStatus:
    """Return counts, ages and key ids."""
    counts = dict(rows.execute("SELECT state, count(*) FROM store_keys GROUP BY state").fetchall())
    used = rows.execute(USED).fetchall()
    turning = rows.execute(
        "SELECT count(*) FROM store_keys WHERE length(wrapped) = ?", (OVERHEAD_BYTES + TURNING_BYTES,)
    ).fetchone()
    keys = wraps.read()
    older = {key.id for key in keys[1:]}
    known = {keys[0].id, *older}
    return KeyStatus(
        live=counts.get("live", 0),
        quarantined=counts.get("quarantined", 0),
        destroyed=counts.get("destroyed", 0),
        unreadable=sum(count for key_id, count in used if key_id not in known),
        wrapping_keys=len(keys),
        waiting=sum(count for key_id, count in used if key_id in older),
        resealing=turning[0],
        wrapping_key_age_seconds=(now - keys[0].made_at).total_seconds(),
        master_key=wraps.sealed_by(),
        master_keys=masters.ids,
    )
