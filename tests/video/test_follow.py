"""A pipeline's life beside a feed: what it renders, deletes and confirms, and what a kill leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.video.crew import Crew
from connectors.video.feed import Feed
from connectors.video.folder import Folder
from connectors.video.follow import Follower
from connectors.video.progress import Step
from tests.platforms.sockets import dripping, raw_server
from tests.video.briefing import brief, one_product, picture, product
from tests.video.feeding import KEY, Feeding, Forced

ONE = ("1x1",)
_SECONDS = 120


class Clock:
    """A clock that a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class Following:
    """A follower that is taken step by step, with real children."""

    def __init__(self, there: Feeding, folder: Folder) -> None:
        self.told: list[Step] = []
        self.clock = Clock()
        words = ["--feed", there.url, "--out", str(folder.path), "--json", "--format", "1x1"]
        self.crew = Crew(words, KEY, at_once=2)
        feed = Feed(there.url, KEY, patience_seconds=0)
        self.follower = Follower(
            feed, folder, self.crew, ONE, self.told.append, settle_seconds=0.2, clock=self.clock
        )

    def until(self, condition: Callable[[], object]) -> None:
        """Step until something has come true."""
        ends_at = time.monotonic() + _SECONDS
        while not condition():
            assert time.monotonic() < ends_at, [each.step for each in self.told]
            self.follower.step()

    def has_told(self, step: str) -> bool:
        return any(each.step == step for each in self.told)


@pytest.fixture
def following(there: Feeding, folder: Folder) -> Iterator[Following]:
    follows = Following(there, folder)
    yield follows
    follows.crew.stop_all()


def ready(there: Feeding) -> list[str]:
    return [
        name
        for name, each in there.videos.items()
        if each["state"] == "ready" and each["formats"] and not each["stale"]
    ]


class TestALife:
    def test_a_store_is_rendered_again_when_stale_and_deleted_and_confirmed_when_it_leaves(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        whole = one_product(there)
        following.until(lambda: ready(there) and not following.crew.busy)
        (first,) = ready(there)

        there.stale(first, "price")
        there.briefs["st_a"] |= brief(*whole["products"], change=9)
        there.change("st_a", "product", "01")
        following.until(lambda: ready(there) and not following.crew.busy)
        assert there.videos[first]["state"] == "withdrawn"

        there.leave("st_a", "er_1")
        following.until(lambda: there.confirmed)
        assert there.confirmed == ["er_1"]
        assert not list(folder.path.glob("st_a*"))
        assert there.videos == {}

    def test_a_change_that_makes_nothing_stale_renders_nothing(
        self, there: Feeding, following: Following
    ) -> None:
        one_product(there)
        following.until(lambda: ready(there) and not following.crew.busy)
        there.change("st_a", "product", "07")
        count = len(there.paths("GET", "/feed/v1/videos"))
        following.until(lambda: len(there.paths("GET", "/feed/v1/videos")) > count)
        following.clock.ahead += 60
        following.until(lambda: len(there.paths("GET", "/feed/v1/videos")) > count + 1)
        assert sum(each.step == "rendering" for each in following.told) == 1
        assert len(there.videos) == 1

    def test_a_mark_that_comes_late_is_seen(self, there: Feeding, following: Following) -> None:
        """The feed compares prices a moment after the change."""
        whole = one_product(there)
        following.until(lambda: ready(there) and not following.crew.busy)
        (first,) = ready(there)
        count = len(there.paths("GET", "/feed/v1/videos"))
        there.briefs["st_a"] |= brief(*whole["products"], change=9)
        there.change("st_a", "product", "01")
        following.until(lambda: len(there.paths("GET", "/feed/v1/videos")) > count)
        there.stale(first, "price")
        following.clock.ahead += 20
        following.until(lambda: ready(there) and not following.crew.busy)
        assert there.videos[first]["state"] == "withdrawn"

    def test_what_became_stale_without_a_change_is_found_in_time(
        self, there: Feeding, following: Following
    ) -> None:
        one_product(there)
        following.until(lambda: ready(there) and not following.crew.busy)
        (first,) = ready(there)
        there.stale(first, "offer_ended")
        following.clock.ahead += 601
        following.until(lambda: ready(there) and not following.crew.busy)
        assert there.videos[first]["state"] == "withdrawn"


class TestLeaving:
    def test_a_store_that_leaves_ends_its_own_rendering_and_no_other(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        slow = [b"HTTP/1.1 200 OK\r\n\r\n", *dripping(25)]
        with raw_server(slow) as host:
            there.add_store("st_a", brief(product(1, host.url)))
            there.add_store("st_b", brief(product(2, there.picture("good.jpg", picture()))))
            following.until(lambda: host.received and following.crew.has("st_b"))
            there.leave("st_a", "er_1")
            following.until(lambda: there.confirmed)
            assert not following.crew.has("st_a")
            assert not (folder.path / "st_a").exists()
            following.until(lambda: ready(there))
        assert [each["store"] for each in there.videos.values()] == ["st_b"]

    def test_only_what_is_of_this_epoch_and_before_is_deleted(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        for epoch in (1, 2, 3):
            folder.place("st_a", epoch).write_notes(())
        there.add_store("st_a", brief(), epoch=3)
        there.change("st_a", "all", "", 2, gone=True)
        following.until(lambda: folder.cursor() == 2)
        assert list(folder.held()) == [("st_a", 3)]

    def test_what_is_asked_for_at_the_start_is_confirmed_though_its_tombstone_was_read(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        one_product(there)
        there.leave("st_a", "er_1")
        folder.place("st_a", 1).film("1x1").parent.mkdir(parents=True)
        folder.write_cursor(len(there.changes))
        following.follower.sweep()
        assert there.confirmed == ["er_1"]
        assert not list(folder.held())

    def test_what_the_feed_knows_no_more_is_deleted_at_the_start(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        folder.place("st_gone", 1).write_notes(())
        there.add_store("st_old", brief(), epoch=2)
        folder.place("st_old", 1).write_notes(())
        following.follower.sweep()
        assert not list(folder.held())

    def test_a_confirmation_that_fails_is_made_good_and_holds_up_nothing(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        one_product(there)
        there.leave("st_a", "er_1")
        there.force("POST", "/feed/v1/erasures/er_1/confirm", Forced(500), Forced(500))
        following.until(lambda: folder.cursor() == len(there.changes))
        assert not there.confirmed
        following.clock.ahead += 31
        there.change("st_b", "product")
        following.follower.step()
        assert there.confirmed


class TestTheCursor:
    def test_a_cursor_that_is_ahead_goes_back_to_the_start(
        self, there: Feeding, folder: Folder, following: Following
    ) -> None:
        folder.write_cursor(900)
        there.cursor_ahead = True
        there.change("st_x", "all", "", gone=True)
        following.until(lambda: folder.cursor() == 1)


class TestTrouble:
    def test_a_rendering_that_fails_is_tried_again_later_and_later(
        self, there: Feeding, following: Following
    ) -> None:
        one_product(there)
        there.force("GET", "/feed/v1/stores/st_a/brief", Forced(400), Forced(400))
        following.until(lambda: following.has_told("again"))
        following.clock.ahead += 61
        following.until(lambda: sum(each.step == "again" for each in following.told) == 2)
        words = [each.words for each in following.told if each.step == "again"]
        assert "60 s" in words[0]
        assert "120 s" in words[1]
        following.clock.ahead += 121
        following.until(lambda: ready(there))

    def test_a_store_with_nothing_to_show_waits_for_a_change(
        self, there: Feeding, following: Following
    ) -> None:
        there.add_store("st_a", brief())
        following.until(lambda: following.has_told("rendering"))
        following.until(lambda: not following.crew.busy)
        assert not following.has_told("again")
        one_product(there)
        following.until(lambda: ready(there))


class Process:
    """The renderer as it is started by hand."""

    def __init__(self, there: Feeding, folder: Folder) -> None:
        words = ["--follow", "--json", "--settle", "0.2", "--format", "1x1"]
        self.child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "connectors.video",
                *words,
                "--feed",
                there.url,
                "--out",
                str(folder.path),
            ],
            env={**os.environ, "MINTA_FEED_KEY": KEY},
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self, number: signal.Signals) -> str:
        """End it, and return what it has said."""
        self.child.send_signal(number)
        return self.child.communicate(timeout=60)[0]


@pytest.fixture
def start(there: Feeding, folder: Folder) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(there, folder))
        return started[-1]

    yield begin
    for each in started:
        if each.child.poll() is None:
            each.end(signal.SIGKILL)


def wait_for(condition: Callable[[], object]) -> None:
    ends_at = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


class TestKills:
    def test_a_follower_killed_mid_render_takes_its_children_along_and_the_next_one_finishes(
        self, there: Feeding, folder: Folder, start: Callable[[], Process]
    ) -> None:
        one_product(there)
        first = start()
        wait_for(lambda: there.paths("POST", "/feed/v1/videos"))
        first.end(signal.SIGKILL)  # its output ends with the last of its children
        assert not ready(there) or there.paths("PUT")
        second = start()
        wait_for(lambda: ready(there))
        wait_for(lambda: not [*folder.path.rglob(".*.part")])  # neither the first one's nor its own
        said = second.end(signal.SIGTERM)
        assert len(there.videos) == 1
        assert '"step":"following"' in said

    def test_two_followers_do_not_share_a_folder(
        self, there: Feeding, folder: Folder, start: Callable[[], Process]
    ) -> None:
        start()
        wait_for(lambda: there.paths("GET", "/feed/v1/changes"))
        second = start()
        said, _ = second.child.communicate(timeout=60)
        assert second.child.returncode == 5
        assert "another renderer" in said


def test_a_child_is_told_the_key_by_no_word_that_others_can_read(
    there: Feeding, folder: Folder, tmp_path: Path
) -> None:
    crew = Crew(["--feed", there.url, "--out", str(folder.path)], KEY, at_once=1)
    with raw_server([b"HTTP/1.1 200 OK\r\n\r\n", *dripping(20)]) as host:
        there.add_store("st_a", brief(product(1, host.url)))
        assert crew.start("st_a")
        assert not crew.start("st_b"), "one at once"
        wait_for(lambda: host.received)
        (child,) = crew._children.values()
        assert KEY not in " ".join(map(str, child.args))  # type: ignore[arg-type] # a list here
        crew.stop("st_a")
    assert not crew.busy
