"""Where the fields of the Admin API get their values, by area."""

from importlib import import_module

AREAS = (
    "root",
    "shop",
    "products",
    "inventory",
    "media",
    "collections",
    "orders",
    "sums",
    "transactions",
    "lines",
    "customers",
    "discounts",
    "payments",
    "jobs",
    "apps",
)


def load() -> None:
    """Register every resolver."""
    for area in AREAS:
        import_module(f"{__name__}.{area}")
