"""What real stores answered, read by our types."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest

from connectors.errors import AccessDenied, BadAnswer, Throttled
from connectors.platforms.base import ExportState
from connectors.platforms.shopify.marks import Marker
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.shopify.wire import exports, offers, products, replies, sales, store
from tests.platforms.shopify.admin import Admin, Says
from tests.platforms.shopify.bulkfiles import announced, fetched, written
from tests.platforms.shopify.nodes import store as made_store
from tests.shared import SHARED, needs_shared

RECORDED = SHARED / "specs" / "shopify" / "recorded"
BULK = RECORDED / "2026-04" / "bulk-operations"

pytestmark = needs_shared

# Shopify's type, as a global id or `__typename` names it -> ours.
OURS: dict[str, type[msgspec.Struct]] = {
    "Shop": store.Shop,
    "ShopAddress": store.ShopAddress,
    "Domain": store.ShopDomain,
    "Product": products.Product,
    "ProductVariant": products.Variant,
    "InventoryItem": products.InventoryItem,
    "InventoryLevel": products.Level,
    "MediaImage": products.Media,
    "Order": sales.Order,
    "LineItem": sales.LineItem,
    "BulkOperation": exports.BulkOperation,
    "DiscountCodeBasic": offers.Discount,
    "DiscountCodeBxgy": offers.Discount,
    "DiscountCodeFreeShipping": offers.Discount,
    "DiscountAutomaticBasic": offers.Discount,
    "DiscountAutomaticBxgy": offers.Discount,
    "DiscountAutomaticFreeShipping": offers.Discount,
}


@cache
def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def responses() -> list[dict[str, Any]]:
    """Return every recorded response body."""
    return [body for path in sorted(RECORDED.rglob("*.json")) for body in bodies(load(path))]


def bodies(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("data"), dict) or ("data" in value and "errors" in value):
            yield value
        for name, inner in value.items():
            # What the recording project wrote itself, with nulls where no store sends any.
            if name != "upstreamCalls":
                yield from bodies(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from bodies(inner)


def things(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every node in a recording with the type that it says."""
    if isinstance(value, dict):
        name = str(value.get("__typename", ""))
        gid = str(value.get("id", ""))
        if not name and gid.startswith("gid://shopify/"):
            name = gid.split("/")[3]
        if name in OURS:
            yield name, value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from things(inner)


@cache
def partial(wire: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Return a type in which every field may be left out: recordings asked for other fields than we do."""
    fields = [
        (field.name, loosened(field.type), msgspec.field(name=field.encode_name, default=None))
        for field in msgspec.structs.fields(wire)
    ]
    return msgspec.defstruct(f"Partial{wire.__name__}", fields)


def loosened(hint: Any) -> Any:
    origin = get_origin(hint) or hint
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        return partial(hint) if origin is hint else Any
    if origin is list:
        return list[loosened(get_args(hint)[0])]  # type: ignore[misc]
    if origin is Union or str(type(hint)) == "<class 'types.UnionType'>":
        return Union[tuple(loosened(arm) for arm in get_args(hint))]  # noqa: UP007 # made of arms
    return hint


def test_every_recorded_value_that_we_read_is_of_the_type_that_we_declare() -> None:
    seen: Counter[str] = Counter()
    for response in responses():
        for name, thing in things(response["data"]):
            ours = {field.encode_name for field in msgspec.structs.fields(OURS[name])}
            read = {field: value for field, value in thing.items() if field in ours}
            msgspec.json.decode(json.dumps(read), type=partial(OURS[name]))
            seen.update(f"{name}.{field}" for field in read)
    assert len(seen) > 100
    for field in (
        "Product.tags",
        "ProductVariant.selectedOptions",
        "InventoryLevel.quantities",
        "MediaImage.image",
        "DiscountCodeBasic.customerGets",
        "DiscountCodeFreeShipping.minimumRequirement",
        "BulkOperation.objectCount",
        "LineItem.originalUnitPriceSet",
        "ShopAddress.countryCodeV2",
    ):
        assert seen[field], field


def test_a_real_operation_is_ready_and_its_real_lines_agree_with_it() -> None:
    run = load(BULK / "bulk-operation-run-query-group-objects.hth.json")["runs"]
    for name in ("runQueryGroupObjectsTrue", "runQueryGroupObjectsDefault"):
        operation, result = run[name]["terminalOperation"], run[name]["result"]
        with Admin(Says({"data": {"bulkOperation": operation}})) as admin:
            export = admin.reader().export("1")
        assert (export.state, export.lines, export.roots) == (ExportState.READY, 1456, 1456)
        assert export.size_bytes == result["byteLength"] == 115_969
        assert export.url is not None
        assert export.url.startswith("https://storage.googleapis.com/")
        marker = Marker()
        marker.mark(written(result["records"]).splitlines())
        assert (marker.layout.lines, marker.layout.roots, marker.layout.grouped) == (1456, 1456, True)


def test_real_lines_are_fetched_and_their_count_believed() -> None:
    run = load(BULK / "bulk-operation-run-query-group-objects.hth.json")["runs"]
    content = written(run["runQueryGroupObjectsTrue"]["result"]["records"])
    assert fetched(content).content.count(b"\n") == announced(content).lines + 1


def test_the_real_answer_to_a_sixth_operation_is_a_wait() -> None:
    recording = load(BULK / "bulk-operation-run-query-concurrency-limit.hth.json")
    (rejected,) = (
        each for each in bodies(recording) if "OPERATION_IN_PROGRESS" in json.dumps(each.get("data"))
    )
    with Admin(Says(rejected)) as admin, pytest.raises(Throttled):
        admin.reader().start_export("product")


def test_the_real_refusal_of_a_payments_account_is_normal() -> None:
    recording = load(RECORDED / "2025-01" / "payments" / "shopify-payments-account-access-denied.hth.json")
    refused = Says({key: recording[key] for key in ("data", "errors", "extensions")})
    location = Says({"data": {"location": None}})
    with Admin(Says({"data": made_store()}), location, refused) as admin:
        assert admin.reader(scopes=SCOPES | OPTIONAL_SCOPES).store().payments_account is None


def test_every_real_refusal_is_denied_or_leaves_the_rest() -> None:
    refused = [
        response
        for response in responses()
        if {error.get("extensions", {}).get("code") for error in response.get("errors", ())}
        == {"ACCESS_DENIED"}
    ]
    assert {each["data"] is None for each in refused} == {True, False}
    for response in refused:
        with Admin(Says(response)) as admin, pytest.raises((AccessDenied, BadAnswer)) as failed:
            admin.reader().one("sale", "1")
        assert "Required access" not in str(failed.value)
        assert isinstance(failed.value, AccessDenied)


def test_real_costs_are_read() -> None:
    costs = [msgspec.json.decode(json.dumps(response), type=replies.Reply).cost() for response in responses()]
    known = [each.throttle_status for each in costs if each and each.throttle_status]
    assert len(known) > 50
    assert {(each.maximum_available, each.restore_rate) for each in known} == {(2000.0, 100.0)}
