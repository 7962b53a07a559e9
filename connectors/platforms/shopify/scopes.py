"""What Minta asks a store for, and whether what was granted is enough.

`shopify.app.toml` names the same scopes. The comparison is ShopifyAPI's `ApiAccess`, in which a right to
write brings the right to read.
"""

from collections.abc import Iterable
from typing import Final

from shopify.api_access import ApiAccess, ApiAccessError

# https://shopify.dev/docs/api/usage/access-scopes
SCOPES: Final = frozenset(
    {
        "read_products",
        "read_inventory",
        "read_locations",
        "read_orders",
        "read_discounts",
    }
)
# Refused on most stores, and never missed: the payments account is absent then. The reference names one of
# them for the account and the other for its payouts.
OPTIONAL_SCOPES: Final = frozenset(
    {
        "read_shopify_payments_accounts",
        "read_shopify_payments_payouts",
    }
)


def covers(granted: Iterable[str], needed: Iterable[str]) -> bool:
    """Say whether the granted scopes hold all that are needed; `write_x` holds `read_x`."""
    try:
        return bool(ApiAccess(list(granted)).covers(ApiAccess(list(needed))))
    except ApiAccessError:
        return False
