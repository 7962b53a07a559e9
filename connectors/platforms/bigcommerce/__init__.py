"""BigCommerce.

Coming in
    auth        who opens the app            session    signed payloads
    tokens      the code of an install       framing    who frames us
    webhooks    deliveries to events         topics     what a scope means

Reading
    reader      one store's reader: the way in to all below
    client      the REST APIs                budget     their window of requests
    home        the store itself             catalog, sales, offers    pages of the three kinds
    wire/       what is decoded              mapping/   BigCommerce's words to ours
    readable    records, or why not          hooks      a store's webhooks, made and mended

Both
    cdn         where pictures lie, and in which sizes
    shop        what names a store           scopes, sources    what is asked for, and why
    quiet       what is decoded and shows nothing
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.errors import GrantRevoked, Unverified
from connectors.platforms.base import Delivery, Event, Reader
from connectors.platforms.bigcommerce import auth, cdn, framing, webhooks
from connectors.platforms.bigcommerce.reader import BigCommerceReader
from connectors.platforms.bigcommerce.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.bigcommerce.sources import ABSENT, SOURCES
from connectors.platforms.opening import Arrival, Bounced, Credentials, Embedding, Grant, Outcome, Variables


class BigCommerce:
    """BigCommerce; see `platforms.base.Platform`."""

    name = "bigcommerce"
    title = "BigCommerce"
    scopes = SCOPES
    optional_scopes = OPTIONAL_SCOPES
    sources: Mapping[str, tuple[str, ...]] = SOURCES
    absent: Mapping[str, str] = ABSENT
    history_days: Mapping[str, int] = {}
    required: Mapping[str, str] = {
        "client_id": "BIGCOMMERCE_CLIENT_ID",
        "client_secrets": "BIGCOMMERCE_CLIENT_SECRET",
    }
    callbacks: frozenset[str] = frozenset(webhooks.CALLBACKS)
    subscribes = True
    announces_installs = False
    # The callback of an uninstall is not sent again when it was lost.
    silent_days: int | None = 14

    def configure(self, variables: Variables, *, insecure: bool) -> Mapping[str, Any]:
        """Return what the settings say of our app at BigCommerce."""
        login = variables.origin("BIGCOMMERCE_LOGIN_ORIGIN", framing.LOGIN, insecure=insecure)
        signed = variables.flag("BIGCOMMERCE_SIGNED_WEBHOOKS", default=False)
        return {
            "client_id": variables.text("BIGCOMMERCE_CLIENT_ID", ""),
            "client_secrets": variables.secrets("BIGCOMMERCE_CLIENT_SECRET"),
            "origin": variables.origin("BIGCOMMERCE_API_ORIGIN", framing.API_ORIGIN, insecure=insecure),
            "own": {"login_origin": login, **({"signed": "1"} if signed else {})},
        }

    def enter(self, arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
        """Verify a person's request to open the app; see `auth.enter`."""
        return auth.enter(arrival, credentials, now)

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        """Refuse: a grant comes with an install, and no proof of `enter` can be exchanged for one."""
        raise Unverified("BigCommerce gives a grant at an install only")

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        """Refuse: a token of BigCommerce's is good until it is not."""
        raise GrantRevoked("BigCommerce's tokens have nothing to refresh them by")

    def verify(self, delivery: Delivery, credentials: Credentials, now: datetime) -> Event:
        """Turn untrusted bytes into an event; see `webhooks.verify`."""
        return webhooks.verify(delivery, credentials, now)

    def reader(self, grant: Grant, credentials: Credentials) -> Reader:
        """Return a reader of the store that this grant opens."""
        return BigCommerceReader(grant, credentials)

    def picture_hosts(self, credentials: Credentials) -> tuple[str, ...]:
        """Return where BigCommerce's pictures lie; see `cdn.picture_hosts`."""
        return cdn.picture_hosts(credentials)

    def scaled_picture(self, url: str, width: int, height: int) -> str:
        """Return the address of a picture in a size; see `cdn.scaled_picture`."""
        return cdn.scaled_picture(url, width, height)

    def frame_ancestors(self, shop: str, credentials: Credentials) -> tuple[str, ...]:
        """Return the origins that may frame this shop's pages."""
        return framing.frame_ancestors(shop, credentials)

    def bounce_address(self, bounced: Bounced) -> str:
        """Return the app's home: `enter` bounces nobody."""
        return framing.HOME

    def embedding(self, credentials: Credentials) -> Embedding:
        """Return what our pages need to live in the control panel: nothing."""
        return Embedding()


__all__ = ["BigCommerce"]
