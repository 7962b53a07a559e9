"""Records with a value of its own in every leaf, made from their types alone."""

import dataclasses
import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Annotated, Any, get_args, get_origin, get_type_hints

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def filled(record: type, numbers: Iterator[int] | None = None) -> Any:
    """Return a record whose every leaf is set; lists have two entries."""
    numbers = count(1) if numbers is None else numbers
    hints = get_type_hints(record, include_extras=False)
    return record(**{name: _value(hint, numbers) for name, hint in hints.items()})


def _value(hint: Any, numbers: Iterator[int]) -> Any:
    if get_origin(hint) is Annotated:
        return _value(get_args(hint)[0], numbers)
    if get_origin(hint) is types.UnionType:
        return _value(next(arm for arm in get_args(hint) if arm is not type(None)), numbers)
    if get_origin(hint) is tuple:
        return (_value(get_args(hint)[0], numbers), _value(get_args(hint)[0], numbers))
    if dataclasses.is_dataclass(hint):
        return filled(hint, numbers)  # type: ignore[arg-type]
    number = next(numbers)
    plain: dict[Any, Any] = {
        str: f"canary-{number}",
        bool: True,
        int: number,
        Decimal: Decimal(number),
        datetime: _EPOCH + timedelta(seconds=number),
    }
    return plain[hint]


def paths(cut: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the path of every leaf of what `cut` returned, written as the leaves are."""
    for name, value in cut.items():
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from paths(value[0], f"{prefix}{name}[].")
        else:
            yield f"{prefix}{name}{'[]' if isinstance(value, list) else ''}"
