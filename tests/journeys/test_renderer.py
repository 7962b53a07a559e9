"""The renderer beside the app, a process of its own: from a merchant's goods to their page, and gone."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from django.conf import settings

from connectors import feed, feedkeys
from connectors.models import FeedCopy, Receipt, Video, VideoState
from connectors.video.inspection import inspect
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant, wait_for
from tests.videos.watching import got, links_of

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(app_url: str, tmp_path: Path) -> Iterator[Run]:
    """Return a function that starts the renderer with a feed key, its folder and these words."""
    key = feedkeys.make("renderer", "videos").token
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, by: tuple[str, ...] = ("-m", "connectors.video")) -> "subprocess.Popen[str]":
        ours = ["--out", str(tmp_path / "videos"), "--feed", app_url, "--format", "1x1", "--json"]
        child = subprocess.Popen(
            [sys.executable, *by, *words, *ours],
            cwd=settings.BASE_DIR,
            env={**os.environ, "MINTA_FEED_KEY": key},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield begin
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=60)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer at once, so that no request is still waiting in the app when the test's database goes."""
    monkeypatch.setattr(feed, "_waiting", BoundedSemaphore(1))
    feed._waiting.acquire()


@pytest.fixture
def merchant(arrive: Arrive) -> Merchant:
    """Return a merchant with one product, whose video is short."""
    return arrive(products=1).come()


def ready() -> list[Video]:
    return list(Video.objects.filter(state=VideoState.READY, stale_at=None))


def test_a_store_is_filmed_filmed_anew_and_forgotten(merchant: Merchant, run: Run, tmp_path: Path) -> None:
    run("--follow", "--settle", "0.5")
    wait_for(ready)
    (first,) = ready()
    film = tmp_path / "videos" / merchant.store.ref / "1" / "1x1.mp4"
    _, player, _ = links_of(merchant.open())
    assert got(player).content == film.read_bytes()
    seen = inspect(film)
    assert (seen.width, seen.height, seen.video, seen.audio) == (1080, 1080, "h264", "aac")
    assert seen.video_seconds > 5
    assert max(seen.black_seconds, seen.frozen_seconds) < 1

    merchant.sandbox.change_product(merchant.shop, price="3.33")
    merchant.settle()
    first.refresh_from_db()
    assert first.stale_reasons == ["price"]
    wait_for(ready)
    wait_for(lambda: Video.objects.get(pk=first.pk).state == VideoState.WITHDRAWN)

    merchant.leave()
    wait_for(lambda: not FeedCopy.objects.filter(confirmed_at=None).exists())
    assert not film.parents[1].exists()
    assert not Receipt.objects.exists(), "nothing was erased yet"
    merchant.sandbox.advance(hours=49)
    merchant.settle()
    assert json.loads(Receipt.objects.get().body)["copies"] == {"keys": 1, "confirmed": 1, "by_operator": 0}


def test_a_killed_rendering_shows_nothing_and_the_next_one_goes_on(
    merchant: Merchant, run: Run, tmp_path: Path
) -> None:
    killed = run(merchant.store.ref)
    wait_for(lambda: list(tmp_path.rglob(".1x1.mp4.*")))
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    begun = Video.objects.get()
    assert (begun.state, begun.files.count()) == (VideoState.RENDERING, 0)
    assert "Being made since" in merchant.open().text
    assert not list(tmp_path.rglob("1x1.mp4"))

    second = run(merchant.store.ref, by=("manage.py", "render"))
    said, _ = second.communicate(timeout=300)
    assert second.returncode == 0, said
    assert ready() == [begun]
    assert not list(tmp_path.rglob("*.part"))
    _, player, _ = links_of(merchant.open())
    assert got(player).headers["Content-Type"] == "video/mp4"

    third = run(merchant.store.ref)
    said, _ = third.communicate(timeout=300)
    assert third.returncode == 0
    assert '"step":"there"' in said
    assert Video.objects.count() == 1
