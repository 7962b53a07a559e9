"""The client: what each status means, how fast it asks, what no error holds."""

import pytest
from msgspec.json import Decoder

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    PlatformFailure,
    Throttled,
    Unavailable,
)
from connectors.platforms.wix.budget import BURST, PER_SECOND, Pace, memory
from connectors.platforms.wix.client import NotThere, WrongCatalog
from connectors.platforms.wix.wire.store import CatalogVersion
from tests.platforms.sockets import Clock
from tests.platforms.wix.site import TOKEN, V1, Says, Site, fails

VERSION = Decoder(CatalogVersion)
PATH = "/stores/v3/provision/version"


def failure(said: Says) -> PlatformFailure:
    with Site(version=said) as site, pytest.raises(PlatformFailure) as failed:
        site.client().get(PATH, VERSION)
    assert failed.value.__cause__ is None
    for value in (TOKEN, "merchant's value", "127.0.0.1"):
        assert value not in str(failed.value)
    return failed.value


def test_the_token_goes_bare_and_to_the_api_alone() -> None:
    with Site() as site:
        assert site.client().get(PATH, VERSION).catalog_version == V1["catalogVersion"]
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("GET", PATH)
    assert asked.headers["authorization"] == TOKEN


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (302, BadAnswer),
        (400, BadAnswer),
        (401, GrantRevoked),
        (403, AccessDenied),
        (404, NotThere),
        (409, BadAnswer),
        (428, WrongCatalog),
        (429, Throttled),
        (500, Unavailable),
        (501, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
def test_every_status_means_something(status: int, meaning: type[PlatformFailure]) -> None:
    failed = failure(fails(status))
    assert type(failed) is meaning
    if status != 302:
        assert "(request 1790000000.123-abc)" in str(failed)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"catalogVersion":7}', b"[" * 100_000])
def test_what_is_no_answer_is_a_bad_one(body: bytes) -> None:
    assert type(failure(Says(body))) is BadAnswer


def test_a_429_without_a_word_waits_for_a_while_and_one_with_a_word_as_long() -> None:
    without, told = failure(fails(429)), failure(Says({}, 429, {"Retry-After": "7"}))
    assert isinstance(without, Throttled)
    assert isinstance(told, Throttled)
    assert (without.wait_seconds, told.wait_seconds) == (20, 7)


def test_an_error_names_no_id() -> None:
    with Site() as site, pytest.raises(NotThere) as failed:
        site.client().get("/stores/v3/products/265c7d98-a7c3-48c4-89cd-bbdc00921eab", VERSION)
    assert "265c7d98" not in str(failed.value)


class TestPace:
    def test_a_burst_goes_at_once_and_the_rest_three_a_second(self) -> None:
        with Site() as site:
            client = site.client()
            for _ in range(BURST + 6):
                client.get(PATH, VERSION)
        assert len(site.clock.slept) == 6
        assert sum(site.clock.slept) == pytest.approx(6 / PER_SECOND)

    def test_no_minute_has_more_than_two_hundred(self) -> None:
        clock = Clock()
        pace, begun, asked = Pace(clock), clock(), 0
        while True:
            clock.sleep(pace.take(10.0))
            if clock() - begun > 60:
                break
            asked += 1
        assert asked <= 200

    def test_what_is_too_long_to_wait_for_is_the_callers(self) -> None:
        clock = Clock()
        pace = Pace(clock)
        for _ in range(BURST):
            pace.take(0.0)
        first, second = pace.take(0.1), pace.take(0.1)
        assert first == second > 0.1  # nothing was taken

    def test_a_429_leaves_nothing_of_the_burst(self) -> None:
        with Site(version=[fails(429), V1]) as site:
            client = site.client()
            with pytest.raises(Throttled):
                client.get(PATH, VERSION)
            client.get(PATH, VERSION)
        assert sum(site.clock.slept) > 0

    def test_readers_of_one_instance_share_it_and_others_do_not(self) -> None:
        assert memory("https://a.example", "one") is memory("https://a.example", "one")
        assert memory("https://a.example", "one") is not memory("https://a.example", "two")
