"""The sandbox's type definition is a part of the real one, and every field of it has a value."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_client_schema,
    build_schema,
    get_named_type,
    is_leaf_type,
    validate_schema,
)

from connectors.sandbox.control import Sandbox
from connectors.sandbox.shopify.api.access import need_in
from connectors.sandbox.shopify.api.schema import definition
from tests.sandbox.client import AppOnStore
from tests.shared import SHARED, needs_shared

FOLDER = SHARED / "specs" / "shopify" / "admin-graphql"
LATER_VALUES = {"OrderDisplayFulfillmentStatus.FULFILLMENT_NOT_REQUIRED"}
ALL_SCOPES = [
    "read_products", "read_inventory", "read_locations", "read_orders", "read_discounts", "read_customers",
    "read_users", "read_shopify_payments_accounts", "read_shopify_payments_accounts_sensitive",
    "read_returns",
]  # fmt: skip


@cache
def _file(version: str) -> Any:
    with gzip.open(FOLDER / f"admin_{version}.json.gz") as opened:
        return json.load(opened)


@cache
def _real(version: str) -> GraphQLSchema:
    return build_client_schema(_file(version)["data"], assume_valid=True)


def _own_types() -> Iterator[GraphQLNamedType]:
    for kind in _own().type_map.values():
        if not kind.name.startswith("__"):
            yield kind


@cache
def _own() -> GraphQLSchema:
    return build_schema(definition())


def test_the_definition_is_valid() -> None:
    assert validate_schema(_own()) == []


@needs_shared
@pytest.mark.parametrize("version", ["2026-10", "2026-07"])
def test_every_type_field_argument_and_value_is_in_the_real_schema(version: str) -> None:
    strange = [
        line for kind in _own_types() for line in _differences(kind, _real(version).type_map.get(kind.name))
    ]
    known = LATER_VALUES if version == "2026-07" else set()
    assert sorted(set(strange) - known) == []


def _differences(own: GraphQLNamedType, real: GraphQLNamedType | None) -> Iterator[str]:
    if real is None or type(real) is not type(own):
        yield own.name
    elif isinstance(own, GraphQLObjectType | GraphQLInterfaceType):
        yield from _field_differences(own, real)  # type: ignore[arg-type]
        real_faces = {face.name for face in real.interfaces}  # type: ignore[attr-defined]
        yield from (f"{own.name} is no {face.name}" for face in own.interfaces if face.name not in real_faces)
    elif isinstance(own, GraphQLInputObjectType):
        for name, field in own.fields.items():
            theirs = real.fields.get(name)  # type: ignore[attr-defined]
            if theirs is None or str(theirs.type) != str(field.type):
                yield f"{own.name}.{name}"
    elif isinstance(own, GraphQLEnumType):
        yield from (f"{own.name}.{value}" for value in own.values if value not in real.values)  # type: ignore[attr-defined]
    elif isinstance(own, GraphQLUnionType):
        real_members = {member.name for member in real.types}  # type: ignore[attr-defined]
        yield from (f"{own.name}|{one.name}" for one in own.types if one.name not in real_members)


def _field_differences(own: GraphQLObjectType, real: GraphQLObjectType) -> Iterator[str]:
    for name, field in own.fields.items():
        theirs = real.fields.get(name)
        if theirs is None or str(theirs.type) != str(field.type):
            yield f"{own.name}.{name}"
            continue
        if (field.deprecation_reason is None) != (theirs.deprecation_reason is None):
            yield f"{own.name}.{name} deprecation"
        for argument, mine in field.args.items():
            other = theirs.args.get(argument)
            if other is None or str(other.type) != str(mine.type) or _default(other) != _default(mine):
                yield f"{own.name}.{name}({argument})"
        required = {
            argument
            for argument, one in theirs.args.items()
            if str(one.type).endswith("!") and not _default(one)
        }
        yield from (f"{own.name}.{name} lacks {argument}" for argument in required - set(field.args))


def _default(argument: Any) -> str:
    held = argument.default_value
    return "" if held is Undefined else str(held)


@needs_shared
def test_every_field_needs_the_scopes_that_the_real_one_needs() -> None:
    real = {
        (item["typeName"], item.get("fieldName")): set(item["offlineScopes"])
        for item in _file("2026-10")["offline_scopes"]["items"]
    }
    wrong = []
    for kind in _own_types():
        if not isinstance(kind, GraphQLObjectType) or kind.ast_node is None:
            continue
        wrong += _scope_differences(real, kind.name, None, kind.ast_node.directives)
        for name, field in kind.fields.items():
            wrong += _scope_differences(
                real, kind.name, name, field.ast_node.directives if field.ast_node else ()
            )
    assert wrong == []


def _scope_differences(real: dict[Any, set[str]], kind: str, field: str | None, directives: Any) -> list[str]:
    own = set(need_in(tuple(directives or ()), kind).scopes)
    return [] if own == real.get((kind, field), set()) else [f"{kind}.{field}"]


def _selection(kind: GraphQLNamedType, depth: int, path: tuple[str, ...] = ()) -> str:
    if isinstance(kind, GraphQLUnionType):
        parts = (
            f"... on {one.name} {{ __typename {_fields(one, depth, path, prefix=one.name)} }}"
            for one in kind.types
        )
        return " ".join(["__typename", *parts])
    if isinstance(kind, GraphQLInterfaceType):
        members = _own().get_possible_types(kind)
        parts = (f"... on {one.name} {{ {_fields(one, depth, path, prefix=one.name)} }}" for one in members)
        return " ".join(["__typename", *parts])
    return _fields(kind, depth, path, prefix="")


def _fields(kind: Any, depth: int, path: tuple[str, ...], prefix: str) -> str:
    parts = ["__typename"]
    for name, field in kind.fields.items():
        required = {
            argument
            for argument, one in field.args.items()
            if str(one.type).endswith("!") and one.default_value is Undefined
        }
        inner = get_named_type(field.type)
        label = f"{prefix}_{name}: " if prefix else ""
        arguments = _arguments(field, required)
        if arguments is None or inner.name in path:
            continue
        if is_leaf_type(inner):
            parts.append(f"{label}{name}{arguments}")
        elif depth > 0:
            parts.append(f"{label}{name}{arguments} {{ {_selection(inner, depth - 1, (*path, kind.name))} }}")
    return " ".join(parts)


def _arguments(field: Any, required: set[str]) -> str | None:
    known = {"names": '["available", "on_hand", "committed", "nonsense"]', "first": "1"}
    if not required <= set(known):
        return None
    wanted = required | ({"first"} if "first" in field.args else set())
    return f"({', '.join(f'{name}: {known[name]}' for name in sorted(wanted))})" if wanted else ""


ROOTS = [
    "shop", "products", "productVariants", "inventoryItems", "locations", "collections", "orders",
    "customers", "discountNodes", "shopifyPaymentsAccount", "currentAppInstallation", "publicApiVersions",
    "bulkOperations",
    "webhookSubscriptions", "location", "currentBulkOperation",
]  # fmt: skip


@pytest.mark.parametrize("root", ROOTS)
def test_every_field_of_every_type_has_a_value(sandbox: Sandbox, shop: str, root: str) -> None:
    sandbox.app(customer_level=2)
    sandbox.change_shop(shop, restore_rate=1_000_000)
    sandbox.install(shop, ALL_SCOPES)
    app = AppOnStore(sandbox, shop).connect()
    app.bulk("{ products { edges { node { id } } } }")
    field = _own().query_type.fields[root]  # type: ignore[union-attr]
    inner = get_named_type(field.type)
    for depth in (2, 4):
        query = f"{{ {root}{_arguments(field, set())} {{ {_selection(inner, depth)} }} }}"
        answer = app.ask(query)
        too_dear = [one["extensions"]["code"] for one in answer.get("errors", ())]
        assert too_dear in ([], ["MAX_COST_EXCEEDED"]), answer["errors"][:3]
        if depth == 2:
            assert too_dear == []
