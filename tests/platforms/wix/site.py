"""A Wix on this machine that answers as a test tells it, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.platforms.http import Limits, Transport
from connectors.platforms.opening import Credentials, Grant
from connectors.platforms.wix.budget import Memory
from connectors.platforms.wix.client import Client
from connectors.platforms.wix.reader import WixReader
from tests.platforms.sockets import Clock
from tests.platforms.wix.door import CREDENTIALS, INSTANCE, NOW

TOKEN = "OauthNG.JWS.of-the-instance"


@dataclass(frozen=True)
class Asked:
    """One question that came."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Says:
    """One answer: bytes as they are, anything else as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def fails(status: int) -> Says:
    """Answer with an error as Wix words it: it repeats what was sent."""
    application = {"code": "A_CODE", "description": "merchant's value", "data": {"sent": TOKEN}}
    said = {"message": "merchant's value", "details": {"applicationError": application}}
    return Says(said, status, {"x-wix-request-id": "1790000000.123-abc"})


Answer = Any | Says | Callable[[Asked], Any]


def version(catalog: str) -> dict[str, str]:
    """Answer which catalog there is."""
    return {"catalogVersion": catalog}


V1, V3, NO_STORES = version("V1_CATALOG"), version("V3_CATALOG"), version("STORES_NOT_INSTALLED")


class Site:
    """Answers each path with what is set for it; a list is given in order, its last for ever."""

    def __init__(self, **answers: Answer) -> None:
        self.answers: dict[str, Answer] = {"version": V1, **answers}
        self.asked: list[Asked] = []
        self.clock = Clock()
        self.memory = Memory(self.clock)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._serving())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def credentials(self) -> Credentials:
        """Credentials of the app here."""
        return replace(CREDENTIALS, origin=f"http://127.0.0.1:{self._server.server_port}")

    def client(self, token: str = TOKEN, max_bytes: int = 20_000_000) -> Client:
        """Return a client of the site here, whose clock only sleeping moves."""
        grant = Grant(INSTANCE, token, expires_at=NOW + timedelta(hours=4))
        transport = Transport(Limits(seconds=10.0, max_bytes=max_bytes), sleep=self.clock.sleep)
        return Client(grant, self.credentials, transport, self.memory, self.clock.sleep)

    def reader(self, token: str = TOKEN, max_bytes: int = 20_000_000) -> WixReader:
        """Return a reader of the site here."""
        return WixReader(self.client(token, max_bytes))

    def questions(self, name: str) -> list[Asked]:
        """List what was asked of the path that ends so."""
        return [asked for asked in self.asked if asked.path.endswith(name)]

    def paths(self) -> list[str]:
        """List which paths were asked, by their last part."""
        return [asked.path.rpartition("/")[2] for asked in self.asked]

    def __enter__(self) -> "Site":
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
        # The longest name that the path ends with, where `_` stands for what is no letter.
        plain = "".join(each if each.isalnum() else "_" for each in asked.path)
        names = sorted((name for name in self.answers if plain.endswith(name)), key=len)
        if not names:
            return fails(404)
        said = self.answers[names[-1]]
        if isinstance(said, list):
            said = said.pop(0) if len(said) > 1 else said[0]
        if callable(said):
            said = said(asked)
        return said if isinstance(said, Says) else Says(said)

    def _serving(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Serving(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer waits for the client's acknowledgement

            def do_POST(self) -> None:
                self._say("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def do_GET(self) -> None:
                self._say("GET", None)

            def _say(self, method: str, body: Any) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = tuple(parse_qsl(parts.query))
                says = site.answer(Asked(method, parts.path, query, headers, body))
                raw = says.bytes()
                self.send_response(says.status)
                for name, value in {"Content-Length": str(len(raw)), **says.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        return Serving
