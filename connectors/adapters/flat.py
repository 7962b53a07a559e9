"""The facts of a brief as one flat map, in which a template finds each under a key that is always there.

What a store does not have is an empty text, so that no template prints the name of a key; a product with
fewer pictures than there is room for shows them again from the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Shape = Mapping[str, Any]
Value = str | int
Values = dict[str, Value]

#: How many pictures of a product, and how many offers, have keys.
PICTURES: Final = 3
OFFERS: Final = 3


def values(brief: Shape, hint: Shape, slots: int) -> Values:
    """Return the map: texts as they are shown, pictures by the address where they are fetched.

    `hint` is the format that is made, `slots` how many products have keys.
    """
    found: Values = dict(_whole(brief, hint))
    for number in range(1, slots + 1):
        found |= _numbered("product", number, _product(_nth(brief["products"], number)))
    for number in range(1, OFFERS + 1):
        found |= _numbered("offer", number, _offer(_nth(brief["offers"], number)))
    return {key: _safe(value) for key, value in found.items()}


def _whole(brief: Shape, hint: Shape) -> Iterator[tuple[str, Value]]:
    brand, action = brief["brand"], brief["call_to_action"]
    for name in ("name", "domain", "currency", "language", "direction"):
        yield f"brand_{name}", brand[name] or ""
    yield "call_to_action_text", action["text"]
    yield "call_to_action_url", action["url"] or ""
    yield "format", hint["format"]
    for name in ("width", "height"):
        yield name, hint[name]
    for name in ("x", "y", "width", "height"):
        yield f"safe_{name}", hint["safe"][name]
    yield "products_shown", len(brief["products"])
    yield "offers_shown", len(brief["offers"])


def _nth(found: Sequence[Shape], number: int) -> Shape:
    return found[number - 1] if number <= len(found) else {}


def _numbered(kind: str, number: int, found: Shape) -> Values:
    return {f"{kind}_{number}_{name}": value for name, value in found.items()}


def _product(product: Shape) -> Values:
    found: Values = {
        name: product.get(name) or "" for name in ("id", "title", "text", "vendor", "url", "badge")
    }
    found["reason"] = str(product.get("reason", ""))
    found["price"] = product.get("price_text") or ""
    found["compare_at_price"] = product.get("compare_at_price_text") or ""
    found["percent"] = (product.get("offer") or {}).get("percent_text") or ""
    pictures = product.get("pictures") or ()
    for number in range(PICTURES):
        picture = pictures[number % len(pictures)] if pictures else {}
        found[f"picture_{number + 1}"] = picture.get("fetch") or ""
        found[f"picture_{number + 1}_alt"] = picture.get("alt") or ""
    return found


def _offer(offer: Shape) -> Values:
    return {
        "title": offer.get("title") or "",
        "text": offer.get("text") or "",
        "ends": offer.get("ends_text") or "",
    }


def _safe(value: Value) -> Value:
    """Take the braces apart that a renderer would read as a placeholder, or reckon out as a formula."""
    if not isinstance(value, str):
        return value
    while "{{" in value or "}}" in value:
        value = value.replace("{{", "{ {").replace("}}", "} }")
    return value
