"""The audit log: who did what to a store, append-only, chained by hash.

    audit.note(store.ref, audit.MERCHANT, "consent.given", processor="intercom")

Names, references and counts, never a value. The head of the log stands in every receipt, and receipts in the
ledger: so a log that lost its end is seen too.
"""

import getpass
import hashlib
from typing import Any, Final

from django.utils import timezone

from connectors import work
from connectors.canonical import canonical
from connectors.models import AuditEntry

FIRST_PREVIOUS: Final = "0" * 64
PLATFORM, MERCHANT, CLOCK = "platform", "merchant", "clock"


def operator() -> str:
    """Return the actor of a command: who runs it on this machine."""
    try:
        return f"operator {getpass.getuser()}"[:80]
    except (OSError, KeyError):
        return "operator"


def key(name: str) -> str:
    """Return the actor of a feed key."""
    return f"key {name}"[:80]


def processor(name: str) -> str:
    """Return the actor of a processor's answer."""
    return f"processor {name}"[:80]


def note(store_ref: str, actor: str, action: str, **detail: Any) -> None:
    """Append an entry about a store ("": the installation), in this transaction; it is chained behind it.

    `detail` holds what `canonical` takes.
    """
    AuditEntry.objects.create(
        store_ref=store_ref, at=timezone.now(), actor=actor, action=action, detail=canonical(detail)
    )
    work.enqueue("annals.flush", dedupe="annals-flush", priority=80)


def digest_of(
    store_ref: str, number: int, at: str, actor: str, action: str, detail: str, previous: str
) -> str:
    """Return the SHA-256 that the next entry names."""
    told = [store_ref, number, at, actor, action, detail, previous]
    return hashlib.sha256(canonical(told).encode()).hexdigest()
