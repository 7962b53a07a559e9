"""Queries that Shopify signed: the parameters of an app load and of the code grant's callback.

https://shopify.dev/docs/apps/build/authentication-authorization/get-access-tokens/authorization-code-grant

The digest is ShopifyAPI's `Session.calculate_hmac`. It reads the secret from its class, which the whole
process shares: each check makes a class of its own, so that no secret is ever set on the library's. Its
`validate_params` is not used: it takes a query that is a day old.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from shopify.session import Session

from connectors.errors import Malformed, Unverified

FRESH_SECONDS: Final = 90  # as in Shopify's own JavaScript library
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
_UNSIGNED: Final = frozenset({"hmac", "signature"})

Query = Mapping[str, str | list[str]]


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return a query by name; `ids[]`-like names hold lists.

    Raises Malformed when another name comes twice, since two readers could take two values.
    """
    query: dict[str, str | list[str]] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            held = query.setdefault(name, [])
            if isinstance(held, list):
                held.append(value)
        elif name in query:
            raise Malformed("query: a parameter comes twice")
        else:
            query[name] = value
    return query


def one(query: Query, name: str) -> str | None:
    """Return one plain parameter, None when it is missing."""
    value = query.get(name)
    return value if isinstance(value, str) else None


def check_query(query: Query, secrets: Iterable[str], now: datetime) -> None:
    """Check a query's signature and its age, or raise Unverified."""
    check_digest(query, secrets)
    stamp = one(query, "timestamp") or ""
    if _TIMESTAMP.fullmatch(stamp) is None or abs(now.timestamp() - int(stamp)) > FRESH_SECONDS:
        raise Unverified("query: the timestamp is missing or not of now")


def check_digest(query: Query, secrets: Iterable[str]) -> None:
    """Check a query's signature alone, against every secret, or raise Unverified."""
    claimed = one(query, "hmac") or ""
    if _DIGEST.fullmatch(claimed) is None:
        raise Unverified("query: there is no signature")
    if not any(hmac.compare_digest(_digest(query, secret), claimed) for secret in secrets if secret):
        raise Unverified("query: the signature is wrong")


def _digest(query: Query, secret: str) -> str:
    signer: Any = type("Signer", (Session,), {"secret": secret})
    signed = {name: value for name, value in query.items() if name not in _UNSIGNED}
    try:
        digest: str = signer.calculate_hmac(signed)
    except UnicodeEncodeError:
        raise Unverified("query: not text") from None
    return digest
