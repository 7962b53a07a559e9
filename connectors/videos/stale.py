"""Which videos show what is no longer so: a price, an offer, a product that is gone.

A source is looked at when its record has a newer change than the one that was looked at last. What has become
stale stays so, whatever changes back: the pipeline has been told, and makes another one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from connectors import configured, counting, rows, work
from connectors.errors import KeyGone
from connectors.models import Row, Store, Video, VideoSource, VideoState
from connectors.vault import StoreKey
from connectors.videos import reach, removal, terms
from connectors.videos.terms import Reason, Terms

#: Those that can become stale: what was withdrawn or given up is shown to nobody.
LIVE: Final = (VideoState.RENDERING, VideoState.READY)


@dataclass(frozen=True, slots=True)
class Stale:
    """A video that the pipeline is to be told of: it has become stale, or more so."""

    ref: str
    reasons: tuple[str, ...]


class _Moved(NamedTuple):
    """A source whose record has changed since it was looked at."""

    source_id: int
    video_id: int
    kind: str
    terms: bytes | None
    row_id: int


_MOVED: Final = f"""
    SELECT source.id, source.video_id, source.kind, source.terms, record.id
    FROM {VideoSource._meta.db_table} source
    JOIN {Video._meta.db_table} video ON video.id = source.video_id
    JOIN {Row._meta.db_table} record ON record.store_id = video.store_id AND record.epoch = video.epoch
        AND record.kind = source.kind AND record.fingerprint = source.fingerprint
    WHERE video.store_id = %s AND video.epoch = %s AND video.state IN (%s, %s)
        AND record.change > source.checked_change
"""  # noqa: S608 - names of ours


def check(store_id: int, now: datetime) -> list[Stale]:
    """Mark the videos of a store that have become stale; returns those that the pipeline is to be told of.

    Each is returned once, whoever marked it. Call it in the transaction that tells: both happen, or neither.
    """
    store = Store.objects.get(pk=store_id)
    if not store.readable or not Video.objects.filter(store=store, epoch=store.epoch).exists():
        return []
    with transaction.atomic():
        try:
            rows.open_epoch(store.pk, store.epoch)
            _look(store, configured.keystore().get(store.ref, store.epoch), now)
        except (rows.Superseded, KeyGone):
            return []  # it left meanwhile, and its videos with it
        return _told(store, now)


def _look(store: Store, key: StoreKey, now: datetime) -> None:
    found: dict[int, set[Reason]] = defaultdict(set)
    for video_id, reason in _changed(store, key, now):
        found[video_id].add(reason)
    ended = Q(ends_at__lte=now) & Q(store=store, epoch=store.epoch, state__in=LIVE)
    for video_id in Video.objects.filter(ended).values_list("pk", flat=True):
        found[video_id].add(Reason.OFFER_ENDED)
    for video_id, reasons in found.items():
        mark(Video.objects.filter(pk=video_id), reasons, now)


def _changed(store: Store, key: StoreKey, now: datetime) -> Iterator[tuple[int, Reason]]:
    """Yield each video with each reason that a changed record gives, and note what was looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [store.pk, store.epoch, *LIVE])
        moved = [_Moved(*line) for line in cursor.fetchall()]
    by_row: dict[int, list[_Moved]] = defaultdict(list)
    for each in moved:
        by_row[each.row_id].append(each)
    for row in Row.objects.filter(pk__in=by_row):
        shown = terms.of_row(key, row, now)
        if shown is None:
            continue  # it does not open: nobody can say
        sources = by_row[row.pk]
        VideoSource.objects.filter(pk__in=[each.source_id for each in sources]).update(
            checked_change=row.change
        )
        for each in sources:
            if (reason := reason_of(each.kind, each.terms, shown)) is not None:
                yield each.video_id, reason


def reason_of(kind: str, before: bytes | memoryview | None, shown: Terms) -> Reason | None:
    """Return why a video is stale that was made of a record with other terms, or of one that is over."""
    if shown.over is not None:
        return shown.over
    same = shown.digest == (None if before is None else bytes(before))
    return None if same else terms.CHANGED.get(kind)


def mark(found: QuerySet[Video], reasons: set[Reason], now: datetime) -> None:
    """Add reasons to videos, in this transaction; of one that has them all already nobody is told again."""
    for video in found.select_for_update(no_key=True):
        every = sorted(reasons | set(video.stale_reasons))
        if every != video.stale_reasons:
            video.stale_reasons, video.stale_told_at = every, None
            video.stale_at = video.stale_at or now
            video.save(update_fields=["stale_reasons", "stale_told_at", "stale_at"])


def _told(store: Store, now: datetime) -> list[Stale]:
    """Return what is still to be told, and note that it is."""
    untold = Video.objects.filter(
        store=store, epoch=store.epoch, stale_at__isnull=False, stale_told_at=None
    ).order_by("pk")
    found = [Stale(each.ref, tuple(each.stale_reasons)) for each in untold]
    untold.update(stale_told_at=now)
    return found


def redacted(store: Store, kind: str, fingerprints: Collection[bytes], now: datetime) -> int:
    """Withdraw the videos that were made of these records, for they may show what was redacted.

    In this transaction, of a caller who holds the store's lock; their bytes go in a job of its own, queued
    here. Returns how many videos that was.
    """
    made = VideoSource.objects.filter(
        video__store=store, video__epoch=store.epoch, kind=kind, fingerprint__in=fingerprints
    )
    found = Video.objects.filter(pk__in=made.values("video"))
    mark(found, {Reason.REDACTED}, now)
    withdrawn = removal.withdraw(found, now)
    if withdrawn:
        counting.tell_soon(store.pk)
        work.enqueue("videos.empty", store.pk, dedupe=f"videos-{store.pk}")
    return withdrawn


def tend(now: datetime) -> None:
    """Have the stores looked at of which a video shows an offer that has ended by itself."""
    live = reach.playable(Video.objects.filter(state__in=LIVE, ends_at__lte=now))
    found = live.values_list("store", "stale_reasons")
    for store_id in sorted({store for store, reasons in found if Reason.OFFER_ENDED not in reasons}):
        counting.tell_soon(store_id)
