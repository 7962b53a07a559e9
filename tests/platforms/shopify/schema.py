"""Shopify's real schemas, and the walk of a document through one."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_client_schema,
    get_named_type,
    parse,
)

from tests.shared import SHARED

VERSIONS = ("2026-10", "2026-07")
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@cache
def _file(version: str) -> dict[str, Any]:
    path = SHARED / "specs" / "shopify" / "admin-graphql" / f"admin_{version}.json.gz"
    with gzip.open(path) as file:
        found: dict[str, Any] = json.load(file)
    return found


@cache
def schema(version: str) -> GraphQLSchema:
    """Return the schema of a version."""
    return build_client_schema(_file(version)["data"], assume_valid=True)


@cache
def scopes(version: str) -> dict[tuple[str, str | None], tuple[str, ...]]:
    """Return (type, field or None) -> the scopes of which any opens it, as Shopify orders them."""
    return {
        (item["typeName"], item.get("fieldName")): tuple(item["offlineScopes"])
        for item in _file(version)["offline_scopes"]["items"]
        if item["offlineScopes"]
    }


@dataclass(frozen=True)
class Step:
    """One field of a document: the type it is asked of, its name, where it stands, what it leads to."""

    owner: str
    field: str
    place: str
    leads_to: str
    leaf: bool


def walk(document: str, version: str = VERSIONS[0]) -> Iterator[Step]:
    """Yield every field of a document.

    `place` is named as in `sources`: from the nearest type that has an id.
    """
    parsed = parse(document)
    walker = _Walker(schema(version), parsed)
    for definition in parsed.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema(version).get_root_type(definition.operation)
            assert root is not None
            yield from walker.steps(definition.selection_set, root, "")


class _Walker:
    def __init__(self, known: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = known
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }

    def steps(self, selections: SelectionSetNode, owner: Composite, base: str) -> Iterator[Step]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield from self._field(node, owner, base)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self._narrowed(
                    fragment.selection_set, fragment.type_condition.name.value, owner, base
                )
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else owner.name
                yield from self._narrowed(node.selection_set, condition, owner, base)

    def _narrowed(
        self, selections: SelectionSetNode, name: str, owner: Composite, base: str
    ) -> Iterator[Step]:
        narrowed = self._composite(name)
        # A member of a union keeps the union's place: all of them are one thing to us.
        changes = isinstance(owner, GraphQLInterfaceType) and self._has_id(narrowed)
        yield from self.steps(selections, narrowed, name if changes else base)

    def _field(self, node: FieldNode, owner: Composite, base: str) -> Iterator[Step]:
        name = node.name.value
        place = f"{base}.{name}" if base else name
        if name == "__typename":
            yield Step(owner.name, name, place, "String", leaf=True)
            return
        assert not isinstance(owner, GraphQLUnionType)
        leads_to = get_named_type(owner.fields[name].type)
        yield Step(owner.name, name, place, leads_to.name, leaf=node.selection_set is None)
        if node.selection_set is not None:
            inner = self._composite(leads_to.name)
            yield from self.steps(node.selection_set, inner, inner.name if self._has_id(inner) else place)

    def _composite(self, name: str) -> Composite:
        found = self._schema.type_map[name]
        assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        return found

    @staticmethod
    def _has_id(found: Composite) -> bool:
        return isinstance(found, GraphQLObjectType) and any(each.name == "Node" for each in found.interfaces)
