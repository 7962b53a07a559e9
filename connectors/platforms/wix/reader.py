"""Reads one site: the site itself, pages, single records."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer
from connectors.platforms.base import Found, Page
from connectors.platforms.wix import offers, sales
from connectors.platforms.wix.catalog import NONE, Catalog
from connectors.platforms.wix.client import Client, NotThere
from connectors.platforms.wix.mapping.store import store_info
from connectors.platforms.wix.wire.store import Installed, Locations, Properties, SiteProperties
from connectors.policy.records import StoreInfo

T = TypeVar("T")

#: What is asked of the site's properties: `fax`, `logo`, opening hours and the rest stay with Wix.
PATHS: Final = (
    "siteDisplayName",
    "businessName",
    "email",
    "phone",
    "address",
    "paymentCurrency",
    "timeZone",
    "language",
)
_LOCATIONS_A_PAGE: Final = 50
#: A site with more locations than this has its default one among the first.
_LOCATIONS_PAGES: Final = 20

_INSTALLED: Final = Decoder(Installed, strict=False)
_PROPERTIES: Final = Decoder(SiteProperties, strict=False)
_LOCATIONS: Final = Decoder(Locations, strict=False)


class WixReader:
    """Reads one site; see `platforms.base.Reader`."""

    #: Wix writes no files.
    exporter = None

    def __init__(self, client: Client) -> None:
        self._client = client
        self._catalog = Catalog(client)

    def store(self) -> StoreInfo:
        """Read the site itself; `reported` is not filled."""
        installed = self._client.get("/apps/v1/instance", _INSTALLED)
        paths = [("fields.paths", path) for path in PATHS]
        said = self._client.get("/site-properties/v4/properties", _PROPERTIES, paths)
        has_stores = self._catalog.version(fresh=True) != NONE
        return store_info(installed, said.properties or Properties(), self._location(), has_stores=has_stores)

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind; a site without Wix Stores has none, which is no error."""
        if kind == "product":
            return self._permitted(kind, lambda: self._catalog.page(since, cursor))
        if cursor is None and self._catalog.version() == NONE:
            return Page((), None)
        if kind == "sale":
            return self._permitted(kind, lambda: sales.page(self._client, since, cursor))
        read = partial(offers.page, self._client, since, cursor)
        # What was begun is not at its end because it is refused now.
        return self._optional(kind, read, Page((), None)) if cursor is None else self._permitted(kind, read)

    def count(self, kind: str) -> int | None:
        """Return how many records of a kind the site says it has; of products alone it says so."""
        if kind != "product":
            return None
        try:
            return self._permitted(f"count of {kind}", self._catalog.count)
        except (AccessDenied, BadAnswer):
            return None

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record again; None when the site no longer has it."""
        part = f"one {kind}"
        if kind == "product":
            return self._permitted(part, lambda: self._catalog.one(record_id))
        if kind == "sale":
            return self._permitted(part, lambda: sales.one(self._client, record_id))
        return self._optional(part, lambda: offers.one(self._client, record_id), None)

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id of the product that an inventory item belongs to."""
        return self._permitted("stock", lambda: self._catalog.product_of_stock(stock_id))

    def subscribe(self) -> int:
        """Do nothing: the app's dashboard says which events are sent, for every site."""
        return 0

    def _permitted(self, part: str, read: Callable[[], T]) -> T:
        return self._client.permitted(part, read, check=lambda: self._catalog.version(fresh=True))

    def _optional(self, part: str, read: Callable[[], T], nothing: T) -> T:
        """Return what is read, or nothing where the site does not let us: for what a site can do without."""
        try:
            return self._permitted(part, read)
        except (AccessDenied, NotThere):
            return nothing

    def _location(self) -> str | None:
        """Return the id of the default location."""
        for page in range(_LOCATIONS_PAGES):
            offset = page * _LOCATIONS_A_PAGE
            asked = [("paging.limit", str(_LOCATIONS_A_PAGE)), ("paging.offset", str(offset))]
            read = partial(self._client.get, "/locations/v1/locations", _LOCATIONS, asked)
            answer = self._optional("location", read, Locations())
            for each in answer.locations or ():
                if each.default:
                    return each.id
            if not (answer.paging_metadata and answer.paging_metadata.has_next):
                break
        return None
