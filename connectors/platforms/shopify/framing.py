"""How our pages live in Shopify's admin: who may frame them, and the script that must come first."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from connectors.platforms.opening import Bounced, Credentials, Embedding
from connectors.platforms.shopify.places import HOME, SHOPIFYS_OWN, shop_origin
from connectors.platforms.shopify.shop import shop_domain

BOUNCE: Final = "bounce"
_ADMIN: Final = "https://admin.shopify.com"
# https://shopify.dev/docs/api/app-bridge-library
APP_BRIDGE: Final = "https://cdn.shopify.com/shopifycloud/app-bridge.js"


def embedding(credentials: Credentials) -> Embedding:
    """Return what makes a page one of the admin's: App Bridge, before any other script.

    https://shopify.dev/docs/apps/build/authentication-authorization/set-session-tokens names the header with
    which App Bridge fetches a new session token and repeats the request, once.
    """
    return Embedding(
        metas=(("shopify-api-key", credentials.client_id),),
        scripts=(credentials.page_script or APP_BRIDGE,),
        stale=(("X-Shopify-Retry-Invalid-Session-Request", "1"),),
    )


def frame_ancestors(shop: str, credentials: Credentials) -> tuple[str, ...]:
    """Return the origins that may frame this shop's pages.

    https://shopify.dev/docs/apps/build/security/set-up-iframe-protection
    """
    allowed = (f"https://{shop_domain(shop)}", _ADMIN)
    if credentials.origin == SHOPIFYS_OWN:
        return allowed
    elsewhere = urlsplit(shop_origin(credentials, shop))
    return (*allowed, f"{elsewhere.scheme}://{elsewhere.netloc}")


def bounce_address(bounced: Bounced) -> str:
    """Return the address of the bounce page, on which App Bridge finds what to load again.

    https://shopify.dev/docs/apps/build/authentication-authorization/set-session-tokens
    """
    back = urlencode({"shopify-reload": bounced.reload})
    return f"{HOME}{BOUNCE}?{urlsplit(bounced.reload).query}&{back}"
