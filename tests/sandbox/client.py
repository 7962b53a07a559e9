"""What a test needs to be an app: tokens, queries, bulk results; and a place that receives webhooks."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from connectors.sandbox.control import Sandbox

CLIENT_ID = "test-client-id"
SECRET = "test-client-secret-of-more-than-32-bytes"
OLD_SECRET = "test-old-client-secret-of-more-than-32-bytes"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
RUN_BULK = """mutation Run($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status objectCount url } userErrors { field message code } } }"""
POLL_BULK = """query Poll($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount rootObjectCount fileSize url partialDataUrl createdAt completedAt } }"""
#: As long as the sandbox waits for an answer.
GATHER_SECONDS = 5.0
#: Far beyond what it takes: it ends what hangs, and nothing that is slow.
PATIENCE_SECONDS = 300.0
ENDED = {"COMPLETED", "FAILED", "CANCELED", "EXPIRED"}


class AppOnStore:
    """The app as one store sees it."""

    def __init__(self, sandbox: Sandbox, shop: str) -> None:
        self.sandbox = sandbox
        self.shop = shop
        self.base = f"{sandbox.base_url}/{shop}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = ""
        self.refresh_token = ""

    def ask_token(self, **wanted: Any) -> requests.Response:
        """Call the token endpoint with the right client, unless `wanted` says otherwise."""
        body = {"client_id": CLIENT_ID, "client_secret": SECRET} | wanted
        return self.http.post(f"{self.base}/admin/oauth/access_token", json=body, timeout=60)

    def exchange(self, id_token: str | None = None, **wanted: Any) -> requests.Response:
        """Exchange a session token for an expiring offline token."""
        subject = id_token or self.sandbox.load(self.shop)["parameters"]["id_token"]
        defaults = {"grant_type": EXCHANGE, "subject_token": subject, "subject_token_type": ID_TOKEN}
        defaults |= {"requested_token_type": OFFLINE, "expiring": "1"}
        return self.ask_token(**(defaults | wanted))

    def connect(self) -> "AppOnStore":
        """Install the app and take a token."""
        granted = self.exchange().json()
        self.token, self.refresh_token = granted["access_token"], granted["refresh_token"]
        return self

    def post(
        self, query: str, variables: Any = None, *, version: str = "2026-10", **headers: str
    ) -> requests.Response:
        """Send a query."""
        address = f"{self.base}/admin/api/{version}/graphql.json"
        sent = {"X-Shopify-Access-Token": self.token} | headers
        return self.http.post(
            address, json={"query": query, "variables": variables}, headers=sent, timeout=60
        )

    def ask(self, query: str, variables: Any = None) -> Any:
        """Send a query and read its answer."""
        answer = self.post(query, variables)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def good(self, query: str, variables: Any = None) -> Any:
        """Send a query that must succeed; give its `data`."""
        answer = self.ask(query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def start_bulk(self, query: str) -> Any:
        """Start a bulk operation; give its payload."""
        return self.good(RUN_BULK, {"query": query})["bulkOperationRunQuery"]

    def poll(self, operation: str) -> Any:
        """Look at a bulk operation."""
        return self.good(POLL_BULK, {"id": operation})["bulkOperation"]

    def bulk(self, query: str) -> Any:
        """Run a bulk operation to its end."""
        started = self.start_bulk(query)
        assert started["userErrors"] == []
        return self.end_of(started["bulkOperation"]["id"])

    def end_of(self, operation: str) -> Any:
        """Wait for the end of a bulk operation."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.poll(operation))["status"] not in ENDED:
            assert time.monotonic() < deadline, found["status"]
            time.sleep(0.02)
        return found

    def rows(self, query: str) -> list[Any]:
        """Run a bulk operation and read its rows."""
        operation = self.bulk(query)
        assert operation["status"] == "COMPLETED", operation
        return [json.loads(line) for line in self.http.get(operation["url"], timeout=60).content.splitlines()]

    def fetch_plain(self, url: str) -> bytes:
        """Fetch a file without compression."""
        return self.http.get(url, headers={"Accept-Encoding": "identity"}, timeout=60).content


@dataclass
class Received:
    """A webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers.get("x-shopify-topic") or self.headers["shopify-topic"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A place that receives webhooks; `answers` are the next statuses, then 200.

    `gathering` lets none be answered before so many wait for it side by side. `most_at_once` counts those.
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    gathering: threading.Barrier | None = None
    open_now: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count a webhook as open while the block lasts."""
        with self.lock:
            self.open_now += 1
            self.most_at_once = max(self.most_at_once, self.open_now)
        try:
            yield
        finally:
            with self.lock:
                self.open_now -= 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def of(self, shop: str, topic: str | None = None) -> list[Received]:
        """List what came about a store."""
        known = [
            one
            for one in self.received
            if shop in (one.headers.get("x-shopify-shop-domain"), one.headers.get("shopify-shop-domain"))
        ]
        return [one for one in known if topic in (None, one.topic)]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive webhooks while the block lasts."""
    receiver = Receiver()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            with receiver.counting(), suppress(threading.BrokenBarrierError):
                if receiver.gathering:
                    receiver.gathering.wait(GATHER_SECONDS)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - http.server's name; some platforms call back by GET

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unzipped(raw: bytes) -> bytes:
    """Decompress gzip."""
    return gzip.decompress(raw)
