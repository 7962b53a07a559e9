"""The annotation of every leaf: its clause and the purposes it serves; how to walk leaves and cut them."""

import dataclasses
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from connectors.policy.clauses import Clause, Purpose

# What a leaf may be. A mapping or any other open type could carry what no clause allows.
PLAIN = (str, int, bool, Decimal, datetime)


@dataclass(frozen=True)
class Serves:
    """The annotation of a leaf: the clause that allows it and the purposes it is used for."""

    clause: Clause
    purposes: frozenset[Purpose]


def serves(clause: Clause, *purposes: Purpose) -> Serves:
    """Annotate a leaf with its clause and purposes; integration needs every leaf."""
    return Serves(clause, frozenset({Purpose.INTEGRATION, *purposes}))


@dataclass(frozen=True)
class Leaf:
    """One leaf of a record: `variants[].price` and what allows it."""

    path: str
    clause: Clause
    purposes: frozenset[Purpose]


@dataclass(frozen=True)
class Field:
    """A field of a record: the type within its Optional and tuple, its annotations, and both apart."""

    name: str
    inner: Any
    notes: tuple[Serves, ...]
    many: bool
    optional: bool

    @property
    def nested(self) -> bool:
        """Whether it holds records."""
        return dataclasses.is_dataclass(self.inner)

    def serves(self, wanted: Purpose) -> bool:
        """Tell whether the field, or a leaf of what it holds, serves a purpose."""
        if self.nested:
            return _any_serves(self.inner, wanted)
        return any(wanted in note.purposes for note in self.notes)


def leaves(record: type, prefix: str = "") -> Iterator[Leaf]:
    """Yield every leaf of a record type, depth first.

    Raises TypeError for a leaf that not exactly one clause allows, and for one that is not a plain value.
    """
    for field in fields_of(record):
        path = f"{prefix}{field.name}{'[]' if field.many else ''}"
        place = f"{record.__name__}.{field.name}"
        if field.nested:
            if field.notes:
                raise TypeError(f"{place} is a record: its leaves name their clauses, it names none")
            yield from leaves(field.inner, f"{path}.")
            continue
        if field.inner not in PLAIN:
            raise TypeError(f"{place} is not a plain value")
        if len(field.notes) != 1:
            raise TypeError(f"{place} names {len(field.notes) or 'no'} clause{'s' * (len(field.notes) > 1)}")
        yield Leaf(path, field.notes[0].clause, field.notes[0].purposes)


def cut(value: Any, wanted: Purpose) -> dict[str, Any]:
    """Return the leaves of a record that serve `wanted`, as plain values; others are absent, not empty."""
    kept: dict[str, Any] = {}
    record: Any = type(value)
    for field in fields_of(record):
        each = getattr(value, field.name)
        if not field.serves(wanted):
            continue
        if field.nested:
            if field.many:
                kept[field.name] = [cut(one, wanted) for one in each]
            else:
                kept[field.name] = None if each is None else cut(each, wanted)
        else:
            kept[field.name] = list(each) if field.many else each
    return kept


@cache
def fields_of(record: Any) -> tuple[Field, ...]:
    """Return the fields of a record type in their order."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(_field(each.name, hints[each.name]) for each in dataclasses.fields(record))


def _field(name: str, hint: Any) -> Field:
    """Strip Annotated, Optional and tuple[X, ...] off a type hint."""
    found: list[Serves] = []
    many = optional = False
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *notes = get_args(hint)
            found += [note for note in notes if isinstance(note, Serves)]
        elif origin in (types.UnionType, typing.Union):
            arms = [arm for arm in get_args(hint) if arm is not type(None)]
            if len(arms) != 1:
                raise TypeError(f"{name} may be of {len(arms)} types")
            hint, optional = arms[0], optional or not many
        elif origin is tuple and get_args(hint)[1:] == (...,) and not many:
            hint, many = get_args(hint)[0], True
        else:
            return Field(name, hint, tuple(found), many, optional)


@cache
def _any_serves(record: Any, wanted: Purpose) -> bool:
    return any(wanted in leaf.purposes for leaf in leaves(record))
