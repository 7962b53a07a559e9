"""Annals: what the ledger of erasures must know, written in the transaction of the fact it is about.

    note      in the caller's transaction; no lock, no number yet
    tell      behind the commit: number what is new, then carry to the ledger what it does not have yet
    flush     the same, and write down that it is there

The ledger (`connectors.ledger`) lies apart from the database and its backups. It is never ahead of its
database, because every number is committed here first: one that is ahead says that an older database was put
back, and `connectors.replay` tells that one what it has forgotten. A ledger that is behind was lost or is an
old one itself: it is filled up from here.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from connectors import audit, configured, counting, work
from connectors.canonical import canonical
from connectors.errors import MintaError, Outdated
from connectors.ledger import Entry, Ledger, Told
from connectors.models import Annal

logger = logging.getLogger(__name__)

SEQUENCE: Final = "annal"
_BATCH: Final = 500
_known_there: ContextVar[bool] = ContextVar("known_there", default=False)


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
    HELD = "held"  # key, mark (its digest), purpose: a key of the feed was handed records
    CONFIRMED = "confirmed"  # the same, by: its copies are gone
    SHARED = "shared"  # processor, place (a keyed hash): it holds something of the store
    ABSENT = "absent"  # processor: it was seen to hold nothing any more
    CONSENT = "consent"  # processor, given (true or false)
    PAUSED = "paused"  # paused (true or false)
    REFUSED = "refused"  # a duty's ref, and the law's reason
    DUE = "due"  # as `left`: an erasure that waited was asked for anew, and is due
    OWED = "owed"  # as `left`, with its kind: somebody asked by e-mail
    DECLINED = "declined"  # a duty's ref: its merchant wants nothing deleted
    REPORTED = "reported"  # a duty's ref, asked_at, fingerprints (hex, the store key's): a request's answer
    REMOVED = "removed"  # persons (fingerprints in hex, the store key's), removed_at: they open nothing
    REVOKED = "revoked"  # key, mark, purpose: as `held`; of no store
    ENDPOINT = "endpoint"  # endpoint (its ref), taking (true or false): what an operator says; of no store


@dataclass(frozen=True, slots=True)
class Standing:
    """The last numbers of ledger and database, and whether the database has what the ledger has."""

    ledger: int
    database: int
    agrees: bool


def note(kind: Kind, store_ref: str, epoch: int, body: Mapping[str, Any]) -> None:
    """Write an entry in this transaction; it is carried to the ledger once that is committed.

    `body` holds texts, whole numbers, true and false, and lists and mappings of these. It is told when.
    """
    if not _known_there.get():
        whole = canonical({"at": timezone.now().isoformat(), **body})
        Annal.objects.create(kind=kind, store_ref=store_ref, epoch=epoch, body=whole)
        # No job: its row would be one more lock, held by every transaction that notes something.
        work.behind(_flush_behind)


def note_named(kind: Kind, store_ref: str, epoch: int, of: str, fingerprints: Sequence[bytes]) -> None:
    """Write entries about records of one kind, each of so many that it stays short."""
    for start in range(0, len(fingerprints), _BATCH):
        named = [each.hex() for each in fingerprints[start : start + _BATCH]]
        note(kind, store_ref, epoch, {"kind": of, "fingerprints": named})


@contextmanager
def known_there() -> Iterator[None]:
    """Note nothing of what is done within: the ledger itself has told it."""
    before = _known_there.set(True)
    try:
        yield
    finally:
        _known_there.reset(before)


def _flush_behind() -> None:
    try:
        flush()
    except (MintaError, DatabaseError) as failure:
        logger.warning("The ledger of erasures waits: %s", type(failure).__name__)


def tend() -> None:
    """Take up what a kill, or a ledger that was away, has left behind."""
    if Annal.objects.filter(kept_at=None).exists() or _is_behind(standing()):
        flush()
    audit.chain()


def flush() -> None:
    """Tell the ledger, write down what is in it, and chain the audit log; raises as `tell` does."""
    last = tell()
    Annal.objects.filter(number__lte=last, kept_at=None).update(kept_at=timezone.now())
    audit.chain()


def tell() -> int:
    """Number what is new, carry to the ledger what it does not have yet, and return its last number.

    When it returns, everything that was committed before is in the ledger. Never within a transaction; any
    number of processes may do it at once. Raises Outdated before anything is numbered when the database is
    older than the ledger, and LedgerAway.
    """
    ledger = configured.ledger()
    found = standing(ledger)
    if not found.agrees:
        raise Outdated
    _number()
    return _carry(ledger, found)


def standing(ledger: Ledger | None = None) -> Standing:
    """Compare the last entry of the ledger with the database; raises LedgerAway."""
    # The ledger first: what it has by now was committed before.
    last = (ledger or configured.ledger()).last()
    newest = Annal.objects.exclude(number=None).order_by("-number").values_list("number", flat=True).first()
    return Standing(last.told.number if last else 0, newest or 0, last is None or has(last))


def has(entry: Entry) -> bool:
    """Tell whether the database has an entry of the ledger, under the same number."""
    return Annal.objects.filter(number=entry.told.number, digest=entry.digest).exists()


def _is_behind(found: Standing) -> bool:
    return found.ledger < found.database


def _number() -> None:
    """Give numbers in the order of the notes: what follows from another is noted after its commit."""
    while Annal.objects.filter(number=None).exists():
        with transaction.atomic(durable=True):
            first = counting.take(SEQUENCE, 0)  # the others wait from here on
            waiting = list(Annal.objects.filter(number=None).order_by("pk")[:_BATCH])
            for number, each in enumerate(waiting, start=first):
                each.number, each.digest = number, told(each, number).digest
            Annal.objects.bulk_update(waiting, ["number", "digest"])
            counting.take(SEQUENCE, len(waiting))


def told(annal: Annal, number: int) -> Told:
    """Return what the ledger is told of an annal under this number."""
    return Told(number, annal.kind, annal.store_ref, annal.epoch, annal.body)


def _carry(ledger: Ledger, found: Standing) -> int:
    last = found.ledger
    if _has_lost(ledger, last):
        # Nobody but the key store can say now whether this database is an old one itself.
        logger.warning("The ledger of erasures ends at %d and is filled up from the database", last)
        work.enqueue("erase.restored", dedupe="erase-restored")
    while batch := list(Annal.objects.filter(number__gt=last).order_by("number")[:_BATCH]):
        ledger.append([told(each, number) for each in batch if (number := each.number)])
        last = batch[-1].number or last
    return last


def _has_lost(ledger: Ledger, last: int) -> bool:
    """Tell whether the ledger lacks what was seen in it once."""
    seen = Annal.objects.filter(number__gt=last, kept_at__isnull=False).order_by("-number").first()
    now_last = ledger.last() if seen else None  # another process may have carried it since
    return seen is not None and (now_last is None or now_last.told.number < (seen.number or 0))
