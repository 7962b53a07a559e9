"""Films and posters of a few boxes, and stores that have something to make a video of."""

import random
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import feedkeys, scopes
from connectors.models import FeedKey, Row, Store, Video, VideoFile
from connectors.scopes import Scope
from connectors.vault import StoreKey
from connectors.videos import register, uploads
from tests import cast
from tests.feed.cast import product, variant

POSTER = b"\xff\xd8\xff\xe0" + b"canary-in-a-poster" + b"\xff\xd9"


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of an MP4."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie_head(duration_ms: int = 15_000, version: int = 0) -> bytes:
    """Return the box that says how long a film is."""
    form = ">QQIQ" if version else ">IIII"
    return box(b"mvhd", bytes([version, 0, 0, 0]) + struct.pack(form, 0, 0, 1000, duration_ms) + bytes(80))


def film(size_bytes: int = 1000, seed: int = 1, duration_ms: int = 15_000) -> bytes:
    """Return a film whose `mdat` holds so many bytes, the same for the same seed."""
    content = random.Random(seed).randbytes(size_bytes)
    moov = box(b"moov", movie_head(duration_ms) + box(b"trak", bytes(60)))
    return box(b"ftyp", b"isomiso2avc1mp41") + moov + box(b"mdat", content)


def stocked(shop: str = "cedar.myshopify.com", **fields: Any) -> tuple[Store, StoreKey]:
    """Return a store that has its own record, two products and an offer."""
    store, key = cast.store(shop, **fields)
    cast.keep(store, key, cast.store_info(), product(1), product(2), cast.offer(1))
    return store, key


def lineage(store: Store) -> list[register.Source]:
    """Return everything that a store holds now, as a brief names it."""
    held = Row.objects.filter(store=store, epoch=store.epoch, sealed__isnull=False).order_by("change")
    return [register.Source(each.kind, bytes(each.fingerprint).hex(), each.change) for each in held]


def scope(name: str = "renderer", purpose: str = "videos") -> Scope:
    """Return the reach of a key, made when there is none of this name."""
    key = FeedKey.objects.filter(name=name).first() or feedkeys.make(name, purpose).key
    return scopes.scope_of(key)


def announced(store: Store, *formats: str, now: datetime | None = None) -> Video:
    """Return a video of everything that a store holds."""
    chosen = formats or ("9x16", "1x1")
    return register.register(
        scope(), store.ref, store.epoch, lineage(store), chosen, now or datetime.now(UTC)
    )


def kept(video: Video, name: str = "9x16", content: bytes = b"", media: str = VideoFile.FILM) -> bytes:
    """Keep a file of a video and return its bytes."""
    content = content or (film() if media == VideoFile.FILM else POSTER)
    uploads.keep(scope(), video.ref, name, media, in_pieces(content), datetime.now(UTC))
    return content


def in_pieces(content: bytes, size_bytes: int = 65_536) -> list[bytes]:
    """Return what arrives of a body, one read after the other."""
    return [content[at : at + size_bytes] for at in range(0, len(content), size_bytes)]


def priced(number: int, price: str, **changed: Any) -> Any:
    """Return a product at a price."""
    return product(number, variants=(variant(number, price, **changed),))


def later(minutes: int = 1) -> datetime:
    """Return a time of a newer reading."""
    return cast.NOON + timedelta(minutes=minutes)
