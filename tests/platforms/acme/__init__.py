"""Acme: the fourth platform, which lives in the tests and is as real as the others.

Coming in
    auth        who opens the app, passes to grants, refresh
    webhooks    deliveries to events

Reading
    reader      one store's reader: the way in to all below
    client      Acme's API               wire       what is decoded
    mapping     Acme's words to ours     sources    which field serves which leaf
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.platforms.base import Delivery, Event, Reader
from connectors.platforms.opening import (
    Arrival,
    Bounced,
    Credentials,
    Embedding,
    Grant,
    Outcome,
    Variables,
    origin_of,
)
from tests.platforms.acme import auth, webhooks
from tests.platforms.acme.reader import AcmeReader
from tests.platforms.acme.sources import ABSENT, SOURCES

API_ORIGIN = "https://api.acme.example"


class Acme:
    """Acme; see `platforms.base.Platform`."""

    name = "acme"
    title = "Acme"
    scopes = auth.SCOPES
    optional_scopes: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, ...]] = SOURCES
    absent: Mapping[str, str] = ABSENT
    history_days: Mapping[str, int] = {}
    required: Mapping[str, str] = {"client_id": "ACME_CLIENT_ID", "client_secrets": "ACME_CLIENT_SECRET"}
    callbacks: frozenset[str] = frozenset()
    # Every delivery goes to the one address that the app was registered with.
    subscribes = False
    announces_installs = False
    # `app.removed` is sent until it is taken.
    silent_days: int | None = None

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of our app at Acme."""
        admin = variables.origin("ACME_ADMIN_ORIGIN", "https://admin.acme.example", insecure=insecure)
        return {
            "client_id": variables.text("ACME_CLIENT_ID", ""),
            "client_secrets": variables.secrets("ACME_CLIENT_SECRET"),
            "origin": variables.origin("ACME_API_ORIGIN", API_ORIGIN, insecure=insecure),
            "own": {"admin_origin": admin},
        }

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        """Verify a person's request to open the app; see `auth.enter`."""
        return auth.enter(arrival, credentials, now)

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        """Turn a pass into a grant; see `auth.exchange`."""
        return auth.exchange(shop, proof, credentials, now)

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        """Return the grant that follows; see `auth.refresh`."""
        return auth.refresh(grant, credentials, now)

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        """Turn untrusted bytes into an event; see `webhooks.verify`."""
        return webhooks.verify(delivery, credentials, now)

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        """Return a reader of the store that this grant opens."""
        return AcmeReader(grant, credentials)

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        """Return Acme's one host for pictures, and the origin of who plays Acme."""
        elsewhere = () if credentials.origin == API_ORIGIN else (origin_of(credentials.origin),)
        return ("pictures.acme.example", *elsewhere)

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        """Return the address that came: Acme does not scale."""
        return url

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        """Return the one origin of Acme's admin, the same for every shop."""
        return (credentials.own["admin_origin"],)

    def bounce_address(self, bounced: Bounced) -> str:
        """Return the app's home: nobody is bounced, since Acme's admin puts a pass into every address."""
        return f"/{self.name}/"

    def embedding(self, credentials: Credentials) -> Embedding:
        """Return nothing: a page in Acme's admin needs no script of Acme's."""
        return Embedding()


__all__ = ["Acme"]
