"""What a query costs, and the bucket it is paid from.

A scalar costs nothing, an object 1, a mutation 10, a count 10 (its `count` and `precision` included).
A connection costs 2 and then its node, times a number that grows slowly with the page: 1 -> 1, 2 -> 2,
3 -> 2, 5 -> 3, 10 -> 4, 50 -> 7, 250 -> 11: twice the natural logarithm, rounded down. `pageInfo` and
cursors are free, a list counts once. The actual cost is the same sum over what came. Fitted to captured
answers.
"""

import math
import threading
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

SINGLE_LIMIT = 1000
BUCKET_SECONDS = 20
FREE = frozenset({"pageInfo", "cursor"})

Fragments = dict[str, FragmentDefinitionNode]


@dataclass(frozen=True, slots=True)
class Pricing:
    """What is needed to price an operation."""

    schema: GraphQLSchema
    fragments: Fragments
    variables: dict[str, Any]

    def requested(self, operation: OperationDefinitionNode) -> int:
        """Price an operation before it runs."""
        root = self._root(operation)
        base = 10 if operation.operation == OperationType.MUTATION else 0
        if base:
            return base * len(operation.selection_set.selections)
        return self._selection(root, operation.selection_set, None)

    def actual(self, operation: OperationDefinitionNode, answer: dict[str, Any] | None) -> int:
        """Price an operation by what it gave."""
        if operation.operation == OperationType.MUTATION:
            return self.requested(operation)
        return self._selection(self._root(operation), operation.selection_set, answer or {})

    def _root(self, operation: OperationDefinitionNode) -> GraphQLObjectType:
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            raise LookupError(operation.operation.value)
        return root

    def _selection(self, owner: GraphQLCompositeType, selection: SelectionSetNode, came: Any) -> int:
        return sum(self._field(kind, field, came) for kind, field in self._fields(owner, selection))

    def _fields(
        self, owner: GraphQLCompositeType, selection: SelectionSetNode
    ) -> list[tuple[GraphQLCompositeType, FieldNode]]:
        found: list[tuple[GraphQLCompositeType, FieldNode]] = []
        for node in selection.selections:
            if isinstance(node, FieldNode):
                found.append((owner, node))
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode
            inner = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node  # type: ignore[assignment]
            condition = inner.type_condition
            kind = self.schema.type_map[condition.name.value] if condition else owner
            found.extend(self._fields(kind, inner.selection_set))  # type: ignore[arg-type]
        return found

    def _field(self, owner: GraphQLCompositeType, node: FieldNode, came: Any) -> int:
        name = node.name.value
        fields = getattr(owner, "fields", {})
        if node.selection_set is None or name in FREE or name not in fields:
            return 0
        kind = get_named_type(fields[name].type)
        if not is_composite_type(kind):
            return 0
        if kind.name == "Count":
            return 10
        value = _MISSING if came is None else came.get(node.alias.value if node.alias else name)
        if kind.name.endswith("Connection"):
            return self._connection(kind, node, value)
        if value is None:
            return 1
        if value is _MISSING:
            return 1 + self._selection(kind, node.selection_set, None)
        if isinstance(value, list):
            costs = [self._selection(kind, node.selection_set, one) for one in value if one is not None]
            return 1 + (math.ceil(sum(costs) / len(costs)) if costs else 0)
        return 1 + self._selection(kind, node.selection_set, value)

    def _connection(self, kind: GraphQLCompositeType, node: FieldNode, value: Any) -> int:
        if node.selection_set is None or value is None:
            return 1
        parts = [part for _, part in self._fields(kind, node.selection_set)]
        nodes = [part for part in parts if part.name.value in ("edges", "nodes")]
        count = self._page(node)
        if value is not _MISSING:
            count = max((len(value.get(_key(part)) or ()) for part in nodes), default=0)
        each = max((self._node_cost(kind, part, value) for part in nodes), default=0)
        return 2 + growth(count) * each

    def _node_cost(self, kind: GraphQLCompositeType, part: FieldNode, value: Any) -> int:
        items = None if value is _MISSING else value.get(_key(part)) or []
        inner = get_named_type(getattr(kind, "fields")[part.name.value].type)  # noqa: B009 - mypy knows no fields here
        if part.selection_set is None or not is_composite_type(inner):
            return 1
        if part.name.value == "nodes":
            return 1 + self._mean(inner, part.selection_set, items)
        return max(1, self._mean(inner, part.selection_set, items))

    def _mean(self, kind: GraphQLCompositeType, selection: SelectionSetNode, items: list[Any] | None) -> int:
        if items is None:
            return self._selection(kind, selection, None)
        costs = [self._selection(kind, selection, one) for one in items if one is not None]
        return math.ceil(sum(costs) / len(costs)) if costs else 0

    def _page(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value not in ("first", "last"):
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                value = self.variables.get(argument.value.name.value)
                if isinstance(value, int):
                    return value
        return 0


_MISSING = object()


def growth(count: int) -> int:
    """Weigh a page of `count` nodes."""
    return max(min(count, 2), int(2 * math.log(count))) if count > 0 else 0


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


class Bucket:
    """Points that an app may spend on one store; it fills with time."""

    def __init__(self) -> None:
        self._left: float | None = None
        self._seen = 0.0
        self._lock = threading.Lock()

    def take(self, cost: float, restore_rate: float, now: float) -> bool:
        """Reserve `cost`; tell whether there was enough."""
        with self._lock:
            self._fill(restore_rate, now)
            if self._left is None or cost > self._left:
                return False
            self._left -= cost
            return True

    def give_back(self, points: float, restore_rate: float, now: float) -> None:
        """Refund what was reserved and not used."""
        with self._lock:
            self._fill(restore_rate, now)
            self._left = min(restore_rate * BUCKET_SECONDS, (self._left or 0.0) + points)

    def status(self, restore_rate: float, now: float) -> dict[str, float]:
        """Write the bucket as `throttleStatus`."""
        with self._lock:
            self._fill(restore_rate, now)
            return {
                "maximumAvailable": int(restore_rate * BUCKET_SECONDS),
                "currentlyAvailable": int(self._left or 0),
                "restoreRate": int(restore_rate),
            }

    def drain(self) -> None:
        """Empty the bucket."""
        with self._lock:
            self._left = 0.0

    def _fill(self, restore_rate: float, now: float) -> None:
        most = restore_rate * BUCKET_SECONDS
        if self._left is None:
            self._left = most
        else:
            self._left = min(most, self._left + max(0.0, now - self._seen) * restore_rate)
        self._seen = now
