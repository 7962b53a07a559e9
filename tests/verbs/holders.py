"""Holders of keys who read a store, and what befalls the store meanwhile."""

from datetime import UTC, datetime

from django.db import transaction

from connectors import configured, copies, erase, feedkeys, install, work
from connectors.copies import Place
from connectors.models import Duty, FeedKey, Store, StoreState
from connectors.scopes import Scope, scope_of
from tests import cast


def now() -> datetime:
    """Return this moment: duties are due by the clock."""
    return datetime.now(UTC)


def holder(name: str = "renderer") -> Scope:
    """Return what a new key reaches."""
    return scope_of(feedkeys.make(name, "videos").key)


def read(scope: Scope, store: Store) -> set[Place]:
    """Take a page of a store as it is now; returns what may not be handed out."""
    return copies.note(scope, {(store.ref, store.epoch)}, now())


def leave(store: Store, cause: str = "redact") -> Duty:
    """Let a store leave, to be erased at once."""
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        return erase.uninstall(locked, cause, now(), at_once=True)


def come_back(store: Store) -> None:
    """Install a store anew."""
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        key = configured.keystore().create(locked.ref, locked.epoch + 1)
        install._end_old_epoch(locked, now())
        locked.epoch, locked.state, locked.erased_at = key.epoch, StoreState.ACTIVE, None
        locked.save()
    cast.keep(locked, key, cast.product())


def rest() -> None:
    """Let a worker do all there is to do."""
    while work.engine().drain(now()).total:
        pass


def revoke(name: str) -> None:
    """Revoke a key."""
    FeedKey.objects.filter(name=name).update(revoked_at=now())
