"""Hold an answer to the platform's own OpenAPI files: types, required keys, enumerations, unknown keys."""

import re
from functools import cache
from typing import Any

import yaml

from tests.shared import SHARED

REFERENCE = SHARED / "specs" / "bigcommerce" / "reference"

# Where real answers differ from the files, as seen in recordings.
NULLS = frozenset(
    {
        "cart_id", "customer_message", "staff_notes", "payment_provider_id", "date_last_imported",
        "base_variant_id", "option_set_id", "shipping_methods", "sku_id", "price", "sale_price",
        "retail_price", "map_price", "fixed_cost_shipping_price", "weight", "width", "height", "depth",
    }
)  # fmt: skip
EXTRA = frozenset(
    {
        "credit_card_type", "custom_status", "fulfillment_source", "order", "map_price", "too_many",
        "image_file", "calculated_weight", "image_url", "mpn", "gtin", "delete_order_stock_adjustment",
        "variants",
    }
)  # fmt: skip
LOOSE = frozenset(
    {
        "restricted_to",  # `[]` where nothing is restricted
        "lowest_variant_price",  # said to be text, is a number
        "last_updated",  # RFC 2822 or ISO 8601, the sources differ
    }
)
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,),
}  # fmt: skip


@cache
def document(name: str) -> Any:
    """Read one of the files."""
    return yaml.load((REFERENCE / name).read_text(), Loader=yaml.CSafeLoader)


def faults(name: str, path: str, body: Any, method: str = "get", status: str = "200") -> list[str]:
    """Say where an answer is not what a file says of a path."""
    held = document(name)
    answer = _resolved(held, held["paths"][path][method]["responses"][status])
    (media,) = list(answer["content"].values())[:1]
    return list(dict.fromkeys(_faults(held, media["schema"], body, "$")))


def parameters(name: str, path: str) -> set[str]:
    """List the query parameters that a file knows for a path."""
    held = document(name)
    both = [*held["paths"][path].get("parameters", []), *held["paths"][path]["get"].get("parameters", [])]
    return {one["name"] for one in (_resolved(held, one) for one in both) if one["in"] == "query"}


def _resolved(held: Any, schema: Any) -> Any:
    while "$ref" in schema:
        found = held
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        schema = found
    return schema


def _faults(held: Any, schema: Any, value: Any, at: str, *, part: bool = False) -> list[str]:
    schema, name = _resolved(held, schema), at.rpartition(".")[2]
    if name in LOOSE or (value is None and (schema.get("nullable") or name in NULLS)):
        return []
    found = [] if part else _unknown(held, schema, value, at)
    found += [fault for one in schema.get("allOf", ()) for fault in _faults(held, one, value, at, part=True)]
    for word in ("oneOf", "anyOf"):
        choices: list[list[str]] = [_faults(held, one, value, at, part=True) for one in schema.get(word, ())]
        if choices and all(choices):
            least: list[str] = min(choices, key=len)
            found += least
    kind = schema.get("type")
    if kind and not _is(kind, value):
        return [*found, f"{at}: {type(value).__name__} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: not in the enumeration")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{at}: does not match")
    if isinstance(value, dict):
        found += [f"{at}.{key}: missing" for key in schema.get("required", ()) if key not in value]
        for key, one in (schema.get("properties") or {}).items():
            found += _faults(held, one, value[key], f"{at}.{key}") if key in value else []
    if isinstance(value, list) and "items" in schema:
        found += [fault for one in value for fault in _faults(held, schema["items"], one, f"{at}[]")]
    return found


def _unknown(held: Any, schema: Any, value: Any, at: str) -> list[str]:
    known = _names(held, schema) if isinstance(value, dict) else None
    return [f"{at}.{key}: unknown" for key in value if key not in known | EXTRA] if known else []


def _names(held: Any, schema: Any) -> set[str]:
    """Name the keys that a schema has, with all its parts."""
    schema = _resolved(held, schema)
    names = set(schema.get("properties") or ())
    for word in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(word, ()):
            names |= _names(held, one)
    return names


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, KINDS[kind])
