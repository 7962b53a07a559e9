"""Orders with their buyers, what was paid, and offers."""

import json
from datetime import UTC, datetime

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.permissions import MANAGE_COUPONS
from tests.sandbox.wix.client import AppOnSite

UP = [{"fieldName": "updatedDate", "order": "ASC"}]
SEARCH = "/ecom/v1/orders/search"


def test_the_newest_orders_come_first_unless_asked_otherwise(app: AppOnSite) -> None:
    dates = [one["createdDate"] for one in app.orders()["orders"]]
    assert dates == sorted(dates, reverse=True)
    dates = [one["updatedDate"] for one in app.orders(sort=UP)["orders"]]
    assert dates == sorted(dates)


def test_pages_of_orders_bring_everything_once_under_metadata(sandbox: Sandbox, app: AppOnSite) -> None:
    first = app.orders(cursorPaging={"limit": 5})
    assert "pagingMetadata" not in first
    assert first["metadata"]["hasNext"]
    pages = list(app.pages(SEARCH, "orders", 7, sort=UP))
    found = [one["id"] for page in pages for one in page]
    seen = {one["id"] for one in sandbox.orders(app.key) if one["status"] != "INITIALIZED"}
    assert len(found) == len(set(found))
    assert set(found) == seen


def test_an_order_that_was_only_begun_never_comes(sandbox: Sandbox, app: AppOnSite) -> None:
    (begun,) = [one["id"] for one in sandbox.orders(app.key) if one["status"] == "INITIALIZED"]
    for search in ({}, {"filter": {"status": "INITIALIZED"}}, {"filter": {"id": begun}}):
        assert begun not in {one["id"] for one in app.orders(**search)["orders"]}
    assert app.refused(f"/ecom/v1/orders/{begun}") == (404, "NOT_FOUND")


def test_a_page_of_orders_has_a_hundred_at_most(app: AppOnSite) -> None:
    assert app.post(SEARCH, {"search": {"cursorPaging": {"limit": 101}}}).status_code == 400


def test_orders_bring_their_buyers_whatever_is_asked(sandbox: Sandbox, app: AppOnSite) -> None:
    told = json.dumps(app.good(SEARCH, {"search": {}, "fields": ["id"]}), ensure_ascii=False)
    every = sandbox.personal_values(app.key)
    there = [value for value in every if value in told]
    assert len(there) > 50
    for field in (
        "buyerInfo", "billingInfo", "shippingInfo", "recipientInfo", "buyerNote", "customFields", "forms",
        "activities", "createdBy", "extendedFields", "descriptionLines",
    ):  # fmt: skip
        assert f'"{field}"' in told


def test_no_personal_value_is_about_the_merchant_or_the_goods(sandbox: Sandbox, app: AppOnSite) -> None:
    goods = json.dumps(app.v3()) + json.dumps(app.good("/apps/v1/instance"))
    goods += json.dumps(app.good("/site-properties/v4/properties"))
    assert not [value for value in sandbox.personal_values(app.key) if value in goods]
    assert set(sandbox.personal_values(app.key)).isdisjoint(sandbox.merchant_values(app.key))


def test_orders_are_of_every_kind(sandbox: Sandbox, app: AppOnSite) -> None:
    found = app.orders()["orders"]
    assert {one["status"] for one in found} == {"APPROVED", "CANCELED", "PENDING"}
    assert {one["paymentStatus"] for one in found} >= {"PAID", "PARTIALLY_REFUNDED", "NOT_PAID"}
    assert [one["demo"] for one in found].count(True) == 1
    assert [one["imported"] for one in found].count(True) == 1
    assert {one["channelInfo"]["type"] for one in found} == {"WEB", "POS"}
    kinds = {kind for one in found for each in one["appliedDiscounts"] for kind in each}
    assert {"coupon", "discountRule", "merchantDiscount"} <= kinds
    counts = sandbox.store(app.key)["counts"]
    assert counts["visible_orders"] == len(found) - 1


def test_sums_add_up(app: AppOnSite) -> None:
    for one in app.orders()["orders"]:
        sums = {name: float(price["amount"]) for name, price in one["priceSummary"].items()}
        total = sums["subtotal"] - sums["discount"] + sums["shipping"] + sums["tax"]
        assert abs(total - sums["total"]) < 0.001
        lines = sum(float(line["totalPriceAfterTax"]["amount"]) for line in one["lineItems"])
        assert abs(lines - sums["subtotal"]) < 0.001


def test_lines_name_products_and_variants_of_the_catalog(app: AppOnSite, old: AppOnSite) -> None:
    for one in (app, old):
        listed = {
            each["id"]: {variant["id" if one is app else "v1_id"] for variant in each["variants"]}
            for each in one.sandbox.products(one.key)
        }
        for order in one.orders()["orders"]:
            for line in order["lineItems"]:
                named = line["catalogReference"]
                assert named["options"]["variantId"] in listed[named["catalogItemId"]]


def test_a_new_order_is_found_by_its_date(sandbox: Sandbox, app: AppOnSite) -> None:
    now = datetime.now(UTC).isoformat()
    newer = {"filter": {"updatedDate": {"$gt": now}}, "sort": UP}
    assert app.orders(**newer)["orders"] == []
    made = sandbox.create_order(app.key)["id"]
    assert [one["id"] for one in app.orders(**newer)["orders"]] == [made]
    sandbox.change_order(app.key, made, cancelled=True)
    assert [one["status"] for one in app.orders(**newer)["orders"]] == ["CANCELED"]
    sandbox.delete_order(app.key, made)
    assert app.orders(**newer)["orders"] == []


def test_what_is_sold_is_in_stock_no_more(sandbox: Sandbox, app: AppOnSite) -> None:
    product = sandbox.products(app.key)[0]
    made = sandbox.create_order(app.key, products=[product["id"]])["id"]
    (line,) = app.good(f"/ecom/v1/orders/{made}")["order"]["lineItems"]
    (after,) = [one for one in sandbox.products(app.key) if one["id"] == product["id"]]
    assert after["variants"][0]["stock"] == product["variants"][0]["stock"] - line["quantity"]


def test_payments_and_refunds_come_for_the_orders_named(app: AppOnSite) -> None:
    found = app.orders()["orders"]
    names = [one["id"] for one in found]
    told = app.good("/ecom/v1/payments/list-by-ids", {"orderIds": [*names, "nobody"]})["orderTransactions"]
    assert [one["orderId"] for one in told] == names
    for order, paid in zip(found, told, strict=True):
        refunded = sum(float(one["summary"]["refunded"]["amount"]) for one in paid["refunds"])
        assert refunded == float(order["balanceSummary"]["refunded"]["amount"])
        assert bool(paid["payments"]) == (order["paymentStatus"] != "NOT_PAID")
    for wrong in ([], names * 5):
        assert app.post("/ecom/v1/payments/list-by-ids", {"orderIds": wrong}).status_code == 400


def test_discount_rules_of_every_state_come(sandbox: Sandbox, app: AppOnSite) -> None:
    path = "/ecom/v1/discount-rules/query"
    found = [one for page in app.pages(path, "discountRules", 4) for one in page]
    assert {one["status"] for one in found} == {"LIVE", "EXPIRED", "PENDING"}
    active = app.good(path, {"query": {"filter": {"active": True}}})["discountRules"]
    assert len(active) == len(found) - 1
    members = next(one for one in found if one["name"] == "Members only")
    eligible = members["trigger"]["customerEligibility"]["individualMembersInfo"]["memberIds"]
    assert set(eligible) <= set(sandbox.personal_values(app.key))


def test_a_rule_is_created_ended_and_deleted(sandbox: Sandbox, app: AppOnSite) -> None:
    path = "/ecom/v1/discount-rules/query"
    made = sandbox.create_discount(app.key, title="Half", percentage="0.5")["id"]
    wish = {"query": {"filter": {"id": made}}}
    (one,) = app.good(path, wish)["discountRules"]
    assert (one["discounts"]["values"][0]["percentage"], one["status"]) == (50, "LIVE")
    sandbox.end_discount(app.key, made)
    (one,) = app.good(path, wish)["discountRules"]
    assert (one["status"], one["revision"]) == ("EXPIRED", "2")
    sandbox.delete_discount(app.key, made)
    assert app.good(path, wish)["discountRules"] == []


def test_coupons_need_the_right_to_change_them(sandbox: Sandbox, app: AppOnSite) -> None:
    assert app.refused("/stores/v2/coupons/query", {}) == (403, "PERMISSION_DENIED")
    sandbox.set_scopes(app.key, [MANAGE_COUPONS])
    told = app.good("/stores/v2/coupons/query", {"query": {"sort": '[{"dateCreated":"asc"}]'}})
    assert [one["specification"]["code"] for one in told["coupons"]] == ["SHIPFREE", "WELCOME10", "FIVER"]
    assert all(one["dateCreated"].isdigit() for one in told["coupons"])
    valid = app.good("/stores/v2/coupons/query", {"query": {"filter": '{"expired": false}'}})
    assert valid["totalResults"] == 2
