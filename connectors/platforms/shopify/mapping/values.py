"""Times, money, words and texts."""

from datetime import UTC, datetime
from decimal import Decimal

from connectors.errors import BadAnswer
from connectors.platforms.shopify.wire.answers import MoneyBag

_HUNDRED = Decimal(100)
# A share of one is a float at Shopify: 0.07 may come as 0.07000000000000001.
_DIGITS = Decimal("0.000001")
_TOO_MUCH = Decimal(10**15)


def utc(time: datetime) -> datetime:
    """Return the same moment in UTC; raises BadAnswer in the calendar's first and last hours."""
    try:
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except OverflowError:
        raise BadAnswer("a time is out of range") from None


def utc_or_none(time: datetime | None) -> datetime | None:
    """Return the same moment in UTC, or None."""
    return None if time is None else utc(time)


def amount(money: Decimal, name: str) -> Decimal:
    """Return an amount; raises BadAnswer naming the field when it is none (`NaN` is a decimal)."""
    if money.is_finite() and abs(money) < _TOO_MUCH:
        return money
    raise BadAnswer(f"{name} is no amount")


def shop_money(bag: MoneyBag | None, name: str) -> Decimal:
    """Return the amount in the store's currency; what the platform leaves out is nothing."""
    return Decimal(0) if bag is None else amount(bag.shop_money.amount, name)


def percent(share: Decimal | None) -> Decimal | None:
    """Return 0 to 100 of a share of one, without its binary noise; raises BadAnswer outside of that."""
    if share is None:
        return None
    if not (share.is_finite() and 0 <= share <= 1):
        raise BadAnswer("DiscountPercentage.percentage is no share of one")
    found = (share * _HUNDRED).quantize(_DIGITS)
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()


def text_or_none(text: str | None) -> str | None:
    """Return a text, None when it is empty: Shopify has both for nothing."""
    return text or None
