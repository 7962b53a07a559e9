"""One request to an endpoint: to a number that was checked, over TLS for the name, by one deadline.

Nothing is taken from the environment, no redirect is followed, and of the answer only its head is read.
"""

import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from connectors.errors import MintaError
from connectors.platforms.deadline import BoundedResponse
from connectors.platforms.http import retry_after
from connectors.push.addresses import Address, NoAddress, NotPublic, parse, resolve

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 15.0
LONGEST_WAIT_SECONDS: Final = 12 * 3600.0
_ASKS_FOR_PATIENCE: Final = frozenset({429, 503})
#: What was raised, the more special first -> what an operator reads.
_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (NotPublic, "address refused"),
    (NoAddress, "no address"),
    (ssl.SSLCertVerificationError, "certificate refused"),
    (ssl.SSLError, "no TLS"),
    (TimeoutError, "timed out"),
    (OSError, "no connection"),
    (MintaError, "address refused"),
    (Exception, "no HTTP"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended: the status, or 0 and our word for why there is none; how long it asks to wait."""

    status: int
    word: str
    wait_seconds: float = 0.0

    @property
    def taken(self) -> bool:
        """Tell whether the endpoint has taken the message."""
        return 200 <= self.status < 300


class _Response(BoundedResponse):
    silent_seconds = math.inf  # it may think for all of its time


def post(url: str, headers: Mapping[str, str], body: bytes, *, insecure: bool) -> Answer:
    """Send a message and return how it ended, whatever happened; never longer than WHOLE_SECONDS.

    `insecure`: see `addresses.parse`.
    """
    ends_at = time.monotonic() + WHOLE_SECONDS
    try:
        address = parse(url, insecure=insecure)
        with _connected(address, insecure=insecure, ends_at=ends_at) as connected:
            return _exchange(address, connected, headers, body, ends_at)
    except (MintaError, OSError, HTTPException, ValueError) as error:
        return Answer(0, next(word for kind, word in _WORDS if isinstance(error, kind)))


def _exchange(
    address: Address, connected: socket.socket, headers: Mapping[str, str], body: bytes, ends_at: float
) -> Answer:
    with closing(HTTPConnection(address.host, address.port)) as http:
        http.response_class = _Response
        http.sock = connected
        connected.settimeout(_left(ends_at))
        told = {"Host": address.authority, "User-Agent": "Minta", "Connection": "close", **headers}
        http.request("POST", address.path, body, told)
        connected.settimeout(_left(ends_at))  # for the answer as a whole
        with http.getresponse() as response:
            return _answer(response.status, dict(response.headers))


def _answer(status: int, headers: Mapping[str, str]) -> Answer:
    asked = {name.lower(): value for name, value in headers.items() if name.lower() == "retry-after"}
    waits = status in _ASKS_FOR_PATIENCE and asked
    return Answer(status, str(status), retry_after(asked, LONGEST_WAIT_SECONDS) if waits else 0.0)


@contextmanager
def _connected(address: Address, *, insecure: bool, ends_at: float) -> Iterator[socket.socket]:
    """Connect to one of the checked numbers; a name is not asked for a second time."""
    connect_by = min(time.monotonic() + CONNECT_SECONDS, ends_at)
    numbers = resolve(address, insecure=insecure, seconds=_left(connect_by))
    with _first_that_answers(numbers, address.port, connect_by) as raw:
        if not address.secure:
            yield raw
            return
        raw.settimeout(_left(connect_by))  # of the handshake as a whole
        with trusted().wrap_socket(raw, server_hostname=address.host) as secured:
            yield secured


def _first_that_answers(numbers: tuple[str, ...], port: int, connect_by: float) -> socket.socket:
    failure: OSError = OSError()
    for place, number in enumerate(numbers):
        try:
            # A silent one must leave some of the time to those after it.
            seconds = _left(connect_by) / (len(numbers) - place)
            return _connection(number, port, seconds)
        except OSError as error:
            failure = error
    raise failure


def _connection(number: str, port: int, seconds: float) -> socket.socket:
    """Connect to a number without asking a resolver, as `socket.create_connection` would."""
    raw = socket.socket(socket.AF_INET6 if ":" in number else socket.AF_INET, socket.SOCK_STREAM)
    try:
        raw.settimeout(seconds)
        raw.connect((number, port))
    except BaseException:
        raw.close()
        raise
    return raw


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def trusted() -> ssl.SSLContext:
    """Return whom we trust: the authorities that the other calls of this installation trust too."""
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.set_alpn_protocols(["http/1.1"])
    return context
