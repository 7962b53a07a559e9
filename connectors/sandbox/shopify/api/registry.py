"""How a field gets its value.

A field takes it from the resolver registered for its coordinate (`Product.variants`), else from the constants
of its type, else from the attribute of the same name in snake case.
"""

import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask

Resolver = Callable[[Any, Ask, dict[str, Any]], Any]

RESOLVERS: dict[str, Resolver] = {}
CONSTANTS: dict[str, Any] = {}

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def resolves(*coordinates: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver for one or more coordinates."""

    def register(resolver: Resolver) -> Resolver:
        for coordinate in coordinates:
            RESOLVERS[coordinate] = resolver
        return resolver

    return register


def constant(kind: str, **values: Any) -> None:
    """Say what every thing of a type answers for these fields."""
    for name, value in values.items():
        CONSTANTS[f"{kind}.{name}"] = value


def snake(name: str) -> str:
    """Turn `legacyResourceId` into `legacy_resource_id`."""
    return _CAPITAL.sub("_", name).lower()


def resolver_of(kind: str, field: str) -> Resolver:
    """Find how a field gets its value."""
    coordinate = f"{kind}.{field}"
    if coordinate in RESOLVERS:
        return RESOLVERS[coordinate]
    if coordinate in CONSTANTS:
        value = CONSTANTS[coordinate]
        return lambda source, ask, args: value
    attribute = snake(field)
    return lambda source, ask, args: getattr(source, attribute)
