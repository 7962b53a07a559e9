"""A small feed over real HTTP, as docs/feed.md says it behaves, for what the renderer asks of it."""

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "mfk_" + "k" * 43


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The JSON that was sent."""
        return json.loads(self.body)


@dataclass
class Forced:
    """An answer that is given instead of the right one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


Answer = tuple[int, dict[str, str], bytes]


class Feeding:
    """What the feed holds. A test changes it and looks at what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.stores: dict[str, dict[str, Any]] = {}
        self.briefs: dict[str, dict[str, Any]] = {}
        self.changes: list[dict[str, Any]] = []
        self.videos: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str, str], bytes] = {}
        self.erasures: dict[str, dict[str, Any]] = {}
        self.confirmed: list[str] = []
        self.pictures: dict[str, Forced] = {}
        self.forced: dict[tuple[str, str], list[Forced]] = {}
        self.asked: list[Asked] = []
        self.cursor_ahead = False
        self.moved = threading.Condition()

    def paths(self, method: str, start: str = "") -> list[str]:
        """The addresses that were asked for by this method, in their order."""
        return [each.path for each in self.asked if each.method == method and each.path.startswith(start)]

    def force(self, method: str, path: str, *answers: Forced) -> None:
        """Give these answers first."""
        self.forced.setdefault((method, path), []).extend(answers)

    def picture(self, name: str, content: bytes, status: int = 200, **headers: str) -> str:
        """Hold a picture, and return its address."""
        self.pictures[f"/cdn/{name}"] = Forced(status, headers, content)
        return f"{self.url}/cdn/{name}"

    def add_store(self, ref: str, brief: dict[str, Any], epoch: int = 1) -> None:
        """Install a store that was read."""
        with self.moved:
            self.briefs[ref] = {"format": 1, "store": ref, "epoch": epoch, **brief}
            self.stores[ref] = {"store": ref, "epoch": epoch, "state": "active", "change": self.number()}
            self.change(ref, "store", "aa", epoch)

    def change(self, ref: str, kind: str, record: str = "aa", epoch: int = 1, **more: Any) -> None:
        """Write a change."""
        with self.moved:
            entry = {"change": self.number(), "store": ref, "epoch": epoch, "kind": kind, "id": record}
            self.changes.append({**entry, "gone": False, **more})
            self.moved.notify_all()

    def number(self) -> int:
        """The next number of a change."""
        return len(self.changes) + 1

    def leave(self, ref: str, erasure: str | None = None, epoch: int = 1) -> None:
        """Let a store leave: nothing of it is served any more."""
        with self.moved:
            self.stores[ref]["state"] = "quarantined"
            self.stores[ref].pop("change", None)
            self.briefs.pop(ref, None)
            self.videos = {name: each for name, each in self.videos.items() if each["store"] != ref}
            more: dict[str, Any] = {"gone": True}
            if erasure:
                self.erasures[erasure] = {"erasure": erasure, "store": ref, "epoch": epoch}
                more["erasure"] = erasure
            self.change(ref, "all", "", epoch, **more)

    def stale(self, video: str, *reasons: str) -> None:
        """Mark a video stale."""
        self.videos[video] |= {"stale": True, "stale_reasons": list(reasons)}

    # -----------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answer:
        """Answer a request."""
        split = urlsplit(asked.path)
        forced = self.forced.get((asked.method, split.path))
        if forced:
            given = forced.pop(0)
            return given.status, given.headers, given.body
        if split.path in self.pictures:
            given = self.pictures[split.path]
            return given.status, given.headers, given.body
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return _json({"error": "Unverified", "message": "No living key"}, 401)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        words = split.path.removeprefix("/feed/v1/").split("/")
        return self._routed(asked, words, query)

    def _routed(self, asked: Asked, words: list[str], query: dict[str, str]) -> Answer:
        match (asked.method, *words):
            case ("GET", "stores"):
                return _json({"stores": list(self.stores.values()), "next": None, "more": False})
            case ("GET", "stores", ref, "brief") if ref in self.briefs:
                return _json(self.briefs[ref])
            case ("GET", "changes"):
                return self._changes(int(query["after"]), float(query.get("wait", 0)))
            case ("GET", "erasures"):
                waiting = [each for name, each in self.erasures.items() if name not in self.confirmed]
                return _json({"erasures": waiting, "next": None, "more": False})
            case ("POST", "erasures", name, "confirm") if name in self.erasures:
                self.confirmed.append(name)
                return _json(self.erasures[name])
            case (_, "videos", *rest):
                return self._video(asked, rest, query)
        return _missing()

    def _changes(self, after: int, wait_seconds: float) -> Answer:
        if self.cursor_ahead:
            self.cursor_ahead = False
            return _json({"error": "CursorAhead", "message": "Read everything again from 0"}, 409)
        with self.moved:
            self.moved.wait_for(lambda: len(self.changes) > after, wait_seconds)
            found = [each for each in self.changes if each["change"] > after]
        after = found[-1]["change"] if found else after
        return _json({"changes": found, "next": after, "more": False})

    def _video(self, asked: Asked, rest: list[str], query: dict[str, str]) -> Answer:
        match (asked.method, *rest):
            case ("GET",):
                found = [each for each in self.videos.values() if each["store"] == query["store"]]
                return _json({"videos": found, "next": None, "more": False})
            case ("POST",):
                return self._registered(asked.told)
            case ("POST", name, "progress") if name in self.videos:
                told = asked.told
                self.videos[name]["percent"] = told.get("percent", 0)
                if told.get("failed"):
                    self.videos[name]["state"] = "failed"
                return _json(self.videos[name])
            case ("PUT", name, media, form) if name in self.videos:
                return self._kept(asked, name, media, form)
            case ("DELETE", name) if name in self.videos:
                self.videos[name]["state"] = "withdrawn"
                return 204, {}, b""
        return _missing()

    def _registered(self, told: Any) -> Answer:
        if told["store"] not in self.briefs or self.briefs[told["store"]]["epoch"] != told["epoch"]:
            return _json({"error": "EpochOver", "message": "The store has left"}, 409)
        name = f"vd_{len(self.videos) + 1}"
        made = {"state": "rendering", "percent": 0, "stale": False, "stale_reasons": [], "formats": []}
        self.videos[name] = {"video": name, **made, **told, "formats": []}
        return _json(self.videos[name], 201)

    def _kept(self, asked: Asked, name: str, media: str, form: str) -> Answer:
        digest = b64encode(sha256(asked.body).digest()).decode()
        if asked.headers.get("content-digest") != f"sha-256=:{digest}:":
            return _json({"error": "Malformed", "message": "not what the digest says"}, 400)
        self.files[name, media, form] = asked.body
        film = self.files.get((name, "files", form))
        if film is not None:
            poster = (name, "posters", form) in self.files
            made = {"format": form, "size_bytes": len(film), "poster": poster}
            others = [each for each in self.videos[name]["formats"] if each["format"] != form]
            self.videos[name] |= {"state": "ready", "formats": [*others, made]}
        return _json(self.videos[name], 201)


def _json(shape: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(shape).encode()


def _missing() -> Answer:
    return _json({"error": "Missing", "message": "There is no such thing here"}, 404)


@contextmanager
def feeding() -> Iterator[Feeding]:
    """Serve a feed on a free port while the block lasts."""
    feed = Feeding()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            names = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(names.get("content-length", 0)))
            asked = Asked(self.command, self.path, names, body)
            feed.asked.append(asked)
            status, headers, content = feed.answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(re.sub("_", "-", name), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 # the standard library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the same
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a killed renderer hangs up
    feed.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
