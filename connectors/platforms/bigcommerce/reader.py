"""Reads one BigCommerce store: the store itself, pages, single records; and asks for its deliveries."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from connectors.errors import Malformed, PlatformFailure
from connectors.platforms.base import Found, Page
from connectors.platforms.bigcommerce import hooks
from connectors.platforms.bigcommerce.catalog import Catalog
from connectors.platforms.bigcommerce.client import Client
from connectors.platforms.bigcommerce.home import Home
from connectors.platforms.bigcommerce.offers import Offers
from connectors.platforms.bigcommerce.sales import Sales
from connectors.platforms.http import Transport
from connectors.platforms.opening import Credentials, Grant
from connectors.policy.records import StoreInfo

# What is put into an address: offers say which of two they are.
_ID: Final = re.compile(r"(?:promotion/|coupon/)?[0-9]{1,20}")


class BigCommerceReader:
    """Reads one store, with one grant; see `platforms.base.Reader`."""

    exporter = None

    def __init__(
        self,
        grant: Grant,
        credentials: Credentials,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shop = grant.shop
        self._credentials = credentials
        self._client = Client(grant, credentials, transport, clock, sleep)
        self._home = Home(self._client, grant.shop)
        self._catalog = Catalog(self._client, self._home)
        self._sales = Sales(self._client)
        self._offers = Offers(self._client, self._home)

    def store(self) -> StoreInfo:
        """Read the store itself; `reported` is not filled."""
        return self._home.read()

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind: what changed at or after `since`, or everything."""
        match kind:
            case "product":
                return self._catalog.page(since, cursor)
            case "sale":
                return self._sales.page(since, cursor)
            case _:
                return self._offers.page(cursor)

    def count(self, kind: str) -> int | None:
        """Return how many records of a kind the store says it has, at least; None when it does not say."""
        counts = {"product": self._catalog.count, "sale": self._sales.count, "offer": self._offers.count}
        try:
            return counts[kind]()
        except PlatformFailure as error:
            if error.retry:
                raise
            return None

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record again; None when the store no longer has it. Raises Malformed for no id of ours."""
        if _ID.fullmatch(record_id) is None:
            raise Malformed("not an id of ours")
        read = {"product": self._catalog.one, "sale": self._sales.one, "offer": self._offers.one}
        return read[kind](record_id)

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id itself: BigCommerce's events about stock name the product."""
        return stock_id

    def subscribe(self) -> int:
        """Make or mend this store's webhooks; see `hooks.subscribe`."""
        return hooks.subscribe(self._client, self._shop, self._credentials)
