"""Moving videos into a store's new epoch, for a merchant who has come back in time and keeps them.

Each part is opened by the old key and sealed by the new one where it lies, a few at a time. Only the last
transaction makes the video the new epoch's, with its sources under the fingerprints that they have there: so
it goes on being told when it is out of date. A kill leaves parts of both keys, and the next try goes on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from connectors import counting, rows
from connectors.errors import Unsealable
from connectors.models import Row, Run, RunMode, RunState, Store, Video, VideoFile, VideoPart, VideoSource
from connectors.platforms.base import Found
from connectors.policy.records import Offer, Product, Record, StoreInfo
from connectors.turns import one_of_many
from connectors.vault import StoreKey
from connectors.videos import removal, stale, terms
from connectors.videos.bounds import PART_BYTES
from connectors.videos.terms import Reason
from connectors.videos.uploads import KIND, part_name

#: Locks what must be locked, in a transaction; raises when there is nothing to be moved any more.
Guard: TypeAlias = Callable[[], object]

_FULL_READ: Final = {"mode": RunMode.FULL, "state": RunState.DONE}


@dataclass(frozen=True, repr=False, slots=True)
class _Moved:
    """A record that a video shows, as it was held in the old epoch."""

    source: VideoSource
    found: Found
    fingerprint: bytes


def reseal(video: Video, old: StoreKey, new: StoreKey, guard: Guard) -> Iterator[None]:
    """Seal what can be played of a video by the new key; yields behind each batch that is new.

    What an earlier try has sealed is looked at and passed over, so that each try comes farther.
    Raises Unsealable for a part that opens by neither key, and whatever the guard raises.
    """
    removal.remove(VideoFile.objects.filter(video=video, whole_at=None))
    for file in VideoFile.objects.filter(video=video).order_by("pk"):
        parts = VideoPart.objects.filter(file=file).order_by("number").values_list("pk", flat=True)
        for batch in _batches(list(parts)):
            if _reseal_parts(video, file, old, new, guard, batch):
                yield


def _reseal_parts(
    video: Video, file: VideoFile, old: StoreKey, new: StoreKey, guard: Guard, batch: list[int]
) -> int:
    """Seal a batch of parts; returns how many were not yet sealed by the new key."""
    end = (file.size_bytes - 1) // PART_BYTES
    changed = []
    with one_of_many():
        guard()
        for part in VideoPart.objects.filter(pk__in=batch):
            name = part_name(video.ref, file, part.number, last=part.number == end)
            if not _is_sealed_by(new, name, part):
                part.sealed = new.seal(KIND, name, old.open(KIND, name, part.sealed))
                changed.append(part)
        VideoPart.objects.bulk_update(changed, ["sealed"])
    return len(changed)


def _batches(parts: list[int]) -> Iterator[list[int]]:
    return (parts[at : at + removal.BATCH_PARTS] for at in range(0, len(parts), removal.BATCH_PARTS))


def _is_sealed_by(key: StoreKey, name: bytes, part: VideoPart) -> bool:
    try:
        key.open(KIND, name, part.sealed)
    except Unsealable:
        return False
    return True


def take_over(video: Video, store: Store, old: StoreKey, new: StoreKey, now: datetime) -> None:
    """Make a video that is sealed by the new key the new epoch's.

    In this transaction, of a caller who holds the store's lock.
    """
    sources = list(VideoSource.objects.filter(video=video))
    kept, reasons = list[_Moved](), set[Reason]()
    for source, row in _with_rows(video, sources):
        moved, reason = _look(source, row, old, new, now)
        kept += [moved] if moved else []
        reasons |= {reason} if reason else set()
    _have_rows(store, new, kept)
    VideoSource.objects.filter(video=video).exclude(pk__in=[each.source.pk for each in kept]).delete()
    VideoSource.objects.bulk_update([each.source for each in kept], ["fingerprint", "terms"])
    stale.mark(Video.objects.filter(pk=video.pk), reasons, now)
    Video.objects.filter(pk=video.pk).update(epoch=store.epoch)
    removal.make_room(store, store.epoch, now, keep=0)
    counting.tell_soon(store.pk)


def _with_rows(video: Video, sources: Iterable[VideoSource]) -> Iterator[tuple[VideoSource, Row | None]]:
    named = {(each.kind, bytes(each.fingerprint)): each for each in sources}
    found = Row.objects.filter(
        store=video.store_id,
        epoch=video.epoch,
        kind__in={kind for kind, _ in named},
        fingerprint__in=[fingerprint for _, fingerprint in named],
    )
    held = {(row.kind, bytes(row.fingerprint)): row for row in found}
    return ((source, held.get(place)) for place, source in named.items())


def _look(
    source: VideoSource, row: Row | None, old: StoreKey, new: StoreKey, now: datetime
) -> tuple[_Moved | None, Reason | None]:
    """Return a source as the new epoch names it, and why the video is stale by it already.

    What was gone, and what does not open, has no name any more.
    """
    if row is None or row.sealed is None:
        return None, Reason.GONE
    try:
        record = rows.unseal(old, row.kind, bytes(row.fingerprint), row.sealed)
    except Unsealable:
        return None, None
    reason = stale.reason_of(source.kind, source.terms, terms.of(old, record, now))
    found = Found(row.kind, _id(record), row.version_at, record)
    fingerprint = new.fingerprint(row.kind, found.id)
    source.fingerprint, source.terms = fingerprint, terms.of(new, record, now).digest
    return _Moved(source, found, fingerprint), reason


def _id(record: Record) -> str:
    """Return the platform's id of what a video can be made of."""
    if isinstance(record, Product):
        return record.product_id
    if isinstance(record, Offer):
        return record.offer_id
    return record.store_id if isinstance(record, StoreInfo) else ""


def _have_rows(store: Store, key: StoreKey, moved: list[_Moved]) -> None:
    """See to it that the new epoch has a row of each record, for a change of it is what makes a video stale.

    What the first full reading did not bring is gone. Before its end nobody can say: then the record stays
    as it was, until a full reading does not see it.
    """
    for kind in ("product", "offer"):
        named = {each.fingerprint: each.found for each in moved if each.found.kind == kind}
        here = Row.objects.filter(store=store, epoch=store.epoch, kind=kind, fingerprint__in=list(named))
        known = {bytes(each) for each in here.values_list("fingerprint", flat=True)}
        missing = [found for fingerprint, found in named.items() if fingerprint not in known]
        if not Run.objects.filter(store=store, epoch=store.epoch, kind=kind, **_FULL_READ).exists():
            rows.write(store.pk, store.epoch, key, missing)
            continue
        for each in missing:
            rows.bury(store, key, kind, each.id, 0)
