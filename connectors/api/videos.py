"""Videos: announced, filled with files, listed, taken back."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api import bodies, query
from connectors.api.answers import answer
from connectors.api.base import FeedView
from connectors.api.query import Whole
from connectors.api.schema import (
    MOMENT,
    WHOLE,
    YES_OR_NO,
    Shape,
    begun,
    component,
    described,
    fields,
    in_header,
    in_path,
    in_query,
    listed,
    or_null,
    reference,
)
from connectors.errors import Malformed, Missing
from connectors.models import VideoFile, VideoState
from connectors.videos import reach, register, uploads
from connectors.videos.bounds import FILE_BYTES, FORMATS, SOURCES
from connectors.videos.shapes import shape
from connectors.videos.terms import Reason

PAGE: Final = Whole(100, 1, 500)
MOST_EPOCH: Final = 2**31 - 1
MOST_CHANGE: Final = 2**63 - 1
#: Who sends nothing of a file for so long is let go.
RECEIVING_SECONDS: Final = 60.0

_ID: Final[Shape] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_FORMAT: Final[Shape] = {"type": "string", "enum": list(FORMATS)}
_KINDS: Final = ("store", "product", "offer")

_SOURCE: Final[Mapping[str, Shape]] = {
    "kind": {"type": "string", "enum": list(_KINDS)},
    "id": _ID,
    "change": WHOLE | {"maximum": MOST_CHANGE},
}
SOURCE: Final = component("Source", fields(_SOURCE))
VIDEO: Final = component(
    "Video",
    fields(
        {
            "video": reference("vd"),
            "store": reference("st"),
            "epoch": WHOLE,
            "state": {"type": "string", "enum": list(VideoState.values)},
            "percent": WHOLE | {"maximum": 100},
            "created_at": MOMENT,
            "stale": YES_OR_NO,
            "stale_reasons": listed({"type": "string", "enum": list(Reason)}),
            "formats": listed(
                fields(
                    {
                        "format": _FORMAT,
                        "size_bytes": WHOLE,
                        "duration_ms": WHOLE,
                        "poster": YES_OR_NO,
                    }
                )
            ),
            "lineage": listed(SOURCE),
        }
    ),
)
VIDEOS: Final = fields({"videos": listed(VIDEO), "next": or_null(reference("vd")), "more": YES_OR_NO})
ANNOUNCEMENT: Final = component(
    "Announcement",
    fields(
        {
            "store": reference("st"),
            "epoch": WHOLE | {"maximum": MOST_EPOCH},
            "lineage": listed(fields(_SOURCE) | {"additionalProperties": False})
            | {"minItems": 1, "maxItems": SOURCES},
            "formats": listed(_FORMAT) | {"minItems": 1, "uniqueItems": True},
        }
    )
    | {"additionalProperties": False},
)
_PERCENT: Final[Shape] = {"type": "integer", "minimum": 0, "maximum": 100}
PROGRESS: Final[Shape] = {
    "oneOf": [
        fields({"percent": _PERCENT}) | {"additionalProperties": False},
        fields({"failed": {"type": "boolean", "enum": [True]}}) | {"additionalProperties": False},
    ]
}

_IN_PATH: Final = in_path("video", reference("vd"), "A video's reference.")
_FORMAT_IN_PATH: Final = in_path("format", _FORMAT, "One of the formats that the video was announced in.")
_DIGEST: Final = in_header(
    "Content-Digest",
    {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
    "What the bytes must be (RFC 9530); what is something else is not kept.",
)


class Lineage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One record of a brief's lineage."""

    kind: Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(_KINDS)})\\Z")]
    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    change: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHANGE)]


class Announcement(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a video is going to be made of, and in which formats."""

    store: Annotated[str, msgspec.Meta(max_length=24)]
    epoch: Annotated[int, msgspec.Meta(ge=0, le=MOST_EPOCH)]
    lineage: Annotated[list[Lineage], msgspec.Meta(max_length=SOURCES)]
    formats: Annotated[list[str], msgspec.Meta(max_length=len(FORMATS))]


class Progress(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How far a rendering is, or that it was given up."""

    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    failed: bool | msgspec.UnsetType = msgspec.UNSET


class VideoView(FeedView):
    """An address of videos: for their keys alone, before anything of the request is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at the purpose of the key too."""
        super().initial(request, *args, **kwargs)
        reach.for_videos(self.scope)


class Videos(VideoView):
    """The videos of all stores, in the order of their announcement."""

    @described(
        "The videos of the stores that are open",
        gives={200: VIDEOS},
        takes=(
            in_query("store", reference("st"), "Of this store alone."),
            in_query("after", begun("vd"), "`next` of the page before."),
            in_query(
                "limit", WHOLE | {"minimum": PAGE.least, "maximum": PAGE.most, "default": PAGE.default}, ""
            ),
        ),
        refuses=(403, 404),
    )
    def get(self, request: Request) -> Response:
        """Return a page of videos."""
        query.only(request.GET, "store", "after", "limit")
        store, after = query.reference(request.GET, "store", "st"), query.cursor(request.GET, "vd")
        limit = query.whole(request.GET, "limit", PAGE)
        found = reach.listed(self.scope, store, after, limit + 1)
        more = len(found) > limit
        shown = found[:limit]
        return answer(
            {
                "videos": [shape(each) for each in shown],
                "next": shown[-1].ref if more else None,
                "more": more,
            }
        )

    @described("Announce a video", gives={201: VIDEO}, asks=ANNOUNCEMENT, refuses=(403, 404, 409))
    def post(self, request: Request) -> Response:
        """Announce a video."""
        query.only(request.GET)
        asked = bodies.shaped(request, Announcement)
        lineage = [register.Source(each.kind, each.id, each.change) for each in asked.lineage]
        made = register.register(self.scope, asked.store, asked.epoch, lineage, asked.formats, timezone.now())
        return answer(shape(made), 201)


class Video(VideoView):
    """One video."""

    @described("One video", gives={200: VIDEO}, takes=(_IN_PATH,), refuses=(403, 404))
    def get(self, request: Request, video: str) -> Response:
        """Return the video."""
        query.only(request.GET)
        return answer(shape(reach.video(self.scope, video)))

    @described("Withdraw a video", gives={204: None}, takes=(_IN_PATH,), refuses=(403, 404))
    def delete(self, request: Request, video: str) -> Response:
        """Withdraw the video."""
        query.only(request.GET)
        bodies.nothing(request)
        register.withdraw(self.scope, video, timezone.now())
        return answer(None, 204)


class VideoProgress(VideoView):
    """How far a video is."""

    @described(
        "Say how far a video is, or that it failed",
        gives={200: VIDEO},
        asks=PROGRESS,
        takes=(_IN_PATH,),
        refuses=(403, 404, 409),
    )
    def post(self, request: Request, video: str) -> Response:
        """Note how far the video is."""
        query.only(request.GET)
        asked, now = bodies.shaped(request, Progress), timezone.now()
        if asked.failed is False or (asked.failed is msgspec.UNSET) is (asked.percent is msgspec.UNSET):
            raise Malformed('Either "percent" or "failed": true is needed')
        if asked.percent is msgspec.UNSET:
            return answer(shape(register.fail(self.scope, video, now)))
        return answer(shape(register.progress(self.scope, video, asked.percent, now)))


class Film(VideoView):
    """A video's film in one format."""

    @described(
        "Keep a film, in place of the one before",
        gives={201: VIDEO},
        asks={"type": "string", "format": "binary"},
        media="video/mp4",
        takes=(_IN_PATH, _FORMAT_IN_PATH, _DIGEST),
        refuses=(403, 404, 409),
    )
    def put(self, request: Request, video: str, format: str) -> Response:  # noqa: A002 - as in the address
        """Keep the film."""
        return self._kept(request, video, format, VideoFile.FILM, "video/mp4")

    def _kept(self, request: Request, video: str, name: str, media: str, media_type: str) -> Response:
        query.only(request.GET)
        if name not in FORMATS:
            raise Missing("There is no such address")
        bodies.media(request, media_type)
        connection = request.META.get("gunicorn.socket")
        if connection is not None:  # or who stops sending would be waited for without end
            connection.settimeout(RECEIVING_SECONDS)
        pieces = bodies.pieces(request, FILE_BYTES[media])
        kept = uploads.keep(self.scope, video, name, media, pieces, timezone.now())
        return answer(shape(kept), 201)


class Poster(Film):
    """A video's poster in one format."""

    @described(
        "Keep a poster, in place of the one before",
        gives={201: VIDEO},
        asks={"type": "string", "format": "binary"},
        media="image/jpeg",
        takes=(_IN_PATH, _FORMAT_IN_PATH, _DIGEST),
        refuses=(403, 404, 409),
    )
    def put(self, request: Request, video: str, format: str) -> Response:  # noqa: A002 - as in the address
        """Keep the poster."""
        return self._kept(request, video, format, VideoFile.POSTER, "image/jpeg")
