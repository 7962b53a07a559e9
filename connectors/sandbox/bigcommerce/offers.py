"""The offers of a pretended store: promotions, classic coupons, banners and a price list."""

from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from connectors.sandbox.bigcommerce.sales import Code, Coupon, PriceList, Promotion
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.clock import days


def percent(amount: str, *, categories: list[int] | None = None) -> dict[str, Any]:
    """Write the action that takes a percentage off the cart, or off what lies in some categories."""
    discount = {"percentage_amount": amount}
    if categories is None:
        return {"cart_value": {"discount": discount}}
    return {"cart_items": {"discount": discount, "items": {"categories": categories}, "as_total": False}}


def fixed(amount: str) -> dict[str, Any]:
    """Write the action that takes an amount off the cart."""
    return {"cart_value": {"discount": {"fixed_amount": amount}}}


def at_least(amount: str) -> dict[str, Any]:
    """Write the condition that the cart is worth so much."""
    return {"cart": {"minimum_spend": amount}}


def add_promotion(
    store: Store,
    name: str,
    action: dict[str, Any],
    now: datetime,
    codes: list[str] | None = None,
    **more: Any,
) -> Promotion:
    """Make a promotion; with codes it is a coupon promotion."""
    made = [Code(store.next("code"), text, now) for text in codes or []]
    number = store.next("promotion")
    shown = more.pop("display_name", name)
    promotion = Promotion(number, name, shown, action, more.pop("starts_at", now), codes=made, **more)
    store.promotions.put(number, promotion)
    return promotion


def add_coupon(
    store: Store, name: str, code: str, kind: str, amount: Decimal, now: datetime, **more: Any
) -> Coupon:
    """Make a classic coupon."""
    coupon = Coupon(store.next("coupon"), name, code, kind, amount, now, **more)
    store.coupons.put(coupon.number, coupon)
    return coupon


def add_offers(store: Store, now: datetime) -> None:
    """Make offers of every kind: running, planned, over, switched off."""
    start = now - days(40)
    _add_promotions(store, now, start)
    _add_coupons(store, now, start)
    _add_banners(store, start)
    _add_prices(store, start)


def _add_promotions(store: Store, now: datetime, start: datetime) -> None:
    first = next(iter(store.categories.values()), None)
    sold = [product.number for product in islice(store.products, 2)]
    add_promotion(
        store, "autumn", percent("15", categories=[first.number] if first else []), start,
        display_name="Autumn sale", ends_at=now + days(20), notice="15% off until the leaves are gone",
    )  # fmt: skip
    add_promotion(store, "welcome", percent("10"), start, ["WELCOME10"], display_name="10% off")
    add_promotion(
        store, "five off", fixed("5"), start, [f"FIVEOFF-{number}" for number in range(1, 8)],
        condition=at_least("50"), most_uses=500, uses=3, display_name="€5 off",
    )  # fmt: skip
    free = {"shipping": {"free_shipping": True, "zone_ids": "*"}}
    add_promotion(store, "Free shipping over €80", free, start, condition=at_least("80"))
    if sold:
        gift = {"gift_item": {"product_id": sold[0], "quantity": 1}}
        wants = {"cart": {"items": {"products": sold}, "minimum_quantity": 3}}
        add_promotion(store, "Towel days", gift, start, starts_at=now + days(10), condition=wants)
    add_promotion(
        store, "spring", percent("25"), now - days(200), ["SPRING25"], ends_at=now - days(120),
        status="DISABLED",
    )  # fmt: skip


def _add_coupons(store: Store, now: datetime, start: datetime) -> None:
    add_coupon(store, "Old ten", "OLDTEN", "percentage_discount", Decimal(10), start, uses=4)
    add_coupon(
        store, "Three euros", "THREE", "per_total_discount", Decimal(3), start, minimum=Decimal(30),
        countries="DE", most_uses=100,
    )  # fmt: skip
    add_coupon(
        store,
        "Last year",
        "LASTYEAR",
        "free_shipping",
        Decimal(0),
        start,
        expires=now - days(5),
        enabled=False,
    )


def _add_banners(store: Store, now: datetime) -> None:
    begin = str(int(now.timestamp()))
    for number, (name, text) in enumerate((("Autumn", "Leaves and 15% off"), ("Hello", "Made in Berlin")), 1):
        store.banners.append({
            "id": number, "name": name, "content": f"<p>{text}</p>", "page": "home_page", "item_id": "0",
            "location": "top", "date_created": begin, "date_type": "always", "date_from": "0", "date_to": "0",
            "visible": "1",
        })  # fmt: skip


def _add_prices(store: Store, now: datetime) -> None:
    number = store.next("price list")
    records = {
        one.number: (one.calculated_price * Decimal("0.8")).quantize(Decimal("0.01"))
        for one in islice(store.variants, 5)
    }
    store.price_lists.put(number, PriceList(number, "Wholesale", now, now, records))
