"""What Minta asks a site for: chosen in the app's dashboard, and consented to on Wix's own page.

Wix's tokens do not say what was granted; what is refused, its answers say (`client`).
"""

from typing import Final

SCOPES: Final = frozenset(
    {
        # The instance, the site's properties, and the events of installs and of changed properties.
        "SCOPE.DEV_CENTER.APP-INSTANCE-READ-BASIC-INFO",
        # Which catalog the site has.
        "SCOPE.STORES.CATALOG_READ_LIMITED",
        # Products, inventory and orders, and with them the one thing that no smaller scope reads:
        # discount rules.
        "SCOPE.DC-STORES-MEGA.READ-STORES",
        # The default location.
        "SCOPE.DC-MULTILOCATION.READ-LOCATIONS",
    }
)
OPTIONAL_SCOPES: Final[frozenset[str]] = frozenset()
