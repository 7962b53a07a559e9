"""The feed's own description, for whoever writes a client: OpenAPI 3.1, without a key."""

from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api import query, schema
from connectors.api.answers import answer
from connectors.api.base import OpenView
from connectors.api.schema import described

_VERSION = "3.1.0"
_one_at_a_time = Lock()
_ABOUT = """\
What the video pipeline may read of the stores: the fields that the purpose of its key allows, and no \
others.

Money is text, times are ISO 8601 in UTC with a Z. A field that does not serve the purpose of a key is \
absent, not empty. New fields, kinds and statuses may come: pass over what you do not know. A parameter \
that is unknown or repeated is refused. Every GET answers HEAD too, and every address OPTIONS, with 204 \
and Allow.

To keep a mirror, read `changes` from `after=0`, apply the entries in their order, and go on with `after` \
as `next`: at once while `more` is true, else with `wait`. An entry that is not gone holds the whole \
record as it is now, in place of the one with the same store, epoch, kind and id. One that is gone is to \
be deleted; of kind `all`, with everything of that store, of this epoch and those before. On 409 \
CursorAhead read again from 0.
"""


class Document(OpenView):
    """This description."""

    @described("This description", gives={200: {"type": "object"}}, keyless=True)
    def get(self, request: Request) -> Response:
        """Return the document."""
        query.only(request.GET)
        return answer(document())


def document() -> dict[str, Any]:
    """Return the feed as an OpenAPI document. Made once: nothing in it changes while a process lives."""
    with _one_at_a_time:  # the generator keeps its state in its module: two of them break each other
        return _made()


@cache
def _made() -> dict[str, Any]:
    generator = SchemaGenerator(urlconf="connectors.urls")  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    made["openapi"] = _VERSION
    made["info"] = {"title": "Minta's feed", "version": "1", "description": _ABOUT}
    made["servers"] = [{"url": settings.PUBLIC_URL}]
    made["components"]["schemas"] = schema.components()
    return made
