"""The offers of a pretended store: codes, automatic ones, buy X get Y, free shipping, by the app."""

from datetime import datetime
from decimal import Decimal

from connectors.sandbox.clock import days
from connectors.sandbox.shopify.sales import Discount
from connectors.sandbox.shopify.shop import Shop


def add_offers(shop: Shop, now: datetime) -> None:
    """Make one offer of each of the eight kinds, running, planned and past."""
    for offer in _offers(shop, now, now - days(40)):
        shop.discounts[offer.number] = offer


def _offers(shop: Shop, now: datetime, start: datetime) -> tuple[Discount, ...]:
    first = list(shop.collections.values())[:1]
    return (
        _offer(shop, "DiscountCodeBasic", "WELCOME10", "10% off", start, percentage=Decimal("0.1")),
        _offer(
            shop, "DiscountAutomaticBasic", "Autumn sale", "15% off the first collection", start,
            percentage=Decimal("0.15"), classes=["PRODUCT"], collections=first,
            ends_at=now + days(20), minimum_subtotal=Decimal(30),
        ),
        _offer(
            shop, "DiscountCodeBasic", "FIVEOFF", "€5.00 off entire order", start,
            amount=Decimal(5), minimum_subtotal=Decimal(50), usage_limit=500,
        ),
        _offer(shop, "DiscountCodeFreeShipping", "FREESHIP", "Free shipping", start, classes=["SHIPPING"]),
        _offer(shop, "DiscountCodeBxgy", "THREEFORTWO", "Buy 2, get 1 free", start, classes=["PRODUCT"]),
        _offer(
            shop, "DiscountAutomaticBxgy", "Towel days", "Buy 3 items, get 1 item at 50% off", now + days(10),
            classes=["PRODUCT"], buys=3, percentage=Decimal("0.5"),
        ),
        _offer(
            shop, "DiscountAutomaticFreeShipping", "Free shipping over €80", "Free shipping over €80", start,
            classes=["SHIPPING"], minimum_subtotal=Decimal(80),
        ),
        _offer(
            shop, "DiscountCodeBasic", "SPRING25", "25% off entire order", now - days(200),
            percentage=Decimal("0.25"), ends_at=now - days(120), minimum_quantity=2,
        ),
        _offer(shop, "DiscountCodeApp", "LOYAL", "By the loyalty app", start, classes=["ORDER"]),
        _offer(shop, "DiscountAutomaticApp", "Bundle price", "By the bundle app", start, classes=["PRODUCT"]),
    )  # fmt: skip


def _offer(shop: Shop, kind: str, title: str, summary: str, start: datetime, **more: object) -> Discount:
    number = shop.numbers.take()
    codes = [(shop.numbers.take(), title)] if kind.startswith("DiscountCode") else []
    return Discount(number, kind, title, summary, start, start, start, codes=codes, **more)  # type: ignore[arg-type]
