"""Switches that make the sandbox fail as the outside world does.

A fault waits for a request that it matches, works on it and is used up after `times` requests.
It matches by `kind` of path (the endpoint of the platform's rule: graphql, token, picture..., or any), by the
store's key and by a part of the operation (of Shopify: the GraphQL request).

effect          what the caller sees
------          --------------------
status          the HTTP status `status`, body `body`, headers `headers` (e.g. {"Retry-After": "2.0"})
delay           the true answer, `seconds` later
hold            the true answer, once the faults are cleared (or `seconds` later)
cut             the true answer's head and only `share` (0 to 1) of its body, then the connection closes
cut_line        cut after a whole line (of a JSONL file), with a Content-Length that fits
cut_middle      cut anywhere, with a Content-Length that fits
cut_gzip        the compressed answer cut at `share`, with a Content-Length that fits
drip            the true answer in pieces of `bytes`, one every `seconds`
redirect        302 to `location`
throttled       the platform's own refusal of too many requests (Shopify: THROTTLED, at HTTP 200)
data_null       `{"data": null}`
broken_json     half of a JSON document, at HTTP 200
not_json        an HTML page, at HTTP 200
nested          JSON with `depth` brackets, at HTTP 200
huge            `bytes` of white space before the true answer
"""

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from werkzeug import Response

INSTEAD = frozenset({"status", "redirect", "data_null", "broken_json", "not_json", "nested"})
SPOILING = frozenset({"delay", "hold", "cut", "cut_line", "cut_middle", "cut_gzip", "drip", "huge"})
EFFECTS = INSTEAD | SPOILING | {"throttled"}
_LOOK_SECONDS = 0.005


@dataclass(slots=True)
class Fault:
    """One switch."""

    effect: str
    kind: str = "any"
    times: int = 1
    store: str | None = None
    operation: str | None = None
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.1
    share: float = 0.5
    bytes: int = 64
    depth: int = 100_000
    location: str = "http://127.0.0.2:9/elsewhere"
    held: bool = False  # of `hold`: what was asked is done, and its answer waits
    released: bool = False

    def matches(self, kind: str, store: str | None, operation: str | None) -> bool:
        """Tell whether this fault is meant for such a request."""
        return (
            self.kind in ("any", kind)
            and self.store in (None, store)
            and (self.operation is None or self.operation in (operation or ""))
        )


class Faults:
    """Hold the faults that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._holding: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Set a fault."""
        if fault.effect not in EFFECTS:
            raise ValueError(f"no such effect: {fault.effect}")
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Take all faults back, and let go the answers that are held."""
        with self._lock:
            for fault in self._holding:
                fault.released = True
            self._waiting.clear()
            self._holding.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """List the faults that are still to come, and those that hold an answer."""
        with self._lock:
            return [asdict(fault) for fault in (*self._holding, *self._waiting)]

    def take(self, kind: str, store: str | None, operation: str | None) -> Fault | None:
        """Give the first fault that matches, and count it down."""
        with self._lock:
            for fault in self._waiting:
                if fault.matches(kind, store, operation):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return self._taken(fault)
        return None

    def _taken(self, fault: Fault) -> Fault:
        if fault.effect != "hold":
            return fault
        one = replace(fault)
        self._holding.append(one)
        return one


def answer_instead(fault: Fault) -> Response:
    """Make the answer that a fault puts in place of the true one."""
    if fault.effect == "status":
        return Response(fault.body, fault.status, headers=fault.headers, content_type="application/json")
    if fault.effect == "redirect":
        return Response("", 302, headers={"Location": fault.location})
    bodies = {
        "data_null": '{"data":null}',
        "broken_json": '{"data":{"shop":{"id":"gid://sho',
        "not_json": "<!doctype html><title>Something went wrong</title>",
        "nested": "[" * fault.depth,
    }
    return Response(bodies[fault.effect], 200, content_type="application/json; charset=utf-8")


def spoil(fault: Fault, answer: Response) -> Response:
    """Change the true answer as a fault says."""
    if fault.effect == "delay":
        time.sleep(fault.seconds)
        return answer
    if fault.effect == "hold":
        _hold(fault)
        return answer
    whole = answer.get_data()
    if fault.effect == "drip":
        answer.response = _drip(whole, fault.bytes, fault.seconds)
        answer.headers["Content-Length"] = str(len(whole))
        return answer
    if fault.effect == "huge":
        answer.set_data(b" " * fault.bytes + whole)
        return answer
    if fault.effect == "cut":
        kept = whole[: int(len(whole) * fault.share)]
        answer.response = [kept]
        answer.headers["Content-Length"] = str(len(whole))
        answer.headers["Connection"] = "close"
        return answer
    return _cut_honestly(fault, answer, whole)


def _hold(fault: Fault) -> None:
    ends_at = time.monotonic() + fault.seconds
    fault.held = True
    while not fault.released and time.monotonic() < ends_at:
        time.sleep(_LOOK_SECONDS)


def _cut_honestly(fault: Fault, answer: Response, whole: bytes) -> Response:
    if fault.effect == "cut_gzip":
        if answer.headers.get("Content-Encoding") != "gzip":
            whole = gzip.compress(whole)
            answer.headers["Content-Encoding"] = "gzip"
        answer.set_data(whole[: int(len(whole) * fault.share)])
        return answer
    if answer.headers.pop("Content-Encoding", None) == "gzip":
        whole = gzip.decompress(whole)
    end = int(len(whole) * fault.share)
    answer.set_data(whole[: whole.rfind(b"\n", 0, end) + 1] if fault.effect == "cut_line" else whole[:end])
    return answer


def _drip(whole: bytes, size_bytes: int, seconds: float) -> Iterator[bytes]:
    for start in range(0, len(whole), size_bytes):
        yield whole[start : start + size_bytes]
        time.sleep(seconds)
