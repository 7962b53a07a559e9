"""Who may come in: a living token, a quota that is not spent, a granted permission, the right catalog."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from connectors.sandbox.call import Call
from connectors.sandbox.wix import refusals
from connectors.sandbox.wix.permissions import permissions
from connectors.sandbox.wix.refusals import Refusal
from connectors.sandbox.wix.site import Site

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that was let in, of a site that is locked meanwhile."""

    wix: "Wix"
    site: Site
    call: Call
    body: Body
    granted: frozenset[str]

    @property
    def origin(self) -> str:
        """Where the site's pictures are."""
        return f"{self.call.request.host_url}_cdn"

    def needs(self, permission: str) -> None:
        """Refuse when a permission is not granted."""
        if permission not in self.granted:
            raise refusals.forbidden()


Endpoint = Callable[[Ask], Body]
Answerer = Callable[["Wix", Call], Response]


def door(permission: str, catalog: str | None = None) -> Callable[[Endpoint], Answerer]:
    """Guard an endpoint: the permission that it asks for, and the catalog that it belongs to."""

    def guard(endpoint: Endpoint) -> Answerer:
        @wraps(endpoint)
        def answer(wix: "Wix", call: Call) -> Response:
            try:
                site = _site(wix, call.request)
                with site.lock:
                    return refusals.answered(endpoint(_let_in(wix, site, call, permission, catalog)))
            except Refusal as refusal:
                return refusals.refused(refusal)

        return answer

    return guard


def _site(wix: "Wix", request: Request) -> Site:
    site = wix.site_of_token(bearer(request))
    if site is None:
        raise refusals.unauthenticated()
    if not wix.quota.take(site.key, wix.clock.timestamp()):
        raise refusals.exhausted()
    return site


def _let_in(wix: "Wix", site: Site, call: Call, permission: str, catalog: str | None) -> Ask:
    granted = frozenset(permissions(site.installation.scopes))
    ask = Ask(wix, site, call, _body(call.request), granted)
    ask.needs(permission)
    if catalog is not None and site.catalog != catalog:
        raise refusals.wrong_catalog(site.catalog, catalog)
    return ask


def bearer(request: Request) -> str | None:
    """Give the token of a request; it comes bare, and is taken with `Bearer` too."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return token or None


def _body(request: Request) -> Body:
    raw = request.get_data()
    if request.method != "POST" or not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise refusals.invalid("", "is no JSON", "FORMAT") from None
    if not isinstance(body, dict):
        raise refusals.invalid("", "is no JSON object", "FORMAT")
    return body
