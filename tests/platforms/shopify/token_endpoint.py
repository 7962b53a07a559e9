"""A token endpoint on this machine that answers as it is told and remembers what it was asked."""

import json
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from connectors.platforms.opening import Credentials
from tests.platforms.shopify.door import CREDENTIALS

GIVEN = {
    "access_token": "shpat_new-access",
    "scope": "read_products,read_inventory,read_locations,read_orders,read_discounts",
    "expires_in": 3600,
    "refresh_token": "shprt_new-refresh",
    "refresh_token_expires_in": 7_776_000,
}


@dataclass(frozen=True)
class Says:
    """One answer. `cut` drops the connection before it, `short` sends only half of its body."""

    status: int = 200
    body: Any = field(default_factory=lambda: dict(GIVEN))
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    short: bool = False

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def denies(error: str, status: int = 400) -> Says:
    """Answer with an error of RFC 6749."""
    return Says(status, {"error": error, "error_description": "a sentence with shpat_leak in it"})


class TokenEndpoint:
    """Gives its answers in order, the last one for ever."""

    def __init__(self, *answers: Says) -> None:
        self.answers = list(answers or (Says(),))
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._answering())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def credentials(self) -> Credentials:
        """Credentials whose shops all live here."""
        return replace(CREDENTIALS, origin=f"http://127.0.0.1:{self._server.server_port}/{{shop}}")

    def __enter__(self) -> "TokenEndpoint":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.asked.append(json.loads(raw))
                endpoint.paths.append(self.path)
                says = endpoint.answers.pop(0) if len(endpoint.answers) > 1 else endpoint.answers[0]
                self.close_connection = True
                if says.cut:
                    return
                body = says.bytes()
                self.send_response(says.status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if says.short else body)

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        return Answering
