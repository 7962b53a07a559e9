"""Emptying: a store's key first, then what is left of the store in an epoch, place by place.

    destroy_key   nothing of the store opens from here on, whatever its size
    empty         let no copy of the key store open it, then remove what was sealed under the key that is
                  gone, in small batches, and count it
    left          name the places that hold something

Each batch is a transaction of some tens of milliseconds: on SQLite, which has one writer, everybody else
writes in between. A kill anywhere loses no count and leaves nothing that the next try does not find.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils import timezone

from connectors import audit, configured, reading, work
from connectors.models import (
    Consent,
    Delivery,
    Duty,
    Export,
    ExportPart,
    Grant,
    Person,
    Report,
    Row,
    Run,
    Store,
    Video,
    VideoPart,
)
from connectors.policy.records import KINDS
from connectors.turns import turn

#: Rows in a transaction: on SQLite others wait for it, on PostgreSQL nobody does.
BATCHES: Final = {"sqlite": 250, "postgresql": 5000}
#: Keys that are looked up at once, and removed batch by batch: some megabytes.
WINDOW: Final = 50_000
#: A part of a video is 256 KiB: some 16 MB a transaction.
PARTS: Final = 64
#: Of the time that a batch took, so much is left to others, who poll for a database that is locked (SQLite).
_BREATH: Final = 0.5


def locked(duty_id: int) -> Duty:
    """Lock the duty in this transaction: two workers must not count one removal twice, or not at all."""
    work.fence()
    return Duty.objects.select_for_update(no_key=True).get(pk=duty_id)


def destroy_key(duty: Duty) -> None:
    """Destroy the store's key, and write down since when nothing opens."""
    key_id = configured.keystore().destroy(duty.store_ref, duty.epoch)
    now = timezone.now()
    with transaction.atomic():
        if Duty.objects.filter(pk=duty.pk, unreadable_at=None).update(unreadable_at=now, key_id=key_id):
            audit.note(duty.store_ref, audit.CLOCK, "erasure.unreadable", erasure=duty.ref, key=key_id)


def empty(duty: Duty) -> None:
    """Remove what is left of the store in this epoch, from wherever a kill has left it."""
    # Until the turn-over a copy of the key store, with the wrapping key of today, would still open it. Again
    # in every try: a kill may have come in between.
    configured.keystore().turn_over()
    for held in _parts(duty):
        while _remove_parts(duty.pk, held):
            pass
    _remove_rows(duty)
    for place, held in _others(duty).items():
        _remove_place(duty, place, held)
    reading.remove_spools(duty.store_ref, duty.epoch)


def left(duty: Duty) -> list[str]:
    """Name the places that hold something of the store in this epoch."""
    return [place for place, held in (_rows(duty) | _others(duty)).items() if held.exists()]


def _rows(duty: Duty) -> dict[str, models.QuerySet[Any]]:
    rows = Row.objects.filter(store__ref=duty.store_ref, epoch=duty.epoch)
    return {"rows": rows.exclude(kind="gone")}


def _others(duty: Duty) -> dict[str, models.QuerySet[Any]]:
    """Return what else holds something of the store in this epoch, place by place."""
    here = {"store__ref": duty.store_ref, "epoch": duty.epoch}
    return {
        "deliveries": Delivery.objects.filter(**here),
        "runs": Run.objects.filter(**here),
        "reports": Report.objects.filter(**here),
        "grants": Grant.objects.filter(**here),
        "persons": Person.objects.filter(**here),
        "videos": Video.objects.filter(**here),
        "exports": Export.objects.filter(**here),
        "consents": Consent.objects.filter(**here),
    }


def _parts(duty: Duty) -> list[models.QuerySet[Any]]:
    """Return what is too heavy to go with the thing that it is a part of."""
    return [
        VideoPart.objects.filter(file__video__store__ref=duty.store_ref, file__video__epoch=duty.epoch),
        ExportPart.objects.filter(export__store__ref=duty.store_ref, export__epoch=duty.epoch),
    ]


@contextmanager
def _batch(duty_id: int) -> Iterator[Duty]:
    """Hold the duty for the transaction of one batch, and leave the database to others behind it."""
    with turn():
        began = time.monotonic()
        with transaction.atomic():
            yield locked(duty_id)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_BREATH * (time.monotonic() - began))


def _remove_parts(duty_id: int, held: models.QuerySet[Any]) -> bool:
    """Remove some of the parts; returns whether there was any."""
    with _batch(duty_id):
        batch = list(held.values_list("pk", flat=True)[:PARTS])
        held.model._base_manager.filter(pk__in=batch).delete()
    return bool(batch)


def _remove_rows(duty: Duty) -> None:
    """Remove the records, kind by kind, in the order of their changes, which is how they lie in the table."""
    store = Store.objects.get(ref=duty.store_ref)
    for kind in KINDS:
        last = 0
        while found := _window(store, kind, last):
            _remove(duty.pk, "rows", Row, [pk for pk, epoch, _ in found if epoch == duty.epoch])
            last = found[-1][-1]
    # From the beginning again, as `left` will look: on PostgreSQL that walks once over all that was removed.
    _remove_place(duty, "rows", _rows(duty)["rows"])


def _window(store: Store, kind: str, after: int) -> list[tuple[int, int, int]]:
    """Return the next records behind a change: key, epoch, change.

    The epoch is not asked for: PostgreSQL, where it has no statistics of a store that is new, would take that
    for a single record, and walk over all there is for every window.
    """
    behind = Row.objects.filter(store=store, kind=kind, change__gt=after).order_by("change")
    return list(behind.values_list("pk", "epoch", "change")[:WINDOW])


def _remove_place(duty: Duty, place: str, held: models.QuerySet[Any]) -> None:
    """Remove what a place holds, until nothing is found."""
    while _remove(duty.pk, place, held.model, list(held.values_list("pk", flat=True)[:WINDOW])):
        pass


def _remove(duty_id: int, place: str, model: type[models.Model], found: list[int]) -> bool:
    """Remove what was found in small batches, and count it; returns whether there may be more."""
    size = BATCHES[connection.vendor]
    for batch in [found[start : start + size] for start in range(0, len(found), size)] or [[]]:
        with _batch(duty_id) as duty:
            if duty.emptied_at is not None:
                return False  # by another: what came in since is the id of a delivery, and was not erased
            removed = model._base_manager.filter(pk__in=batch).delete()[1] if batch else {}
            _add(duty, place, removed.get(model._meta.label, 0))  # without what hangs on it
    return bool(found)


def _add(duty: Duty, place: str, removed: int) -> None:
    """Count a removal in the transaction that removes it."""
    counts = Counter(duty.counts)
    counts[place] += removed
    duty.counts = dict(counts)
    duty.save(update_fields=["counts"])
