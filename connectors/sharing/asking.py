"""Asking: who holds something of a store, the duties to erase it there, and how far each is."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from connectors import work
from connectors.models import Duty, DutyState, Share
from connectors.policy import deadlines
from connectors.processors import PROCESSORS

#: Causes whose erasure at a processor has a receipt of its own: that of the store does not speak of them.
WITHDRAWN, LATE = "withdrawn", "late"
APART: Final = frozenset({WITHDRAWN, LATE})


def lock(store_ref: str, epoch: int, processor: str) -> str:
    """Return the key under which jobs that call a processor about a copy take turns."""
    return f"share-{store_ref}-{epoch}-{processor}"


def held(store_ref: str, epoch: int) -> QuerySet[Share]:
    """Return the shares of a store in an epoch whose end nobody has seen."""
    return Share.objects.filter(store_ref=store_ref, epoch=epoch, absent_at=None)


def unsettled(store_ref: str, epoch: int) -> QuerySet[Duty]:
    """Return the duties to erase copies of a store in an epoch that are still owed."""
    copies = Duty.objects.filter(kind=Duty.ERASE_COPY, state__in=Duty.OWED)
    return copies.filter(store_ref=store_ref, epoch=epoch)


def ask_all(duty: Duty, now: datetime) -> None:
    """Ask every processor that holds something of a store to erase it, on behalf of the store's erasure.

    In this transaction, of a caller who holds the erasure's lock.
    """
    told = {"cause": duty.cause, "asked_by": duty.asked_by, "law": duty.law, "deadline_at": duty.deadline_at}
    for share in held(duty.store_ref, duty.epoch).order_by("processor"):
        _owe(share, duty.platform, now, told)


def ask(share: Share, platform: str, cause: str, asked_by: str, now: datetime) -> Duty:
    """Ask one processor to erase what it holds, on the merchant's word or our own; in this transaction."""
    law = deadlines.GDPR
    told = {"cause": cause, "asked_by": asked_by, "law": law.key, "deadline_at": now + law.time}
    return _owe(share, platform, now, told)


def _owe(share: Share, platform: str, now: datetime, told: dict[str, Any]) -> Duty:
    """Write down the duty, or return the open one: a processor is asked once for what it holds."""
    duty, _ = Duty.objects.get_or_create(
        kind=Duty.ERASE_COPY,
        subject=share.processor,
        store_ref=share.store_ref,
        epoch=share.epoch,
        state__in=Duty.OWED,
        defaults={"platform": platform, "asked_at": now, "due_at": now, **told},
    )
    queue(duty)
    return duty


def queue(duty: Duty, after: timedelta = timedelta(), now: datetime | None = None) -> None:
    """Queue the erasure at a processor, in this transaction."""
    work.enqueue(
        "sharing.end",
        duty.pk,
        lock=lock(duty.store_ref, duty.epoch, duty.subject),
        dedupe=f"share-end-{duty.pk}",
        run_after=None if now is None else now + after,
    )


def standings(store_ref: str, epoch: int) -> dict[str, dict[str, str]]:
    """Return how far each processor is with what it held of a store: `{"AWS": {"state", "at"}}`.

    States: `held` (nobody has asked yet), else those of the duty. `at` is when it came to be so, in UTC.
    """
    duties = Duty.objects.filter(kind=Duty.ERASE_COPY, store_ref=store_ref, epoch=epoch).order_by("pk")
    newest = {duty.subject: duty for duty in duties}
    shares = Share.objects.filter(store_ref=store_ref, epoch=epoch).order_by("processor")
    return {title(each.processor): _standing(each, newest.get(each.processor)) for each in shares}


def _standing(share: Share, duty: Duty | None) -> dict[str, str]:
    if share.absent_at is not None:
        return {"state": str(DutyState.VERIFIED), "at": _moment(share.absent_at)}
    if duty is None or duty.state == DutyState.VERIFIED:
        return {"state": "held", "at": _moment(share.first_at)}
    at = duty.done_at or duty.confirmed_at or duty.sent_at or duty.tried_at or duty.asked_at
    return {"state": str(duty.state), "at": _moment(at)}


def title(processor: str) -> str:
    """Return a processor's name as the policy has it; one that this version does not know keeps its own."""
    known = PROCESSORS.get(processor)
    return processor if known is None else str(known.title)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
