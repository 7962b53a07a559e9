"""Ask for an export, find it again, give up and remove what is old."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from connectors import audit, work
from connectors.models import Export, ExportPart, ExportState, Store
from connectors.policy import retention
from connectors.rows import open_epoch

#: How long an export is there, from when it was asked for.
KEPT: Final = retention.EXPORT.time
#: One that was not made in so long is given up, so that another can be asked for.
PATIENCE: Final = timedelta(hours=24)
OPEN: Final = (ExportState.WAITING, ExportState.MAKING)
#: A part is 256 KiB: 8 MiB in one transaction.
_PARTS: Final = 32


def ask(store: Store, now: datetime) -> Export:
    """Return the export that is being made of a store, begun now if there is none.

    Raises Superseded when the store is not open.
    """
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        mine = Export.objects.filter(store=current, epoch=current.epoch)
        under_way = mine.filter(state__in=OPEN).first()
        if under_way is not None:
            return under_way
        export = Export.objects.create(
            store=current, epoch=current.epoch, asked_at=now, expires_at=now + KEPT
        )
        audit.note(current.ref, audit.MERCHANT, "export.asked", export=export.ref)
        queue(export)
    return export


def queue(export: Export) -> None:
    """Have an export made, in this transaction; one at a time per store."""
    work.enqueue(
        "exports.make",
        export.pk,
        lock=f"export-{export.store_id}",
        dedupe=f"export-{export.pk}",
        priority=-10,
    )


def newest(store: Store, now: datetime) -> Export | None:
    """Return the newest export of a store as it is now, None where there is none."""
    kept = Export.objects.filter(store=store, epoch=store.epoch, expires_at__gt=now)
    return kept.order_by("-asked_at", "-pk").first()


def tend(now: datetime) -> None:
    """Queue what is being made and whose job is dead; give up what takes too long."""
    for export in Export.objects.filter(state__in=OPEN):
        if export.asked_at < now - PATIENCE:
            mine = Export.objects.filter(pk=export.pk, state__in=OPEN)
            mine.update(state=ExportState.FAILED, reason="not made within a day", attempt="")
        else:
            queue(export)


def take_back(store: Store, now: datetime) -> int:
    """Let no export be had that may hold what was just removed; returns how many that is.

    In this transaction, of a caller who holds the store's lock; their bytes go in a job of its own, queued
    here. One that is being made is begun anew, without it.
    """
    mine = Export.objects.filter(store=store, epoch=store.epoch)
    taken = mine.filter(state=ExportState.READY).update(
        state=ExportState.FAILED, reason="a customer was erased since", attempt="", expires_at=now
    )
    for export in mine.filter(state=ExportState.MAKING):
        export.state, export.attempt, export.written = ExportState.WAITING, "", 0
        export.save(update_fields=["state", "attempt", "written"])
        queue(export)
        taken += 1
    if taken:
        work.enqueue("exports.sweep", dedupe="exports-sweep")
    return taken


def sweep(now: datetime) -> int:
    """Remove exports whose time is over, those of an install that is over, and parts of tries that are over.

    Returns how many exports that was.
    """
    while remove_parts(ExportPart.objects.exclude(attempt=F("export__attempt"))):
        pass
    over = Q(expires_at__lte=now) | ~Q(epoch=F("store__epoch"))
    return remove(Export.objects.filter(over))


def remove(exports: QuerySet[Export]) -> int:
    """Remove exports with their parts, a little at a time; a kill leaves fewer parts."""
    removed = 0
    for pk in list(exports.values_list("pk", flat=True)):
        while remove_parts(ExportPart.objects.filter(export=pk)):
            pass
        with transaction.atomic():
            removed += Export.objects.filter(pk=pk).delete()[1].get(Export._meta.label, 0)
    return removed


def remove_parts(parts: QuerySet[ExportPart]) -> bool:
    """Remove one batch of parts; returns whether there was any."""
    with transaction.atomic():
        batch = list(parts.values_list("pk", flat=True)[:_PARTS])
        return bool(batch and ExportPart.objects.filter(pk__in=batch).delete()[0])
