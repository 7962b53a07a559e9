"""What a wire type declares, as paths."""

import types
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from connectors.platforms.shopify import readable
from connectors.platforms.shopify.wire import offers, products, sales

# Pages keep their nodes raw; this is what they are decoded as.
_RAW: dict[type, type] = {
    products.Products: readable.PRODUCT.type,
    products.OneProduct: readable.PRODUCT.type,
    sales.Orders: readable.ORDER.type,
    sales.OneOrder: readable.ORDER.type,
    offers.Discounts: readable.OFFER.type,
    offers.OneDiscount: readable.OFFER.type,
}


def declared(wire: Any, prefix: str = "", raw: type | None = None) -> set[str]:
    """Return the path of every leaf that decoding builds, such as `products.nodes.title`."""
    wire, given = _inner(wire)
    if wire is msgspec.Raw:
        wire = raw
    origin = get_origin(wire) or wire
    if not (isinstance(origin, type) and issubclass(origin, msgspec.Struct)):
        return {prefix.removesuffix(".")}
    found: set[str] = set()
    raw = _RAW.get(origin, raw)
    for field in msgspec.structs.fields(wire):
        found |= declared(_filled(field.type, given), f"{prefix}{field.encode_name}.", raw)
    return found


def _inner(hint: Any) -> tuple[Any, Any]:
    """Strip Annotated, optional and list; return the type within and what it is generic over."""
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint = get_args(hint)[0]
        elif origin in (types.UnionType, Union):
            arms = [arm for arm in get_args(hint) if arm is not type(None)]
            hint = arms[0]
        elif origin is list:
            (hint,) = get_args(hint)
        else:
            return hint, get_args(hint)


def _filled(hint: Any, given: tuple[Any, ...]) -> Any:
    if not given:
        return hint
    if isinstance(hint, TypeVar):
        return given[0]
    if get_origin(hint) is list:
        return list[_filled(get_args(hint)[0], given)]  # type: ignore[misc]
    return hint
