"""Promotions and coupons as offers."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from connectors.errors import BadAnswer
from connectors.platforms.base import Found
from connectors.platforms.bigcommerce.mapping.values import moment, moment_or_none, positive
from connectors.platforms.bigcommerce.wire.offers import Action, Cart, Condition, Coupon, Discount, Promotion
from connectors.policy.records import Offer

PROMOTION: Final = "promotion"
COUPON: Final = "coupon"
AUTOMATIC: Final = "AUTOMATIC"
_ANY_CURRENCY: Final = "*"
_HUNDRED: Final = Decimal(100)
# One that does not say since when it holds.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

# https://docs.bigcommerce.com/developer/docs: v2's types of coupon
_COUPONS: Final = {
    "per_item_discount": "amount_off",
    "percentage_discount": "amount_off",
    "per_total_discount": "amount_off",
    "shipping_discount": "shipping",
    "free_shipping": "free_shipping",
}


def promotion(found: Promotion, codes: Sequence[str], store_currency: str, now: datetime) -> Found:
    """Return a promotion as a record; what it gives is what its first rule says.

    BigCommerce does not say when one was changed, so that each reading is as new as the moment it is read.
    """
    rule = found.rules[0] if found.rules else None
    action = (rule and rule.action) or Action()
    discount = _discount(action)
    cart = _cart(rule.condition if rule else None)
    begins = moment_or_none(found.start_date, "Promotion.start_date")
    ends = moment_or_none(found.end_date, "Promotion.end_date")
    fixed = positive(discount.fixed_amount, "Promotion.fixed_amount")
    least = positive(cart.minimum_spend, "Promotion.minimum_spend")
    currency = found.currency_code if found.currency_code != _ANY_CURRENCY else None
    record = Offer(
        offer_id=f"{PROMOTION}/{found.id}",
        title=found.display_name or found.name or "",
        kind=_kind(action, cart),
        status=_status(begins or _EVER, ends, now) if found.status == "ENABLED" else found.status.lower(),
        updated_at=begins or _EVER,
        automatic=found.redemption_type.upper() == AUTOMATIC,
        codes=tuple(codes),
        codes_count=len(codes),
        starts_at=begins,
        ends_at=ends,
        percent=_percent(discount.percentage_amount),
        amount=fixed,
        currency=currency or (store_currency if fixed or least else None),
        minimum_quantity=cart.minimum_quantity if _is_told(bytes(cart.items)) else None,
        minimum_subtotal=least,
        used=found.current_uses or 0,
    )
    return Found("offer", record.offer_id, now, record)


def coupon(found: Coupon, store_currency: str, now: datetime) -> Found:
    """Return one of v2's coupons as a record."""
    made_at = moment(found.date_created, "Coupon.date_created")
    ends = moment_or_none(found.expires, "Coupon.expires")
    is_share = found.type == "percentage_discount"
    fixed = None if is_share else positive(found.amount, "Coupon.amount")
    least = positive(found.min_purchase, "Coupon.min_purchase")
    record = Offer(
        offer_id=f"{COUPON}/{found.id}",
        title=found.name,
        kind=_COUPONS.get(found.type, "other"),
        status=_status(made_at, ends, now) if found.enabled is not False else "disabled",
        updated_at=made_at,
        codes=(found.code,),
        codes_count=1,
        ends_at=ends,
        percent=_percent(found.amount) if is_share else None,
        amount=fixed,
        currency=store_currency if fixed or least else None,
        minimum_subtotal=least,
        used=found.num_uses or 0,
    )
    return Found("offer", record.offer_id, now, record)


def _status(begins: datetime, ends: datetime | None, now: datetime) -> str:
    if ends is not None and ends <= now:
        return "expired"
    return "active" if begins <= now else "scheduled"


def _discount(action: Action) -> Discount:
    found = action.cart_value or action.cart_items
    return (found and found.discount) or Discount()


def _kind(action: Action, cart: Cart) -> str:
    if action.cart_value is not None:
        return "amount_off"
    if action.cart_items is not None:
        return "buy_x_get_y" if _is_told(bytes(cart.items)) else "amount_off"
    named = {"buy_x_get_y": action.gift_item, "fixed_price": action.fixed_price_set}
    named["free_shipping"] = action.shipping
    return next((kind for kind, said in named.items() if _is_told(bytes(said))), "other")


def _cart(condition: Condition | None) -> Cart:
    return next(_carts(condition), Cart()) if condition else Cart()


def _carts(condition: Condition) -> Iterator[Cart]:
    if condition.cart is not None:
        yield condition.cart
    for each in condition.both or ():
        yield from _carts(each)


def _is_told(raw: bytes) -> bool:
    return raw not in (b"null", b"[]", b"{}")


def _percent(share: Decimal | None) -> Decimal | None:
    if share is None:
        return None
    if not (share.is_finite() and 0 <= share <= _HUNDRED):
        raise BadAnswer("a percentage is no share of a hundred")
    return share.quantize(Decimal(1)) if share == share.to_integral_value() else share.normalize()
