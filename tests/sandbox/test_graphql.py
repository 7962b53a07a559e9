"""The Admin API: what it answers, refuses, and charges."""

import json
import re
from typing import Any

import pytest
import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.client import AppOnStore
from tests.shared import SHARED, needs_shared

BAD_SORT = (
    "Argument 'sortKey' on Field 'products' has an invalid value (NO). Expected type 'ProductSortKeys'."
)


def _error(answer: Any) -> Any:
    assert len(answer["errors"]) == 1
    return answer["errors"][0]


def test_an_answer_carries_its_cost_and_its_version(app: AppOnStore) -> None:
    answer = app.post("query Name { shop { name myshopifyDomain } }")
    body = answer.json()
    assert body["data"]["shop"]["myshopifyDomain"] == app.shop
    assert body["extensions"]["cost"] == {
        "requestedQueryCost": 1,
        "actualQueryCost": 1,
        "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 1999, "restoreRate": 100},
    }
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.headers["X-Request-Id"]


def test_both_versions_answer_and_no_other(app: AppOnStore) -> None:
    assert app.post("{ shop { id } }", version="2026-07").headers["X-Shopify-API-Version"] == "2026-07"
    assert app.post("{ shop { id } }", version="2025-01").status_code == 404
    assert app.post("{ shop { id } }", version="unstable").status_code == 404


def test_rest_is_not_there(app: AppOnStore, sandbox: Sandbox) -> None:
    headers = {"X-Shopify-Access-Token": app.token}
    assert (
        app.http.get(f"{app.base}/admin/api/2026-10/shop.json", headers=headers, timeout=60).status_code
        == 404
    )
    assert sandbox.requests(store=app.shop)[-1]["kind"] == "missing"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("{ shop { name nope } }", "undefinedField", "Field 'nope' doesn't exist on type 'Shop'"),
        ("{ shop }", "selectionMismatch", "Field must have selections"),
        ("{ shop { name { x } } }", "selectionMismatch", "Selections can't be made on scalars"),
        ("{ shop(id: 1) { name } }", "argumentNotAccepted", "Field 'shop' doesn't accept argument 'id'"),
        ("{ product { id } }", "missingRequiredArguments", "Field 'product' is missing required arguments:"),
        ("{ products(first: 1, sortKey: NO) { nodes { id } } }", "argumentLiteralsIncompatible", BAD_SORT),
        ('{ products(first: "1") { nodes { id } } }', "argumentLiteralsIncompatible", "Argument 'first' on"),
        ("{ shop { ... on Nope { id } } }", "undefinedType", "No such type Nope"),
        ("query($x: Int) { shop { id } }", "variableNotUsed", "Variable $x is declared but not used"),
        ("{ shop {", "PARSE_ERROR", "syntax error"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_schema_is_refused_in_shopifys_shape(
    app: AppOnStore, query: str, code: str, message: str
) -> None:
    answer = app.ask(query)
    error = _error(answer)
    assert set(answer) == {"errors"}
    assert error["extensions"]["code"] == code
    assert error["message"].startswith(message)
    assert error["locations"][0]["line"] == 1


def test_an_undefined_field_names_its_path(app: AppOnStore) -> None:
    error = _error(app.ask("query Wrong {\n  shop {\n    nope\n  }\n}"))
    assert error["path"] == ["query Wrong", "shop", "nope"]
    assert error["locations"] == [{"line": 3, "column": 5}]
    assert error["extensions"] == {"code": "undefinedField", "typeName": "Shop", "fieldName": "nope"}


def test_a_bad_variable_is_refused(app: AppOnStore) -> None:
    answer = app.ask(
        "query Bad($first: Int!) { products(first: $first) { nodes { id } } }", {"first": "many"}
    )
    assert _error(answer)["extensions"]["code"] == "INVALID_VARIABLE"
    assert "data" not in answer


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"query": 5}', '{"nope": 1}', "[" * 50_000])
def test_a_body_that_is_no_query_is_400(app: AppOnStore, body: str) -> None:
    headers = {"X-Shopify-Access-Token": app.token, "Content-Type": "application/json"}
    answer = app.http.post(
        f"{app.base}/admin/api/2026-10/graphql.json", data=body, headers=headers, timeout=60
    )
    assert answer.status_code == 400
    assert app.post("{ shop { id } }").status_code == 200


def test_without_a_token_nothing_is_told(app: AppOnStore) -> None:
    for token in ("", "shpat_wrong"):
        answer = requests.post(
            f"{app.base}/admin/api/2026-10/graphql.json",
            json={"query": "{shop{id}}"},
            headers={"X-Shopify-Access-Token": token},
            timeout=60,
        )
        assert answer.status_code == 401


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_a_store_that_is_shut_says_so(sandbox: Sandbox, app: AppOnStore, status: int) -> None:
    sandbox.change_shop(app.shop, closed_with_status=status)
    assert app.post("{ shop { id } }").status_code == status


def test_a_refused_scope_nulls_its_field_and_keeps_the_rest(app: AppOnStore) -> None:
    answer = app.ask("{ shop { id } shopifyPaymentsAccount { id } }")
    error = _error(answer)
    required = "the `read_shopify_payments` or the `read_shopify_payments_accounts` access scope."
    assert error["path"] == ["shopifyPaymentsAccount"]
    assert error["extensions"] == {
        "code": "ACCESS_DENIED",
        "documentation": "https://shopify.dev/api/usage/access-scopes",
        "requiredAccess": required,
    }
    assert error["message"] == f"Access denied for shopifyPaymentsAccount field. Required access: {required}"
    assert answer["data"]["shopifyPaymentsAccount"] is None
    assert answer["data"]["shop"]["id"]


def test_a_refused_field_that_cannot_be_null_takes_everything(app: AppOnStore) -> None:
    answer = app.ask("{ shop { id accountOwner { id } } }")
    assert answer["data"] is None
    assert _error(answer)["extensions"]["code"] == "ACCESS_DENIED"


def test_scopes_are_asked_inside_an_order_too(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.set_scopes(app.shop, ["read_orders"])
    answer = app.ask(
        "{ orders(first: 1) { nodes { id lineItems(first: 1) { nodes { id product { id } } } } } }"
    )
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["data"]["orders"]["nodes"][0]["lineItems"]["nodes"][0]["product"] is None


def test_customer_fields_are_there_and_not_for_an_app_of_level_one(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.set_scopes(app.shop, ["read_orders", "read_customers"])
    query = "{ orders(first: 1) { nodes { id email billingAddress { address1 } customer { firstName } } } }"
    refused = app.ask(query)
    order = refused["data"]["orders"]["nodes"][0]
    assert (order["email"], order["billingAddress"], order["customer"]["firstName"]) == (None, None, None)
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"ACCESS_DENIED"}
    assert any("not approved to use the email field" in error["message"] for error in refused["errors"])
    sandbox.app(customer_level=2)
    order = app.good(query)["orders"]["nodes"][0]
    assert order["email"] in sandbox.personal_values(app.shop)
    sandbox.app(customer_level=0)
    denied = app.ask("{ orders(first: 1) { nodes { id } } }")
    assert denied["data"] is None
    assert "not approved to access the Order object" in _error(denied)["message"]


def test_the_ledger_knows_who_asked_for_what(sandbox: Sandbox, app: AppOnStore) -> None:
    app.good("query Peek { orders(first: 1) { nodes { id note } } }")
    app.rows("{ orders { edges { node { id customAttributes { value } } } } }")
    row = next(row for row in sandbox.requests(store=app.shop, kind="graphql") if row["operation"] == "Peek")
    assert "Order.note" in row["fields"]
    assert app.token not in json.dumps(row)
    assert {"Order.note", "Order.customAttributes", "Attribute.value"} <= sandbox.fields_asked(app.shop)


# costs


@pytest.mark.parametrize(
    ("query", "requested"),
    [
        ("{ shop { features { giftCards } } }", 2),
        ("{ productsCount { count precision } }", 10),
        ("{ locations(first: 10) { edges { cursor node { id name } } pageInfo { hasNextPage } } }", 6),
        ("{ products(first: 3) { nodes { id } pageInfo { endCursor } } productsCount { count } }", 14),
        ("{ orders(first: 1) { nodes { id } pageInfo { endCursor } } }", 3),
        ("{ orders(first: 250) { nodes { id } } }", 13),
        ("query { shopifyPaymentsAccount { id payouts(first: 1) { nodes { id } } } }", 4),
    ],
)  # fmt: skip
def test_costs_are_those_that_were_captured(app: AppOnStore, query: str, requested: int) -> None:
    assert app.ask(query)["extensions"]["cost"]["requestedQueryCost"] == requested


def test_the_difference_between_requested_and_actual_is_given_back(app: AppOnStore) -> None:
    cost = app.ask("{ locations(first: 10) { edges { node { id } } } }")["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (6, 4)
    assert cost["throttleStatus"]["currentlyAvailable"] == 1996


def test_a_query_over_the_limit_is_too_dear_and_has_no_extensions(app: AppOnStore) -> None:
    query = """{ products(first: 250) { nodes { id variants(first: 250) { nodes { id
      inventoryItem { inventoryLevels(first: 50) { nodes { id } } } } } } } }"""
    answer = app.ask(query)
    assert set(answer) == {"errors"}
    assert _error(answer)["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert _error(answer)["extensions"]["maxCost"] == 1000


def test_an_empty_bucket_throttles_at_200_and_fills_again(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.drain_bucket(app.shop)
    query = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }"
    throttled = app.post(query)
    body = throttled.json()
    assert throttled.status_code == 200
    assert "Retry-After" not in throttled.headers
    assert _error(body)["extensions"]["code"] == "THROTTLED"
    assert _error(body)["message"] == "Throttled"
    assert body["extensions"]["cost"]["actualQueryCost"] is None
    assert "data" not in body
    sandbox.advance(seconds=5)
    assert "errors" not in app.ask(query)


def test_a_bigger_plan_fills_faster(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.change_shop(app.shop, restore_rate=1000)
    status = app.ask("{ shop { id } }")["extensions"]["cost"]["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (20_000, 1000)


# connections


def _pages(app: AppOnStore, size: int, **more: Any) -> list[str]:
    query = """query P($n: Int, $after: String, $q: String, $key: ProductSortKeys, $back: Boolean) {
      products(first: $n, after: $after, query: $q, sortKey: $key, reverse: $back) {
        nodes { id } pageInfo { hasNextPage endCursor } } }"""
    found: list[str] = []
    after = None
    while True:
        page = app.good(query, {"n": size, "after": after} | more)["products"]
        found += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(
    "more", [{}, {"key": "UPDATED_AT"}, {"key": "TITLE", "back": True}, {"key": "INVENTORY_TOTAL"}]
)
def test_pages_give_every_node_once_in_one_order(app: AppOnStore, more: dict[str, Any]) -> None:
    whole = _pages(app, 250, **more)
    assert len(whole) == len(set(whole)) == 20
    assert _pages(app, 3, **more) == whole


def test_backward_pages_meet_the_forward_ones(app: AppOnStore) -> None:
    edges = "edges { cursor node { id } } pageInfo { hasPreviousPage hasNextPage startCursor }"
    whole = app.good(f"{{ products(first: 20) {{ {edges} }} }}")["products"]["edges"]
    back = app.good(f'{{ products(last: 4, before: "{whole[10]["cursor"]}") {{ {edges} }} }}')["products"]
    assert [edge["node"]["id"] for edge in back["edges"]] == [edge["node"]["id"] for edge in whole[6:10]]
    assert back["pageInfo"]["hasPreviousPage"] is True


def test_a_cursor_belongs_to_its_sort_and_filter(app: AppOnStore) -> None:
    page = app.good("{ products(first: 2, sortKey: TITLE) { pageInfo { endCursor } } }")["products"]
    cursor = page["pageInfo"]["endCursor"]
    for wrong in (
        f'{{ products(first: 2, after: "{cursor}") {{ nodes {{ id }} }} }}',
        '{ products(first: 2, after: "x") { nodes { id } } }',
    ):
        answer = app.ask(wrong)
        assert answer["data"] is None
        assert _error(answer)["message"] == "Invalid cursor for current pagination sort."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "you must provide one of first or last"),
        ("(first: 1, last: 1)", "providing both first and last is not supported"),
        ("(first: 251)", "first cannot exceed 250"),
    ],
)
def test_a_page_needs_one_size_within_the_limit(app: AppOnStore, arguments: str, message: str) -> None:
    answer = app.ask(f"{{ bulkOperations{arguments} {{ nodes {{ id }} }} }}")
    assert answer["data"] is None
    assert _error(answer)["message"] == message
    assert _error(answer)["extensions"]["code"] == "BAD_REQUEST"


# filters


def _titles(app: AppOnStore, query: str) -> set[str]:
    nodes = app.good(
        "query T($q: String) { products(first: 50, query: $q) { nodes { title } } }", {"q": query}
    )
    return {node["title"] for node in nodes["products"]["nodes"]}


def test_updated_at_finds_what_has_changed_since(sandbox: Sandbox, app: AppOnStore) -> None:
    newest = app.good("{ products(first: 1, sortKey: UPDATED_AT, reverse: true) { nodes { updatedAt } } }")
    mark = newest["products"]["nodes"][0]["updatedAt"]
    assert len(_titles(app, f"updated_at:>'{mark}'")) == 0
    sandbox.change_product(app.shop, title="Changed")
    assert _titles(app, f"updated_at:>'{mark}'") == {"Changed"}
    assert "Changed" in _titles(app, f"updated_at:>='{mark}'")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status:active", 17), ("status:DRAFT", 1), ("status:active,draft", 18), ("NOT status:active", 3),
        ("-status:active", 3), ("status:draft OR status:archived", 2),
        ("(status:draft OR tag:sale) vendor:*", 2),
        ("gift_card:true", 1), ("title:'Stoneware mug'", 1), ("product_type:Lamps", 2),
        ("updated_at:>2100-01-01", 0),
        ("created_at:<2100-01-01T00:00:00Z", 20), ("mug", 1), ("", 20),
    ],
)  # fmt: skip
def test_filters_of_products(app: AppOnStore, query: str, count: int) -> None:
    assert len(_titles(app, query)) == count


def test_an_id_filter_takes_bounds(app: AppOnStore) -> None:
    ids = sorted(int(gid.rpartition("/")[2]) for gid in _pages(app, 250))
    assert len(_titles(app, f"id:{ids[3]}")) == 1
    assert len(_titles(app, f"id:>={ids[3]} id:<{ids[6]}")) == 3


def test_a_filter_that_does_not_exist_is_a_warning(app: AppOnStore) -> None:
    answer = app.ask('{ products(first: 1, query: "nope:1") { nodes { id } } }')
    assert answer["extensions"]["search"][0]["warnings"] == [
        {"field": "nope", "message": "Invalid search field for this query.", "code": "invalid_field"}
    ]


def test_locations_have_no_updated_at_filter(app: AppOnStore) -> None:
    answer = app.ask('{ locations(first: 5, query: "updated_at:>2100-01-01") { nodes { id } } }')
    assert len(answer["data"]["locations"]["nodes"]) == 2
    assert answer["extensions"]["search"][0]["warnings"][0]["code"] == "invalid_field"


# things


def test_ids_are_above_what_a_float_can_hold(app: AppOnStore) -> None:
    for gid in _pages(app, 250):
        assert int(gid.rpartition("/")[2]) > 2**53


def test_things_are_found_by_their_id_and_not_by_anothers(app: AppOnStore) -> None:
    product = _pages(app, 1)[0]
    assert (
        app.good("query($id: ID!) { product(id: $id) { id } }", {"id": product})["product"]["id"] == product
    )
    node = app.good(
        "query($id: ID!) { node(id: $id) { __typename ... on Product { title } } }", {"id": product}
    )
    assert node["node"]["__typename"] == "Product"
    wrong = app.ask("query($id: ID!) { order(id: $id) { id } }", {"id": product})
    assert _error(wrong)["message"] == f"Invalid id: {product}"
    assert wrong["data"] == {"order": None}
    assert app.good('{ product(id: "gid://shopify/Product/1") { id } }') == {"product": None}
    assert _error(app.ask('{ product(id: "nonsense") { id } }'))["message"] == "Invalid global id 'nonsense'"


def test_the_primary_location_needs_no_id_and_a_level_is_found_by_its_double_id(app: AppOnStore) -> None:
    primary = app.good("{ location { id } }")["location"]["id"]
    found = app.good(
        """{ inventoryItems(first: 1) { nodes {
        inventoryLevels(first: 1) { nodes { id location { id } } } } } }"""
    )
    level = found["inventoryItems"]["nodes"][0]["inventoryLevels"]["nodes"][0]
    assert level["location"]["id"] == primary
    again = app.good(
        "query($id: ID!) { inventoryLevel(id: $id) { id } node(id: $id) { id } }", {"id": level["id"]}
    )
    assert again == {"inventoryLevel": {"id": level["id"]}, "node": {"id": level["id"]}}


def test_money_is_text_and_dates_are_whole_seconds(app: AppOnStore) -> None:
    found = app.good(
        """{ products(first: 1) { nodes { createdAt priceRangeV2 { minVariantPrice { amount } }
        variants(first: 1) { nodes { price } } } } }"""
    )
    product = found["products"]["nodes"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", product["createdAt"])
    assert product["priceRangeV2"]["minVariantPrice"]["amount"] == "24.0"
    assert product["variants"]["nodes"][0]["price"] == "24.00"


def test_an_app_sees_the_orders_of_60_days(sandbox: Sandbox, app: AppOnStore) -> None:
    held = sandbox.orders(app.shop)
    hidden = [order for order in held if not order["visible"]]
    assert len(hidden) == 2
    assert app.good("{ ordersCount(limit: null) { count precision } }")["ordersCount"] == {
        "count": len(held) - 2,
        "precision": "EXACT",
    }
    assert app.good("query($id: ID!) { order(id: $id) { id } }", {"id": hidden[0]["id"]}) == {"order": None}
    assert app.good("{ ordersCount(limit: 5) { count precision } }")["ordersCount"] == {
        "count": 5,
        "precision": "AT_LEAST",
    }


SUMS = """{ orders(first: 50) { nodes {
  subtotalPriceSet { ...M } totalPriceSet { ...M } totalShippingPriceSet { ...M } totalTaxSet { ...M }
  totalDiscountsSet { ...M }
  lineItems(first: 5) { nodes { originalTotalSet { ...M }
    discountAllocations { allocatedAmountSet { ...M } } } }
} } }
fragment M on MoneyBag { shopMoney { amount } }"""


def _cents(held: Any) -> int:
    return round(float(held["shopMoney"]["amount"]) * 100)


def test_the_sums_of_an_order_agree(app: AppOnStore) -> None:
    orders = app.good(SUMS)["orders"]["nodes"]
    for order in orders:
        lines = order["lineItems"]["nodes"]
        gross = sum(_cents(line["originalTotalSet"]) for line in lines)
        off = sum(
            _cents(part["allocatedAmountSet"]) for line in lines for part in line["discountAllocations"]
        )
        assert _cents(order["subtotalPriceSet"]) == gross - off
        assert _cents(order["totalDiscountsSet"]) == off
        assert _cents(order["totalPriceSet"]) == _cents(order["subtotalPriceSet"]) + _cents(
            order["totalShippingPriceSet"]
        )
    assert any(order["totalDiscountsSet"]["shopMoney"]["amount"] != "0.0" for order in orders)


def _documents() -> list[str]:
    text = (SHARED / "platforms" / "shopify.md").read_text() if SHARED.is_dir() else ""
    blocks = re.findall(r"```graphql\n(.*?)```", text[text.find("## 9. Validated") :], re.DOTALL)
    return [block for block in blocks if not block.startswith(("{", "mutation"))]


@needs_shared
def test_every_validated_document_is_answered(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.set_scopes(app.shop, [*sandbox.store(app.shop)["scopes"], "read_shopify_payments_accounts"])
    operation = app.bulk("{ products { edges { node { id } } } }")["id"]
    order = next(one["id"] for one in sandbox.orders(app.shop) if one["visible"])
    documents = _documents()
    assert len(documents) == 8
    for document in documents:
        app.good(document, {"id": operation if "MintaBulk" in document else order})
