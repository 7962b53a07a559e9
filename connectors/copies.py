"""Copies: which keys of the feed hold records of a store, and which have said that theirs are gone.

An erasure waits for every one of them (`connectors.erase`). What a key holds is written down before the
records leave us, and none leaves a store that has left: so whoever has a copy is asked, and is asked in time.
Locks are taken in this order: store, duties, copies.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from connectors import annals, audit, work
from connectors.errors import Missing, Refused
from connectors.models import Duty, DutyState, FeedCopy, FeedKey, Store, StoreState
from connectors.scopes import Scope

#: A store's reference, and its epoch when it was read.
Place: TypeAlias = tuple[str, int]

KEY, OPERATOR = "key", "operator"
_OPEN: Final = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)


class StillOpen(Refused):
    """The store is open in this epoch: there is nothing to confirm yet."""

    status = 409


@dataclass(frozen=True, slots=True)
class Held:
    """How many keys held copies of an epoch, how many have confirmed, and for how many an operator did."""

    keys: int
    confirmed: int
    by_operator: int


def note(scope: Scope, read: Collection[Place], now: datetime) -> set[Place]:
    """Write down that a key is about to be handed records of these stores, before they leave us.

    Returns those that left while they were read: nothing of them may be handed out. One look where all the
    others are written down already. Within a caller's transaction it counts only from that one's commit.
    """
    left = set(read) - _noted(scope, read)
    if left:
        with transaction.atomic():
            # Locked, so that an uninstall comes before this, and is seen, or behind it, and sees the copy.
            found = Store.objects.select_for_update(no_key=True).filter(
                ref__in={ref for ref, _ in left}, state__in=_OPEN
            )
            here = left & set(found.order_by("pk").values_list("ref", "epoch"))
            FeedCopy.objects.bulk_create(
                [FeedCopy(key_id=scope.key_id, store_ref=r, epoch=e, first_at=now) for r, e in sorted(here)],
                ignore_conflicts=True,
            )
            if here:
                key = FeedKey.objects.get(pk=scope.key_id)
                _tell(annals.Kind.HELD, key, here, {})
                for ref, epoch in sorted(here):
                    audit.note(ref, audit.key(key.name), "copies.begun", epoch=epoch, purpose=key.purpose)
        left -= here
    return left


def _tell(kind: annals.Kind, key: FeedKey, places: Collection[Place], more: dict[str, str]) -> None:
    told = {"key": key.name, "mark": key.digest, "purpose": key.purpose} | more
    for ref, epoch in sorted(places):
        annals.note(kind, ref, epoch, told)


def _noted(scope: Scope, read: Collection[Place]) -> set[Place]:
    """Return which of these are written down already, and are still here."""
    copies = FeedCopy.objects.filter(
        key_id=scope.key_id, store_ref=OuterRef("ref"), epoch=OuterRef("epoch"), confirmed_at=None
    )
    found = Store.objects.filter(Exists(copies), ref__in={ref for ref, _ in read}, state__in=_OPEN)
    return set(read) & set(found.values_list("ref", "epoch"))


def of(store_ref: str, epoch: int) -> QuerySet[FeedCopy]:
    """Return which keys have been handed records of a store in an epoch."""
    return FeedCopy.objects.filter(store_ref=store_ref, epoch=epoch)


def owed(store_ref: str, epoch: int) -> QuerySet[FeedCopy]:
    """Return which of them have not said that their copies are gone."""
    return of(store_ref, epoch).filter(confirmed_at=None)


def held(store_ref: str, epoch: int) -> Held:
    """Count them."""
    copies = list(of(store_ref, epoch))
    confirmed = [each for each in copies if each.confirmed_at is not None]
    return Held(len(copies), len(confirmed), sum(each.confirmed_by == OPERATOR for each in confirmed))


def awaited(store_ref: str, epoch: int) -> str:
    """Name the keys that are waited for: `renderer, old (revoked)`."""
    keys = [each.key for each in owed(store_ref, epoch).select_related("key").order_by("key__name", "pk")]
    return ", ".join(f"{key.name} (revoked)" if key.revoked_at else key.name for key in keys)


def waiting() -> QuerySet[FeedCopy]:
    """Return the copies for whose end alone an erasure waits: with us nothing is left."""
    sent = Duty.objects.filter(
        kind=Duty.ERASE_STORE, state=DutyState.SENT, store_ref=OuterRef("store_ref"), epoch=OuterRef("epoch")
    )
    return FeedCopy.objects.filter(Exists(sent), confirmed_at=None)


def settled() -> QuerySet[Duty]:
    """Return the erasures that wait for nobody any more, and have no receipt yet."""
    copies = FeedCopy.objects.filter(
        store_ref=OuterRef("store_ref"), epoch=OuterRef("epoch"), confirmed_at=None
    )
    return Duty.objects.filter(~Exists(copies), kind=Duty.ERASE_STORE, state=DutyState.SENT)


def asked(scope: Scope, after: str, limit: int) -> list[Duty]:
    """Return the erasures that a key still has to confirm, in the order of their references."""
    copies = FeedCopy.objects.filter(
        key_id=scope.key_id, store_ref=OuterRef("store_ref"), epoch=OuterRef("epoch"), confirmed_at=None
    )
    # Those that are done are many, and ask for nothing.
    open_ones = Duty.objects.filter(kind=Duty.ERASE_STORE, state__in=Duty.OWED, ref__gt=after)
    return list(open_ones.filter(Exists(copies)).order_by("ref")[:limit])


def confirm(scope: Scope, erasure_ref: str, now: datetime) -> tuple[Duty, datetime]:
    """Take a key's word that its copies of an epoch are gone; returns the erasure, and when it said so first.

    Raises Missing for an erasure that is unknown or of a store that the key never read, StillOpen.
    """
    with transaction.atomic():
        duty = Duty.objects.filter(kind=Duty.ERASE_STORE, ref=erasure_ref).first()
        copy = duty and of(duty.store_ref, duty.epoch).filter(key_id=scope.key_id).first()
        if duty is None or copy is None:
            raise Missing("There is no such erasure here")
        return duty, _confirm(duty.store_ref, duty.epoch, copy.pk, KEY, now)


def confirm_for(key_name: str, store_ref: str, now: datetime) -> int:
    """Take an operator's word for revoked keys of this name, in every epoch of a store that left.

    Who holds a living key can say it, and nobody else. Returns how many copies that was; raises Missing for
    none.
    """
    revoked = FeedCopy.objects.filter(key__name=key_name, key__revoked_at__isnull=False)
    waiting = revoked.filter(store_ref=store_ref, confirmed_at=None)
    left = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store_ref, epoch=OuterRef("epoch"))
    with transaction.atomic():
        found = list(waiting.filter(Exists(left)).order_by("epoch", "pk"))
        for copy in found:
            _confirm(copy.store_ref, copy.epoch, copy.pk, OPERATOR, now)
    if not found:
        raise Missing("No erasure of this store waits for a revoked key of this name")
    return len(found)


def _confirm(store_ref: str, epoch: int, copy_id: int, by: str, now: datetime) -> datetime:
    """Confirm one copy, and let the erasures go on that waited for it alone; in this transaction."""
    if Store.objects.filter(ref=store_ref, epoch=epoch, state__in=_OPEN).exists():
        raise StillOpen
    # Locked: the end of an erasure looks under this lock too, so that one of us two sees the other.
    erasures = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store_ref, epoch=epoch)
    waiting = list(erasures.select_for_update(no_key=True).order_by("pk"))
    copy = FeedCopy.objects.get(pk=copy_id)
    if copy.confirmed_at is not None:
        return copy.confirmed_at
    copy.confirmed_at, copy.confirmed_by = now, by
    copy.save(update_fields=["confirmed_at", "confirmed_by"])
    _tell(annals.Kind.CONFIRMED, copy.key, [(store_ref, epoch)], {"by": by})
    actor = audit.operator() if by == OPERATOR else audit.key(copy.key.name)
    audit.note(store_ref, actor, "copies.confirmed", epoch=epoch, key=copy.key.name)
    if not owed(store_ref, epoch).exists():
        for duty in waiting:
            if duty.state == DutyState.SENT:
                work.enqueue("erase.carry", duty.pk, lock=f"erase-{duty.pk}", dedupe=f"erase-now-{duty.pk}")
    return now
