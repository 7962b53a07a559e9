"""The brief of a store, neutral or written for a renderer."""

from typing import Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import adapters, feed
from connectors.api import brief_shapes, query
from connectors.api.answers import answer
from connectors.api.base import FeedView
from connectors.api.query import Whole
from connectors.api.schema import STORE as IN_PATH
from connectors.api.schema import described, in_query, within
from connectors.linting import FORMATS

PRODUCTS = Whole(12, 1, 50)
_NEUTRAL: Final = ""
_RENDERERS: Final = tuple(adapters.RENDERERS)
_FORMATS: Final = tuple(each["format"] for each in FORMATS)


class Brief(FeedView):
    """The creative brief of a store."""

    @described(
        "What a renderer needs to make a video of a store",
        gives={200: {"oneOf": [brief_shapes.BRIEF, brief_shapes.WRITTEN]}},
        takes=[
            IN_PATH,
            in_query("limit", within(PRODUCTS), "At most so many products."),
            in_query("as", {"enum": _RENDERERS}, "The same facts for a renderer that fills a template."),
            in_query(
                "format",
                {"enum": _FORMATS, "default": _FORMATS[0]},
                "Whose size and safe box `as` gives.",
            ),
        ],
        refuses=[403, 404],
        more=(
            "For keys of videos only. Products stand best first, each with why; what cannot look good is in "
            "`refused`. What ends in `_text` is ready to be shown. Announce the video with `lineage` as it "
            "stands. With `as` the answer is a BriefForRenderer, else a Brief."
        ),
    )
    def get(self, request: Request, store: str) -> Response:
        """Return the brief."""
        query.only(request.GET, "limit", "as", "format")
        limit = query.whole(request.GET, "limit", PRODUCTS)
        renderer = query.one_of(request.GET, "as", _RENDERERS, _NEUTRAL)
        format_name = query.one_of(request.GET, "format", _FORMATS, _FORMATS[0])
        brief = feed.brief(self.scope, store, limit, timezone.now())
        return answer(adapters.write(brief, renderer, format_name, limit) if renderer else brief)
