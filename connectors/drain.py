"""Drain: apply what waits in a store's inbox, each thing once, with one reader.

A delivery that cannot be applied waits by itself, longer each time, and holds up no other. Only what the
platform or the delivery itself rules out ends as failed; a fault of ours never does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from connectors import apply, configured, grants, work
from connectors.errors import (
    GrantRevoked,
    KeyGone,
    MintaError,
    PlatformFailure,
    Refused,
    StoreClosed,
    Throttled,
    Unavailable,
    Unsealable,
)
from connectors.models import Delivery, DeliveryState, Store, StoreState
from connectors.platforms.base import Event, Reader
from connectors.rows import Superseded
from connectors.vault import StoreKey

#: Deliveries applied in one go; the rest goes on in a job of its own, so that stores take turns.
BATCH = 200
_LONGEST_WAIT = timedelta(hours=6)
#: After these the platform answers nothing else either: the pass ends, and no delivery has failed by it.
_ENDS_THE_PASS = (GrantRevoked, StoreClosed, Throttled)
_REASON_CHARACTERS = 200


class Paused(Refused):
    """The merchant has paused the store meanwhile: what waits goes on waiting."""


@dataclass(repr=False)
class _Target:
    """One thing to read again, and the deliveries that name it, from the oldest on."""

    events: list[Event] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)


def drain(store_id: int) -> None:
    """Apply what is due for a store.

    Raises work.Later when more waits, and an error of the platform's that ended the pass.
    """
    store = Store.objects.get(pk=store_id)
    waiting = Delivery.objects.filter(store=store, state=DeliveryState.WAITING)
    if not store.readable:
        waiting.update(state=DeliveryState.IGNORED, sealed=None)
        return
    if store.state != StoreState.ACTIVE or store.paused_at is not None:
        return  # the platform refuses us, or the merchant: what waits is applied when they do not any more
    waiting.exclude(epoch=store.epoch).update(state=DeliveryState.IGNORED, sealed=None)
    try:
        _apply_due(store, waiting)
    except (GrantRevoked, StoreClosed, Paused):
        return  # written down by `grants.use`, or by the merchant
    except (Superseded, KeyGone):
        # Uninstalled or installed anew meanwhile: of this epoch nothing is applied any more.
        waiting.filter(epoch=store.epoch).update(state=DeliveryState.IGNORED, sealed=None)
        return
    left = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    if left is not None:
        raise work.Later(max(0.0, (left - timezone.now()).total_seconds()))


def _apply_due(store: Store, waiting: QuerySet[Delivery]) -> None:
    due = waiting.filter(due_at__lte=timezone.now()).order_by("due_at", "occurred_at", "pk")
    batch = list(due[:BATCH])
    if batch:
        key = configured.keystore().get(store.ref, store.epoch)
        targets = _targets(key, batch)
        grants.use(store, lambda reader: _apply_all(store, reader, targets))


def _targets(key: StoreKey, batch: list[Delivery]) -> list[_Target]:
    targets: dict[tuple[str, ...], _Target] = {}
    for each, event in sorted(_opened(key, batch), key=_in_order):
        known = targets.setdefault(apply.target(event), _Target())
        known.waiting.append(each)
        known.events.append(event)
    return list(targets.values())


def _in_order(opened: tuple[Delivery, Event]) -> tuple[datetime, int, int]:
    delivery, event = opened
    return delivery.occurred_at, event.sequence, delivery.pk


def _opened(key: StoreKey, batch: list[Delivery]) -> Iterator[tuple[Delivery, Event]]:
    for each in batch:
        try:
            yield each, key.recall("delivery", bytes(each.fingerprint), each.sealed or b"", Event)
        except Unsealable as error:
            _end([each], DeliveryState.FAILED, _reason(error))


def _apply_all(store: Store, reader: Reader, targets: list[_Target]) -> None:
    while targets:
        target = targets[0]
        if Store.objects.filter(pk=store.pk, paused_at__isnull=False).exists():
            raise Paused
        try:
            apply.events(store, reader, target.events)
        except (*_ENDS_THE_PASS, work.Fenced, Superseded, KeyGone):
            raise
        except Unavailable as error:
            # The platform is away, or it breaks on this one thing: the next pass begins with the others.
            _put_off(target.waiting, _reason(error))
            raise
        except (Refused, PlatformFailure) as error:
            if error.retry:
                _put_off(target.waiting, _reason(error))
            else:
                _end(target.waiting, DeliveryState.FAILED, _reason(error))
        except Exception as error:
            # Ours, or the database's: it must neither end what was acknowledged nor stop the others.
            _put_off(target.waiting, _reason(error))
        else:
            _end(target.waiting, DeliveryState.DONE, "")
        targets.pop(0)  # a second try with a new grant goes on here


def _reason(error: Exception) -> str:
    """Name an error; only our own messages are known to hold no value."""
    ours = f": {error}" if isinstance(error, MintaError) else ""
    return f"{type(error).__name__}{ours}"[:_REASON_CHARACTERS]


def _end(deliveries: list[Delivery], state: DeliveryState, reason: str) -> None:
    # What came again meanwhile waits for another reading.
    newest = max(each.received_at for each in deliveries)
    named = Delivery.objects.filter(pk__in=[each.pk for each in deliveries], received_at__lte=newest)
    mine = named.filter(state=DeliveryState.WAITING)
    mine.update(state=state, reason=reason, applied_at=timezone.now(), sealed=None)


def _put_off(deliveries: list[Delivery], reason: str) -> None:
    now = timezone.now()
    for each in deliveries:
        mine = Delivery.objects.filter(pk=each.pk, state=DeliveryState.WAITING)
        mine.update(attempts=each.attempts + 1, due_at=_again_at(each.attempts, now), reason=reason)


def _again_at(attempts: int, now: datetime) -> datetime:
    return now + min(_LONGEST_WAIT, timedelta(seconds=2.0 ** min(attempts + 1, 16)))
