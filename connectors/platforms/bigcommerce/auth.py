"""The door for people: who may come in, and on which proof.

- `auth`: an install, or one made anew because scopes or the owner changed. The request proves nothing; the
  answer to its code does.
- `load`: the app is opened, with a `signed_payload_jwt`.

Both proofs lie in an address, so the browser is sent on with a ticket of ours. Nothing is kept here.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from connectors.errors import Malformed, MintaError, Unverified
from connectors.platforms.bigcommerce import session, tokens
from connectors.platforms.bigcommerce.shop import store_hash
from connectors.platforms.opening import Admitted, Arrival, Credentials, Outcome, Redirected

LOAD: Final = "load"
PROOF: Final = "signed_payload_jwt"
_CODE: Final = re.compile(r"[!-~]{1,512}")
_SCOPE: Final = re.compile(r"[!-~ ]{1,4096}")


def enter(arrival: Arrival, credentials: Credentials, now: datetime) -> Outcome:
    """Say what a request to open the app deserves.

    Raises Unverified when a proof is missing or wrong, Malformed when the request cannot be read, Forbidden
    when the store granted fewer scopes than are needed.
    """
    if arrival.path == tokens.AUTH:
        return _installed(read_query(arrival.query), credentials, now)
    if arrival.path == LOAD:
        return _loaded(read_query(arrival.query), credentials, now)
    raise Unverified("there is nothing that BigCommerce signed")


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a query by name; raises Malformed when a name comes twice, since readers could differ."""
    query: dict[str, str] = {}
    for name, value in pairs:
        if name in query:
            raise Malformed("query: a parameter comes twice")
        query[name] = value
    return query


def _installed(query: dict[str, str], credentials: Credentials, now: datetime) -> Outcome:
    context, code, scope = query.get("context", ""), query.get("code", ""), query.get("scope", "")
    store_hash(context)
    if _CODE.fullmatch(code) is None or _SCOPE.fullmatch(scope) is None:
        raise Malformed("code or scope: missing, or none")
    # An install that began outside of the control panel ends on a page of BigCommerce's, good or bad.
    outside = "external_install" in query
    try:
        grant, person = tokens.trade_code(context, code, scope, credentials)
    except MintaError:
        if outside:
            return Redirected(_install_page("failed", credentials))
        raise
    landing = _install_page("succeeded", credentials) if outside else None
    return Admitted(
        shop=grant.shop, grant=grant, landing=landing, proved_at=now, person=person, ticketed=not outside
    )


def _install_page(name: str, credentials: Credentials) -> str:
    return f"{credentials.own['login_origin']}/app/{credentials.client_id}/install/{name}"


def _loaded(query: dict[str, str], credentials: Credentials, now: datetime) -> Admitted:
    proved = session.read_payload(query.get(PROOF, ""), credentials, now)
    return Admitted(
        shop=proved.shop, proved_at=proved.at, once=proved.proof_id, person=proved.person, ticketed=True
    )
