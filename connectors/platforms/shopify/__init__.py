"""Shopify.

Coming in
    auth        who opens the app            session, signed    session tokens, signed queries
    tokens      proofs to grants, refresh    places, framing    where browsers go, who frames us
    webhooks    deliveries to events         topics             what a topic's body says

Reading
    reader      one store's reader: the way in to all below
    client      the Admin GraphQL API        budget    its points
    queries/    what is asked                documents    one operation each
    wire/       what is decoded              mapping/     Shopify's words to ours
    pages       increments and single records             readable    records, or why not
    bulk        exports: start, look, bring the file      results    where it may lie
    marks, trees, join    the file to records

Both
    cdn         where pictures lie, and in which sizes
    shop, ids   what names a shop, what an id becomes     scopes, sources    what is asked for, and why
    quiet       what is decoded and shows nothing
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.platforms.base import Delivery, Event, Reader
from connectors.platforms.opening import Arrival, Bounced, Credentials, Embedding, Grant, Outcome, Variables
from connectors.platforms.shopify import auth, cdn, webhooks
from connectors.platforms.shopify.framing import APP_BRIDGE
from connectors.platforms.shopify.places import SHOPIFYS_OWN
from connectors.platforms.shopify.reader import ShopifyReader
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.shopify.sources import ABSENT, SOURCES
from connectors.platforms.shopify.tokens import GrantedToken


class Shopify:
    """Shopify; see `platforms.base.Platform`."""

    name = "shopify"
    title = "Shopify"
    scopes = SCOPES
    optional_scopes = OPTIONAL_SCOPES
    sources: Mapping[str, tuple[str, ...]] = SOURCES
    absent: Mapping[str, str] = ABSENT
    # Without `read_all_orders`, which the review grants for a reason only.
    history_days: Mapping[str, int] = {"sale": 60}
    required: Mapping[str, str] = {
        "client_id": "SHOPIFY_CLIENT_ID",
        "client_secrets": "SHOPIFY_CLIENT_SECRET",
    }
    callbacks: frozenset[str] = frozenset()
    # `shopify.app.toml` names the topics, for every store.
    subscribes = False
    announces_installs = False
    # `app/uninstalled` is sent again for two days, and `shop/redact` follows.
    silent_days: int | None = None

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of our app at Shopify."""
        return {
            "client_id": variables.text("SHOPIFY_CLIENT_ID", ""),
            "client_secrets": variables.secrets("SHOPIFY_CLIENT_SECRET"),
            "origin": variables.origin("SHOPIFY_ORIGIN", SHOPIFYS_OWN, insecure=insecure),
            "api_version": variables.matching("SHOPIFY_API_VERSION", r"[0-9]{4}-[0-9]{2}", "2026-10"),
            "embedded": variables.flag("SHOPIFY_EMBEDDED", default=True),
            "page_script": variables.origin("SHOPIFY_APP_BRIDGE", APP_BRIDGE, insecure=insecure),
        }

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        """Verify a person's request to open the app; see `auth.enter`."""
        return auth.enter(arrival, credentials, now)

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        """Turn a session token into a grant; see `tokens.exchange`."""
        return auth.exchange(shop, proof, credentials, now)

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        """Return the grant that follows; see `tokens.refresh`."""
        return auth.refresh(grant, credentials, now)

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        """Turn untrusted bytes into an event; see `webhooks.verify`."""
        return webhooks.verify(delivery, credentials, now)

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        """Return a reader of the store that this grant opens."""
        return ShopifyReader(grant.shop, GrantedToken(grant), grant.scopes, credentials)

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        """Return where Shopify's pictures lie; see `cdn.picture_hosts`."""
        return cdn.picture_hosts(credentials)

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        """Return the address of a picture in a size; see `cdn.scaled_picture`."""
        return cdn.scaled_picture(url, width, height)

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        """Return the origins that may frame this shop's pages."""
        return auth.frame_ancestors(shop, credentials)

    def bounce_address(self, bounced: Bounced) -> str:
        """Return the address of the bounce page."""
        return auth.bounce_address(bounced)

    def embedding(self, credentials: Credentials) -> Embedding:
        """Return what our pages need to live in Shopify's admin."""
        return auth.embedding(credentials)


__all__ = ["Shopify"]
