"""The transport adapter of `http`: every read of an answer, its head included, ends by one deadline.

The time-out of `requests` bounds each read and not their sum, so that a server which sends a byte now and
then holds a worker for as long as it likes. Here the read time-out that a call gives is the time for the
whole answer: the response's stream measures it from the moment the request was sent.
"""

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.retry import Retry

# One silent read: Shopify answers within 10 s or with 504.
READ_SECONDS = 12.0


class _Bounded(io.RawIOBase):
    """A socket's incoming bytes until a moment on the monotonic clock."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float, silent_seconds: float) -> None:
        self._raw = raw
        self._sock = sock
        self._ends_at = ends_at
        self._silent_seconds = silent_seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        self._sock.settimeout(min(left, self._silent_seconds))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer whose head and body must come within the time-out that its socket has when it is begun."""

    #: The longest silence between two bytes.
    silent_seconds = READ_SECONDS

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # urllib3 has just set the call's read time-out on the socket.
        seconds = sock.gettimeout() or READ_SECONDS
        raw: Any = self.fp.detach()  # a BufferedReader
        bounded = _Bounded(raw, sock, time.monotonic() + seconds, self.silent_seconds)
        self.fp = io.BufferedReader(bounded)


class _Connection(HTTPConnection):
    response_class = BoundedResponse


class _SecureConnection(HTTPSConnection):
    response_class = BoundedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """Send without retries of its own; a call's read time-out bounds the whole answer."""

    def __init__(self) -> None:
        # urllib3 would sleep up to six hours on a Retry-After and follow redirects with our token.
        super().__init__(max_retries=Retry(total=0, redirect=False, respect_retry_after_header=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
