"""Erase: from the moment a store leaves until the receipt.

    uninstall -> the grant is gone, the store is in quarantine, its key is put aside, the feed says it is gone
    redact    -> the erasure is due at once (else on its own clock)
    carry     -> rows, inbox, runs, reports, persons, videos, spools, then the store key; the wrapping key
                 turns over; the store is erased here
              -> receipt, as soon as no key of the feed holds copies any more (`connectors.copies`)

A duty is written before anything is destroyed. Every step can be killed and done again: counts are written in
the transaction that removes what they count, and the rest changes nothing the second time.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from connectors import chain, configured, copies, push, reading, rows, work
from connectors.errors import CountsDisagree, KeyGone
from connectors.models import (
    Delivery,
    Duty,
    DutyState,
    FeedRead,
    Grant,
    Person,
    Removal,
    Report,
    Row,
    Run,
    RunState,
    Store,
    StoreState,
    Ticket,
    Video,
    VideoPart,
)
from connectors.platforms import PLATFORMS


class NotEmpty(CountsDisagree):
    """Something of the store came back while it was erased."""

    retry = True


#: Shopify and the law give 30 days; we owe it within two from the request, and the pipeline has the rest.
DEADLINE = timedelta(days=30)
_BATCH = 1000
#: A part of a video is 256 KiB: some 16 MB a transaction.
_PARTS = 64
#: Not all is gone here. What only waits for others (SENT) is none of this: a new one may stand beside it.
_OWED = (DutyState.ASKED, DutyState.DOING)
#: Causes that are the platform's own word: it has said when.
_SAID = frozenset({"uninstalled", "redact", "reinstalled"})


def uninstall(store: Store, cause: str, now: datetime, *, at_once: bool = False) -> Duty:
    """Put an open store in quarantine and write down the duty to erase it.

    In this transaction, of a caller who holds the store's lock; everything is undone with it. The store key
    is put aside by a job of its own, queued here, because it lies outside the database.
    """
    duty = _owed(store, cause, now, now if at_once else now + timedelta(hours=settings.QUARANTINE_HOURS))
    Grant.objects.filter(store=store).delete()
    Run.objects.filter(store=store, epoch=store.epoch, state__in=Run.OPEN).update(
        state=RunState.FAILED, error="the store was uninstalled", finished_at=now, cursor=None
    )
    Ticket.objects.filter(store=store).delete()
    Removal.objects.filter(store=store).delete()
    if cause not in _SAID:
        # As if the platform had said so now: no proof and no word of an install from before counts any more.
        store.left_at = max(store.left_at or now, now)
    # Before the sequence is taken, as everywhere, or two stores that leave could wait for each other.
    push.announce("store.erased", store, duty.ref, {"erasure": duty.ref})
    rows.close(store, store.epoch)
    store.state, store.uninstalled_at, store.stopped_at = StoreState.QUARANTINED, now, None
    store.save(update_fields=["state", "uninstalled_at", "stopped_at", "left_at"])
    work.enqueue("erase.put_aside", duty.pk, dedupe=f"put-aside-{duty.pk}", priority=50)
    _queue(duty)
    return duty


def _owed(store: Store, cause: str, now: datetime, due_at: datetime) -> Duty:
    """Write down the duty, or return the open one; a done one knows not of what came back since."""
    return Duty.objects.get_or_create(
        kind=Duty.ERASE_STORE,
        store_ref=store.ref,
        epoch=store.epoch,
        state__in=_OWED,
        defaults={
            "platform": store.platform,
            "cause": cause,
            "asked_at": now,
            "due_at": due_at,
            "deadline_at": now + DEADLINE,
        },
    )[0]


def redact(store: Store, now: datetime, cause: str = "redact") -> None:
    """Make the erasure of a store due now, whatever its state was; in this transaction, under its lock."""
    if store.readable:
        uninstall(store, cause, now, at_once=True)
        return
    for duty in Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store.ref, state=DutyState.ASKED):
        duty.due_at, duty.cause = min(duty.due_at, now), cause
        duty.save(update_fields=["due_at", "cause"])
        work.enqueue("erase.carry", duty.pk, lock=f"erase-{duty.pk}", dedupe=f"erase-now-{duty.pk}")


def hasten(duty_id: int) -> None:
    """Make an erasure that is owed due now: nothing of it is wanted any more."""
    now = timezone.now()
    with transaction.atomic():
        if Duty.objects.filter(pk=duty_id, state=DutyState.ASKED, due_at__gt=now).update(due_at=now):
            work.enqueue("erase.carry", duty_id, lock=f"erase-{duty_id}", dedupe=f"erase-now-{duty_id}")


def put_aside(duty_id: int) -> None:
    """Put the store key where nothing in the system can open the store's rows."""
    duty = Duty.objects.get(pk=duty_id)
    try:
        configured.keystore().quarantine(duty.store_ref, duty.epoch)
    except KeyGone:
        return  # already destroyed


def _queue(duty: Duty) -> None:
    work.enqueue(
        "erase.carry",
        duty.pk,
        lock=f"erase-{duty.pk}",
        dedupe=f"erase-{duty.pk}",
        run_after=duty.due_at,
    )


def carry(duty_id: int) -> None:
    """Carry out a duty to erase a store, from wherever a kill has left it; does nothing before it is due.

    It ends with the receipt, or waits where others hold copies: their last word queues it again.
    """
    duty = Duty.objects.get(pk=duty_id)
    if duty.kind != Duty.ERASE_STORE or duty.state == DutyState.DONE or duty.due_at > timezone.now():
        return
    if duty.state == DutyState.SENT and _awaited(duty):
        return
    if duty.emptied_at is None:
        _empty(duty)
    with transaction.atomic():
        _end(duty.pk)


def _empty(duty: Duty) -> None:
    """Remove what is left of the store in this epoch, and then its key."""
    Duty.objects.filter(pk=duty.pk, state=DutyState.ASKED).update(state=DutyState.DOING)
    while _remove_parts(duty):
        pass
    for place, held in _places(duty).items():
        while _remove_batch(duty.pk, place, held):
            pass
    reading.remove_spools(duty.store_ref, duty.epoch)
    _destroy_key(duty)


def _awaited(duty: Duty) -> bool:
    return copies.owed(duty.store_ref, duty.epoch).exists()


def _places(duty: Duty) -> dict[str, models.QuerySet[Any]]:
    """Return what holds something of the store in this epoch, place by place."""
    of_store = {"store__ref": duty.store_ref}
    return {
        "rows": Row.objects.filter(**of_store, epoch=duty.epoch).exclude(kind="gone"),
        "deliveries": Delivery.objects.filter(**of_store, epoch=duty.epoch),
        "runs": Run.objects.filter(**of_store, epoch=duty.epoch),
        "reports": Report.objects.filter(**of_store, epoch=duty.epoch),
        "grants": Grant.objects.filter(**of_store, epoch=duty.epoch),
        "persons": Person.objects.filter(**of_store, epoch=duty.epoch),
        "videos": Video.objects.filter(**of_store, epoch=duty.epoch),
    }


def _locked(duty_id: int) -> Duty:
    """Lock the duty in this transaction: two workers must not count one removal twice, or not at all."""
    work.fence()
    return Duty.objects.select_for_update(no_key=True).get(pk=duty_id)


def _remove_parts(duty: Duty) -> bool:
    """Remove some of the videos' parts, too heavy to go with the videos; returns whether there was any."""
    parts = VideoPart.objects.filter(file__video__store__ref=duty.store_ref, file__video__epoch=duty.epoch)
    with transaction.atomic():
        _locked(duty.pk)
        batch = list(parts.values_list("pk", flat=True)[:_PARTS])
        VideoPart.objects.filter(pk__in=batch).delete()
    return bool(batch)


def _remove_batch(duty_id: int, place: str, held: models.QuerySet[Any]) -> bool:
    """Remove a batch of a place and count it; returns whether there was any."""
    with transaction.atomic():
        duty = _locked(duty_id)
        if duty.emptied_at is not None:
            return False  # by another: what came in since is the id of a delivery, and was not erased
        batch = list(held.values_list("pk", flat=True)[:_BATCH])
        counts = Counter(duty.counts)
        removed = held.model._base_manager.filter(pk__in=batch).delete()[1] if batch else {}
        counts[place] += removed.get(held.model._meta.label, 0)  # without what hangs on it
        duty.counts = dict(counts)
        duty.save(update_fields=["counts"])
    return bool(batch)


def _destroy_key(duty: Duty) -> None:
    keys = configured.keystore()
    destroyed = keys.destroy(duty.store_ref, duty.epoch)
    # Before the turn-over a copy of the key store, with the wrapping key of today, would still open it.
    keys.turn_over()
    duty.key_id = destroyed or ""
    duty.save(update_fields=["key_id"])


def _end(duty_id: int) -> None:
    """Close the store, and close the duty with its receipt unless others hold copies; in this transaction.

    Raises CountsDisagree when something came back meanwhile: the next try removes it.
    """
    duty = Duty.objects.get(pk=duty_id)
    store = Store.objects.select_for_update(no_key=True).get(ref=duty.store_ref)
    duty = _locked(duty_id)
    if duty.state == DutyState.DONE:
        return
    now = timezone.now()
    if duty.emptied_at is None:
        if left := [place for place, held in _places(duty).items() if held.exists()]:
            raise NotEmpty(f"Something of the store is left in: {', '.join(left)}")
        duty.emptied_at = now
        _close(store, duty.epoch, now)
    if _awaited(duty):
        duty.state = DutyState.SENT
    else:
        chain.write(duty, now)
        duty.state, duty.done_at = DutyState.DONE, now
    duty.save(update_fields=["state", "emptied_at", "done_at"])


def _close(store: Store, epoch: int, now: datetime) -> None:
    """Close a store of which nothing is left, unless it was installed anew and lives in a later epoch."""
    if store.epoch == epoch:
        store.state, store.erased_at, store.id_fingerprint = StoreState.ERASED, now, None
        store.save(update_fields=["state", "erased_at", "id_fingerprint"])
        FeedRead.objects.filter(store=store).delete()


def leave_silent(now: datetime) -> None:
    """Uninstall stores whose platform has refused us so long that the merchant must have left.

    The clock of a store whose uninstall and redaction were both lost: the shorter of ours and the platform's.
    """
    refused = Store.objects.filter(state__in=[StoreState.REAUTH, StoreState.CLOSED])
    silent = refused.filter(stopped_at__lt=now - timedelta(days=settings.SILENT_DAYS))
    for name, platform in PLATFORMS.items():
        if platform.silent_days is not None:
            since = now - timedelta(days=platform.silent_days)
            # One that is closed has not left: its word may still come, or its merchant.
            silent |= refused.filter(platform=name, state=StoreState.REAUTH, stopped_at__lt=since)
    for store_id in list(silent.values_list("pk", flat=True)):
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
            if store.state in (StoreState.REAUTH, StoreState.CLOSED):
                uninstall(store, "silent", now)


def leave_restored(now: datetime) -> None:
    """Erase again what a database from before the erasure has brought back; none of it opens."""
    gone = {(each.store, each.epoch) for each in configured.keystore().destroyed()}
    for known in list(Store.objects.exclude(state=StoreState.ERASED)):
        if known.readable and (known.ref, known.epoch) in gone:
            with transaction.atomic():
                store = Store.objects.select_for_update(no_key=True).get(pk=known.pk)
                if store.readable and store.epoch == known.epoch:
                    uninstall(store, "restored", now, at_once=True)


def tend(now: datetime) -> None:
    """Queue every duty that is owed again; a job that died leaves no duty behind."""
    for duty in Duty.objects.filter(kind=Duty.ERASE_STORE, state__in=_OWED):
        work.enqueue("erase.put_aside", duty.pk, dedupe=f"put-aside-{duty.pk}")
        _queue(duty)
    for duty in copies.settled():
        _queue(duty)
