"""An API on this machine that answers as a test tells it, and what its store has."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from connectors.platforms.base import Found, Unreadable
from connectors.platforms.bigcommerce.reader import BigCommerceReader
from connectors.platforms.bigcommerce.scopes import SCOPES
from connectors.platforms.http import Limits, Transport
from connectors.platforms.opening import Grant
from tests.platforms.bigcommerce.door import CREDENTIALS, SHOP
from tests.platforms.playing import Asked, Playing, Says
from tests.platforms.sockets import Clock

TOKEN = "token-of-the-store-0123456789"
BASE = f"/stores/{SHOP}"
ROOM = {
    "X-Rate-Limit-Time-Window-Ms": "30000",
    "X-Rate-Limit-Time-Reset-Ms": "15000",
    "X-Rate-Limit-Requests-Quota": "150",
    "X-Rate-Limit-Requests-Left": "140",
}

Answering = Callable[[Asked], Says]


class Api:
    """Answers by path below the store: what is not there is a 404; `clock` moves only by sleeping."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = dict(answers)
        self.clock = Clock()
        self.playing = Playing(self.answer)

    def answer(self, asked: Asked) -> Says:
        """Answer one request: a function is asked, an answer is given, all else is JSON."""
        there = self.answers.get(asked.path.removeprefix(BASE))
        if there is None:
            return Says([{"status": 404, "message": "The requested resource was not found."}], 404, ROOM)
        if callable(there):
            there = there(asked)
        return there if isinstance(there, Says) else Says(there, headers=ROOM)

    def reader(self, **changed: Any) -> BigCommerceReader:
        """Return a reader of the store here; `changed` are fields of its credentials."""
        credentials = replace(CREDENTIALS, origin=self.playing.address, **changed)
        transport = Transport(Limits(seconds=5.0), sleep=self.clock.sleep)
        return BigCommerceReader(
            Grant(SHOP, TOKEN, SCOPES), credentials, transport, self.clock, self.clock.sleep
        )

    def asked(self, path: str = "") -> list[Asked]:
        """List what was asked of paths that begin so."""
        return [each for each in self.playing.asked if each.path.startswith(BASE + path)]


@contextmanager
def serving(answers: Mapping[str, Any] | None = None, **more: Any) -> Iterator[Api]:
    """Serve these answers, and those of a store with nothing in it, while the block lasts."""
    api = Api({**EMPTY, **(answers or {}), **more})
    with api.playing:
        yield api


def everything(reader: BigCommerceReader, kind: str, since: Any = None) -> list[Found | Unreadable]:
    """Read all pages of a kind."""
    found: list[Found | Unreadable] = []
    cursor = None
    for _ in range(1000):
        page = reader.page(kind, since, cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def listed(items: list[Any], total: int | None = None, **meta: Any) -> dict[str, Any]:
    """Answer as v3 does with a list."""
    told = len(items) if total is None else total
    return {"data": items, "meta": {"pagination": {"total": told, "count": len(items)}, **meta}}


def paged(rows: list[dict[str, Any]]) -> Answering:
    """Answer as the catalogue does: by id, behind an id, so many at a time."""

    def answer(asked: Asked) -> Says:
        after = int(asked.query.get("id:greater", 0))
        left = [row for row in sorted(rows, key=lambda row: row["id"]) if row["id"] > after]
        return Says(listed(left[: int(asked.query.get("limit", 50))], len(left)), headers=ROOM)

    return answer


def bare(rows: list[dict[str, Any]]) -> Answering:
    """Answer as v2 does: from a smallest id on, by pages; an empty page has no body."""

    def answer(asked: Asked) -> Says:
        least, limit = int(asked.query.get("min_id", 0)), int(asked.query.get("limit", 50))
        start = (int(asked.query.get("page", 1)) - 1) * limit
        page = [row for row in rows if row["id"] >= least][start : start + limit]
        return Says(page, headers=ROOM) if page else Says(None, 204, ROOM)

    return answer


STORE: dict[str, Any] = {
    "id": SHOP,
    "account_uuid": "b73387ce-0000-4e78-8b82-9b1d06f19ea2",
    "domain": "ember.example",
    "secure_url": "https://ember.example",
    "control_panel_base_url": f"https://store-{SHOP}.mybigcommerce.com",
    "status": "live",
    "name": "Ember",
    "first_name": "Mira",
    "last_name": "Vale",
    "address": "1 Long Lane\nTown",
    "country": "Germany",
    "country_code": "DE",
    "phone": "",
    "admin_email": "mira@ember.example",
    "order_email": "orders@ember.example",
    "timezone": {"name": "Europe/Berlin", "raw_offset": 3600},
    "language": "de",
    "currency": "EUR",
    "currency_symbol": "€",
    "currency_symbol_location": "right",
    "weight_units": "KGS",
    "dimension_units": "Centimeters",
    "plan_name": "Plus",
    "plan_level": "Plus Plan",
    "logo": [],
    "is_price_entered_with_tax": True,
    "store_id": 1025646,
}
EMPTY: dict[str, Any] = {
    "/v2/store": STORE,
    "/v2/currencies": Says(None, 204),
    "/v2/payments/methods": Says(None, 204),
    "/v3/channels": listed([]),
    "/v3/inventory/locations": listed([]),
    "/v3/inventory/items": listed([]),
    "/v3/catalog/products": listed([]),
    "/v3/catalog/brands": listed([]),
    "/v3/promotions": listed([]),
    "/v2/coupons": Says(None, 204),
    "/v2/orders": Says(None, 204),
    "/v3/hooks": listed([]),
}


def variant(number: int, **fields: Any) -> dict[str, Any]:
    """Make a variant as the catalogue sends it, with what is none of ours."""
    return {
        "id": number,
        "product_id": 77,
        "sku": f"SKU-{number}",
        "sku_id": None,
        "price": None,
        "calculated_price": 49,
        "sale_price": None,
        "retail_price": None,
        "cost_price": 21,
        "upc": "",
        "gtin": "",
        "inventory_level": 3,
        "purchasing_disabled": False,
        "purchasing_disabled_message": "0",
        "option_values": [],
        **fields,
    }


def product(number: int, **fields: Any) -> dict[str, Any]:
    """Make a product with one variant and no picture."""
    return {
        "id": number,
        "name": f"Towel {number}",
        "type": "physical",
        "description": "<p>Thin &amp; light</p>",
        "price": 49,
        "cost_price": 21,
        "sale_price": 0,
        "retail_price": 0,
        "brand_id": 0,
        "inventory_level": 3,
        "inventory_tracking": "product",
        "is_visible": True,
        "availability": "available",
        "date_created": "2026-07-03T17:57:10+00:00",
        "date_modified": "2026-08-05T18:17:22+00:00",
        "custom_url": {"url": f"/towel-{number}/", "is_customized": False},
        "variants": [variant(number * 10)],
        "images": [],
        **fields,
    }


def order(number: int, **fields: Any) -> dict[str, Any]:
    """Make an order as v2 sends it, with the customer that always comes along."""
    return {
        "id": number,
        "customer_id": 9,
        "date_created": "Thu, 18 Jun 2026 12:05:04 +0000",
        "date_modified": "Tue, 23 Jun 2026 12:05:43 +0000",
        "date_shipped": "",
        "status_id": 11,
        "status": "Awaiting Fulfillment",
        "subtotal_ex_tax": "100.0000",
        "subtotal_inc_tax": "109.0000",
        "shipping_cost_inc_tax": "5.0000",
        "total_inc_tax": "104.0000",
        "total_tax": "9.0000",
        "discount_amount": "4.0000",
        "coupon_discount": "6.0000",
        "refunded_amount": "0.0000",
        "payment_method": "Manual",
        "payment_provider_id": None,
        "ip_address": "203.0.113.9",
        "currency_code": "USD",
        "default_currency_code": "EUR",
        "staff_notes": "canary-staff",
        "customer_message": "canary-message",
        "is_deleted": False,
        "billing_address": {"first_name": "canary-name", "email": "canary@buyer.example"},
        "order_source": "www",
        "shipping_addresses": {"url": "https://x", "resource": f"/orders/{number}/shipping_addresses"},
        **fields,
    }


def line(number: int, **fields: Any) -> dict[str, Any]:
    """Make a line of an order."""
    return {
        "id": number,
        "order_id": 100,
        "product_id": 77,
        "variant_id": 770,
        "name": "Towel",
        "quantity": 2,
        "quantity_refunded": 0,
        "price_inc_tax": "54.5000",
        "total_inc_tax": "109.0000",
        "applied_discounts": [{"id": "coupon", "amount": "6.0000", "name": "x", "code": "y"}],
        "discounted_total_inc_tax": "103.0000",
        "product_options": [{"display_value": "canary-engraving"}],
        "wrapping_message": "canary-wrapping",
        **fields,
    }


def promotion(number: int, **fields: Any) -> dict[str, Any]:
    """Make an automatic promotion that takes 10 off a hundred."""
    return {
        "id": number,
        "redemption_type": "AUTOMATIC",
        "name": "internal name",
        "display_name": f"Autumn {number}",
        "channels": [{"id": 1}],
        "customer": {"group_ids": [1]},
        "rules": [{"action": {"cart_value": {"discount": {"percentage_amount": "10"}}}}],
        "current_uses": 2,
        "max_uses": None,
        "status": "ENABLED",
        "start_date": "2026-01-20T22:00:00.000Z",
        "end_date": None,
        "currency_code": "*",
        **fields,
    }


def coupon(number: int, **fields: Any) -> dict[str, Any]:
    """Make one of v2's coupons."""
    return {
        "id": number,
        "name": f"Coupon {number}",
        "type": "per_total_discount",
        "amount": "10.0000",
        "min_purchase": "0.0000",
        "expires": "",
        "enabled": True,
        "code": f"CODE{number}",
        "applies_to": {"entity": "categories", "ids": [0]},
        "num_uses": 3,
        "restricted_to": [],
        "shipping_methods": None,
        "date_created": "Thu, 18 Jun 2026 14:09:07 +0000",
        **fields,
    }


def shown(body: Any) -> str:
    """Write a body as it would be logged."""
    return json.dumps(body)
