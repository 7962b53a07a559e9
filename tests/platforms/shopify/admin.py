"""An Admin API on this machine that answers as a test tells it, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from connectors.platforms.http import Limits, Transport
from connectors.platforms.opening import Grant
from connectors.platforms.shopify.reader import ShopifyReader
from connectors.platforms.shopify.scopes import SCOPES
from connectors.platforms.shopify.tokens import GrantedToken
from tests.platforms.shopify.door import CREDENTIALS, SHOP
from tests.platforms.sockets import Clock

TOKEN = "shpat_0123456789abcdef-of-the-store"
COST = {
    "requestedQueryCost": 10,
    "actualQueryCost": 4,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990.0, "restoreRate": 100.0},
}


@dataclass(frozen=True)
class Asked:
    """One question that came."""

    path: str
    headers: Mapping[str, str]
    operation: str
    variables: Mapping[str, Any]
    document: str


@dataclass(frozen=True)
class Says:
    """One answer: bytes as they are, anything else as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] | None = None

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def gives(**answer: Any) -> Says:
    """Answer with data and its cost."""
    return Says({"data": answer, "extensions": {"cost": COST}})


def fails(code: str | None, answer: Any = None, *, path: list[str | int] | None = None, **cost: Any) -> Says:
    """Answer with an error of that code, as GraphQL does: with the status 200."""
    extensions = {"code": code, "documentation": "https://shopify.dev"} if code else {}
    error = {"message": "a sentence with a merchant's value", "extensions": extensions, "path": path}
    body: dict[str, Any] = {"errors": [error], "data": answer}
    if cost:
        body["extensions"] = {"cost": cost}
    return Says(body)


Answering = Callable[[Asked], Says]


class Admin:
    """Gives its answers in order, the last one for ever; or asks a function for each."""

    def __init__(self, *answers: Says | Answering) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.files: dict[str, Says] = {}
        self.fetched: list[Mapping[str, str]] = []
        self.clock = Clock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._serving())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def reader(self, **granted: Any) -> ShopifyReader:
        """Return a reader of the store here, whose clock only sleeping moves."""
        grant = Grant(SHOP, TOKEN, **{"scopes": SCOPES, **granted})
        credentials = replace(CREDENTIALS, origin=f"{self.address}/{{shop}}")
        transport = Transport(Limits(seconds=5.0), sleep=self.clock.sleep)
        return ShopifyReader(
            grant.shop,
            GrantedToken(grant),
            grant.scopes,
            credentials,
            transport,
            self.clock,
            self.clock.sleep,
        )

    def operations(self) -> list[str]:
        """List what was asked, by name."""
        return [asked.operation for asked in self.asked]

    def __enter__(self) -> "Admin":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        says = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return says if isinstance(says, Says) else says(asked)

    def _serving(self) -> type[BaseHTTPRequestHandler]:
        admin = self

        class Serving(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._say(
                    admin.answer(
                        Asked(self.path, headers, sent["operationName"], sent["variables"], sent["query"])
                    )
                )

            def do_GET(self) -> None:
                admin.fetched.append({name.lower(): value for name, value in self.headers.items()})
                self._say(admin.files[self.path])

            def _say(self, says: Says) -> None:
                body = says.bytes()
                self.send_response(says.status)
                for name, value in {"Content-Length": str(len(body)), **(says.headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        return Serving
