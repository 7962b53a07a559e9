"""Wix as the sandbox plays it: the app, the sites, and what happens between them."""

from collections.abc import Iterable
from copy import deepcopy
from functools import partial

from werkzeug import Request, Response

from connectors.sandbox.call import Call
from connectors.sandbox.catalogue import Article
from connectors.sandbox.played import Answer, Start
from connectors.sandbox.wix import controls, dashboard, events, refusals, routes, telling
from connectors.sandbox.wix.api.door import bearer
from connectors.sandbox.wix.api.oauth import asked_of
from connectors.sandbox.wix.app import App, signing_key
from connectors.sandbox.wix.events import Sent
from connectors.sandbox.wix.ids import whole_ms
from connectors.sandbox.wix.quota import Quota
from connectors.sandbox.wix.seeding import empty_site, make_site
from connectors.sandbox.wix.site import CATALOGS, NO_STORE, V1, V3, Site
from connectors.sandbox.wix.webhooks import PLAIN, Twist

ENDINGS = {"-v1": V1, "-v3": V3, "-blank": NO_STORE}


class Wix:
    """Everything in memory."""

    rules = routes.RULES
    unseen: frozenset[str] = frozenset()

    def __init__(self, start: Start) -> None:
        self.app = App(start.client_id, start.secrets, start.app_url, signing_key(start.private_key))
        self.clock = start.clock
        self.courier = start.courier
        self.quota = Quota()
        self.quota.per_minute = int(start.own.get("per_minute", self.quota.per_minute))
        self.catalog = start.own.get("catalog", V3)
        if self.catalog not in CATALOGS:
            raise ValueError(f"catalog is one of {', '.join(CATALOGS)}")
        self.sites: dict[str, Site] = {}
        self.answerers = {kind: partial(answer, self) for kind, answer in routes.ANSWERERS.items()}
        self.controls = {name: partial(control, self) for name, control in controls.CONTROLS.items()}
        self.world_controls = {
            name: partial(control, self) for name, control in controls.WORLD_CONTROLS.items()
        }

    def open_store(self, handle: str, articles: Iterable[Article], order_count: int) -> Site:
        """Open a site. A name that ends with -v1, -v3 or -blank says which catalog it has, if any."""
        catalog = next((one for end, one in ENDINGS.items() if handle.endswith(end)), self.catalog)
        site = make_site(handle, articles, self.clock.stamp(), order_count, catalog)
        self.sites[site.key] = site
        return site

    def stores(self) -> list[Site]:
        """List the sites."""
        return list(self.sites.values())

    def find(self, name: str) -> Site | None:
        """Find a site by the id of its app instance or by its handle."""
        return self.sites.get(name) or next((one for one in self.stores() if one.handle == name), None)

    def state(self, store: Site) -> Answer:
        """Tell a site's state."""
        return telling.state(self, store, {})

    def site_of_token(self, token: str | None) -> Site | None:
        """Find the site that a living token is bound to."""
        now = self.clock.now()
        for site in self.stores():
            held = site.installation.tokens.get(token or "")
            if held is not None:
                return site if held.expires_at > now else None
        return None

    def install(self, site: Site, scopes: Iterable[str] | None = None, twist: Twist = PLAIN) -> Sent:
        """Install the app, once more too, and tell it."""
        site.installation.install(
            tuple(scopes if scopes is not None else self.app.scopes), self.clock.stamp()
        )
        return events.installed(self, site, twist)

    def uninstall(self, site: Site) -> Sent:
        """Remove the app: tokens die at once, and no more are given."""
        if not site.installation.active:
            return []
        site.installation.uninstall()
        return events.removed(self, site)

    def clone(self, site: Site, handle: str) -> tuple[Site, Sent]:
        """Duplicate a site, its goods with their ids, and the app: a new instance, without consent."""
        now = whole_ms(self.clock.stamp())
        twin = empty_site(handle, now, site.catalog)
        twin.properties = deepcopy(site.properties)
        for product in site.products.values():
            twin.add_product(deepcopy(product))
        twin.shelves = deepcopy(site.shelves)
        twin.last_number = site.last_number
        twin.installation.origin_instance_id = site.key
        self.sites[twin.key] = twin
        return twin, self.install(twin, site.installation.scopes)

    def delete_site(self, site: Site) -> Sent:
        """Delete a site with everything on it, the app too."""
        sent = self.uninstall(site)
        del self.sites[site.key]
        return sent + events.installation_deleted(self, site)

    def store_of(self, request: Request, found: dict[str, str]) -> Site | None:
        """Find the site in the path, by the request's token, or in the body that asks for a token."""
        if "site" in found:
            return self.find(found["site"])
        token = bearer(request)
        if token is not None:
            return self.site_of_token(token)
        if not request.path.startswith("/oauth2/"):
            return None
        asked = asked_of(request)
        return self.sites.get(str(asked.get("instance_id"))) or self.site_of_token(str(asked.get("token")))

    def token_of(self, request: Request) -> str | None:
        """Give the access token."""
        return bearer(request)

    def operation_of(self, request: Request, kind: str) -> str | None:
        """Give what is asked: the path with its query, and the body unless it holds the app's secret."""
        body = "" if kind in ("token", "token-info") else request.get_data(as_text=True)
        return f"{request.full_path}\n{body}"

    def front_page(self, call: Call) -> Response:
        """Show the sites."""
        return dashboard.front_page(self)

    def throttled(self) -> Response:
        """Refuse as Wix does: 429, and not a word of when to come back."""
        return refusals.refused(refusals.exhausted())

    def missing(self) -> Response:
        """Answer as Wix does where nothing is."""
        return refusals.refused(refusals.nothing_there())

    def settings(self, base_url: str) -> dict[str, str]:
        """Tell the variables of Minta for this sandbox."""
        return {
            "WIX_APP_ID": self.app.app_id,
            "WIX_APP_SECRET": ",".join(self.app.secrets),
            "WIX_PUBLIC_KEY": self.app.public_key,
            "WIX_API_ORIGIN": base_url,
        }

    def close(self) -> None:
        """Nothing is to be put away."""
