"""BigCommerce behind what the sandbox's frame asks of a platform: the app, the stores, what goes between."""

import gc
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from connectors.sandbox.bigcommerce import admin, controls, oauth, webhooks
from connectors.sandbox.bigcommerce.api.ask import RefusedError
from connectors.sandbox.bigcommerce.api.endpoint import serve, too_many
from connectors.sandbox.bigcommerce.app import App, User
from connectors.sandbox.bigcommerce.quota import LIMIT, Quota
from connectors.sandbox.bigcommerce.seeding import make_store
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.call import Answerer, Call
from connectors.sandbox.catalogue import Article
from connectors.sandbox.courier import Delivery
from connectors.sandbox.played import Answer, Start, StoreControl, WorldControl

THROTTLED_SECONDS = 1.5


class BigCommerce:
    """BigCommerce; `--set quota=N` sets how many requests a store allows in 30 seconds."""

    rules = (
        Rule("/_cdn/s-<hash>/images/stencil/<size>/products/<product>/<image>/<name>", endpoint="picture"),
        Rule("/store/<shop>/apps/<app>", endpoint="admin", strict_slashes=False, methods=["GET", "POST"]),
        Rule("/oauth2/token", endpoint="token", methods=["POST"]),
        Rule("/app/<client_id>/install", endpoint="install"),
        Rule("/app/<client_id>/install/<any(succeeded, failed):outcome>", endpoint="installed"),
        Rule("/stores/<hash>/<any(v2, v3):version>/<path:path>", endpoint="api"),
    )
    unseen: frozenset[str] = frozenset()

    def __init__(self, start: Start) -> None:
        self.clock, self.courier = start.clock, start.courier
        self.app = App(start.client_id, start.secrets, start.app_url)
        self.answerers: dict[str, Answerer] = {
            "picture": self._picture,
            "admin": lambda call: admin.app_page(self, self._store(call.found["shop"]), call.request),
            "token": lambda call: oauth.serve_token(self, call.request),
            "install": lambda call: admin.install_page(self, call.found["client_id"], call.request),
            "installed": lambda call: admin.installed_page(call.found["outcome"]),
            "api": lambda call: serve(self, self._store(call.found["hash"]), call),
        }
        self.controls: dict[tuple[str, str], StoreControl] = _bound(controls.CONTROLS, self)
        self.world_controls: dict[tuple[str, str], WorldControl] = _bound(controls.WORLD_CONTROLS, self)
        self._limit = int(start.own.get("quota", LIMIT))
        self._stores: dict[str, Store] = {}
        self._hooks = itertools.count(18_048_287)

    # the frame

    def open_store(self, handle: str, articles: Iterable[Article], order_count: int) -> Store:
        """Open a store."""
        if self.find(handle) is not None:
            raise ValueError(f"there is a store {handle}")
        with _not_collecting():
            store = make_store(handle, articles, self.clock.stamp(), order_count)
        store.quota = Quota(self._limit)
        self._stores[store.hash] = store
        return store

    def stores(self) -> list[Store]:
        """List the stores."""
        return list(self._stores.values())

    def find(self, name: str) -> Store | None:
        """Find a store by its hash or its handle."""
        by_handle = (store for store in self.stores() if store.handle == name)
        return self._stores.get(name) or next(by_handle, None)

    def state(self, store: Store) -> Answer:
        """Tell a store's state."""
        return controls.state(self, store, {})

    def store_of(self, request: Request, found: dict[str, str]) -> Store | None:
        """Find the store that the path names."""
        return self._stores.get(found.get("hash", "")) or self.find(found.get("shop", ""))

    def token_of(self, request: Request) -> str | None:
        """Give the access token."""
        return request.headers.get("X-Auth-Token")

    def operation_of(self, request: Request, kind: str) -> str | None:
        """Give the method and the path with its query."""
        return f"{request.method} {request.full_path.rstrip('?')}"

    def front_page(self, call: Call) -> Response:
        """Show the stores."""
        return admin.front_page(self)

    def throttled(self) -> Response:
        """Refuse as when the quota is used up."""
        quota = Quota(1)
        now = self.clock.timestamp()
        quota.spend(now)
        quota.end_in(THROTTLED_SECONDS, now)
        return too_many(quota.headers(now))

    def missing(self) -> Response:
        """Answer as the API does where nothing is."""
        return RefusedError(404, "Not Found").answer("v3")

    def settings(self, base_url: str) -> dict[str, str]:
        """Tell the variables of Minta for this sandbox."""
        return {
            "BIGCOMMERCE_CLIENT_ID": self.app.client_id,
            "BIGCOMMERCE_CLIENT_SECRET": ",".join(self.app.secrets),
            "BIGCOMMERCE_LOGIN_ORIGIN": base_url,
            "BIGCOMMERCE_API_ORIGIN": base_url,
        }

    def close(self) -> None:
        """Nothing has to be put away."""

    # what happens between the app and a store

    def page_of(self, store: Store) -> str:
        """Tell the path of a store's page with the app in it."""
        return f"/store/{store.handle}/apps/{self.app.handle}"

    def grant(self, store: Store, user: User, scopes: tuple[str, ...]) -> str:
        """Install the app, or accept it anew; gives its fresh token."""
        return store.installation.grant(scopes, user, self.clock.now())

    def uninstall(self, store: Store, user: User) -> list[Delivery]:
        """Uninstall the app: its token dies and its hooks are gone whatever it answers to the callback."""
        store.installation.uninstall()
        return [self.call_back(store, "uninstall", user)]

    def call_back(self, store: Store, callback: str, user: User, **twist: object) -> Delivery:
        """Send one of the callbacks that come from the platform itself: a GET, once."""
        token = admin.payload(self, store, user, **twist)
        address = f"{self.app.address(callback)}?signed_payload_jwt={token}"
        delivery = Delivery(
            0, store.key, callback, address, b"", {"Accept": "*/*"}, self.clock.now(), method="GET",
            gaps_seconds=(),
        )  # fmt: skip
        return self.courier.send(delivery)

    def notify(
        self, store: Store, scope: str, subject: Any, twist: webhooks.Twist = webhooks.PLAIN
    ) -> list[Delivery]:
        """Send an event to the hooks that want it."""
        return webhooks.notify(self, store, scope, subject, twist)

    def next_hook(self) -> int:
        """Give the next webhook's number."""
        return next(self._hooks)

    def chance(self, store: Store) -> random.Random:
        """Give repeatable chance for invented things."""
        return random.Random(len(store.orders) * 7 + len(store.products))  # noqa: S311 - not secret

    def _store(self, name: str) -> Store:
        store = self.find(name)
        if store is None:
            raise NotFound
        return store

    def _picture(self, call: Call) -> Response:
        read = self._store(call.found["hash"]).pictures.read(call.found["name"])
        if read is None:
            raise NotFound
        return Response(read[0], content_type=read[1], headers={"Cache-Control": "public, max-age=31536000"})


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Let the collector rest: of a million fresh things that stay, it would look at each again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _bound(table: dict[tuple[str, str], Callable[..., Answer]], platform: BigCommerce) -> dict[Any, Any]:
    return {name: partial(control, platform) for name, control in table.items()}
