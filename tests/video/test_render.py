"""A store's videos, from the brief to the upload, over real HTTP; the videos are small."""

from pathlib import Path

import pytest

from connectors.video import encode
from connectors.video.errors import FeedError, Gone, NothingToShow, NotWritten
from connectors.video.feed import Feed
from connectors.video.folder import Busy, Folder, Note
from connectors.video.inspection import inspect
from connectors.video.progress import Step
from connectors.video.render import Made, Wish, render
from tests.video.briefing import SMALL, brief, one_product, picture, product
from tests.video.feeding import Feeding, Forced

BOTH = ("9x16", "1x1")
ONE = ("1x1",)


class Rendering:
    """Renders, and remembers what was told."""

    def __init__(self, feed: Feed, folder: Folder) -> None:
        self.feed, self.folder = feed, folder
        self.told: list[Step] = []

    def __call__(self, *formats: str, store: str = "st_a", upload: bool = True, again: bool = False) -> Made:
        return render(self.feed, store, self.folder, Wish(formats or ONE, upload, again), self.told.append)

    @property
    def steps(self) -> list[str]:
        return [each.step for each in self.told if each.step != "progress"]


@pytest.fixture
def rendering(feed: Feed, folder: Folder) -> Rendering:
    return Rendering(feed, folder)


def puts(there: Feeding) -> list[str]:
    return [each.removeprefix("/feed/v1/videos/") for each in there.paths("PUT")]


class TestAVideo:
    def test_it_is_made_in_every_format_and_uploaded(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        made = rendering(*BOTH)
        assert [path.name for path in made.films] == ["9x16.mp4", "1x1.mp4"]
        for path, name in zip(made.films, BOTH, strict=True):
            found = inspect(path)
            assert (found.width, found.height) == SMALL[name]
            assert there.files[made.video, "files", name] == path.read_bytes()
            assert there.files[made.video, "posters", name].startswith(b"\xff\xd8")
        video = there.videos[made.video]
        assert (video["state"], video["percent"]) == ("ready", 100)
        assert puts(there) == [
            f"{made.video}/{media}/{name}" for name in BOTH for media in ("posters", "files")
        ]

    def test_it_is_registered_before_anything_is_encoded_with_the_lineage_of_what_is_seen(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        """What has no picture that opens is not seen, and a change of it makes nothing stale."""
        good = there.picture("good.jpg", picture())
        shown, unseen = product(1, good), product(2, there.picture("bad.jpg", b"no picture"))
        offers = [{"id": "0a", "title": "Spring"}, {"id": "0b", "title": "Autumn"}]
        whole = brief(shown, unseen, offers=offers)
        whole["lineage"] += [{"kind": "offer", "id": each["id"], "change": 1} for each in offers]
        there.add_store("st_a", whole)
        made = rendering()
        assert [(each["kind"], each["id"]) for each in there.videos[made.video]["lineage"]] == [
            ("store", "aa"),
            ("product", "01"),
            ("offer", "0a"),
        ]
        words = next(each.words for each in rendering.told if each.step == "pictures")
        assert words == "1 fetched, 1 do not open"

    def test_without_an_upload_the_feed_is_told_nothing(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        made = rendering(upload=False)
        assert made.films[0].stat().st_size
        assert made.video == ""
        assert {each.method for each in there.asked} == {"GET"}

    def test_progress_is_told_and_never_goes_back(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        rendering(*BOTH)
        percents = [each.percent or 0 for each in rendering.told if each.step in ("progress", "made")]
        assert percents == sorted(percents)
        assert percents[-1] == 100


class TestASecondTime:
    def test_the_same_video_is_not_made_twice(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        rendering()
        count = len(there.asked)
        assert rendering().films == ()
        assert rendering.steps[-1] == "there"
        assert {each.method for each in there.asked[count:]} == {"GET"}

    def test_again_makes_it_and_the_one_before_is_withdrawn(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        one_product(there)
        before = rendering().video
        after = rendering(again=True).video
        assert before != after
        assert there.videos[before]["state"] == "withdrawn"
        assert there.videos[after]["state"] == "ready"

    def test_a_stale_one_is_withdrawn_when_the_new_one_is_there_and_not_before(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        whole = one_product(there)
        before = rendering().video
        there.stale(before, "price")
        whole["products"][0]["price_text"] = "$9.99"
        there.briefs["st_a"] |= brief(*whole["products"], change=2)
        after = rendering().video
        methods = [(each.method, each.path) for each in there.asked]
        last_upload = methods.index(("PUT", f"/feed/v1/videos/{after}/files/1x1"))
        assert methods.index(("DELETE", f"/feed/v1/videos/{before}")) > last_upload

    def test_anothers_videos_are_left_alone(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        there.videos["vd_other"] = {
            "video": "vd_other",
            "store": "st_a",
            "epoch": 1,
            "state": "ready",
            "stale": True,
            "formats": [],
            "lineage": [],
        }
        rendering()
        assert there.videos["vd_other"]["state"] == "ready"

    def test_another_format_is_another_video(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        first = rendering("1x1").video
        second = rendering("9x16").video
        assert first != second
        assert {each["state"] for each in there.videos.values()} == {"ready"}


class TestTrouble:
    def test_a_store_without_products_is_said_so(self, there: Feeding, rendering: Rendering) -> None:
        there.add_store("st_a", brief())
        with pytest.raises(NothingToShow, match="no product"):
            rendering()
        assert not there.videos

    def test_a_store_whose_pictures_do_not_open_is_said_so(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        there.add_store("st_a", brief(product(1, there.picture("bad.jpg", b"no picture"))))
        with pytest.raises(NothingToShow, match="picture"):
            rendering()
        assert not there.videos

    def test_a_video_of_goods_that_are_gone_is_taken_back(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        made = rendering()
        there.stale(made.video, "redacted")
        there.briefs["st_a"] |= {"products": [], "lineage": []}
        with pytest.raises(NothingToShow):
            rendering()
        assert there.videos[made.video]["state"] == "withdrawn"
        assert not made.films[0].exists()
        assert not list(made.films[0].parent.glob("pictures/*"))

    def test_a_rendering_that_fails_is_told_and_leaves_the_good_file(
        self, there: Feeding, rendering: Rendering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one_product(there)
        good = rendering().films[0]
        whole = good.read_bytes()

        def full(*_: object, **__: object) -> None:
            raise NotWritten("1x1.mp4 could not be written: No space left on device")

        monkeypatch.setattr(encode, "write", full)
        with pytest.raises(NotWritten):
            rendering(again=True)
        assert [each["state"] for each in there.videos.values()] == ["ready", "failed"]
        assert good.read_bytes() == whole

    def test_a_store_that_leaves_meanwhile_ends_the_rendering_and_no_failure_is_told(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        one_product(there)
        there.force("POST", "/feed/v1/videos", Forced(409, body=b'{"error": "EpochOver"}'))
        with pytest.raises(Gone):
            rendering()
        assert not there.paths("PUT")
        assert not [each for each in there.paths("POST") if each.endswith("progress")]

    def test_an_upload_that_is_refused_is_a_failed_video(self, there: Feeding, rendering: Rendering) -> None:
        one_product(there)
        there.force("PUT", "/feed/v1/videos/vd_1/files/1x1", Forced(413))
        with pytest.raises(FeedError):
            rendering()
        assert there.videos["vd_1"]["state"] == "failed"

    def test_two_renderers_do_not_work_on_one_store_in_one_folder(
        self, there: Feeding, rendering: Rendering, folder: Folder
    ) -> None:
        one_product(there)
        with folder.place("st_a", 1).held(), pytest.raises(Busy):
            rendering()
        assert rendering().films


class TestAKilledOne:
    def test_the_next_goes_on_with_what_was_registered_and_uploaded(
        self, there: Feeding, rendering: Rendering, folder: Folder
    ) -> None:
        one_product(there)
        there.force("PUT", "/feed/v1/videos/vd_1/posters/1x1", Forced(413))
        with pytest.raises(FeedError):
            rendering(*BOTH)  # as a kill between two formats leaves it
        made = rendering(*BOTH)
        assert made.video == "vd_1"
        assert list(there.videos) == ["vd_1"]
        assert puts(there).count("vd_1/files/9x16") == 1
        assert there.videos["vd_1"]["state"] == "ready"

    def test_one_that_was_registered_and_not_yet_noted_is_found_again(
        self, there: Feeding, feed: Feed, rendering: Rendering, folder: Folder
    ) -> None:
        one_product(there)
        place, known = folder.place("st_a", 1), feed.brief("st_a", 5)
        with place.held():
            place.write_notes((Note("", ONE, known.lineage),))
        feed.register(known, ONE, known.lineage)
        assert rendering().video == "vd_1"
        assert list(there.videos) == ["vd_1"]

    def test_one_that_was_noted_and_never_registered_is_forgotten(
        self, there: Feeding, feed: Feed, rendering: Rendering, folder: Folder
    ) -> None:
        one_product(there)
        place, known = folder.place("st_a", 1), feed.brief("st_a", 5)
        with place.held():
            place.write_notes((Note("", ONE, known.lineage),))
        assert rendering().video == "vd_1"
        assert [note.video for note in place.notes()] == ["vd_1"]

    def test_what_is_no_longer_so_is_withdrawn_and_begun_anew(
        self, there: Feeding, rendering: Rendering
    ) -> None:
        whole = one_product(there)
        there.force("PUT", "/feed/v1/videos/vd_1/posters/1x1", Forced(413))
        with pytest.raises(FeedError):
            rendering()
        there.briefs["st_a"] |= brief(*whole["products"], change=7)
        made = rendering()
        assert there.videos["vd_1"]["state"] == "withdrawn"
        assert there.videos[made.video]["state"] == "ready"

    def test_half_a_file_is_swept(self, there: Feeding, rendering: Rendering, folder: Folder) -> None:
        one_product(there)
        place = folder.place("st_a", 1)
        place.path.mkdir(parents=True)
        left: Path = place.path / ".1x1.mp4.0123abcd.part"
        left.write_bytes(b"half")
        rendering()
        assert not left.exists()
