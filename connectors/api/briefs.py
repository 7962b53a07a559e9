"""The brief of a store."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import feed
from connectors.api import query
from connectors.api.answers import answer
from connectors.api.base import FeedView
from connectors.api.query import Whole

PRODUCTS = Whole(12, 1, 50)


class Brief(FeedView):
    """The creative brief of a store."""

    def get(self, request: Request, store: str) -> Response:
        """Return the brief."""
        query.only(request.GET, "limit")
        limit = query.whole(request.GET, "limit", PRODUCTS)
        return answer(feed.brief(self.scope, store, limit, timezone.now()))
