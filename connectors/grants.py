"""Grants: sealed at rest, refreshed by one process at a time, gone at uninstall.

A refresh token works once. So one caller refreshes while the others wait for what it stores, and both new
tokens are stored before either is used.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from connectors import audit, configured, duties
from connectors.errors import GrantRevoked, MintaError, StoreClosed, Unavailable
from connectors.models import Duty, Store, StoreState
from connectors.models import Grant as GrantRow
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Reader
from connectors.platforms.opening import Grant
from connectors.policy import deadlines
from connectors.rows import open_epoch
from connectors.vault import StoreKey

#: A token that ends within this time is refreshed before it is used.
MARGIN = timedelta(minutes=5)
#: How long one refresh may take; after it another caller tries.
LEASE = timedelta(seconds=90)
#: A refresh token that ends within this time is turned, so that an idle store does not lose its grant.
IDLE = timedelta(days=30)
_POLL_SECONDS = 0.2
T = TypeVar("T")


def put(store: Store, key: StoreKey, grant: Grant, now: datetime) -> None:
    """Seal and store a grant, in this transaction."""
    turn = (GrantRow.objects.filter(store=store).values_list("turn", flat=True).first() or 0) + 1
    GrantRow.objects.update_or_create(
        store=store,
        defaults={
            "epoch": store.epoch,
            "sealed": key.keep("grant", "grant", grant),
            "expires_at": grant.expires_at,
            "refresh_expires_at": grant.refresh_expires_at,
            "rotated_at": now,
            "turn": turn,
            "refreshing_until": None,
        },
    )
    # Whoever found the grant before it dead has said so; this one is alive.
    Store.objects.filter(pk=store.pk, state=StoreState.REAUTH).update(
        state=StoreState.ACTIVE, stopped_at=None
    )


def drop(store: Store, before: datetime) -> None:
    """Delete a grant that is not newer than `before`, so that the next opening of the app brings another.

    In this transaction, of a caller who holds the store's lock.
    """
    if GrantRow.objects.filter(store=store, rotated_at__lt=before).delete()[0]:
        audit.note(store.ref, audit.PLATFORM, "grant.dropped", epoch=store.epoch)
        store.state, store.stopped_at = StoreState.REAUTH, timezone.now()
        store.save(update_fields=["state", "stopped_at"])


def rescope(store: Store, key: StoreKey, scopes: frozenset[str], now: datetime) -> None:
    """Keep the scopes that are granted now beside the tokens that are held.

    In this transaction, of a caller who holds the store's lock. Raises GrantRevoked when there is no grant.
    """
    put(store, key, replace(_opened(store, _row(store)), scopes=scopes), now)


def use(store: Store, work: Callable[[Reader], T]) -> T:
    """Return what `work` brings from the platform, with a grant that can be used now.

    A grant that ended before its time is refreshed, and the work is done once more. Raises GrantRevoked when
    the merchant must open the app again, StoreClosed when the platform has closed the store; both are written
    down.
    """
    grant, seen_turn = _live(store)
    try:
        try:
            return work(_reader(store, grant))
        except GrantRevoked:
            grant, seen_turn = turn(store, seen_turn), seen_turn + 1
        return work(_reader(store, grant))
    except GrantRevoked:
        _stop(store, StoreState.REAUTH, seen_turn)
        raise
    except StoreClosed:
        _stop(store, StoreState.CLOSED, seen_turn)
        raise


def held(store: Store) -> Grant | None:
    """Return the grant of an open store as it was given last, refused since or not, if there is one."""
    row = GrantRow.objects.filter(store=store, epoch=store.epoch).first()
    return _opened(store, row) if row is not None else None


def live(store: Store) -> Grant:
    """Return a grant that can be used now, refreshed if it must be.

    Raises GrantRevoked when the merchant must open the app again, Unavailable when a refresh did not end.
    """
    return _live(store)[0]


def _live(store: Store) -> tuple[Grant, int]:
    row = _row(store)
    if row.expires_at is None or row.expires_at > timezone.now() + MARGIN:
        grant = _opened(store, row)
        if _can_be_used(grant):
            return grant, row.turn
    return turn(store, row.turn), row.turn + 1


def _can_be_used(grant: Grant) -> bool:
    """Tell whether a grant opens anything: one that a delivery brought holds no token yet."""
    alive = grant.expires_at is None or grant.expires_at > timezone.now()
    return alive and bool(grant.access_token)


def _reader(store: Store, grant: Grant) -> Reader:
    return PLATFORMS[store.platform].reader(grant, configured.credentials(store.platform))


def _stop(store: Store, state: StoreState, seen_turn: int) -> None:
    """Write down that the platform refuses us, unless a newer grant has come meanwhile."""
    refused = Store.objects.filter(pk=store.pk, epoch=store.epoch, state=StoreState.ACTIVE)
    with transaction.atomic():
        if refused.filter(grant__turn__lte=seen_turn).update(state=state, stopped_at=timezone.now()):
            audit.note(store.ref, audit.PLATFORM, "grant.refused", epoch=store.epoch, state=state)


def turn(store: Store, seen_turn: int) -> Grant:
    """Refresh the grant unless somebody already has since `seen_turn`; return the newest."""
    patience = time.monotonic() + LEASE.total_seconds() + 5
    while True:
        row = _row(store)
        if row.turn != seen_turn:
            newer = _opened(store, row)
            if _can_be_used(newer):
                return newer
            seen_turn = row.turn
        if _claim(row):
            return _refresh(store, row)
        if time.monotonic() > patience:
            raise Unavailable("The refresh of the grant did not end in time")
        time.sleep(_POLL_SECONDS)


def turn_idle(now: datetime) -> int:
    """Refresh grants whose refresh token would end unused; returns how many were tried.

    Each is a duty until it is turned, by whomever, or found dead.
    """
    idle = GrantRow.objects.filter(
        refresh_expires_at__lt=now + IDLE, store__state=StoreState.ACTIVE, epoch=F("store__epoch")
    )
    asked = duties.Asked("idle", "clock", deadlines.CLOCK, now)
    for row in idle.select_related("store").iterator():
        duties.owe(Duty.REFRESH_GRANT, row.store, asked, deadline_at=row.refresh_expires_at)
    return sum(_turn_owed(duty, now) for duty in list(duties.owed().filter(kind=Duty.REFRESH_GRANT)))


def _turn_owed(duty: Duty, now: datetime) -> bool:
    """Turn the grant that a duty names; returns whether it was tried."""
    living = GrantRow.objects.filter(
        store__ref=duty.store_ref, epoch=duty.epoch, store__state=StoreState.ACTIVE
    )
    row = living.select_related("store").first()
    if row is None:
        duties.end(duty.kind, duty, now, "there is no grant that lives")
        return False
    if row.refresh_expires_at is None or row.refresh_expires_at > now + IDLE:
        duties.end(duty.kind, duty, now, "")
        return False
    try:
        turn(row.store, row.turn)
    except MintaError as failure:
        duties.tried(duty, now, type(failure).__name__)
        if isinstance(failure, GrantRevoked):
            duties.end(duty.kind, duty, now, type(failure).__name__)
    else:
        duties.tried(duty, now)
        duties.end(duty.kind, duty, now, "")
    return True


def _row(store: Store) -> GrantRow:
    """Return the grant, unless the platform has said that it is dead: then nobody is asked any more."""
    row = _newest(store)
    if row.store.state == StoreState.REAUTH:
        raise GrantRevoked(f"The grant of store {store.ref} is dead")
    return row


def _newest(store: Store) -> GrantRow:
    row = GrantRow.objects.filter(store=store, epoch=store.epoch).select_related("store").first()
    if row is None:
        raise GrantRevoked(f"Store {store.ref} has no grant")
    return row


def _opened(store: Store, row: GrantRow) -> Grant:
    key = configured.keystore().get(store.ref, row.epoch)
    return key.recall("grant", "grant", row.sealed, Grant)


def _claim(row: GrantRow) -> bool:
    now = timezone.now()
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    mine = GrantRow.objects.filter(free, pk=row.pk, turn=row.turn)
    return mine.update(refreshing_until=now + LEASE) == 1


def _refresh(store: Store, row: GrantRow) -> Grant:
    platform = PLATFORMS[store.platform]
    try:
        before = _opened(store, row)
        fresh = platform.refresh(before, configured.credentials(store.platform), timezone.now())
    except GrantRevoked:
        return _revoked(store, row)
    except BaseException:
        GrantRow.objects.filter(pk=row.pk, turn=row.turn).update(refreshing_until=None)
        raise
    with transaction.atomic():
        # Not fenced: the old refresh token is spent, and what it brought must not be lost with a lease.
        current = open_epoch(store.pk, row.epoch, fenced=False)
        held = _opened(current, _newest(current))
        if _tokens(held) != _tokens(before) and _can_be_used(held):
            return held  # a page load exchanged meanwhile: that one is newer
        # Scopes may have been told meanwhile, beside the tokens of before.
        fresh = replace(fresh, scopes=held.scopes) if held.scopes != before.scopes else fresh
        put(current, configured.keystore().get(current.ref, current.epoch), fresh, timezone.now())
    return fresh


def _tokens(grant: Grant) -> tuple[str, str | None]:
    return grant.access_token, grant.refresh_token


def _revoked(store: Store, row: GrantRow) -> Grant:
    """Return the grant that replaced this one meanwhile, or write down that the merchant must come back."""
    with transaction.atomic():
        current = open_epoch(store.pk, row.epoch, fenced=False)
        replaced = _row(current).turn != row.turn
        if not replaced:
            GrantRow.objects.filter(pk=row.pk).update(refreshing_until=None)
            _stop(current, StoreState.REAUTH, row.turn)
    if replaced:
        return turn(store, row.turn)
    raise GrantRevoked(f"The platform no longer accepts the grant of store {store.ref}")
