"""What Minta asks a store for, and whether what was granted is enough.

The app's profile in the Developer Portal names the same scopes. A merchant accepts all of them at once.
"""

from collections.abc import Collection, Iterable
from typing import Final

# https://docs.bigcommerce.com/developer/docs: the OAuth scopes of API accounts
SCOPES: Final = frozenset(
    {
        "store_v2_information_read_only",
        "store_v2_products_read_only",
        "store_inventory_read_only",
        "store_locations_read_only",
        "store_v2_orders_read_only",
        "store_v2_marketing_read_only",
        "store_channel_settings_read_only",
    }
)
# What it opens is deprecated, and never missed: a store's ways of payment are unknown then.
OPTIONAL_SCOPES: Final = frozenset({"store_payments_methods_read"})

_READ_ONLY: Final = "_read_only"
# The channels themselves are read under either name.
_ALSO: Final = {"store_channel_settings_read_only": "store_channel_listings_read_only"}


def covers(granted: Collection[str], needed: Iterable[str]) -> bool:
    """Say whether the granted scopes hold all that are needed; a right to modify holds the one to read."""
    return all(not _names(each).isdisjoint(granted) for each in needed)


def _names(scope: str) -> set[str]:
    names = {scope, _ALSO.get(scope, scope)}
    return names | {each.removesuffix(_READ_ONLY) for each in names}
