"""Inbox: a delivery is verified, written and committed, and only then acknowledged.

What is written is never the body, only the event it means, sealed. Applying it reads the thing again at the
platform, so duplicates and disorder change nothing.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from connectors import configured, customers, erase, grants, install, people, tickets, work
from connectors.errors import KeyGone, Unverified
from connectors.models import Delivery, DeliveryState, Store, StoreState
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind, Platform
from connectors.policy import retention
from connectors.turns import turn
from connectors.vault import StoreKey

#: How long the ids of deliveries are remembered; platforms retry for two days at most.
MEMORY: Final = retention.DELIVERY.time


class Taken(StrEnum):
    """What became of a verified delivery at the door. Each is acknowledged."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    IGNORED = "ignored"


def receive(platform: Platform, delivery: Inbound, now: datetime) -> Taken:
    """Verify a delivery and write it down; when this returns, it is committed.

    Raises Unverified or Malformed when it is not what it claims to be.
    """
    event = platform.verify(delivery, configured.credentials(platform.name), now)
    if event.kind == EventKind.NOTHING:
        return Taken.IGNORED
    known = _known(platform, event)
    if known is None:
        return Taken.UNKNOWN
    key = None
    if event.kind == EventKind.INSTALLED:
        key = install.key_ahead(known, event.occurred_at or now, now)
    with turn(), transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get(pk=known.pk)
        _refuse_other_store(store, event)
        if delivery.callback:
            # Its proof may be one that a person can hold, and does not say what it is for.
            tickets.spend_proof(platform.name, event.shop, event.delivery_id, now, delivery.callback)
        fingerprint = configured.finder().fingerprint(
            "delivery", platform.name, event.shop, event.delivery_id
        )
        before = Delivery.objects.filter(platform=platform.name, fingerprint=fingerprint).first()
        if before is not None:
            return _again(store, event, before, now)
        return _take(store, event, fingerprint, key, now)


def _known(platform: Platform, event: Event) -> Store | None:
    """Return the store that an event is about; of one that is unknown an install makes a store.

    So does an end, where the platform announces installs: the install may be the later of the two to come.
    """
    begins = event.kind == EventKind.INSTALLED
    if begins or (platform.announces_installs and event.kind in _ENDS):
        return install.known(platform.name, event.shop)
    return install.find(platform.name, event.shop)


def _again(store: Store, event: Event, before: Delivery, now: datetime) -> Taken:
    """Take what bears the id of a delivery that we have: it is the same, unless another may bear it too.

    Then what was applied is applied once more, which changes nothing when it was the same after all.
    """
    at_the_door = event.kind in _AT_THE_DOOR or event.kind == EventKind.INSTALLED
    taken = before.state in (DeliveryState.WAITING, DeliveryState.DONE) and before.epoch == store.epoch
    sealed = _sealed(store, event, bytes(before.fingerprint)) if taken and not at_the_door else None
    if not event.may_repeat or sealed is None:
        return Taken.DUPLICATE
    before.state, before.sealed, before.applied_at = DeliveryState.WAITING, sealed, None
    before.received_at = before.due_at = now  # `drain` tells by it that what it read may be of before
    before.save(update_fields=["state", "sealed", "applied_at", "received_at", "due_at"])
    queue(store)
    return Taken.TAKEN


def _refuse_other_store(store: Store, event: Event) -> None:
    """Refuse a delivery whose body names another shop than its header: headers are not signed."""
    if event.shop_id is None or store.id_fingerprint is None:
        return
    if bytes(store.id_fingerprint) != configured.finder().fingerprint(store.platform, "id", event.shop_id):
        raise Unverified("The delivery's body is about another store than its header")


def _take(store: Store, event: Event, fingerprint: bytes, key: StoreKey | None, now: datetime) -> Taken:
    occurred_at = min(event.occurred_at or now, now)
    if event.kind in _OF_ONE_INSTALL:
        occurred_at = install.moment(occurred_at, now)
    state, sealed = _done(store, event, fingerprint, key, occurred_at, now)
    Delivery.objects.create(
        platform=store.platform,
        fingerprint=fingerprint,
        store=store,
        epoch=store.epoch,
        topic=event.topic[:64],
        kind=event.kind,
        occurred_at=occurred_at,
        received_at=now,
        due_at=now,
        applied_at=now if state == DeliveryState.DONE else None,
        state=state,
        sealed=sealed,
    )
    if state == DeliveryState.WAITING:
        queue(store)
    return Taken.IGNORED if state == DeliveryState.IGNORED else Taken.TAKEN


def _done(
    store: Store, event: Event, fingerprint: bytes, key: StoreKey | None, occurred_at: datetime, now: datetime
) -> tuple[DeliveryState, bytes | None]:
    """Do what is done here, and return what else is left to do, sealed."""
    if event.kind == EventKind.INSTALLED:
        return _arrived(store, event, key, occurred_at, now), None
    if event.kind in _AT_THE_DOOR:
        return _done_at_the_door(store, event, occurred_at, now), None
    settled = DeliveryState.IGNORED
    if event.kind in customers.REREAD:
        customers.redact_things(store, event, occurred_at, now)
        settled = DeliveryState.DONE
    sealed = _sealed(store, event, fingerprint)
    return (DeliveryState.WAITING if sealed else settled), sealed


_ENDS = frozenset({EventKind.UNINSTALLED, EventKind.REDACT_STORE})
_OF_ONE_INSTALL = _ENDS | {EventKind.PERSON_REMOVED}
#: What needs no call to the platform and must not be lost: done in the transaction that acknowledges it.
_AT_THE_DOOR = frozenset(
    {
        EventKind.UNINSTALLED,
        EventKind.REDACT_STORE,
        EventKind.REDACT_SALES,
        EventKind.REPORT_SALES,
        EventKind.PERSON_REMOVED,
    }
)


def _arrived(
    store: Store, event: Event, key: StoreKey | None, occurred_at: datetime, now: datetime
) -> DeliveryState:
    if event.grant is None or not install.arrive(store, key, event.grant, occurred_at, now):
        return DeliveryState.IGNORED
    return DeliveryState.DONE


def _done_at_the_door(store: Store, event: Event, occurred_at: datetime, now: datetime) -> DeliveryState:
    if event.kind in _ENDS and (store.left_at is None or store.left_at < occurred_at):
        store.left_at = occurred_at
        store.save(update_fields=["left_at"])
    if _of_older_install(store, event, occurred_at):
        return DeliveryState.IGNORED
    match event.kind:
        case EventKind.UNINSTALLED:
            return _left(store, occurred_at, now)
        case EventKind.REDACT_STORE:
            erase.redact(store, now)
        case EventKind.REDACT_SALES:
            customers.redact_sales(store, event.ids, occurred_at, now)
        case EventKind.PERSON_REMOVED:
            people.remove(store, event.ids, occurred_at)
        case _:
            customers.report_sales(store, event.ids, event.request_id or "", occurred_at, now)
    return DeliveryState.DONE


def _of_older_install(store: Store, event: Event, occurred_at: datetime) -> bool:
    """What ends a store, or a person's access, may come hours late, after the merchant has come back."""
    return (
        event.kind in _OF_ONE_INSTALL
        and store.readable
        and store.installed_at is not None
        and occurred_at < store.installed_at
    )


def _left(store: Store, occurred_at: datetime, now: datetime) -> DeliveryState:
    if not store.readable:
        return DeliveryState.IGNORED
    if store.opened_at is not None and occurred_at < store.opened_at:
        # The merchant has come back since, and we could not see it: only the grant of before is dead.
        grants.drop(store, occurred_at)
        return DeliveryState.IGNORED
    erase.uninstall(store, "uninstalled", now)
    return DeliveryState.DONE


def _sealed(store: Store, event: Event, fingerprint: bytes) -> bytes | None:
    """Return the event sealed; None for a store that nothing is applied to any more."""
    if not store.readable:
        return None
    try:
        key = configured.keystore().get(store.ref, store.epoch)
    except KeyGone:
        return None  # a database from before the erasure: the next install starts a new epoch
    return key.keep("delivery", fingerprint, event)


def queue(store: Store) -> None:
    """Queue the applying of what waits (`connectors.drain`); one at a time per store."""
    work.enqueue("inbox.drain", store.pk, lock=f"store-{store.pk}", dedupe=f"inbox-{store.pk}", priority=10)


def tend() -> None:
    """Queue the applying of everything that waits; a job that died leaves no delivery behind."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).values_list("store_id", flat=True)
    for store in Store.objects.filter(pk__in=waiting.distinct(), state=StoreState.ACTIVE):
        queue(store)


def forget(now: datetime) -> int:
    """Delete the ids of deliveries that no platform sends again; returns how many."""
    old = Delivery.objects.filter(received_at__lt=now - MEMORY).exclude(state=DeliveryState.WAITING)
    return old.delete()[0]
