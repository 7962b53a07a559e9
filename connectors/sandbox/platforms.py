"""The platforms that the sandbox can play: one line each. They are imported only when they are played."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from connectors.sandbox.played import Played, Start


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a platform is, and which variables hold the app's id and secret when no option says them."""

    place: str  # module:class, which is made with a Start
    client_id: str
    client_secret: str
    own_id: str = "sandbox-client-id"  # when no variable is set either; of the form that the platform's have


PLATFORMS = {
    "shopify": Entry(
        "connectors.sandbox.shopify.played:PlayedShopify", "SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET"
    ),
    "bigcommerce": Entry(
        "connectors.sandbox.bigcommerce.platform:BigCommerce",
        "BIGCOMMERCE_CLIENT_ID",
        "BIGCOMMERCE_CLIENT_SECRET",
    ),
    "wix": Entry(
        "connectors.sandbox.wix.platform:Wix",
        "WIX_APP_ID",
        "WIX_APP_SECRET",
        own_id="5f1d2a68-2f0c-4c1e-9d0b-6a3c8e5b7a10",
    ),
}


def there() -> list[str]:
    """Name the platforms whose module is there."""
    return [name for name, entry in PLATFORMS.items() if _is_there(entry.place.partition(":")[0])]


def played(name: str, start: Start) -> Played:
    """Make a platform."""
    module, _, kind = PLATFORMS[name].place.partition(":")
    make: Callable[[Start], Played] = getattr(import_module(module), kind)
    return make(start)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even its folder
        return False
