"""Asks Minta's feed: docs/feed.md is all that it knows of Minta.

    feed = Feed("https://minta.example", key)
    page = feed.changes(after=0, wait_seconds=30)

What only reads, or may be said twice, is asked again for a while when the feed is busy or does not answer.
The key goes to the feed's own address and nowhere else: no redirect is followed.
"""

import random
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from connectors.video import brief as briefs
from connectors.video.answers import (
    Changes,
    Erasure,
    Erasures,
    Refusal,
    Store,
    Stores,
    Video,
    Videos,
)
from connectors.video.brief import Brief, Source
from connectors.video.errors import FeedError, Gone, Unusable
from connectors.video.http import Answer, Caller

_SECONDS: Final = 30.0
_MOST_BYTES: Final = 16 * 1024 * 1024
#: What an upload may take: this long, and a second for so many bytes.
_SLOWEST_BYTES_A_SECOND: Final = 100_000
_BUSY: Final = frozenset((429, 502, 503, 504))
_LONGEST_PAUSE_SECONDS: Final = 60.0
_LOOPBACK: Final = frozenset(("127.0.0.1", "::1", "localhost"))
_KEY: Final = re.compile(r"mfk_[\w-]{20,}", re.ASCII)

_Query: TypeAlias = Mapping[str, str | int | None]
T = TypeVar("T", bound=msgspec.Struct)


class Feed:
    """The feed of one Minta, by one key. Threads may share it."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        patience_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the address (`https://minta.example`); raises Unusable where a key must not be sent."""
        self.address = _checked(address)
        if not _KEY.fullmatch(key):
            raise Unusable("this is no feed key: it is mfk_ and what follows, as `feedkey create` printed it")
        self._key = key
        self._patience_seconds = patience_seconds
        self._sleep = sleep
        self._callers = threading.local()

    @property
    def plain(self) -> bool:
        """Whether it is reached without TLS, which only happens on this machine."""
        return self.address.startswith("http://")

    # Reading ------------------------------------------------------------------------------------------

    def stores(self) -> Iterator[Store]:
        """Yield the stores that are installed or in quarantine."""
        after: str | None = ""
        while after is not None:
            page = self._read(Stores, "stores", {"after": after})
            yield from page.stores
            after = page.next

    def changes(self, after: int, wait_seconds: int = 0) -> Changes:
        """Return the changes behind a cursor; raises FeedError named CursorAhead when it is ahead of them."""
        return self._read(Changes, "changes", {"after": after, "wait": wait_seconds}, _SECONDS + wait_seconds)

    def brief(self, store: str, products: int) -> Brief:
        """Return the brief of a store; raises Gone, and Unusable when it cannot be read."""
        path = f"stores/{quote(store, safe='')}/brief"
        found = briefs.read(self._ask("GET", path, {"limit": products}).body)
        if found.store != store:
            raise Unusable("the brief is another store's")
        return found

    def videos(self, store: str) -> Iterator[Video]:
        """Yield the videos of a store that were registered, in the feed's order."""
        after: str | int | None = None
        while True:
            page = self._read(Videos, "videos", {"store": store, "after": after})
            yield from page.videos
            if not page.more or page.next is None:
                return
            after = page.next

    def erasures(self) -> Iterator[Erasure]:
        """Yield the erasures that are still to be confirmed."""
        after: str | int | None = None
        while True:
            page = self._read(Erasures, "erasures", {"after": after})
            yield from page.erasures
            if not page.more or page.next is None:
                return
            after = page.next

    # Telling ------------------------------------------------------------------------------------------

    def register(self, brief: Brief, formats: tuple[str, ...], lineage: tuple[Source, ...]) -> Video:
        """Say that a video of this brief is being made; raises Gone when the store has left meanwhile."""
        told = {"store": brief.store, "epoch": brief.epoch, "lineage": lineage, "formats": formats}
        # Said twice it would be two videos: only a feed that says it did nothing is asked again.
        return self._decoded(Video, self._tell("POST", "videos", told, repeatable=False))

    def progress(self, video: str, percent: int) -> None:
        """Say how far a video is, for the merchant's page; once, because the next is soon said."""
        self._tell("POST", f"videos/{video}/progress", {"percent": percent}, patience_seconds=0)

    def failed(self, video: str) -> None:
        """Say that a video will not come; once, because who gives up should not be held."""
        self._tell("POST", f"videos/{video}/progress", {"failed": True}, patience_seconds=0)

    def put_file(self, video: str, format_name: str, path: Path) -> None:
        """Send a format's MP4, which replaces one that is there."""
        self._put(f"videos/{video}/files/{format_name}", path, "video/mp4")

    def put_poster(self, video: str, format_name: str, path: Path) -> None:
        """Send the JPEG that stands for a format before it plays."""
        self._put(f"videos/{video}/posters/{format_name}", path, "image/jpeg")

    def withdraw(self, video: str) -> None:
        """Take a video back; one that is gone already is all right."""
        try:
            self._ask("DELETE", f"videos/{video}")
        except Gone:
            return

    def confirm(self, erasure: str) -> None:
        """Say that every copy of what an erasure names is deleted here."""
        self._ask("POST", f"erasures/{quote(erasure, safe='')}/confirm")

    # ---------------------------------------------------------------------------------------------------

    def _read(self, shape: type[T], path: str, query: _Query, seconds: float = _SECONDS) -> T:
        return self._decoded(shape, self._ask("GET", path, query, seconds))

    def _decoded(self, shape: type[T], answer: Answer) -> T:
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FeedError(f"{shape.__name__} cannot be read: {error}", answer.status) from None

    def _tell(
        self,
        method: str,
        path: str,
        told: Mapping[str, Any],
        *,
        repeatable: bool = True,
        patience_seconds: float | None = None,
    ) -> Answer:
        body, headers = msgspec.json.encode(told), {"Content-Type": "application/json"}

        def send() -> Answer:
            return self._send(method, path, headers, body, _SECONDS)

        return self._patiently(send, repeatable=repeatable, patience_seconds=patience_seconds)

    def _ask(self, method: str, path: str, query: _Query | None = None, seconds: float = _SECONDS) -> Answer:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{path}?{urlencode(given)}" if given else path

        def send() -> Answer:
            return self._send(method, address, {}, None, seconds)

        return self._patiently(send)

    def _put(self, path: str, file: Path, media_type: str) -> None:
        with file.open("rb") as whole:
            digest = b64encode(file_digest(whole, "sha256").digest()).decode()
        size_bytes = file.stat().st_size
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(size_bytes),
            "Content-Digest": f"sha-256=:{digest}:",
        }

        def send() -> Answer:
            with file.open("rb") as body:
                return self._send("PUT", path, headers, body, _SECONDS + size_bytes / _SLOWEST_BYTES_A_SECOND)

        self._patiently(send)

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: Any, seconds: float) -> Answer:
        caller = getattr(self._callers, "own", None)
        if caller is None:
            caller = self._callers.own = Caller()
        return caller.call(
            method,
            f"{self.address}/feed/v1/{path}",
            headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json", **headers},
            body=body,
            seconds=seconds,
            most_bytes=_MOST_BYTES,
        )

    def _patiently(
        self, send: Callable[[], Answer], *, repeatable: bool = True, patience_seconds: float | None = None
    ) -> Answer:
        """Send until there is an answer that asking again would not better, or patience is over."""
        patience_seconds = self._patience_seconds if patience_seconds is None else patience_seconds
        ends_at = time.monotonic() + patience_seconds
        pause = 0.5
        while True:
            failure, answer = None, None
            try:
                answer = send()
                again = answer.status in _BUSY if repeatable else answer.status in (429, 503)
            except FeedError as error:
                failure, again = error, repeatable
            wait = _asked_seconds(answer) or pause * random.uniform(0.5, 1.0)  # noqa: S311 # spreads callers
            if not again or time.monotonic() + wait > ends_at:
                if answer is None:
                    raise failure or FeedError("no answer came")
                return _accepted(answer)
            self._sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _checked(address: str) -> str:
    parts = urlsplit(address.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise Unusable("the feed's address is https://host, without anything behind it")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Unusable("the feed's address must begin with https://: the key would travel in clear")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").removesuffix("/feed/v1")


def _asked_seconds(answer: Answer | None) -> float:
    """Return how long the feed asks us to wait, within bounds; 0 where it does not say."""
    said = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(float(said), _LONGEST_PAUSE_SECONDS) if re.fullmatch(r"\d{1,9}", said) else 0.0


def _accepted(answer: Answer) -> Answer:
    """Return the answer if it is a success, else raise what it says; messages of the feed hold no values."""
    if 200 <= answer.status < 300:
        return answer
    try:
        said = msgspec.json.decode(answer.body, type=Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = Refusal()
    kind = (
        Gone if answer.status == 404 or (answer.status == 409 and said.error != "CursorAhead") else FeedError
    )
    words = f": {said.message}" if said.message else ""
    raise kind(f"the feed answered {answer.status} {said.error}{words}".rstrip(), answer.status, said.error)
