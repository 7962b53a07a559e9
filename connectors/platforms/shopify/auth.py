"""The door for people: who may come in, on which proof, and where to send the others.

A load comes in one of four ways:

- with a session token (`id_token`, or `Authorization: Bearer`): the shop is proved;
- framed, without one: Shopify's script fetches one on the bounce page and loads the same path again. That
  also serves where the older flow has to leave the frame first: there is no consent page to show, since
  Shopify asked for consent at the install;
- not framed, signed by Shopify: the code grant begins. It is the sign-in as well, because Shopify does not
  ask again for what was granted;
- the code grant's way back, `callback`.

Nothing is remembered between them but the nonce, which the caller keeps in the same browser.
"""

import hmac
import re
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from connectors.errors import Forbidden, Malformed, Unverified
from connectors.platforms.opening import Admitted, Arrival, Bounced, Credentials, Outcome, Redirected, Stale
from connectors.platforms.shopify import places, session, tokens
from connectors.platforms.shopify.framing import BOUNCE, bounce_address, embedding, frame_ancestors
from connectors.platforms.shopify.scopes import SCOPES, covers
from connectors.platforms.shopify.shop import shop_domain
from connectors.platforms.shopify.signed import Query, check_query, one, read_query
from connectors.platforms.shopify.tokens import exchange, refresh

__all__ = ["bounce_address", "covers", "embedding", "enter", "exchange", "frame_ancestors", "refresh"]

CALLBACK: Final = "callback"
_PATH: Final = re.compile(r"[A-Za-z0-9_/-]{0,200}")
_CODE: Final = re.compile(r"[!-~]{1,512}")


def enter(arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
    """Say what a request to open the app deserves.

    Raises Unverified when a proof is missing or wrong, Stale when it has only run out, Malformed when the
    request cannot be read, Forbidden when the merchant took a scope out of the consent.
    """
    if _PATH.fullmatch(arrival.path) is None:
        raise Malformed("path: none of ours")
    query = read_query(arrival.query)
    if arrival.path == CALLBACK:
        return _called_back(arrival, query, credentials, now)
    if arrival.bearer is not None:
        return _proved(arrival.bearer, query, credentials, now)
    id_token = one(query, "id_token")
    if id_token is not None:
        return _loaded(id_token, arrival, query, credentials, now)
    if one(query, "embedded") == "1":
        return _bounced(arrival, query, credentials)
    if "hmac" in query:
        return _sent_to_consent(query, credentials, now)
    if credentials.embedded and "host" in query:
        return _bounced(arrival, query, credentials)
    raise Unverified("there is no session token and no signature")


def _proved(token: str, query: Query, credentials: Credentials, now: datetime) -> Admitted:
    shop, proved_at = session.read_token(token, credentials, now)
    _check_same_shop(query, shop)
    return Admitted(shop=shop, proof=token, proved_at=proved_at)


def _loaded(token: str, arrival: Arrival, query: Query, credentials: Credentials, now: datetime) -> Admitted:
    """Admit a page load, or say that its genuine token ran out, as it does when a tab is opened again."""
    try:
        return _proved(token, query, credentials, now)
    except session.Expired as expired:
        _check_same_shop(query, expired.shop)
        reload = places.reload_path(arrival.path, arrival.query, expired.shop, credentials)
        raise Stale(Bounced(shop=expired.shop, reload=reload)) from None


def _check_same_shop(query: Query, shop: str) -> None:
    # The token decides. A page that names another shop beside it was put together by somebody else.
    if "shop" not in query:
        return
    try:
        if shop_domain(one(query, "shop")) == shop:
            return
    except Malformed:
        pass
    raise Unverified("the session token is another shop's")


def _bounced(arrival: Arrival, query: Query, credentials: Credentials) -> Bounced:
    """Send to the bounce page. The shop is only claimed: it decides who may frame a page without content."""
    shop = shop_domain(one(query, "shop"))
    if arrival.path == BOUNCE:
        reload = places.again(one(query, "shopify-reload") or places.HOME, shop, credentials)
    else:
        reload = places.reload_path(arrival.path, arrival.query, shop, credentials)
    return Bounced(shop=shop, reload=reload)


def _sent_to_consent(query: Query, credentials: Credentials, now: datetime) -> Redirected:
    check_query(query, credentials.client_secrets, now)
    shop = shop_domain(one(query, "shop"))
    # Plain hex: the two ways in which Shopify's own libraries sign a query agree on it.
    nonce = secrets.token_hex(32)
    asked = {
        "client_id": credentials.client_id,
        "redirect_uri": f"{credentials.public_url}{places.HOME}{CALLBACK}",
        "scope": ",".join(sorted(SCOPES)),
        "state": nonce,
    }
    origin = places.shop_origin(credentials, shop)
    return Redirected(url=f"{origin}/admin/oauth/authorize?{urlencode(asked)}", nonce=nonce)


def _called_back(arrival: Arrival, query: Query, credentials: Credentials, now: datetime) -> Admitted:
    _check_nonce(one(query, "state"), arrival.nonce)
    check_query(query, credentials.client_secrets, now)
    shop = shop_domain(one(query, "shop"))
    code = one(query, "code") or ""
    if _CODE.fullmatch(code) is None:
        raise Malformed("code: missing or not a code")
    grant = tokens.trade_code(shop, code, credentials, now)
    # The merchant can edit the address of the consent page.
    if not covers(grant.scopes, SCOPES):
        raise Forbidden("the store granted fewer scopes than were asked for")
    if not credentials.embedded:
        return Admitted(shop=shop, grant=grant, embedded=False, proved_at=now)
    landing = places.app_in_admin(one(query, "host"), shop, credentials)
    return Admitted(shop=shop, grant=grant, landing=landing, proved_at=now)


def _check_nonce(state: str | None, nonce: str | None) -> None:
    if not state or not nonce or not hmac.compare_digest(_bytes(state), _bytes(nonce)):
        raise Unverified("state: this browser did not begin the sign-in")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
