"""What is sent to the feed: JSON of a declared shape, or bytes that are passed on piece by piece.

A field that nobody declared is refused, as a parameter is: a misspelt one that is overlooked would be
believed to have worked.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
from rest_framework.request import Request

from connectors.errors import Malformed, Refused, TooLarge
from connectors.pages import bodies as raw

#: What JSON may weigh: what is sent to the feed are references and numbers.
JSON_BYTES: Final = 262_144
PIECE_BYTES: Final = 65_536

_PLACE: Final = re.compile(r"at `(\$[^`]*)`")
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")

#: No number of ours is as large.
_BEYOND: Final = 2.0**63

S = TypeVar("S", bound=msgspec.Struct)


class WrongMediaType(Refused):
    """The body is of another media type than this address takes."""

    status = 415


class LengthNeeded(Refused):
    """The body comes with neither a length nor in chunks."""

    status = 411


def shaped(request: Request, shape: type[S], most_bytes: int = JSON_BYTES) -> S:
    """Return the JSON body as a struct; the struct should forbid unknown fields.

    Raises WrongMediaType, TooLarge, and Malformed naming the place in the body, never what stands there.
    """
    media(request, "application/json")
    body = raw.read(request._request, most_bytes)
    try:
        body.decode()  # or what stands in a field that is passed over need not be UTF-8
        return msgspec.convert(_whole(msgspec.json.decode(body)), shape)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        raise Malformed(f"The body is not what it must be, at {place[1] if place else '$'}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8") from None


def nothing(request: Request) -> None:
    """Raise Malformed unless the request comes without a body."""
    try:
        raw.read(request._request, 0)
    except TooLarge:
        raise Malformed("This address takes no body") from None


def media(request: Request, *allowed: str) -> None:
    """Raise WrongMediaType unless the body is of one of these media types."""
    sent = (request.META.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()
    if sent not in allowed:
        raise WrongMediaType(f"This address takes {' or '.join(allowed)}")


def pieces(request: Request, most_bytes: int) -> Iterator[bytes]:
    """Yield the body piece by piece; what was yielded is worth nothing before the last was.

    Raises TooLarge, LengthNeeded, and Malformed when it ends too early, is empty, or is not what its
    Content-Digest says (RFC 9530, sha-256).
    """
    announced, expected = _announced(request), _expected(request)
    if announced is not None and announced > most_bytes:
        raw.discard(request._request)
        raise TooLarge
    stream = request._request if announced is not None else request.META["wsgi.input"]
    got, digest = 0, sha256()
    while piece := _piece(stream):
        got += len(piece)
        if got > most_bytes:
            raw.discard(request._request, stream)
            raise TooLarge
        digest.update(piece)
        yield piece
    if not got or (announced is not None and got != announced):
        raise Malformed("The body is not whole")
    if expected not in (None, digest.digest()):
        raise Malformed("The body is not what Content-Digest says")


def _announced(request: Request) -> int | None:
    """Return the length that was announced; None for chunks, which end by themselves."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        if request.META.get("wsgi.input_terminated"):
            return None
        raise LengthNeeded("This server takes no chunks: say Content-Length")
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced.isdecimal():
        raise LengthNeeded
    return int(announced)


def _expected(request: Request) -> bytes | None:
    said = request.META.get("HTTP_CONTENT_DIGEST")
    if said is None:
        return None
    match = _DIGEST.fullmatch(said.strip())
    if match is None:
        raise Malformed("Content-Digest is sha-256=:base64:")
    return b64decode(match[1])


def _piece(stream: Any) -> bytes:
    try:
        piece: bytes = stream.read(PIECE_BYTES)
    except Exception:  # servers raise classes of their own: gunicorn's of a broken chunk are no OSError
        raise Malformed("The body is not whole") from None
    return piece


def _whole(value: Any) -> Any:
    """Return JSON with its whole numbers as such: 7.0 is one by JSON Schema, and so by our document."""
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _BEYOND:
        return int(value)
    return value
