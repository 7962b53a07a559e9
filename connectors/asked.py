"""Asked: a deletion that somebody asks for where nobody can prove who they are, by e-mail above all.

An operator writes it down, and nothing is erased by it. The merchant's own page, which only the platform's
login opens, shows it: there it is confirmed, and carried out, or declined.
"""

from datetime import datetime

from django.db import transaction

from connectors import annals, audit, duties, erase
from connectors.errors import Missing, Refused
from connectors.models import Duty, DutyState, Store
from connectors.policy import deadlines
from connectors.policy.deadlines import Deadline
from connectors.rows import Superseded, open_epoch

#: By which clock somebody may ask.
LAWS = {each.key: each for each in (deadlines.GDPR, deadlines.CCPA)}


class Gone(Refused):
    """The store has left already: its erasure needs nobody's word."""

    status = 409


def write_down(store_ref: str, law: Deadline, now: datetime) -> Duty:
    """Write down that somebody asked for a deletion, or return what is written down already.

    Who asks again under a law that gives less time is answered by its clock. Raises Missing for a store that
    is unknown, Gone for one that is not open.
    """
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).filter(ref=store_ref).first()
        if store is None:
            raise Missing("There is no such store")
        if not store.readable:
            raise Gone
        duty = duties.owe(Duty.IDENTIFY, store, duties.Asked("email", "merchant", law, now))
        if duty.asked_at == now or _sooner(duty, law, now):
            annals.note(annals.Kind.OWED, store.ref, store.epoch, {"kind": duty.kind} | duties.told(duty))
            audit.note(store.ref, audit.operator(), "deletion.written_down", duty=duty.ref, law=law.key)
    return duty


def _sooner(duty: Duty, law: Deadline, now: datetime) -> bool:
    """Put a request on the clock of a later one if that ends first; returns whether it does."""
    if duty.deadline_at <= now + law.time:
        return False
    duty.law, duty.deadline_at, duty.alarmed_at = law.key, now + law.time, None
    duty.save(update_fields=["law", "deadline_at", "alarmed_at"])
    return True


def open_request(store: Store) -> Duty | None:
    """Return the deletion that waits for the merchant's word, if there is one."""
    return _open(store.ref, store.epoch)


def _open(store_ref: str, epoch: int) -> Duty | None:
    found = Duty.objects.filter(kind=Duty.IDENTIFY, store_ref=store_ref, epoch=epoch, state__in=Duty.OWED)
    return found.order_by("pk").first()


def erase_now(store: Store, now: datetime) -> Duty:
    """Erase a store because its merchant says so on its own page; returns the duty to erase it.

    What was asked for by e-mail is answered by it. Raises Superseded when the store is not open.
    """
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        erase.redact(current, now, "merchant")
        answer(current.ref, current.epoch, now)
        owed = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=current.ref, epoch=current.epoch)
        duty = owed.order_by("-pk").first()
        if duty is None:
            raise Superseded
    return duty


def answer(store_ref: str, epoch: int, now: datetime) -> int:
    """End the request of a store that is erased, in this transaction; returns how many there were."""
    found = Duty.objects.filter(kind=Duty.IDENTIFY, store_ref=store_ref, epoch=epoch, state__in=Duty.OWED)
    return found.update(state=DutyState.DONE, done_at=now)


def decline(store: Store, now: datetime) -> None:
    """Take the merchant's word that nothing is to be deleted; raises Missing when nobody asked."""
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        duty = _open(current.ref, current.epoch)
        if duty is None:
            raise Missing("Nobody has asked for a deletion")
        duty.state, duty.done_at, duty.reason = DutyState.REFUSED, now, "declined by the merchant"
        duty.save(update_fields=["state", "done_at", "reason"])
        annals.note(annals.Kind.DECLINED, duty.store_ref, duty.epoch, {"duty": duty.ref})
        audit.note(current.ref, audit.MERCHANT, "deletion.declined", duty=duty.ref)


def tend(now: datetime) -> None:
    """End the requests of stores that left by another way: their erasure is on its own clock."""
    for duty in Duty.objects.filter(kind=Duty.IDENTIFY, state__in=Duty.OWED):
        store = Store.objects.filter(ref=duty.store_ref, epoch=duty.epoch).first()
        if store is None or not store.readable:
            answer(duty.store_ref, duty.epoch, now)
