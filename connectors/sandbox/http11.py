"""HTTP/1.1 with kept connections, which werkzeug's own request handler does not offer."""

import sys
import traceback
from collections.abc import Callable
from typing import Any

from werkzeug.serving import WSGIRequestHandler

Headers = list[tuple[str, str]]


class KeepAlive(WSGIRequestHandler):
    """Serve request after request on one connection; the application must read every body to its end."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        started: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            started[:] = [(status, headers)]
            return self.wfile.write

        try:
            pieces = self.server.app(self.make_environ(), start_response)
            try:
                self._send(*started[0], pieces)
            finally:
                if hasattr(pieces, "close"):
                    pieces.close()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            self.close_connection = True
            sys.stderr.write(f"sandbox: a request broke\n{traceback.format_exc()}")
            if not started:
                self.wfile.write(
                    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def _send(self, status: str, headers: Headers, pieces: Any) -> None:
        code, _, message = status.partition(" ")
        names = {name.lower() for name, _ in headers}
        bodiless = self.command == "HEAD" or code in ("204", "304")
        chunked = "content-length" not in names and not bodiless
        self.send_response(int(code), message)
        for name, value in headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            if piece and not bodiless:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Log nothing."""
