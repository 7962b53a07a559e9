"""One text for one value: the JSON Canonicalization Scheme (RFC 8785), for what is signed and chained here.

Texts, whole numbers, true, false, null, and lists and mappings of these. Numbers with a fraction are refused:
nothing that is signed here has one. Standard library only.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

#: Beyond it a number of JSON is not the same in every language (RFC 7493).
MOST: Final = 2**53 - 1


def canonical(value: Any) -> str:
    """Return the canonical JSON of a value; raises ValueError for what has none."""
    return "".join(_parts(value))


def _parts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise ValueError("a name is a text")
        # By UTF-16 code units, which is not the order of code points beyond U+FFFF.
        named = sorted(value.items(), key=lambda item: _text(item[0]) and item[0].encode("utf-16-be"))
        inner = (_text(name) + ":" + canonical(each) for name, each in named)
        return ["{", ",".join(inner), "}"]
    if isinstance(value, list | tuple):
        return ["[", ",".join(canonical(each) for each in value), "]"]
    return [_plain(value)]


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) <= MOST:
        return str(int(value))
    raise ValueError(f"no canonical form for {type(value).__name__}")


def _text(value: str) -> str:
    value.encode()  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
    return json.dumps(str(value), ensure_ascii=False)
