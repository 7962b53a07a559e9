"""Products, of whichever catalog the site has.

Wix moves its sites from Catalog V1 to V3, one way, at its own time; which one a site has is asked before
anything else, and again when an answer (428) says that it was the wrong one. A cursor belongs to the catalog
it was begun in: a run that the move overtakes ends, and the next reads the new catalog from its beginning.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec
from msgspec.json import Decoder

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.wix.catalog_v1 import CatalogV1
from connectors.platforms.wix.catalog_v3 import CatalogV3
from connectors.platforms.wix.client import Client, WrongCatalog
from connectors.platforms.wix.wire.answers import Wire
from connectors.platforms.wix.wire.store import CatalogVersion

T = TypeVar("T")

V1: Final = "V1_CATALOG"
V3: Final = "V3_CATALOG"
NONE: Final = "STORES_NOT_INSTALLED"

_VERSION: Final = Decoder(CatalogVersion)
_NO_PRODUCTS: Final[int | None] = 0


class _Catalog(Protocol):
    def page(
        self, since: datetime | None, after: str | None
    ) -> tuple[tuple[Found | Unreadable, ...], str | None]: ...

    def one(self, product_id: str) -> Found | None: ...

    def count(self) -> int | None: ...

    def product_of_stock(self, stock_id: str) -> str | None: ...


class _Cursor(Wire):
    catalog: str
    after: str


_CURSOR: Final = Decoder(_Cursor)


class Catalog:
    """Read the products of one site."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._catalogs: dict[str, _Catalog] = {V1: CatalogV1(client), V3: CatalogV3(client)}

    def version(self, *, fresh: bool = False) -> str:
        """Return which catalog the site has; `fresh` asks even if it is known."""
        known = self._client.memory.catalog
        if known is not None and not fresh:
            return known
        said = self._client.get("/stores/v3/provision/version", _VERSION).catalog_version
        if said not in (V1, V3, NONE):
            raise BadAnswer("Wix names a catalog that we do not know")
        # That there is none may change with no answer that would say so.
        self._client.memory.catalog = None if said == NONE else said
        return said

    def page(self, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of products; raises BadAnswer when the cursor is of another catalog."""
        version = self.version(fresh=cursor is None)
        begun = None if cursor is None else _CURSOR.decode(cursor)
        after = None if begun is None else begun.after

        def read(version: str, catalog: _Catalog) -> Page | None:
            if begun is not None and begun.catalog != version:
                return None
            items, following = catalog.page(since, after)
            return Page(items, None if following is None else _written(_Cursor(version, following)))

        page = self._ask(read, None if begun else Page((), None), version)
        if page is None:
            raise BadAnswer("the site's catalog was replaced while it was read")
        return page

    def one(self, product_id: str) -> Found | None:
        """Read one product; None when the site no longer has it, or does not show it."""
        return self._ask(lambda _, catalog: catalog.one(product_id), None)

    def count(self) -> int | None:
        """Return how many products the site says it has."""
        return self._ask(lambda _, catalog: catalog.count(), _NO_PRODUCTS)

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id of the product that an inventory item belongs to."""
        return self._ask(lambda _, catalog: catalog.product_of_stock(stock_id), None)

    def _ask(self, ask: Callable[[str, _Catalog], T], nothing: T, version: str | None = None) -> T:
        """Ask the catalog that the site has; once more when it is another by now."""
        version = version or self.version()
        try:
            return nothing if version == NONE else ask(version, self._catalogs[version])
        except WrongCatalog:
            version = self.version(fresh=True)
        return nothing if version == NONE else ask(version, self._catalogs[version])


def _written(cursor: _Cursor) -> str:
    encoded: Any = msgspec.json.encode(cursor)
    return str(encoded, "utf-8")
