"""Reads one Acme store: the store itself, pages, and single records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer, Unavailable
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.http import decode
from connectors.platforms.opening import Credentials, Grant
from connectors.policy.records import StoreInfo
from tests.platforms.acme import mapping, wire
from tests.platforms.acme.client import PLACE, Client

_STORE: Final = Decoder(wire.Store)
# Raw: one record that cannot be read takes no others with it.
_LISTING: Final = Decoder(wire.Listing[Raw])


@dataclass(frozen=True)
class _Kind:
    """Where a kind is, what it is decoded as, and what it becomes."""

    path: str
    decoder: "Decoder[Any]"
    read: Callable[[Any], Found]


_KINDS: Final[Mapping[str, _Kind]] = {
    "product": _Kind("goods", Decoder(wire.Good), mapping.product),
    "sale": _Kind("orders", Decoder(wire.Order), mapping.sale),
    "offer": _Kind("offers", Decoder(wire.Offer), mapping.offer),
}


class AcmeReader:
    """Reads one store with one grant; see `platforms.base.Reader`."""

    def __init__(self, grant: Grant, credentials: Credentials) -> None:
        self._client = Client(grant, credentials)

    @property
    def exporter(self) -> None:
        """Return nothing: Acme writes no files."""
        return

    def store(self) -> StoreInfo:
        """Read the store itself."""
        store = self._client.find("store", _STORE)
        if store is None:
            raise Unavailable(f"{PLACE} does not know the store now")
        return mapping.store_info(store)

    def page(self, kind: str, since: datetime | None, cursor: str | None) -> Page:
        """Read one page of a kind: what changed at or after `since`, or everything."""
        asked = {} if since is None else {"since": since.astimezone(UTC).isoformat()}
        listing = self._listing(kind, asked if cursor is None else {**asked, "after": cursor})
        if listing.next is not None and listing.next == cursor:
            raise BadAnswer("Acme's pages go round")
        return Page(tuple(_readable(kind, raw) for raw in listing.items), listing.next)

    def count(self, kind: str) -> int:
        """Return how many records of a kind Acme says it has."""
        return self._listing(kind, {}).total

    def one(self, kind: str, record_id: str) -> Found | None:
        """Read one record again; None when Acme no longer has it."""
        how = _KINDS[kind]
        if not record_id.isascii() or not record_id.isdigit():
            return None
        found = self._client.find(f"{how.path}/{record_id}", how.decoder)
        return None if found is None else how.read(found)

    def product_of_stock(self, stock_id: str) -> str | None:
        """Return the id as it is: Acme keeps stock with its goods."""
        return stock_id

    def subscribe(self) -> int:
        """Do nothing: Acme sends every store's deliveries to the address of the app."""
        return 0

    def _listing(self, kind: str, asked: Mapping[str, str]) -> "wire.Listing[Raw]":
        listing = self._client.find(_KINDS[kind].path, _LISTING, asked)
        if listing is None:
            raise Unavailable(f"{PLACE} does not know the store now")
        return listing


def _readable(kind: str, raw: Raw) -> Found | Unreadable:
    how = _KINDS[kind]
    try:
        return how.read(decode(how.decoder, bytes(raw), PLACE))
    except BadAnswer as error:
        return Unreadable(kind, str(error))
