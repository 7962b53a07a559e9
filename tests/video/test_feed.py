"""The renderer's end of the feed."""

from pathlib import Path

import pytest

from connectors.video import brief as briefs
from connectors.video.brief import Brief, Source
from connectors.video.errors import FeedError, Gone, Unusable
from connectors.video.feed import Feed
from tests.video.feeding import KEY, Feeding, Forced, feeding

BRIEF = {"brand": {"name": "Cedar"}, "lineage": [{"kind": "product", "id": "0a", "change": 1}], "new": [1]}


@pytest.fixture(autouse=True)
def installed(there: Feeding) -> None:
    there.add_store("st_a", BRIEF)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def feed(there: Feeding, slept: list[float]) -> Feed:
    return Feed(there.url, KEY, patience_seconds=30, sleep=slept.append)


def brief_of(feed: Feed) -> Brief:
    return feed.brief("st_a", 5)


class TestAddress:
    @pytest.mark.parametrize(
        "address", ["https://minta.example", "https://minta.example/feed/v1/", "http://localhost:8000"]
    )
    def test_what_a_key_may_be_sent_to_is_taken(self, address: str) -> None:
        assert not Feed(address, KEY).address.endswith(("/", "v1"))

    @pytest.mark.parametrize(
        "address",
        ["http://minta.example", "ftp://minta.example", "minta.example", "https://u:p@minta.example", ""],
    )
    def test_a_key_is_not_sent_in_clear_or_anywhere_odd(self, address: str) -> None:
        with pytest.raises(Unusable):
            Feed(address, KEY)

    @pytest.mark.parametrize("key", ["", "mfk_short", "secret", KEY + "\nX-Other: 1"])
    def test_what_is_no_key_is_refused_and_not_shown(self, key: str) -> None:
        with pytest.raises(Unusable) as refused:
            Feed("https://minta.example", key)
        assert not key or key not in str(refused.value)


class TestReading:
    def test_a_brief_is_read_and_what_is_unknown_passed_over(self, feed: Feed, there: Feeding) -> None:
        brief = brief_of(feed)
        assert (brief.store, brief.epoch, brief.brand.name) == ("st_a", 1, "Cedar")
        assert brief.lineage == (Source("product", "0a", 1),)
        assert there.asked[-1].path.endswith("brief?limit=5")

    def test_a_brief_that_cannot_be_read_is_named_by_place_alone(self) -> None:
        spoilt = b'{"format": 1, "store": "st_a", "epoch": "Verysecret", "brand": {"name": "x"}}'
        with pytest.raises(Unusable, match=r"\$\.epoch") as refused:
            briefs.read(spoilt)
        assert "Verysecret" not in str(refused.value)

    def test_a_brief_of_another_format_is_refused(self) -> None:
        with pytest.raises(Unusable, match="format 2"):
            briefs.read(b'{"format": 2, "store": "st_a", "epoch": 1, "brand": {"name": "x"}}')

    def test_a_store_that_is_not_there_is_gone(self, feed: Feed) -> None:
        with pytest.raises(Gone, match="404 Missing"):
            feed.brief("st_b", 5)

    def test_a_cursor_ahead_is_no_leave(self, feed: Feed, there: Feeding) -> None:
        there.cursor_ahead = True
        with pytest.raises(FeedError) as refused:
            feed.changes(9)
        assert refused.value.name == "CursorAhead"
        assert not isinstance(refused.value, Gone)

    def test_a_wait_ends_when_something_comes(self, feed: Feed, there: Feeding) -> None:
        after = feed.changes(0).next
        there.change("st_a", "product", "0b")
        page = feed.changes(after, wait_seconds=20)
        assert [(each.kind, each.store) for each in page.changes] == [("product", "st_a")]

    def test_a_key_that_is_dead_is_said_so(self, there: Feeding) -> None:
        with pytest.raises(FeedError) as refused:
            list(Feed(there.url, "mfk_" + "x" * 43).stores())
        assert refused.value.status == 401


class TestPatience:
    def test_a_busy_feed_is_asked_again_when_it_says(
        self, feed: Feed, there: Feeding, slept: list[float]
    ) -> None:
        busy = Forced(429, {"Retry-After": "7"})
        there.force("GET", "/feed/v1/stores", busy, Forced(503), Forced(502))
        assert [each.store for each in feed.stores()] == ["st_a"]
        assert slept[0] == 7
        assert len(slept) == 3

    def test_a_wait_beyond_patience_is_not_waited(self, there: Feeding, slept: list[float]) -> None:
        there.force("GET", "/feed/v1/stores", Forced(503, {"Retry-After": "9999"}))
        with pytest.raises(FeedError) as refused:
            list(Feed(there.url, KEY, patience_seconds=30, sleep=slept.append).stores())
        assert refused.value.status == 503
        assert not slept

    def test_a_refusal_is_not_asked_again(self, feed: Feed, there: Feeding, slept: list[float]) -> None:
        there.force("GET", "/feed/v1/stores", Forced(403))
        with pytest.raises(FeedError):
            list(feed.stores())
        assert not slept

    def test_a_video_is_not_registered_twice_when_the_answer_is_lost(
        self, feed: Feed, there: Feeding
    ) -> None:
        brief = brief_of(feed)
        there.force("POST", "/feed/v1/videos", Forced(502))
        with pytest.raises(FeedError):
            feed.register(brief, ("9x16",), brief.lineage)
        assert there.paths("POST") == ["/feed/v1/videos"]

    def test_no_answer_is_an_error_that_names_no_address(self) -> None:
        with pytest.raises(FeedError) as refused:
            list(Feed("http://127.0.0.1:9", KEY, patience_seconds=0).stores())
        assert refused.value.status == 0
        assert "127.0.0.1" not in str(refused.value)


class TestRedirects:
    def test_the_key_follows_no_redirect(self, feed: Feed, there: Feeding) -> None:
        with feeding() as elsewhere:
            there.force(
                "GET", "/feed/v1/stores", Forced(302, {"Location": f"{elsewhere.url}/feed/v1/stores"})
            )
            with pytest.raises(FeedError) as refused:
                list(feed.stores())
            assert not elsewhere.asked
        assert refused.value.status == 302

    def test_nothing_of_the_environment_is_used(
        self, there: Feeding, feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert list(feed.stores())
        assert there.asked[-1].headers["authorization"] == f"Bearer {KEY}"


class TestTelling:
    def test_a_video_is_registered_told_of_uploaded_and_withdrawn(
        self, feed: Feed, there: Feeding, tmp_path: Path
    ) -> None:
        brief = brief_of(feed)
        video = feed.register(brief, ("9x16", "1x1"), brief.lineage).video
        assert there.asked[-1].told == {
            "store": "st_a",
            "epoch": 1,
            "lineage": [{"kind": "product", "id": "0a", "change": 1}],
            "formats": ["9x16", "1x1"],
        }
        feed.progress(video, 40)
        assert there.videos[video]["percent"] == 40
        (tmp_path / "film").write_bytes(b"film" * 100_000)
        feed.put_poster(video, "9x16", tmp_path / "film")
        feed.put_file(video, "9x16", tmp_path / "film")
        assert there.files[video, "files", "9x16"] == b"film" * 100_000
        assert there.asked[-1].headers["content-type"] == "video/mp4"
        (listed,) = feed.videos("st_a")
        assert listed.whole(("9x16",))
        assert not listed.whole(("9x16", "1x1"))
        feed.withdraw(video)
        assert there.videos[video]["state"] == "withdrawn"
        feed.withdraw("vd_unknown")

    def test_an_upload_begins_anew_when_it_is_sent_again(
        self, feed: Feed, there: Feeding, tmp_path: Path
    ) -> None:
        brief = brief_of(feed)
        video = feed.register(brief, ("1x1",), brief.lineage).video
        (tmp_path / "film").write_bytes(b"whole")
        there.force("PUT", f"/feed/v1/videos/{video}/files/1x1", Forced(503))
        feed.put_file(video, "1x1", tmp_path / "film")
        assert there.files[video, "files", "1x1"] == b"whole"

    def test_a_store_that_left_takes_no_video(self, feed: Feed, there: Feeding) -> None:
        brief = brief_of(feed)
        there.leave("st_a")
        with pytest.raises(Gone):
            feed.register(brief, ("1x1",), brief.lineage)

    def test_erasures_are_listed_until_they_are_confirmed(self, feed: Feed, there: Feeding) -> None:
        there.leave("st_a", "er_1")
        (waiting,) = feed.erasures()
        assert (waiting.erasure, waiting.store, waiting.epoch) == ("er_1", "st_a", 1)
        feed.confirm("er_1")
        assert not list(feed.erasures())
