"""A platform's server on this machine: a function answers, and what it was asked is remembered."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request that came. Header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def said(self) -> Any:
        """Return the body's JSON, None of an empty body."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Says:
    """One answer: bytes as they are, None as nothing, all else as JSON. `cut` ends it before its head."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    def bytes(self) -> bytes:
        """Return the body as it is sent."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Says]


class Playing:
    """Serves one function while the block lasts; `answer` may be replaced meanwhile."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._serving())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Playing":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serving(self) -> type[BaseHTTPRequestHandler]:
        playing = self

        class Serving(BaseHTTPRequestHandler):
            wbufsize = -1  # head and body in one packet

            def _any(self) -> None:
                address = urlsplit(self.path)
                asked = Asked(
                    method=self.command,
                    path=address.path,
                    query=dict(parse_qsl(address.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
                )
                playing.asked.append(asked)
                says = playing.answer(asked)
                if not says.cut:
                    self._say(says)

            def do_GET(self) -> None:
                self._any()

            def do_POST(self) -> None:
                self._any()

            def do_PUT(self) -> None:
                self._any()

            def _say(self, says: Says) -> None:
                body = says.bytes()
                self.send_response(says.status)
                for name, value in {"Content-Length": str(len(body)), **says.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        return Serving
