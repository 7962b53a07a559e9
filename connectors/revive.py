"""Revive: what a merchant who comes back in time keeps of the time before.

Everything that the platform still shows is read again into the new epoch. What it does not show any more, the
sales of long ago and what it only reports at its own time, is moved: opened in the old epoch, sealed in the
new one. Then the old epoch is erased, and its receipt says how many sales were moved.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connectors import configured, erase, reading, rows
from connectors.errors import KeyGone, Unsealable
from connectors.models import Duty, DutyState, Row, Store
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Found
from connectors.policy.records import Record, Sale, StoreInfo
from connectors.vault import StoreKey

_TRIES = 3


def carry(duty_id: int) -> None:
    """Move what the platform no longer shows out of the epoch that a duty erases, then let it be erased."""
    duty = Duty.objects.get(pk=duty_id)
    store = Store.objects.get(ref=duty.store_ref)
    if duty.state == DutyState.ASKED and store.readable and store.epoch > duty.epoch:
        # It may leave again meanwhile: then what was not moved yet is erased with the rest.
        with contextlib.suppress(rows.Superseded, KeyGone):
            _move(store, duty)
    erase.hasten(duty_id)


def _move(store: Store, duty: Duty) -> None:
    old, new = _old_key(duty), configured.keystore().get(store.ref, store.epoch)
    if old is not None:
        _move_report(store, duty, old, new)
        last: int | None = 0
        while last is not None:
            last = _move_sales(store, duty, old, new, last)


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


def _move_report(store: Store, duty: Duty, old: StoreKey, new: StoreKey) -> None:
    """Keep what the platform only reports at its own time: it will not say it again because we ask."""
    before = _opened(old, Row.objects.filter(store=store, epoch=duty.epoch, kind="store"))
    for _, record in before:
        if not isinstance(record, StoreInfo) or record.reported is None:
            continue
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
    unseen_before = timezone.now() - timedelta(days=days) + reading.SWEEP_MARGIN
    with transaction.atomic():
        rows.open_epoch(store.pk, store.epoch)
        owed = Duty.objects.select_for_update(no_key=True).filter(pk=duty.pk, state=DutyState.ASKED).first()
        if owed is None:
            return None  # it is being erased
        old_sales = Row.objects.filter(
            store=store, epoch=duty.epoch, kind="sale", dated_at__lt=unseen_before, change__gt=after
        )
        batch = list(old_sales.order_by("change")[: rows.BATCH_ROWS])
        moved = [(row, record) for row, record in _opened(old, batch) if isinstance(record, Sale)]
        found = [Found("sale", sale.sale_id, row.version_at, sale, sale.created_at) for row, sale in moved]
        rows.write(store.pk, store.epoch, new, found)
        Row.objects.filter(pk__in=[row.pk for row, _ in moved]).delete()
        owed.counts = owed.counts | {"moved": owed.counts.get("moved", 0) + len(moved)}
        owed.save(update_fields=["counts"])
    return batch[-1].change if batch else None


def _opened(key: StoreKey, batch: Iterable[Row]) -> Iterator[tuple[Row, Record]]:
    for row in batch:
        if row.sealed is not None:
            with contextlib.suppress(Unsealable):
                yield row, rows.unseal(key, row.kind, bytes(row.fingerprint), row.sealed)
