"""What is in an export, file by file, and what each is read from.

Rows are read in the order of their fingerprints, which never change: so each is read once, though it may be
written anew meanwhile. Every file is as it was when it was written; the manifest says from when until when.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from django.db.models import Model, QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone

from connectors import audit, receipts, rows
from connectors.errors import Unsealable
from connectors.exports import tables
from connectors.exports.archive import Archive
from connectors.models import (
    AuditEntry,
    Bar,
    Consent,
    Delivery,
    DeliveryState,
    Export,
    FeedRead,
    Grant,
    Person,
    Receipt,
    Report,
    Row,
    Run,
    Share,
    Store,
    Video,
)
from connectors.platforms import PLATFORMS
from connectors.policy.records import KINDS, Record
from connectors.policy.register import register
from connectors.policy.rendering import as_json
from connectors.vault import StoreKey

FORMAT: Final = "minta-export-1"
#: How many rows are opened at a time.
_CHUNK: Final = 500
#: Answers to customers, which may each list many sales, at a time.
_REPORTS: Final = 10
#: A kind is two files.
_FORMS: Final = ("jsonl", "csv")
_NOTES: Final = (
    "Everything that Minta holds of this store.",
    "<kind>.jsonl has one record a line, whole: it counts where it and <kind>.csv differ.",
    "<kind>.csv has the same records as a table. A list is JSON in one cell.",
    "A cell that a spreadsheet would run as a formula begins with an apostrophe.",
    "policy.json says which item of the privacy policy a field is, what it is for, where it is from.",
    "audit.jsonl is the log of who did what to this store. The digest of an entry that has a number is the",
    "SHA-256 of the JSON list of its other values in their order, the detail as the text that it is.",
    "receipts.jsonl has the signed proofs of what was erased, one file a line.",
    "videos.json lists the videos of this store; the films are downloaded on Minta's page.",
    "also_held counts what is not written out. Access tokens are keys and no records.",
    "Of notices that wait, of people who opened the app and of bars, only ids are held.",
)
Advance = Callable[[int], None]
_Line = TypeVar("_Line", bound=Model)


def total(store: Store) -> int:
    """Return how many records an export of a store will write: each is written once for each form."""
    return len(_FORMS) * sum(_rows(store, kind).count() for kind in KINDS)


def write(archive: Archive, export: Export, key: StoreKey, now: datetime, advance: Advance) -> None:
    """Write every file, and the manifest last: it has the count and the hash of each."""
    store = export.store
    unreadable = {kind: _write_kind(archive, store, key, kind, advance) for kind in KINDS}
    archive.add("policy.json", [as_json(register([PLATFORMS[store.platform]])).encode(), b"\n"])
    for name, lines in _also(store, key):
        archive.add(name, lines)
    manifest = {
        "format": FORMAT,
        "export": export.ref,
        "store": store.ref,
        "platform": store.platform,
        "epoch": export.epoch,
        "installed_at": store.installed_at,
        "begun_at": now,
        "ended_at": timezone.now(),
        "notes": _NOTES,
        "files": [asdict(each) for each in archive.members],
        "unreadable": unreadable,
        "also_held": _also_held(store),
    }
    archive.add("manifest.json", [msgspec.json.format(msgspec.json.encode(manifest), indent=2), b"\n"])


def _rows(store: Store, kind: str) -> QuerySet[Row]:
    return Row.objects.filter(store=store, epoch=store.epoch, kind=kind, sealed__isnull=False)


def _write_kind(archive: Archive, store: Store, key: StoreKey, kind: str, advance: Advance) -> int:
    """Write the two files of a kind; returns how many of its rows do not open."""
    sealed_bytes = _rows(store, kind).aggregate(sum=Sum(Length("sealed")))["sum"] or 0
    broken: list[bytes] = []
    found = _opened(store, key, kind, broken, advance)
    archive.add(f"{kind}.jsonl", (_json_line(each) for each in found), sealed_bytes)
    again = _opened(store, key, kind, [], advance)
    archive.add(f"{kind}.csv", _table(kind, again), sealed_bytes)
    return len(broken)


def _table(kind: str, records: Iterable[Record]) -> Iterator[bytes]:
    yield tables.heading(kind).encode()
    yield from (tables.row(kind, each).encode() for each in records)


def _opened(
    store: Store, key: StoreKey, kind: str, broken: list[bytes], advance: Advance
) -> Iterator[Record]:
    """Yield the records of a kind; of those that do not open `broken` gets the fingerprints."""
    last = b""
    while batch := list(_rows(store, kind).filter(fingerprint__gt=last).order_by("fingerprint")[:_CHUNK]):
        last = bytes(batch[-1].fingerprint)
        for row in batch:
            fingerprint = bytes(row.fingerprint)
            try:
                yield rows.unseal(key, kind, fingerprint, row.sealed or b"")
            except Unsealable:
                broken.append(fingerprint)
        advance(len(batch))


def _json_line(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _json(value: Any) -> list[bytes]:
    return [msgspec.json.format(msgspec.json.encode(value), indent=2), b"\n"]


def _also(store: Store, key: StoreKey) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the other files with their lines."""
    mine = {"store": store, "epoch": store.epoch}
    by_ref = {"store_ref": store.ref}
    yield "syncs.json", _json(_told(Run.objects.filter(**mine).order_by("pk"), _SYNC))
    yield "reads.json", _json(_told(FeedRead.objects.filter(store=store).order_by("pk"), _READ))
    consents = Consent.objects.filter(store=store).order_by("pk")
    yield "consents.json", _json(_told(consents, ("processor", "epoch", "given_at", "withdrawn_at")))
    yield "shares.json", _json(_told(Share.objects.filter(**by_ref).order_by("pk"), _SHARE))
    yield "videos.json", _json([_video(each) for each in _videos(store)])
    yield "reports.jsonl", _reports(Report.objects.filter(**mine), key)
    entries = _paged(AuditEntry.objects.filter(**by_ref), _CHUNK)
    yield "audit.jsonl", (_json_line(audit.told(each)) for each in entries)
    proofs = _paged(Receipt.objects.filter(**by_ref), _CHUNK)
    yield "receipts.jsonl", (receipts.compose(each.body, each.signature).encode() + b"\n" for each in proofs)


_SYNC: Final = (
    *("kind", "mode", "state", "since", "created_at", "started_at", "finished_at"),
    *("announced", "kept", "refused", "gone", "reasons", "error"),
)
_READ: Final = ("purpose", "day", "count")
_SHARE: Final = ("processor", "epoch", "first_at", "shared_at", "absent_at")


def _told(found: QuerySet[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return list(found.values(*names))


def _videos(store: Store) -> QuerySet[Video]:
    return Video.objects.filter(store=store, epoch=store.epoch).order_by("pk").prefetch_related("files")


def _video(video: Video) -> dict[str, Any]:
    return {
        "video": video.ref,
        "state": video.state,
        "created_at": video.created_at,
        "formats": video.formats,
        "stale_reasons": video.stale_reasons,
        "files": [
            {"format": each.format, "media": each.media, "size_bytes": each.size_bytes}
            for each in video.files.all()
            if each.whole_at is not None
        ],
    }


def _paged(found: QuerySet[_Line], size: int) -> Iterator[_Line]:
    """Yield what there is in the order it was written, and hold no more than `size` of it."""
    last = 0
    while page := list(found.filter(pk__gt=last).order_by("pk")[:size]):
        last = page[-1].pk
        yield from page


def _reports(found: QuerySet[Report], key: StoreKey) -> Iterator[bytes]:
    for each in _paged(found, _REPORTS):
        try:
            told: dict[str, Any] = {"answer": key.recall("report", str(each.duty_id), each.sealed, Any)}
        except Unsealable:
            told = {"unreadable": True}
        yield _json_line({"created_at": each.created_at, **told})


def _also_held(store: Store) -> dict[str, int]:
    """Count what is held and not written out."""
    mine = {"store": store, "epoch": store.epoch}
    waiting = Delivery.objects.filter(**mine, state=DeliveryState.WAITING)
    return {
        "access_tokens": Grant.objects.filter(**mine).count(),
        "notices_waiting": waiting.count(),
        "people": Person.objects.filter(**mine).count(),
        "bars": Bar.objects.filter(store=store).count(),
    }
