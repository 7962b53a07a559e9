"""Wix's REST API for one instance.

    client = Client(grant, credentials)
    found = client.get("/apps/v1/instance", msgspec.json.Decoder(Installed))

An error's `message` and `details` repeat what was sent, so nothing of them is: what failed is named by the
status and by Wix's own number of the request.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from msgspec.json import Decoder

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    PlatformFailure,
    Throttled,
    Unavailable,
)
from connectors.platforms.http import Answer, Transport, decode, json_body, retry_after
from connectors.platforms.opening import Credentials, Grant
from connectors.platforms.wix.budget import Memory, memory

T = TypeVar("T")

PLACE: Final = "Wix"
# Longer waits are the caller's: no worker is held for them.
_SHORT_WAIT_SECONDS: Final = 10.0
#: After a 429, of which Wix does not say how long it lasts: the limit is that of a minute.
_THROTTLED_SECONDS: Final = 20.0
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class WrongCatalog(BadAnswer):
    """The site has another catalog than the one that was asked."""


class NotThere(BadAnswer):
    """There is no such thing at the site, or it is not shown."""


# https://dev.wix.com/docs/api-reference/articles/work-with-wix-apis/troubleshooting/about-errors
_STATUSES: Final[Mapping[int, type[PlatformFailure]]] = {
    401: GrantRevoked,
    403: AccessDenied,
    404: NotThere,
    408: Unavailable,
    428: WrongCatalog,
}


class Client:
    """Ask one instance, at its pace."""

    def __init__(
        self,
        grant: Grant,
        credentials: Credentials,
        transport: Transport | None = None,
        remembered: Memory | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token = grant.access_token
        self._origin = credentials.origin
        self._transport = transport or Transport()
        self.memory = remembered or memory(credentials.origin, grant.shop)
        self._sleep = sleep

    def get(self, path: str, decoder: "Decoder[T]", query: Iterable[tuple[str, str]] = ()) -> T:
        """Read what is at a path.

        Raises NotThere when there is nothing, Throttled when more than a short wait is due, WrongCatalog,
        AccessDenied, GrantRevoked, Unavailable, BadAnswer.
        """
        asked = urlencode(list(query))
        return self._ask("GET", f"{path}?{asked}" if asked else path, None, decoder)

    def post(self, path: str, question: Mapping[str, Any], decoder: "Decoder[T]") -> T:
        """Send a query, which only reads; raises as `get`."""
        return self._ask("POST", path, json_body(question), decoder)

    def permitted(self, part: str, read: Callable[[], T], check: Callable[[], object]) -> T:
        """Return what is read of a part of the site; raises AccessDenied where its permission is missing.

        A missing permission is at times a 401, as a dead token is. It is one when the next token is refused
        as well, and is good for `check`, which every token may ask.
        """
        try:
            found = read()
        except GrantRevoked:
            if not self.memory.refused(part, self._token):
                raise
            check()
            raise AccessDenied(f"{PLACE}: a permission is missing for {part}") from None
        self.memory.granted(part)
        return found

    def _ask(self, method: str, path: str, body: bytes | None, decoder: "Decoder[T]") -> T:
        place = f"{PLACE}, {method} {_shape(path)}"
        self._wait(place)
        # Bare, without a scheme: so the reference has it.
        headers = {"Authorization": self._token, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self._transport.call(
            method, self._origin + path, place=place, headers=headers, body=body, repeatable=True
        )
        self._refuse(answer, place)
        return decode(decoder, answer.body, place)

    def _wait(self, place: str) -> None:
        seconds = self.memory.pace.take(_SHORT_WAIT_SECONDS)
        if seconds > _SHORT_WAIT_SECONDS:
            raise Throttled(f"{place}: the instance's requests are used up", wait_seconds=seconds)
        if seconds > 0:
            self._sleep(seconds)

    def _refuse(self, answer: Answer, place: str) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        message = f"{place} answered {status}{_request_id(answer)}"
        if status == 429:
            self.memory.pace.spend()
            told = "retry-after" in answer.headers
            raise Throttled(message, wait_seconds=retry_after(answer.headers) if told else _THROTTLED_SECONDS)
        raise (_STATUSES.get(status) or (Unavailable if status >= 500 else BadAnswer))(message)


def _shape(path: str) -> str:
    """Return a path without its query and without ids: errors name places."""
    return re.sub(r"/[^/]*[0-9][^/]{7,}", "/…", path.partition("?")[0])


def _request_id(answer: Answer) -> str:
    said = answer.headers.get("x-wix-request-id", "")
    return f" (request {said})" if _REQUEST_ID.fullmatch(said) else ""
