"""Consents: a merchant's word that a processor may be given what the register allows it, until withdrawn.

It holds for one epoch: who installs anew is asked anew.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from connectors import annals, audit, configured, work
from connectors.errors import Missing, Refused
from connectors.models import Consent, Duty, Share, Store
from connectors.policy.sharing import GIVEN, Given
from connectors.processors import PROCESSORS
from connectors.sharing import asking


class NotOpen(Refused):
    """The store is not open: nothing of it goes anywhere."""

    status = 409


@dataclass(frozen=True)
class Choice:
    """What a merchant is asked about one processor, and how it stands there.

    `state` is `off`, `asked`, `shared`, `refused`, or, where it is `leaving`, that of the duty that erases it
    there; `reason` says why it was refused or has not come yet, in class names and codes.
    """

    name: str
    title: str
    given: Given
    given_at: datetime | None
    state: str
    at: datetime | None = None
    reason: str = ""
    leaving: bool = False


def given(store: Store) -> dict[str, datetime]:
    """Return by processor since when the merchant consents, in the store's epoch."""
    return dict(_standing(store).values_list("processor", "given_at"))


def give(store: Store, processor: str, now: datetime) -> None:
    """Take the merchant's word that a processor may be given what the register allows it.

    Raises Missing for a processor that is not on here, NotOpen.
    """
    if configured.setup(processor) is None:
        raise Missing("There is no such processor here")
    with transaction.atomic():
        locked = _locked(store)
        if not locked.readable or locked.epoch != store.epoch:
            raise NotOpen
        if not _standing(locked, processor).exists():
            Consent.objects.create(store=locked, epoch=locked.epoch, processor=processor, given_at=now)
            _told(locked, processor, given=True)
        look(locked.pk, processor)


def withdraw(store: Store, processor: str, now: datetime) -> Duty | None:
    """Take the merchant's word back, and have erased what the processor holds; returns that duty, if any."""
    with transaction.atomic():
        locked = _locked(store)
        if _standing(locked, processor).update(withdrawn_at=now):
            _told(locked, processor, given=False)
        share = asking.held(locked.ref, locked.epoch).filter(processor=processor).first()
        if share is None:
            return None
        return asking.ask(share, locked.platform, asking.WITHDRAWN, "merchant", now)


def look(store_id: int, processor: str) -> None:
    """Have it looked, in this transaction, whether a processor is to be given something new."""
    store = Store.objects.values("ref", "epoch").get(pk=store_id)
    work.enqueue(
        "sharing.send",
        store_id,
        processor,
        lock=asking.lock(store["ref"], store["epoch"], processor),
        dedupe=f"share-send-{store_id}-{processor}",
    )


def choices(store: Store) -> list[Choice]:
    """Return what the merchant may choose: every processor that is on, or that holds something."""
    since = given(store)
    shares = {each.processor: each for each in asking.held(store.ref, store.epoch)}
    known = [name for name in PROCESSORS if name in shares or configured.setup(name) is not None]
    return [_choice(name, since.get(name), shares.get(name)) for name in known]


def _choice(name: str, since: datetime | None, share: Share | None) -> Choice:
    processor = PROCESSORS[name]
    told = _leaving(share) or _state(since, share)
    return Choice(name, str(processor.title), GIVEN[processor.title], since, *told)


def _leaving(share: Share | None) -> tuple[str, datetime, str, bool] | None:
    """Return how far the erasure of a share is, None where none is owed."""
    if share is None:
        return None
    duty = asking.unsettled(share.store_ref, share.epoch).filter(subject=share.processor).first()
    return None if duty is None else (str(duty.state), duty.tried_at or duty.asked_at, duty.reason, True)


def _state(since: datetime | None, share: Share | None) -> tuple[str, datetime | None, str]:
    if share is None:
        return ("asked" if since else "off"), since, ""
    if share.reason:
        refused = share.digest is not None and share.sending_at is None
        return ("refused" if refused else "asked"), share.first_at, share.reason
    return ("shared" if share.shared_at else "asked"), share.shared_at or share.first_at, ""


def _standing(store: Store, processor: str | None = None) -> QuerySet[Consent]:
    found = Consent.objects.filter(store=store, epoch=store.epoch, withdrawn_at=None)
    return found if processor is None else found.filter(processor=processor)


def _told(store: Store, processor: str, *, given: bool) -> None:
    """Note it for the ledger and in the log of who did what."""
    annals.note(annals.Kind.CONSENT, store.ref, store.epoch, {"processor": processor, "given": given})
    verb = "consent.given" if given else "consent.withdrawn"
    audit.note(store.ref, audit.MERCHANT, verb, processor=processor)


def _locked(store: Store) -> Store:
    return Store.objects.select_for_update(no_key=True).get(pk=store.pk)
