"""Reads one Shopify store: the store itself, pages of increments, single records, and bulk exports."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from msgspec.json import Decoder

from connectors.errors import AccessDenied, PlatformFailure
from connectors.platforms.base import Export, Found, Page, Spool, Unreadable
from connectors.platforms.http import Transport
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify import bulk, ids, join
from connectors.platforms.shopify.client import Client
from connectors.platforms.shopify.mapping.store import store_info
from connectors.platforms.shopify.pages import Pages
from connectors.platforms.shopify.tokens import TokenSource
from connectors.platforms.shopify.wire.offers import OfferCount
from connectors.platforms.shopify.wire.products import ProductOfStock
from connectors.platforms.shopify.wire.store import Payments, PaymentsAccount, PrimaryLocation, Store
from connectors.policy.records import StoreInfo

_STORE: Final = Decoder(Store)
_LOCATION: Final = Decoder(PrimaryLocation)
_PAYMENTS: Final = Decoder(Payments)
_STOCK: Final = Decoder(ProductOfStock)
_OFFER_COUNT: Final = Decoder(OfferCount)

_ACCOUNT_SCOPES: Final = frozenset({"read_shopify_payments_accounts", "read_shopify_payments"})
_PAYOUT_SCOPES: Final = frozenset({"read_shopify_payments_payouts", "read_shopify_payments"})


class ShopifyReader:
    """Reads one store, with the tokens of one source; see `platforms.base.Reader`."""

    exports = frozenset({"product", "sale"})

    def __init__(
        self,
        shop: str,
        source: TokenSource,
        scopes: frozenset[str],
        credentials: Credentials,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shop = shop
        self._scopes = scopes
        self._credentials = credentials
        self._transport = transport or Transport()
        self._client = Client(shop, source, credentials, self._transport, clock, sleep)
        self._pages = Pages(self._client)

    @property
    def served_version(self) -> str | None:
        """The API version that answered, when it was another than the one asked for."""
        return self._client.served

    @property
    def exporter(self) -> "ShopifyReader":
        """Bulk operations, of this reader."""
        return self

    def store(self) -> StoreInfo:
        """Read the store itself; `reported` is not filled."""
        store = self._client.ask("MintaStore", _STORE)
        return store_info(store, self._primary_location(), self._payments_account())

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind: what changed at or after `since`, or everything."""
        return self._pages.page(kind, since, cursor)

    def count(self, kind: str) -> int | None:
        """Return how many records of a kind the store says it has, at least; None when it does not say."""
        if kind != "offer":
            return None
        try:
            found = self._client.ask("MintaOfferCount", _OFFER_COUNT).discount_nodes_count
        except PlatformFailure as error:
            if error.retry:
                raise
            return None
        return None if found is None else found.count

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record again; None when the store no longer has it."""
        return self._pages.one(kind, record_id)

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id of the product that an inventory item belongs to."""
        answer = self._client.ask("MintaProductOfStock", _STOCK, {"id": ids.gid("stock", stock_id)})
        item = answer.inventory_item
        if item is None or item.variants is None or not item.variants.nodes:
            return None
        return ids.record_id("product", item.variants.nodes[0].product.id)

    def subscribe(self) -> int:
        """Do nothing: Shopify sends every store's deliveries where `shopify.app.toml` says."""
        return 0

    def start_export(self, kind: str) -> str:
        """Start a bulk operation over a kind; returns its id."""
        return bulk.start(self._client, kind)

    def export(self, export_id: str) -> Export:
        """Ask how a bulk operation stands."""
        return bulk.poll(self._client, export_id)

    def cancel_export(self, export_id: str) -> None:
        """Stop a bulk operation."""
        bulk.cancel(self._client, export_id)

    def download(self, export: Export, spool: Spool) -> None:
        """Bring a bulk operation's file into the spool and finish it; see `bulk.download`."""
        bulk.download(self._transport, export, spool, self._credentials, self._shop)

    def exported(self, kind: str, spool: Spool, skip: int) -> Iterator[Found | Unreadable]:
        """Yield the records of a spooled file in a fixed order, without the first `skip`."""
        return join.exported(spool, skip)

    def _primary_location(self) -> str | None:
        try:
            location = self._client.ask("MintaPrimaryLocation", _LOCATION).location
        except AccessDenied:
            return None
        return None if location is None else location.id

    def _payments_account(self) -> PaymentsAccount | None:
        """The account with Shopify Payments, of stores that have one and let us see it."""
        if not self._scopes & _ACCOUNT_SCOPES:
            return None
        for payouts in (True, False) if self._scopes & _PAYOUT_SCOPES else (False,):
            try:
                answer = self._client.ask("MintaPayments", _PAYMENTS, {"payouts": payouts})
            except AccessDenied:
                continue
            if answer.shopify_payments_account is not None or not self._client.refused:
                return answer.shopify_payments_account
        return None
