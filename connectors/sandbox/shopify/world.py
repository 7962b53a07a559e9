"""The controls of Shopify that are about no store: how bulk operations go, how the app is registered."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

from connectors.sandbox.shopify.bulk import Plan
from connectors.sandbox.shopify.platform import Shopify

Answer = dict[str, Any]


def bulk(shopify: Shopify, wanted: Answer) -> Answer:
    """Say how bulk operations go from now on."""
    known = {one.name for one in fields(Plan)}
    if not known.issuperset(wanted):
        raise LookupError(f"a bulk plan has only {', '.join(sorted(known))}")
    shopify.bulk.plan = replace(shopify.bulk.plan, **wanted)
    return asdict(shopify.bulk.plan)


def app(shopify: Shopify, wanted: Answer) -> Answer:
    """Change how the app is registered: url, secrets, customer_level, topics, old_tokens_allowed."""
    held = shopify.app
    for name in ("url", "customer_level", "old_tokens_allowed"):
        if name in wanted:
            setattr(held, name, wanted[name])
    for name in ("secrets", "topics", "scopes"):
        if name in wanted:
            setattr(held, name, tuple(wanted[name]))
    return {
        "url": held.url,
        "customer_level": held.customer_level,
        "topics": list(held.topics),
        "scopes": list(held.scopes),
    }


CONTROLS: dict[tuple[str, str], Callable[[Shopify, Answer], Answer]] = {
    ("POST", "bulk"): bulk,
    ("POST", "app"): app,
}
