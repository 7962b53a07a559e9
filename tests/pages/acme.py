"""Acme: a platform that is not in the product. What works with it works with the next one."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from connectors.errors import (
    AccessDenied,
    Forbidden,
    Malformed,
    StoreClosed,
    Throttled,
    Unavailable,
    Unverified,
)
from connectors.platforms.base import Delivery, Event, EventKind, Reader
from connectors.platforms.opening import (
    Admitted,
    Arrival,
    Bounced,
    Credentials,
    Embedding,
    Grant,
    Outcome,
    Person,
    Redirected,
    Stale,
    Variables,
)
from connectors.policy.register import leaf_names

SHOP = "cedar.acme.example"
SETTINGS = {
    "client_id": "acme-client-id",
    "client_secrets": ("acme-secret",),
    "origin": "https://{shop}",
    "api_version": "1",
    "page_script": "https://cdn.acme.example/bridge.js",
}
GRANT = Grant(shop=SHOP, access_token="acme-token-that-nobody-sees")
_ERRORS: dict[str, Exception] = {
    "forbidden": Forbidden(),
    "malformed": Malformed(),
    "unavailable": Unavailable(),
    "throttled": Throttled(wait_seconds=11.2),
    "denied": AccessDenied(),
    "closed": StoreClosed(),
    "broken": ZeroDivisionError("with the value 4711-secret in it"),
}


class Acme:
    """Does what the address says: `?proof=`, `?framed=1`, `?consent=1`, `/back?state=`, `?error=`.

    A proof `once-1` is good once, names a person, says in `made` when it was made, and leads to a ticket.
    """

    name = "acme"
    title = "Acme"
    scopes: frozenset[str] = frozenset()
    optional_scopes: frozenset[str] = frozenset()
    absent: Mapping[str, str] = {"StoreInfo.phone": "Acme knows no telephone."}
    sources: Mapping[str, tuple[str, ...]] = {
        name: (f"acme.{name}",) for name in leaf_names() if name != "StoreInfo.phone"
    }
    history_days: Mapping[str, int] = {}
    required: Mapping[str, str] = {"client_id": "ACME_CLIENT_ID", "client_secrets": "ACME_CLIENT_SECRET"}
    callbacks: frozenset[str] = frozenset({"gone", "left"})
    subscribes = False
    announces_installs = False
    silent_days: int | None = None
    arrivals: ClassVar[list[Arrival]] = []

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        return SETTINGS

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        self.arrivals.append(arrival)
        asked = dict(arrival.query)
        proof = arrival.bearer or asked.get("proof")
        if "error" in asked:
            raise _ERRORS[asked["error"]]
        if proof == "old":
            raise Stale(Bounced(shop=SHOP, reload="/acme/?framed=1"))
        if proof is not None and proof.startswith("once-"):
            person = Person(asked.get("person", "7"), owner="owner" in asked)
            made = datetime.fromtimestamp(int(asked["made"]), UTC) if "made" in asked else None
            return Admitted(SHOP, "good", proved_at=made, once=proof, person=person, ticketed=True)
        if proof is not None and proof.startswith("good"):
            return Admitted(shop=SHOP, proof=proof)
        if arrival.path == "back":
            return self._back(arrival, asked)
        if arrival.path == "pause" or "framed" in asked:
            return Bounced(shop=SHOP, reload="/acme/?framed=1")
        if "consent" in asked:
            return Redirected(url=f"https://{SHOP}/consent?state=n1", nonce="n1")
        raise Unverified("there is no proof")

    def _back(self, arrival: Arrival, asked: dict[str, str]) -> Admitted:
        if "state" not in asked or asked["state"] != arrival.nonce:
            raise Unverified("the nonce is another")
        if "fails" in asked:
            raise Unavailable
        landing = "https://admin.acme.example/apps/minta" if "admin" in asked else None
        return Admitted(shop=SHOP, grant=GRANT, embedded=landing is not None, landing=landing)

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        if proof.startswith("good-but-"):
            raise _ERRORS[{"down": "unavailable", "closed": "closed", "less": "forbidden"}[proof[9:]]]
        return GRANT

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        return grant

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        if delivery.callback:
            return self._called_back(delivery)
        if delivery.headers.get("x-acme-signature") != "good":
            raise Unverified
        try:
            read = json.loads(delivery.body)
            return Event(
                kind=EventKind(read["kind"]),
                shop=read.get("shop", SHOP),
                delivery_id=read["id"],
                topic="things/changed",
                occurred_at=datetime.now(UTC),
                ids=("1",),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Malformed from None

    def _called_back(self, delivery: Delivery) -> Event:
        asked = dict(delivery.query)
        if asked.get("signed") != "good":
            raise Unverified
        kind = {"gone": EventKind.UNINSTALLED, "left": EventKind.PERSON_REMOVED}[delivery.callback]
        now = datetime.now(UTC)
        return Event(kind, SHOP, asked["id"], delivery.callback, now, (asked.get("person", "7"),))

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        raise Unavailable

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        return ("pictures.acme.example",)

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        return url

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        return (f"https://{shop}", "https://admin.acme.example")

    def bounce_address(self, bounced: Bounced) -> str:
        return f"/acme/pause?{urlencode({'again': bounced.reload})}"

    def embedding(self, credentials: Credentials) -> Embedding:
        return Embedding(
            metas=(("acme-app", credentials.client_id),),
            scripts=(credentials.page_script,),
            connects=("https://events.acme.example/v1",),
            stale=(("X-Acme-Retry", "1"),),
        )
