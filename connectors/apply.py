"""Apply: what each event makes us do. The thing it names is read again at the platform, never trusted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connectors import configured, grants, reading, rows, sync
from connectors.models import Delivery, DeliveryState, Row, RunMode, Store
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Event, EventKind, Reader
from connectors.vault import StoreKey

_THINGS = {
    EventKind.PRODUCT_CHANGED: "product",
    EventKind.PRODUCT_GONE: "product",
    EventKind.REDACT_PRODUCTS: "product",
    EventKind.SALE_CHANGED: "sale",
    EventKind.SALE_GONE: "sale",
    EventKind.OFFER_CHANGED: "offer",
    EventKind.OFFER_GONE: "offer",
    EventKind.REDACT_OFFERS: "offer",
}


_ENDS = frozenset({EventKind.PRODUCT_GONE, EventKind.SALE_GONE, EventKind.OFFER_GONE})


def target(event: Event) -> tuple[str, ...]:
    """Return what an event is about: events about the same thing are applied once."""
    if event.kind in _THINGS:
        return (_THINGS[event.kind], *event.ids)
    if event.kind in (EventKind.STORE_CHANGED, EventKind.SCOPES_CHANGED):
        return (event.kind,)
    return (event.kind, *event.ids)


def events(store: Store, reader: Reader, said: Sequence[Event]) -> None:
    """Do once what events about one thing ask for, from the oldest on; the newest word counts.

    Raises platform errors, of which some are worth another try.
    """
    newest = said[-1]
    if newest.kind == EventKind.STORE_CHANGED:
        _reread_store(store, reader, said)
    else:
        _VERBS[newest.kind](store, reader, newest)


def _reread(store: Store, reader: Reader, what: Event) -> None:
    for each in what.ids:
        _reread_one(store, reader, _THINGS[what.kind], each, is_end=what.kind in _ENDS)


def _reread_one(store: Store, reader: Reader, kind: str, record_id: str, *, is_end: bool) -> None:
    key = configured.keystore().get(store.ref, store.epoch)
    # Before the reading: a full run that begins meanwhile takes its snapshot later than this.
    seen_run = reading.newest_run(store, kind)
    found = reader.one(kind, record_id)
    if found is not None:
        rows.write(store.pk, store.epoch, key, [found], seen_run)
    elif is_end or _should_show(store, key, kind, record_id):
        with transaction.atomic():
            rows.bury(rows.open_epoch(store.pk, store.epoch), key, kind, record_id, seen_run)


def _should_show(store: Store, key: StoreKey, kind: str, record_id: str) -> bool:
    """Tell whether the platform would show the record if it were there: old sales leave its view."""
    days = PLATFORMS[store.platform].history_days.get(kind)
    if days is None:
        return True
    since = timezone.now() - timedelta(days=days) + reading.SWEEP_MARGIN
    fingerprint = key.fingerprint(kind, record_id)
    held = Row.objects.filter(store=store, epoch=store.epoch, kind=kind, fingerprint=fingerprint)
    return held.filter(dated_at__gte=since).exists()


def _reread_stock(store: Store, reader: Reader, what: Event) -> None:
    products = {reader.product_of_stock(each) for each in what.ids}
    for product_id in products - {None}:
        _reread_one(store, reader, "product", str(product_id), is_end=False)


def _reread_store(store: Store, reader: Reader, said: Sequence[Event]) -> None:
    key = configured.keystore().get(store.ref, store.epoch)
    fresh = reader.store()
    held = reading.held_store(store, key)
    reported = held.reported if held else None
    for each in said:
        reported = reading.merge_report(reported, each.reported, each.reported_fields)
    reading.keep_store(store, key, replace(fresh, reported=reported), reading.newest_run(store, "store"))


def _rescope(store: Store, _: Reader, what: Event) -> None:
    """Keep the scopes that are granted now, and read again what they may have opened or closed.

    The one thing that is not asked for again, so an older word must not undo a newer one.
    """
    with transaction.atomic():
        current = rows.open_epoch(store.pk, store.epoch)
        newer = Delivery.objects.filter(store=store, epoch=store.epoch, kind=what.kind)
        if (
            what.occurred_at
            and newer.filter(state=DeliveryState.DONE, occurred_at__gt=what.occurred_at).exists()
        ):
            return
        key = configured.keystore().get(store.ref, store.epoch)
        grants.rescope(current, key, frozenset(what.ids), timezone.now())
        sync.begin(current, RunMode.FULL)


def _wake(store: Store, _: Reader, what: Event) -> None:
    for each in what.ids:
        sync.wake(each, store)


_VERBS: dict[EventKind, Callable[[Store, Reader, Event], None]] = {
    **dict.fromkeys(_THINGS, _reread),
    EventKind.STOCK_CHANGED: _reread_stock,
    EventKind.SCOPES_CHANGED: _rescope,
    EventKind.EXPORT_FINISHED: _wake,
}
