"""The videos of a store as its merchant sees them: to play, to download, and what they were made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q

from connectors import configured, rows
from connectors.errors import Unsealable
from connectors.models import Video, VideoFile, VideoSource, VideoState
from connectors.policy.records import Product
from connectors.vault import StoreKey
from connectors.videos.bounds import FORMATS, QUIET
from connectors.videos.links import Viewer
from connectors.videos.terms import Reason

#: How many videos a page shows, and how many products of each it names.
SHOWN: Final = 12
NAMED: Final = 4

_WHERE: Final = {
    "9x16": ("9:16", "Stories, Reels, TikTok"),
    "4x5": ("4:5", "feed posts"),
    "1x1": ("1:1", "square posts"),
    "16x9": ("16:9", "YouTube, websites"),
}
_STALE: Final = {
    Reason.PRICE: "a price in it has changed",
    Reason.OFFER: "an offer in it has changed",
    Reason.SOLD_OUT: "a product in it cannot be bought now",
    Reason.GONE: "something in it is no longer in your store",
    Reason.REDACTED: "something in it was erased",
    Reason.OFFER_ENDED: "an offer in it has ended",
}


@dataclass(frozen=True, repr=False, slots=True)
class Film:
    """One format of a video: where it plays, its poster ("" for none), and where it is downloaded."""

    format: str
    ratio: str
    use: str
    size_bytes: int
    seconds: float
    address: str
    poster: str
    download: str


@dataclass(frozen=True, repr=False, slots=True)
class Shown:
    """One video, of `wanted` formats. `shape` is the format of its first; `rendering`: more is on its way.

    `version` changes with everything but how far it is.
    """

    ref: str
    state: str
    percent: int
    made_at: datetime
    films: tuple[Film, ...]
    wanted: int
    shape: str
    rendering: bool
    products: tuple[str, ...]
    more_products: int
    stale: tuple[str, ...]
    version: str

    @property
    def missing(self) -> int:
        """How many of its formats cannot be played."""
        return self.wanted - len(self.films)


@dataclass(frozen=True, repr=False, slots=True)
class Videos:
    """The newest videos of a store, how many there are, and where a page asks for news of them."""

    videos: tuple[Shown, ...]
    count: int
    state_address: str


def named(video_ref: str, file: str) -> str:
    """Return what a link to a file opens."""
    return f"{video_ref}/{file}"


def shown(viewer: Viewer, now: datetime) -> Videos:
    """Return the videos of a store for who looks at its page; raises KeyGone when it may not be opened.

    Of those that failed only the newest of all is shown: what has been made since says more.
    """
    store = viewer.store
    key = configured.keystore().get(store.ref, store.epoch)
    every = Video.objects.filter(store=store, epoch=store.epoch).exclude(state=VideoState.WITHDRAWN)
    newest = every.order_by("-created_at", "-pk")
    last = newest.values_list("pk", flat=True).first()
    kept = newest.exclude(Q(state=VideoState.FAILED) & ~Q(pk=last))
    found = list(kept.prefetch_related("files", "sources")[:SHOWN])
    titles = _titles(viewer, key, found)
    address = f"/videos/{store.ref}?{urlencode({'proof': viewer.proof(store.ref)})}"
    videos = tuple(_shown(viewer, each, titles, now) for each in found)
    return Videos(videos, kept.count(), address)


def _shown(viewer: Viewer, video: Video, titles: dict[bytes, str], now: datetime) -> Shown:
    sources = _products(video)
    products = tuple(titles[name] for each in sources[:NAMED] if (name := bytes(each.fingerprint)) in titles)
    films = tuple(_films(viewer, video))
    rendering = _rendering(video, len(films), now)
    stale = tuple(words for reason, words in _STALE.items() if reason in video.stale_reasons)
    return Shown(
        ref=video.ref,
        state=video.state,
        percent=video.percent,
        made_at=video.created_at,
        films=films,
        wanted=len(video.formats),
        shape=video.formats[0],
        rendering=rendering,
        products=products,
        more_products=len(sources) - len(products),
        stale=stale,
        version="-".join(
            [
                video.state,
                "on" if rendering else "off",
                *(each.upload[:8] for each in _whole(video)),
                *video.stale_reasons,
            ]
        ),
    )


def _rendering(video: Video, whole: int, now: datetime) -> bool:
    """Return whether more of a video is on its way: some is missing, and it was heard of not long ago.

    A pipeline that was killed, or gave up when some formats were whole, says nothing more.
    """
    begun = video.state == VideoState.READY and video.percent < 100 and whole < len(video.formats)
    return (begun or video.state == VideoState.RENDERING) and now - video.changed_at < QUIET


def _films(viewer: Viewer, video: Video) -> Iterable[Film]:
    whole = {(each.format, each.media): each for each in _whole(video)}
    for name in FORMATS:
        film = whole.get((name, VideoFile.FILM))
        if film is not None:
            ratio, use = _WHERE[name]
            address = _address(viewer, video, f"{name}.mp4")
            has_poster = (name, VideoFile.POSTER) in whole
            yield Film(
                format=name,
                ratio=ratio,
                use=use,
                size_bytes=film.size_bytes,
                seconds=(film.duration_ms or 0) / 1000,
                address=address,
                poster=_address(viewer, video, f"{name}.jpg") if has_poster else "",
                download=f"{address}&download=1",
            )


def _whole(video: Video) -> list[VideoFile]:
    return [each for each in video.files.all() if each.whole_at is not None]


def _address(viewer: Viewer, video: Video, file: str) -> str:
    return f"/videos/{named(video.ref, file)}?{urlencode({'proof': viewer.proof(named(video.ref, file))})}"


def _products(video: Video) -> list[VideoSource]:
    """Return the products that a video was made of, in the order of its brief."""
    return sorted((each for each in video.sources.all() if each.kind == "product"), key=lambda each: each.pk)


def _titles(viewer: Viewer, key: StoreKey, videos: list[Video]) -> dict[bytes, str]:
    """Return the present titles of the products that are named, of those that are still there."""
    wanted = {bytes(each.fingerprint) for video in videos for each in _products(video)[:NAMED]}
    titles = {}
    held = rows.of_store(viewer.store, "product").filter(fingerprint__in=wanted, sealed__isnull=False)
    for row in held:
        name = bytes(row.fingerprint)
        try:
            record = rows.unseal(key, row.kind, name, row.sealed or b"")
        except Unsealable:
            continue
        if isinstance(record, Product):
            titles[name] = record.title
    return titles
