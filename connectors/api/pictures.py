"""Links to pictures: a redirect to the platform's own network, for who was given the link."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import pictures
from connectors.api import query
from connectors.api.base import OpenView

# The link must neither rest in a cache nor go along to the network that it leads to.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Picture(OpenView):
    """A picture that a brief has linked; no key is needed, the link is the proof."""

    def get(self, request: Request, token: str) -> Response:
        """Redirect to the picture."""
        query.only(request.GET)
        address = pictures.follow(token, timezone.now())
        return Response(None, 302, headers={"Location": address, **_HEADERS})
