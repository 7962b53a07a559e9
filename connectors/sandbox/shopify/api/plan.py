"""A selection compiled into functions, so that a bulk operation reads 100,000 products in reasonable time.

The rows are the same that graphql-core would give for the same selection; a test holds the two together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
    is_abstract_type,
)

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing, ordered
from connectors.sandbox.shopify.api.schema import SCALARS, kind_of, schema, source_of

Reader = Callable[[Any, "Spill"], Any]
Row = dict[str, Any]


@dataclass(slots=True)
class Spill:
    """Connections met while reading one node; they become rows of their own."""

    node_id: str
    found: list[tuple["Connection", Any, str]] = field(default_factory=list)


@dataclass(slots=True)
class Connection:
    """A connection: how its nodes come, and how each is read."""

    nodes: Callable[[Any], Any]
    read: Reader
    depth: int
    args: dict[str, Any]

    def of(self, source: Any) -> Iterator[Any]:
        """Give the nodes in the order that was asked for."""
        listing = self.nodes(source)
        if not isinstance(listing, Listing):
            return iter(listing.nodes)
        return iter(ordered(listing, self.args))


class Compiler:
    """Compile the selections of one bulk query; collects the errors of fields that may not be asked."""

    def __init__(self, ask: Ask, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.ask = ask
        self.denials: list[GraphQLError] = []
        self._fragments = fragments

    def roots(self, selection: SelectionSetNode) -> list[Connection]:
        """Compile the connections at the top of a bulk query."""
        found: list[Connection] = []
        spill = Spill("")
        self._rows_of(self._type("QueryRoot"), selection, 0)(self.ask, spill)
        found.extend(connection for connection, _, _ in spill.found)
        return found

    def _rows_of(self, kind: GraphQLObjectType, selection: SelectionSetNode, depth: int) -> Reader:
        wanted: dict[str, list[FieldNode]] = {}
        self._collect(kind, selection, wanted)
        parts = [(key, *self._field(kind, _merged(nodes), depth)) for key, nodes in wanted.items()]
        plain = [(key, read) for key, read, connected in parts if not connected]
        spilling = [read for _, read, connected in parts if connected]

        def read_row(source: Any, spill: Spill) -> Row:
            row = {key: read(source, spill) for key, read in plain}
            for read in spilling:
                read(source, spill)
            return row

        return read_row

    def _collect(
        self, kind: GraphQLObjectType, selection: SelectionSetNode, wanted: dict[str, list[FieldNode]]
    ) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                wanted.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            inner = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
                continue
            condition = inner.type_condition
            if condition is None or self._applies(kind, condition.name.value):
                self._collect(kind, inner.selection_set, wanted)

    def _applies(self, kind: GraphQLObjectType, name: str) -> bool:
        wanted = schema().type_map[name]
        return wanted is kind or (is_abstract_type(wanted) and schema().is_sub_type(wanted, kind))

    def _field(self, kind: GraphQLObjectType, node: FieldNode, depth: int) -> tuple[Reader, bool]:
        name = node.name.value
        if name == "__typename":
            return lambda source, spill: kind.name, False
        definition = kind.fields[name]
        answered = source_of(kind.name, name)
        for need in answered.needs:
            denial = need.denial(self.ask, name)
            if denial is not None:
                self.denials.append(denial)
        args = get_argument_values(definition, node)
        resolver, ask = answered.resolver, self.ask

        def value(source: Any) -> Any:
            return resolver(source, ask, args)

        if answered.connection:
            return self._connection(definition.type, node, value, args, depth), True
        shape = self._value(definition.type, node, depth)
        return lambda source, spill: shape(resolver(source, ask, args), spill), False

    def _connection(
        self, returned: GraphQLOutputType, node: FieldNode, nodes: Callable[[Any], Any], args: Row, depth: int
    ) -> Reader:
        inner = _selected(_selected(node, "edges"), "node")
        kind = get_named_type(self._type(get_named_type(returned).name).fields["nodes"].type)
        read = self._named(kind, inner.selection_set, depth + 1)
        connection = Connection(nodes, read, depth + 1, args)

        def spill_over(source: Any, spill: Spill) -> None:
            spill.found.append((connection, source, str(getattr(source, "id", ""))))

        return spill_over

    def _value(self, returned: GraphQLOutputType, node: FieldNode, depth: int) -> Reader:
        if isinstance(returned, GraphQLNonNull):
            return self._value(returned.of_type, node, depth)
        if isinstance(returned, GraphQLList):
            each = self._value(returned.of_type, node, depth)
            return lambda value, spill: None if value is None else [each(one, spill) for one in value]
        if isinstance(returned, GraphQLScalarType | GraphQLEnumType):
            write = SCALARS.get(returned.name)
            if write is None:
                return lambda value, spill: value
            return lambda value, spill: None if value is None else write(value)
        shape = self._named(returned, node.selection_set, depth)
        return lambda value, spill: None if value is None else shape(value, spill)

    def _named(self, kind: GraphQLNamedType, selection: SelectionSetNode | None, depth: int) -> Reader:
        if selection is None:
            return lambda value, spill: value
        if isinstance(kind, GraphQLObjectType):
            return self._rows_of(kind, selection, depth)
        shapes = {
            member.name: self._rows_of(member, selection, depth)
            for member in schema().get_possible_types(kind)  # type: ignore[arg-type]
        }
        return lambda value, spill: shapes[kind_of(value)](value, spill)

    def _type(self, name: str) -> GraphQLObjectType:
        kind = schema().type_map[name]
        if not isinstance(kind, GraphQLObjectType):
            raise TypeError(name)
        return kind


def _merged(nodes: list[FieldNode]) -> FieldNode:
    """Make one of the selections of the same field, as GraphQL merges them."""
    first = nodes[0]
    if len(nodes) == 1 or first.selection_set is None:
        return first
    selections = tuple(one for node in nodes if node.selection_set for one in node.selection_set.selections)
    return FieldNode(
        name=first.name,
        alias=first.alias,
        arguments=first.arguments,
        directives=first.directives,
        selection_set=SelectionSetNode(selections=selections),
    )


def _selected(node: FieldNode, name: str) -> FieldNode:
    selections = node.selection_set.selections if node.selection_set else ()
    return _merged([one for one in selections if isinstance(one, FieldNode) and one.name.value == name])
