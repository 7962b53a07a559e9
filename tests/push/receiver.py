"""A receiver in a process of its own: keeps what it is sent, answers what its folder says.

    python -m tests.push.receiver FOLDER

It prints its port. Each request becomes a line of `received`; the answer is in `answer`.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Door(BaseHTTPRequestHandler):
    """Takes messages."""

    folder = Path()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        line = json.dumps({"path": self.path, "headers": dict(self.headers), "body": body})
        with (self.folder / "received").open("a", encoding="utf-8") as received:
            received.write(line + "\n")
        said = json.loads((self.folder / "answer").read_text(encoding="utf-8"))
        time.sleep(said["slow_seconds"] if "slow" in self.path else said["seconds"])
        self.send_response(said["status"])
        for name, value in said["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        (self.folder / "followed").touch()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main(folder: Path) -> None:
    """Serve until the end."""
    Door.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
