"""The Admin GraphQL API of one store.

    client = Client(shop, GrantedToken(grant), credentials)
    store = client.ask("MintaStore", msgspec.json.Decoder(Store))

GraphQL's failures come with the status 200: their code says what they are
(https://shopify.dev/docs/api/usage/limits, and `extensions.code` of each error). No error of ours holds what
was sent or what came back.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
from msgspec.json import Decoder

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    PlatformFailure,
    StoreClosed,
    Throttled,
    TooCostly,
    Unavailable,
)
from connectors.platforms.http import Transport, decode, json_body, refuse
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify.budget import Budget
from connectors.platforms.shopify.documents import DOCUMENTS
from connectors.platforms.shopify.places import shop_origin
from connectors.platforms.shopify.tokens import TokenSource
from connectors.platforms.shopify.wire.replies import GraphError, Reply

T = TypeVar("T")

PLACE: Final = "Shopify Admin API"
# Longer waits are the caller's: no worker is held for them.
_SHORT_WAIT_SECONDS: Final = 10.0
_THROTTLED_AGAIN: Final = 3

_STATUSES: Final[Mapping[int, type[PlatformFailure]]] = {403: StoreClosed, 404: StoreClosed}
_CODES: Final[Mapping[str, type[PlatformFailure]]] = {
    "MAX_COST_EXCEEDED": TooCostly,
    "SHOP_INACTIVE": StoreClosed,
    "INTERNAL_SERVER_ERROR": Unavailable,
}
_DENIED: Final = "ACCESS_DENIED"
_THROTTLED: Final = "THROTTLED"
_CODE: Final = re.compile(r"[A-Za-z_]{2,60}")
_NO_CODE: Final = "an error without a code"
_FIELD: Final = re.compile(r"[A-Za-z_]{1,60}")
_REPLY: Final = msgspec.json.Decoder(Reply)

_log = logging.getLogger(__name__)


class Client:
    """Ask one store, within its budget.

    `refused` are the fields that the last answer left out because the store refuses them, by their path in
    our documents. `served` is the version that answered when it was another than the one asked: ours has
    ended.
    """

    def __init__(
        self,
        shop: str,
        source: TokenSource,
        credentials: Credentials,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._version = credentials.api_version
        self._url = f"{shop_origin(credentials, shop)}/admin/api/{self._version}/graphql.json"
        self._transport = transport or Transport()
        self._budget = Budget(clock)
        self._sleep = sleep
        self.refused: frozenset[str] = frozenset()
        self.served: str | None = None

    def ask(
        self,
        name: str,
        decoder: "Decoder[T]",
        variables: Mapping[str, str | int | bool | None] | None = None,
        *,
        repeatable: bool = True,
    ) -> T:
        """Send the document of that name and return its `data`.

        Raises Throttled when the store's budget needs more than a short wait, TooCostly when the document is
        over the limit for one query, AccessDenied when nothing is left of the answer, StoreClosed,
        GrantRevoked, Unavailable, BadAnswer.
        """
        shape = name + "".join(f" {each}" for each in (variables or {}).values() if type(each) is int)
        self._wait(self._budget.wait_seconds(shape), name)
        for again in reversed(range(_THROTTLED_AGAIN)):
            reply = self._send(name, variables, repeatable=repeatable)
            cost = reply.cost()
            self._budget.learn(shape, cost)
            if _THROTTLED not in _codes(reply):
                break
            wait_seconds = self._budget.refused_seconds(cost)
            if not again:
                raise Throttled(f"{PLACE} throttled {name}", wait_seconds=wait_seconds)
            self._wait(wait_seconds, name)
        return self._understand(name, reply, decoder)

    def _wait(self, seconds: float, name: str) -> None:
        if seconds > _SHORT_WAIT_SECONDS:
            raise Throttled(f"{PLACE} has no budget for {name} yet", wait_seconds=seconds)
        if seconds > 0:
            self._sleep(seconds)

    def _send(
        self,
        name: str,
        variables: Mapping[str, str | int | bool | None] | None,
        *,
        repeatable: bool,
    ) -> Reply:
        answer = self._transport.call(
            "POST",
            self._url,
            place=PLACE,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-Shopify-Access-Token": self._source.token(datetime.now(UTC)),
            },
            body=json_body({"query": DOCUMENTS[name], "operationName": name, "variables": variables or {}}),
            repeatable=repeatable,
        )
        refuse(answer, PLACE, _STATUSES)
        self._notice(answer.headers.get("x-shopify-api-version"))
        return decode(_REPLY, answer.body, f"{PLACE}, {name}")

    def _notice(self, version: str | None) -> None:
        """A version past its end falls forward to the oldest that is still served."""
        if version and version != self._version and self.served is None:
            self.served = version[:20]
            _say_once(self._version, self.served)

    def _understand(self, name: str, reply: Reply, decoder: "Decoder[T]") -> T:
        codes = _codes(reply)
        for code, meaning in _CODES.items():
            if code in codes:
                raise meaning(f"{PLACE} refused {name}: {code}")
        if codes - {_DENIED}:
            raise BadAnswer(f"{PLACE} refused {name}: {', '.join(sorted(codes))}")
        refused = {_path(error) for error in reply.errors()}
        nothing = bytes(reply.answer) == b"null"
        if nothing and not codes:
            raise BadAnswer(f"{PLACE} answered {name} without data")
        try:
            found = None if nothing else decode(decoder, bytes(reply.answer), f"{PLACE}, {name}")
        except BadAnswer:
            if not codes:
                raise
            found = None
        if found is None:
            raise AccessDenied(f"{PLACE} denies {name}: {', '.join(sorted(refused))}")
        self.refused = frozenset(refused)
        return found


def _codes(reply: Reply) -> set[str]:
    """The codes of an answer's errors; what does not look like a code is not repeated."""
    codes = {error.code or "" for error in reply.errors()}
    return {code if _CODE.fullmatch(code) else _NO_CODE for code in codes}


def _path(error: GraphError) -> str:
    """The fields on the way to an error."""
    return ".".join(each for each in error.path if _FIELD.fullmatch(each))


@lru_cache(maxsize=32)
def _say_once(asked: str, _served: str) -> None:
    """Warn once in a process, for every piece of work has a client of its own; what came is not repeated."""
    _log.warning("Shopify no longer serves API version %s", asked)
