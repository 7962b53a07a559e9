"""The chain of receipts: each is signed and names the one before it. `connectors.receipts` checks them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from connectors import annals, audit, configured, copies, counting, receipts
from connectors.models import Duty, Receipt

#: What a database that does not know the duty is told of it, beside its times.
_TOLD: Final = (
    "ref",
    "kind",
    "subject",
    "platform",
    "cause",
    "asked_by",
    "law",
    "state",
    "reason",
    "counts",
    "key_id",
)
_TIMES: Final = (
    "asked_at",
    "due_at",
    "deadline_at",
    "unreadable_at",
    "emptied_at",
    "sent_at",
    "confirmed_at",
    "done_at",
)


def write(duty: Duty, now: datetime, beside: Mapping[str, Any] | None = None) -> Receipt:
    """Write the receipt of a duty that is done, in this transaction: others wait for its number.

    The duty is as it will be saved, at its end. `beside` is what the receipt says besides, such as what
    became of what processors held. The ledger is told, so that the number is given once, whatever database
    is put back.
    """
    number = counting.take("receipt", 1)
    before = Receipt.objects.filter(number=number - 1).values_list("digest", flat=True).first()
    body = receipts.canonical(
        _body(duty, number, before or receipts.FIRST_PREVIOUS, now) | dict(beside or {})
    )
    receipt = Receipt.objects.create(
        number=number,
        duty=duty,
        store_ref=duty.store_ref,
        body=body,
        signature=receipts.text_of(configured.signer().sign(body.encode())),
        digest=receipts.digest(body),
    )
    annals.note(annals.Kind.RECEIPT, duty.store_ref, duty.epoch, _annal(receipt, duty))
    audit.note(duty.store_ref, audit.CLOCK, "receipt.written", number=number, duty=duty.ref, kind=duty.kind)
    return receipt


def _annal(receipt: Receipt, duty: Duty) -> dict[str, Any]:
    times = {name: at.isoformat() for name in _TIMES if (at := getattr(duty, name)) is not None}
    told = {name: getattr(duty, name) for name in _TOLD} | times
    return {
        "number": receipt.number,
        "body": receipt.body,
        "signature": receipt.signature,
        "duty": told | {"state": str(duty.state)},
    }


def _body(duty: Duty, number: int, previous: str, now: datetime) -> dict[str, Any]:
    body = {
        "format": receipts.FORMAT,
        "number": number,
        "previous": previous,
        "request": duty.ref,
        "kind": duty.kind,
        "store": duty.store_ref,
        "platform": duty.platform,
        "epoch": duty.epoch,
        "cause": duty.cause,
        "asked_by": duty.asked_by,
        "law": duty.law,
        "asked_at": _moment(duty.asked_at),
        "deadline_at": _moment(duty.deadline_at),
        "done_at": _moment(now),
        "removed": duty.counts,
        "key_destroyed": duty.key_id,
        "audit": audit.head(),
        "signed_by": configured.signer().public_key_text,
    }
    if duty.subject:
        body["subject"] = duty.subject
    return body | (_elsewhere(duty, duty.emptied_at) if duty.emptied_at else {})


def _elsewhere(duty: Duty, emptied_at: datetime) -> dict[str, Any]:
    """Return what only the erasure of a store has: since when nothing opens or is left, who had copies."""
    held = copies.held(duty.store_ref, duty.epoch)
    told = {"emptied_at": _moment(emptied_at), "copies": asdict(held)}
    return told | ({"unreadable_at": _moment(duty.unreadable_at)} if duty.unreadable_at else {})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
