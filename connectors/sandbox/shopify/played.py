"""Shopify behind what the sandbox's frame asks of a platform."""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from werkzeug import Request, Response

from connectors.sandbox.call import Call
from connectors.sandbox.catalogue import Article
from connectors.sandbox.played import Answer, Start
from connectors.sandbox.shopify import controls, site, world
from connectors.sandbox.shopify.admin import front_page
from connectors.sandbox.shopify.api.endpoint import throttled_now
from connectors.sandbox.shopify.app import App
from connectors.sandbox.shopify.platform import Shopify
from connectors.sandbox.shopify.shop import Shop

JSON = "application/json; charset=utf-8"


class PlayedShopify(Shopify):
    """Shopify, as the frame sees it."""

    rules = site.RULES
    unseen = site.UNSEEN

    def __init__(self, start: Start) -> None:
        super().__init__(App(start.client_id, start.secrets, start.app_url), start.clock, start.courier)
        self.answerers = {kind: partial(answer, self) for kind, answer in site.ANSWERERS.items()}
        self.controls = {name: partial(control, self) for name, control in controls.CONTROLS.items()}
        self.world_controls = {name: partial(control, self) for name, control in world.CONTROLS.items()}

    def open_store(self, handle: str, articles: Iterable[Article], order_count: int) -> Shop:
        """Open a store."""
        return self.open_shop(handle, articles, order_count)

    def stores(self) -> list[Shop]:
        """List the stores."""
        return list(self.shops.values())

    def state(self, store: Shop) -> Answer:
        """Tell a store's state."""
        return controls.state(self, store, {})

    def store_of(self, request: Request, found: dict[str, str]) -> Shop | None:
        """Find the store in the path: its named part, else its first."""
        return self.find(found.get("shop") or request.path.strip("/").partition("/")[0])

    def token_of(self, request: Request) -> str | None:
        """Give the access token."""
        return request.headers.get("X-Shopify-Access-Token")

    def operation_of(self, request: Request, kind: str) -> str | None:
        """Give a GraphQL request's body."""
        return request.get_data(as_text=True) if kind == "graphql" else None

    def front_page(self, call: Call) -> Response:
        """Show the stores."""
        return front_page(self)

    def throttled(self) -> Response:
        """Refuse as GraphQL does: at HTTP 200."""
        return _json(throttled_now())

    def missing(self) -> Response:
        """Answer as the admin does where nothing is."""
        return _json({"errors": "Not Found"}, 404)

    def settings(self, base_url: str) -> dict[str, str]:
        """Tell the variables of Minta for this sandbox."""
        return {
            "SHOPIFY_CLIENT_ID": self.app.client_id,
            "SHOPIFY_CLIENT_SECRET": ",".join(self.app.secrets),
            "SHOPIFY_ORIGIN": f"{base_url}/{{shop}}",
            "SHOPIFY_APP_BRIDGE": f"{base_url}/_cdn/app-bridge.js",
        }


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), status, content_type=JSON)
