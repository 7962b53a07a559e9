"""The type definition with values behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
)

from connectors.sandbox.clock import iso
from connectors.sandbox.shopify import resolvers
from connectors.sandbox.shopify.api.access import Need, need_of_type, needs_of
from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing, page_of
from connectors.sandbox.shopify.api.registry import Resolver, resolver_of

FOLDER = Path(__file__).parent.parent / "schema"
CONNECTION_PARTS = ("Connection", "Edge")


@dataclass(frozen=True, slots=True)
class Source:
    """How a field is answered: what it needs, where its value comes from, whether it is a connection."""

    needs: tuple[Need, ...]
    resolver: Resolver
    connection: bool


def definition() -> str:
    """Read the type definition."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.graphql")))


@cache
def schema() -> GraphQLSchema:
    """Build the schema once."""
    resolvers.load()
    built = build_schema(definition())
    for kind in built.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType):
            _answer_fields(kind)
        elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _kind_of_value
        elif isinstance(kind, GraphQLScalarType) and kind.name in SCALARS:
            kind.coerce_output_value = SCALARS[kind.name]
    return built


@cache
def source_of(kind: str, field: str) -> Source:
    """Tell how a field of an object type is answered."""
    owner = schema().type_map[kind]
    if not isinstance(owner, GraphQLObjectType):
        raise TypeError(f"{kind} is no object type")
    definition = owner.fields[field]
    directives = tuple(definition.ast_node.directives or ()) if definition.ast_node else ()
    returned = get_named_type(definition.type)
    return Source(
        needs_of(directives, definition.type), resolver_of(kind, field), returned.name.endswith("Connection")
    )


def kind_of(value: Any) -> str:
    """Name the object type of a value."""
    return str(value.kind) if not hasattr(value, "KIND") else str(value.KIND)


def _answer_fields(kind: GraphQLObjectType) -> None:
    for name, field in kind.fields.items():
        field.resolve = _resolve(kind.name, name)


def _resolve(kind: str, name: str) -> Callable[..., Any]:
    coordinate = f"{kind}.{name}"

    def resolve(source: Any, info: GraphQLResolveInfo[Ask], **args: Any) -> Any:
        ask = info.context
        answered = source_of(kind, name)
        for need in answered.needs:
            denial = need.denial(ask, name)
            if denial is not None:
                raise denial
        value = answered.resolver(source, ask, args)
        if isinstance(value, Listing):
            return page_of(value, args, coordinate)
        if kind == "QueryRoot" and name in ("node", "nodes"):
            _refuse_node(value, ask, name)
        return value

    return resolve


def _refuse_node(value: Any, ask: Ask, name: str) -> None:
    for one in value if isinstance(value, list) else [value]:
        kind = schema().type_map.get(kind_of(one)) if one is not None else None
        denial = need_of_type(kind).denial(ask, name) if kind is not None else None
        if denial is not None:
            raise denial


def _kind_of_value(value: Any, info: GraphQLResolveInfo[Ask], abstract: Any) -> str:
    return kind_of(value)


def trimmed(value: Decimal) -> str:
    """Write an amount as MoneyV2 does: `10.0`, `19.99`."""
    text = f"{value:.2f}"
    return text.removesuffix("0")


SCALARS: dict[str, Callable[[Any], Any]] = {
    "DateTime": lambda value: iso(value) if isinstance(value, datetime) else value,
    "Decimal": lambda value: trimmed(value) if isinstance(value, Decimal) else str(value),
    "Money": lambda value: f"{value:.2f}" if isinstance(value, Decimal) else str(value),
    "UnsignedInt64": str,
}
