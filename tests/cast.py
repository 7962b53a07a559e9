"""The cast: stores, keys and records that tests of every floor may call on."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors import configured, rows
from connectors.models import Store, StoreState
from connectors.platforms.base import Delivery, Found
from connectors.policy.records import Address, Offer, Product, Sale, SaleLine, StoreInfo, Variant
from connectors.vault import StoreKey

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECRET = "hush-test-client-secret-0123456789abcdef"
PREVIOUS_SECRET = "previous-client-secret-0123456789"


def store(shop: str = "cedar.myshopify.com", **fields: Any) -> tuple[Store, StoreKey]:
    """Return an installed store and its key."""
    fields = {"state": StoreState.ACTIVE, "epoch": 1, "installed_at": NOON - timedelta(days=1)} | fields
    made = Store.objects.create(
        platform="shopify",
        fingerprint=configured.finder().fingerprint("shopify", "shop", shop),
        **fields,
    )
    return made, configured.keystore().create(made.ref, made.epoch)


def store_info(**changed: Any) -> StoreInfo:
    """Return a store's own record."""
    fields: dict[str, Any] = {
        "store_id": "548380009",
        "name": "Cedar & Sons",
        "email": "owner@cedar.example",
        "domain": "cedar.myshopify.com",
        "primary_domain": "cedar.example",
        "address": Address(country="Canada", country_code="CA", city="Ottawa"),
        "phone": "+16135550100",
        "created_at": NOON - timedelta(days=900),
        "updated_at": NOON,
        "currency": "CAD",
        "presentment_currencies": ("CAD",),
        "timezone": "America/Toronto",
        "owner_name": "Ada Cedar",
    }
    return StoreInfo(**(fields | changed))


def product(number: int = 1, **changed: Any) -> Product:
    """Return a product of one variant."""
    fields: dict[str, Any] = {
        "product_id": str(number),
        "title": f"Canoe paddle {number}",
        "handle": f"canoe-paddle-{number}",
        "status": "ACTIVE",
        "created_at": NOON - timedelta(days=30),
        "updated_at": NOON,
        "variants": (Variant(str(number * 10), "Ash", Decimal("49.90"), quantity=4),),
    }
    return Product(**(fields | changed))


def sale(number: int = 1, **changed: Any) -> Sale:
    """Return a sale of one paddle."""
    nothing = Decimal("0.00")
    price = Decimal("49.90")
    fields: dict[str, Any] = {
        "sale_id": str(number),
        "created_at": NOON - timedelta(days=2),
        "updated_at": NOON,
        "currency": "CAD",
        "subtotal": price,
        "total": price,
        "discounts": nothing,
        "tax": nothing,
        "shipping": nothing,
        "refunded": nothing,
        "lines": (SaleLine("1", "10", 1, 1, price, price, nothing),),
    }
    return Sale(**(fields | changed))


def offer(number: int = 1, **changed: Any) -> Offer:
    """Return an automatic discount of ten percent."""
    fields: dict[str, Any] = {
        "offer_id": f"DiscountAutomaticNode/{number}",
        "title": f"Spring {number}",
        "kind": "basic",
        "status": "ACTIVE",
        "updated_at": NOON,
        "automatic": True,
        "percent": Decimal(10),
    }
    return Offer(**(fields | changed))


def found(record: Product | Sale | Offer | StoreInfo, version: datetime | None = None) -> Found:
    """Return a record as a platform's reading brings it."""
    dated = record.created_at if isinstance(record, Sale) else None
    kind, record_id = {
        Product: ("product", getattr(record, "product_id", "")),
        Sale: ("sale", getattr(record, "sale_id", "")),
        Offer: ("offer", getattr(record, "offer_id", "")),
        StoreInfo: ("store", getattr(record, "store_id", "")),
    }[type(record)]
    return Found(kind, record_id, version or record.updated_at or NOON, record, dated)


def keep(where: Store, key: StoreKey, *records: Product | Sale | Offer | StoreInfo) -> None:
    """Write records as a sync does."""
    for record in records:
        rows.write(where.pk, where.epoch, key, [found(record)])


def delivery(
    topic: str,
    body: Mapping[str, Any] | bytes,
    *,
    shop: str = "cedar.myshopify.com",
    webhook_id: str = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    triggered_at: datetime | None = None,
    secret: str = SECRET,
) -> Delivery:
    """Return a delivery as Shopify signs it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": shop,
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": webhook_id,
        "x-shopify-triggered-at": (triggered_at or datetime.now(UTC)).isoformat(),
    }
    return Delivery(headers, raw)
