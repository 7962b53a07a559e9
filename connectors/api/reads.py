"""Stores, products and changes."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import feed
from connectors.api import query, shapes
from connectors.api.answers import answer
from connectors.api.base import FeedView
from connectors.api.query import CURSOR, Whole
from connectors.api.schema import STORE as IN_PATH
from connectors.api.schema import begun, described, in_query, within
from connectors.entries import Page

PAGE = Whole(500, 1, 1000)
STORES = Whole(100, 1, 500)
WAIT_SECONDS = Whole(0, 0, 30)


class Stores(FeedView):
    """The stores, in the order of their references."""

    @described(
        "The stores that are installed or in quarantine",
        gives={200: shapes.STORES},
        more="Begin without `after`, go on with `next` while `more` is true.",
        takes=[
            in_query("after", begun("st"), "Go on behind this store: the `next` of the page before."),
            in_query("limit", within(STORES), "At most so many."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return a page of stores."""
        query.only(request.GET, "after", "limit")
        after = query.cursor(request.GET, "st")
        page = feed.stores(self.scope, after, query.whole(request.GET, "limit", STORES), timezone.now())
        return answer({"stores": page.stores, "next": page.next, "more": page.next is not None})


class Store(FeedView):
    """One store."""

    @described(
        "One store",
        gives={200: shapes.STORE_ENTRY},
        takes=[IN_PATH],
        refuses=[404],
        more="A store that was erased, or that this key does not reach, is 404 as if it had never been.",
    )
    def get(self, request: Request, store: str) -> Response:
        """Return the store."""
        query.only(request.GET)
        return answer(feed.store(self.scope, store, timezone.now()))


class Products(FeedView):
    """What products a store has."""

    @described(
        "The products that a store has now",
        gives={200: shapes.PRODUCTS},
        more="Of open stores alone. It does not say what is gone: for a mirror read `changes`.",
        takes=[
            IN_PATH,
            in_query("after", within(CURSOR), "Go on behind this change: the `next` of the page before."),
            in_query("limit", within(PAGE), "At most so many."),
        ],
        refuses=[403, 404, 409],
    )
    def get(self, request: Request, store: str) -> Response:
        """Return a page of products."""
        query.only(request.GET, "after", "limit")
        after = query.whole(request.GET, "after", CURSOR)
        limit = query.whole(request.GET, "limit", PAGE)
        return _paged("products", feed.products(self.scope, store, after, limit, timezone.now()))


class Changes(FeedView):
    """What changed, over all stores."""

    @described(
        "What changed, over all stores of this key, in the order of the commits",
        gives={200: shapes.CHANGES},
        more=(
            "Every record as it is now, once, behind the number of its last change; none is skipped and none "
            "comes out of order, whoever writes meanwhile. Keep `next` with what you applied. `next` may be "
            "higher than the last entry, and a page shorter than its limit while `more` is true. With `wait` "
            "the answer may come early and be empty: pause a second before you ask again."
        ),
        takes=[
            in_query("after", within(CURSOR), "Go on behind this change: the `next` of the page before."),
            in_query("limit", within(PAGE), "At most so many."),
            in_query("wait", within(WAIT_SECONDS), "Wait so many seconds for a change when there is none."),
        ],
        refuses=[409],
    )
    def get(self, request: Request) -> Response:
        """Return a page of changes; wait for one when there is none yet."""
        query.only(request.GET, "after", "limit", "wait")
        after = query.whole(request.GET, "after", CURSOR)
        limit = query.whole(request.GET, "limit", PAGE)
        wait_seconds = query.whole(request.GET, "wait", WAIT_SECONDS)
        return _paged("changes", feed.changes(self.scope, after, limit, timezone.now(), wait_seconds))


def _paged(name: str, page: Page) -> Response:
    return answer({name: page.entries, "next": page.next, "more": page.more})
