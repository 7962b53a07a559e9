"""Announcing a video, saying how far it is, and taking it back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from connectors import audit, copies, counting, rows
from connectors.errors import Malformed, Refused
from connectors.models import FeedKey, Row, Store, Video, VideoSource, VideoState
from connectors.scopes import Scope
from connectors.vault import StoreKey
from connectors.videos import reach, removal, terms
from connectors.videos.bounds import FORMATS, SOURCES
from connectors.videos.terms import Reason


class EpochOver(Refused):
    """The store is not open in this epoch any more."""

    status = 409


class Closed(Refused):
    """The video was withdrawn: announce another one."""

    status = 409


@dataclass(frozen=True, slots=True)
class Source:
    """One record of a brief's lineage, as the pipeline names it."""

    kind: str
    id: str
    change: int


def register(
    scope: Scope, ref: str, epoch: int, lineage: Sequence[Source], formats: Sequence[str], now: datetime
) -> Video:
    """Announce a video of a store; raises Forbidden, Missing, EpochOver, Paused.

    Raises Malformed, naming places and counts, for a lineage that is not one of this store's.
    """
    store = reach.open_store(scope, ref)
    if store.epoch != epoch:
        raise EpochOver
    video = Video(
        store=store,
        epoch=epoch,
        key_id=scope.key_id,
        formats=_formats(formats),
        created_at=now,
        changed_at=now,
    )
    named = _named(lineage)
    key = reach.key_of(store, epoch)
    try:
        with transaction.atomic():
            reach.unpaused(rows.open_epoch(store.pk, epoch, fenced=False))
            _found(video, key, named, now)
            _announced(scope, video, now)
    except rows.Superseded:
        raise EpochOver from None
    removal.empty(store.pk)
    return video


def _announced(scope: Scope, video: Video, now: datetime) -> None:
    """Do what follows from a video that was just written down, under its store's lock."""
    store = video.store
    # Whoever has made a video of records has copies of them; the store, locked, cannot leave now.
    copies.note(scope, {(store.ref, video.epoch)}, now)
    if video.stale_at is not None:
        counting.tell_soon(store.pk)
    removal.make_room(store, video.epoch, now, keep=video.pk)
    _note(scope, video, "video.announced")


def _formats(formats: Sequence[str]) -> list[str]:
    if not formats or len(set(formats)) != len(formats) or not set(formats) <= set(FORMATS):
        raise Malformed(f"formats are some of {', '.join(FORMATS)}, each once")
    return [each for each in FORMATS if each in formats]


def _named(lineage: Sequence[Source]) -> dict[tuple[str, bytes], Source]:
    if not 0 < len(lineage) <= SOURCES:
        raise Malformed(f"lineage has 1 to {SOURCES} records")
    named = {(each.kind, bytes.fromhex(each.id)): each for each in lineage}
    if len(named) != len(lineage):
        raise Malformed(f"lineage names {len(lineage) - len(named)} records more than once")
    return named


def _found(video: Video, key: StoreKey, named: dict[tuple[str, bytes], Source], now: datetime) -> None:
    """Write a video down with what it was made of, as that is held now."""
    held = _held(video.store, video.epoch, named)
    _check_all_there(named, held)
    sources, reasons = [], set[Reason]()
    for place, source in named.items():
        row = held[place]
        # What does not open is looked at again when it changes.
        shown = terms.of_row(key, row, now) or terms.Terms(None)
        reasons |= _reasons_at_once(source, row, shown)
        video.ends_at = min((each for each in (video.ends_at, shown.ends_at) if each), default=None)
        sources.append(
            VideoSource(
                video=video,
                kind=source.kind,
                fingerprint=place[1],
                change=source.change,
                checked_change=row.change,
                terms=shown.digest,
            )
        )
    if reasons:
        video.stale_at, video.stale_reasons = now, sorted(reasons)
    video.save()
    VideoSource.objects.bulk_create(sources)


def _held(store: Store, epoch: int, named: dict[tuple[str, bytes], Source]) -> dict[tuple[str, bytes], Row]:
    found = Row.objects.filter(
        store=store,
        epoch=epoch,
        kind__in={kind for kind, _ in named},
        fingerprint__in=[fingerprint for _, fingerprint in named],
    )
    return {(row.kind, bytes(row.fingerprint)): row for row in found}


def _check_all_there(named: dict[tuple[str, bytes], Source], held: dict[tuple[str, bytes], Row]) -> None:
    unknown = Counter(source.kind for place, source in named.items() if place not in held)
    if unknown:
        counted = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(unknown.items()))
        raise Malformed(f"lineage names records that this store never had: {counted}")
    ahead = sum(source.change > held[place].change for place, source in named.items())
    if ahead:
        raise Malformed(f"lineage names {ahead} changes that were never given")


def _reasons_at_once(source: Source, row: Row, shown: terms.Terms) -> set[Reason]:
    """Return why a video is stale when it is announced.

    A record that has changed since the brief counts as changed in its terms: what they were is not held.
    """
    if shown.over is not None:
        return {shown.over}
    moved = row.change != source.change and source.kind in terms.CHANGED
    return {terms.CHANGED[source.kind]} if moved else set()


def progress(scope: Scope, ref: str, percent: int, now: datetime) -> Video:
    """Note how far a rendering is; never less than was said before. Raises Forbidden, Missing, Closed."""
    with transaction.atomic():
        video = _open(scope, ref)
        if video.state == VideoState.FAILED:
            video.state = VideoState.RENDERING
        video.percent, video.changed_at = max(video.percent, percent), now
        video.save(update_fields=["state", "percent", "changed_at"])
    return video


def fail(scope: Scope, ref: str, now: datetime) -> Video:
    """Note that a rendering was given up; what is whole stays playable. Raises Forbidden, Missing, Closed."""
    with transaction.atomic():
        video = _open(scope, ref)
        if video.state == VideoState.RENDERING:
            video.state = VideoState.FAILED
        video.changed_at = now
        video.save(update_fields=["state", "changed_at"])
    return video


def withdraw(scope: Scope, ref: str, now: datetime) -> None:
    """Take a video back: nothing of it can be played from now on. Raises Forbidden, Missing."""
    video = reach.video(scope, ref)
    with transaction.atomic():
        if removal.withdraw(Video.objects.filter(pk=video.pk), now):
            _note(scope, video, "video.withdrawn")
    removal.empty(video.store_id)


def _note(scope: Scope, video: Video, action: str) -> None:
    key = FeedKey.objects.get(pk=scope.key_id)
    audit.note(video.store.ref, audit.key(key.name), action, epoch=video.epoch, video=video.ref)


def _open(scope: Scope, ref: str) -> Video:
    """Lock a video, in this transaction."""
    video = reach.video(scope, ref)
    try:
        rows.open_epoch(video.store_id, video.epoch, fenced=False)
    except rows.Superseded:
        raise reach.gone() from None
    locked = Video.objects.select_for_update(no_key=True).filter(pk=video.pk).first()
    if locked is None:
        raise reach.gone()
    if locked.state == VideoState.WITHDRAWN:
        raise Closed
    return locked
