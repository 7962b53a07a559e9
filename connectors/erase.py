"""Erase: from the moment a store leaves until the receipt.

    uninstall -> the grant is gone, the store is in quarantine, its key is put aside, the feed says it is gone
    redact    -> the erasure is due at once (else on its own clock)
    carry     -> begun: the ledger knows of it, processors are asked (`connectors.sharing`)
              -> the store's key is destroyed: nothing opens; then all that is left is removed
                 (`connectors.emptying`); the store is erased here
              -> receipt, as soon as no key of the feed (`connectors.copies`) and no processor holds copies

A duty is written before anything is destroyed. Every step can be killed and done again: counts are written in
the transaction that removes what they count, and the rest changes nothing the second time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors import (
    annals,
    audit,
    chain,
    configured,
    copies,
    duties,
    emptying,
    push,
    rows,
    sharing,
    work,
)
from connectors.errors import CountsDisagree, KeyGone
from connectors.models import (
    Duty,
    DutyState,
    FeedRead,
    Grant,
    Removal,
    Run,
    RunState,
    Store,
    StoreState,
    Ticket,
)
from connectors.platforms import PLATFORMS
from connectors.policy import deadlines
from connectors.policy.deadlines import Deadline
from connectors.sharing.asking import title


class NotEmpty(CountsDisagree):
    """Something of the store came back while it was erased."""

    retry = True


#: Of a store that left: we owe it within two days from the request, and who has copies has the rest.
DEADLINE: Final = deadlines.PLATFORM.time
#: Not all is gone here. What only waits for others (SENT) is none of this: a new one may stand beside it.
_OWED: Final = (DutyState.ASKED, DutyState.DOING)
#: Causes that are the platform's own word: it has said when.
_SAID: Final = frozenset({"uninstalled", "redact", "reinstalled"})
#: Who asks, and by which clock; what is not named is our own clock's.
_ASKED: Final[Mapping[str, tuple[str, Deadline]]] = {
    "uninstalled": ("platform", deadlines.CLOCK),
    "reinstalled": ("platform", deadlines.CLOCK),
    "redact": ("platform", deadlines.PLATFORM),
    "customer": ("platform", deadlines.CUSTOMER),
    "merchant": ("merchant", deadlines.GDPR),
    "clean": ("merchant", deadlines.GDPR),
    "operator": ("operator", deadlines.GDPR),
}


def asked(cause: str, now: datetime) -> duties.Asked:
    """Return who asks for an erasure of this cause, and by which clock."""
    by, law = _ASKED.get(cause, ("clock", deadlines.CLOCK))
    return duties.Asked(cause, by, law, now)


def uninstall(store: Store, cause: str, now: datetime, *, at_once: bool = False) -> Duty:
    """Put an open store in quarantine and write down the duty to erase it.

    In this transaction, of a caller who holds the store's lock; everything is undone with it. The store key
    is put aside by a job of its own, queued here, because it lies outside the database.
    """
    due_at = now if at_once else now + timedelta(hours=settings.QUARANTINE_HOURS)
    duty = duties.owe(Duty.ERASE_STORE, store, asked(cause, now), due_at=due_at)
    Grant.objects.filter(store=store).delete()
    duties.end(Duty.REFRESH_GRANT, store, now, "the store has left")
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
    annals.note(annals.Kind.LEFT, store.ref, store.epoch, duties.told(duty))
    _log(duty, "store.left")
    work.enqueue("erase.put_aside", duty.pk, dedupe=f"put-aside-{duty.pk}", priority=50)
    _queue(duty)
    return duty


def _log(duty: Duty, action: str) -> None:
    actor = audit.operator() if duty.asked_by == "operator" else duty.asked_by
    audit.note(duty.store_ref, actor, action, erasure=duty.ref, epoch=duty.epoch, cause=duty.cause)


def redact(store: Store, now: datetime, cause: str = "redact") -> None:
    """Make the erasure of a store and of its earlier epochs due now; in this transaction, under its lock."""
    waiting = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store.ref, state=DutyState.ASKED)
    if store.readable:
        uninstall(store, cause, now, at_once=True)
        waiting = waiting.exclude(epoch=store.epoch)
    for duty in waiting:
        told = asked(cause, now).told()
        duty.due_at, duty.cause = min(duty.due_at, now), cause
        duty.asked_by, duty.law = told["asked_by"], told["law"]
        # What was asked first is not put off by being asked again.
        duty.deadline_at = min(duty.deadline_at, told["deadline_at"])
        duty.save(update_fields=["due_at", "cause", "asked_by", "law", "deadline_at"])
        annals.note(annals.Kind.DUE, store.ref, duty.epoch, duties.told(duty))
        _log(duty, "erasure.asked")
        work.enqueue("erase.carry", duty.pk, lock=f"erase-{duty.pk}", dedupe=f"erase-now-{duty.pk}")


def hasten(duty_id: int) -> None:
    """Make an erasure that is owed due now: nothing of it is wanted any more."""
    now = timezone.now()
    with transaction.atomic():
        if Duty.objects.filter(pk=duty_id, state=DutyState.ASKED, due_at__gt=now).update(due_at=now):
            duty = Duty.objects.get(pk=duty_id)
            annals.note(annals.Kind.DUE, duty.store_ref, duty.epoch, duties.told(duty))
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
    if duty.kind != Duty.ERASE_STORE or not duty.owed or duty.due_at > timezone.now():
        return
    if duty.state == DutyState.SENT and _awaited(duty):
        return
    if duty.emptied_at is None:
        with work.put_off():  # nothing that can wait keeps the key
            if not _begin(duty):
                return
            emptying.destroy_key(duty)
        emptying.empty(duty)
    with transaction.atomic():
        _end(duty.pk)


def _begin(known: Duty) -> bool:
    """Let the ledger know of the erasure, and ask every processor, before anything is destroyed.

    Returns whether it may go on: it may have been refused meanwhile.
    """
    with transaction.atomic():
        duty = emptying.locked(known.pk)
        if duty.state == DutyState.ASKED:
            duty.state = DutyState.DOING
            duty.save(update_fields=["state"])
            annals.note(annals.Kind.ERASING, duty.store_ref, duty.epoch, {"duty": duty.ref})
            audit.note(
                duty.store_ref, audit.CLOCK, "erasure.begun", erasure=duty.ref, cause=duty.cause, law=duty.law
            )
            sharing.ask_all(duty, timezone.now())
    # A ledger that cannot be written keeps the key: a database put back would not know of its end.
    annals.tell()
    return duty.owed


def _awaited(duty: Duty) -> bool:
    """Tell whether somebody else has yet to say, or to be seen to have, nothing of the store."""
    here = (duty.store_ref, duty.epoch)
    return copies.owed(*here).exists() or sharing.unsettled(*here).exists()


def awaited(duty: Duty) -> str:
    """Name the keys and processors that are waited for: `renderer, old (revoked), Intercom (overdue)`."""
    now = timezone.now()
    keys = copies.awaited(duty.store_ref, duty.epoch)
    asked_there = sharing.unsettled(duty.store_ref, duty.epoch).order_by("subject", "pk")
    there = [f"{title(each.subject)} ({each.standing(now)})" for each in asked_there]
    return ", ".join([keys, *there] if keys else there)


def _end(duty_id: int) -> None:
    """Close the store, and close the duty with its receipt unless others hold copies; in this transaction.

    Raises CountsDisagree when something came back meanwhile: the next try removes it.
    """
    duty = Duty.objects.get(pk=duty_id)
    store = Store.objects.select_for_update(no_key=True).get(ref=duty.store_ref)
    duty = emptying.locked(duty_id)
    if not duty.owed:
        return
    now = timezone.now()
    if duty.emptied_at is None:
        if left := emptying.left(duty):
            raise NotEmpty(f"Something of the store is left in: {', '.join(left)}")
        duty.emptied_at = now
        audit.note(duty.store_ref, audit.CLOCK, "erasure.emptied", erasure=duty.ref, removed=duty.counts)
        close(store, duty.epoch, now)
    if _awaited(duty):
        duty.state, duty.sent_at = DutyState.SENT, duty.sent_at or now
    else:
        duty.state, duty.done_at = DutyState.DONE, now
        prove(duty, now)
    duty.save(update_fields=["state", "emptied_at", "sent_at", "done_at"])


def prove(duty: Duty, now: datetime) -> None:
    """Write the receipt of a duty that is done, with what became of what processors held of a store."""
    there = sharing.standings(duty.store_ref, duty.epoch) if duty.kind == Duty.ERASE_STORE else None
    chain.write(duty, now, {"processors": there} if there is not None else None)


def close(store: Store, epoch: int, now: datetime) -> None:
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
        if not _awaited(duty):
            _queue(duty)
