"""One text for one value: the JSON Canonicalization Scheme (RFC 8785), for what is signed and chained here.

Texts, whole numbers, true, false, null, and lists and mappings of these. Numbers with a fraction are refused:
nothing that is signed here has one. Standard library only.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

#: Beyond it a number of JSON is not the same in every language (RFC 7493).
MOST: Final = 2**53 - 1
#: Nothing of ours is nested a quarter as deep; what comes from a file may be, to make us fall over.
DEEPEST: Final = 32


def canonical(value: Any) -> str:
    """Return the canonical JSON of a value; raises ValueError for what has none, or is nested too deep."""
    return "".join(_parts(value, DEEPEST))


def _parts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        return _mapping(value, _below(depth))
    if isinstance(value, list | tuple):
        return _listing(value, _below(depth))
    return iter((_plain(value),))


def _below(depth: int) -> int:
    if depth == 0:
        raise ValueError(f"nested more than {DEEPEST} deep")
    return depth - 1


def _mapping(value: Mapping[Any, Any], depth: int) -> Iterator[str]:
    if not all(isinstance(name, str) for name in value):
        raise ValueError("a name is a text")
    # By UTF-16 code units, which is not the order of code points beyond U+FFFF.
    named = sorted(((_text(name), name) for name in value), key=lambda each: each[1].encode("utf-16-be"))
    yield "{"
    for place, (text, name) in enumerate(named):
        yield f"{',' if place else ''}{text}:"
        yield from _parts(value[name], depth)
    yield "}"


def _listing(value: list[Any] | tuple[Any, ...], depth: int) -> Iterator[str]:
    yield "["
    for place, each in enumerate(value):
        if place:
            yield ","
        yield from _parts(each, depth)
    yield "]"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) <= MOST:
        return str(int(value))
    raise ValueError(f"no canonical form for {type(value).__name__}")


def _text(value: str) -> str:
    if any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("half a surrogate pair is no text")
    return json.dumps(str.__str__(value), ensure_ascii=False)
