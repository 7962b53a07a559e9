"""Keeping a file: parts of 256 KiB, each sealed for its place, each written in a transaction of its own.

So a film is never held whole, other writers wait for one part at most, and only the last transaction makes
the file playable, in place of the one before. What was cut leaves parts that nothing plays, and goes.

A part opens only as the part of this number, the last one or not, of this upload of this format of this
video: files that were cut, put in another order or joined from two do not open.
"""

import contextlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors import rows, scopes
from connectors.errors import Malformed, MintaError
from connectors.models import Video, VideoFile, VideoPart, VideoState
from connectors.scopes import Scope
from connectors.vault import StoreKey
from connectors.vault.aead import fields, text
from connectors.videos import boxes, reach, removal
from connectors.videos.bounds import PART_BYTES, UPLOAD
from connectors.videos.register import Closed

#: What a part is sealed as.
KIND: Final = "video"

_CHECKS: Final[dict[str, Callable[[], boxes.Check]]] = {
    VideoFile.FILM: boxes.Film,
    VideoFile.POSTER: boxes.Poster,
}


def part_name(video_ref: str, file: VideoFile, number: int, *, last: bool) -> bytes:
    """Return the name under which a part of a file is sealed."""
    whose = map(text, (video_ref, file.format, file.media, file.upload))
    return fields(*whose, number.to_bytes(8, "big"), bytes([last]))


def keep(scope: Scope, ref: str, name: str, media: str, pieces: Iterable[bytes], now: datetime) -> Video:
    """Keep a film or poster of a format in place of the one before, and return its video.

    Raises Forbidden, Missing, Closed; Malformed for a format that was not announced and for what is no whole
    film or poster; Unverified for a key that was revoked meanwhile; and whatever `pieces` raises. Nothing of
    it is kept then.
    """
    video = reach.video(scope, ref)
    if video.state == VideoState.WITHDRAWN:
        raise Closed
    if name not in video.formats:
        raise Malformed("The video was not announced in this format")
    key = reach.key_of(video.store, video.epoch)
    file = _begin(video, name, media, now)
    try:
        replaced = _write(video, key, file, _in_time(scope, pieces))
    except BaseException:
        # Whatever happens to this, the sweep finds what is left.
        with contextlib.suppress(MintaError):
            removal.remove(VideoFile.objects.filter(pk=file.pk, whole_at=None))
        raise
    removal.remove(VideoFile.objects.filter(pk__in=replaced))
    removal.empty(video.store_id)
    return reach.video(scope, ref)


def _begin(video: Video, name: str, media: str, now: datetime) -> VideoFile:
    with transaction.atomic():
        _still_open(video)
        return VideoFile.objects.create(
            video=video, format=name, media=media, upload=secrets.token_hex(16), begun_at=now
        )


def _in_time(scope: Scope, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces until it takes too long: who sends a byte a minute holds a thread.

    Raises Unverified at their end when the key was revoked meanwhile.
    """
    ends = time.monotonic() + UPLOAD.total_seconds()
    for piece in pieces:
        if time.monotonic() > ends:
            raise Malformed(f"The body took longer than {UPLOAD.total_seconds() / 60:.0f} minutes")
        yield piece
    scopes.renewed(scope)


def _write(video: Video, key: StoreKey, file: VideoFile, pieces: Iterable[bytes]) -> list[int]:
    """Write all parts and make the file whole; returns the files that it replaces."""
    check = _CHECKS[file.media]()
    pending, number = bytearray(), 0
    for piece in pieces:
        check.feed(piece)
        pending += piece
        # More than one part, for the last one is marked, and which is the last only the end tells.
        while len(pending) > PART_BYTES:
            part = bytes(pending[:PART_BYTES])
            _put(video, file, number, key, part)
            del pending[:PART_BYTES]
            number += 1
    check.end()
    file.size_bytes, file.duration_ms = number * PART_BYTES + len(pending), check.duration_ms
    return _finish(video, file, number, key, bytes(pending))


def _put(video: Video, file: VideoFile, number: int, key: StoreKey, part: bytes) -> None:
    sealed = key.seal(KIND, part_name(video.ref, file, number, last=False), part)
    try:
        with transaction.atomic():
            _still_open(video, key)
            VideoPart.objects.create(file=file, number=number, sealed=sealed)
    except IntegrityError:  # the file was swept: this has taken too long
        raise reach.gone() from None


def _finish(video: Video, file: VideoFile, number: int, key: StoreKey, part: bytes) -> list[int]:
    """Write the last part, and let this file be the one that is played."""
    sealed = key.seal(KIND, part_name(video.ref, file, number, last=True), part)
    with transaction.atomic():
        _still_open(video, key)
        now = timezone.now()
        locked = Video.objects.select_for_update(no_key=True).filter(pk=video.pk).first()
        if locked is None or not VideoFile.objects.filter(pk=file.pk).exists():
            raise reach.gone()
        if locked.state == VideoState.WITHDRAWN:
            raise Closed
        before = VideoFile.objects.filter(
            video=video, format=file.format, media=file.media, whole_at__isnull=False
        )
        replaced = list(before.values_list("pk", flat=True))
        before.update(whole_at=None)
        VideoPart.objects.create(file=file, number=number, sealed=sealed)
        file.whole_at = now
        file.save(update_fields=["size_bytes", "duration_ms", "whole_at"])
        _advance(locked, now)
        removal.make_room(locked.store, locked.epoch, now, keep=locked.pk)
    return replaced


def _advance(video: Video, now: datetime) -> None:
    """Note that something is whole: a video is ready with its first film, and done with its last."""
    films = VideoFile.objects.filter(video=video, media=VideoFile.FILM, whole_at__isnull=False)
    whole = films.values("format").distinct().count()
    if whole:
        video.state = VideoState.READY
    if whole == len(video.formats):
        video.percent = 100
    video.changed_at = now
    video.save(update_fields=["state", "percent", "changed_at"])


def _still_open(video: Video, key: StoreKey | None = None) -> None:
    """Lock the store in this transaction; raises Missing when it has left, Paused, KeyTurned."""
    try:
        reach.unpaused(rows.open_epoch(video.store_id, video.epoch, fenced=False, key=key))
    except rows.Superseded:
        raise reach.gone() from None
