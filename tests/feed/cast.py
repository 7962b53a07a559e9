"""The feed's cast: what `tests.cast` has, with the pictures and reasons that a brief looks at."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors import configured, feedkeys, scopes
from connectors.models import FeedKey, Store
from connectors.platforms.base import Found
from connectors.policy.clauses import Purpose
from connectors.policy.records import Option, Picture, Product, Sale, SaleLine, Stock, Variant
from connectors.scopes import Scope
from connectors.vault import StoreKey
from tests import cast
from tests.cast import NOON

LONG_AGO = NOON - timedelta(days=400)


def key_of(store: Store) -> StoreKey:
    """Return the key of a store."""
    return configured.keystore().get(store.ref, store.epoch)


def reader(purpose: Purpose = Purpose.VIDEOS, *stores: Store) -> Scope:
    """Return what a key of this purpose reaches, for these stores or for all; the same key at each call."""
    name = ".".join([purpose.key, *(each.ref for each in stores)])[:64]
    found = FeedKey.objects.filter(name=name).first()
    return scopes.scope_of(
        found or feedkeys.make(name, purpose.key, [each.ref for each in stores] or None).key
    )


def feed_id(store: Store, found: Found) -> str:
    """Return the id that the feed shows for a record."""
    return key_of(store).fingerprint(found.kind, found.id).hex()


def variant(number: int = 1, price: str = "20.00", **changed: Any) -> Variant:
    """Return something that can be bought, of which there is enough."""
    fields: dict[str, Any] = {
        "variant_id": f"v{number}",
        "title": f"Size {number}",
        "price": Decimal(price),
        "sku": f"SKU-{number}",
        "barcode": f"4006381{number:06}",
        "position": number,
        "quantity": 40,
        "tracked": True,
        "options": (Option("Size", str(number)),),
        "stock": (Stock("location-1", 40, on_hand=42, committed=2),),
    }
    return Variant(**(fields | changed))


def picture(number: int = 1, **changed: Any) -> Picture:
    """Return a picture."""
    fields: dict[str, Any] = {
        "url": f"https://cdn.shopify.com/s/files/1/{number}.jpg",
        "width": 1200,
        "height": 1600,
        "alt": f"Picture {number}",
    }
    return Picture(**(fields | changed))


def product(number: int = 1, **changed: Any) -> Product:
    """Return a product that can be shown, and is neither new, on offer nor nearly sold out."""
    fields: dict[str, Any] = {
        "status": "active",
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO + timedelta(minutes=number),
        "published_at": LONG_AGO,
        "description": f"What paddle {number} is good for.",
        "url": f"https://cedar.example/products/canoe-paddle-{number}",
        "total_stock": 40,
        "variants": (variant(number),),
        "pictures": (picture(number),),
    }
    return cast.product(number, **(fields | changed))


def sale(number: int, of: Product, units: int = 1, **changed: Any) -> Sale:
    """Return a sale of so many of a product, of two days ago."""
    price = Decimal("20.00")
    line = SaleLine(of.product_id, "v1", units, units, price, price * units, Decimal("0.00"))
    return replace(cast.sale(number, lines=(line,)), **changed)
