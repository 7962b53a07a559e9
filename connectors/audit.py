"""The audit log: who did what to a store, append-only, chained by hash.

    audit.note(store.ref, audit.MERCHANT, "consent.given", processor="intercom")

Names, references and counts, never a value. The head of the log stands in every receipt, and receipts in the
ledger: so a log that lost its end is seen too.
"""

import getpass
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from connectors import counting, work
from connectors.canonical import canonical
from connectors.errors import CountsDisagree
from connectors.models import AuditEntry, Receipt, Store

FIRST_PREVIOUS: Final = "0" * 64
PLATFORM, MERCHANT, CLOCK = "platform", "merchant", "clock"
#: The action of an entry that says: an older database was put back here, and the log lost what came after it.
REPLAYED: Final = "erasures.replayed"
#: Receipts of this format name no head of the log.
FIRST_FORMAT: Final = "minta-receipt-1"
_SEQUENCE: Final = "audit"
_BATCH: Final = 500


class LogBroken(CountsDisagree):
    """The audit log is not what was written."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a log that holds was compared with.

    `entries` are chained, `waiting` not yet; `heads` of receipts stand in it, `lost` of them went with an
    older database that was put back.
    """

    entries: int
    waiting: int
    heads: int
    lost: int


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
    # Behind the commit: the job's row would be one more lock, held by every transaction that notes something.
    work.behind(_chain_soon)


def note_daily(store: Store, actor: str, action: str) -> None:
    """Append an entry about a store unless there is one of this day already: an open page asks again."""
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = AuditEntry.objects.filter(store_ref=store.ref, action=action, actor=actor, at__gte=today)
    if seen.exists():
        return
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # one of two that came at once
        if not seen.exists():
            note(store.ref, actor, action, epoch=store.epoch)


def _chain_soon() -> None:
    work.enqueue("annals.flush", dedupe="annals-flush", priority=80)


def chain() -> int:
    """Number and chain what waits, in the order of its commits; returns how many entries that was.

    Any number of processes may do it at once: who has the sequence has the end of the chain.
    """
    chained = 0
    while AuditEntry.objects.filter(number=None).exists():
        with transaction.atomic():
            first = counting.take(_SEQUENCE, 0)  # the others wait from here on
            chained += _chain(first, list(AuditEntry.objects.filter(number=None).order_by("pk")[:_BATCH]))
    return chained


def _chain(first: int, waiting: list[AuditEntry]) -> int:
    previous = _digest_before(first)
    for number, entry in enumerate(waiting, start=first):
        entry.number, entry.previous = number, previous
        previous = entry.digest = _digest(entry)
    AuditEntry.objects.bulk_update(waiting, ["number", "previous", "digest"])
    counting.take(_SEQUENCE, len(waiting))
    return len(waiting)


def _digest_before(number: int) -> str:
    found = AuditEntry.objects.filter(number=number - 1).values_list("digest", flat=True).first()
    return found or FIRST_PREVIOUS


def head() -> dict[str, Any]:
    """Return number and digest of the last entry that is chained, for the body of a receipt."""
    last = AuditEntry.objects.exclude(number=None).order_by("-number").values("number", "digest").first()
    return dict(last) if last else {"number": 0, "digest": FIRST_PREVIOUS}


def verify() -> Verdict:
    """Check the whole log, in memory that does not grow with it.

    Raises LogBroken naming the first entry that was changed, dropped, inserted or moved, or the first receipt
    that names a head which is not in the log.
    """
    entries, replayed_at = 0, None
    for entry in _unbroken():
        entries += 1
        if entry.action == REPLAYED:
            replayed_at = entry.at
    heads = lost = 0
    for named in _named_heads():
        if named.stands():
            heads += 1
        elif replayed_at is not None and named.went_before(replayed_at):
            lost += 1
        else:
            raise LogBroken(f"Receipt {named.receipt} names an entry {named.number} that is not in the log")
    return Verdict(entries, AuditEntry.objects.filter(number=None).count(), heads, lost)


def _unbroken() -> Iterator[AuditEntry]:
    """Yield the chained entries in their order, as long as each follows from the one before."""
    previous, chained = FIRST_PREVIOUS, AuditEntry.objects.exclude(number=None)
    for number, entry in enumerate(chained.order_by("number").iterator(), start=1):
        if entry.number != number:
            raise LogBroken(f"Entry {number} of the log is missing")
        if entry.previous != previous:
            raise LogBroken(f"Entry {number} of the log does not follow from the one before it")
        if entry.digest != _digest(entry):
            raise LogBroken(f"Entry {number} of the log was changed")
        previous = entry.digest
        yield entry


@dataclass(frozen=True, slots=True)
class _Named:
    """The head of the log that a receipt names."""

    receipt: int
    done_at: datetime
    number: int
    digest: str

    def stands(self) -> bool:
        """Tell whether it is in the log, or from before its first entry."""
        if (self.number, self.digest) == (0, FIRST_PREVIOUS):
            return True
        return AuditEntry.objects.filter(number=self.number, digest=self.digest).exists()

    def went_before(self, replayed_at: datetime) -> bool:
        """Tell whether an older database that was put back has lost it: another may bear its number since."""
        older = AuditEntry.objects.filter(number=self.number, at__lt=self.done_at)
        return self.done_at <= replayed_at and not older.exists()


def _named_heads() -> Iterator[_Named]:
    """Yield the head that every receipt names, but for those from before there was a log."""
    for number, body in Receipt.objects.order_by("number").values_list("number", "body").iterator():
        try:
            told = json.loads(body)
            if told["format"] == FIRST_FORMAT:
                continue
            named = told["audit"]
            yield _Named(number, datetime.fromisoformat(told["done_at"]), named["number"], named["digest"])
        except (ValueError, KeyError, TypeError):
            raise LogBroken(f"Receipt {number} names no entry of the log") from None


def _digest(entry: AuditEntry) -> str:
    if entry.number is None:
        raise LogBroken("An entry that is not chained has no digest")
    told = (entry.store_ref, entry.number, _moment(entry), entry.actor, entry.action, entry.detail)
    return digest_of(*told, entry.previous)


def _moment(entry: AuditEntry) -> str:
    return entry.at.astimezone(UTC).isoformat(timespec="microseconds")


def told(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as it is handed out: with all that its digest is made of, in that order."""
    return {
        "store": entry.store_ref,
        "number": entry.number,
        "at": _moment(entry),
        "actor": entry.actor,
        "action": entry.action,
        "detail": entry.detail,
        "previous": entry.previous,
        "digest": entry.digest,
    }


def digest_of(
    store_ref: str, number: int, at: str, actor: str, action: str, detail: str, previous: str
) -> str:
    """Return the SHA-256 that the next entry names."""
    told = [store_ref, number, at, actor, action, detail, previous]
    return hashlib.sha256(canonical(told).encode()).hexdigest()
