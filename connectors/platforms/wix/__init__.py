"""Wix.

Coming in
    auth        who opens the app            signed    the signed instance, which proves it
    tokens      an instance's id to a grant  framing   who may frame our pages
    webhooks    deliveries to events         jws, topics    their signature, and what their body says

Reading
    reader      one site's reader: the way in to all below
    client      the REST API                 budget    how fast, and what is remembered between two looks
    catalog, sales, offers    pages of the three kinds: products are of Catalog V1 (`catalog_v1`) or V3
                (`catalog_v3`), whichever the site has
    wire/       what is decoded              mapping/     Wix's words to ours
    readable    pages to records, or why not

Both
    cdn         where pictures lie, and in which sizes
    ids         what names an instance and a thing        scopes, sources    what is asked for, and why
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.platforms.base import Delivery, Event, Reader
from connectors.platforms.opening import Arrival, Bounced, Credentials, Embedding, Grant, Outcome, Variables
from connectors.platforms.wix import auth, cdn, framing, tokens, webhooks
from connectors.platforms.wix.client import Client
from connectors.platforms.wix.jws import check_key
from connectors.platforms.wix.reader import WixReader
from connectors.platforms.wix.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.wix.sources import ABSENT, SOURCES


class Wix:
    """Wix; see `platforms.base.Platform`."""

    name = "wix"
    title = "Wix"
    scopes = SCOPES
    optional_scopes = OPTIONAL_SCOPES
    sources: Mapping[str, tuple[str, ...]] = SOURCES
    absent: Mapping[str, str] = ABSENT
    history_days: Mapping[str, int] = {}
    required: Mapping[str, str] = {
        "client_id": "WIX_APP_ID",
        "client_secrets": "WIX_APP_SECRET",
        "public_key": "WIX_PUBLIC_KEY",
    }
    callbacks: frozenset[str] = frozenset()
    # The app's dashboard names the events, for every site.
    subscribes = False
    announces_installs = True
    # `AppRemoved` is sent again for two days, and nothing follows it.
    silent_days: int | None = 14

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of our app at Wix."""
        public_key = variables.secret("WIX_PUBLIC_KEY", "")
        if public_key:
            check_key(public_key)
        framed_by = variables.matching("WIX_FRAME_ANCESTORS", framing.ANCESTORS, framing.WIXS_OWN)
        return {
            "client_id": variables.text("WIX_APP_ID", ""),
            "client_secrets": variables.secrets("WIX_APP_SECRET"),
            "origin": variables.origin("WIX_API_ORIGIN", framing.API_ORIGIN, insecure=insecure),
            "own": {"public_key": public_key, "frame_ancestors": framed_by},
        }

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        """Verify a person's request to open the app; see `auth.enter`."""
        return auth.enter(arrival, credentials, now)

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        """Turn a signed instance into a grant; see `tokens.exchange`."""
        return tokens.exchange(shop, proof, credentials, now)

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        """Return a fresh grant; see `tokens.mint`."""
        return tokens.mint(grant.shop, credentials, now)

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        """Turn untrusted bytes into an event; see `webhooks.verify`."""
        return webhooks.verify(delivery, credentials, now)

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        """Return a reader of the site that this grant opens."""
        return WixReader(Client(grant, credentials))

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        """Return where Wix's pictures lie; see `cdn.picture_hosts`."""
        return cdn.picture_hosts(credentials)

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        """Return the address of a picture in a size; see `cdn.scaled_picture`."""
        return cdn.scaled_picture(url, width, height)

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        """Return the origins that may frame our pages."""
        return framing.frame_ancestors(credentials)

    def bounce_address(self, bounced: Bounced) -> str:
        """Return our home: nobody is bounced, for a proof comes with every load."""
        return framing.HOME

    def embedding(self, credentials: Credentials) -> Embedding:
        """Return what our pages need to live in Wix's dashboard: nothing."""
        return Embedding()


__all__ = ["Wix"]
