"""Bulk operations: their life, their rules, their files."""

import gzip
import json
import time
from typing import Any

import pytest
import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.client import POLL_BULK, AppOnStore, Receiver

NESTED = """{ products(query: "status:active", sortKey: UPDATED_AT) { edges { node {
  id title kind: productType
  category { fullName } ...Again
  priceRangeV2 { minVariantPrice { amount } }
  variants { edges { node {
    id price selectedOptions { name value }
    inventoryItem { id tracked inventoryLevels { edges { node {
      id quantities(names: ["available", "on_hand"]) { name quantity } location { id } } } } }
  } } }
  media { edges { node { __typename id alt ... on MediaImage { image { url width } } } } }
  collections { edges { node { id } } }
} } } }
fragment Again on Product { category { id level } title }"""
ORDERS = """{ orders(sortKey: UPDATED_AT) { edges { node { id ...Sums
  lineItems { edges { node { id quantity discountAllocations { discountApplication {
    __typename value { __typename ... on PricingPercentageValue { percentage } }
    ... on DiscountCodeApplication { code }
  } } } } }
} } } }
fragment Sums on Order {
  totalPriceSet { shopMoney { amount currencyCode } } refunds { id createdAt }
  transactions { id fees { rate } }
}"""


def test_an_operation_lives_from_created_to_completed(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.bulk(delay_seconds=600)
    started = app.start_bulk("{ products { edges { node { id } } } }")["bulkOperation"]
    assert (started["status"], started["objectCount"], started["url"]) == ("CREATED", "0", None)
    running = app.poll(started["id"])
    assert running["status"] in ("CREATED", "RUNNING")
    assert (running["url"], running["completedAt"], running["fileSize"]) == (None, None, None)
    sandbox.advance(seconds=601)
    done = app.end_of(started["id"])
    body = app.fetch_plain(done["url"])
    assert done["status"] == "COMPLETED"
    assert done["completedAt"] is not None
    assert int(done["objectCount"]) == int(done["rootObjectCount"]) == len(body.splitlines()) == 20
    assert int(done["fileSize"]) == len(body)


def test_counts_children_and_root_are_exact(app: AppOnStore) -> None:
    operation = app.bulk(NESTED)
    rows = [json.loads(line) for line in app.fetch_plain(operation["url"]).splitlines()]
    roots = [row for row in rows if "__parentId" not in row]
    assert int(operation["objectCount"]) == len(rows)
    assert int(operation["rootObjectCount"]) == len(roots) == 17
    assert all("variants" not in row and "media" not in row for row in roots)


@pytest.mark.parametrize("document", [NESTED, ORDERS])
def test_the_rows_are_what_a_query_would_have_given(app: AppOnStore, document: str) -> None:
    rows = app.rows(document)
    paged = document
    for name in ("variants", "media", "collections {", "inventoryLevels", "lineItems"):
        bare = name.removesuffix(" {")
        paged = paged.replace(f"{bare} {{ edges", f"{bare}(first: 12) {{ edges", 1)
    paged = paged.replace("products(query", "products(first: 3, query").replace(
        "orders(sort", "orders(first: 20, sort"
    )
    answer = app.good(paged)
    (root,) = answer.values()
    expected = [row for edge in root["edges"] for row in _flat(edge["node"], None)]
    assert [row for row in rows if "__parentId" not in row][: len(root["edges"])] == [
        row for row in expected if "__parentId" not in row
    ]
    assert rows[: len(expected)] == expected


def _flat(node: Any, parent: str | None) -> list[Any]:
    own, children = _parted(node)
    if parent is not None:
        own["__parentId"] = parent
    return [own] + [row for child in children for row in _flat(child, node["id"])]


def _parted(node: Any) -> tuple[Any, list[Any]]:
    own: dict[str, Any] = {}
    children: list[Any] = []
    for key, value in node.items():
        if isinstance(value, dict) and "edges" in value:
            children += [edge["node"] for edge in value["edges"]]
        elif isinstance(value, dict):
            own[key], inner = _parted(value)
            children += inner
        else:
            own[key] = value
    return own, children


def test_the_parent_of_a_level_is_the_variant_or_the_item(sandbox: Sandbox, app: AppOnStore) -> None:
    def parents() -> set[str]:
        rows = app.rows(NESTED)
        return {row["__parentId"].split("/")[3] for row in rows if "/InventoryLevel/" in row["id"]}

    assert parents() == {"ProductVariant"}
    sandbox.bulk(parent="nearest")
    assert parents() == {"InventoryItem"}


def test_the_order_of_lines_can_be_anything(sandbox: Sandbox, app: AppOnStore) -> None:
    grouped = app.rows(NESTED)
    sandbox.bulk(order="breadth_first")
    breadth = app.rows(NESTED)
    sandbox.bulk(order="shuffled")
    shuffled = app.rows(NESTED)
    places = {row["id"]: place for place, row in enumerate(shuffled)}
    by_text = sorted(json.dumps(row, sort_keys=True) for row in grouped)
    assert sorted(json.dumps(row, sort_keys=True) for row in breadth) == by_text
    assert sorted(json.dumps(row, sort_keys=True) for row in shuffled) == by_text
    assert ["__parentId" in row for row in breadth] == sorted("__parentId" in row for row in breadth)
    assert any(places[row["__parentId"]] > places[row["id"]] for row in shuffled if "__parentId" in row)


def test_no_rows_means_no_url(app: AppOnStore) -> None:
    operation = app.bulk('{ products(query: "updated_at:>2100-01-01") { edges { node { id } } } }')
    assert (operation["status"], operation["url"], operation["objectCount"]) == ("COMPLETED", None, "0")


def _edges(name: str, *fields: str) -> str:
    return f"{name} {{ edges {{ node {{ {' '.join(fields)} }} }} }}"


FIVE = [_edges(name, "id") for name in ("variants", "metafields", "collections", "media", "images")]
WITHOUT_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias and must"
    " be of 'ID' return type. Connection fields without 'id': products."
)
BY_NODES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
    "'products { edges { node {'. Selecting via 'nodes' is not supported."
    " Invalid connection fields: 'products'."
)
TOO_DEEP = _edges("products", "id", _edges("variants", "id", _edges("metafields", "id")))
IN_LIST = f"refunds {{ {_edges('refundLineItems', 'quantity')} }}"
NO_CONNECTION = "Bulk queries must contain at least one connection."
RULES = [
    ("products { nodes { id title } }", [BY_NODES]),
    (
        'node(id: "gid://shopify/Product/0") { id }',
        ["Bulk queries cannot contain a top level `node` field.", NO_CONNECTION],
    ),
    (
        _edges("collections", "id", TOO_DEEP),
        ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
    ),
    (_edges("products", "id", *FIVE), ["Bulk queries cannot contain more than 5 connections."]),
    (_edges("products", "title", _edges("variants", "id")), [WITHOUT_ID]),
    (_edges("products", "other: id", _edges("variants", "id")), [WITHOUT_ID]),
    (
        _edges("orders", "id", IN_LIST),
        ["Queries that contain a connection field within a list field are not currently supported."],
    ),
    ("shop { id }", [NO_CONNECTION]),
]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "mutation { appUninstall { app { id } } }",
            "Invalid operation type. Only `query` operations are supported.",
        ),
        ("", "Invalid bulk query: syntax error, unexpected end of file"),
    ],
)
def test_what_is_no_query_is_refused(app: AppOnStore, query: str, message: str) -> None:
    payload = app.start_bulk(query)
    assert payload == {
        "bulkOperation": None,
        "userErrors": [{"field": ["query"], "message": message, "code": "INVALID"}],
    }


@pytest.mark.parametrize(("query", "messages"), RULES)
def test_what_shopify_refuses_is_refused_in_its_words(
    app: AppOnStore, query: str, messages: list[str]
) -> None:
    payload = app.start_bulk(f"{{ {query} }}")
    assert payload["bulkOperation"] is None
    assert payload["userErrors"] == [
        {"field": ["query"], "message": text, "code": "INVALID"} for text in messages
    ]


def test_a_field_that_does_not_exist_is_refused(app: AppOnStore) -> None:
    payload = app.start_bulk("{ products { edges { node { id nope } } } }")
    assert payload["bulkOperation"] is None
    assert "nope" in payload["userErrors"][0]["message"]


def test_the_sixth_operation_at_once_is_refused(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.bulk(delay_seconds=600)
    started = [
        app.start_bulk("{ products { edges { node { id } } } }")["bulkOperation"]["id"] for _ in range(5)
    ]
    refused = app.start_bulk("{ products { edges { node { id } } } }")
    message = f"A bulk query operation for this app and shop is already in progress: {', '.join(started)}."
    assert refused["userErrors"] == [{"field": None, "message": message, "code": "OPERATION_IN_PROGRESS"}]
    listed = app.good(
        """{ bulkOperations(first: 10, query: "status:running OR status:created", sortKey: CREATED_AT) {
        nodes { id } } }"""
    )
    assert [node["id"] for node in listed["bulkOperations"]["nodes"]] == started
    sandbox.advance(seconds=601)
    for one in started:
        app.end_of(one)
    assert app.start_bulk("{ products { edges { node { id } } } }")["userErrors"] == []


def test_a_cancelled_operation_ends_so_and_cannot_be_cancelled_twice(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    sandbox.bulk(delay_seconds=600)
    operation = app.start_bulk("{ products { edges { node { id } } } }")["bulkOperation"]["id"]
    cancel = """mutation($id: ID!) { bulkOperationCancel(id: $id) {
      bulkOperation { status } userErrors { message } } }"""
    assert app.good(cancel, {"id": operation})["bulkOperationCancel"]["bulkOperation"]["status"] in (
        "CANCELING",
        "CANCELED",
    )
    assert app.end_of(operation)["status"] == "CANCELED"
    assert app.poll(operation)["url"] is None
    again = app.good(cancel, {"id": operation})["bulkOperationCancel"]
    assert again["userErrors"][0]["message"] == "A bulk operation cannot be canceled when it is canceled"


def test_a_refused_field_fails_the_operation(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.set_scopes(app.shop, ["read_products"])
    operation = app.bulk("{ orders { edges { node { id } } } }")
    assert (operation["status"], operation["errorCode"], operation["url"]) == (
        "FAILED",
        "ACCESS_DENIED",
        None,
    )


def test_a_failed_operation_may_leave_a_part(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.bulk(outcome="FAILED", error_code="TIMEOUT", partial=True)
    operation = app.bulk("{ products { edges { node { id } } } }")
    assert (operation["status"], operation["errorCode"], operation["url"]) == ("FAILED", "TIMEOUT", None)
    part = app.fetch_plain(operation["partialDataUrl"])
    assert part.endswith(b"\n")
    assert 0 < len(part.splitlines()) < 20


def test_the_counts_can_lie(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.bulk(counts_off_by=2)
    operation = app.bulk("{ products { edges { node { id } } } }")
    assert int(operation["objectCount"]) == len(app.fetch_plain(operation["url"]).splitlines()) + 2


def test_a_file_is_compressed_for_whoever_takes_it(app: AppOnStore) -> None:
    url = app.bulk(NESTED)["url"]
    zipped = requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=60)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Content-Type"] == "application/jsonl"
    assert gzip.decompress(zipped.raw.read(decode_content=False)) == app.fetch_plain(url)


def test_a_file_opens_with_its_signature_and_for_seven_days(sandbox: Sandbox, app: AppOnStore) -> None:
    url = app.bulk("{ products { edges { node { id } } } }")["url"]
    assert requests.get(url, timeout=60).status_code == 200
    for wrong in (
        url[:-1] + "0" if url[-1] != "0" else url[:-1] + "1",
        url.replace("Expires=", "Expires=9"),
        url.split("?")[0],
    ):
        assert requests.get(wrong, timeout=60).status_code == 400
    sandbox.advance(days=7, seconds=5)
    assert requests.get(url, timeout=60).status_code == 400


def test_another_store_does_not_see_the_operation(sandbox: Sandbox, app: AppOnStore) -> None:
    operation = app.bulk("{ products { edges { node { id } } } }")["id"]
    other = AppOnStore(
        sandbox, str(sandbox.create_store(f"other-{time.time_ns()}", orders=0)["domain"])
    ).connect()
    assert other.good(POLL_BULK, {"id": operation}) == {"bulkOperation": None}


def test_the_end_is_told_by_webhook(sandbox: Sandbox, app: AppOnStore, receiver: Receiver) -> None:
    operation = app.bulk("{ products { edges { node { id } } } }")
    assert sandbox.flush()
    (told,) = receiver.of(app.shop, "bulk_operations/finish")
    assert told.json["admin_graphql_api_id"] == operation["id"]
    assert (told.json["status"], told.json["error_code"], told.json["type"]) == ("completed", None, "query")
    assert "url" not in told.json


def test_thousands_of_products_are_written_whole(sandbox: Sandbox) -> None:
    many = str(sandbox.create_store(f"many-{time.time_ns()}", orders=0, products=2_000)["domain"])
    app = AppOnStore(sandbox, many).connect()
    operation = app.bulk(NESTED)
    assert int(operation["rootObjectCount"]) == 1_700
    assert len(app.fetch_plain(operation["url"]).splitlines()) == int(operation["objectCount"])
