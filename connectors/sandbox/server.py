"""The sandbox over HTTP: which path is whose, faults, the ledger, and the server itself."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, make_server

from connectors.sandbox.call import Call
from connectors.sandbox.catalogue import Article, multiplied
from connectors.sandbox.clock import Clock, iso
from connectors.sandbox.controls import serve_control
from connectors.sandbox.courier import Courier
from connectors.sandbox.faults import INSTEAD, Fault, Faults, answer_instead, spoil
from connectors.sandbox.http11 import KeepAlive
from connectors.sandbox.ledger import Ledger, fingerprint
from connectors.sandbox.ledger import Request as Entry
from connectors.sandbox.played import Played, PlayedStore

UNSEEN = frozenset({"front", "control"})


class World:
    """The whole sandbox; a WSGI application."""

    def __init__(
        self,
        clock: Clock,
        courier: Courier,
        played: Played,
        catalogue: list[Article],
        repeat: int | None = None,
    ) -> None:
        self.clock = clock
        self.ledger = Ledger()
        self.faults = Faults()
        self.courier = courier
        self.played = played
        self._catalogue = catalogue
        self._repeat = repeat
        own = (Rule("/", endpoint="front"), Rule("/_sandbox/<path:path>", endpoint="control"))
        self._routes = Map([*own, *played.rules], merge_slashes=False)
        self._unseen = UNSEEN | played.unseen

    def open_store(self, handle: str, order_count: int = 60, product_count: int | None = None) -> PlayedStore:
        """Open a store with the sandbox's catalogue, multiplied if so asked."""
        wanted = product_count or self._repeat
        articles: Iterable[Article] = multiplied(self._catalogue, wanted) if wanted else self._catalogue
        return self.played.open_store(handle, articles, order_count)

    def close(self) -> None:
        """Stop carrying and put everything away."""
        self.courier.stop()
        self.played.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()  # a body left unread would be taken for the next request of a kept connection
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        kind, found = self._route(request)
        if kind in self._unseen:
            return self._true_answer(kind, Call(request, found, self._entry(kind, found, request)))
        entry = self.ledger.add(self._entry(kind, found, request))
        operation = self.played.operation_of(request, kind)
        fault = self.faults.take(kind, entry.store, operation)
        call = Call(request, found, entry)
        answer = self._faulty(fault, kind, call) if fault else self._true_answer(kind, call)
        entry.status = answer.status_code
        return answer

    def _route(self, request: Request) -> tuple[str, dict[str, str]]:
        try:
            kind, found = self._routes.bind_to_environ(request.environ).match()
        except HTTPException:
            return "missing", {}
        return str(kind), dict(found)

    def _entry(self, kind: str, found: dict[str, str], request: Request) -> Entry:
        store = self.played.store_of(request, found)
        return Entry(
            at=iso(self.clock.now()),
            method=request.method,
            path=request.path,
            kind=kind,
            store=store.key if store else None,
            token=fingerprint(self.played.token_of(request)),
            user_agent=request.headers.get("User-Agent"),
        )

    def _faulty(self, fault: Fault, kind: str, call: Call) -> Response:
        call.entry.fault = fault.effect
        if fault.effect in INSTEAD:
            return answer_instead(fault)
        if fault.effect == "throttled":
            return self.played.throttled()
        return spoil(fault, self._true_answer(kind, call))

    def _true_answer(self, kind: str, call: Call) -> Response:
        if kind == "front":
            return self.played.front_page(call)
        if kind == "control":
            return serve_control(self, call.request, call.found["path"])
        answer = self.played.answerers.get(kind)
        try:
            return answer(call) if answer else self.played.missing()
        except NotFound:
            return self.played.missing()


def serve(world: World, host: str, port: int) -> BaseWSGIServer:
    """Make the server; port 0 chooses a free one."""
    server = make_server(host, port, world, threaded=True, request_handler=KeepAlive)
    world.courier.start()
    return server
