"""People: the users of a store who have opened the app, each known by a keyed fingerprint alone."""

from datetime import datetime

from django.db import transaction

from connectors import annals, configured
from connectors.errors import KeyGone, Unverified
from connectors.models import Person, Removal, Store
from connectors.platforms import opening
from connectors.rows import open_epoch


def seen(store: Store, person: opening.Person, proved_at: datetime, now: datetime) -> Person:
    """Write down that a person has opened the app with a proof that was made at `proved_at`.

    Raises Unverified when they were removed since, Superseded when the store has left meanwhile.
    """
    key = configured.keystore().get(store.ref, store.epoch)
    fingerprint = key.fingerprint("person", person.id)
    with transaction.atomic():
        current = open_epoch(store.pk, store.epoch, fenced=False)
        removals = Removal.objects.filter(store=current, epoch=current.epoch, fingerprint=fingerprint)
        if removals.filter(removed_at__gte=proved_at).exists():
            raise Unverified("the person was removed after the proof was made")
        known, _ = Person.objects.update_or_create(
            store=current,
            epoch=current.epoch,
            fingerprint=fingerprint,
            defaults={"owner": person.owner, "seen_at": now},
        )
    return known


def is_owner(store: Store, person_id: int | None) -> bool:
    """Tell whether somebody may export and delete: the owner, where the platform says who that is."""
    people = Person.objects.filter(store=store, epoch=store.epoch)
    if person_id is None:
        return not people.exists()
    return people.filter(pk=person_id, owner=True).exists()


def remove(store: Store, ids: tuple[str, ...], removed_at: datetime) -> int:
    """Forget the named people, and with them all that they could still open; returns how many were known.

    That they were removed is remembered for as long as a proof from before is good. In this transaction, of a
    caller who holds the store's lock.
    """
    if not store.readable:
        return 0  # nothing opens for anybody, and the erasure takes them along
    try:
        key = configured.keystore().get(store.ref, store.epoch)
    except KeyGone:
        return 0  # a database from before an erasure: as above
    return forget(store, [key.fingerprint("person", each) for each in ids], removed_at)


def forget(store: Store, named: list[bytes], removed_at: datetime) -> int:
    """Forget people by their fingerprints, and let the ledger know; returns how many were known.

    In this transaction, of a caller who holds the store's lock.
    """
    Removal.objects.bulk_create(
        Removal(store=store, epoch=store.epoch, fingerprint=each, removed_at=removed_at) for each in named
    )
    told = {"persons": [each.hex() for each in named], "removed_at": removed_at.isoformat()}
    annals.note(annals.Kind.REMOVED, store.ref, store.epoch, told)
    gone = Person.objects.filter(store=store, epoch=store.epoch, fingerprint__in=named)
    known = gone.count()
    gone.delete()
    return known
