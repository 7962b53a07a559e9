"""Against the reference material: what is asked fits Wix's own schemas, and Wix's own examples are read."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import Raw

from connectors.platforms.base import Found
from connectors.platforms.wix import catalog_v1, offers, sales
from connectors.platforms.wix.mapping.products_v1 import product as product_v1
from connectors.platforms.wix.readable import readable, wired
from tests.platforms.wix.goods import INSTALLED, LOCATIONS, PROPERTIES, guid, paging
from tests.platforms.wix.goods import product_v1 as goods_v1
from tests.platforms.wix.goods import product_v3 as goods_v3
from tests.platforms.wix.goods import variant_v1 as goods_variant
from tests.platforms.wix.site import V3, Asked, Site
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

WIX = SHARED / "specs/wix"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)

#: Path -> where its request is described.
REQUESTS = {
    "/stores-reader/v1/products/query": ("stores_v1_products", "QueryProductsRequest"),
    "/stores-reader/v2/inventoryItems/query": ("stores_v2_inventory", "QueryInventoryRequest"),
    "/stores/v3/products/query": ("stores_v3_products", "V3QueryProductsRequest"),
    "/stores/v3/products/query-variants": ("stores_v3_read_only_variants", "QueryVariantsRequest"),
    "/stores/v3/inventory-items/query": ("stores_v3_inventory_items", "QueryInventoryItemsRequest"),
    "/ecom/v1/orders/search": ("ecom_orders", "SearchOrdersRequest"),
    "/ecom/v1/discount-rules/query": ("ecom_discount_rules", "QueryDiscountRulesRequest"),
}
#: Addresses that the packages serve by another name or verb, as the material says itself.
ALSO = {
    ("POST", "/stores-reader/v1/products/query"),
    ("POST", "/stores/v3/products/query"),
    ("POST", "/stores/v3/products/count"),
    ("POST", "/stores/v3/inventory-items/query"),
}


def read(path: str) -> Any:
    return json.loads((WIX / path).read_text())


def wrong(value: Any, schema: dict[str, Any], defs: dict[str, Any], at: str = "$") -> Iterator[str]:
    """Yield where a value leaves its schema: an unknown key, another type, a number or list too large."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    if kinds and names.get(type(value), "null") not in kinds:
        yield f"{at} is no {'|'.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is none of its values"
    if isinstance(value, int | float) and value > schema.get("maximum", value):
        yield f"{at} is too large"
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from wrong(each, schema.get("items", {}), defs, f"{at}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        for name, each in value.items():
            if name not in schema["properties"]:
                yield f"{at}.{name} is unknown"
            else:
                yield from wrong(each, schema["properties"][name], defs, f"{at}.{name}")


def by_cursor(name: str, paged: str) -> Any:
    """Answer nothing, and that it goes on once."""

    def answer(asked: Asked) -> Any:
        query = asked.body.get("query") or asked.body["search"]
        first = "cursor" not in query["cursorPaging"]
        return {name: [], **paging("next" if first else None, paged)}

    return answer


def everything_asked() -> list[Asked]:
    """Ask all that the reader can ask, of both catalogs."""
    shirt = goods_v1(1, variants=[goods_variant(0)])
    answers: dict[str, Any] = {
        "instance": INSTALLED,
        "properties": PROPERTIES,
        "locations": LOCATIONS,
        "orders_search": by_cursor("orders", "metadata"),
        "discount_rules_query": by_cursor("discountRules", "pagingMetadata"),
    }
    v1 = {"products_query": [{"products": [shirt], "totalResults": 1}]}
    variants = [{"variants": [], **paging("more")}, {"variants": [], **paging(None)}]
    v3 = {
        "version": V3,
        "products_query": [{"products": [goods_v3(1)], **paging("next")}, {"products": []}],
        "query_variants": variants,
        "inventory_items_query": {"inventoryItems": []},
        f"products_{guid(1).replace('-', '_')}": {"product": goods_v3(1)},
        "products_count": {"count": 1},
    }
    asked = []
    for site in (Site(**answers, **v1), Site(**answers, **v3)):
        with site:
            reader = site.reader()
            reader.store()
            for kind in ("product", "sale", "offer"):
                first = reader.page(kind, SINCE, None)
                reader.count(kind)
                reader.one(kind, guid(1))
                if kind != "product" or site.answers["version"] is V3:
                    reader.page(kind, SINCE, first.cursor)
            reader.product_of_stock(guid(1))
            asked += site.asked
    return asked


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    return everything_asked()


def test_every_address_is_one_of_wixs(asked: list[Asked]) -> None:
    known = {(each["httpMethod"], each["url"].partition(".com")[2]) for each in read("methods.json")} | ALSO
    plain = {(each.method, re.sub(r"/[0-9a-f-]{36}$", "/{}", each.path)) for each in asked}
    shapes = {(method, re.sub(r"\{[^}]+\}", "{}", path)) for method, path in known}
    assert plain <= shapes, plain - shapes
    assert len(plain) >= 14


def test_every_request_fits_its_schema(asked: list[Asked]) -> None:
    seen = set()
    for each in asked:
        if each.path not in REQUESTS:
            continue
        file, name = REQUESTS[each.path]
        defs = read(f"schemas/{file}.json")["$defs"]
        assert list(wrong(each.body, defs[name], defs)) == [], each.path
        seen.add(each.path)
    assert seen == REQUESTS.keys()


def test_every_filter_and_sort_is_declared(asked: list[Asked]) -> None:
    specs = {each["spec"]: each["wql"] for each in read("query_specs.json")}
    which = {
        "/stores-reader/v1/products/query": "ProductQuerySpec",
        "/stores/v3/products/query": "V3ProductQuerySpec",
        "/stores/v3/products/query-variants": "ReadOnlyVariantQuerySpec",
        "/stores/v3/inventory-items/query": "InventoryItemQuerySpec",
        "/ecom/v1/orders/search": "OrderSearchSpec",
        "/ecom/v1/discount-rules/query": "DiscountRuleQuerySpec",
    }
    seen = 0
    for each in asked:
        if each.path not in which:
            continue
        query = each.body.get("query") or each.body["search"]
        wanted, sort = query.get("filter", {}), query.get("sort", [])
        wanted = json.loads(wanted) if isinstance(wanted, str) else wanted
        sort = [name for part in json.loads(sort) for name in part] if isinstance(sort, str) else sort
        sorted_by = {part if isinstance(part, str) else part["fieldName"] for part in sort}
        rules = specs[which[each.path]]
        for field, condition in wanted.items():
            allowed = [rule["operators"] for rule in rules if field in rule["fields"]]
            assert allowed, (each.path, field)
            assert all(word in allowed[0] or allowed[0] == "*" for word in condition), (each.path, field)
            seen += 1
        assert sorted_by <= {name for rule in rules if rule["sort"] == "BOTH" for name in rule["fields"]}
    assert seen >= 8


def test_wixs_examples_of_catalog_v1_are_read() -> None:
    seen = 0
    for operation in read("examples/stores-catalog.json")["operations"]:
        for example in operation["examples"]:
            answer = example["response"] or {}
            for each in [*answer.get("products", []), *([answer["product"]] if "product" in answer else [])]:
                raw = Raw(json.dumps(each).encode())
                (found,) = wired("product", [raw], catalog_v1._PRODUCT, "Product")
                record = readable("product", found, lambda known: product_v1(known, None))
                assert isinstance(record, Found), record
                seen += 1
    assert seen > 10


def test_wixs_examples_of_orders_and_discount_rules_are_read() -> None:
    (operation,) = read("examples/orders.json")["operations"]
    for example in operation["examples"]:
        whole = {"orders_search": {"orders": [example["response"]["order"]]}}
        with Site(**whole) as site:
            assert all(isinstance(each, Found) for each in sales.page(site.client(), None, None).items)
    for operation in read("examples/discount-rules.json")["operations"]:
        for example in operation["examples"]:
            answer = example["response"] or {}
            if "discountRules" in answer:
                with Site(discount_rules_query=answer) as site:
                    items = offers.page(site.client(), None, None).items
                assert items
                assert all(isinstance(each, Found) for each in items)


def test_the_constructed_answers_are_read_whole() -> None:
    made = read("examples/constructed.json")
    answers = {
        "version": made["GET /stores/v3/provision/version"]["response"],
        "products_query": made["POST /stores/v3/products/query"]["response"],
        "query_variants": made["POST /stores/v3/products/query-variants"]["response"],
        "inventory_items_query": made["POST /stores/v3/inventory-items/query"]["response"],
        "instance": made["GET /apps/v1/instance"]["response"],
        "orders_search": made["POST /ecom/v1/orders/search"]["response"],
        "properties": read("examples/site-properties.json")["operations"][0]["examples"][0]["response"],
        "locations": LOCATIONS,
        "token": made["POST /oauth2/token"]["response"],
    }
    with Site(**answers) as site:
        reader = site.reader()
        assert reader.store().name == "My Site Display Name"
        for kind in ("product", "sale"):
            page = reader.page(kind, None, None)
            assert [type(each) for each in page.items] == [Found]
            assert page.cursor is None
