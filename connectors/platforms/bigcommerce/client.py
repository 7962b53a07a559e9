"""The REST APIs of one store, v2 and v3: the one place that calls them.

    client = Client(grant, credentials)
    store = client.ask("/v2/store", STORE)

No error of ours holds what was sent or what came back. What is not declared in `wire` never becomes a value:
an order always comes with its customer, and no query of ours can leave that out.
"""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlencode

from msgspec.json import Decoder

from connectors.errors import AccessDenied, BadAnswer, PlatformFailure, Throttled, TooCostly, Unavailable
from connectors.platforms.bigcommerce.budget import OVERLOAD_SECONDS, Budget, refused_seconds
from connectors.platforms.http import Answer, Limits, Transport, decode, json_body, refuse
from connectors.platforms.opening import Credentials, Grant

T = TypeVar("T")
Query: TypeAlias = Mapping[str, str | int]
NO_QUERY: Final[Query] = MappingProxyType({})

PLACE: Final = "BigCommerce API"
# Longer waits are the caller's: no worker is held for them.
_SHORT_WAIT_SECONDS: Final = 10.0
_REFUSED_AGAIN: Final = 3
_LIMITS: Final = Limits(seconds=60.0, max_bytes=64 * 1024 * 1024)
_EMPTY: Final = 204


class Gone(BadAnswer):
    """There is nothing at this address."""


# https://docs.bigcommerce.com/developer/docs: status codes. A 503 is a store under maintenance or suspended,
# and does not say which: `/v2/store` does.
_STATUSES: Final[Mapping[int, type[PlatformFailure]]] = {
    403: AccessDenied,
    404: Gone,
    413: TooCostly,
    423: Unavailable,
    499: Unavailable,
}


class Client:
    """Ask one store, within its window of requests."""

    def __init__(
        self,
        grant: Grant,
        credentials: Credentials,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = f"{credentials.origin}/stores/{grant.shop}"
        self._headers = {"X-Auth-Token": grant.access_token, "Accept": "application/json"}
        self._transport = transport or Transport(_LIMITS)
        self._budget = Budget(clock)
        self._sleep = sleep

    def ask(self, path: str, decoder: "Decoder[T]", query: Query = NO_QUERY) -> T:
        """Read what is at a path.

        Raises Gone when nothing is, Throttled when the store's window needs more than a short wait,
        AccessDenied, TooCostly, GrantRevoked, Unavailable, BadAnswer.
        """
        return decode(decoder, self._read(path, query).body, f"{PLACE}, {_named(path)}")

    def rows(self, path: str, decoder: "Decoder[list[T]]", query: Query = NO_QUERY) -> list[T]:
        """Read one page of v2, whose empty page has no body."""
        answer = self._read(path, query)
        if answer.status == _EMPTY or not answer.body.strip():
            return []
        return decode(decoder, answer.body, f"{PLACE}, {_named(path)}")

    def change(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """Change what is ours at a store: its hooks, and nothing else."""
        headers = {**self._headers, "Content-Type": "application/json"}
        self._send(path, lambda: self._call(method, path, NO_QUERY, headers, json_body(body)))

    def _read(self, path: str, query: Query) -> Answer:
        return self._send(path, lambda: self._call("GET", path, query, self._headers, None))

    def _call(
        self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        address = f"{self._base}{path}" + (f"?{urlencode(query, safe=':,')}" if query else "")
        return self._transport.call(
            method, address, place=PLACE, headers=headers, body=body, repeatable=body is None
        )

    def _send(self, path: str, call: Callable[[], Answer]) -> Answer:
        self._wait(self._budget.wait_seconds(), path)
        for again in reversed(range(_REFUSED_AGAIN)):
            answer = call()
            self._budget.learn(answer.headers)
            if answer.status != 429:
                break
            seconds = refused_seconds(answer.headers)
            if seconds is None or not again:
                seconds = OVERLOAD_SECONDS if seconds is None else seconds
                raise Throttled(f"{PLACE} throttled {_named(path)}", wait_seconds=seconds)
            self._wait(seconds, path)
        refuse(answer, f"{PLACE}, {_named(path)}", _STATUSES)
        return answer

    def _wait(self, seconds: float, path: str) -> None:
        if seconds > _SHORT_WAIT_SECONDS:
            raise Throttled(f"{PLACE} has no room for {_named(path)} yet", wait_seconds=seconds)
        if seconds > 0:
            self._sleep(seconds)


def _named(path: str) -> str:
    """Name a path without the ids in it."""
    return "/".join("{id}" if each.isdigit() else each for each in path.split("/"))
