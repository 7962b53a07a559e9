"""Where a browser may be sent: every address here is on a list."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.errors import Malformed
from connectors.platforms.opening import MENDED, Credentials
from connectors.platforms.shopify.shop import shop_domain

HOME: Final = "/shopify/"
#: The origin of shops when it is Shopify's own and nobody plays Shopify.
SHOPIFYS_OWN: Final = "https://{shop}"
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/]{1,400}")
_ADMIN_STORE: Final = re.compile(r"admin\.shopify\.com/store/[a-z0-9][a-z0-9-]{0,59}")
# No empty segment, none that begins with a dot, nothing encoded in the path, nothing but marks in the rest.
_OWN: Final = re.compile(
    r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?"
    r"(?:\?[A-Za-z0-9._~%&=+*!'(),;:@/?$-]*)?(?:#[A-Za-z0-9._~%&=+*!'(),;:@/?$-]*)?"
)
# Of an earlier load: a proof, signatures and a session that must not travel further.
_SPENT: Final = frozenset(
    {"id_token", "hmac", "signature", "timestamp", "session", "code", "state", "shopify-reload"}
)


def shop_origin(credentials: Credentials, shop: str) -> str:
    """Return the address of a shop, and of nothing else: secrets and tokens are sent there."""
    return credentials.origin.replace("{shop}", shop_domain(shop))


def app_in_admin(host: str | None, shop: str, credentials: Credentials) -> str:
    """Return the address at which the shop's admin opens the app in its frame.

    `host` is the parameter of Shopify's loads; one that names no admin is passed over for the shop's own.
    """
    admin = admin_of(host, shop, credentials) if host else None
    return f"{admin or f'{shop_origin(credentials, shop)}/admin'}/apps/{credentials.client_id}/"


def admin_of(host: str, shop: str, credentials: Credentials) -> str | None:
    """Return the admin's address that `host` holds, None when it is not one that we know.

    `host` is base64 of `admin.shopify.com/store/{name}` or `{shop}/admin`, its padding cut off.
    """
    text = host.rstrip("=").translate(str.maketrans("-_", "+/"))
    if _ENCODED.fullmatch(text) is None:
        return None
    try:
        named = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    own = f"{shop_origin(credentials, shop)}/admin"
    scheme, _, own_place = own.partition("://")
    if named == own_place:
        return f"{scheme}://{named}"
    if named == f"{shop_domain(shop)}/admin" or _ADMIN_STORE.fullmatch(named):
        return f"https://{named}"
    return None


def home_path(shop: str, credentials: Credentials) -> str:
    """Return the path at which the shop's admin opens the app, for a load of which no address is left.

    `mended` in it says that this load is already a second try: see `opening.Stale`.
    """
    place, name = shop_origin(credentials, shop).partition("://")[2], shop_domain(shop)
    handle = name.partition(".")[0]
    admin = f"admin.shopify.com/store/{handle}" if place == name else f"{place}/admin"
    host = base64.b64encode(admin.encode()).decode().rstrip("=")
    return f"{HOME}?{urlencode({'shop': name, 'embedded': '1', 'host': host, MENDED: '1'})}"


def own_path(text: str) -> str:
    """Return a path of ours, with its query, or raise Malformed for what a browser could take elsewhere."""
    if _OWN.fullmatch(text) is None:
        raise Malformed("not a path of ours")
    return text


def reload_path(path: str, pairs: tuple[tuple[str, str], ...], shop: str, credentials: Credentials) -> str:
    """Return the path that is loaded again with a fresh session token: the same, without what is spent."""
    kept = [
        (name, value)
        for name, value in pairs
        if name not in _SPENT and (name != "host" or admin_of(value, shop, credentials))
    ]
    try:
        return own_path(f"{HOME}{path}?{urlencode(kept)}")
    except UnicodeEncodeError:
        raise Malformed("query: not text") from None


def again(reload: str, shop: str, credentials: Credentials) -> str:
    """Return a reload path that came back from a browser, checked as if it were new."""
    parts = urlsplit(own_path(reload))
    if not parts.path.startswith(HOME):
        raise Malformed("not a path of ours")
    pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return reload_path(parts.path.removeprefix(HOME), pairs, shop, credentials)
