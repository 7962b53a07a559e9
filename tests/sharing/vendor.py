"""A vendor in a process of its own: keeps what it is given, erases it as its manners are.

    python -m tests.sharing.vendor

It prints its port. `PUT`, `DELETE` and `GET` of `/copies/NAME` are the vendor's; `/control` sets its manners,
`/truth` tells what it really holds and what it was asked.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

#: `answers`: statuses of the next calls, in their order, before the vendor is itself again; 0 hangs up.
#: `early_seconds`, `late_seconds`: how long it waits before it does a thing, and before it says so.
#: `gate`: it does nothing before that is false again.
#: `lies`: how many deletions it owns to and does not do. `leaves`: deleted ones are to be seen for a while.
MANNERS: dict[str, Any] = {
    "answers": [],
    "down": False,
    "early_seconds": 0,
    "gate": False,
    "late_seconds": 0,
    "lies": 0,
    "leaves": False,
    "refuses": False,
    "methods": ["PUT", "DELETE", "GET"],
}


class Vendor(BaseHTTPRequestHandler):
    """Keeps copies by name."""

    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    manners: ClassVar[dict[str, Any]] = dict(MANNERS)
    copies: ClassVar[dict[str, str]] = {}
    leaving: ClassVar[set[str]] = set()
    asked: ClassVar[list[list[str]]] = []

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        if self.path == "/truth":
            with self.lock:
                self._say(200, {"copies": self.copies, "leaving": sorted(self.leaving), "asked": self.asked})
        else:
            self._serve()

    def do_POST(self) -> None:
        told = json.loads(self._body())
        with self.lock:
            if told.pop("reset", False):
                self.copies.clear()
                self.leaving.clear()
                self.asked.clear()
                self.manners.update(MANNERS)
            if told.pop("gone", False):
                self.leaving.clear()
            self.copies.update(told.pop("copies", {}))
            self.manners.update(told)
        self._say(200, {})

    def _body(self) -> str:
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def _serve(self) -> None:
        body, name = self._body(), self.path.removeprefix("/copies/")
        manners = self.manners if self.command in self.manners["methods"] else MANNERS
        with self.lock:
            self.asked.append([self.command, name])
            status = manners["answers"].pop(0) if manners["answers"] else 503 if manners["down"] else 200
        time.sleep(manners["early_seconds"])
        while manners["gate"]:
            time.sleep(0.01)
        with self.lock:
            if status == 200:
                status = getattr(self, f"_{self.command.lower()}")(name, body)
        time.sleep(manners["late_seconds"])
        if status:
            self._say(status, {"state": "leaving" if status == 203 else "here"})
        else:
            self.close_connection = True

    def _put(self, name: str, body: str) -> int:
        if self.manners["refuses"]:
            return 409
        self.copies[name] = body
        return 201

    def _delete(self, name: str, body: str) -> int:
        if name not in self.copies:
            return 404
        if self.manners["lies"]:
            self.manners["lies"] -= 1
            return 204
        del self.copies[name]
        if self.manners["leaves"]:
            self.leaving.add(name)
        return 204

    def _get(self, name: str, body: str) -> int:
        return 200 if name in self.copies else 203 if name in self.leaving else 404

    def _say(self, status: int, words: object) -> None:
        body = b"" if status == 204 else json.dumps(words).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "7200")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
