"""Removing what is not played any more: first it is marked, then its bytes go, a little at a time.

A part is 256 KiB. Removing all of a video in one transaction would keep every other writer waiting.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Sum, When

from connectors.models import Store, Video, VideoFile, VideoPart, VideoState
from connectors.videos.bounds import KEPT_BYTES, KEPT_VIDEOS, REMEMBERED, SILENT, UPLOAD

#: 8 MiB in one transaction.
BATCH_PARTS: Final = 32


def withdraw(found: QuerySet[Video], now: datetime) -> int:
    """Mark videos as withdrawn, so that nothing plays them; returns how many were not before."""
    return found.exclude(state=VideoState.WITHDRAWN).update(state=VideoState.WITHDRAWN, changed_at=now)


def make_room(store: Store, epoch: int, now: datetime, keep: int) -> int:
    """Withdraw the oldest videos of a store that are too many or too large; returns how many.

    Those that failed go first: who fails again and again must not drive out what can be played.
    `keep`: the one that room is made for. In this transaction, of a caller who holds the store's lock.
    """
    kept = Video.objects.filter(store=store, epoch=epoch).exclude(state=VideoState.WITHDRAWN)
    # Without what has just been replaced: its parts are about to go.
    whole = Sum("files__size_bytes", filter=Q(files__whole_at__isnull=False), default=0)
    failed = Case(When(state=VideoState.FAILED, then=1), default=0)
    sized = kept.order_by(failed, "-created_at", "-pk").annotate(size_bytes=whole)
    doomed, count, size_bytes = [], 0, 0
    for pk, of_one in sized.values_list("pk", "size_bytes"):
        count, size_bytes = count + 1, size_bytes + of_one
        if (count > KEPT_VIDEOS or size_bytes > KEPT_BYTES) and pk != keep:
            doomed.append(pk)
    return withdraw(Video.objects.filter(pk__in=doomed), now) if doomed else 0


def empty(store_id: int) -> int:
    """Remove the bytes of a store's withdrawn videos; returns how many files that was."""
    return remove(VideoFile.objects.filter(video__store=store_id, video__state=VideoState.WITHDRAWN))


def remove(files: QuerySet[VideoFile]) -> int:
    """Remove files with their parts, in transactions of their own; a kill leaves fewer parts."""
    removed = 0
    for pk in list(files.values_list("pk", flat=True)):
        while remove_parts(VideoPart.objects.filter(file=pk)):
            pass
        with transaction.atomic():
            removed += VideoFile.objects.filter(pk=pk).delete()[1].get(VideoFile._meta.label, 0)
    return removed


def remove_parts(parts: QuerySet[VideoPart]) -> bool:
    """Remove one batch of parts; returns whether there was any."""
    with transaction.atomic():
        batch = list(parts.values_list("pk", flat=True)[:BATCH_PARTS])
        return bool(batch and VideoPart.objects.filter(pk__in=batch).delete()[0])


def sweep(now: datetime) -> int:
    """Remove what nobody takes up any more; returns how many files and videos that was.

    Uploads that were cut, the bytes of withdrawn videos, renderings that went silent, and what has been
    withdrawn or failed for long.
    """
    cut = VideoFile.objects.filter(whole_at=None, begun_at__lt=now - 2 * UPLOAD)
    removed = remove(cut) + remove(VideoFile.objects.filter(video__state=VideoState.WITHDRAWN))
    silent = Q(state=VideoState.RENDERING, changed_at__lt=now - SILENT)
    Video.objects.filter(silent).update(state=VideoState.FAILED, changed_at=now)
    old = Q(state__in=(VideoState.WITHDRAWN, VideoState.FAILED), changed_at__lt=now - REMEMBERED)
    for video in Video.objects.filter(old):
        remove(VideoFile.objects.filter(video=video))
        removed += video.delete()[1].get(Video._meta.label, 0)
    return removed
