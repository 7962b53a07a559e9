"""Validation errors in Shopify's shape: message, locations, path from the operation down, a code."""

import re
from collections.abc import Callable
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    get_location,
    print_ast,
    visit,
)

Extensions = dict[str, Any]
Writer = Callable[[re.Match[str]], tuple[str, Extensions]]


def shaped(error: GraphQLError, document: DocumentNode | None, schema: GraphQLSchema) -> dict[str, Any]:
    """Write a syntax or validation error as Shopify does."""
    message, extensions = _worded(error)
    place = error.locations[0] if error.locations else None
    shape: dict[str, Any] = {"message": message, "locations": []}
    if document is not None and error.nodes:
        finder = _Finder(error.nodes[0], TypeInfo(schema))
        visit(document, TypeInfoVisitor(finder.types, finder))
        shape["path"] = finder.path
        if isinstance(error.nodes[0], ValueNode) and finder.argument and finder.field:
            shape["message"], extensions = _bad_argument(finder)
            field_at = finder.field.loc
            place = get_location(field_at.source, field_at.start) if field_at else None
    if place is not None:
        shape["locations"] = [{"line": place.line, "column": place.column}]
    return shape | {"extensions": extensions}


class _Finder(Visitor):
    """Find where a node stands, and in which argument of which field."""

    def __init__(self, wanted: Node, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.path: list[str] = []
        self.argument: ArgumentNode | None = None
        self.field: FieldNode | None = None
        self.expected = ""
        self._wanted = wanted

    def enter(self, node: Node, key: Any, parent: Any, path: Any, ancestors: list[Any]) -> None:
        if node is not self._wanted:
            return
        above = [one for one in [*ancestors, parent] if isinstance(one, Node)]
        self.path = [name for one in [*above, node] if (name := _name(one))]
        self.argument = next((one for one in reversed(above) if isinstance(one, ArgumentNode)), None)
        self.field = next((one for one in reversed(above) if isinstance(one, FieldNode)), None)
        declared = self.types.get_argument()
        self.expected = str(declared.type) if declared else ""


def _bad_argument(finder: _Finder) -> tuple[str, Extensions]:
    argument, field = finder.argument, finder.field
    if argument is None or field is None:
        raise LookupError("the value stands in no argument")
    name = argument.name.value
    message = (
        f"Argument '{name}' on Field '{field.name.value}' has an invalid value ({print_ast(argument.value)})."
        f" Expected type '{finder.expected}'."
    )
    return message, {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": name}


def _name(node: Node) -> str | None:
    if isinstance(node, OperationDefinitionNode):
        return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    if isinstance(node, FieldNode):
        return node.alias.value if node.alias else node.name.value
    if isinstance(node, ArgumentNode | ObjectFieldNode):
        return node.name.value
    if isinstance(node, FragmentDefinitionNode):
        return f"fragment {node.name.value}"
    if isinstance(node, InlineFragmentNode):
        return f"... on {node.type_condition.name.value}" if node.type_condition else "..."
    return None


def _worded(error: GraphQLError) -> tuple[str, Extensions]:
    if error.extensions:
        return error.message, dict(error.extensions)
    for pattern, write in _WORDINGS:
        match = pattern.match(error.message)
        if match:
            return write(match)
    return error.message, {"code": "invalidQuery"}


def _undefined_field(match: re.Match[str]) -> tuple[str, Extensions]:
    name, kind = match[1], match[2]
    extensions = {"code": "undefinedField", "typeName": kind, "fieldName": name}
    return f"Field '{name}' doesn't exist on type '{kind}'", extensions


def _unknown_argument(match: re.Match[str]) -> tuple[str, Extensions]:
    argument, name = match[1], match[2]
    extensions = {"code": "argumentNotAccepted", "name": name, "typeName": "Field", "argumentName": argument}
    return f"Field '{name}' doesn't accept argument '{argument}'", extensions


def _missing_argument(match: re.Match[str]) -> tuple[str, Extensions]:
    name, argument = match[1], match[2]
    extensions = {
        "code": "missingRequiredArguments",
        "className": "Field",
        "name": name,
        "arguments": argument,
    }
    return f"Field '{name}' is missing required arguments: {argument}", extensions


def _no_selection(match: re.Match[str]) -> tuple[str, Extensions]:
    name, kind = match[1], match[2].strip("[]!")
    hint = f"Did you mean '{name} {{ ... }}'?"
    message = f"Field must have selections (field '{name}' returns {kind} but has no selections. {hint})"
    return message, {"code": "selectionMismatch", "nodeName": f"field '{name}'", "typeName": kind}


def _leaf_selection(match: re.Match[str]) -> tuple[str, Extensions]:
    name, kind = match[1], match[2].strip("[]!")
    message = f"Selections can't be made on scalars (field '{name}' returns {kind} but has selections)"
    return message, {"code": "selectionMismatch", "nodeName": f"field '{name}'", "typeName": kind}


def _undefined_type(match: re.Match[str]) -> tuple[str, Extensions]:
    return f"No such type {match[1]}, so it can't be a fragment condition", {
        "code": "undefinedType",
        "typeName": match[1],
    }


def _undefined_variable(match: re.Match[str]) -> tuple[str, Extensions]:
    return f"Variable ${match[1]} is used but not declared", {
        "code": "variableNotDefined",
        "variableName": match[1],
    }


def _unused_variable(match: re.Match[str]) -> tuple[str, Extensions]:
    return f"Variable ${match[1]} is declared but not used", {
        "code": "variableNotUsed",
        "variableName": match[1],
    }


def _variable_type(match: re.Match[str]) -> tuple[str, Extensions]:
    name, have, want = match[1], match[2], match[3]
    extensions = {
        "code": "variableMismatch",
        "variableName": name,
        "typeName": have,
        "argumentName": name,
        "errorMessage": "Type mismatch",
    }
    return f"Type mismatch on variable ${name} and argument ({have} / {want})", extensions


def _syntax(match: re.Match[str]) -> tuple[str, Extensions]:
    return f"syntax error, {match[1][0].lower()}{match[1][1:]}", {"code": "PARSE_ERROR"}


_WORDINGS: list[tuple[re.Pattern[str], Writer]] = [
    (re.compile(r"Cannot query field '(\w+)' on type '(\w+)'"), _undefined_field),
    (re.compile(r"Unknown argument '(\w+)' on field '\w+\.(\w+)'"), _unknown_argument),
    (re.compile(r"Argument '\w+\.(\w+)\((\w+):\)' of type .* is required"), _missing_argument),
    (re.compile(r"Field '(\w+)' of type '([\w\[\]!]+)' must have a selection"), _no_selection),
    (re.compile(r"Field '(\w+)' must not have a selection since type '([\w\[\]!]+)'"), _leaf_selection),
    (re.compile(r"Unknown type '(\w+)'"), _undefined_type),
    (re.compile(r"Variable '\$(\w+)' is not defined"), _undefined_variable),
    (re.compile(r"Variable '\$(\w+)' is never used"), _unused_variable),
    (
        re.compile(
            r"Variable '\$(\w+)' of type '([\w\[\]!]+)' used in position expecting type '([\w\[\]!]+)'"
        ),
        _variable_type,
    ),
    (re.compile(r"Syntax Error: (.+?)\.?$"), _syntax),
]
