"""Offers of all eight kinds."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import RESOLVERS, constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import (
    Count,
    counted,
    in_order,
    money,
    searched,
    sorted_listing,
)
from connectors.sandbox.shopify.sales import NOTHING, Discount, Money

KINDS = [
    f"Discount{side}{shape}"
    for side in ("Code", "Automatic")
    for shape in ("Basic", "Bxgy", "FreeShipping", "App")
]
STATUSES = frozenset({"active", "expired", "scheduled"})
CODE_FIELDS = {"code": Filter("word", lambda one: one.code), "id": Filter("number", lambda one: one.number)}

for _kind in KINDS:
    constant(
        _kind,
        appliesOncePerCustomer=False,
        appliesOnOneTimePurchase=True,
        appliesOnSubscription=False,
        hasTimelineComment=False,
        maximumShippingPrice=None,
        recurringCycleLimit=0,
        usesPerOrderLimit=None,
    )
    constant(
        _kind,
        combinesWith=SimpleNamespace(order_discounts=False, product_discounts=True, shipping_discounts=True),
    )
constant("DiscountCustomerGets", appliesOnOneTimePurchase=True, appliesOnSubscription=False)
constant("DiscountCustomerBuys", isOneTimePurchase=True, isSubscription=False)


def _fields(ask: Ask) -> dict[str, Filter]:
    return {
        "id": Filter("number", lambda one: one.number),
        "title": Filter("word", lambda one: one.title),
        "status": Filter("word", lambda one: one.status_at(ask.stamp), STATUSES),
        "type": Filter("word", lambda one: one.kind),
        "method": Filter(
            "word", lambda one: "code" if one.codes else "automatic", frozenset({"code", "automatic"})
        ),
        "created_at": Filter("time", lambda one: one.created_at),
        "updated_at": Filter("time", lambda one: one.updated_at),
        "starts_at": Filter("time", lambda one: one.starts_at),
        "ends_at": Filter("time", lambda one: one.ends_at),
    }


def _discounts(ask: Ask, args: dict[str, Any], name: str) -> list[Discount]:
    return list(searched(ask, args, list(ask.shop.discounts.values()), _fields(ask), name))


@resolves("QueryRoot.discountNodes")
def discounts(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    keys = {
        "UPDATED_AT": lambda one: one.updated_at,
        "CREATED_AT": lambda one: one.created_at,
        "STARTS_AT": lambda one: one.starts_at,
        "TITLE": lambda one: one.title,
    }
    return sorted_listing(_discounts(ask, args, "discountNodes"), args, keys)


@resolves("QueryRoot.discountNodesCount")
def discounts_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    return counted(len(_discounts(ask, args, "discountNodesCount")), args)


@resolves("DiscountNode.discount")
def discount(node: Discount, ask: Ask, args: dict[str, Any]) -> Any:
    return SimpleNamespace(kind=node.kind, held=node)


def _of_offer(name: str, value: Any) -> None:
    for kind in KINDS:
        RESOLVERS[f"{kind}.{name}"] = lambda source, ask, args: value(source.held, ask, args)


def _value(held: Discount, ask: Ask, part: str) -> SimpleNamespace:
    effect = SimpleNamespace(kind="DiscountPercentage", percentage=float(held.percentage or 1))
    if held.kind.endswith("Bxgy") and part == "gets":
        return SimpleNamespace(
            kind="DiscountOnQuantity", quantity=SimpleNamespace(quantity=held.gets), effect=effect
        )
    if part == "buys":
        return SimpleNamespace(kind="DiscountQuantity", quantity=held.buys)
    if held.amount is not None:
        return SimpleNamespace(
            kind="DiscountAmount", amount=money(ask, held.amount), applies_on_each_item=False
        )
    return effect


def _items(held: Discount) -> SimpleNamespace:
    if held.collections:
        return SimpleNamespace(kind="DiscountCollections", held=held)
    return SimpleNamespace(kind="AllDiscountItems", all_items=True)


def _gets(held: Discount, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(items=_items(held), value=_value(held, ask, "gets"))


def _buys(held: Discount, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(items=_items(held), value=_value(held, ask, "buys"))


def _minimum(held: Discount, ask: Ask, args: dict[str, Any]) -> SimpleNamespace | None:
    if held.minimum_quantity is not None:
        quantity = str(held.minimum_quantity)
        return SimpleNamespace(kind="DiscountMinimumQuantity", greater_than_or_equal_to_quantity=quantity)
    if held.minimum_subtotal is None:
        return None
    amount = money(ask, held.minimum_subtotal)
    return SimpleNamespace(kind="DiscountMinimumSubtotal", greater_than_or_equal_to_subtotal=amount)


def _codes(held: Discount, ask: Ask, args: dict[str, Any]) -> Listing:
    codes = [
        SimpleNamespace(
            number=number,
            id=f"gid://shopify/DiscountRedeemCode/{number}",
            code=code,
            async_usage_count=held.async_usage_count,
        )
        for number, code in held.codes
    ]
    kept = searched(ask, args, codes, CODE_FIELDS, "codes", words=lambda one: one.code)
    return sorted_listing(kept, args, {"CODE": lambda one: one.code})


def _sales(held: Discount, ask: Ask, args: dict[str, Any]) -> Money:
    totals = (
        order.subtotal
        for order in ask.shop.orders.values()
        if any(one.name == held.title for one in order.applications)
    )
    return money(ask, sum(totals, NOTHING))


for _attribute in [
    "title",
    "summary",
    "createdAt",
    "updatedAt",
    "startsAt",
    "endsAt",
    "usageLimit",
    "asyncUsageCount",
]:
    _snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in _attribute)
    _of_offer(_attribute, lambda held, ask, args, name=_snake: getattr(held, name))
_of_offer("shortSummary", lambda held, ask, args: held.summary)
_of_offer("status", lambda held, ask, args: held.status_at(ask.stamp))
_of_offer("discountClass", lambda held, ask, args: held.classes[0])
_of_offer("discountClasses", lambda held, ask, args: held.classes)
_of_offer("discountId", lambda held, ask, args: held.id)
_of_offer("codes", _codes)
_of_offer("codesCount", lambda held, ask, args: Count(len(held.codes)))
_of_offer("customerGets", _gets)
_of_offer("customerBuys", _buys)
_of_offer("minimumRequirement", _minimum)
_of_offer("totalSales", _sales)


@resolves("DiscountCollections.collections")
def collections(items: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(items.held.collections)
