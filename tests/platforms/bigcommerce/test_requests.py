"""What we ask is what the reference offers: paths and parameters, with their types and bounds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import yaml

from tests.platforms.bigcommerce.api import (
    BASE,
    Api,
    bare,
    coupon,
    everything,
    line,
    listed,
    order,
    paged,
    product,
    promotion,
    serving,
)
from tests.platforms.playing import Asked
from tests.shared import SHARED, needs_shared

REFERENCE = SHARED / "specs" / "bigcommerce" / "reference"
FILES = (
    "store_information.v2.yml",
    "currencies.v2.yml",
    "payments/methods_payments.v2.yml",
    "channels.v3.yml",
    "locations.v3.yml",
    "inventory.v3.yml",
    "catalog/products_catalog.v3.yml",
    "catalog/brands_catalog.v3.yml",
    "orders.v2.oas2.yml",
    "promotions.v3.yml",
    "marketing.v2.yml",
    "webhooks.v3.yml",
)
METHODS = ("get", "post", "put")

pytestmark = needs_shared


@cache
def documents() -> list[dict[str, Any]]:
    # The safe loader, in C: it reads 100,000 lines.
    return [yaml.load((REFERENCE / name).read_bytes(), yaml.CSafeLoader) for name in FILES]


def operations() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Yield method and path below the store, the operation, and the document it is in."""
    for document in documents():
        version = document["servers"][0]["url"].rsplit("/", 1)[1]
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    joined = {**item[method], "shared": item.get("parameters", [])}
                    yield method.upper(), f"/{version}{path}", joined, document


def matches(path: str, template: str) -> bool:
    parts, wanted = path.split("/"), template.split("/")
    return len(parts) == len(wanted) and all(
        (want.startswith("{") and part.isdigit()) or part == want
        for part, want in zip(parts, wanted, strict=True)
    )


def operation_of(asked: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    path = asked.path.removeprefix(BASE)
    found = [
        (template, operation, document)
        for method, template, operation, document in operations()
        if method == asked.method and matches(path, template)
    ]
    assert found, f"{asked.method} {path} is not in the reference"
    _, operation, document = min(found, key=lambda each: each[0].count("{"))
    return operation, document


def resolved(value: Any, document: dict[str, Any]) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def fault(value: str, schema: dict[str, Any]) -> str | None:
    """Say what is wrong with a parameter's text."""
    kind = schema.get("type", "string")
    if kind == "array":
        items = schema.get("items", {})
        return next((wrong for one in value.split(",") if (wrong := fault(one, items))), None)
    if kind in ("integer", "number"):
        # `product_id:in` and its like are typed as one number and described as many.
        if not all(each.isdigit() for each in value.split(",")):
            return f"{value} is no number"
        if "maximum" in schema and int(value) > schema["maximum"]:
            return f"{value} is too much"
    if kind == "boolean" and value not in ("true", "false"):
        return f"{value} is neither true nor false"
    # v2's sorting has its direction behind the name.
    if "enum" in schema and value.partition(":")[0] not in map(str, schema["enum"]):
        return f"{value} is none of those offered"
    return None


def check(asked: Asked) -> None:
    operation, document = operation_of(asked)
    offered = {}
    for parameter in [*operation["shared"], *operation.get("parameters", [])]:
        found = resolved(parameter, document)
        offered[found["name"], found["in"]] = resolved(found.get("schema", {}), document)
    for name, value in asked.query.items():
        assert (name, "query") in offered, f"{asked.path} has no parameter {name}"
        wrong = fault(value, offered[name, "query"])
        assert wrong is None, f"{asked.path} {name}: {wrong}"
    if asked.body:
        (content,) = operation["requestBody"]["content"].values()
        properties = resolved(content["schema"], document)["properties"]
        assert set(asked.said()) <= set(properties)


def visit(api: Api) -> None:
    """Ask all that a reader ever asks."""
    reader = api.reader()
    reader.store()
    since = datetime(2026, 11, 22, tzinfo=UTC)
    for kind, record_id in (("product", "77"), ("sale", "100"), ("offer", "promotion/1")):
        everything(reader, kind)
        everything(reader, kind, since)
        reader.one(kind, record_id)
        reader.count(kind)
    reader.one("offer", "coupon/1")


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    answers = {
        "/v3/catalog/products": paged([product(number, brand_id=3) for number in range(1, 301)]),
        "/v3/catalog/products/77": {"data": product(77)},
        "/v2/orders": bare([order(100)]),
        "/v2/orders/100": order(100),
        "/v2/orders/100/products": bare([line(1)]),
        "/v2/orders/count": {"count": 1},
        "/v3/promotions": listed([promotion(1, redemption_type="COUPON")]),
        "/v3/promotions/1": {"data": promotion(1)},
        "/v3/promotions/1/codes": listed(
            [{"code": f"C{number}"} for number in range(250)], cursor_pagination={"end_cursor": "x"}
        ),
        "/v2/coupons": bare([coupon(1)]),
    }
    with serving(answers) as api:
        visit(api)
        return list(api.playing.asked)


def test_every_question_is_one_that_the_reference_offers(asked: list[Asked]) -> None:
    for each in asked:
        check(each)
    paths = {each.path.removeprefix(BASE) for each in asked}
    assert len(paths) > 15


def test_every_change_of_a_hook_is_one_too() -> None:
    held = {"id": 7, "scope": "store/order/created", "is_active": False, "headers": {}}
    held["destination"] = "https://app.example.com/webhooks/bigcommerce/"
    answers = {"/v3/hooks": listed([held]), "/v3/hooks/7": {"data": held}}
    with serving(answers) as api:
        api.reader().subscribe()
        for each in api.playing.asked:
            check(each)
        assert {each.method for each in api.playing.asked} == {"GET", "POST", "PUT"}


def test_the_check_itself_finds_what_is_wrong(asked: list[Asked]) -> None:
    right = next(each for each in asked if each.path.endswith("/catalog/products"))
    for query in ({"limit": "many"}, {"sort": "colour"}, {"include": "people"}, {"nothing": "1"}):
        with pytest.raises(AssertionError):
            check(Asked("GET", right.path, query, {}, b""))
    with pytest.raises(AssertionError):
        check(Asked("GET", f"{BASE}/v3/nothing", {}, {}, b""))


def test_no_question_is_about_a_person(asked: list[Asked]) -> None:
    for each in asked:
        for word in ("customer", "address", "consignment", "transaction", "message", "gift_certificate"):
            assert word not in each.path + str(each.query)
