"""A mirror by a stranger, who has the OpenAPI document, an address and a key, and knows nothing of ours.

    python tests/feed/stranger.py ADDRESS KEY STOP FOUND

Follows until the file STOP is there and nothing is left to read, confirms every erasure, and writes what it
holds to FOUND, with whatever was not as the document says.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import requests

Json = dict[str, Any]
#: Small pages and short waits: more of them, while others write.
PAGE, WAIT_SECONDS = 7, 1


class Document:
    """The OpenAPI document, and how one asks by it."""

    def __init__(self, address: str, key: str) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._document: Json = self._session.get(address, timeout=120).json()
        self._server = self._document["servers"][0]["url"]
        scheme = next(iter(self._document["components"]["securitySchemes"].values()))
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        self._session.headers["Authorization"] = f"Bearer {key}"

    def lists(self, name: str) -> str:
        """Return the path that answers with a list of this name."""
        found: str = next(
            path
            for path, methods in self._document["paths"].items()
            if "get" in methods and name in self._answer(methods["get"], "200").get("properties", {})
        )
        return found

    def below(self, path: str) -> str:
        """Return the path that something is posted to, below another."""
        found: str = next(
            each
            for each, methods in self._document["paths"].items()
            if each.startswith(f"{path}/{{") and "post" in methods
        )
        return found

    def bounds(self, path: str, name: str) -> Json:
        """Return the schema of a parameter."""
        named = {each["name"]: each["schema"] for each in self._document["paths"][path]["get"]["parameters"]}
        schema: Json = named[name]
        return schema

    def ask(self, method: str, path: str, values: Json | None = None, **query: Any) -> tuple[int, Json]:
        """Ask, until there is an answer other than to come back later; it must be one that is documented."""
        operation = self._document["paths"][path][method.lower()]
        address = self._server + path.format(**(values or {}))
        while True:
            response = self._session.request(method, address, params=query, timeout=120)
            status = str(response.status_code)
            assert status in operation["responses"], (method, path, status)
            schema = {"components": self._document["components"], **self._schema(operation, status)}
            jsonschema.Draft202012Validator(schema).validate(response.json())
            if status not in ("429", "503"):
                return response.status_code, response.json()
            time.sleep(float(response.headers["Retry-After"]))

    def _answer(self, operation: Json, status: str) -> Json:
        schema = self._schema(operation, status)
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _schema(self, operation: Json, status: str) -> Json:
        content: Json = operation["responses"][status].get("content", {})
        schema: Json = content.get("application/json", {}).get("schema", {})
        return schema


class Mirror:
    """What was read, and what was wrong with it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._after = 0
        self._left: dict[str, int] = {}
        self.records: dict[str, Any] = {}
        self.wrong: list[str] = []
        self.pages = self.entries = 0

    def follow(self, stop: Path) -> None:
        """Read on until there is nothing more behind the stop."""
        path = self._document.lists("changes")
        assert self._document.bounds(path, "limit")["maximum"] >= PAGE
        while True:
            stopped = stop.exists()
            status, page = self._document.ask(
                "GET", path, after=self._after, limit=PAGE, wait=0 if stopped else WAIT_SECONDS
            )
            assert status == 200, page
            for entry in page["changes"]:
                self._take(entry, page["next"])
            self.pages += 1
            self._after = max(self._after, page["next"])
            if stopped and not page["more"]:
                return

    def _take(self, entry: Json, end: int) -> None:
        self.entries += 1
        if not self._after < entry["change"] <= end:
            self.wrong.append(f"change {entry['change']} came behind {self._after}, before {end}")
        self._after = entry["change"]
        store, epoch = entry["store"], entry["epoch"]
        if entry["kind"] == "all":
            self._left[store] = max(epoch, self._left.get(store, 0))
            self.records = {each: record for each, record in self.records.items() if not self._is_gone(each)}
            if "erasure" in entry:
                self._confirm(entry["erasure"])
            return
        name = f"{store}/{epoch}/{entry['kind']}/{entry['id']}"
        if entry["gone"]:
            self.records.pop(name, None)
        elif self._is_gone(name):
            self.wrong.append(f"{name} was resurrected by change {entry['change']}")
        elif "record" in entry:
            self.records[name] = entry["record"]
        else:
            self.wrong.append(f"{name} has no record")

    def _is_gone(self, name: str) -> bool:
        store, epoch, _, _ = name.split("/")
        return int(epoch) <= self._left.get(store, 0)

    def confirm_all(self) -> None:
        """Confirm what is still asked for."""
        for erasure in list(self._asked()):
            self._confirm(erasure)

    def _asked(self) -> Iterator[str]:
        path, after = self._document.lists("erasures"), dict[str, Any]()
        while True:
            status, page = self._document.ask("GET", path, limit=2, **after)
            assert status == 200, page
            yield from (each["erasure"] for each in page["erasures"])
            if not page["more"]:
                return
            after = {"after": page["next"]}

    def _confirm(self, erasure: str) -> None:
        path = self._document.below(self._document.lists("erasures"))
        status, answer = self._document.ask("POST", path, {"erasure": erasure})
        # 404: nothing of that epoch was ever read with this key.
        if status not in (200, 404):
            self.wrong.append(f"{erasure} was not confirmed: {status} {answer['error']}")


def main(address: str, key: str, stop: str, found: str) -> None:
    """Follow, confirm, and write down what is held."""
    mirror = Mirror(Document(address, key))
    mirror.follow(Path(stop))
    mirror.confirm_all()
    told = {name: getattr(mirror, name) for name in ("records", "wrong", "pages", "entries")}
    Path(found).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
