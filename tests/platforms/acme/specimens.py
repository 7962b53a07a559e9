"""Acme's specimens for the contract kit: its own server answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.platforms.base import Delivery, EventKind
from connectors.platforms.opening import Arrival, Grant
from tests.platforms import acme_server, acme_shops
from tests.platforms.acme_server import AcmeServer
from tests.platforms.contract.specimens import CANARY, RIGHT, Made, Signer
from tests.platforms.playing import Asked, Says

_SECRETS = {
    Signer.CURRENT: acme_server.SECRET,
    Signer.PREVIOUS: acme_server.PREVIOUS,
    Signer.FOREIGN: "of-somebody-else",
}
_NUMBERS = {"cedar": 7001, "birch": 7002}
_KINDS = {
    "store.changed": EventKind.STORE_CHANGED,
    "good.changed": EventKind.PRODUCT_CHANGED,
    "good.removed": EventKind.PRODUCT_GONE,
    "order.changed": EventKind.SALE_CHANGED,
    "order.removed": EventKind.SALE_GONE,
    "offer.changed": EventKind.OFFER_CHANGED,
    "offer.removed": EventKind.OFFER_GONE,
    "app.removed": EventKind.UNINSTALLED,
    "store.erase": EventKind.REDACT_STORE,
    "order.erase": EventKind.REDACT_SALES,
}


class AcmeSpecimens:
    """See `tests.platforms.contract.specimens.Specimens`."""

    name = "acme"
    shop = "cedar"
    other = "birch"
    proof_life = timedelta(minutes=5)
    names_app = True
    delivery_life: timedelta | None = None
    delivery_rotates = True
    delivery_names_app = True
    unknown_topic = "weather.changed"
    topics: Mapping[str, tuple[EventKind, tuple[str, ...]]] = {
        topic: (kind, ("1",)) for topic, kind in _KINDS.items()
    }
    ids: Mapping[str, tuple[str, ...]] = {
        "product": ("1", "2", "3"),
        "sale": ("501", "502", "503"),
        "offer": ("801", "802"),
    }
    gone: Mapping[str, str] = {"product": "99", "sale": "599", "offer": "899"}
    stock = ("1", "1")
    changed_since: Mapping[str, tuple[datetime, tuple[str, ...]]] = {
        "product": (datetime(2026, 11, 2, 12, 30, 15, tzinfo=UTC), ("2", "3")),
        "sale": (datetime(2026, 11, 13, tzinfo=UTC), ("503",)),
        "offer": (datetime(2026, 11, 9, tzinfo=UTC), ()),
    }
    passed_over: Mapping[str, str] = {}
    proved_elsewhere: Mapping[str, str] = {"Told": "a delivery: test_deliveries.py"}
    open_fields: Mapping[str, str] = {}

    def variables(self, address: str) -> Mapping[str, str]:
        """Return the settings of an installation."""
        return {
            "ACME_CLIENT_ID": acme_server.CLIENT_ID,
            "ACME_CLIENT_SECRET": f"{acme_server.SECRET},{acme_server.PREVIOUS}",
            "ACME_API_ORIGIN": address,
        }

    def proof(self, made: Made = RIGHT) -> str:
        """Return a pass."""
        app = "of-another-app" if made.stranger else acme_server.CLIENT_ID
        return acme_server.pass_for(self._shop(made), made.at, _SECRETS[made.signer], app)

    def arrival(self, proof: str | None) -> Arrival:
        """Return what Acme's admin opens."""
        return Arrival(path="", query=() if proof is None else (("pass", proof),))

    def delivery(self, topic: str, made: Made = RIGHT, number: int = 1) -> Delivery:
        """Return a delivery about the thing with the number 1."""
        shop = self._shop(made)
        changed: dict[str, Any] = {"id": f"d-{number}", "buyer": {"name": CANARY}, "note": CANARY}
        if made.stranger:
            changed["app"] = "of-another-app"
        body = acme_server.told(shop, _NUMBERS[shop], topic, [1], made.at, **changed)
        return Delivery(*acme_server.signed(body, _SECRETS[made.signer]))

    def signed(self, raw: bytes) -> Delivery:
        """Return any bytes, signed."""
        return Delivery(*acme_server.signed(raw))

    def unhurried(self, monkeypatch: Any) -> None:
        """Do nothing: Acme is not paced."""

    def grant(self) -> Grant:
        """Return a grant for an hour."""
        return Grant(self.shop, "acme-token-of-cedar", expires_at=datetime.now(UTC) + timedelta(hours=1))

    def spent(self) -> Grant:
        """Return a grant whose hour is over."""
        past = datetime.now(UTC) - timedelta(hours=1)
        return replace(self.grant(), expires_at=past, refresh_token="acme-renewal-of-cedar")

    def answer(self, asked: Asked, *, empty: bool = False) -> Says:
        """Answer as Acme does, for a store that opens with the grant above."""
        full = acme_shops.shop()
        shop = replace(full, goods=[], orders=[], offers=[]) if empty else full
        shop = replace(_without_people(shop), tokens={"acme-token-of-cedar"})
        shop.renewals.add("acme-renewal-of-cedar")
        return AcmeServer(shop).answer(asked)

    def _shop(self, made: Made) -> str:
        return self.other if made.elsewhere else self.shop


def _without_people(shop: acme_server.Shop) -> acme_server.Shop:
    """Take out what the app does not read: the kit plants it by itself."""
    shop.store.pop("staff")
    for each in shop.goods:
        each.pop("supplier")
    for each in shop.offers:
        each.pop("for")
    for each in shop.orders:
        for name in ("buyer", "note", "address_of_browser"):
            each.pop(name)
        each["lines"][0].pop("engraving")
    return shop


SPECIMENS = (AcmeSpecimens(),)
