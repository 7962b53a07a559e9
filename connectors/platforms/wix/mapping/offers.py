"""Discount rules as offers. They are automatic: codes belong to coupons, which are not read."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from connectors.platforms.base import Found
from connectors.platforms.wix.ids import record_id
from connectors.platforms.wix.mapping.values import amount_or_none, needed, utc, utc_or_none
from connectors.platforms.wix.wire import offers as wire
from connectors.policy.records import Offer

_KINDS: Final = {
    "PERCENTAGE": "amount_off",
    "FIXED_AMOUNT": "amount_off",
    "FIXED_PRICE": "fixed_price",
    "QUANTITY_BASED": "quantity",
}
_STATUSES: Final = {"LIVE": "active", "PENDING": "scheduled", "EXPIRED": "expired"}


def offer(found: wire.DiscountRule) -> Found:
    """Return a discount rule as a record; a kind that Wix adds later is `other`."""
    offer_id = record_id(found.id, "DiscountRule.id")
    version = utc(needed(found.updated_date, "DiscountRule.updatedDate"))
    values = found.discounts.values if found.discounts else None
    discount = values[0] if values else wire.Discount()
    time = found.active_time_info or wire.ActiveTime()
    quantity, subtotal = _minimum(found.trigger)
    record = Offer(
        offer_id=offer_id,
        title=found.name or "",
        kind=_kind(discount),
        status=_status(found),
        updated_at=version,
        automatic=True,
        starts_at=utc_or_none(time.start),
        ends_at=utc_or_none(time.end),
        percent=amount_or_none(discount.percentage, "Discount.percentage"),
        amount=amount_or_none(discount.fixed_amount, "Discount.fixedAmount"),
        minimum_quantity=quantity,
        minimum_subtotal=amount_or_none(subtotal, "SubtotalRange.from"),
        used=found.usage_count or 0,
    )
    return Found("offer", offer_id, version, record)


def _kind(discount: wire.Discount) -> str:
    if discount.buy_x_get_y_info is not None:
        return "buy_x_get_y"
    return _KINDS.get(discount.discount_type or "", "other")


def _status(found: wire.DiscountRule) -> str:
    """A rule that is switched off is so whatever its time says."""
    if found.active is False:
        return "inactive"
    return _STATUSES.get(found.status or "LIVE", "other")


def _minimum(trigger: wire.Trigger | None) -> tuple[int | None, Decimal | None]:
    quantity, subtotal = None, None
    for each in _parts(trigger):
        if each.item_quantity_range is not None:
            quantity = each.item_quantity_range.from_ if quantity is None else quantity
        if each.subtotal_range is not None:
            subtotal = each.subtotal_range.from_ if subtotal is None else subtotal
    return quantity, subtotal


def _parts(trigger: wire.Trigger | None) -> Iterator[wire.Trigger]:
    """Yield a trigger and what it asks for together with it."""
    if trigger is not None:
        yield trigger
        yield from (trigger.and_.triggers if trigger.and_ else None) or ()
