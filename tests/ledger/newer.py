"""What a newer database, which is lost, has told the ledger."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from connectors import configured
from connectors.annals import Kind
from connectors.canonical import canonical
from connectors.ledger import Told
from connectors.models import Annal, Duty
from tests import cast

PLACE = "st_elsewhere"
THEN = cast.NOON - timedelta(days=3)


def told(kind: Kind, store: str, epoch: int, /, **body: Any) -> None:
    """Let the ledger have an entry that the database does not have."""
    ledger = configured.ledger()
    last = ledger.last()
    at = {"at": THEN.isoformat()}
    ledger.append([Told(last.told.number + 1 if last else 1, kind, store, epoch, canonical(at | body))])


def told_what_happens(happen: Callable[[], object]) -> None:
    """Let the ledger have what a newer database noted, which is lost then."""
    mark = transaction.savepoint()
    before = set(Annal.objects.values_list("pk", flat=True))
    happen()
    lost = [
        (each.kind, each.store_ref, each.epoch, json.loads(each.body))
        for each in Annal.objects.exclude(pk__in=before).order_by("pk")
    ]
    transaction.savepoint_rollback(mark)
    for kind, store, epoch, body in lost:
        told(Kind(kind), store, epoch, **body)


def installed(ref: str = PLACE, epoch: int = 1, shop: str = "there.myshopify.com") -> None:
    fingerprint = configured.finder().fingerprint("shopify", "shop", shop)
    told(Kind.INSTALLED, ref, epoch, platform="shopify", fingerprint=fingerprint.hex())


def left(ref: str, epoch: int, duty: str = "er_first", hours: int = 48) -> None:
    clock = {"asked_at": 0, "due_at": hours, "deadline_at": 720}
    times = {name: (THEN + timedelta(hours=after)).isoformat() for name, after in clock.items()}
    words = {
        "duty": duty,
        "platform": "shopify",
        "cause": "uninstalled",
        "asked_by": "platform",
        "law": "clock",
    }
    told(Kind.LEFT, ref, epoch, **words, **times)


def receipted(ref: str, epoch: int, duty: str, number: int, kind: str = Duty.ERASE_STORE, **more: Any) -> str:
    body = canonical({"number": number, "store": ref, "said": "of the newer database"})
    fields = {"ref": duty, "kind": kind, "subject": "", "platform": "shopify", "cause": "redact"}
    fields |= {"asked_by": "platform", "law": "platform", "state": "done", "reason": "", "key_id": ""}
    times = dict.fromkeys(("asked_at", "due_at", "deadline_at", "done_at"), THEN.isoformat())
    told(
        Kind.RECEIPT,
        ref,
        epoch,
        number=number,
        body=body,
        signature="signed",
        duty=fields | times | {"counts": {"rows": 3}} | more,
    )
    return body
