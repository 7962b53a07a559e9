"""Install: a merchant whose request was verified gets a store, a key, a sealed grant and a first sync.

The first authenticated load is the install; there is no other event for it. It may come several times at
once, and again after an uninstall.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectors import configured, erase, grants, sync, work
from connectors.errors import GrantRevoked, KeyGone, Unavailable, Unverified
from connectors.models import Delivery, Duty, DutyState, FeedRead, RunMode, Store, StoreState
from connectors.models import Grant as GrantRow
from connectors.platforms.base import EventKind, Platform
from connectors.platforms.opening import Admitted, Grant
from connectors.vault import StoreKey

LEASE = timedelta(seconds=90)
_POLL_SECONDS = 0.2


def find(platform_name: str, shop: str) -> Store | None:
    """Return the store of a platform's address, whatever its state."""
    fingerprint = configured.finder().fingerprint(platform_name, "shop", shop)
    return Store.objects.filter(platform=platform_name, fingerprint=fingerprint).first()


def admit(platform: Platform, admitted: Admitted, now: datetime) -> Store:
    """Return the store of a verified request, installed if it is not yet.

    Raises Unverified when there is neither a grant nor a proof to exchange, PlatformFailure when the platform
    refuses the exchange, Unavailable when another request's install did not end.
    """
    store = _known(platform, admitted.shop)
    # The platform makes no proof for an app that is not installed: an uninstall before this one is over.
    proved_at = _proved_at(admitted, now)
    older = Q(opened_at=None) | Q(opened_at__lt=proved_at)
    Store.objects.filter(older, pk=store.pk).update(opened_at=proved_at)
    if _settled(store, admitted):
        return store
    until = _claim(store)
    try:
        store.refresh_from_db()
        if _settled(store, admitted):  # by the request that held the lease before
            return store
        grant = admitted.grant or _exchanged(platform, admitted, now)
        return _complete(store.pk, until, grant, proved_at)
    finally:
        Store.objects.filter(pk=store.pk, installing_until=until).update(installing_until=None)


def _proved_at(admitted: Admitted, now: datetime) -> datetime:
    """Return when the proof was made: one that says whole seconds may be of the end of its second."""
    said = admitted.proved_at or now
    return min(said if said.microsecond else said.replace(microsecond=999_999), now)


def _known(platform: Platform, shop: str) -> Store:
    store = find(platform.name, shop)
    if store is not None:
        return store
    fingerprint = configured.finder().fingerprint(platform.name, "shop", shop)
    return Store.objects.get_or_create(platform=platform.name, fingerprint=fingerprint)[0]


def _settled(store: Store, admitted: Admitted) -> bool:
    """Tell whether the store has what it needs, so that no exchange is due."""
    if admitted.grant is not None or store.state not in (StoreState.ACTIVE, StoreState.CLOSED):
        return False
    return GrantRow.objects.filter(store=store, epoch=store.epoch).exists() and _has_key(store)


def _has_key(store: Store) -> bool:
    """Tell whether the store's key is live: a database put back from a backup may be behind the key store."""
    return configured.keystore().state(store.ref, store.epoch) == "live"


def _claim(store: Store) -> datetime:
    """Wait until no other request installs the store; return the end of our own lease."""
    patience = time.monotonic() + LEASE.total_seconds() + 5
    while True:
        now = timezone.now()
        free = Q(installing_until=None) | Q(installing_until__lt=now)
        if Store.objects.filter(free, pk=store.pk).update(installing_until=now + LEASE):
            return now + LEASE
        if time.monotonic() > patience:
            raise Unavailable("An install of the same store did not end in time")
        time.sleep(_POLL_SECONDS)


def _exchanged(platform: Platform, admitted: Admitted, now: datetime) -> Grant:
    if admitted.proof is None:
        raise Unverified("The request brings nothing that can be exchanged for a grant")
    return platform.exchange(admitted.shop, admitted.proof, configured.credentials(platform.name), now)


def _complete(store_id: int, until: datetime, grant: Grant, proved_at: datetime) -> Store:
    key = _key(Store.objects.get(pk=store_id))  # outside the transaction: a turn-over of many keys takes long
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
        if store.installing_until != until:
            raise Unavailable("The exchange took so long that another request began anew")
        if _left_meanwhile(store, proved_at):
            raise GrantRevoked("The store was uninstalled while it was being installed")
        fresh = key.epoch != store.epoch
        # What was not applied while the platform refused us, and what was deleted, is read again.
        behind = store.state in (StoreState.REAUTH, StoreState.CLOSED)
        if fresh:
            _end_old_epoch(store, timezone.now())
            store.epoch = key.epoch
            store.installed_at, store.uninstalled_at, store.erased_at = proved_at, None, None
        store.state, store.stopped_at = StoreState.ACTIVE, None
        store.save()
        grants.put(store, key, grant, timezone.now())
        if fresh or behind:
            sync.begin(store, RunMode.FULL)
            work.enqueue("inbox.drain", store.pk, lock=f"store-{store.pk}", dedupe=f"inbox-{store.pk}")
    return store


def _key(store: Store) -> StoreKey:
    """Return the store's key, or that of a new epoch; a spent epoch stays spent."""
    if store.readable and _has_key(store):
        return configured.keystore().get(store.ref, store.epoch)
    epoch = store.epoch
    while True:
        epoch += 1
        try:
            return configured.keystore().create(store.ref, epoch)
        except KeyGone:
            continue


def _left_meanwhile(store: Store, since: datetime) -> bool:
    left = Delivery.objects.filter(store=store, kind=EventKind.UNINSTALLED, occurred_at__gt=since)
    return left.exists()


def _end_old_epoch(store: Store, now: datetime) -> None:
    """End what an earlier install left; the new epoch takes over what the platform shows no more."""
    FeedRead.objects.filter(store=store).delete()
    if store.readable:  # its key is spent, so nothing of it opens
        erase.uninstall(store, "reinstalled", now, at_once=True)
        return
    owed = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store.ref, state=DutyState.ASKED)
    for duty in owed:
        duty.cause = "reinstalled"
        duty.save(update_fields=["cause"])
        work.enqueue(
            "revive.carry", duty.pk, lock=f"store-{store.pk}", dedupe=f"revive-{duty.pk}", priority=20
        )
