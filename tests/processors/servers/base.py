"""A processor's server on this machine: real sockets, a state, a clock of its own, and every kind of fault.

    with SalesforceServer() as server:
        server.flap(Fault.AWAY, Fault.FINE)     # the next request fails, the one after it does not
        server.always(Fault.DROP)               # until told otherwise
        server.wait(hours=24)                   # its clock, not ours
        server.holds_anything()                 # the truth, bins and graves included

The servers are written from the vendors' documents. They share nothing with what they test: they import
nothing of `connectors`.
"""

import json
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit


class Fault(StrEnum):
    """What goes wrong with one request."""

    FINE = "fine"
    THROTTLED = "throttled"
    BROKEN = "broken"  # 500, nothing done
    AWAY = "away"  # 503, nothing done
    SLOW = "slow"  # answers when nobody waits any more
    DROPPED = "dropped"  # the connection ends, nothing done
    LATE = "late"  # done, and the connection ends before the answer
    HALF = "half"  # done, and half an answer
    HTML = "html"  # a page of somebody in between
    REDIRECT = "redirect"
    REFUSED = "refused"  # as if the token were wrong


@dataclass(frozen=True)
class Asked:
    """One request that came. Header names in lower case; `path` is decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def said(self) -> Any:
        """Return the body's JSON; None of an empty body or of none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Says:
    """One answer: bytes as they are, None as nothing, all else as JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        """Return the body as it is sent."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Server(ABC):
    """One vendor; `asked` is every request that came, whatever became of it."""

    slow_seconds = 30.0

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self._faults: deque[Fault] = deque()
        self._always = Fault.FINE
        self._state = threading.RLock()
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _serving(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    # What a vendor says ------------------------------------------------------------------------------
    @abstractmethod
    def answer(self, asked: Asked) -> Says:
        """Answer one request; called for one at a time."""

    @abstractmethod
    def throttled(self) -> Says:
        """Return what it says to who asks too often."""

    @abstractmethod
    def unauthorized(self) -> Says:
        """Return what it says to a wrong token."""

    @abstractmethod
    def values(self) -> list[str]:
        """Return all that it holds of anybody, in bins and graves too; not the names that it is found by."""

    # What a test says --------------------------------------------------------------------------------
    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def flap(self, *faults: Fault) -> None:
        """Let the next requests fare so, one after another; then as before."""
        with self._state:
            self._faults = deque(faults)

    def always(self, fault: Fault) -> None:
        """Let every request fare so, from here on."""
        with self._state:
            self._faults, self._always = deque(), fault

    def wait(self, **time: float) -> None:
        """Let time pass there, as `timedelta` takes it."""
        with self._state:
            self.now += timedelta(**time)
            self.tick()

    def tick(self) -> None:  # noqa: B027 # not everything ages
        """Do what time does."""

    def holds_anything(self) -> bool:
        """Tell whether anything of anybody is there, anywhere."""
        with self._state:
            return any(self.values())

    def holds(self, text: str) -> bool:
        """Tell whether a text is there, anywhere."""
        with self._state:
            return any(text in value for value in self.values())

    def sent(self) -> bytes:
        """Return all that it was ever sent, addresses and headers included."""
        lines = [f"{each.method} {each.path} {each.query} {each.headers}".encode() for each in self.asked]
        return b"\n".join([*lines, *(each.body for each in self.asked)])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # How it is said ----------------------------------------------------------------------------------
    def fared(self, asked: Asked) -> tuple[Fault, Says | None]:
        """Do one request; None where the connection ends without an answer."""
        with self._state:
            self.asked.append(asked)
            fault = self._faults.popleft() if self._faults else self._always
            if fault in (Fault.FINE, Fault.LATE, Fault.HALF):
                says = self.answer(asked)
                return fault, None if fault is Fault.LATE else says
        if fault is Fault.SLOW:
            self._ended.wait(self.slow_seconds)
            return fault, None
        return fault, self._instead(fault)

    def _instead(self, fault: Fault) -> Says | None:
        if fault is Fault.THROTTLED:
            return self.throttled()
        if fault is Fault.REFUSED:
            return self.unauthorized()
        page = b"<html><body>Please sign in to the hotel's network</body></html>"
        answers = {
            Fault.BROKEN: Says(page, 500, {"Content-Type": "text/html"}),
            Fault.AWAY: Says(page, 503, {"Content-Type": "text/html"}),
            Fault.HTML: Says(page, 200, {"Content-Type": "text/html"}),
            Fault.REDIRECT: Says(None, 307, {"Location": f"{self.address}/elsewhere"}),
        }
        return answers.get(fault)


def _serving(server: Server) -> type[BaseHTTPRequestHandler]:
    class Serving(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one packet
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            address = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=unquote(address.path),
                query=dict(parse_qsl(address.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
            )
            fault, says = server.fared(asked)
            if says is None:
                self.close_connection = True
                return
            body = says.bytes()
            kept = body[: len(body) // 2] if fault is Fault.HALF else body
            self.close_connection = fault is Fault.HALF
            self.send_response(says.status)
            if says.status != 204:
                self.send_header("Content-Length", str(len(body)))
            for name, value in {"Content-Type": "application/json", **says.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(kept)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 # http.server's names

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    return Serving
