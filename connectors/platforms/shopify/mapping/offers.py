"""Discounts as offers."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.errors import BadAnswer
from connectors.platforms.base import Found
from connectors.platforms.shopify import ids
from connectors.platforms.shopify.mapping.values import amount, percent, text_or_none, utc, utc_or_none
from connectors.platforms.shopify.wire.answers import Money
from connectors.platforms.shopify.wire.offers import Discount, DiscountNode, Gets, Minimum
from connectors.policy.records import Offer

# https://shopify.dev/docs/api/admin-graphql/2026-10/unions/Discount
_KINDS = {
    "Basic": "amount_off",
    "Bxgy": "buy_x_get_y",
    "FreeShipping": "free_shipping",
    "App": "app",
}
_AUTOMATIC, _BY_CODE = "DiscountAutomatic", "DiscountCode"


@dataclass(frozen=True, repr=False, slots=True)
class _Worth:
    """What an offer takes off."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None


def offer(found: DiscountNode) -> Found:
    """Return a discount as a record; a kind that Shopify adds later is `other`."""
    record_id = ids.record_id("offer", found.id)
    version = utc(found.discount.updated_at)
    return Found("offer", record_id, version, _offer(record_id, found.discount))


def _offer(record_id: str, discount: Discount) -> Offer:
    automatic = discount.typename.startswith(_AUTOMATIC)
    worth = _worth(discount.customer_gets)
    quantity, subtotal = _minimum(discount.minimum_requirement)
    codes = [code.code for code in discount.codes.nodes] if discount.codes else []
    return Offer(
        offer_id=record_id,
        title=discount.title,
        kind=_KINDS.get(discount.typename.removeprefix(_AUTOMATIC).removeprefix(_BY_CODE), "other"),
        status=discount.status.lower(),
        updated_at=utc(discount.updated_at),
        summary=text_or_none(discount.summary),
        automatic=automatic,
        codes=tuple(codes),
        codes_count=discount.codes_count.count if discount.codes_count else len(codes),
        starts_at=utc(discount.starts_at),
        ends_at=utc_or_none(discount.ends_at),
        percent=worth.percent,
        amount=worth.amount,
        currency=worth.currency or (subtotal.currency_code if subtotal else None),
        minimum_quantity=quantity,
        minimum_subtotal=_amount(subtotal),
        used=discount.async_usage_count,
    )


def _worth(gets: Gets | None) -> _Worth:
    if gets is None:
        return _Worth()
    value = gets.value.effect or gets.value
    return _Worth(
        percent=percent(value.percentage),
        amount=_amount(value.amount),
        currency=value.amount.currency_code if value.amount else None,
    )


def _minimum(minimum: Minimum | None) -> tuple[int | None, Money | None]:
    if minimum is None:
        return None, None
    quantity = minimum.greater_than_or_equal_to_quantity
    try:
        return None if quantity is None else int(quantity), minimum.greater_than_or_equal_to_subtotal
    except ValueError:
        raise BadAnswer("DiscountMinimumQuantity.greaterThanOrEqualToQuantity is no number") from None


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else amount(money.amount, "MoneyV2.amount")
