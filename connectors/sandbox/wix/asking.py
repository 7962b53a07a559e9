"""Wix's query language: filters, one sort, and a place to go on from.

A selection is made once and kept until the site changes, so that a page of a large store costs what is on it.
https://dev.wix.com/docs/rest/articles/getting-started/api-query-language
"""

import base64
import json
import math
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Any, NamedTuple

from connectors.sandbox.wix.refusals import Refusal, invalid, not_filterable, not_sortable

Filter = dict[str, Any]
Key = tuple[Any, ...]
KEPT = 16
AFTER = {"$gt": bisect_right, "$gte": bisect_left}


class Column(NamedTuple):
    """A field that can be asked for: where it stands in a thing, and what can be done with it."""

    read: Callable[[Any], Any]
    sortable: bool = True
    kind: type = str


class Table(NamedTuple):
    """What can be queried: its fields, the tie-breaker of its order, and the order when none is asked."""

    name: str
    columns: Mapping[str, Column]
    tie: Callable[[Any], Any]
    order: tuple[str, bool] | None = None  # the field, and whether it goes down


@dataclass(slots=True)
class Selection:
    """Things that match, in order, with their keys in rising order."""

    things: list[Any]
    keys: list[Key]
    down: bool

    def start_after(self, key: Key | None) -> int:
        """Find the first place after a key; from the start without one."""
        if key is None:
            return 0
        return len(self.keys) - bisect_left(self.keys, key) if self.down else bisect_right(self.keys, key)


class Kept:
    """Selections made before, until something changes."""

    def __init__(self) -> None:
        self._selections: OrderedDict[str, Selection] = OrderedDict()

    def forget(self) -> None:
        """Forget them all."""
        self._selections.clear()

    def find(self, name: str, make: Callable[[], Selection]) -> Selection:
        """Give a selection, made now if it is not there."""
        if name not in self._selections:
            self._selections[name] = make()
            while len(self._selections) > KEPT:
                self._selections.popitem(last=False)
        return self._selections[name]


def select(
    kept: Kept, table: Table, things: Callable[[], Iterable[Any]], query: Filter, sort: Sequence[Filter]
) -> tuple[Selection, int]:
    """Find what matches, and where in it the answer begins.

    Raises Refusal.
    """
    if not isinstance(query, dict):
        raise invalid("filter", "is no object", "FORMAT")
    order = _order(table, sort)
    rest, bound = _bound(table, query, order)
    name = json.dumps([table.name, rest, order], sort_keys=True)
    found = kept.find(name, lambda: _selection(table, things(), rest, order))
    if bound is None:
        return found, 0
    operator, value = bound
    place = AFTER[operator](found.keys, value, key=lambda key: key[0])
    return found, place


def key_of(table: Table, sort: Sequence[Filter], thing: Any) -> Key:
    """Tell where a thing stands in an order."""
    return _key(table, _order(table, sort))(thing)


def write_cursor(state: Mapping[str, Any]) -> str:
    """Make an opaque cursor."""
    text = base64.urlsafe_b64encode(json.dumps(state).encode()).decode()
    return f"{sha1(text.encode(), usedforsecurity=False).hexdigest()}.{text}"


def read_cursor(cursor: Any) -> dict[str, Any]:
    """Read a cursor that was made here.

    Raises Refusal.
    """
    mark, _, text = str(cursor).partition(".")
    if mark != sha1(text.encode(), usedforsecurity=False).hexdigest():
        raise invalid("cursorPaging.cursor", "is invalid", "FORMAT")
    state: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
    return state


def _order(table: Table, sort: Sequence[Filter]) -> tuple[str, bool] | None:
    if not sort:
        return table.order
    if not isinstance(sort, list) or not all(isinstance(one, dict) for one in sort):
        raise invalid("sort", "is no list of objects", "FORMAT")
    if len(sort) > 1:
        raise invalid("sort", "takes one field in this sandbox", "MAX_SIZE", threshold=1)
    field = str(sort[0].get("fieldName"))
    if field not in table.columns or not table.columns[field].sortable:
        raise not_sortable(field)
    return field, str(sort[0].get("order", "ASC")).upper() == "DESC"


def _bound(
    table: Table, query: Filter, order: tuple[str, bool] | None
) -> tuple[Filter, tuple[str, Any] | None]:
    """Take a lower bound of the sorted field out of a filter, so that one selection serves all pages."""
    if order is None or order[1] or not isinstance(query.get(order[0]), dict):
        return query, None
    wish = query[order[0]]
    if len(wish) != 1 or not wish.keys() <= AFTER.keys():
        return query, None
    ((operator, value),) = wish.items()
    column = table.columns[order[0]]
    rest = {name: one for name, one in query.items() if name != order[0]}
    return rest, (operator, _comparable(_operand(order[0], column, value), column))


def _selection(
    table: Table, things: Iterable[Any], query: Filter, order: tuple[str, bool] | None
) -> Selection:
    fits = _predicate(table, query)
    key = _key(table, order)
    pairs = sorted(((key(thing), thing) for thing in things if fits(thing)), key=lambda pair: pair[0])
    keys, found = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    down = order is not None and order[1]
    return Selection(found[::-1] if down else found, keys, down)


def _key(table: Table, order: tuple[str, bool] | None) -> Callable[[Any], Key]:
    if order is None:
        return lambda thing: (table.tie(thing),)
    column = table.columns[order[0]]
    return lambda thing: (_comparable(column.read(thing), column), table.tie(thing))


def _comparable(value: Any, column: Column) -> Any:
    """Make a value that sorts and that a cursor can hold; nothing comes first."""
    if value is None:
        return "" if column.kind is str else -math.inf
    return round(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _predicate(table: Table, query: Filter) -> Callable[[Any], bool]:
    tests = [_test(table, name, wish) for name, wish in query.items()]
    return lambda thing: all(test(thing) for test in tests)


def _test(table: Table, name: str, wish: Any) -> Callable[[Any], bool]:
    if name in ("$and", "$or"):
        if not isinstance(wish, list):
            raise invalid(f"filter.{name}", "is no list", "FORMAT")
        parts = [_predicate(table, one) for one in wish]
        joined = all if name == "$and" else any
        return lambda thing: joined(part(thing) for part in parts)
    if name == "$not":
        inner = _predicate(table, wish[0] if isinstance(wish, list) else wish)
        return lambda thing: not inner(thing)
    column = table.columns.get(name)
    if column is None:
        raise not_filterable(name)
    wishes = wish if isinstance(wish, dict) else {"$eq": wish}
    tests = [_compare(name, column, operator, operand) for operator, operand in wishes.items()]
    return lambda thing: all(test(column.read(thing)) for test in tests)


def _compare(name: str, column: Column, operator: str, operand: Any) -> Callable[[Any], bool]:
    if operator == "$exists":
        return lambda value: (value is not None) is bool(operand)
    if operator not in OPERATORS:
        raise invalid(f"filter.{name}", f"has an unknown operator {operator[:20]}")
    test = OPERATORS[operator]
    many = isinstance(operand, list)
    right: Any = [_operand(name, column, one) for one in operand] if many else _operand(name, column, operand)
    if many != (operator in ("$in", "$nin", "$hasSome", "$hasAll")):
        raise invalid(f"filter.{name}", f"has a wrong value for {operator}")
    return lambda value: test(value, right)


def _operand(name: str, column: Column, value: Any) -> Any:
    """Read what a field is compared with.

    Raises Refusal.
    """
    try:
        if column.kind is datetime:
            return _moment(value)
        return column.kind(value) if value is not None else None
    except (TypeError, ValueError):
        raise _unreadable(name) from None


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


def _unreadable(name: str) -> Refusal:
    return invalid(f"filter.{name}", "has a value that cannot be read", "FORMAT")


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, right: bool(value == right),
    "$ne": lambda value, right: bool(value != right),
    "$gt": lambda value, right: value is not None and bool(value > right),
    "$gte": lambda value, right: value is not None and bool(value >= right),
    "$lt": lambda value, right: value is not None and bool(value < right),
    "$lte": lambda value, right: value is not None and bool(value <= right),
    "$in": lambda value, right: value in right,
    "$nin": lambda value, right: value not in right,
    "$startsWith": lambda value, right: str(value or "").startswith(str(right)),
    "$contains": lambda value, right: str(right) in str(value or ""),
    "$hasSome": lambda value, right: not set(value or ()).isdisjoint(right),
    "$hasAll": lambda value, right: set(right) <= set(value or ()),
}
