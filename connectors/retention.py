"""Retention: what is over its time goes, once a day, and a receipt says what it was and how much.

    daily   queue every store that has something over its time; forget, everywhere, what is nobody's value
    carry   one store: one kind after the other, a batch at a time

How long is said in `connectors.policy.retention`. A store in quarantine is passed over: its clock is the
erasure. Killed anywhere, the next try goes on: a batch and its count are one transaction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from connectors import audit, chain, duties, rows, work
from connectors.models import (
    Delivery,
    DeliveryState,
    Duty,
    DutyState,
    FeedRead,
    Person,
    Report,
    Row,
    Store,
    StoreState,
)
from connectors.policy import deadlines, retention
from connectors.policy.retention import Period
from connectors.turns import one_of_many

CAUSE: Final = "retention"
BATCH = 500
#: 30,000 sales, a few seconds: then stores take turns.
BATCHES_A_STEP: Final = 60
_OPEN: Final = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)


@dataclass(frozen=True)
class Place:
    """Where things of one kind lie, which of them are over their time, and how a batch of them goes."""

    period: Period
    counted: str
    over: Callable[..., QuerySet[Any]]
    remove: Callable[[QuerySet[Any]], int]


def _old_sales(before: datetime, **of_store: Any) -> QuerySet[Row]:
    sales = Row.objects.filter(**of_store, kind="sale", sealed__isnull=False, dated_at__lt=before)
    return sales.order_by("dated_at")


def _old_reports(before: datetime, **of_store: Any) -> QuerySet[Report]:
    return Report.objects.filter(**of_store, created_at__lt=before).order_by("pk")


def _old_events(before: datetime, **of_store: Any) -> QuerySet[Delivery]:
    found = Delivery.objects.filter(**of_store, sealed__isnull=False, received_at__lt=before)
    return found.order_by("pk")


def _remove_reports(old: QuerySet[Report]) -> int:
    return old.delete()[0]


def _empty_events(old: QuerySet[Delivery]) -> int:
    """Take what they said out of deliveries; their ids stay, so that none is taken in again."""
    given_up = Case(
        When(state=DeliveryState.WAITING, then=Value(DeliveryState.IGNORED.value)), default=F("state")
    )
    return old.update(state=given_up, sealed=None, reason=retention.OLDER)


#: What is a merchant's and has days. An export goes by its own clock (`connectors.exports`).
PLACES: Final = (
    Place(retention.SALE, "sales", _old_sales, rows.remove),
    Place(retention.REPORT, "reports", _old_reports, _remove_reports),
    Place(retention.EVENT, "deliveries", _old_events, _empty_events),
)


def daily(now: datetime) -> int:
    """Queue the stores that have something over its time; returns how many there were."""
    _forget(Person.objects.filter(seen_at__lt=now - retention.PERSON.time))
    _forget(FeedRead.objects.filter(day__lt=(now - retention.FEED_READ.time).date()))
    _end_left(now)
    owed = Duty.objects.filter(kind=Duty.RETAIN, state__in=Duty.OWED)
    due = Q(ref__in=owed.values("store_ref"))
    of_store = {"store": OuterRef("pk"), "epoch": OuterRef("epoch")}
    for place in PLACES:
        due |= Q(Exists(place.over(now - place.period.time, **of_store).order_by()))
    found = list(Store.objects.filter(due, state__in=_OPEN).values_list("pk", flat=True))
    for store_id in found:
        work.enqueue("retention.store", store_id, lock=f"retain-{store_id}", dedupe=f"retain-{store_id}")
    return len(found)


def carry(store_id: int) -> None:
    """Remove what of a store is over its time; raises work.Later when stores are to take turns."""
    store = Store.objects.get(pk=store_id)
    turns = count(1)
    try:
        for place in PLACES if store.readable else ():
            _retain(store, place, timezone.now(), turns)
    except rows.Superseded:
        _end_left(timezone.now())  # it left meanwhile: what is still there is its erasure's


def _retain(store: Store, place: Place, now: datetime, turns: Iterator[int]) -> None:
    duty = _owed(store, place, now)
    if duty is None:
        return
    while _remove(store, duty.pk, place, now):
        if next(turns) == BATCHES_A_STEP:
            raise work.Later(0)
    with transaction.atomic():
        rows.open_epoch(store.pk, store.epoch)
        _end(duty.pk, now)


def _owed(store: Store, place: Place, now: datetime) -> Duty | None:
    """Return the duty of a kind that is open, or a new one where something is over its time."""
    mine = Duty.objects.filter(kind=Duty.RETAIN, store_ref=store.ref, epoch=store.epoch)
    duty = mine.filter(subject=place.period.key, state__in=Duty.OWED).first()
    if duty is not None or not _over(store, place, now).exists():
        return duty
    with transaction.atomic():
        current = rows.open_epoch(store.pk, store.epoch)
        asked = duties.Asked(CAUSE, audit.CLOCK, deadlines.RETENTION, now)
        return duties.owe(Duty.RETAIN, current, asked, subject=place.period.key)


def _over(store: Store, place: Place, now: datetime) -> QuerySet[Any]:
    return place.over(now - place.period.time, store=store, epoch=store.epoch)


def _remove(store: Store, duty_id: int, place: Place, now: datetime) -> bool:
    """Remove a batch and count it; returns whether there was any."""
    with one_of_many():
        rows.open_epoch(store.pk, store.epoch)
        duty = Duty.objects.select_for_update(no_key=True).get(pk=duty_id)
        over = _over(store, place, now)
        batch = list(over.values_list("pk", flat=True)[:BATCH]) if duty.owed else []
        if batch:
            removed = place.remove(over.model._base_manager.filter(pk__in=batch))
            duty.counts = duty.counts | {place.counted: duty.counts.get(place.counted, 0) + removed}
            duty.state = DutyState.DOING
            duty.save(update_fields=["counts", "state"])
    return bool(batch)


def _end(duty_id: int, now: datetime, reason: str = "") -> None:
    """Close a duty, with its receipt where something was removed; in this transaction, under the lock."""
    duty = Duty.objects.select_for_update(no_key=True).get(pk=duty_id)
    if not duty.owed:
        return
    duty.state, duty.done_at, duty.reason = DutyState.DONE, now, reason
    duty.save(update_fields=["state", "done_at", "reason"])
    if duty.counts:
        audit.note(duty.store_ref, audit.CLOCK, "retention.done", kind=duty.subject, removed=duty.counts)
        chain.write(duty, now)


def _end_left(now: datetime) -> None:
    """Close the duties of stores that have left: the erasure has a shorter clock, and removes the rest."""
    for duty in list(Duty.objects.filter(kind=Duty.RETAIN, state__in=Duty.OWED)):
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).filter(ref=duty.store_ref).first()
            if store is None or not store.readable or store.epoch != duty.epoch:
                _end(duty.pk, now, "the store left: its erasure removes the rest")


def _forget(old: QuerySet[Any]) -> None:
    """Delete what is nobody's value, a batch at a time: it holds references, counts and fingerprints."""
    model: type[Model] = old.model
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        model._base_manager.filter(pk__in=batch).delete()
