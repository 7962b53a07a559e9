"""The sandbox over HTTP: which path is whose, faults, the ledger, and the server itself."""

import json
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, make_server

from connectors.sandbox.call import Answerer, Call
from connectors.sandbox.catalogue import Article, multiplied
from connectors.sandbox.clock import Clock, iso
from connectors.sandbox.controls import serve_control
from connectors.sandbox.courier import Courier
from connectors.sandbox.faults import INSTEAD, Fault, Faults, answer_instead, spoil
from connectors.sandbox.http11 import KeepAlive
from connectors.sandbox.ledger import Ledger, fingerprint
from connectors.sandbox.ledger import Request as Entry
from connectors.sandbox.shopify import site
from connectors.sandbox.shopify.admin import front_page
from connectors.sandbox.shopify.api.endpoint import throttled_now
from connectors.sandbox.shopify.app import App
from connectors.sandbox.shopify.platform import Shopify
from connectors.sandbox.shopify.shop import Shop

OWN_RULES = (Rule("/", endpoint="front"), Rule("/_sandbox/<path:path>", endpoint="control"))
ROUTES = Map([*OWN_RULES, *site.RULES], merge_slashes=False)
UNSEEN = frozenset({"front", "control", "bridge"})


class World:
    """The whole sandbox; a WSGI application."""

    def __init__(self, app: App, catalogue: list[Article], repeat: int | None = None) -> None:
        self.clock = Clock()
        self.ledger = Ledger()
        self.faults = Faults()
        self.courier = Courier(self.clock)
        self.shopify = Shopify(app, self.clock, self.courier)
        self._catalogue = catalogue
        self._repeat = repeat

    def open_store(self, handle: str, order_count: int = 60, product_count: int | None = None) -> Shop:
        """Open a store with the sandbox's catalogue, multiplied if so asked."""
        wanted = product_count or self._repeat
        articles: Iterable[Article] = multiplied(self._catalogue, wanted) if wanted else self._catalogue
        return self.shopify.open_shop(handle, articles, order_count)

    def close(self) -> None:
        """Stop carrying and put everything away."""
        self.courier.stop()
        self.shopify.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # a body left unread would be taken for the next request of a kept connection
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        kind, found = self._route(request)
        if kind in UNSEEN:
            return self._true_answer(kind, Call(self, request, found, self._entry(kind, found, request)))
        entry = self.ledger.add(self._entry(kind, found, request))
        operation = request.get_data(as_text=True) if kind == "graphql" else None
        fault = self.faults.take(kind, entry.store, operation)
        call = Call(self, request, found, entry)
        answer = self._faulty(fault, kind, call) if fault else self._true_answer(kind, call)
        entry.status = answer.status_code
        return answer

    def _route(self, request: Request) -> tuple[str, dict[str, str]]:
        try:
            kind, found = ROUTES.bind_to_environ(request.environ).match()
        except HTTPException:
            return "missing", {}
        return str(kind), dict(found)

    def _entry(self, kind: str, found: dict[str, str], request: Request) -> Entry:
        shop = self.shopify.find(found.get("shop") or request.path.strip("/").partition("/")[0])
        return Entry(
            at=iso(self.clock.now()),
            method=request.method,
            path=request.path,
            kind=kind,
            store=shop.domain if shop else None,
            token=fingerprint(request.headers.get("X-Shopify-Access-Token")),
            user_agent=request.headers.get("User-Agent"),
        )

    def _faulty(self, fault: Fault, kind: str, call: Call) -> Response:
        call.entry.fault = fault.effect
        if fault.effect in INSTEAD:
            return answer_instead(fault)
        if fault.effect == "throttled":
            return Response(json.dumps(throttled_now()), content_type="application/json; charset=utf-8")
        return spoil(fault, self._true_answer(kind, call))

    def _true_answer(self, kind: str, call: Call) -> Response:
        try:
            if kind not in ANSWERERS:
                raise NotFound
            return ANSWERERS[kind](call)
        except NotFound:
            return Response('{"errors":"Not Found"}', 404, content_type="application/json; charset=utf-8")


ANSWERERS: dict[str, Answerer] = {
    "front": lambda call: front_page(call.world.shopify),
    "control": lambda call: serve_control(call.world, call.request, call.found["path"]),
    **site.ANSWERERS,
}


def serve(world: World, host: str, port: int) -> BaseWSGIServer:
    """Make the server; port 0 chooses a free one."""
    server = make_server(host, port, world, threaded=True, request_handler=KeepAlive)
    world.courier.start()
    return server
