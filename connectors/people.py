"""People: the users of a store who have opened the app, each known by a keyed fingerprint alone."""

from datetime import datetime

from django.db import transaction

from connectors import configured
from connectors.errors import KeyGone
from connectors.models import Person, Store
from connectors.platforms import opening
from connectors.rows import open_epoch


def seen(store: Store, person: opening.Person, now: datetime) -> Person:
    """Write down that a person has opened the app; raises Superseded when the store has left meanwhile."""
    key = configured.keystore().get(store.ref, store.epoch)
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        known, _ = Person.objects.update_or_create(
            store=current,
            epoch=current.epoch,
            fingerprint=key.fingerprint("person", person.id),
            defaults={"owner": person.owner, "seen_at": now},
        )
    return known


def remove(store: Store, ids: tuple[str, ...]) -> int:
    """Forget the named people, and with them all that they could still open; returns how many were known.

    In this transaction, of a caller who holds the store's lock.
    """
    if not store.readable:
        return 0  # nothing opens for anybody, and the erasure takes them along
    try:
        key = configured.keystore().get(store.ref, store.epoch)
    except KeyGone:
        return 0  # a database from before an erasure: as above
    named = [key.fingerprint("person", each) for each in ids]
    gone = Person.objects.filter(store=store, epoch=store.epoch, fingerprint__in=named)
    known = gone.count()
    gone.delete()
    return known
