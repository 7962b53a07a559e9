"""Links to pictures: a redirect to the platform's own network, for who was given the link."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import pictures
from connectors.api import query
from connectors.api.base import OpenView
from connectors.api.schema import described, in_query
from connectors.errors import Malformed

LINK = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
# The link must neither rest in a cache nor go along to the network that it leads to.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Picture(OpenView):
    """A picture that a brief has linked; no key is needed, the link is the proof."""

    @described(
        "The redirect to a picture that a brief has linked",
        gives={302: None},
        takes=[in_query("link", LINK, "As `fetch` of a brief has it: follow that as it is.", required=True)],
        refuses=[404],
        more="Needs no key, and leads to the platform's own network for 24 hours while the store is open.",
        keyless=True,
    )
    def get(self, request: Request) -> Response:
        """Redirect to the picture."""
        query.only(request.GET, "link")
        if "link" not in request.GET:
            raise Malformed("link is what `fetch` of a brief's picture has")
        address = pictures.follow(request.GET["link"], timezone.now())
        return Response(None, 302, headers={"Location": address, **_HEADERS})
