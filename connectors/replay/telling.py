"""What each entry of the ledger means to a database that does not know it.

Each is told in a transaction of its own, in the order in which the facts were committed. What the database
knows already, because it was told by something else, stays as it is.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from connectors import counting, customers, duties, emptying, erase, receipts, work
from connectors.annals import Kind
from connectors.errors import MintaError
from connectors.ledger import Told
from connectors.models import (
    Bar,
    Consent,
    Duty,
    DutyState,
    FeedCopy,
    FeedKey,
    Receipt,
    Share,
    Store,
    StoreState,
)
from connectors.sharing import consents


class Unknown(MintaError):
    """The ledger of erasures has entries of a kind that this version does not know: install a newer one."""


@dataclass(frozen=True, slots=True)
class _Said:
    store_ref: str
    epoch: int
    body: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """When it was noted."""
        return datetime.fromisoformat(self.body["at"])

    @property
    def named(self) -> list[bytes]:
        """The fingerprints of the records that it is about."""
        return [bytes.fromhex(each) for each in self.body["fingerprints"]]

    def store(self) -> Store | None:
        """Lock the store, whatever its epoch."""
        return Store.objects.select_for_update(no_key=True).filter(ref=self.store_ref).first()

    def here(self) -> Store | None:
        """Lock the store if it is in this epoch."""
        store = self.store()
        return store if store is not None and store.epoch == self.epoch else None


def tell(told: Told) -> None:
    """Do what an entry says, in this transaction; raises Unknown."""
    telling = _TELL.get(told.kind)
    if telling is None:
        raise Unknown
    telling(_Said(told.store, told.epoch, json.loads(told.body)))


def _installed(said: _Said) -> None:
    """Raise the epoch, so that none is used twice. The store does not open: grant and records are lost."""
    store = said.store() or _made(said)
    if store.epoch >= said.epoch:
        return
    if store.readable:
        erase.uninstall(store, "restored", timezone.now(), at_once=True)
    store.epoch, store.state = said.epoch, StoreState.INSTALLING
    store.installed_at, store.uninstalled_at, store.erased_at = said.at, None, None
    store.save()


def _made(said: _Said) -> Store:
    fingerprint = bytes.fromhex(said.body["fingerprint"])
    platform = said.body["platform"]
    if Store.objects.filter(platform=platform, fingerprint=fingerprint).exists():
        # The shop was installed anew under another reference: this one is only to be erased elsewhere.
        fingerprint = hashlib.sha256(said.store_ref.encode()).digest()[:16]
    return Store.objects.create(ref=said.store_ref, platform=platform, fingerprint=fingerprint)


def _left(said: _Said) -> None:
    store = said.here()
    if store is None or store.state in (StoreState.QUARANTINED, StoreState.ERASED):
        return
    body = said.body
    clock = {name: datetime.fromisoformat(body[name]) for name in ("asked_at", "due_at", "deadline_at")}
    Duty.objects.get_or_create(
        ref=body["duty"],
        defaults={
            "kind": Duty.ERASE_STORE,
            "store_ref": said.store_ref,
            "platform": store.platform,
            "epoch": said.epoch,
            "cause": body["cause"],
            "asked_by": body["asked_by"],
            "law": body["law"],
            **clock,
        },
    )
    erase.uninstall(store, body["cause"], clock["asked_at"])


def _erasing(said: _Said) -> None:
    now = timezone.now()
    duty = Duty.objects.filter(ref=said.body["duty"]).first()
    if duty is not None:
        if duty.state == DutyState.ASKED:
            _hasten(duty, now)
        return
    store = said.here()
    if store is not None and store.state not in (StoreState.QUARANTINED, StoreState.ERASED):
        erase.uninstall(store, "restored", now, at_once=True)


def _hasten(duty: Duty, now: datetime) -> None:
    duty.due_at = min(duty.due_at, now)
    duty.save(update_fields=["due_at"])
    work.enqueue("erase.carry", duty.pk, lock=f"erase-{duty.pk}", dedupe=f"erase-now-{duty.pk}")


def _receipt(said: _Said) -> None:
    """Put the receipt back under its number, and erase again what came back of what it says is gone."""
    number, body = said.body["number"], said.body["body"]
    store = said.store()
    duty = _ended(said)
    Receipt.objects.filter(number=number).exclude(body=body).delete()
    Receipt.objects.filter(duty=duty).exclude(number=number).delete()
    Receipt.objects.get_or_create(
        number=number,
        defaults={
            "duty": duty,
            "store_ref": said.store_ref,
            "body": body,
            "signature": said.body["signature"],
            "digest": receipts.digest(body),
        },
    )
    counting.raise_to("receipt", number)
    if duty.kind == Duty.ERASE_STORE and store is not None:
        _erase_again(store, duty, timezone.now())


def _ended(said: _Said) -> Duty:
    """Write down the duty of a receipt as it ended; one that is owed for the same thing ends with it."""
    told = dict(said.body["duty"])
    ref = told.pop("ref")
    told |= {name: datetime.fromisoformat(at) for name, at in told.items() if name.endswith("_at")}
    told |= {"store_ref": said.store_ref, "epoch": said.epoch}
    if told["kind"] == Duty.ERASE_COPY and not Duty.objects.filter(ref=ref).exists():
        same = {name: told[name] for name in ("kind", "subject", "store_ref", "epoch")}
        Duty.objects.filter(**same, state__in=Duty.OWED).update(ref=ref)
    return Duty.objects.update_or_create(ref=ref, defaults=told)[0]


def _erase_again(store: Store, duty: Duty, now: datetime) -> None:
    if store.epoch == duty.epoch and store.readable:
        erase.uninstall(store, "restored", now, at_once=True)
    elif emptying.left(duty):
        _hasten(duties.owe(Duty.ERASE_STORE, duty, erase.asked("restored", now)), now)
    else:
        erase.close(store, duty.epoch, duty.done_at or now)


def _barred(said: _Said) -> None:
    store = said.store()
    if store is not None:
        bars = [Bar(store=store, fingerprint=each, barred_at=said.at) for each in said.named]
        Bar.objects.bulk_create(bars, ignore_conflicts=True)


def _redacted(said: _Said) -> None:
    store = said.here()
    if store is not None:
        customers.remove(store, said.body["kind"], said.named, said.at)


def _copy(said: _Said) -> FeedCopy:
    """Return what a key holds. A key that is not known is kept as one that is revoked: it may have been."""
    mark, told = said.body["mark"], {"name": said.body["key"], "purpose": said.body["purpose"]}
    fresh = told | {"all_stores": False, "revoked_at": timezone.now()}
    key, _ = FeedKey.objects.get_or_create(digest=mark, defaults=fresh)
    place = {"key": key, "store_ref": said.store_ref, "epoch": said.epoch}
    return FeedCopy.objects.get_or_create(**place, defaults={"first_at": said.at})[0]


def _held(said: _Said) -> None:
    _copy(said)


def _confirmed(said: _Said) -> None:
    copy = _copy(said)
    if copy.confirmed_at is None:
        copy.confirmed_at, copy.confirmed_by = said.at, said.body["by"]
        copy.save(update_fields=["confirmed_at", "confirmed_by"])


def _share(said: _Said, absent_at: datetime | None) -> None:
    place = {"store_ref": said.store_ref, "epoch": said.epoch, "processor": said.body["processor"]}
    share, _ = Share.objects.get_or_create(**place, defaults={"first_at": said.at})
    # Nobody knows what it was given last: it is given anew.
    share.absent_at, share.digest, share.place = absent_at, None, said.body.get("place", "")
    share.save(update_fields=["absent_at", "digest", "place"])


def _consent(said: _Said) -> None:
    store, processor = said.here(), said.body["processor"]
    if store is None:
        return
    if not said.body["given"]:
        consents.withdraw(store, processor, said.at)
    elif processor not in consents.given(store):
        Consent.objects.create(store=store, epoch=store.epoch, processor=processor, given_at=said.at)


def _paused(said: _Said) -> None:
    store = said.here()
    if store is not None:
        store.paused_at = said.at if said.body["paused"] else None
        store.save(update_fields=["paused_at"])


def _refused(said: _Said) -> None:
    reason = f"{said.body['law']}: {said.body['reason']}"
    owed = Duty.objects.filter(ref=said.body["duty"], state__in=Duty.OWED)
    owed.update(state=DutyState.REFUSED, done_at=said.at, reason=reason)


_TELL: Final[Mapping[str, Callable[[_Said], None]]] = {
    Kind.INSTALLED: _installed,
    Kind.LEFT: _left,
    Kind.ERASING: _erasing,
    Kind.RECEIPT: _receipt,
    Kind.BARRED: _barred,
    Kind.REDACTED: _redacted,
    Kind.HELD: _held,
    Kind.CONFIRMED: _confirmed,
    Kind.SHARED: lambda said: _share(said, None),
    Kind.ABSENT: lambda said: _share(said, said.at),
    Kind.CONSENT: _consent,
    Kind.PAUSED: _paused,
    Kind.REFUSED: _refused,
}
