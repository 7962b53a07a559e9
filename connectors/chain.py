"""The chain of receipts: each is signed and names the one before it. `connectors.receipts` checks them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from connectors import audit, configured, copies, counting, receipts
from connectors.models import Duty, Receipt


def write(duty: Duty, now: datetime) -> Receipt:
    """Write the receipt of a duty that is done, in this transaction: others wait for its number."""
    number = counting.take("receipt", 1)
    before = Receipt.objects.filter(number=number - 1).values_list("digest", flat=True).first()
    body = receipts.canonical(_body(duty, number, before or receipts.FIRST_PREVIOUS, now))
    return Receipt.objects.create(
        number=number,
        duty=duty,
        store_ref=duty.store_ref,
        body=body,
        signature=receipts.text_of(configured.signer().sign(body.encode())),
        digest=receipts.digest(body),
    )


def _body(duty: Duty, number: int, previous: str, now: datetime) -> dict[str, Any]:
    body = {
        "format": receipts.FORMAT,
        "number": number,
        "previous": previous,
        "kind": duty.kind,
        "store": duty.store_ref,
        "platform": duty.platform,
        "epoch": duty.epoch,
        "request": duty.ref,
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
    return body | (_elsewhere(duty, duty.emptied_at) if duty.emptied_at else {})


def _elsewhere(duty: Duty, emptied_at: datetime) -> dict[str, Any]:
    """Return what only the erasure of a store has: when nothing was left here, and who had copies."""
    held = copies.held(duty.store_ref, duty.epoch)
    return {"emptied_at": _moment(emptied_at), "copies": asdict(held)}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
