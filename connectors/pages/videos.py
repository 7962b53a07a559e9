"""What a merchant's page plays, shows and downloads, and how it stays up to date while a video is made."""

import re
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors.errors import Missing
from connectors.models import VideoFile
from connectors.pages import films
from connectors.pages.sending import send
from connectors.videos import links, playing
from connectors.videos.bounds import FORMATS

#: Who asks for all that follows is given so much at a time: a player asks again, and meanwhile nobody who
#: reads slowly holds a thread.
PIECE_BYTES: Final = 2 * 1024 * 1024

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
    answer = send(request, recording, media_type, None if downloaded else PIECE_BYTES)
    if downloaded:
        answer.headers["Content-Disposition"] = f'attachment; filename="minta-{video[3:11]}-{file}"'
    return answer


@require_safe
def state(request: HttpRequest, store: str) -> HttpResponse:
    """Answer with the videos of a store as its page shows them, for a page that is open already."""
    now = timezone.now()
    viewer = links.opened(request.GET.get("proof", ""), store, now)
    return HttpResponse(render_to_string("minta/videos.html", {"videos": films.shown(viewer, now)}))
