"""Which fields a document asks for, as `Type.field`."""

from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, visit


def coordinates_in(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """List the fields that a valid document asks for."""
    types = TypeInfo(schema)
    collector = _Collector(types)
    visit(document, TypeInfoVisitor(types, collector))
    return collector.found


class _Collector(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._types = types

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        owner = self._types.get_parent_type()
        if owner is not None and not node.name.value.startswith("__"):
            self.found.add(f"{owner.name}.{node.name.value}")
