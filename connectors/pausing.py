"""Pause: a merchant wants nothing done with what is held, and keeps it (GDPR, article 18).

While a store is paused nothing is read from its platform, deliveries wait sealed, the feed shows no record of
it, no video is begun and nothing is shared. What ends something is done all the same: redactions, uninstalls,
the clocks of what is kept. At the end its rows get new numbers, so that no mirror has passed one over.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from connectors import annals, audit, counting, push, sync, told, work
from connectors.models import Row, Run, RunMode, RunState, Store
from connectors.policy.records import KINDS
from connectors.rows import Superseded, open_epoch

#: Rows that get new numbers in one transaction.
BATCH: Final = 500
PAUSED, RESUMED = "store.paused", "store.resumed"


def pause(store: Store, now: datetime, actor: str = audit.MERCHANT) -> None:
    """Stop everything that is done with what is held of a store; raises Superseded when it is not open."""
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        if current.paused_at is not None:
            return
        current.paused_at = now
        current.save(update_fields=["paused_at"])
        Run.objects.filter(store=current, epoch=current.epoch, state__in=Run.OPEN).update(
            state=RunState.FAILED, error="the store was paused", finished_at=now, cursor=None
        )
        _tell(current, PAUSED, actor, paused=True)


def resume(store: Store, now: datetime, actor: str = audit.MERCHANT) -> None:
    """Go on with everything, read the store anew, and let no mirror miss what it could not see.

    Raises Superseded when the store is not open.
    """
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        if current.paused_at is None:
            return
        current.paused_at, current.renumber_to = None, told.newest_change(current)
        current.save(update_fields=["paused_at", "renumber_to"])
        _tell(current, RESUMED, actor, paused=False)
        sync.begin(current, RunMode.FULL)
        work.enqueue("inbox.drain", current.pk, lock=f"store-{current.pk}", dedupe=f"inbox-{current.pk}")
        work.enqueue("sharing.look", current.pk, dedupe=f"share-look-{current.pk}")
        _queue(current.pk)


def _tell(store: Store, event: str, actor: str, *, paused: bool) -> None:
    """Write down what was asked, for the pipeline, the ledger and the log; in this transaction."""
    push.announce(event, store, str(store.epoch), {})
    annals.note(annals.Kind.PAUSED, store.ref, store.epoch, {"paused": paused})
    audit.note(store.ref, actor, event)


def _queue(store_id: int) -> None:
    work.enqueue("pausing.renumber", store_id, lock=f"renumber-{store_id}", dedupe=f"renumber-{store_id}")


def renumber(store_id: int) -> None:
    """Give the rows of a store that was paused new numbers, a batch at a time; a kill leaves fewer."""
    store = Store.objects.get(pk=store_id)
    try:
        while _renumber(store):
            pass
    except Superseded:
        return  # it left: the tombstone of the store says all there is to say


def _renumber(store: Store) -> bool:
    """Give one batch new numbers; returns whether there may be more."""
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch)
        if current.renumber_to is None or current.paused_at is not None:
            return False
        batch = _passed_over(current, current.renumber_to)
        if batch:
            _number(current, batch)
        else:
            current.renumber_to = None
            current.save(update_fields=["renumber_to"])
    return bool(batch)


def _passed_over(store: Store, number: int) -> list[int]:
    """Return rows that still have a number of before; tombstones were shown all along."""
    for kind in KINDS:
        held = Row.objects.filter(store=store, kind=kind, epoch=store.epoch, sealed__isnull=False)
        found = list(held.filter(change__lte=number).order_by("change").values_list("pk", flat=True)[:BATCH])
        if found:
            return found
    return []


def _number(store: Store, batch: list[int]) -> None:
    first = counting.take_changes(store.pk, len(batch))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {Row._meta.db_table} SET change = %s WHERE id = %s",  # noqa: S608 - a name of ours
            [(number, row) for number, row in enumerate(batch, start=first)],
        )


def tend() -> None:
    """Queue every store whose rows wait for new numbers; a job that died leaves none behind."""
    for store_id in Store.objects.filter(renumber_to__isnull=False, paused_at=None).values_list(
        "pk", flat=True
    ):
        _queue(store_id)
