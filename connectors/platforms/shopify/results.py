"""Where the file of a bulk operation may lie: what comes from there is fetched without any token of ours.

Shopify's lie in Google's storage and nowhere else. An emulator, which an origin of its own tells, serves them
itself or beside itself. One that is reached by http, which no real installation is, may name any place.
"""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from connectors.errors import BadAnswer
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify.places import SHOPIFYS_OWN, shop_origin

_STORAGE: Final = "storage.googleapis.com"
_SHOPS: Final = ".myshopify.com"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def result_url(url: str | None, credentials: Credentials, shop: str) -> str:
    """Return the address of a result, if it is one that we fetch from; raises BadAnswer otherwise."""
    if url is None or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        raise BadAnswer("the bulk file has no address")
    try:
        parts, again = urlsplit(url), parse_url(url)
        port, host = parts.port, parts.hostname or ""
    except (ValueError, HTTPError):
        raise BadAnswer("the bulk file has no address") from None
    # Two readers of addresses must agree on the host, and neither may see a name before it.
    if host and parts.username is None and again.auth is None and (again.host or "").strip("[]") == host:
        if parts.scheme == "https" and port in (None, 443) and f".{host}".endswith(f".{_STORAGE}"):
            return url
        if credentials.origin != SHOPIFYS_OWN and _is_own(parts, host, shop_origin(credentials, shop)):
            return url
    raise BadAnswer("the bulk file lies at an address that is not Shopify's")


def _is_own(parts: SplitResult, host: str, origin: str) -> bool:
    own = urlsplit(origin)
    if own.scheme == "http":
        return parts.scheme in ("http", "https")
    if parts.scheme != "https":
        return False
    return host == own.hostname or {host, own.hostname} <= _LOOPBACK or _are_kin(host, own.hostname or "")


def _are_kin(host: str, own: str) -> bool:
    """Tell whether two names belong to one owner; addresses of digits, and shops, have no kin."""
    labels = own.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or f".{own}".endswith(_SHOPS):
        return False
    # As in `emulator.example` and `emulator.co.uk`.
    wide = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    domain = ".".join(labels[-3 if wide else -2 :])
    return f".{host}".endswith(f".{domain}")
