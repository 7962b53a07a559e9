"""The app as one BigCommerce store sees it, for tests."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.client import Received, Receiver

CLIENT_ID = "bigcommerce-client-id"
SECRET = "bigcommerce-client-secret-of-more-than-32-bytes"
OLD_SECRET = "bigcommerce-old-secret-of-more-than-32-bytes-too"


class AppOnStore:
    """The app on one store."""

    def __init__(self, sandbox: Sandbox, store: str) -> None:
        self.sandbox = sandbox
        self.store = store
        self.base = f"{sandbox.base_url}/stores/{store}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = ""

    def auth(self, **wanted: Any) -> dict[str, str]:
        """Click on Install; gives what the auth callback carries."""
        opened = load(self.sandbox, self.store, **wanted)
        parts = urlsplit(opened)
        assert parts.path == "/bigcommerce/auth", opened
        return {name: values[0] for name, values in parse_qs(parts.query).items()}

    def ask_token(self, query: dict[str, str], *, form: bool = False, **wanted: Any) -> requests.Response:
        """Call the token endpoint with what the callback carried, unless `wanted` says otherwise."""
        body: dict[str, Any] = {
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "code": query["code"],
            "context": query["context"],
            "scope": query["scope"],
            "grant_type": "authorization_code",
            "redirect_uri": wanted.pop("redirect_uri", ""),
        } | wanted
        address = f"{self.sandbox.base_url}/oauth2/token"
        return self.http.post(address, data=body if form else None, json=None if form else body, timeout=20)

    def connect(self) -> "AppOnStore":
        """Install the app without a page."""
        self.token = control(self.sandbox, self.store, "install")["token"]
        return self

    def get(self, path: str, *, token: str | None = None, **query: Any) -> requests.Response:
        """Ask the API; in a parameter's name `__` stands for the colon."""
        params = {name.replace("__", ":"): value for name, value in query.items()}
        return self.send("GET", path, params=params, token=token)

    def send(self, method: str, path: str, *, token: str | None = None, **more: Any) -> requests.Response:
        """Call the API."""
        headers = {"X-Auth-Token": self.token if token is None else token, "Accept": "application/json"}
        return self.http.request(method, f"{self.base}{path}", headers=headers, timeout=20, **more)

    def good(self, path: str, **query: Any) -> Any:
        """Ask the API something that it must answer."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, **query: Any) -> list[Any]:
        """Read one page of v3."""
        return list(self.good(path, **query)["data"])

    def hook(self, scope: str, destination: str, **headers: str) -> Any:
        """Register a webhook."""
        body = {"scope": scope, "destination": destination, "headers": headers, "is_active": True}
        answer = self.send("POST", "/v3/hooks", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def control(sandbox: Sandbox, store: str, name: str, **body: Any) -> Any:
    """Use a control that only BigCommerce has."""
    answer = requests.post(f"{sandbox.base_url}/_sandbox/stores/{store}/{name}", json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def load(sandbox: Sandbox, store: str, **query: Any) -> str:
    """Give the address that the control panel opens."""
    answer = requests.get(f"{sandbox.base_url}/_sandbox/stores/{store}/load", params=query, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def users(sandbox: Sandbox, store: str) -> list[Any]:
    """List who may open the app, the owner first."""
    answer = requests.get(f"{sandbox.base_url}/_sandbox/stores/{store}/users", timeout=20)
    return list(answer.json()["users"])


def told(receiver: Receiver, store: str, scope: str | None = None) -> list[Received]:
    """List the webhooks that came about a store."""
    came = [one for one in list(receiver.received) if one.path.startswith("/webhooks/")]
    mine = [one for one in came if one.json["producer"] == f"stores/{store}"]
    return [one for one in mine if scope in (None, one.json["scope"])]
