"""Duties: what must be erased or answered, who asked, by which law, by when.

    owe      write one down, or find the one that is open
    done     write down one that is done where it arrived
    tried    note an attempt, and why it failed
    refuse   an operator says that a law forbids it
    alarm    say it before one is late

A duty is written before anything is done about it. One that is late goes on: overdue is what people are told
(`Duty.standing`), and no state. Locks are taken in this order: store, duties, copies.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from connectors import annals, audit, work
from connectors.errors import Missing, Refused
from connectors.models import Duty, DutyState, Store
from connectors.policy import deadlines
from connectors.policy.deadlines import Deadline

logger = logging.getLogger("connectors.duties")

OVERDUE: Final = "overdue"
#: Nothing of these is begun before it can be refused; a grant or a period is no law's matter.
REFUSABLE: Final = frozenset({Duty.ERASE_STORE, Duty.ERASE_COPY, Duty.IDENTIFY})
#: Where a law lets an erasure be refused. Ours do not, nor the platforms' rules.
LAWS: Final = {each.key: each for each in (deadlines.GDPR, deadlines.CCPA)}
#: An article, a paragraph, a few words: it is shown and kept for ever, so it can hold no sentence.
_REASON: Final = re.compile(r"[A-Za-z0-9 .,()§/-]{3,80}")


class NotRefusable(Refused):
    """This duty cannot be refused."""

    status = 409


class Asked(NamedTuple):
    """Why something is owed: what happened, who asked, by which clock, and when."""

    cause: str
    by: str
    law: Deadline
    at: datetime

    def told(self) -> dict[str, Any]:
        """Return it as a duty holds it."""
        return {
            "cause": self.cause,
            "asked_by": self.by,
            "law": self.law.key,
            "asked_at": self.at,
            "deadline_at": self.at + self.law.time,
        }


def told(duty: Duty) -> dict[str, str]:
    """Return of a duty what a database from before it must be told."""
    words = {"duty": duty.ref, "platform": duty.platform, "cause": duty.cause}
    clock = {name: getattr(duty, name).isoformat() for name in ("asked_at", "due_at", "deadline_at")}
    return words | clock | {"asked_by": duty.asked_by, "law": duty.law}


def _whose(place: Store | Duty) -> dict[str, Any]:
    ref = place.ref if isinstance(place, Store) else place.store_ref
    return {"store_ref": ref, "platform": place.platform, "epoch": place.epoch}


def owe(
    kind: str,
    place: Store | Duty,
    asked: Asked,
    *,
    subject: str = "",
    due_at: datetime | None = None,
    deadline_at: datetime | None = None,
) -> Duty:
    """Write down a duty in this transaction, or return the one that is open already.

    `place` is the store, or another duty of it, and its epoch. Due at once unless told otherwise. An erasure
    that only waits for others is not open: it knows nothing of what came back since.
    """
    open_ones = Duty.OWED if kind != Duty.ERASE_STORE else (DutyState.ASKED, DutyState.DOING)
    whose = _whose(place)
    told = asked.told() | {"due_at": due_at or asked.at}
    if deadline_at is not None:
        told["deadline_at"] = deadline_at
    return Duty.objects.get_or_create(
        kind=kind,
        subject=subject,
        store_ref=whose["store_ref"],
        epoch=whose["epoch"],
        state__in=open_ones,
        defaults=whose | told,
    )[0]


def done(kind: str, store: Store, asked: Asked, now: datetime, counts: dict[str, int]) -> Duty:
    """Write down a duty that is done where it arrived, in the transaction that does it."""
    return Duty.objects.create(
        kind=kind,
        **_whose(store),
        **asked.told(),
        due_at=now,
        state=DutyState.DONE,
        done_at=now,
        counts=counts,
    )


def tried(duty: Duty, now: datetime, reason: str = "") -> None:
    """Note an attempt, and why it failed: a class, a code, a name."""
    Duty.objects.filter(pk=duty.pk).update(attempts=F("attempts") + 1, tried_at=now, reason=reason[:200])


def end(kind: str, place: Store | Duty, now: datetime, reason: str, *, subject: str = "") -> int:
    """End an open duty that has nothing left to do; returns how many there were."""
    whose = _whose(place)
    open_ones = Duty.objects.filter(
        kind=kind,
        subject=subject,
        store_ref=whose["store_ref"],
        epoch=whose["epoch"],
        state__in=Duty.OWED,
    )
    return open_ones.update(state=DutyState.DONE, done_at=now, reason=reason)


def locked(store_ref: str, epoch: int) -> list[Duty]:
    """Lock the duties to erase a store in an epoch, in this transaction, before what they wait for changes.

    The end of an erasure looks under this lock too, so that one of the two sees the other.
    """
    erasures = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store_ref, epoch=epoch)
    return list(erasures.select_for_update(no_key=True).order_by("pk"))


def wake(erasures: list[Duty]) -> None:
    """Let erasures that only wait for others look again, once this transaction is committed."""
    for duty in erasures:
        if duty.state == DutyState.SENT:
            work.enqueue("erase.carry", duty.pk, lock=f"erase-{duty.pk}", dedupe=f"erase-now-{duty.pk}")


def refuse(ref: str, law: str, reason: str, actor: str, now: datetime) -> Duty:
    """Refuse a duty for a law's reason, such as `article 17 (3) (b)`.

    Raises Missing for no such duty, NotRefusable for one of another kind, at its end, or already begun here.
    """
    if law not in LAWS or not _REASON.fullmatch(reason):
        raise NotRefusable(f"Name one of the laws {', '.join(LAWS)} and the place in it")
    with transaction.atomic():
        known = Duty.objects.filter(ref=ref).first()
        if known is None:
            raise Missing("There is no such duty")
        erasures = locked(known.store_ref, known.epoch)
        duty = Duty.objects.select_for_update(no_key=True).get(pk=known.pk)
        _check_refusable(duty)
        duty.state, duty.done_at, duty.reason = DutyState.REFUSED, now, f"{law}: {reason}"
        duty.save(update_fields=["state", "done_at", "reason"])
        told = {"duty": duty.ref, "law": law, "reason": reason}
        annals.note(annals.Kind.REFUSED, duty.store_ref, duty.epoch, told)
        audit.note(duty.store_ref, actor, "duty.refused", kind=duty.kind, **told)
        wake([each for each in erasures if each.pk != duty.pk])
    return duty


def _check_refusable(duty: Duty) -> None:
    if duty.kind not in REFUSABLE:
        raise NotRefusable(f"No law lets a duty of the kind {duty.kind} be refused")
    if not duty.owed:
        raise NotRefusable(f"It is {duty.state}")
    if duty.kind == Duty.ERASE_STORE and duty.state != DutyState.ASKED:
        raise NotRefusable("It was begun: the key is gone, and nothing opens any more")


# Clocks ----------------------------------------------------------------------------------------------


def owed() -> QuerySet[Duty]:
    """Return every duty that is not at its end."""
    return Duty.objects.filter(state__in=Duty.OWED)


def notice_of(duty: Duty) -> timedelta:
    """Return how long before it is late somebody is told."""
    return min(deadlines.ALARM, (duty.deadline_at - duty.asked_at) / 4)


def soon(now: datetime) -> Iterator[Duty]:
    """Yield the duties that are about to be late, or are."""
    near = owed().filter(deadline_at__lt=now + deadlines.ALARM)
    for duty in near.order_by("deadline_at", "pk").iterator():
        if duty.deadline_at < now + notice_of(duty):
            yield duty


def alarm(now: datetime) -> int:
    """Log each duty that is about to be late, once; returns how many."""
    count = 0
    for duty in soon(now):
        if duty.alarmed_at is None and _first_to_tell(duty, now):
            hours = (duty.deadline_at - now) // timedelta(hours=1)
            logger.warning(
                "duty %s, %s, is %s: %d hours left until %s",
                duty.ref,
                duty.kind,
                duty.state,
                hours,
                f"{duty.deadline_at:%Y-%m-%d %H:%M}",
            )
            count += 1
    return count


def _first_to_tell(duty: Duty, now: datetime) -> bool:
    return Duty.objects.filter(pk=duty.pk, alarmed_at=None).update(alarmed_at=now) == 1


def standings(now: datetime) -> list[tuple[str, str, int]]:
    """Count the duties by kind and standing."""
    late = When(Q(state__in=Duty.OWED, deadline_at__lt=now), then=Value(OVERDUE))
    groups = Duty.objects.order_by().annotate(told=Case(late, default=F("state"))).values("kind", "told")
    return sorted((each["kind"], each["told"], each["n"]) for each in groups.annotate(n=Count("pk")))


def hours_left(now: datetime) -> list[tuple[str, int]]:
    """Return by kind the whole hours to the first deadline that is owed; below 0 where it is late."""
    firsts = owed().order_by().values("kind").annotate(at=Min("deadline_at"))
    return sorted((each["kind"], (each["at"] - now) // timedelta(hours=1)) for each in firsts)
