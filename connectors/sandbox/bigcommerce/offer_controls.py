"""The controls of a store's offers; an offer's id is `promotion-3` or `coupon-2`."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.bigcommerce.changes import end_offer
from connectors.sandbox.bigcommerce.offers import add_coupon, add_promotion, fixed, percent
from connectors.sandbox.bigcommerce.sales import Coupon, Promotion
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.played import Answer

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

Offer = Promotion | Coupon
SILENT: Answer = {"deliveries": []}


def discounts(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List the offers of both kinds."""
    now = platform.clock.stamp()
    held: list[Offer] = [*store.promotions, *store.coupons]
    return {
        "discounts": [
            {"id": _id(one), "title": one.name, "kind": _kind(one), "status": one.status_at(now)}
            for one in held
        ]
    }


def create_discount(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Make an offer: kind (promotion or coupon), title, code, percentage (0.1 is 10%) or amount."""
    now = platform.clock.stamp().replace(microsecond=0)
    title, code = str(wanted.get("title", wanted.get("code", "New offer"))), wanted.get("code")
    share = (Decimal(str(wanted.get("percentage", "0.1"))) * 100).normalize()
    amount = wanted.get("amount")
    if wanted.get("kind") == "coupon":
        kind = "percentage_discount" if amount is None else "per_total_discount"
        worth = share if amount is None else Decimal(str(amount))
        return {"id": _id(add_coupon(store, title, str(code or "NEW"), kind, worth, now))} | SILENT
    action = percent(f"{share:f}") if amount is None else fixed(str(amount))
    return {"id": _id(add_promotion(store, title, action, now, [str(code)] if code else None))} | SILENT


def end_discount(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """End an offer."""
    end_offer(platform, store, _found(store, wanted))
    return SILENT


def delete_discount(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Delete an offer."""
    offer = _found(store, wanted)
    if isinstance(offer, Coupon):
        store.coupons.drop(offer.number)
    else:
        store.promotions.drop(offer.number)
    return SILENT


def _id(offer: Offer) -> str:
    return f"{'coupon' if isinstance(offer, Coupon) else 'promotion'}-{offer.number}"


def _kind(offer: Offer) -> str:
    if isinstance(offer, Coupon):
        return offer.kind
    return "COUPON" if offer.codes else "AUTOMATIC"


def _found(store: Store, wanted: Answer) -> Offer:
    kind, _, number = str(wanted["id"]).partition("-")
    shelf = store.coupons if kind == "coupon" else store.promotions
    found = shelf.get(int(number))
    if found is None:
        raise LookupError("no such offer")
    return found


CONTROLS: dict[tuple[str, str], Callable[["BigCommerce", Store, Answer], Answer]] = {
    ("GET", "discounts"): discounts,
    ("POST", "discount/create"): create_discount,
    ("POST", "discount/end"): end_discount,
    ("POST", "discount/delete"): delete_discount,
}
