"""The only writer and reader of sealed rows.

Writing a batch is one look at what is there, one sealing per changed record and one statement; its numbers
are taken from the change sequence, which is held until the transaction ends (`connectors.models.rows`).
Locks are always taken in this order: store, endpoints, sequence, rows.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors import bars, counting, work
from connectors.errors import KeyGone, Missing
from connectors.models import Row, Store
from connectors.platforms.base import Found
from connectors.policy.records import KINDS, Product, Record
from connectors.vault import StoreKey

TABLE = Row._meta.db_table
#: Rows of one statement: twelve columns each stay below SQLite's 32,766 parameters.
BATCH_ROWS = 500
_encode = msgspec.msgpack.Encoder().encode


class Superseded(Missing):
    """The store was uninstalled or installed anew meanwhile; this work belongs to an older epoch."""


class Written(NamedTuple):
    """What a batch did: put (new or changed), left as they were, older than held, barred, older than kept."""

    put: int = 0
    same: int = 0
    stale: int = 0
    barred: int = 0
    old: int = 0


@dataclass(frozen=True, repr=False, slots=True)
class Opened:
    """A row with its record."""

    fingerprint: bytes
    change: int
    version_at: datetime
    record: Record


class _Held(NamedTuple):
    version_at: datetime
    digest: bytes | None
    seen_run: int
    mark: bytes | None
    restocked_at: datetime | None


class _New(NamedTuple):
    """A record that is to be put: as it came, encoded, its digest, and what is held of it."""

    found: Found
    plain: bytes
    digest: bytes
    held: _Held | None


_Changed = dict[bytes, _New]


@dataclass(repr=False, slots=True)
class _Sorted:
    changed: _Changed = field(default_factory=dict)
    same: list[bytes] = field(default_factory=list)
    stale: list[bytes] = field(default_factory=list)


def open_epoch(store_id: int, epoch: int, *, fenced: bool = True, key: StoreKey | None = None) -> Store:
    """Lock the store in this transaction and return it; raises Superseded unless the epoch is still open.

    `fenced`: also stop a worker that was frozen while its lease ran out. What it got for something that can
    be spent only once, such as a refresh token, must be written all the same. `key`: what is
    written here is sealed with it; raises KeyTurned when it may not seal any more.
    """
    if fenced:
        work.fence()
    store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
    if store.epoch != epoch or not store.readable:
        raise Superseded(f"Store {store.ref} is {store.state} in epoch {store.epoch}, not open in {epoch}")
    if key is not None:
        store.check_key(key.epoch, key.id)
    return store


def write(
    store_id: int,
    epoch: int,
    key: StoreKey,
    found: Many[Found],
    seen_run: int = 0,
    *,
    snapshot: bool = False,
) -> Written:
    """Seal and keep records, all of one kind, in one transaction.

    An unchanged record makes no change. Left out is what is older than what is held, what a redaction has
    barred, and a sale of longer ago than sales are kept. `snapshot`: it was taken when the run began, so a
    row that this run's number already marks was read later and stays. Raises Superseded.
    """
    if not found:
        return Written()
    kind = found[0].kind
    with transaction.atomic():
        allowed = bars.without(open_epoch(store_id, epoch, key=key), found)
        young = bars.young(allowed, timezone.now())
        # The last reading of a record counts.
        newest = {key.fingerprint(kind, each.id): each for each in young}
        held = _held(store_id, epoch, kind, list(newest))
        batch = _sort_out(key, newest, held, seen_run if snapshot else 0)
        _seen(store_id, epoch, kind, [*batch.same, *batch.stale], seen_run)
        if batch.changed:
            _put(store_id, epoch, key, kind, batch.changed, seen_run)
    barred, old = len(found) - len(allowed), len(allowed) - len(young)
    return Written(len(batch.changed), len(batch.same), len(batch.stale), barred, old)


def _held(store_id: int, epoch: int, kind: str, fingerprints: list[bytes]) -> dict[bytes, _Held]:
    rows = Row.objects.filter(store_id=store_id, epoch=epoch, kind=kind, fingerprint__in=fingerprints)
    return {
        bytes(fingerprint): _Held(version_at, _bytes(digest), seen, _bytes(mark), restocked_at)
        for fingerprint, version_at, digest, seen, mark, restocked_at in rows.values_list(
            "fingerprint", "version_at", "digest", "seen_run", "mark", "restocked_at"
        )
    }


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _newer(before: _Held, each: Found, snapshot_run: int) -> bool:
    if snapshot_run and before.seen_run == snapshot_run:
        return True  # also a tombstone: what was deleted after the snapshot stays deleted
    return before.digest is not None and before.version_at > each.version


def _sort_out(
    key: StoreKey, newest: dict[bytes, Found], held: dict[bytes, _Held], snapshot_run: int
) -> _Sorted:
    batch = _Sorted()
    for fingerprint, each in newest.items():
        before = held.get(fingerprint)
        if before is not None and _newer(before, each, snapshot_run):
            batch.stale.append(fingerprint)
            continue
        plain = _encode(each.record)
        digest = key.digest(plain)
        if before is not None and before.digest == digest:
            batch.same.append(fingerprint)
        else:
            batch.changed[fingerprint] = _New(each, plain, digest, before)
    return batch


def _seen(store_id: int, epoch: int, kind: str, fingerprints: list[bytes], seen_run: int) -> None:
    if seen_run and fingerprints:
        rows = Row.objects.filter(store_id=store_id, epoch=epoch, kind=kind, fingerprint__in=fingerprints)
        rows.update(seen_run=seen_run)


def _stock(key: StoreKey, new: _New) -> tuple[bytes | None, datetime | None]:
    """Return the mark of whether a product can be bought, and since when it can again.

    A mark has two values, so one that differs from the held one says that the other is true now. What is
    read for the first time, or again after it was gone, came back from nowhere.
    """
    product, before = new.found.record, new.held
    if not isinstance(product, Product):
        return None, None
    buyable = any(each.available_for_sale for each in product.variants)
    mark = key.fingerprint("stock", f"{new.found.id} {'in' if buyable else 'out'}")
    if not buyable or before is None or before.mark is None:
        return mark, None
    return mark, before.restocked_at if before.mark == mark else new.found.version


_KEYS = "store_id, epoch, kind, fingerprint"
_REST = ("version_at", "dated_at", "change", "digest", "sealed", "seen_run", "mark", "restocked_at")
_PLACES = f"({', '.join(['%s'] * (_KEYS.count(',') + 1 + len(_REST)))})"
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _REST)


def _put(store_id: int, epoch: int, key: StoreKey, kind: str, changed: _Changed, seen_run: int) -> None:
    first = counting.take_changes(store_id, len(changed))
    values: list[Any] = []
    moment = connection.ops.adapt_datetimefield_value
    for number, (fingerprint, new) in enumerate(changed.items(), start=first):
        each = new.found
        mark, restocked_at = _stock(key, new)
        values += (store_id, epoch, kind, fingerprint, moment(each.version), moment(each.dated_at), number)
        values += (new.digest, key.seal(kind, fingerprint, new.plain), seen_run, mark, moment(restocked_at))
    places = ", ".join([_PLACES] * len(changed))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({_KEYS}, {', '.join(_REST)}) VALUES {places}"  # noqa: S608 - names of ours
            f" ON CONFLICT ({_KEYS}) DO UPDATE SET {_REPLACED}",
            values,
        )


def bury(store: Store, key: StoreKey, kind: str, record_id: str, seen_run: int) -> int:
    """Leave a tombstone for a record that the platform no longer has, whether it was held or not.

    So that an export taken before it was deleted does not bring it back. In this transaction, of a caller who
    holds the store's lock; returns how many were held.
    """
    fingerprint = key.fingerprint(kind, record_id)
    rows = Row.objects.filter(store=store, epoch=store.epoch, kind=kind, fingerprint=fingerprint)
    removed = remove(rows)
    if not rows.update(seen_run=seen_run):
        Row.objects.create(
            store=store,
            epoch=store.epoch,
            kind=kind,
            fingerprint=fingerprint,
            version_at=timezone.now(),
            change=counting.take_changes(store.pk, 1),
            seen_run=seen_run,
        )
    return removed


def remove(rows: QuerySet[Row], at: datetime | None = None) -> int:
    """Turn the given rows of one store into tombstones, in this transaction; returns how many there were.

    The caller holds the store's lock.
    """
    doomed = list(rows.filter(sealed__isnull=False).order_by("change").values_list("pk", "store_id"))
    if not doomed:
        return 0
    first = counting.take_changes(doomed[0][1], len(doomed))
    moment = connection.ops.adapt_datetimefield_value(at or timezone.now())
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {TABLE} SET sealed = NULL, digest = NULL, dated_at = NULL, mark = NULL,"  # noqa: S608
            " restocked_at = NULL, version_at = %s, change = %s WHERE id = %s",
            [(moment, number, row) for number, (row, _) in enumerate(doomed, start=first)],
        )
    return len(doomed)


def close(store: Store, epoch: int) -> None:
    """Leave one tombstone for a whole store, so that the feed says that everything of it is gone.

    In this transaction, of a caller who holds the store's lock. The rows of the store stay where they are.
    """
    Row.objects.update_or_create(
        store=store,
        epoch=epoch,
        kind="gone",
        fingerprint=b"",
        defaults={"version_at": timezone.now(), "change": counting.take_changes(store.pk, 1), "sealed": None},
    )


def unseal(key: StoreKey, kind: str, fingerprint: bytes, sealed: bytes | memoryview) -> Record:
    """Return the record that was sealed; raises Unsealable when it does not open in this place."""
    record: Record = key.recall(kind, bytes(fingerprint), sealed, KINDS[kind])
    return record


def opened(key: StoreKey, rows: Iterable[Row]) -> Iterator[Opened]:
    """Open rows one by one; tombstones are passed over."""
    for row in rows:
        if row.sealed is not None:
            fingerprint = bytes(row.fingerprint)
            record = unseal(key, row.kind, fingerprint, row.sealed)
            yield Opened(fingerprint, row.change, row.version_at, record)


def of_store(store: Store, kind: str) -> QuerySet[Row]:
    """Return the rows of one kind of a store that may be read now; raises KeyGone when it is not open."""
    if not store.readable:
        raise KeyGone(f"Store {store.ref} is {store.state}")
    return Row.objects.filter(store=store, epoch=store.epoch, kind=kind)
