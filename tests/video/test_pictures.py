"""The pictures of a brief, fetched over real HTTP."""

import os
import time
from pathlib import Path

import pytest

from connectors.video import pictures
from connectors.video.brief import Picture
from connectors.video.errors import FeedError
from tests.platforms.sockets import dripping, raw_server
from tests.video.briefing import picture
from tests.video.feeding import Feeding, Forced, feeding


def of(*addresses: str) -> list[Picture]:
    return [Picture(url=f"https://cdn.example/{number}", fetch=each) for number, each in enumerate(addresses)]


def test_a_picture_is_fetched_from_where_the_feed_leads_and_without_the_key(
    there: Feeding, tmp_path: Path
) -> None:
    with feeding() as cdn:
        address = cdn.picture("real.jpg", picture())
        signed = there.picture("signed", b"", 302, Location=address)
        loaded = pictures.fetch(of(signed), tmp_path, plain=True)
        (asked,) = cdn.asked
        assert not {"authorization", "cookie", "referer"} & set(asked.headers)
    assert list(loaded.pixels) == ["https://cdn.example/0"]
    assert loaded.broken == 0
    assert "authorization" not in there.asked[0].headers


def test_one_that_is_broken_is_passed_over_and_counted(there: Feeding, tmp_path: Path) -> None:
    good = there.picture("good.jpg", picture())
    bad = [
        there.picture("cut.jpg", picture()[:2000]),
        there.picture("none.jpg", b"", 404),
        there.picture("page.jpg", b"<html>", 200),
        there.picture("round.jpg", b"", 302, Location="/cdn/round.jpg"),
        "http://127.0.0.1:9/nobody.jpg",
        "file:///etc/hostname",
    ]
    loaded = pictures.fetch(of(good, *bad), tmp_path, plain=True)
    assert list(loaded.pixels) == ["https://cdn.example/0"]
    assert loaded.broken == len(bad)
    assert len(list(tmp_path.iterdir())) == 1


def test_without_tls_nothing_is_fetched_but_on_this_machine(there: Feeding, tmp_path: Path) -> None:
    loaded = pictures.fetch(of(there.picture("good.jpg", picture())), tmp_path)
    assert loaded.broken == 1
    assert not there.asked


def test_one_with_too_many_bytes_is_given_up(
    there: Feeding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)
    loaded = pictures.fetch(of(there.picture("large.jpg", picture())), tmp_path, plain=True)
    assert loaded.broken == 1


def test_a_picture_is_fetched_once_for_many_videos(there: Feeding, tmp_path: Path) -> None:
    wanted = of(there.picture("good.jpg", picture()))
    first = pictures.fetch(wanted, tmp_path, plain=True)
    moved = [Picture(url=wanted[0].url, fetch=f"{there.url}/cdn/signed-anew")]
    again = pictures.fetch(moved, tmp_path, plain=True)
    assert len(there.asked) == 1
    assert (first.pixels[wanted[0].url] == again.pixels[wanted[0].url]).all()


def test_one_that_was_kept_for_long_is_fetched_again(there: Feeding, tmp_path: Path) -> None:
    wanted = of(there.picture("good.jpg", picture()))
    pictures.fetch(wanted, tmp_path, plain=True)
    (kept,) = tmp_path.iterdir()
    old = time.time() - pictures.KEPT_SECONDS - 60
    os.utime(kept, (old, old))
    there.picture("good.jpg", picture(seed=2, width=300))
    loaded = pictures.fetch(wanted, tmp_path, plain=True)
    assert loaded.pixels[wanted[0].url].shape == (500, 300, 3)


def test_one_that_was_spoilt_on_disk_is_fetched_again(there: Feeding, tmp_path: Path) -> None:
    wanted = of(there.picture("good.jpg", picture()))
    pictures.fetch(wanted, tmp_path, plain=True)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"spoilt")
    assert pictures.fetch(wanted, tmp_path, plain=True).broken == 0
    assert kept.read_bytes() == picture()


def test_what_is_no_longer_wanted_is_deleted(there: Feeding, tmp_path: Path) -> None:
    one, other = of(there.picture("one.jpg", picture(1)), there.picture("other.jpg", picture(2)))
    pictures.fetch([one, other], tmp_path, plain=True)
    pictures.fetch([other], tmp_path, plain=True)
    assert len(list(tmp_path.iterdir())) == 1
    pictures.fetch([one], tmp_path, plain=True)
    assert len(there.asked) == 3


def test_a_host_that_only_trickles_holds_nobody(
    there: Feeding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 0.4)
    head = [b"HTTP/1.1 200 OK\r\nX-Slow: ", *dripping(30)]
    body = [b"HTTP/1.1 200 OK\r\n\r\n", *dripping(30)]
    with raw_server(head, body) as host:
        for _ in ("in its head", "in its body"):
            assert pictures.fetch(of(host.url), tmp_path, plain=True).broken == 1


def test_no_address_is_in_an_error(there: Feeding) -> None:
    there.pictures["/cdn/secret-token"] = Forced(500)
    with pytest.raises(FeedError) as failed:
        pictures._downloaded(f"{there.url}/cdn/secret-token", plain=True)
    assert "secret-token" not in str(failed.value)
