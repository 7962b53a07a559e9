"""The one way to call a platform, against servers that lie in every way that was seen."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    MintaError,
    PlatformFailure,
    StoreClosed,
    Throttled,
    Unavailable,
)
from connectors.platforms.deadline import READ_SECONDS
from connectors.platforms.http import Answer, Limits, Transport, decode, refuse, retry_after
from tests.platforms.sockets import Clock, Script, dripping, raw_server, whole

LIMITS = Limits(seconds=60, max_bytes=2000)
#: For what never ends by itself.
SHORT = Limits(seconds=0.4, max_bytes=2000)
PLACE = "The place"
ENDLESS_SECONDS = 600.0


def get(*scripts: Script, limits: Limits = LIMITS, repeatable: bool = False) -> Answer:
    clock = Clock()
    with raw_server(*scripts) as server:
        transport = Transport(limits, sleep=clock.sleep)
        return transport.call("GET", server.url, place=PLACE, limits=limits, repeatable=repeatable)


def failure(*script: bytes | float, limits: Limits = LIMITS) -> MintaError:
    with pytest.raises(PlatformFailure) as failed:
        get(script, limits=limits)
    assert failed.value.__cause__ is None
    assert "shpat" not in str(failed.value)
    assert "127.0.0.1" not in str(failed.value)
    return failed.value


def test_a_whole_answer_is_given_whatever_its_status() -> None:
    answer = get([whole(b"hello", "X-Some: Thing", status="418 Teapot")])
    assert (answer.status, answer.body, answer.headers["x-some"]) == (418, b"hello", "Thing")


def test_a_whole_gzip_answer_is_opened() -> None:
    body = gzip.compress(b"first ") + gzip.compress(b"second")
    assert get([whole(body, "Content-Encoding: gzip")]).body == b"first second"


HEAD = b"HTTP/1.1 200 OK\r\n"
HALF = gzip.compress(bytes(range(256)) * 4)[:150]


@pytest.mark.parametrize(
    "script",
    [
        [HEAD + b"Content-Length: 50\r\n\r\nshort"],
        [HEAD + b"Content-Encoding: gzip\r\n\r\n" + HALF],
        [
            HEAD
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n96\r\n"
            + HALF
            + b"\r\n0\r\n\r\n"
        ],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhello"],
        [HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"],
        [HEAD + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n"],
        [b"nothing that is HTTP\r\n\r\n"],
        [b""],
    ],
    ids=[
        "short",
        "cut gzip",
        "cut gzip in whole chunks",
        "no last chunk",
        "cut chunk",
        "two lengths",
        "long header",
        "no HTTP",
        "nothing",
    ],
)
def test_an_answer_that_is_not_whole_is_none(script: list[bytes]) -> None:
    failed = failure(*script)
    assert isinstance(failed, Unavailable)
    assert failed.retry


@pytest.mark.parametrize(
    "head",
    [
        b"",
        HEAD + b"X-Drip: ",
        HEAD + b"Content-Length: 5000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n",
        HEAD + b"\r\n",
    ],
    ids=["status", "header", "length", "chunk", "close"],
)
def test_a_slow_drip_ends_at_the_deadline_wherever_it_drips(head: bytes) -> None:
    assert isinstance(failure(head, *dripping(ENDLESS_SECONDS), limits=SHORT), Unavailable)


def test_silence_ends_at_the_deadline() -> None:
    began = time.monotonic()
    assert isinstance(failure(ENDLESS_SECONDS, limits=SHORT), Unavailable)
    assert time.monotonic() - began < READ_SECONDS  # or it was the bound of one read that ended it


def test_a_closed_port_is_unavailable() -> None:
    with raw_server([whole(b"")]) as server:
        url = server.url
    with pytest.raises(Unavailable) as failed:
        Transport(LIMITS).call("GET", url, place=PLACE)
    assert "shpat" not in str(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with raw_server([whole(b"never")]) as elsewhere:
        redirect = whole(b"", f"Location: {elsewhere.url}", status=f"{status} Go")
        headers = {"X-Shopify-Access-Token": "shpat_secret"}
        with raw_server([redirect]) as server, pytest.raises(BadAnswer, match=f"redirect.*{status}"):
            Transport(LIMITS).call("GET", server.url, place=PLACE, headers=headers)
        assert elsewhere.received == []


def test_too_many_bytes_are_not_read() -> None:
    assert isinstance(failure(whole(b"x" * 2001)), BadAnswer)


def test_a_small_gzip_of_very_many_bytes_is_stopped_on_the_way() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert isinstance(failure(whole(bomb, "Content-Encoding: gzip"), limits=Limits(60, 100_000)), BadAnswer)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    assert isinstance(failure(whole(b"hello", f"Content-Encoding: {encoding}")), BadAnswer)


def test_broken_gzip_is_a_bad_answer() -> None:
    assert isinstance(failure(whole(b"this is no gzip", "Content-Encoding: gzip")), BadAnswer)


def test_what_one_answer_sets_is_not_sent_with_the_next_call() -> None:
    with raw_server([whole(b"", "Set-Cookie: session=of-another-store; Path=/")]) as server:
        transport = Transport(LIMITS)
        for _ in range(2):
            transport.call("GET", server.url, place=PLACE)
    assert b"of-another-store" not in b"".join(server.received)


def test_the_environment_sends_no_call_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server([whole(b"proxy")]) as proxy, raw_server([whole(b"platform")]) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert Transport(LIMITS).call("GET", server.url, place=PLACE).body == b"platform"
    assert proxy.received == []


def test_what_is_sent_is_what_was_given() -> None:
    with raw_server([whole(b"")]) as server:
        Transport(LIMITS).call("POST", server.url, place=PLACE, headers={"X-Some": "1"}, body=b'{"a":1}')
    (request,) = server.received
    assert request.startswith(b"POST /place?token=shpat_in-the-query HTTP/1.1\r\n")
    assert b"\r\nX-Some: 1\r\n" in request
    assert request.endswith(b'\r\n\r\n{"a":1}')


def test_a_header_that_would_end_itself_is_sent_nowhere_and_not_repeated() -> None:
    with raw_server([whole(b"")]) as server, pytest.raises(Unavailable) as failed:
        Transport(LIMITS).call("GET", server.url, place=PLACE, headers={"X-Token": "shpat_a\r\nX-Other: 1"})
    assert server.received == []
    assert "shpat" not in str(failed.value)


# Trying again -------------------------------------------------------------------------------------------

FIVE_HUNDRED = [whole(b"", status="503 No")]


def test_a_reading_call_is_repeated_when_the_platform_stumbles() -> None:
    assert get([b""], FIVE_HUNDRED, [whole(b"yes")], limits=Limits(60, 100), repeatable=True).body == b"yes"


def test_a_reading_call_is_repeated_twice_at_most() -> None:
    with raw_server(FIVE_HUNDRED) as server:
        answer = Transport(Limits(60, 100), sleep=Clock().sleep).call(
            "GET", server.url, place=PLACE, repeatable=True
        )
    assert (answer.status, len(server.received)) == (503, 3)


def test_a_call_that_may_change_something_is_sent_once() -> None:
    with raw_server(FIVE_HUNDRED) as server:
        assert Transport(Limits(60, 100)).call("POST", server.url, place=PLACE).status == 503
    with raw_server([b""]) as silent, pytest.raises(Unavailable):
        Transport(Limits(60, 100)).call("POST", silent.url, place=PLACE)
    assert (len(server.received), len(silent.received)) == (1, 1)


def test_a_platform_that_names_a_time_is_not_asked_before_it() -> None:
    with raw_server([whole(b"", "Retry-After: 60", status="503 No")]) as server:
        Transport(Limits(60, 100)).call("GET", server.url, place=PLACE, repeatable=True)
    assert len(server.received) == 1


def test_repeating_stops_at_the_deadline_of_the_first() -> None:
    clock = Clock()
    with raw_server(FIVE_HUNDRED) as server:
        transport = Transport(Limits(1.0, 100), clock=clock, sleep=clock.sleep)
        transport.call("GET", server.url, place=PLACE, repeatable=True)
    assert len(server.received) == 2
    assert sum(clock.slept) < 1


# What a status means --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "meaning", "again"),
    [
        (400, BadAnswer, False),
        (401, GrantRevoked, False),
        (402, StoreClosed, False),
        (403, AccessDenied, False),
        (404, BadAnswer, False),
        (408, Unavailable, True),
        (423, StoreClosed, False),
        (429, Throttled, True),
        (430, Throttled, True),
        (500, Unavailable, True),
        (504, Unavailable, True),
    ],
)
def test_every_status_means_something(status: int, meaning: type[PlatformFailure], again: bool) -> None:
    with pytest.raises(meaning, match=f"^The place answered {status}$") as failed:
        refuse(Answer(status, {}, b"a body with shpat_secret"), PLACE)
    assert failed.value.retry is again


def test_a_success_means_nothing_and_a_platform_may_mean_something_else() -> None:
    refuse(Answer(204, {}, b""), PLACE)
    with pytest.raises(StoreClosed):
        refuse(Answer(404, {}, b""), PLACE, {404: StoreClosed})


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("4.0", 4, 4),
        ("0", 0, 0),
        ("86400", 900, 900),
        ("inf", 900, 900),
        ("-1", 5, 5),
        ("nan", 5, 5),
        ("soon", 5, 5),
        ("", 5, 5),
        ("9" * 5000, 900, 900),
    ],
)
def test_retry_after_is_read_and_bounded(said: str, least: float, most: float) -> None:
    assert least <= retry_after({"retry-after": said}) <= most
    with pytest.raises(Throttled) as failed:
        refuse(Answer(429, {"retry-after": said}, b""), PLACE)
    assert least <= failed.value.wait_seconds <= most


def later(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("seconds", "least", "most"), [(120, 100, 121), (90_000, 900, 900), (-90, 5, 5)])
def test_retry_after_may_be_a_date(seconds: float, least: float, most: float) -> None:
    assert least <= retry_after({"retry-after": later(seconds)}) <= most


# Decoding -------------------------------------------------------------------------------------------------


class Shape(msgspec.Struct):
    name: str


def bad_bodies() -> Iterator[bytes]:
    yield from (b"", b"<html>", b'{"name":', b'{"name":"\xff"}', b'{"name":"\\ud800"}', b"\xef\xbb\xbf{}")
    yield from (b"[" * 100_000, b'{"other":' + b"[" * 100_000, b"null", b"[]")


@pytest.mark.parametrize("body", list(bad_bodies()))
def test_a_body_that_is_no_json_of_the_shape_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        decode(msgspec.json.Decoder(Shape), body, PLACE)


def test_what_is_wrong_with_a_body_is_told_by_type_and_path_alone() -> None:
    with pytest.raises(BadAnswer) as failed:
        decode(msgspec.json.Decoder(Shape), b'{"name":4111111111111111}', PLACE)
    assert str(failed.value) == "The place: Expected `str`, got `int` - at `$.name`"
    assert failed.value.__cause__ is None
