"""Calls over HTTP: bounded in time and bytes, whole or an error, never redirected.

The time-out of `requests` bounds each read and not their sum; here a call's time is for the whole answer,
its head included. Nothing is taken from the environment: a `.netrc` would replace our Authorization header,
and a proxy variable would send merchants' pictures through a third party.
"""

import http.client
import io
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from connectors.video.errors import FeedError

CONNECT_SECONDS: Final = 5.0
_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, repr=False, slots=True)
class Answer:
    """A whole answer, whatever its status. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller:
    """One `requests` session: connections are kept, nothing else is. One thread uses it at a time."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _DeadlineAdapter())

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        seconds: float,
        most_bytes: int,
        body: bytes | BinaryIO | None = None,
    ) -> Answer:
        """Send one request and return the whole answer.

        Raises FeedError with status 0 when none came in time, or when it has more than `most_bytes`.
        """
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers={"Accept-Encoding": "identity", "User-Agent": "minta-renderer", **headers},
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                names = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, names, _whole(response, most_bytes))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise FeedError(f"no whole answer came ({type(error).__name__})") from None


def _whole(response: requests.Response, most_bytes: int) -> bytes:
    parts, total = [], 0
    for part in response.raw.stream(_CHUNK_BYTES, decode_content=False):
        total += len(part)
        if total > most_bytes:
            raise FeedError(f"an answer has more than {most_bytes} bytes")
        parts.append(part)
    return b"".join(parts)


class _Bounded(io.RawIOBase):
    """A socket's incoming bytes until a moment on the monotonic clock."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float) -> None:
        self._raw, self._sock, self._ends_at = raw, sock, ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # urllib3 has just set the call's read time-out on the socket.
        ends_at = time.monotonic() + (sock.gettimeout() or CONNECT_SECONDS)
        raw: Any = self.fp.detach()  # a BufferedReader
        self.fp = io.BufferedReader(_Bounded(raw, sock, ends_at))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _DeadlineAdapter(HTTPAdapter):
    def __init__(self) -> None:
        # urllib3 would sleep for hours on a Retry-After and follow redirects with our key.
        super().__init__(max_retries=Retry(total=0, redirect=False, respect_retry_after_header=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
