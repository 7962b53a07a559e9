"""What a test needs to be an app at Wix: a token, questions, and webhooks read as an app reads them."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.client import Received, Receiver

APP_ID = "0b9a51f2-7c55-4f0e-8a44-52b1d7a1c0de"
SECRET = "wix-test-secret-of-more-than-32-bytes"
OLD_SECRET = "wix-test-old-secret-of-more-than-32-bytes"


@dataclass
class Told:
    """A webhook, opened: its claims, envelope and payload."""

    claims: Any
    envelope: Any
    payload: Any
    received: Received = field(repr=False)

    @property
    def topic(self) -> str:
        return str(self.envelope["eventType"])


class AppOnSite:
    """The app as one site sees it."""

    def __init__(self, sandbox: Sandbox, key: str) -> None:
        self.sandbox = sandbox
        self.key = key
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = ""

    def ask_token(self, **wanted: Any) -> requests.Response:
        """Call the token endpoint as it wants it, unless `wanted` says otherwise."""
        body = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": SECRET}
        body |= {"instance_id": self.key} | wanted
        return self.http.post(f"{self.sandbox.base_url}/oauth2/token", json=body, timeout=20)

    def connect(self) -> "AppOnSite":
        """Take a token."""
        self.token = self.ask_token().json()["access_token"]
        return self

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask by GET."""
        sent = {"Authorization": self.token} | headers
        return self.http.get(f"{self.sandbox.base_url}{path}", headers=sent, timeout=30)

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Ask by POST."""
        sent = {"Authorization": self.token} | headers
        return self.http.post(f"{self.sandbox.base_url}{path}", json=body or {}, headers=sent, timeout=30)

    def good(self, path: str, body: Any = None) -> Any:
        """Ask what must be answered: by POST with a body, else by GET."""
        answer = self.get(path) if body is None else self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, body: Any = None) -> tuple[int, str]:
        """Ask what must be refused; gives the status and the code of the application, if there is one."""
        answer = self.get(path) if body is None else self.post(path, body)
        details = answer.json()["details"]
        return answer.status_code, details.get("applicationError", {}).get("code", "")

    def v1(self, **query: Any) -> Any:
        """Find products of catalog V1; `filter` and `sort` become the strings that it wants."""
        more = {name: query.pop(name) for name in list(query) if name.startswith("include")}
        texts = {name: json.dumps(query.pop(name)) for name in ("filter", "sort") if name in query}
        return self.good("/stores-reader/v1/products/query", {"query": texts | query} | more)

    def v3(self, path: str = "products", **query: Any) -> Any:
        """Find things of catalog V3."""
        fields = {"fields": query.pop("fields")} if "fields" in query else {}
        return self.good(f"/stores/v3/{path}/query", {"query": query} | fields)

    def orders(self, **search: Any) -> Any:
        """Find orders."""
        return self.good("/ecom/v1/orders/search", {"search": search})

    def pages(self, path: str, name: str, size: int, **query: Any) -> Iterator[list[Any]]:
        """Go from page to page by the cursor alone, after the first."""
        wish: dict[str, Any] = {**query, "cursorPaging": {"limit": size}}
        top = "search" if path.endswith("search") else "query"
        while True:
            answer = self.good(path, {top: wish})
            yield answer[name]
            paging = answer.get("pagingMetadata") or answer["metadata"]
            if not paging["cursors"]["next"]:
                return
            wish = {"cursorPaging": {"cursor": paging["cursors"]["next"]}}


def public_pem(sandbox: Sandbox) -> str:
    """Give the key that webhooks are verified with."""
    return base64.b64decode(sandbox.settings()["WIX_PUBLIC_KEY"]).decode()


def heard(sandbox: Sandbox, receiver: Receiver, key: str, topic: str | None = None) -> list[Told]:
    """Wait for what is due, and list what came about a site, verified."""
    assert sandbox.flush()
    pem = public_pem(sandbox)
    every = [told(one, pem) for one in list(receiver.received)]
    return [one for one in every if one.envelope["instanceId"] == key and topic in (None, one.topic)]


def told(received: Received, pem: str) -> Told:
    """Open a webhook as Wix's own library does: a text in a text in a signed token."""
    claims = jwt.decode(received.body.decode(), pem, algorithms=["RS256"], options={"verify_aud": False})
    envelope = json.loads(claims["data"])
    return Told(claims, envelope, json.loads(envelope["data"]), received)
