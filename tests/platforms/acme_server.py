"""Acme itself, as far as an app sees it: a token endpoint, an API over a few stores, signed deliveries.

It shares nothing with the platform's folder: signatures and fields stand here again, as Acme has them.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.platforms.playing import Asked, Says

Json = dict[str, Any]
CLIENT_ID = "acme-client-id-of-minta"
SECRET = "acme-secret-0123456789abcdef"
PREVIOUS = "acme-secret-of-before-0123456789"
PAGE = 2


def sign(what: bytes, secret: str = SECRET) -> str:
    """Return the signature of passes and deliveries."""
    return hmac.new(secret.encode(), what, hashlib.sha256).hexdigest()


def pass_for(shop: str, at: datetime, secret: str = SECRET, app: str = CLIENT_ID) -> str:
    """Return what Acme's admin puts into the address of the app."""
    second = int(at.timestamp())
    return f"{shop}.{second}.{sign(f'{app}.{shop}.{second}'.encode(), secret)}"


@dataclass
class Shop:
    """One store at Acme, with the tokens that open it."""

    name: str
    store: Json
    goods: list[Json] = field(default_factory=list)
    orders: list[Json] = field(default_factory=list)
    offers: list[Json] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    renewals: set[str] = field(default_factory=set)


class AcmeServer:
    """Answers for its shops."""

    def __init__(self, *shops: Shop) -> None:
        self.shops = {shop.name: shop for shop in shops}
        self._given = 0

    def answer(self, asked: Asked) -> Says:
        """Answer one request."""
        if asked.path == "/token":
            return self._token(asked.said())
        _, _, name, what, *rest = asked.path.split("/")
        shop = self.shops.get(name)
        if shop is None or asked.headers.get("authorization", "")[7:] not in shop.tokens:
            return Says({"error": "token"}, 401)
        if what == "store":
            return Says(shop.store)
        things: list[Json] = getattr(shop, what)
        if rest:
            found = [each for each in things if str(each["id"]) == rest[0]]
            return Says(found[0]) if found else Says({"error": "nothing here"}, 404)
        return _listing(things, asked.query)

    def _token(self, said: Json) -> Says:
        if (said["client_id"], said["client_secret"]) != (CLIENT_ID, SECRET):
            return Says({"error": "client"}, 401)
        for shop in self.shops.values():
            if said.get("renewal") in shop.renewals or said.get("pass", "").startswith(f"{shop.name}."):
                return self._give(shop)
        return Says({"error": "pass" if "pass" in said else "renewal"}, 400)

    def _give(self, shop: Shop) -> Says:
        self._given += 1
        token, renewal = f"acme-token-{self._given:06}", f"acme-renewal-{self._given:06}"
        shop.tokens, shop.renewals = {token}, {renewal}
        scopes = ["goods:read", "orders:read", "offers:read"]
        return Says({"token": token, "renewal": renewal, "scopes": scopes, "lasts_seconds": 3600})

    def uninstall(self, name: str) -> None:
        """Let the tokens of a shop die."""
        self.shops[name].tokens, self.shops[name].renewals = set(), set()


def told(shop: str, number: int, topic: str, ids: list[int], at: datetime, **changed: Any) -> Json:
    """Return the body of a delivery."""
    whole = {"id": f"{topic}-{at.timestamp()}-{ids}", "app": CLIENT_ID, "shop": shop, "store": number}
    return {**whole, "topic": topic, "at": at.isoformat(), "ids": ids, **changed}


def signed(body: bytes | Mapping[str, Any], secret: str = SECRET) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a delivery."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {"acme-signature": sign(raw, secret), "content-type": "application/json"}, raw


def _listing(things: list[Json], query: Mapping[str, str]) -> Says:
    since = query.get("since")
    fitting = [
        each
        for each in things
        if since is None or datetime.fromisoformat(each["changed"]) >= datetime.fromisoformat(since)
    ]
    begin = int(query.get("after", "0"))
    end = begin + PAGE
    following = str(end) if end < len(fitting) else None
    return Says({"items": fitting[begin:end], "total": len(fitting), "next": following})
