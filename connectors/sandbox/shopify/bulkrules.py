"""What Shopify refuses in a bulk query, in its words.

Messages as captured live in 2026; https://shopify.dev/docs/api/usage/bulk-operations/queries
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)

from connectors.sandbox.shopify.api.schema import schema

MOST_CONNECTIONS = 5
DEEPEST = 2


@dataclass(slots=True)
class _Findings:
    connections: int = 0
    deepest: int = 0
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False


def read_bulk_query(text: str) -> tuple[DocumentNode | None, list[str]]:
    """Read a bulk query; give its document and what is wrong with it."""
    try:
        document = parse(text, max_tokens=20_000)
    except GraphQLError as error:
        what = (
            "unexpected end of file"
            if "<EOF>" in error.message
            else error.message.removeprefix("Syntax Error: ")
        )
        return None, [f"Invalid bulk query: syntax error, {what}"]
    operation = next((one for one in document.definitions if isinstance(one, OperationDefinitionNode)), None)
    if operation is None or operation.operation != OperationType.QUERY:
        return document, ["Invalid operation type. Only `query` operations are supported."]
    objections = _objections(document, operation)
    if not objections:
        objections = [f"Invalid bulk query: {error.message}" for error in validate(schema(), document)[:3]]
    return document, objections


def _objections(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    findings = _Findings()
    walker = _Walker(document, findings)
    root = schema().query_type
    if root is None:
        raise LookupError("query")
    walker.walk(root, operation.selection_set, depth=0, in_list=False)
    return list(_messages(operation, findings))


def _messages(operation: OperationDefinitionNode, findings: _Findings) -> Iterator[str]:
    tops = [one.name.value for one in operation.selection_set.selections if isinstance(one, FieldNode)]
    for name in ("node", "nodes"):
        if name in tops:
            yield f"Bulk queries cannot contain a top level `{name}` field."
    if findings.connections == 0:
        yield "Bulk queries must contain at least one connection."
    if findings.by_nodes:
        first = findings.by_nodes[0]
        yield (
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
            f"'{first} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. "
            f"Invalid connection fields: '{', '.join(findings.by_nodes)}'."
        )
    if findings.connections > MOST_CONNECTIONS:
        yield f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
    if findings.deepest > DEEPEST + 1:
        yield f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
    if findings.in_list:
        yield "Queries that contain a connection field within a list field are not currently supported."
    if findings.without_id:
        names = ", ".join(findings.without_id)
        yield (
            "The parent 'node' field for a nested connection must select the 'id' field without an alias"
            f" and must be of 'ID' return type. Connection fields without 'id': {names}."
        )


class _Walker:
    def __init__(self, document: DocumentNode, findings: _Findings) -> None:
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._findings = findings

    def walk(
        self, owner: GraphQLCompositeType, selection: SelectionSetNode, depth: int, in_list: bool
    ) -> None:
        for kind, node in self._fields(owner, selection):
            definition = getattr(kind, "fields", {}).get(node.name.value)
            if definition is None or node.selection_set is None:
                continue
            inner = get_named_type(definition.type)
            if not is_composite_type(inner):
                continue
            if inner.name.endswith("Connection"):
                self._connection(inner, node, depth + 1, in_list)
            else:
                listed = in_list or _is_list(definition.type)
                self.walk(inner, node.selection_set, depth, listed)

    def _connection(self, kind: GraphQLCompositeType, node: FieldNode, depth: int, in_list: bool) -> None:
        found = self._findings
        found.connections += 1
        found.deepest = max(found.deepest, depth)
        found.in_list = found.in_list or in_list
        parts = {part.name.value: part for _, part in self._fields(kind, node.selection_set)}
        edges = parts.get("edges")
        if "nodes" in parts or edges is None or edges.selection_set is None:
            found.by_nodes.append(node.name.value)
            return
        edge_kind = get_named_type(kind.fields["edges"].type)  # type: ignore[union-attr]
        for _, part in self._fields(edge_kind, edges.selection_set):  # type: ignore[arg-type]
            if part.name.value == "node" and part.selection_set is not None:
                node_kind = get_named_type(kind.fields["nodes"].type)  # type: ignore[union-attr]
                before = found.connections
                self.walk(node_kind, part.selection_set, depth, in_list)  # type: ignore[arg-type]
                if found.connections > before and not self._has_id(node_kind, part.selection_set):  # type: ignore[arg-type]
                    found.without_id.append(node.name.value)

    def _has_id(self, kind: GraphQLCompositeType, selection: SelectionSetNode) -> bool:
        return any(
            part.name.value == "id" and part.alias is None for _, part in self._fields(kind, selection)
        )

    def _fields(
        self, owner: GraphQLCompositeType, selection: SelectionSetNode | None
    ) -> Iterator[tuple[GraphQLCompositeType, FieldNode]]:
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                yield owner, node
                continue
            inner = self._fragments.get(node.name.value) if isinstance(node, FragmentSpreadNode) else node
            if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
                continue
            condition = inner.type_condition
            kind = schema().type_map.get(condition.name.value) if condition else owner
            if kind is not None:
                yield from self._fields(kind, inner.selection_set)  # type: ignore[arg-type]


def _is_list(kind: object) -> bool:
    if isinstance(kind, GraphQLNonNull):
        return _is_list(kind.of_type)
    return isinstance(kind, GraphQLList)
