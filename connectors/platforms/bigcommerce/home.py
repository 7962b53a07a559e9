"""The store itself, read from the six places of the API that know something of it."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer, GrantRevoked, StoreClosed
from connectors.platforms.bigcommerce.client import Client, Gone
from connectors.platforms.bigcommerce.mapping.store import Surroundings, store_info
from connectors.platforms.bigcommerce.wire.answers import Listed
from connectors.platforms.bigcommerce.wire.store import Channel, Currency, Location, PaymentMethod, Store
from connectors.platforms.http import decode
from connectors.policy.records import StoreInfo

T = TypeVar("T")
_log = logging.getLogger(__name__)

_STORE: Final = Decoder(Store, strict=False)
_LISTED: Final = Decoder(Listed)
_LOCATION: Final = Decoder(Location, strict=False)
_CHANNEL: Final = Decoder(Channel, strict=False)
_CURRENCIES: Final = Decoder(list[Currency], strict=False)
_METHODS: Final = Decoder(list[PaymentMethod], strict=False)
_MANY: Final = {"limit": 250}
_FIRST_CHANNEL: Final = 1
# What a store answers that is one no more. Others, `live` and `prelaunch` among them, are stores at work.
_CLOSED: Final = frozenset({"suspended", "expired", "cancelled", "canceled", "closed", "deleted"})


class Home:
    """The store of one client; what is needed of it for other records is asked for once."""

    def __init__(self, client: Client, shop: str) -> None:
        self._client = client
        self._shop = shop
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """What `/v2/store` said when it was asked first."""
        return self._store or self.ask()

    def ask(self) -> Store:
        """Ask `/v2/store`, which every grant opens.

        Raises GrantRevoked when it does not any more: the token of a store whose owner changed, or which no
        longer has the app, is refused in one of three ways. Raises StoreClosed for a store that was closed.
        """
        try:
            store = self._client.ask("/v2/store", _STORE)
        except (AccessDenied, Gone):
            raise GrantRevoked("BigCommerce no longer opens the store to its grant") from None
        if (store.status or "").lower() in _CLOSED:
            raise StoreClosed("BigCommerce says that the store is closed")
        self._store = store
        return store

    def read(self) -> StoreInfo:
        """Read the store with all that is around it."""
        store = self.ask()
        around = Surroundings(
            location=_or_none(self._location),
            currencies=_or_none(lambda: self._client.rows("/v2/currencies", _CURRENCIES, _MANY)) or (),
            methods=_or_none(lambda: self._client.rows("/v2/payments/methods", _METHODS, _MANY)) or (),
            channel=_or_none(self._channel),
        )
        return store_info(self._shop, store, around)

    def _location(self) -> Location | None:
        listed = self._client.ask("/v3/inventory/locations", _LISTED, {"is_default": "true"})
        return decode(_LOCATION, bytes(listed.data[0]), "Location") if listed.data else None

    def _channel(self) -> Channel | None:
        """The channel that every store is born with."""
        listed = self._client.ask("/v3/channels", _LISTED, _MANY)
        channels = (decode(_CHANNEL, bytes(raw), "Channel") for raw in listed.data)
        return next((each for each in channels if each.id == _FIRST_CHANNEL), None)


def _or_none(read: Callable[[], T]) -> T | None:
    """Return nothing where the store does not let us look, has no such place, or says what cannot be read."""
    try:
        return read()
    except (AccessDenied, Gone):
        return None
    except BadAnswer as error:
        _log.warning("%s", error)
        return None
