"""One class per address of the feed."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors import feed, feedkeys
from connectors.api import query
from connectors.api.answers import FeedJson, answer, refusal
from connectors.api.auth import BearerKey
from connectors.api.query import CURSOR, Whole
from connectors.entries import Page
from connectors.errors import Missing
from connectors.models import FeedKey
from connectors.policy.clauses import Purpose

PAGE = Whole(500, 1, 1000)
STORES = Whole(100, 1, 500)
PRODUCTS = Whole(12, 1, 50)
WAIT_SECONDS = Whole(0, 0, 30)


class OnlyJson(BaseContentNegotiation):
    """There is one representation: an Accept header changes nothing."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class FeedView(APIView):
    """An address of the feed: a key first, errors in our shape."""

    authentication_classes = (BearerKey,)
    renderer_classes = (FeedJson,)
    content_negotiation_class = OnlyJson
    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - Django's name

    @property
    def purpose(self) -> Purpose:
        """What the request's key reads for."""
        key = self.request.auth
        if not isinstance(key, FeedKey):
            raise TypeError("a request without a key came through")
        return feedkeys.purpose_of(key)

    def handle_exception(self, exc: Exception) -> Response:
        """Return the error in our shape."""
        return refusal(exc, type(self).__name__)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer with Allow, which every answer has, and nothing else."""
        return answer(None, 204)


class Stores(FeedView):
    """The stores, in the order of their references."""

    def get(self, request: Request) -> Response:
        """Return a page of stores."""
        query.only(request.GET, "after", "limit")
        after = query.reference(request.GET, "after")
        page = feed.stores(self.purpose, after, query.whole(request.GET, "limit", STORES), timezone.now())
        return answer({"stores": page.stores, "next": page.next, "more": page.next is not None})


class Store(FeedView):
    """One store."""

    def get(self, request: Request, ref: str) -> Response:
        """Return the store."""
        query.only(request.GET)
        return answer(feed.store(self.purpose, ref, timezone.now()))


class Products(FeedView):
    """What products a store has."""

    def get(self, request: Request, ref: str) -> Response:
        """Return a page of products."""
        query.only(request.GET, "after", "limit")
        after = query.whole(request.GET, "after", CURSOR)
        limit = query.whole(request.GET, "limit", PAGE)
        return _paged("products", feed.products(self.purpose, ref, after, limit, timezone.now()))


class Brief(FeedView):
    """The creative brief of a store."""

    def get(self, request: Request, ref: str) -> Response:
        """Return the brief."""
        query.only(request.GET, "limit")
        limit = query.whole(request.GET, "limit", PRODUCTS)
        return answer(feed.brief(self.purpose, ref, limit, timezone.now()))


class Changes(FeedView):
    """What changed, over all stores."""

    def get(self, request: Request) -> Response:
        """Return a page of changes; wait for one when there is none yet."""
        query.only(request.GET, "after", "limit", "wait")
        after = query.whole(request.GET, "after", CURSOR)
        limit = query.whole(request.GET, "limit", PAGE)
        wait_seconds = query.whole(request.GET, "wait", WAIT_SECONDS)
        return _paged("changes", feed.changes(self.purpose, after, limit, timezone.now(), wait_seconds))


class Nowhere(FeedView):
    """Whatever else is asked for below the feed's address."""

    def get(self, request: Request, rest: str) -> Response:
        """Raise Missing."""
        raise Missing("There is no such address")


def _paged(name: str, page: Page) -> Response:
    return answer({name: page.entries, "next": page.next, "more": page.more})
