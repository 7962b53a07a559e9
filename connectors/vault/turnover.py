"""Turning the wrapping key over: what the old one wrapped, in whatever copy, opens no more.

    1  wrap file: [new, old]       readers find whichever key their row names
    2  rows: all wrapped by new    one transaction
    3  wrap file: [new]            the old file overwritten

All under the key store's write lock. A kill after 1 or 2 leaves a key too many; the next turn-over drops it.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from connectors.errors import Unsealable
from connectors.vault.aead import sealed_by
from connectors.vault.ring import MasterKeys
from connectors.vault.wrapping import WrapFile, WrappingKey

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
    #: More than one: a turn-over was killed, and the next one ends it.
    wrapping_keys: int
    wrapping_key_age_seconds: float
    #: The master key that seals the wrap file; when it is not the first of the ring, `rewrap_masters` is due.
    master_key: str
    master_keys: tuple[str, ...]


def wrap_anew(rows: Connection, wraps: WrapFile, new: WrappingKey) -> int:
    """Wrap every key by `new` and return how many were.

    A row whose wrapping key is no more, or that is damaged, stays as it is: nothing opens it, and it must not
    keep others from being destroyed.
    """
    known = wraps.read()
    wraps.write([new, *known])
    by_id = {key.id: key for key in known}
    found = rows.execute(
        "SELECT store, epoch, state, wrapped FROM store_keys WHERE wrapped IS NOT NULL"
    ).fetchall()
    # Read whole (200 bytes for each store): a table must not change under the statement that reads it.
    renewed = []
    for store, epoch, state, wrapped in found:
        with contextlib.suppress(Unsealable, KeyError):
            secret = by_id[sealed_by(wrapped)].unwrap(wrapped, store, epoch, state)
            renewed.append((new.wrap(secret, store, epoch, state), store, epoch))
    rows.executemany("UPDATE store_keys SET wrapped = ? WHERE store = ? AND epoch = ?", renewed)
    (wrapped,) = rows.execute("SELECT wrapped FROM finder").fetchone()
    if old := by_id.get(sealed_by(wrapped)):
        finder = new.wrap(old.unwrap(wrapped, "", 0, "finder"), "", 0, "finder")
        rows.execute("UPDATE finder SET wrapped = ?", (finder,))
    return len(renewed)


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
        "SELECT store, epoch, state, wrapped FROM store_keys WHERE wrapped IS NOT NULL"
        " UNION ALL SELECT '', 0, 'finder', wrapped FROM finder"
    ).fetchall()
    for store, epoch, state, wrapped in held:
        if sealed_by(wrapped) == key.id:
            with contextlib.suppress(Unsealable):
                key.unwrap(wrapped, store, epoch, state)
                return True
    return False


def status(rows: Connection, wraps: WrapFile, masters: MasterKeys, now: datetime) -> KeyStatus:
    """Return counts, ages and key ids."""
    counts = dict(rows.execute("SELECT state, count(*) FROM store_keys GROUP BY state").fetchall())
    used = rows.execute(USED).fetchall()
    keys = wraps.read()
    known = {key.id for key in keys}
    return KeyStatus(
        live=counts.get("live", 0),
        quarantined=counts.get("quarantined", 0),
        destroyed=counts.get("destroyed", 0),
        unreadable=sum(count for key_id, count in used if key_id not in known),
        wrapping_keys=len(keys),
        wrapping_key_age_seconds=(now - keys[0].made_at).total_seconds(),
        master_key=wraps.sealed_by(),
        master_keys=masters.ids,
    )
