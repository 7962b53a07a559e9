"""Sending what is long: whole or a range of it, part by part, as a player or a download asks for it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from connectors.pages import ranges
from connectors.pages.ranges import Span

#: Who takes nothing for so long is let go.
SENDING_SECONDS: Final = 30.0


class Readable(Protocol):
    """What can be sent. `tag` is another one for other bytes."""

    @property
    def size_bytes(self) -> int:
        """How long it is."""

    @property
    def tag(self) -> str:
        """What names these very bytes."""

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, and without, `end`."""


def send(
    request: HttpRequest, what: Readable, media_type: str, piece_bytes: int | None = None
) -> HttpResponseBase:
    """Answer with all of it, or the range that was asked for.

    `piece_bytes`: who asks for all that follows is given so much at a time.
    """
    try:
        span = _span(request, what)
    except ranges.Unsatisfiable:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer.headers["Content-Range"] = f"bytes */{what.size_bytes}"
    else:
        if span is not None and span.open_ended and piece_bytes is not None:
            span = Span(span.start, min(span.end, span.start + piece_bytes))
        answer = _sent(request, what, span)
    answer.headers["Content-Type"] = media_type
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = f'"{what.tag}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _span(request: HttpRequest, what: Readable) -> Span | None:
    """Return the range that counts: of a GET, and only while the file is the one that it was asked for."""
    if_range = request.headers.get("If-Range")
    if request.method != "GET" or if_range not in (None, f'"{what.tag}"'):
        return None
    return ranges.asked(request.headers.get("Range"), what.size_bytes)


def _sent(request: HttpRequest, what: Readable, span: Span | None) -> HttpResponseBase:
    whole = span is None
    span = span or Span(0, what.size_bytes)
    content: Iterable[bytes] = ()
    if request.method == "GET":
        content = _patiently(request, what.read(span.start, span.end))
    answer = StreamingHttpResponse(content, status=200 if whole else 206)
    answer.headers["Content-Length"] = str(span.end - span.start)
    if not whole:
        answer.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{what.size_bytes}"
    return answer


def _patiently(request: HttpRequest, content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the content, and wait for its reader for so long at each part."""
    connection: Any = request.META.get("gunicorn.socket")
    for part in content:
        if connection is not None:
            connection.settimeout(SENDING_SECONDS)
        yield part
