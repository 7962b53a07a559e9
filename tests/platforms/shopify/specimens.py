"""Shopify's specimens for the contract kit: an Admin API that answers each of our documents."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.platforms.base import Delivery, EventKind
from connectors.platforms.opening import Arrival, Grant
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from tests.platforms.contract.specimens import CANARY, RIGHT, Made, Signer
from tests.platforms.playing import Asked, Says
from tests.platforms.shopify import door, nodes
from tests.platforms.shopify.admin import COST
from tests.platforms.shopify.token_endpoint import GIVEN

_SECRETS = {
    Signer.CURRENT: door.SECRET,
    Signer.PREVIOUS: door.PREVIOUS,
    Signer.FOREIGN: "hush-of-another-app-0123456789abcdef",
}
_ID = {"id": 41, "admin_graphql_api_id": "gid://shopify/Any/41"}
_LEVEL = {"inventory_item_id": 41, "location_id": 7}
_OF_ORDER = {"id": 5, "order_id": 41}
_OFFER = {"admin_graphql_api_id": "gid://shopify/DiscountCodeNode/41"}
_SHOP = {"id": 548380009, "primary_locale": "en", "password_enabled": False}
_BODIES: Mapping[str, tuple[EventKind, Mapping[str, Any], tuple[str, ...]]] = {
    "shop/update": (EventKind.STORE_CHANGED, _SHOP, ()),
    "products/create": (EventKind.PRODUCT_CHANGED, _ID, ("41",)),
    "products/delete": (EventKind.PRODUCT_GONE, _ID, ("41",)),
    "inventory_levels/update": (EventKind.STOCK_CHANGED, _LEVEL, ("41",)),
    "orders/updated": (EventKind.SALE_CHANGED, _ID, ("41",)),
    "orders/edited": (EventKind.SALE_CHANGED, {"order_edit": _OF_ORDER}, ("41",)),
    "refunds/create": (EventKind.SALE_CHANGED, _OF_ORDER, ("41",)),
    "orders/delete": (EventKind.SALE_GONE, _ID, ("41",)),
    "discounts/update": (EventKind.OFFER_CHANGED, _OFFER, ("DiscountCodeNode/41",)),
    "discounts/delete": (EventKind.OFFER_GONE, _OFFER, ("DiscountCodeNode/41",)),
    "bulk_operations/finish": (EventKind.EXPORT_FINISHED, _ID, ("41",)),
    "app/scopes_update": (EventKind.SCOPES_CHANGED, {"current": ["read_products"]}, ("read_products",)),
    "app/uninstalled": (EventKind.UNINSTALLED, {"id": 548380009}, ()),
    "shop/redact": (EventKind.REDACT_STORE, {"shop_id": 548380009}, ()),
    "customers/redact": (
        EventKind.REDACT_SALES,
        {"shop_id": 548380009, "orders_to_redact": [41, 42]},
        ("41", "42"),
    ),
    "customers/data_request": (
        EventKind.REPORT_SALES,
        {"shop_id": 548380009, "orders_requested": [41], "data_request": {"id": 9}},
        ("41",),
    ),
}
_PEOPLE = {"customer": {"email": CANARY, "id": 1}, "note": CANARY, "billing_address": {"name": CANARY}}
_STOCK, _TOKEN = "8101", "shpat_of-the-store-0123456789"


class ShopifySpecimens:
    """See `tests.platforms.contract.specimens.Specimens`."""

    name = "shopify"
    shop = door.SHOP
    other = door.OTHER
    proof_life = timedelta(minutes=1)
    names_app = True
    delivery_life: timedelta | None = None
    delivery_rotates = True
    delivery_names_app = False
    unknown_topic = "weather/update"
    topics: Mapping[str, tuple[EventKind, tuple[str, ...]]] = {
        topic: (kind, ids) for topic, (kind, _, ids) in _BODIES.items()
    }
    ids: Mapping[str, tuple[str, ...]] = {
        "product": ("101", "102", "103"),
        "sale": ("501", "502"),
        "offer": ("DiscountCodeNode/7", "DiscountAutomaticNode/8", "DiscountAutomaticNode/9"),
    }
    gone: Mapping[str, str] = {"product": "199", "sale": "599", "offer": "DiscountCodeNode/99"}
    stock = (_STOCK, "101")
    changed_since: Mapping[str, tuple[datetime, tuple[str, ...]]] = {
        "product": (datetime(2026, 11, 2, tzinfo=UTC), ("102", "103")),
        "sale": (datetime(2026, 11, 2, tzinfo=UTC), ("502",)),
        "offer": (datetime(2026, 11, 9, tzinfo=UTC), ("DiscountAutomaticNode/9",)),
    }
    passed_over: Mapping[str, str] = {
        r"extensions\.cost\..*": "the budget: tested in test_client.py",
        r"pageInfo\.endCursor": "behind the last page",
        r"lineItems\.nodes\[\]\.id": "ties the lines of an export: test_bulk_files.py",
        r"greaterThanOrEqualToSubtotal\.currencyCode": "the amount's own currency comes first",
    }
    proved_elsewhere: Mapping[str, str] = {
        **dict.fromkeys(
            (
                "BulkOperation",
                "Cancelled",
                "ExportCancel",
                "ExportPoll",
                "ExportStart",
                "Started",
                "UserError",
            ),
            "exports: test_bulk.py",
        ),
        **dict.fromkeys(("Head", "Child"), "the lines of exports: test_bulk_files.py"),
        **dict.fromkeys(("Reply", "_Error", "_Coded", "GraphError"), "errors: test_client.py"),
    }
    open_fields: Mapping[str, str] = {
        "_Given.expires_in": "a number or a text of one, else dropped",
        "_Given.refresh_token_expires_in": "the same",
        "BulkOperation.error_code": "kept where it looks like a code, else dropped",
        "_Cost.requested_query_cost": "a number or a text of one, else dropped",
        "_Throttle.maximum_available": "the same",
        "_Throttle.currently_available": "the same",
        "_Throttle.restore_rate": "the same",
        "_Error.path": "its names of fields are kept, else dropped",
        "_Coded.code": "kept where it looks like a code, else dropped",
    }

    def variables(self, address: str) -> Mapping[str, str]:
        """Return the settings of an installation."""
        return {
            "SHOPIFY_CLIENT_ID": door.CREDENTIALS.client_id,
            "SHOPIFY_CLIENT_SECRET": f"{door.SECRET},{door.PREVIOUS}",
            "SHOPIFY_ORIGIN": f"{address}/{{shop}}",
        }

    def proof(self, made: Made = RIGHT) -> str:
        """Return a session token."""
        at, shop = int(made.at.timestamp()), self._shop(made)
        return door.session_token(
            _SECRETS[made.signer],
            iss=f"https://{shop}/admin",
            dest=f"https://{shop}",
            aud="of-another-app" if made.stranger else door.CREDENTIALS.client_id,
            exp=at + 60,
            nbf=at,
            iat=at,
        )

    def arrival(self, proof: str | None) -> Arrival:
        """Return an embedded load."""
        return Arrival(path="", query=() if proof is None else (("embedded", "1"), ("id_token", proof)))

    def delivery(self, topic: str, made: Made = RIGHT, number: int = 1) -> Delivery:
        """Return a delivery as Shopify signs it: the body alone."""
        _, body, _ = _BODIES.get(topic, (None, _ID, ()))
        return door.delivery(
            topic,
            {**_PEOPLE, **body},
            shop=self._shop(made),
            secret=_SECRETS[made.signer],
            webhook_id=f"b54557e4-{number}",
            triggered_at=made.at.isoformat(),
        )

    def signed(self, raw: bytes) -> Delivery:
        """Return any bytes, signed."""
        return door.delivery("products/update", raw)

    def unhurried(self, monkeypatch: Any) -> None:
        """Do nothing: the budget of the answers below is never used up."""

    def grant(self) -> Grant:
        """Return a grant of all that is asked for."""
        ends_at = datetime.now(UTC) + timedelta(hours=1)
        return Grant(self.shop, _TOKEN, scopes=SCOPES | OPTIONAL_SCOPES, expires_at=ends_at)

    def spent(self) -> Grant:
        """Return a grant whose hour is over."""
        past = datetime.now(UTC) - timedelta(hours=1)
        return replace(self.grant(), expires_at=past, refresh_token="shprt_of-the-store-0123")

    def answer(self, asked: Asked, *, empty: bool = False) -> Says:
        """Answer one of our documents."""
        if asked.path.endswith("/oauth/access_token"):
            return Says(GIVEN)
        if asked.headers.get("x-shopify-access-token") != _TOKEN:
            return Says({"errors": "no token"}, 401)
        said = asked.said()
        answer = _ANSWERS[said["operationName"]](said["variables"], empty)
        return Says({"data": answer, "extensions": {"cost": COST}})

    def _shop(self, made: Made) -> str:
        return self.other if made.elsewhere else self.shop


Json = dict[str, Any]


def _products() -> list[Json]:
    found = []
    for number in (1, 2, 3):
        variant = nodes.with_levels(
            nodes.variant(1000 + number, item=8100 + number, barcode=f"40{number}"),
            cursor="l1" if number == 1 else None,
        )
        more = "m1" if number == 1 else None
        found.append(
            nodes.whole_product(
                100 + number,
                updatedAt=f"2026-11-0{number}T12:30:15Z",
                variants=nodes.connection([variant], more),
                media=nodes.connection([nodes.picture(f"p{number}")], more),
            )
        )
    return found


def _orders() -> list[Json]:
    changed = {"totalTaxSet": nodes.money("1.5"), "cancelledAt": "2026-11-05T00:00:00Z"}
    return [
        nodes.whole_order(501, updatedAt="2026-11-01T08:00:00Z", **changed),
        nodes.whole_order(
            502, updatedAt="2026-11-02T08:00:00Z", lineItems=nodes.connection([nodes.line(1)], "n1")
        ),
    ]


def _offers() -> list[Json]:
    cad = {"amount": "5.0", "currencyCode": "CAD"}
    codes: Json = {
        "codes": {"nodes": [{"code": "AUTUMN10"}]},
        "codesCount": {"count": 1},
        "endsAt": "2026-12-01T00:00:00Z",
    }
    return [
        nodes.offer(
            summary="10% off",
            **codes,
            customerGets={"value": {"percentage": 0.1}},
            minimumRequirement={"greaterThanOrEqualToQuantity": "3"},
        ),
        _automatic(8, "DiscountAutomaticBasic", {"amount": cad}, {"greaterThanOrEqualToSubtotal": cad}),
        _automatic(
            9, "DiscountAutomaticBxgy", {"effect": {"percentage": 0.5}}, updatedAt="2026-11-09T00:00:00Z"
        ),
    ]


def _automatic(number: int, kind: str, value: Json, least: Json | None = None, **changed: Any) -> Json:
    discount = nodes.discount(kind, customerGets={"value": value}, minimumRequirement=least, **changed)
    return {"id": nodes.gid("DiscountAutomaticNode", number), "discount": discount}


def _page(name: str, things: list[Json], changed_at: Any) -> Any:
    def answer(variables: Json, empty: bool) -> Json:
        since = re.search(r"'(.*)'", variables["query"] or "")
        fitting = [each for each in things if since is None or changed_at(each) >= since[1]]
        begin = int(variables["after"] or 0)
        following = begin + 2 if begin + 2 < len(fitting) else None
        page = [] if empty else fitting[begin : begin + 2]
        return {name: nodes.connection(page, str(following) if following and not empty else None)}

    return answer


def _single(name: str, things: list[Json]) -> Any:
    def answer(variables: Json, empty: bool) -> Json:
        return {name: next((each for each in things if each["id"] == variables["id"]), None)}

    return answer


_ACCOUNT = {
    "activated": True,
    "country": "CA",
    "defaultCurrency": "CAD",
    "balance": [{"amount": "12.30", "currencyCode": "CAD"}],
    "payoutSchedule": {"interval": "DAILY"},
    "payouts": {
        "nodes": [
            {
                "issuedAt": "2026-11-01T00:00:00Z",
                "status": "PAID",
                "net": {"amount": "9.10", "currencyCode": "CAD"},
            }
        ]
    },
}
_MORE_LEVELS = {"inventoryLevels": nodes.connection([nodes.level(8, 3)])}
_MORE_VARIANT = nodes.with_levels(nodes.variant(1009, position=2, item=8109))
_OWNER = {"variants": {"nodes": [{"product": {"id": nodes.gid("Product", 101)}}]}}
_ANSWERS: dict[str, Any] = {
    "MintaStore": lambda *_: nodes.store(),
    "MintaPrimaryLocation": lambda *_: {"location": {"id": nodes.gid("Location", 7)}},
    "MintaPayments": lambda *_: {"shopifyPaymentsAccount": _ACCOUNT},
    "MintaOfferCount": lambda _, empty: {"discountNodesCount": {"count": 0 if empty else 3}},
    "MintaProductOfStock": lambda *_: {"inventoryItem": _OWNER},
    "MintaProducts": _page("products", _products(), lambda each: each["updatedAt"]),
    "MintaSales": _page("orders", _orders(), lambda each: each["updatedAt"]),
    "MintaOffers": _page("discountNodes", _offers(), lambda each: each["discount"]["updatedAt"]),
    "MintaProduct": _single("product", _products()),
    "MintaSale": _single("order", _orders()),
    "MintaOffer": _single("discountNode", _offers()),
    "MintaProductVariants": lambda *_: {"product": {"variants": nodes.connection([_MORE_VARIANT])}},
    "MintaProductMedia": lambda *_: {"product": {"media": nodes.connection([nodes.picture("more")])}},
    "MintaStockLevels": lambda *_: {"inventoryItem": _MORE_LEVELS},
    "MintaSaleLines": lambda *_: {"order": {"lineItems": nodes.connection([nodes.line(2)])}},
}

SPECIMENS = (ShopifySpecimens(),)
