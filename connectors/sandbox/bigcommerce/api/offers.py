"""Promotions and price lists of v3, coupons and banners of v2. None of them is told by a webhook."""

from collections.abc import Callable
from typing import Any

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import (
    Ask,
    Body,
    RefusedError,
    atom,
    mail_date,
    nothing_there,
    one,
    said,
    zulu,
)
from connectors.sandbox.bigcommerce.api.listing import (
    EQUAL,
    RANGE,
    Column,
    by_cursor,
    found,
    kept,
    moment,
    page,
    page_v2,
)
from connectors.sandbox.bigcommerce.api.order_bodies import four
from connectors.sandbox.bigcommerce.sales import Code, Coupon, PriceList, Promotion

IN = frozenset({"in"})
PROMOTIONS = {
    "id": Column(lambda one: one.number, int),
    "name": Column(lambda one: one.name),
    "query": Column(lambda one: one.name, str),
    "code": Column(lambda one: [code.text for code in one.codes]),
    "currency_code": Column(lambda one: "EUR"),
    "redemption_type": Column(lambda one: "coupon" if one.codes else "automatic"),
    "status": Column(lambda one: one.status, str, EQUAL | IN),
    "channels": Column(lambda one: [1], int),
    "priority": Column(lambda one: one.number, int, frozenset()),
    "start_date": Column(lambda one: one.starts_at, moment, frozenset()),
}
LISTS = {
    "id": Column(lambda one: one.number, int, IN),
    "name": Column(lambda one: one.name, str, frozenset({"", "like"})),
    "date_created": Column(lambda one: one.created_at, moment, RANGE),
    "date_modified": Column(lambda one: one.changed_at, moment, RANGE),
}
RECORDS = {
    "variant_id": Column(lambda row: row["variant_id"], int, IN),
    "product_id": Column(lambda row: row["product_id"], int, IN),
    "currency": Column(lambda row: row["currency"], str.lower, EQUAL | IN),
    "sku": Column(lambda row: row["sku"], str, EQUAL | IN),
}
COUPONS: dict[str, tuple[Callable[[str], Any], Callable[[Coupon, Any], bool]]] = {
    "id": (int, lambda coupon, wanted: coupon.number == wanted),
    "code": (str, lambda coupon, wanted: coupon.code == wanted),
    "name": (str, lambda coupon, wanted: coupon.name == wanted),
    "type": (str, lambda coupon, wanted: coupon.kind == wanted),
    "exclude_type": (str, lambda coupon, wanted: coupon.kind != wanted),
    "min_id": (int, lambda coupon, wanted: coupon.number >= wanted),
    "max_id": (int, lambda coupon, wanted: coupon.number <= wanted),
}


def promotions(ask: Ask) -> Response:
    """Answer `GET /promotions`."""
    rows = found(ask, ask.store.promotions, PROMOTIONS, lambda row: row.number, frozenset())
    return page(ask, rows, lambda row: promotion_body(ask, row))


def promotion(ask: Ask) -> Response:
    """Answer `GET /promotions/{id}`."""
    return one(promotion_body(ask, _promotion(ask)))


def codes(ask: Ask) -> Response:
    """Answer `GET /promotions/{id}/codes`."""
    wanted = ask.args.get("code")
    rows = [row for row in _promotion(ask).codes if wanted in (None, row.text)]
    return by_cursor(ask, rows, _code, lambda row: row.number)


def settings(ask: Ask) -> Response:
    """Answer `GET /promotions/settings`, which has no `data`."""
    return said(
        {
            "promotions_triggered_by_products_with_zero_product_price": False,
            "promotions_apply_on_products_with_custom_product_price": False,
            "number_of_coupons_allowed_at_checkout": 1,
            "promotions_applied_on_original_product_price": False,
        }
    )


def coupons(ask: Ask) -> Response:
    """Answer `GET /coupons`; a parameter that it does not know passes."""
    rows = list(ask.store.coupons)
    for name, text in ask.args.items():
        if name in COUPONS:
            read, keeps = COUPONS[name]
            if read is int and not text.isdecimal():
                raise RefusedError(400, f"The field '{name}' is invalid.")
            rows = [row for row in rows if keeps(row, read(text))]
    return page_v2(ask, rows, _coupon)


def coupon_count(ask: Ask) -> Response:
    """Answer `GET /coupons/count`."""
    return said({"count": len(ask.store.coupons)})


def banners(ask: Ask) -> Response:
    """Answer `GET /banners`."""
    return page_v2(ask, ask.store.banners, dict)


def price_lists(ask: Ask) -> Response:
    """Answer `GET /pricelists`."""
    return by_cursor(
        ask, kept(ask, list(ask.store.price_lists), LISTS), _price_list, lambda row: row.number, linked=False
    )


def price_records(ask: Ask) -> Response:
    """Answer `GET /pricelists/{id}/records`."""
    held = ask.store.price_lists.get(ask.numbers["list"])
    if held is None:
        raise nothing_there("v3")
    rows = kept(ask, _records(ask, held), RECORDS, own=frozenset({"include"}))
    return by_cursor(ask, rows, dict, lambda row: int(row["variant_id"]), linked=False)


def assignments(ask: Ask) -> Response:
    """Answer `GET /pricelists/assignments`."""
    rows = [
        {"id": one.number, "price_list_id": one.number, "customer_group_id": 1, "channel_id": 1}
        for one in ask.store.price_lists
    ]
    return by_cursor(ask, rows, dict, lambda row: row["id"], linked=False)


def promotion_body(ask: Ask, row: Promotion) -> Body:
    """Write a promotion; what has no end or no limit lacks the key."""
    rule: Body = {"action": row.action, "apply_once": True, "stop": False}
    if row.condition is not None:
        rule["condition"] = row.condition
    body: Body = {
        "id": row.number, "redemption_type": "COUPON" if row.codes else "AUTOMATIC", "name": row.name,
        "display_name": row.display_name, "channels": [{"id": 1}],
        "customer": {"group_ids": [], "minimum_order_count": 0, "excluded_group_ids": []},
        "rules": [rule], "current_uses": row.uses, "status": row.status, "start_date": atom(row.starts_at),
        "stop": False, "can_be_used_with_other_promotions": True,
        "currency_code": ask.store.fields["currency"], "notifications": _notices(row),
        "created_from": "react_ui",
    }  # fmt: skip
    if row.ends_at is not None:
        body["end_date"] = atom(row.ends_at)
    if row.most_uses is not None:
        body["max_uses"] = row.most_uses
    if row.codes:
        body |= {
            "coupon_overrides_automatic_when_offering_higher_discounts": False,
            "coupon_overrides_other_promotions": False,
            "multiple_codes": {"has_multiple_codes": len(row.codes) > 1},
            "coupon_type": "BULK" if len(row.codes) > 1 else "SINGLE",
        }
    return body


def _promotion(ask: Ask) -> Promotion:
    row = ask.store.promotions.get(ask.numbers["promotion"])
    if row is None:
        raise nothing_there("v3")
    return row


def _notices(row: Promotion) -> list[Body]:
    return [{"content": row.notice, "type": "UPSELL", "locations": ["HOME_PAGE"]}] if row.notice else []


def _code(row: Code) -> Body:
    return {
        "id": row.number, "code": row.text, "current_uses": row.uses, "max_uses": 0,
        "max_uses_per_customer": 0, "created": atom(row.created_at),
    }  # fmt: skip


def _coupon(row: Coupon) -> Body:
    """Write a classic coupon; restrictions are `[]` where there are none, as PHP writes them."""
    return {
        "id": row.number, "name": row.name, "type": row.kind, "amount": four(row.amount),
        "min_purchase": four(row.minimum), "expires": mail_date(row.expires), "enabled": row.enabled,
        "code": row.code, "applies_to": {"entity": "categories", "ids": list(row.categories)},
        "num_uses": row.uses, "max_uses": row.most_uses, "max_uses_per_customer": 0,
        "restricted_to": {"countries": row.countries} if row.countries else [], "shipping_methods": None,
        "date_created": mail_date(row.created_at),
    }  # fmt: skip


def _price_list(row: PriceList) -> Body:
    return {
        "id": row.number, "name": row.name, "date_created": zulu(row.created_at),
        "date_modified": zulu(row.changed_at), "active": row.active,
    }  # fmt: skip


def _records(ask: Ask, held: PriceList) -> list[Body]:
    rows = []
    for number, price in sorted(held.records.items()):
        variant = ask.store.variants.get(number)
        if variant is not None:
            rows.append({
                "price_list_id": held.number, "variant_id": number, "product_id": variant.product.number,
                "sku": variant.sku, "currency": ask.store.fields["currency"].lower(), "price": float(price),
                "sale_price": 0, "retail_price": 0, "map_price": 0, "calculated_price": float(price),
                "date_created": zulu(held.created_at), "date_modified": zulu(held.changed_at),
                "bulk_pricing_tiers": [],
            })  # fmt: skip
    return rows
