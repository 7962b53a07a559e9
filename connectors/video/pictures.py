"""Fetches the pictures of a brief, several at a time, and keeps their bytes for the next video.

Broken ones are passed over and counted. The feed's key is never sent: an address in a brief may lead to the
platform's own host.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from connectors.video.brief import Picture
from connectors.video.errors import FeedError, Unusable, VideoError
from connectors.video.http import Answer, Caller
from connectors.video.landing import landing
from connectors.video.opening import opened
from connectors.video.plan import Pixels

MOST_BYTES: Final = 25 * 1024 * 1024
SECONDS: Final = 30.0
AT_ONCE: Final = 4
#: A merchant may put another picture at the same address.
KEPT_SECONDS: Final = 24 * 3600.0
_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """The pictures that opened, by their `url`, and how many did not."""

    pixels: Mapping[str, Pixels]
    broken: int


def fetch(
    wanted: Iterable[Picture],
    folder: Path,
    *,
    plain: bool = False,
    told: Callable[[int, int], object] = lambda done, of: None,
) -> Loaded:
    """Return what opens of these pictures; `told` is called with how many are done, of how many.

    Bytes are kept in `folder`, of these pictures and no others. Without TLS they are only fetched where the
    feed itself is, on this machine (`plain`).
    """
    distinct = {each.url: each for each in wanted}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_others(folder, distinct)
    pixels: dict[str, Pixels] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures") as pool:
        found = pool.map(lambda each: _one(each, folder, plain), distinct.values())
        for done, (url, each) in enumerate(zip(distinct, found, strict=True), start=1):
            told(done, len(distinct))
            if each is not None:
                pixels[url] = each
    return Loaded(pixels, len(distinct) - len(pixels))


def _forget_others(folder: Path, urls: Iterable[str]) -> None:
    """Delete what is not wanted any more: a product may have left, or a person asked for it."""
    names = {_name(url) for url in urls}
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)


def _name(url: str) -> str:
    return sha256(url.encode()).hexdigest()


def _one(picture: Picture, folder: Path, plain: bool) -> Pixels | None:
    """Return a picture's pixels, None when it does not come or does not open."""
    kept = folder / _name(picture.url)
    content = _kept(kept)
    if content is not None:
        with suppress(Unusable):
            return opened(content)
    try:
        content = _downloaded(picture.fetch or picture.url, plain)
        pixels = opened(content)
    except VideoError:
        return None
    with landing(kept) as part:
        part.write_bytes(content)
    return pixels


def _kept(path: Path) -> bytes | None:
    try:
        fresh = time.time() - path.stat().st_mtime < KEPT_SECONDS
        return path.read_bytes() if fresh else None
    except FileNotFoundError:
        return None


def _downloaded(address: str, plain: bool) -> bytes:
    """Return the bytes behind an address, from where it leads us; raises VideoError."""
    caller, ends_at = Caller(), time.monotonic() + SECONDS
    for _ in range(_HOPS):
        scheme = urlsplit(address).scheme
        if scheme != "https" and not (plain and scheme == "http"):
            raise Unusable("a picture's address is not of the web")
        left = ends_at - time.monotonic()
        answer = caller.call("GET", address, headers=_ACCEPTED, seconds=max(left, 0.1), most_bytes=MOST_BYTES)
        if answer.status == 200:
            return answer.body
        address = urljoin(address, _leads_to(answer))
    raise FeedError("a picture's address leads on and on")


_ACCEPTED: Final = {"Accept": "image/avif,image/webp,image/png,image/jpeg,image/gif"}


def _leads_to(answer: Answer) -> str:
    if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("location"):
        return answer.headers["location"]
    raise FeedError(f"a picture's host answered {answer.status}", answer.status)
