"""How our pages live in BigCommerce's control panel: who may frame them.

No script of BigCommerce's is on them: its SDK only keeps the control panel's own session awake, and our pages
live on a bearer of ours. So nothing is ever bounced through a script.
"""

from typing import Final
from urllib.parse import urlsplit

from connectors.platforms.opening import Credentials

HOME: Final = "/bigcommerce/"
API_ORIGIN: Final = "https://api.bigcommerce.com"
LOGIN: Final = "https://login.bigcommerce.com"


def frame_ancestors(shop: str, credentials: Credentials) -> tuple[str, ...]:
    """Return the origins that may frame this shop's pages.

    The control panel of this store alone: storefronts of other merchants lie under the same domain.
    """
    panel = f"https://store-{shop}.mybigcommerce.com"
    login = urlsplit(credentials.own["login_origin"])
    elsewhere = f"{login.scheme}://{login.netloc}"
    return (panel,) if elsewhere == LOGIN else (panel, elsewhere)
