"""Shares: give a processor what the merchant consents to, and again when it has changed.

    claim    under the store's lock: may it go, has it changed; written down as a share, then it is sent
    settle   what came of it; where the store left or the consent was withdrawn meanwhile, it is asked back

A kill in between leaves the share written down: whoever erases finds it, and asks the processor by our name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from connectors import annals, audit, configured, reading, work
from connectors.errors import BadAnswer, KeyGone, MintaError, Refused, Unavailable
from connectors.models import Duty, DutyState, Share, Store
from connectors.policy.sharing import GIVEN
from connectors.processors import PROCESSORS
from connectors.processors.base import Copy
from connectors.sharing import asking, consents, cutting, gaps, places
from connectors.vault import StoreKey

#: Failures after which the other side may still do what it was asked.
_END_UNKNOWN: Final = (Unavailable, BadAnswer)


@dataclass(frozen=True, repr=False, slots=True)
class Parcel:
    """What is about to be sent, and was written down: `digest` is of the leaves, sealed or not."""

    store_id: int
    share_id: int
    processor: str
    copy: Copy
    leaves: Mapping[str, Any]
    digest: bytes
    setup: Mapping[str, Any]
    # Since when another call is out whose end is not known.
    doubt: datetime | None
    place: str = ""


def look(store_id: int) -> None:
    """Have it looked, in this transaction, who is to be given something new of a store."""
    for processor in consents.given(Store.objects.get(pk=store_id)):
        consents.look(store_id, processor)


def send(store_id: int, processor: str) -> None:
    """Give a processor what it may be given, if it has changed; raises Later where it failed."""
    parcel = _claim(store_id, processor)
    if parcel is None:
        return
    try:
        parcel = _placed(parcel, places.mark(processor, parcel.setup))
    except MintaError as error:
        raise work.Later(_failed(parcel, error)) from None
    # A database from before this must be told, or it would not know whom to ask.
    annals.flush()
    try:
        remote_id = PROCESSORS[processor].share(parcel.copy, parcel.leaves, parcel.setup)
    except Refused as error:
        _settle(parcel, reason=gaps.words(error))
    except MintaError as error:
        raise work.Later(_failed(parcel, error)) from None
    else:
        _settle(parcel, remote_id=remote_id)


@transaction.atomic
def _claim(store_id: int, processor: str) -> Parcel | None:
    """Write down what is about to be sent; None where nothing may go, or nothing new would."""
    work.fence()
    store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
    setup = configured.setup(processor)
    if setup is None or store.paused_at or not _wanted(store, store.epoch, processor):
        return None
    if _ending(store, processor):
        return None  # the end of it looks again
    key, leaves = _leaves(store, processor)
    if key is None:
        return None
    digest = cutting.digest(key, leaves)
    written = _written_down(store, processor, digest)
    if written is None:
        return None
    share, doubt = written
    if GIVEN[PROCESSORS[processor].title].sealed:
        leaves = cutting.sealed(key, processor, leaves)
    copy = Copy(store.ref, store.epoch, share.remote_id)
    return Parcel(store_id, share.pk, processor, copy, leaves, digest, setup, doubt)


def _wanted(store: Store, epoch: int, processor: str) -> bool:
    """Tell whether the store is open in an epoch, and its merchant consents."""
    return store.readable and store.epoch == epoch and processor in consents.given(store)


def _ending(store: Store, processor: str) -> bool:
    """Tell whether something older of the store is still at a processor: what is new waits for its end."""
    duties = Duty.objects.filter(kind=Duty.ERASE_COPY, store_ref=store.ref, subject=processor)
    kept = duties.filter(state=DutyState.REFUSED, epoch=OuterRef("epoch"))
    older = Share.objects.filter(
        store_ref=store.ref, processor=processor, absent_at=None, epoch__lt=store.epoch
    )
    return duties.filter(state__in=Duty.OWED).exists() or older.exclude(Exists(kept)).exists()


def _leaves(store: Store, processor: str) -> tuple[StoreKey | None, dict[str, Any]]:
    """Return the store's key and what the processor may be given; no key where there is nothing to give."""
    try:
        key = configured.keystore().get(store.ref, store.epoch)
    except KeyGone:
        return None, {}
    held = reading.held_store(store, key)
    if held is None:
        return None, {}
    return key, cutting.cut(held, GIVEN[PROCESSORS[processor].title])


def _written_down(store: Store, processor: str, digest: bytes) -> tuple[Share, datetime | None] | None:
    """Return the share, written down as on its way; None where the processor has just this.

    With it goes since when a call before this may still be out.
    """
    now = timezone.now()
    place = {"store_ref": store.ref, "epoch": store.epoch, "processor": processor}
    share, _ = Share.objects.get_or_create(**place, defaults={"first_at": now})
    if share.digest is not None and bytes(share.digest) == digest and share.absent_at is None:
        return None
    if share.absent_at is not None:
        share.place = ""  # whatever it was: nothing is there any more
    before = share.sending_at
    share.absent_at, share.sending_at = None, now
    share.save(update_fields=["absent_at", "sending_at", "place"])
    return share, before if before is not None and before > now - gaps.QUIET else None


@transaction.atomic
def _placed(parcel: Parcel, place: str) -> Parcel:
    """Write down where it goes, before it does; raises Moved where what was given before lies elsewhere."""
    work.fence()
    share = Share.objects.select_for_update(no_key=True).get(pk=parcel.share_id)
    places.check(share, place)
    if not share.place:
        share.place = place
        share.save(update_fields=["place"])
        _note(share)
    return replace(parcel, place=place)


def _note(share: Share) -> None:
    """Note that a processor holds something from here on."""
    told = {"processor": share.processor, "place": share.place}
    annals.note(annals.Kind.SHARED, share.store_ref, share.epoch, told)


@transaction.atomic
def _settle(parcel: Parcel, remote_id: str = "", reason: str = "") -> None:
    """Write down what came of it, whoever has the job by now: it was sent."""
    store = Store.objects.select_for_update(no_key=True).get(pk=parcel.store_id)
    wanted = _wanted(store, parcel.copy.epoch, parcel.processor)
    share = Share.objects.get(pk=parcel.share_id)
    now = timezone.now()
    if not wanted:
        _ask_back(store, share, now)
    if share.absent_at is not None:
        share.place = parcel.place
        _note(share)  # seen to be gone while this was on its way
    share.remote_id = remote_id or share.remote_id
    share.digest, share.reason, share.failures = parcel.digest, reason, 0
    share.sending_at, share.absent_at = parcel.doubt, None
    share.shared_at = share.shared_at if reason else now
    share.save()
    verb = "copy.refused" if reason else "copy.shared"
    audit.note(store.ref, audit.processor(parcel.processor), verb, leaves=len(parcel.leaves))


def _ask_back(store: Store, share: Share, now: datetime) -> None:
    """Have erased what arrived too late, unless the erasure of the store has yet to ask for it."""
    waits = Duty.objects.filter(
        kind=Duty.ERASE_STORE, store_ref=share.store_ref, epoch=share.epoch, state=DutyState.ASKED
    )
    if not waits.exists():
        asking.ask(share, store.platform, asking.LATE, "clock", now)


def _failed(parcel: Parcel, error: MintaError) -> float:
    """Write down why it failed; returns the seconds until it is tried again."""
    with transaction.atomic():
        share = Share.objects.select_for_update(no_key=True).get(pk=parcel.share_id)
        share.failures, share.reason = share.failures + 1, gaps.words(error)
        if not isinstance(error, _END_UNKNOWN):
            share.sending_at = parcel.doubt
        share.save(update_fields=["failures", "reason", "sending_at"])
    return gaps.after(share.failures, error).total_seconds()
