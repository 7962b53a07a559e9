"""What is sent: JSON of its declared shape, or a file piece by piece. All else is refused, unrepeated."""

import base64
import io
from hashlib import sha256
from typing import Annotated, Any

import msgspec
import pytest
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.request import Request

from connectors.api import bodies
from connectors.errors import Malformed, Refused, TooLarge


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: Annotated[int, msgspec.Meta(ge=0)]


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    inner: list[Inner] = []


def request(body: bytes, content_type: str = "application/json", **headers: str) -> Request:
    """A request as a server hands it on; `CONTENT_LENGTH=""` leaves the length out."""
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
    }
    return Request(WSGIRequest(environ))


def shaped(body: bytes, content_type: str = "application/json") -> Sent:
    return bodies.shaped(request(body, content_type), Sent)


# JSON ---------------------------------------------------------------------------------------------------


def test_json_comes_as_its_shape() -> None:
    assert shaped(b'{"name": "caf\xc3\xa9", "inner": [{"number": 1}]}') == Sent("café", [Inner(1)])
    assert shaped(b'{"name": ""}', "Application/JSON; charset=utf-8") == Sent("")


@pytest.mark.parametrize("number", ["7.0", "7e0", "0.7e1", "7.00"])
def test_a_whole_number_is_whole_however_it_is_written(number: str) -> None:
    # As JSON Schema has it, and as a language without whole numbers may write one.
    (inner,) = shaped(b'{"name": "", "inner": [{"number": %s}]}' % number.encode()).inner
    assert (inner.number, type(inner.number)) == (7, int)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"name": "x", "inner": [{"number": 1.5}]}', "$.inner[0].number"),
        (b'{"name": "x", "inner": [{"number": -1.0}]}', "$.inner[0].number"),
        (b'{"name": "x", "inner": [{"number": 1e300}]}', "$.inner[0].number"),
        (b'{"name": "x", "inner": [{"number": "1"}]}', "$.inner[0].number"),
        (b'{"name": "x", "inner": [{"number": true}]}', "$.inner[0].number"),
        (b'{"name": 7}', "$.name"),
        (b'{"name": 7.0}', "$.name"),
        (b'{"name": "x", "inner": [{"number": 1}, {"number": -1}]}', "$.inner[1].number"),
        (b'{"name": "x", "inner": [{"number": 1, "canary": 2}]}', "$.inner[0]"),
        (b'{"name": "x", "canary": 1}', "$"),
        (b'["canary"]', "$"),
        (b"{}", "$"),
        (b"null", "$"),
    ],
)
def test_another_shape_is_refused_by_its_place_alone(body: bytes, place: str) -> None:
    with pytest.raises(Malformed) as refusal:
        shaped(body)
    assert str(refusal.value).endswith(f"at {place}")
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"canary",
        b'{"name": "x"} {}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'\xef\xbb\xbf{"name": "x"}',
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": "x",}',
        b"[" * 100_000,
        b'{"name":' * 20_000,
        b'{"name": "x", "inner": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": NaN}',
    ],
    ids=range(12),
)
def test_what_is_no_json_in_utf8_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        shaped(body)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/x-json", "json"]
)
def test_another_media_type_is_refused(content_type: str) -> None:
    with pytest.raises(bodies.WrongMediaType) as refusal:
        shaped(b'{"name": "x"}', content_type)
    assert refusal.value.status == 415


def test_a_body_is_as_long_as_its_place_takes_and_no_longer() -> None:
    body = b'{"name": "%s"}' % (b"x" * 100)
    assert bodies.shaped(request(body), Sent, len(body)).name == "x" * 100
    with pytest.raises(TooLarge):
        bodies.shaped(request(body), Sent, len(body) - 1)


def test_where_nothing_is_taken_nothing_may_come() -> None:
    bodies.nothing(request(b"", ""))
    with pytest.raises(Malformed):
        bodies.nothing(request(b"{}"))


# Files --------------------------------------------------------------------------------------------------

FILM = bytes(range(256)) * 1000


def digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"


def pieces(body: bytes, most: int = 10**6, **headers: Any) -> bytes:
    return b"".join(bodies.pieces(request(body, "video/mp4", **headers), most))


CHUNKED: dict[str, Any] = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_file_comes_piece_by_piece() -> None:
    came = list(bodies.pieces(request(FILM, "video/mp4"), 10**6))
    assert b"".join(came) == FILM
    assert max(map(len, came)) <= bodies.PIECE_BYTES < len(FILM)


def test_chunks_need_no_length_where_the_server_knows_their_end() -> None:
    terminated: dict[str, Any] = {"wsgi.input_terminated": True}
    assert pieces(FILM, **CHUNKED, **terminated) == FILM
    with pytest.raises(bodies.LengthNeeded):
        pieces(FILM, **CHUNKED)


@pytest.mark.parametrize("length", ["", "-1", "ten", "1.5"])
def test_a_file_without_a_length_is_refused(length: str) -> None:
    with pytest.raises(bodies.LengthNeeded) as refusal:
        pieces(FILM, CONTENT_LENGTH=length)
    assert refusal.value.status == 411


def test_a_file_that_ends_too_early_or_is_empty_is_malformed() -> None:
    for body, length in ((FILM, str(len(FILM) + 1)), (b"", "0"), (b"", "5")):
        with pytest.raises(Malformed):
            pieces(body, CONTENT_LENGTH=length)


def test_a_file_is_as_long_as_its_place_takes_and_no_longer() -> None:
    terminated: dict[str, Any] = {"wsgi.input_terminated": True}
    assert pieces(FILM, len(FILM)) == FILM
    for headers in ({}, CHUNKED | terminated):
        with pytest.raises(TooLarge):
            pieces(FILM, len(FILM) - 1, **headers)


def test_a_server_that_fails_in_the_middle_makes_it_malformed() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise EOFError("of a class of the server's own")

    broken: dict[str, Any] = {"wsgi.input": Broken(), "wsgi.input_terminated": True}
    with pytest.raises(Malformed):
        pieces(FILM, **CHUNKED, **broken)


def test_a_file_is_what_its_digest_says() -> None:
    assert pieces(FILM, HTTP_CONTENT_DIGEST=digest(FILM)) == FILM
    with pytest.raises(Malformed):
        pieces(FILM, HTTP_CONTENT_DIGEST=digest(FILM + b"x"))


@pytest.mark.parametrize(
    "said",
    ["", "sha-256=::", "sha-512=:AAAA:", "sha-256=" + "A" * 44, digest(b"") + ", " + digest(b""), "canary"],
)
def test_a_digest_that_cannot_be_read_is_refused_before_the_file(said: str) -> None:
    with pytest.raises(Refused) as refusal:
        next(bodies.pieces(request(FILM, "video/mp4", HTTP_CONTENT_DIGEST=said), 10**6))
    assert "canary" not in str(refusal.value)
