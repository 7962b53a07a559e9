"""Install: a merchant whose request was verified gets a store, a key, a sealed grant and a first sync.

The first authenticated load is the install, or the platform's own word of it where it sends one, whichever
comes first. Both may come several times, at once, and again after an uninstall.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectors import annals, audit, configured, erase, grants, push, subscribe, sync, work
from connectors.errors import GrantRevoked, KeyGone, MintaError, Unavailable, Unverified
from connectors.models import FeedRead, RunMode, Store, StoreState
from connectors.models import Grant as GrantRow
from connectors.platforms.base import Platform
from connectors.platforms.opening import Admitted, Grant
from connectors.vault import StoreKey

LEASE = timedelta(seconds=90)
#: How long a request that brings nothing to exchange waits for the install that it may have overtaken.
OVERTAKEN = timedelta(seconds=5)
_POLL_SECONDS = 0.2


def find(platform_name: str, shop: str) -> Store | None:
    """Return the store of a platform's address, whatever its state."""
    fingerprint = configured.finder().fingerprint(platform_name, "shop", shop)
    return Store.objects.filter(platform=platform_name, fingerprint=fingerprint).first()


def admit(platform: Platform, admitted: Admitted, now: datetime) -> Store:
    """Return the store of a verified request, installed if it is not yet.

    Raises Unverified when there is neither a grant nor a proof to exchange, or when the store has left since
    a proof that outlives its install; PlatformFailure when the platform refuses the exchange, Unavailable
    when another request's install did not end.
    """
    store = known(platform.name, admitted.shop)
    # The platform makes no proof for an app that is not installed: an uninstall before this one is over.
    proved_at = moment(admitted.proved_at or now, now)
    if admitted.once is not None and store.left_at is not None and store.left_at > proved_at:
        raise Unverified("The store was uninstalled after the proof was made")
    older = Q(opened_at=None) | Q(opened_at__lt=proved_at)
    Store.objects.filter(older, pk=store.pk).update(opened_at=proved_at)
    if _settled(store, admitted) or _overtook(store, admitted):
        return store
    until = _claim(store)
    try:
        store.refresh_from_db()
        if _settled(store, admitted):  # by the request that held the lease before
            return store
        grant = admitted.grant or _exchanged(platform, store, admitted, now)
        if admitted.grant is not None and _is_overtaken(platform, store, grant, now):
            return store
        return _complete(store.pk, until, grant, proved_at)
    finally:
        Store.objects.filter(pk=store.pk, installing_until=until).update(installing_until=None)


def moment(said: datetime, now: datetime) -> datetime:
    """Return when something was said: a clock that tells whole seconds may mean the end of its second."""
    return min(said if said.microsecond else said.replace(microsecond=999_999), now)


def known(platform_name: str, shop: str) -> Store:
    """Return the store of a platform's address, made if need be: without a key, a grant or a value."""
    store = find(platform_name, shop)
    if store is not None:
        return store
    fingerprint = configured.finder().fingerprint(platform_name, "shop", shop)
    return Store.objects.get_or_create(platform=platform_name, fingerprint=fingerprint)[0]


def key_ahead(store: Store, said_at: datetime, now: datetime) -> StoreKey | None:
    """Return the key for an install that the platform announced; None when the app is gone since.

    To be called before the transaction of `arrive`: a turn-over of many keys takes long.
    """
    return None if _is_over(store, said_at, now) else _key(store)


def _is_over(store: Store, said_at: datetime, now: datetime) -> bool:
    return store.left_at is not None and store.left_at > moment(said_at, now)


def arrive(store: Store, key: StoreKey | None, grant: Grant, said_at: datetime, now: datetime) -> bool:
    """Install a store because its platform says so, without asking the platform anything.

    In this transaction, of a caller who holds the store's lock. Returns False when nothing was to be done:
    the app is gone since, or a request has installed it. Raises Unavailable when it changed meanwhile.
    """
    if key is None or _is_over(store, said_at, now):
        return False
    opened_at = moment(said_at, now)
    if store.opened_at is None or store.opened_at < opened_at:
        store.opened_at = opened_at
        store.save(update_fields=["opened_at"])
    granted = GrantRow.objects.filter(store=store, epoch=store.epoch, rotated_at__gte=said_at)
    if store.readable and granted.exists() and _has_key(store):
        return False
    _check_key(store, key)
    _settle(store, key, grant, opened_at)
    return True


def _check_key(store: Store, key: StoreKey) -> None:
    """Raise Unavailable when a key that was fetched before is not the one that the store needs now."""
    is_open = store.readable and _has_key(store)
    if key.epoch < store.epoch or is_open != (key.epoch == store.epoch):
        raise Unavailable("The store was installed or uninstalled meanwhile")
    store.check_key(key.epoch, key.id)


def _settled(store: Store, admitted: Admitted) -> bool:
    """Tell whether the store has what it needs, so that no exchange is due."""
    if admitted.grant is not None or store.state not in (StoreState.ACTIVE, StoreState.CLOSED):
        return False
    return GrantRow.objects.filter(store=store, epoch=store.epoch).exists() and _has_key(store)


def _overtook(store: Store, admitted: Admitted) -> bool:
    """Wait for the install of which a request is proof though it brings nothing itself; tell whether it came.

    A platform opens the app as soon as a grant was exchanged, and we have yet to write the grant down.
    """
    if admitted.grant is not None or admitted.proof is not None or _held(store) is not None:
        return False
    ends = time.monotonic() + OVERTAKEN.total_seconds()
    while time.monotonic() < ends:
        time.sleep(_POLL_SECONDS)
        store.refresh_from_db()
        if _settled(store, admitted):
            return True
    return False


def _held(store: Store) -> Grant | None:
    """Return the grant of a store that is open; it may have been refused by mistake."""
    return grants.held(store) if store.readable and _has_key(store) else None


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


def _exchanged(platform: Platform, store: Store, admitted: Admitted, now: datetime) -> Grant:
    if admitted.proof is None:
        held = _held(store)
        if held is None:
            raise Unverified("The request brings nothing that can be exchanged for a grant")
        return held
    return platform.exchange(admitted.shop, admitted.proof, configured.credentials(platform.name), now)


def _is_overtaken(platform: Platform, store: Store, grant: Grant, began: datetime) -> bool:
    """Tell whether a grant is dead because another was given after it, to a request of the same moment.

    A platform that ends the old grant with each new one does not say which of two came last.
    """
    rivals = GrantRow.objects.filter(store=store, epoch=store.epoch, rotated_at__gte=began)
    if not store.readable or not rivals.exists():
        return False
    try:
        platform.reader(grant, configured.credentials(platform.name)).store()
    except GrantRevoked:
        return True
    except MintaError:
        return False  # not known to be dead
    return False


def _complete(store_id: int, until: datetime, grant: Grant, proved_at: datetime) -> Store:
    key = _key(Store.objects.get(pk=store_id))  # outside the transaction: a turn-over of many keys takes long
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
        if store.installing_until != until:
            raise Unavailable("The exchange took so long that another request began anew")
        if store.left_at is not None and store.left_at > proved_at:
            raise GrantRevoked("The store was uninstalled after the proof was made")
        _check_key(store, key)
        _settle(store, key, grant, proved_at)
    return store


def _settle(store: Store, key: StoreKey, grant: Grant, proved_at: datetime) -> None:
    """Open the store in the epoch of its key and begin what is to be read; in this transaction."""
    fresh = key.epoch != store.epoch
    # What was not applied while the platform refused us, and what was deleted, is read again.
    behind = store.state in (StoreState.REAUTH, StoreState.CLOSED)
    if fresh:
        _end_old_epoch(store, timezone.now())
        store.epoch = key.epoch
        store.installed_at, store.uninstalled_at, store.erased_at = proved_at, None, None
        store.paused_at = store.renumber_to = None
        told = {"platform": store.platform, "fingerprint": bytes(store.fingerprint).hex()}
        annals.note(annals.Kind.INSTALLED, store.ref, store.epoch, told)
    audit.note(store.ref, audit.PLATFORM, "store.installed" if fresh else "grant.replaced", epoch=store.epoch)
    store.state, store.stopped_at = StoreState.ACTIVE, None
    store.save()
    grants.put(store, key, grant, timezone.now())
    subscribe.begin(store)
    if fresh:
        push.announce("store.installed", store, str(store.epoch), {})
    if fresh or behind:
        sync.begin(store, RunMode.FULL)
        work.enqueue("inbox.drain", store.pk, lock=f"store-{store.pk}", dedupe=f"inbox-{store.pk}")


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


def _end_old_epoch(store: Store, now: datetime) -> None:
    """End what an earlier install left. What is in quarantine waits there for the merchant's choice.

    (`connectors.revive`; without one it is erased on its clock.)
    """
    FeedRead.objects.filter(store=store).delete()
    if store.readable:  # its key is spent, so nothing of it opens
        erase.uninstall(store, "reinstalled", now, at_once=True)
