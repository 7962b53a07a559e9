"""Pages of orders, each with its lines: one more question for every order, within the store's window.

Everything is read by id; what changed since, by its time of change up to a fixed moment. Both continue behind
what was read last instead of counting pages, so that an order which changes meanwhile hides no other.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer, Throttled
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.bigcommerce.client import Client, Gone, Query
from connectors.platforms.bigcommerce.mapping.sales import INCOMPLETE, is_sale, sale
from connectors.platforms.bigcommerce.mapping.values import moment
from connectors.platforms.bigcommerce.readable import readable
from connectors.platforms.bigcommerce.wire.answers import Wire
from connectors.platforms.bigcommerce.wire.sales import Line, Order, OrderCount
from connectors.platforms.http import decode

_PATH: Final = "/v2/orders"
_RAWS: Final = Decoder(list[Raw])
_ORDER: Final = Decoder(Order, strict=False)
_LINE: Final = Decoder(Line, strict=False)
_RAW: Final = Decoder(Raw)
_COUNT: Final = Decoder(OrderCount, strict=False)
_PER_PAGE: Final = 50
_LINES_PER_PAGE: Final = 250
_SECOND: Final = timedelta(seconds=1)
# BigCommerce's clock is not ours.
_CLOCKS: Final = timedelta(minutes=1)


class _Key(Wire):
    """Where an order stands; what cannot be read further still has its place."""

    id: int
    date_modified: str | None = None
    status_id: int | None = None
    is_deleted: bool | None = None


_KEY: Final = Decoder(_Key, strict=False)


@dataclass(frozen=True)
class _Place:
    """Where to read on. Of everything, behind an id; of what changed, at a moment and its page.

    `archived` and `incomplete` count orders that were passed over, which the platform counts as well.
    """

    began: datetime
    after: int = 0
    since: datetime | None = None
    page: int = 1
    archived: int = 0
    incomplete: int = 0

    def query(self) -> Query:
        """Return what asks for the orders from here on."""
        if self.since is None:
            return {"sort": "id:asc", "min_id": self.after + 1, "limit": _PER_PAGE}
        return {
            "sort": "date_modified:asc",
            "min_date_modified": _stamp(self.since),
            "max_date_modified": _stamp(self.began),
            "page": self.page,
            "limit": _PER_PAGE,
        }

    def passed(self, done: list[_Key]) -> tuple[int, int]:
        """Return how many were passed over behind these orders: archived, incomplete."""
        incomplete = sum(key.status_id == INCOMPLETE for key in done)
        return self.archived + _archived(done), self.incomplete + incomplete

    def behind(self, done: list[_Key], *, whole: bool) -> "_Place":
        """Return the place behind some orders; `whole`: they are a full page."""
        last = done[-1]
        if self.since is None:
            archived, incomplete = self.passed(done)
            return _Place(self.began, after=last.id, archived=archived, incomplete=incomplete)
        # A second earlier: orders of the same second may lie on the next page.
        with suppress(BadAnswer):
            at = moment(last.date_modified or "", "Order.date_modified") - _SECOND
            if at > self.since:
                return _Place(self.began, since=at)
        return _Place(self.began, since=self.since, page=self.page + whole)


_CURSOR: Final = Decoder(_Place)


class Sales:
    """Read orders of one store by pages, or one by one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._began: datetime | None = None
        self._archived = self._incomplete = 0

    def page(self, since: datetime | None, cursor: str | None) -> Page:
        """Read one page. Where the store's window ends within it, what is whole of it is the page."""
        now = datetime.now(UTC)
        place = _CURSOR.decode(cursor) if cursor else _Place(now, since=since)
        self._began = place.began
        raws = self._client.rows(_PATH, _RAWS, place.query())
        keys = [decode(_KEY, bytes(raw), "Order") for raw in raws]
        if place.since is None and any(key.id <= place.after for key in keys):
            raise BadAnswer("BigCommerce's pages go round")
        items: list[Found | Unreadable] = []
        done = 0
        try:
            for raw in raws:
                found = self._whole(raw)
                items += [found] if found is not None else []
                done += 1
        except Throttled:
            if not done:
                raise
        self._archived, self._incomplete = place.passed(keys[:done])
        is_whole = done == len(raws)
        if is_whole and len(raws) < _PER_PAGE:
            return Page(tuple(items), None)
        following = place.behind(keys[:done], whole=is_whole)
        return Page(tuple(items), msgspec.json.encode(following).decode())

    def one(self, record_id: str) -> Found | None:
        """Read one order; None when it is gone, or no sale."""
        try:
            raw = self._client.ask(f"{_PATH}/{record_id}", _RAW)
        except Gone:
            return None
        found = self._whole(raw)
        if isinstance(found, Unreadable):
            raise BadAnswer(f"sale: {found.reason}")
        return found

    def count(self) -> int | None:
        """Return how many sales have stayed as they are since this reader began to read them.

        An order that was incomplete when it was passed, and no longer is, is not missing. Where no states are
        told, as many are incomplete as were passed over.
        """
        query = {"max_date_modified": _stamp(self._began - _CLOCKS)} if self._began else {}
        found = self._client.ask(f"{_PATH}/count", _COUNT, query)
        incomplete = sum(each.count for each in found.statuses or () if each.id == INCOMPLETE)
        return found.count - max(incomplete, self._incomplete) - self._archived

    def _whole(self, raw: Raw) -> Found | Unreadable | None:
        """Return an order with its lines; None for what is no sale."""
        try:
            found = decode(_ORDER, bytes(raw), "Order")
        except BadAnswer as error:
            return Unreadable("sale", str(error))
        if not is_sale(found):
            return None
        try:
            lines = self._lines(found.id)
        except Gone:
            return None  # deleted since it was listed
        return readable("sale", lambda raws: sale(found, _decoded(raws)), lines)

    def _lines(self, order: int) -> list[Raw]:
        lines: list[Raw] = []
        page = 1
        while True:
            query = {"limit": _LINES_PER_PAGE, "page": page}
            more = self._client.rows(f"{_PATH}/{order}/products", _RAWS, query)
            lines += more
            if len(more) < _LINES_PER_PAGE:
                return lines
            page += 1


def _decoded(lines: list[Raw]) -> list[Line]:
    return [decode(_LINE, bytes(raw), "Line") for raw in lines]


def _archived(keys: list[_Key]) -> int:
    return sum(bool(key.is_deleted) and key.status_id != INCOMPLETE for key in keys)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
