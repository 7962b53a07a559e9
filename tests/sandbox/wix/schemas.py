"""Compare an answer with the schema of the declarations that Wix publishes.

The schemas require nothing and forbid no key; here a key that they do not name is a mistake.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from tests.shared import SHARED

FOLDER = SHARED / "specs" / "wix" / "schemas"
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
# Wix's own example answers null here, though its declaration does not say so.
MAY_BE_NULL = {"trigger"}


def faults(file: str, root: str, value: Any) -> list[str]:
    """List where an answer differs from a schema: paths and what is wrong, never a value."""
    schema = _read(file)
    return list(_compare(schema, {"$ref": f"#/$defs/{root}"}, value, root))


@cache
def _read(file: str) -> Any:
    return json.loads((FOLDER / f"{file}.json").read_text())


def _compare(whole: Any, schema: Any, value: Any, path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if value is None and path.rpartition(".")[2] in MAY_BE_NULL:
        return
    if not _fits(schema.get("type"), value):
        yield f"{path}: {type(value).__name__} for {schema.get('type')}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not in the enum"
    elif schema.get("format") == "date-time" and value is not None:
        yield from _moment(value, path)
    elif isinstance(value, list):
        for one in value:
            yield from _compare(whole, schema.get("items", {}), one, f"{path}[]")
    elif isinstance(value, dict):
        yield from _fields(whole, schema, value, path)


def _fields(whole: Any, schema: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    known, others = schema.get("properties"), schema.get("additionalProperties")
    if known is None and not isinstance(others, dict):
        return
    for name, one in value.items():
        if name in (known or {}):
            yield from _compare(whole, known[name], one, f"{path}.{name}")
        elif isinstance(others, dict):
            yield from _compare(whole, others, one, f"{path}.*")
        else:
            yield f"{path}.{name}: unknown"


def _fits(kind: Any, value: Any) -> bool:
    names = [kind] if isinstance(kind, str) else kind or []
    if not names:
        return True
    allowed = tuple(one for name in names for one in KINDS[name])
    return isinstance(value, allowed) and (not isinstance(value, bool) or "boolean" in names)


def _moment(value: str, path: str) -> Iterator[str]:
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    if not aware or not value.endswith("Z"):
        yield f"{path}: no moment in UTC"
