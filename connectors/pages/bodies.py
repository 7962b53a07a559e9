"""The raw bytes of a request, up to a bound, whatever its sender or the server makes of them."""

import time
from typing import Any, BinaryIO, Final

from django.http import HttpRequest

from connectors.errors import Malformed, TooLarge

#: How much of what is too large is read and thrown away, so that who still sends it gets to read the answer.
DISCARDED_BYTES: Final = 16_000_000
DISCARDED_SECONDS: Final = 5.0
_PIECE_BYTES: Final = 65_536


def read(request: HttpRequest, most: int) -> bytes:
    """Return the body; raises TooLarge when it is longer than `most`, Malformed when it cannot be read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced) > most:
        discard(request)
        raise TooLarge
    # Without a length Django reads nothing; some servers say that the input ends by itself.
    chunked = not announced.strip("0") and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if chunked else request
    try:
        body: bytes = stream.read(most + 1)
    except Exception:  # servers raise classes of their own: gunicorn's of a broken chunk are no OSError
        raise Malformed from None
    if len(body) > most:
        discard(request, stream)
        raise TooLarge
    return body


def discard(request: HttpRequest, stream: BinaryIO | HttpRequest | None = None) -> None:
    """Read what is left of a body that is too large, within bounds, and throw it away."""
    stream = stream or request
    until, left = time.monotonic() + DISCARDED_SECONDS, DISCARDED_BYTES
    connection: Any = request.META.get("gunicorn.socket")
    while left > 0 and (seconds := until - time.monotonic()) > 0:
        try:
            if connection is not None:  # or who sends nothing would be waited for without end
                connection.settimeout(seconds)
            piece = stream.read(_PIECE_BYTES)
        except Exception:  # as above; the answer is the same
            return
        if not piece:
            return
        left -= len(piece)
