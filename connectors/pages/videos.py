"""What a merchant's page plays, shows and downloads, and how it stays up to date while a video is made."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors.errors import Missing
from connectors.models import VideoFile
from connectors.pages import films, ranges
from connectors.pages.ranges import Span
from connectors.videos import links, playing
from connectors.videos.bounds import FORMATS
from connectors.videos.playing import Recording

#: Who asks for all that follows is given so much at a time: a player asks again, and meanwhile nobody who
#: reads slowly holds a thread.
PIECE_BYTES: Final = 2 * 1024 * 1024
#: Who takes nothing for so long is let go.
SENDING_SECONDS: Final = 30.0

_FILE: Final = re.compile(rf"({'|'.join(FORMATS)})\.(mp4|jpg)")
_MEDIA: Final = {"mp4": (VideoFile.FILM, "video/mp4"), "jpg": (VideoFile.POSTER, "image/jpeg")}


@require_safe
def play(request: HttpRequest, video: str, file: str) -> HttpResponseBase:
    """Answer with a file of a video, or a range of it."""
    match = _FILE.fullmatch(file)
    if match is None:
        raise Missing
    media, media_type = _MEDIA[match[2]]
    viewer = links.opened(request.GET.get("proof", ""), films.named(video, file), timezone.now())
    recording = playing.recording(viewer.store, video, match[1], media)
    downloaded = "download" in request.GET
    try:
        span = _span(request, recording)
    except ranges.Unsatisfiable:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer.headers["Content-Range"] = f"bytes */{recording.size_bytes}"
    else:
        if span is not None and span.open_ended and not downloaded:
            span = Span(span.start, min(span.end, span.start + PIECE_BYTES))
        answer = _sent(request, recording, span)
    answer.headers["Content-Type"] = media_type
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = f'"{recording.tag}"'
    answer.headers["Cache-Control"] = "private, no-store"
    if downloaded:
        answer.headers["Content-Disposition"] = f'attachment; filename="minta-{video[3:11]}-{file}"'
    return answer


def _span(request: HttpRequest, recording: Recording) -> Span | None:
    """Return the range that counts: of a GET, and only while the file is the one that it was asked for."""
    if_range = request.headers.get("If-Range")
    if request.method != "GET" or if_range not in (None, f'"{recording.tag}"'):
        return None
    return ranges.asked(request.headers.get("Range"), recording.size_bytes)


def _sent(request: HttpRequest, recording: Recording, span: Span | None) -> HttpResponseBase:
    whole = span is None
    span = span or Span(0, recording.size_bytes)
    content: Iterable[bytes] = ()
    if request.method == "GET":
        content = _patiently(request, recording.read(span.start, span.end))
    answer = StreamingHttpResponse(content, status=200 if whole else 206)
    answer.headers["Content-Length"] = str(span.end - span.start)
    if not whole:
        answer.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{recording.size_bytes}"
    return answer


def _patiently(request: HttpRequest, content: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the content, and wait for its reader for so long at each part."""
    connection: Any = request.META.get("gunicorn.socket")
    for part in content:
        if connection is not None:
            connection.settimeout(SENDING_SECONDS)
        yield part


@require_safe
def state(request: HttpRequest, store: str) -> HttpResponse:
    """Answer with the videos of a store as its page shows them, for a page that is open already."""
    now = timezone.now()
    viewer = links.opened(request.GET.get("proof", ""), store, now)
    return HttpResponse(render_to_string("minta/videos.html", {"videos": films.shown(viewer, now)}))
