"""What each entry of the ledger means to a database that does not know it.

Each is told in a transaction of its own, in the order in which the facts were committed. What the database
knows already, because it was told by something else, stays as it is.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone

from connectors import counting, customers, duties, emptying, erase, receipts, told, work
from connectors.annals import Kind
from connectors.errors import MintaError
from connectors.ledger import Told
from connectors.models import (
    Bar,
    Consent,
    Duty,
    DutyState,
    Receipt,
    Share,
    Store,
    StoreState,
)
from connectors.replay import access
from connectors.replay.said import Said
from connectors.sharing import consents


class Unknown(MintaError):
    """The ledger of erasures has entries of a kind that this version does not know: install a newer one."""


def tell(entry: Told) -> None:
    """Do what an entry says, in this transaction; raises Unknown."""
    telling = _TELL.get(entry.kind)
    if telling is None:
        raise Unknown
    telling(Said(entry.store, entry.epoch, json.loads(entry.body)))


def _installed(said: Said) -> None:
    """Raise the epoch, so that none is used twice. The store does not open: grant and records are lost."""
    store = said.store() or _made(said)
    if store.epoch >= said.epoch:
        return
    if store.readable:
        erase.uninstall(store, "restored", timezone.now(), at_once=True)
    store.epoch, store.state = said.epoch, StoreState.INSTALLING
    store.installed_at, store.uninstalled_at, store.erased_at = said.at, None, None
    store.save()


def _made(said: Said) -> Store:
    fingerprint = bytes.fromhex(said.body["fingerprint"])
    platform = said.body["platform"]
    if Store.objects.filter(platform=platform, fingerprint=fingerprint).exists():
        # The shop was installed anew under another reference: this one is only to be erased elsewhere.
        fingerprint = hashlib.sha256(said.store_ref.encode()).digest()[:16]
    return Store.objects.create(ref=said.store_ref, platform=platform, fingerprint=fingerprint)


def _left(said: Said) -> None:
    store = said.here()
    if store is None or store.state in (StoreState.QUARANTINED, StoreState.ERASED):
        return
    duty = _written_down(said, store, Duty.ERASE_STORE)
    # Known then, and no proof of before it counts.
    store.left_at = max(store.left_at or duty.asked_at, duty.asked_at)
    erase.uninstall(store, duty.cause, duty.asked_at)


def _written_down(said: Said, store: Store, kind: str) -> Duty:
    body = said.body
    clock = {name: datetime.fromisoformat(body[name]) for name in ("asked_at", "due_at", "deadline_at")}
    words = {name: body[name] for name in ("cause", "asked_by", "law")}
    whose = {"store_ref": said.store_ref, "platform": store.platform, "epoch": said.epoch}
    return Duty.objects.get_or_create(ref=body["duty"], defaults={"kind": kind, **whose, **words, **clock})[0]


def _due(said: Said) -> None:
    """Let an erasure that waited be due for the reason of then: nobody may choose to keep what it is of."""
    body = said.body
    duty = Duty.objects.filter(ref=body["duty"], state=DutyState.ASKED).first()
    if duty is not None:
        duty.cause, duty.asked_by, duty.law = body["cause"], body["asked_by"], body["law"]
        duty.deadline_at = min(duty.deadline_at, datetime.fromisoformat(body["deadline_at"]))
        duty.save(update_fields=["cause", "asked_by", "law", "deadline_at"])
        _hasten(duty, timezone.now())


def _owed(said: Said) -> None:
    """Write down again what somebody asked for by e-mail, on the clock of then."""
    store, kind = said.here(), said.body["kind"]
    same = Duty.objects.filter(kind=kind, store_ref=said.store_ref, epoch=said.epoch, state__in=Duty.OWED)
    if store is not None and store.readable and not same.exists():
        _written_down(said, store, kind)
    ends = datetime.fromisoformat(said.body["deadline_at"])  # it was asked again, under a law with less time
    same.filter(deadline_at__gt=ends).update(law=said.body["law"], deadline_at=ends)


def _declined(said: Said) -> None:
    owed = Duty.objects.filter(ref=said.body["duty"], state__in=Duty.OWED)
    owed.update(state=DutyState.REFUSED, done_at=said.at, reason="declined by the merchant")


def _reported(said: Said) -> None:
    store = said.here()
    if store is not None:
        asked_at = datetime.fromisoformat(said.body["asked_at"])
        customers.report_again(store, said.body["duty"], said.named, asked_at, said.at)


def _erasing(said: Said) -> None:
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


def _receipt(said: Said) -> None:
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


def _ended(said: Said) -> Duty:
    """Write down the duty of a receipt as it ended; one that is owed for the same thing ends with it."""
    known = dict(said.body["duty"])
    ref = known.pop("ref")
    known |= {name: datetime.fromisoformat(at) for name, at in known.items() if name.endswith("_at")}
    known |= {"store_ref": said.store_ref, "epoch": said.epoch}
    if known["kind"] == Duty.ERASE_COPY and not Duty.objects.filter(ref=ref).exists():
        same = {name: known[name] for name in ("kind", "subject", "store_ref", "epoch")}
        Duty.objects.filter(**same, state__in=Duty.OWED).update(ref=ref)
    return Duty.objects.update_or_create(ref=ref, defaults=known)[0]


def _erase_again(store: Store, duty: Duty, now: datetime) -> None:
    if store.epoch == duty.epoch and store.readable:
        erase.uninstall(store, "restored", now, at_once=True)
    elif emptying.left(duty):
        _hasten(duties.owe(Duty.ERASE_STORE, duty, erase.asked("restored", now)), now)
    else:
        erase.close(store, duty.epoch, duty.done_at or now)


def _barred(said: Said) -> None:
    store = said.store()
    if store is not None:
        bars = [Bar(store=store, fingerprint=each, barred_at=said.at) for each in said.named]
        Bar.objects.bulk_create(bars, ignore_conflicts=True)


def _redacted(said: Said) -> None:
    store = said.here()
    if store is not None:
        customers.remove(store, said.body["kind"], said.named, said.at)


def _share(said: Said, absent_at: datetime | None) -> None:
    place = {"store_ref": said.store_ref, "epoch": said.epoch, "processor": said.body["processor"]}
    share, _ = Share.objects.get_or_create(**place, defaults={"first_at": said.at})
    # Nobody knows what it was given last: it is given anew.
    share.absent_at, share.digest, share.place = absent_at, None, said.body.get("place", "")
    share.save(update_fields=["absent_at", "digest", "place"])


def _consent(said: Said) -> None:
    store, processor = said.here(), said.body["processor"]
    if store is None:
        return
    if not said.body["given"]:
        consents.withdraw(store, processor, said.at)
    elif processor not in consents.given(store):
        Consent.objects.create(store=store, epoch=store.epoch, processor=processor, given_at=said.at)


def _paused(said: Said) -> None:
    store = said.here()
    if store is None:
        return
    if store.paused_at is not None and not said.body["paused"]:
        # As at every end of a pause: no mirror may have passed over what it could not see.
        store.renumber_to = told.newest_change(store)
        work.enqueue("pausing.renumber", store.pk, lock=f"renumber-{store.pk}", dedupe=f"renumber-{store.pk}")
    store.paused_at = said.at if said.body["paused"] else None
    store.save(update_fields=["paused_at", "renumber_to"])


def _refused(said: Said) -> None:
    reason = f"{said.body['law']}: {said.body['reason']}"
    owed = Duty.objects.filter(ref=said.body["duty"], state__in=Duty.OWED)
    owed.update(state=DutyState.REFUSED, done_at=said.at, reason=reason)


_TELL: Final[Mapping[str, Callable[[Said], None]]] = {
    Kind.INSTALLED: _installed,
    Kind.LEFT: _left,
    Kind.ERASING: _erasing,
    Kind.RECEIPT: _receipt,
    Kind.BARRED: _barred,
    Kind.REDACTED: _redacted,
    Kind.HELD: access.held,
    Kind.CONFIRMED: access.confirmed,
    Kind.SHARED: lambda said: _share(said, None),
    Kind.ABSENT: lambda said: _share(said, said.at),
    Kind.CONSENT: _consent,
    Kind.PAUSED: _paused,
    Kind.REFUSED: _refused,
    Kind.DUE: _due,
    Kind.OWED: _owed,
    Kind.DECLINED: _declined,
    Kind.REPORTED: _reported,
    Kind.REMOVED: access.removed,
    Kind.REVOKED: access.revoked,
    Kind.ENDPOINT: access.endpoint,
}
