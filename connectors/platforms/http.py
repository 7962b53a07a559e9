"""The one way to call a platform: bounded in time and bytes, whole or an error, never redirected.

    transport = Transport()
    answer = transport.call("POST", url, place="Shopify token endpoint", headers=..., body=...)
    refuse(answer, "Shopify token endpoint")

What `requests` does not do by itself, and is done here: a deadline for the whole answer; a cap on its bytes,
measured after decompression; a gzip stream checked to its end (a cut one passes silently otherwise); no
redirect followed (`X-Shopify-Access-Token` and `X-Auth-Token` would travel to the other host); no cookie kept
(one store's would go out with another's call); nothing taken from the environment: a `.netrc` would replace
our Authorization header, and a proxy variable would send merchants' answers through a third party that no
setting of ours names.
"""

import json
import math
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, TypeVar

import msgspec
import requests
from requests import exceptions
from urllib3.exceptions import HTTPError

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    PlatformFailure,
    StoreClosed,
    Throttled,
    Unavailable,
)
from connectors.platforms.deadline import DeadlineAdapter

T = TypeVar("T")

CONNECT_SECONDS: Final = 3.05
LONGEST_WAIT_SECONDS: Final = 900.0
_DEFAULT_WAIT_SECONDS: Final = 5.0
_CHUNK_BYTES: Final = 64 * 1024
_PAUSES_SECONDS: Final = (0.5, 1.5)
_GZIP: Final = 16 + zlib.MAX_WBITS


class TooManyBytes(BadAnswer):
    """The platform's answer is longer than the call takes: less may be asked for."""


# What a status means wherever a platform does not say otherwise.
MEANINGS: Final[Mapping[int, type[PlatformFailure]]] = {
    401: GrantRevoked,
    402: StoreClosed,
    403: AccessDenied,
    408: Unavailable,
    423: StoreClosed,
    429: Throttled,
    430: Throttled,
}


@dataclass(frozen=True)
class Limits:
    """How long a whole answer may take and how many bytes it may have, decompressed."""

    seconds: float = 30.0
    max_bytes: int = 20 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class Answer:
    """A platform's whole answer, whatever its status. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(repr=False)
class Incoming:
    """An answer that is still coming. `wire_bytes` counts what has come so far, before decompression."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes] = field(default_factory=lambda: iter(()))
    wire_bytes: int = 0
    compressed: bool = False


class Transport:
    """One `requests` session: connections are kept, nothing else is."""

    def __init__(
        self,
        limits: Limits = Limits(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter())

    def call(
        self,
        method: str,
        url: str,
        *,
        place: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        `place` names the other side in errors. A `repeatable` request, one that may be done twice, is sent
        up to twice more within the same deadline when the connection fails or the platform answers 5xx.
        Raises Unavailable when no whole answer came, BadAnswer for a redirect, too many bytes or broken
        compression.
        """

        def ask(left: Limits) -> Answer:
            with self.stream(method, url, place=place, headers=headers, body=body, limits=left) as incoming:
                return Answer(incoming.status, incoming.headers, b"".join(incoming.chunks))

        return self._repeated(ask, limits or self._limits, _PAUSES_SECONDS if repeatable else ())

    def _repeated(
        self, ask: Callable[[Limits], Answer], limits: Limits, pauses_seconds: Iterable[float]
    ) -> Answer:
        """Ask until there is an answer that trying again would not better, or no time for another pause."""
        ends_at = self._clock() + limits.seconds
        pauses = iter(pauses_seconds)
        while True:
            left = Limits(max(ends_at - self._clock(), 0.001), limits.max_bytes)
            pause = next(pauses, math.inf)
            if self._clock() + pause >= ends_at:
                return ask(left)
            try:
                answer = ask(left)
            except Unavailable:
                answer = None
            if answer is not None and (answer.status < 500 or "retry-after" in answer.headers):
                return answer
            self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 # spreads callers, hides nothing

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        place: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Iterator[Incoming]:
        """Send one request and yield its answer while it comes; raises as `call`, also while it is read."""
        limits = limits or self._limits
        with _translated(place):
            response = self._session.request(
                method,
                url,
                data=body,
                headers={"Accept-Encoding": "gzip", "User-Agent": "Minta", **(headers or {})},
                timeout=(min(CONNECT_SECONDS, limits.seconds), limits.seconds),
                allow_redirects=False,
                stream=True,
            )
        try:
            yield _incoming(response, place, limits.max_bytes)
        finally:
            response.close()


def refuse(answer: Answer | Incoming, place: str, meanings: Mapping[int, type[PlatformFailure]] = {}) -> None:
    """Raise what the answer's status means, unless it is a success; `meanings` overrules MEANINGS."""
    status = answer.status
    if 200 <= status < 300:
        return
    meaning = meanings.get(status) or MEANINGS.get(status) or (Unavailable if status >= 500 else BadAnswer)
    message = f"{place} answered {status}"
    if issubclass(meaning, Throttled):
        raise meaning(message, wait_seconds=retry_after(answer.headers))
    raise meaning(message)


def retry_after(headers: Mapping[str, str], longest_seconds: float = LONGEST_WAIT_SECONDS) -> float:
    """Return the seconds that an answer asks us to wait, bounded; 5 when it says nothing usable."""
    said = headers.get("retry-after", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return _DEFAULT_WAIT_SECONDS
    if math.isnan(seconds) or seconds < 0:
        return _DEFAULT_WAIT_SECONDS
    return min(seconds, longest_seconds)


def decode(decoder: "msgspec.json.Decoder[T]", body: bytes, place: str) -> T:
    """Decode a body strictly; raises BadAnswer that names type and path only."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise BadAnswer(f"{place}: {error}") from None
    except (ValueError, RecursionError):
        # Not JSON, not UTF-8, or brackets without end.
        raise BadAnswer(f"{place}: no readable JSON") from None


def json_body(value: Any) -> bytes:
    """Return a request body; plain JSON, ASCII only."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


@contextmanager
def _translated(place: str) -> Iterator[None]:
    """Turn what requests and urllib3 raise into ours, without the address that they print."""
    try:
        yield
    except (exceptions.SSLError, exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema):
        raise Unavailable(f"{place} could not be reached safely") from None
    except (exceptions.RequestException, HTTPError, OSError) as error:
        raise Unavailable(f"{place} did not answer whole ({type(error).__name__})") from None


def _incoming(response: requests.Response, place: str, max_bytes: int) -> Incoming:
    if 300 <= response.status_code < 400:
        raise BadAnswer(f"{place} answered with a redirect ({response.status_code})")
    names = {name.lower(): value for name, value in response.headers.items()}
    incoming = Incoming(response.status_code, names)
    incoming.chunks = _chunks(response.raw, incoming, place, max_bytes)
    return incoming


def _chunks(raw: Any, incoming: Incoming, place: str, max_bytes: int) -> Iterator[bytes]:
    encoding = incoming.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BadAnswer(f"{place} answered in an encoding that was not asked for")
    incoming.compressed = encoding in ("gzip", "x-gzip")
    gunzip = _Gunzip(place) if incoming.compressed else None
    total = 0
    with _translated(place):
        for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
            incoming.wire_bytes += len(chunk)
            for piece in gunzip.feed(chunk) if gunzip else (chunk,):
                total += len(piece)
                if total > max_bytes:
                    raise TooManyBytes(f"{place} answered with more than {max_bytes} bytes")
                yield piece
    if gunzip is not None and incoming.wire_bytes:
        gunzip.finish()


class _Gunzip:
    """Gzip, in pieces of bounded size, to its end."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = self._member.decompress(chunk, _CHUNK_BYTES)
            except zlib.error:
                raise BadAnswer(f"{self._place} answered with broken gzip") from None
            if piece:
                yield piece
            if self._member.eof:
                chunk = self._member.unused_data
                if not chunk:
                    return
                self._member = zlib.decompressobj(_GZIP)
            elif self._member.unconsumed_tail or len(piece) == _CHUNK_BYTES:
                chunk = self._member.unconsumed_tail
            else:
                return

    def finish(self) -> None:
        if not self._member.eof:
            raise Unavailable(f"{self._place} did not answer whole (gzip without its end)")
