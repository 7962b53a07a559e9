"""Revive: what a merchant who comes back in time keeps of the time before, if they want to.

    choice  the erasure of the time before that waits for the merchant's word; without one it keeps its clock
    keep    what the platform no longer shows goes along, and so do the videos
    clean   all of it is erased at once
    carry   moves: opens in the old epoch, seals in the new one; then the old epoch is erased

Nothing opens the old epoch before the merchant has said that they keep it, and its key is out of quarantine
for the moving alone. A redaction goes before it, whenever it comes. What the platform still shows is read
again and not moved; what is over its time (`connectors.policy.retention`) is not moved either.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors import audit, configured, erase, reading, rows, work
from connectors.errors import KeyGone, Unsealable
from connectors.models import Duty, DutyState, Row, Store, Video, VideoState
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Found
from connectors.policy import retention
from connectors.policy.records import Record, Sale, StoreInfo
from connectors.turns import one_of_many
from connectors.vault import StoreKey
from connectors.videos import moving, removal

#: The causes of an erasure of the time before: once the merchant has said what they want.
KEPT, CLEAN = "reinstalled", "clean"
#: What is kept is not erased under the moving: so long it may take at least.
MOVING: Final = timedelta(hours=24)
#: Batches of 500 sales, or of 8 MiB of videos, before the store's other work has its turn.
BATCHES_A_STEP: Final = 60
_TRIES: Final = 3


class _Unwanted(rows.Superseded):
    """The old epoch is being erased, or is to be: nothing of it is moved any more."""


def choice(store: Store) -> Duty | None:
    """Return the erasure of the time before that waits for the merchant's choice, if one does."""
    if not store.readable:
        return None
    keys = configured.keystore()
    waiting = _waiting(store, timezone.now())
    return next((duty for duty in waiting if keys.has(duty.store_ref, duty.epoch)), None)


def _waiting(store: Store, now: datetime) -> QuerySet[Duty]:
    """Return what is owed of earlier epochs and not begun, and of which the merchant has said nothing."""
    owed = Duty.objects.filter(
        kind=Duty.ERASE_STORE,
        store_ref=store.ref,
        epoch__lt=store.epoch,
        state=DutyState.ASKED,
        due_at__gt=now,
    )
    return owed.exclude(cause__in=(KEPT, CLEAN)).order_by("-epoch")


def keep(store: Store, now: datetime) -> int:
    """Keep the time before, as the merchant says; returns how many epochs of it are going to be moved.

    Raises Superseded when the store has left meanwhile.
    """
    with transaction.atomic():
        current = rows.open_epoch(store.pk, store.epoch, fenced=False)
        kept = list(_waiting(current, now).select_for_update(no_key=True))
        for duty in kept:
            duty.cause, duty.due_at = KEPT, max(duty.due_at, min(now + MOVING, duty.deadline_at))
            duty.save(update_fields=["cause", "due_at"])
            audit.note(store.ref, audit.MERCHANT, "return.kept", erasure=duty.ref, epoch=duty.epoch)
            _queue(current, duty)
    return len(kept)


def clean(store: Store, now: datetime) -> int:
    """Erase the time before at once, as the merchant says; returns how many epochs that is.

    Raises Superseded when the store has left meanwhile.
    """
    with transaction.atomic():
        current = rows.open_epoch(store.pk, store.epoch, fenced=False)
        ended = list(_waiting(current, now).select_for_update(no_key=True))
        for duty in ended:
            asked = erase.asked(CLEAN, now).told()
            duty.cause, duty.asked_by, duty.law = CLEAN, asked["asked_by"], asked["law"]
            duty.deadline_at = min(duty.deadline_at, asked["deadline_at"])
            duty.save(update_fields=["cause", "asked_by", "law", "deadline_at"])
            audit.note(store.ref, audit.MERCHANT, "return.clean", erasure=duty.ref, epoch=duty.epoch)
            erase.hasten(duty.pk)
    return len(ended)


def _queue(store: Store, duty: Duty) -> None:
    work.enqueue("revive.carry", duty.pk, lock=f"store-{store.pk}", dedupe=f"revive-{duty.pk}", priority=20)


def tend(now: datetime) -> None:
    """Queue every moving that is wanted again; a job that died leaves none behind."""
    wanted = Duty.objects.filter(
        kind=Duty.ERASE_STORE, state=DutyState.ASKED, cause=KEPT, due_at__gt=now
    ).order_by("epoch")
    for duty in wanted:
        _queue(Store.objects.get(ref=duty.store_ref), duty)


def carry(duty_id: int) -> None:
    """Move what is kept out of the epoch that a duty erases, then let it be erased.

    Raises work.Later when the store's other work is to have its turn.
    """
    duty = Duty.objects.get(pk=duty_id)
    if duty.state != DutyState.ASKED or duty.cause != KEPT:
        return
    store = Store.objects.get(ref=duty.store_ref)
    if store.readable and store.epoch > duty.epoch:
        # It may leave again meanwhile: then what was not moved yet is erased with the rest.
        with contextlib.suppress(rows.Superseded, KeyGone):
            _move(store, duty)
    erase.hasten(duty_id)


def _move(store: Store, duty: Duty) -> None:
    old, new = _old_key(duty), configured.keystore().get(store.ref, store.epoch)
    if old is None:
        return
    turns = count(1)
    _move_report(store, duty, old, new)
    last: int | None = 0
    while last is not None:
        last = _move_sales(store, duty, old, new, last)
        _take_turns(turns)
    for video in _videos(store, duty):
        with contextlib.suppress(Unsealable):  # what is damaged is erased with the rest
            for _ in moving.reseal(video, old, new, lambda: _wanted(store, duty)):
                _take_turns(turns)
            _take_over(video, store, duty, old, new)
    removal.empty(store.pk)


def _take_turns(turns: Iterator[int]) -> None:
    if next(turns) == BATCHES_A_STEP:
        raise work.Later(0)


def _old_key(duty: Duty) -> StoreKey | None:
    """Take the old key out of quarantine; None when it is gone."""
    keys = configured.keystore()
    for _ in range(_TRIES):  # the job that puts it aside may come in between
        try:
            keys.revive(duty.store_ref, duty.epoch)
            return keys.get(duty.store_ref, duty.epoch)
        except KeyGone:
            continue
    return None


def _wanted(store: Store, duty: Duty) -> Duty:
    """Lock store and duty in this transaction; raises when what is left of the old epoch is not kept."""
    rows.open_epoch(store.pk, store.epoch)
    owed = Duty.objects.select_for_update(no_key=True).filter(pk=duty.pk, state=DutyState.ASKED, cause=KEPT)
    found = owed.first()
    if found is None:
        raise _Unwanted(f"Epoch {duty.epoch} of store {store.ref} is not kept any more")
    return found


def _count(owed: Duty, what: str, number: int) -> None:
    owed.counts = owed.counts | {what: owed.counts.get(what, 0) + number}
    owed.save(update_fields=["counts"])


def _move_report(store: Store, duty: Duty, old: StoreKey, new: StoreKey) -> None:
    """Keep what the platform only reports at its own time: it will not say it again because we ask."""
    before = _opened(old, Row.objects.filter(store=store, epoch=duty.epoch, kind="store"))
    for _, record in before:
        if not isinstance(record, StoreInfo) or record.reported is None:
            continue
        with transaction.atomic():
            _wanted(store, duty)
            held = reading.held_store(store, new)
            base = record if held is None else replace(held, reported=held.reported or record.reported)
            reading.keep_store(store, new, base, reading.newest_run(store, "store"))


def _move_sales(store: Store, duty: Duty, old: StoreKey, new: StoreKey, after: int) -> int | None:
    """Move a batch of sales behind a change; returns the last change of it, None at the end.

    What does not open stays, and is erased with the rest.
    """
    days = PLATFORMS[store.platform].history_days.get("sale")
    if days is None:
        return None  # the platform shows all of them
    now = timezone.now()
    unseen_before = now - timedelta(days=days) + reading.SWEEP_MARGIN
    with one_of_many():
        owed = _wanted(store, duty)
        old_sales = Row.objects.filter(
            store=store,
            epoch=duty.epoch,
            kind="sale",
            dated_at__gte=now - retention.SALE.time,
            dated_at__lt=unseen_before,
            change__gt=after,
        )
        batch = list(old_sales.order_by("change")[: rows.BATCH_ROWS])
        moved = [(row, record) for row, record in _opened(old, batch) if isinstance(record, Sale)]
        found = [Found("sale", sale.sale_id, row.version_at, sale, sale.created_at) for row, sale in moved]
        written = rows.write(store.pk, store.epoch, new, found)
        Row.objects.filter(pk__in=[row.pk for row, _ in moved]).delete()
        _count(owed, "moved", len(moved) - written.barred - written.old)
    return batch[-1].change if batch else None


def _videos(store: Store, duty: Duty) -> list[Video]:
    """Return the videos that can be played; none where a redaction since may have meant what they show."""
    if _redacted_since(duty):
        return []
    mine = Video.objects.filter(store=store, epoch=duty.epoch, state=VideoState.READY)
    return list(mine.select_related("store").order_by("pk"))


def _redacted_since(duty: Duty) -> bool:
    things = (Duty.ERASE_PRODUCTS, Duty.ERASE_OFFERS)
    since = Duty.objects.filter(store_ref=duty.store_ref, kind__in=things, done_at__gte=duty.asked_at)
    return since.exists()


def _take_over(video: Video, store: Store, duty: Duty, old: StoreKey, new: StoreKey) -> None:
    with transaction.atomic():
        owed = _wanted(store, duty)
        if not _redacted_since(duty):  # looked at under the lock that a redaction takes too
            moving.take_over(video, store, old, new, timezone.now())
            _count(owed, "videos moved", 1)


def _opened(key: StoreKey, batch: Iterable[Row]) -> Iterator[tuple[Row, Record]]:
    for row in batch:
        if row.sealed is not None:
            with contextlib.suppress(Unsealable):
                yield row, rows.unseal(key, row.kind, bytes(row.fingerprint), row.sealed)
