"""The least of Shopify that a first sync of products needs, as a process of its own.

python -m bench.platform FILE PRODUCTS LINES     prints its port
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PRODUCTS_FILE = "/file"
_OPERATION = "gid://shopify/BulkOperation/1"


class Shop(BaseHTTPRequestHandler):
    """Answers the three calls of a bulk operation and serves its file."""

    protocol_version = "HTTP/1.1"
    file: Path
    roots: int
    lines: int

    def do_GET(self) -> None:
        """Serve the file as its storage would."""
        self.send_response(200)
        self.send_header("Content-Type", "application/jsonl")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(self.file.stat().st_size))
        self.end_headers()
        with self.file.open("rb") as content:
            while chunk := content.read(1 << 16):
                self.wfile.write(chunk)

    def do_POST(self) -> None:
        """Start the operation, or say that it is completed."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        found: dict[str, object]
        if b"bulkOperationRunQuery" in asked:
            found = {"bulkOperationRunQuery": {"bulkOperation": {"id": _OPERATION}, "userErrors": []}}
        else:
            url = f"http://{self.headers['Host']}{PRODUCTS_FILE}"
            found = {
                "bulkOperation": {
                    "status": "COMPLETED",
                    "errorCode": None,
                    "objectCount": str(self.lines),
                    "rootObjectCount": str(self.roots),
                    "fileSize": None,
                    "url": url,
                }
            }
        answer = json.dumps({"data": found}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    Shop.file, Shop.roots, Shop.lines = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
