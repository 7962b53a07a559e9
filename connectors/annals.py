"""Annals: what the ledger of erasures must know, written in the transaction of the fact it is about.

    note      in the caller's transaction; no lock, no number yet
    flush     behind the commit: number what is new, then carry to the ledger what it does not have yet

The ledger (`connectors.ledger`) lies apart from the database and its backups. It is never ahead of its
database, because every number is committed here first: one that is ahead says that an older database was put
back, and `connectors.replay` tells that one what it has forgotten.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import transaction

from connectors import audit, counting, work
from connectors.canonical import canonical
from connectors.models import Annal


class Kind(StrEnum):
    """What an entry tells a database that does not know it."""

    INSTALLED = "installed"  # platform, fingerprint: a store began an epoch
    LEFT = "left"  # a store was put in quarantine: the duty's ref, cause, asked_at, due_at, deadline_at
    ERASING = "erasing"  # from here on the store's key may be gone: the duty's ref
    RECEIPT = "receipt"  # number, body, signature of a receipt, and its duty's ref
    BARRED = "barred"  # kind, fingerprints (hex): records that must not come back in any epoch
    REDACTED = (
        "redacted"  # kind, fingerprints (hex, the store key's): records that went, and may be read anew
    )
    HELD = "held"  # key: a key of the feed was handed records
    CONFIRMED = "confirmed"  # key, by: its copies are gone
    SHARED = "shared"  # processor: it holds something of the store
    ABSENT = "absent"  # processor: it was seen to hold nothing any more
    CONSENT = "consent"  # processor, given (true or false)
    PAUSED = "paused"  # paused (true or false)
    REFUSED = "refused"  # a duty's ref, and the law's reason


def note(kind: Kind, store_ref: str, epoch: int, body: Mapping[str, Any]) -> None:
    """Write an entry in this transaction; it is carried to the ledger once that is committed.

    `body` holds texts, whole numbers, true and false, and lists and mappings of these.
    """
    Annal.objects.create(kind=kind, store_ref=store_ref, epoch=epoch, body=canonical(body))
    work.enqueue("annals.flush", dedupe="annals-flush", priority=80)


def flush() -> None:
    """Number what is new, and carry to the ledger what it does not have yet."""
    audit.chain()
    with transaction.atomic():
        waiting = list(Annal.objects.filter(number=None).order_by("pk"))
        first = counting.take("annal", len(waiting)) if waiting else 0
        for number, each in enumerate(waiting, start=first):
            told = digest(number, each.kind, each.store_ref, each.epoch, each.body)
            Annal.objects.filter(pk=each.pk, number=None).update(number=number, digest=told)


def digest(number: int, kind: str, store_ref: str, epoch: int, body: str) -> str:
    """Return what tells two entries of one number apart."""
    told = canonical({"number": number, "kind": kind, "store": store_ref, "epoch": epoch, "body": body})
    return hashlib.sha256(told.encode()).hexdigest()
