"""What is removed, when, and what stays: the newest videos of a store, and everything of its neighbours."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors import feedkeys, scopes
from connectors.errors import Missing, Unverified
from connectors.models import Store, Video, VideoFile, VideoPart, VideoState
from connectors.videos import bounds, reach, register, removal, uploads
from connectors.videos.bounds import PART_BYTES
from tests.videos.cast import announced, film, in_pieces, kept, lineage, scope, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(db: None) -> Store:
    return stocked()[0]


def living(store: Store) -> list[str]:
    kept = Video.objects.filter(store=store).exclude(state=VideoState.WITHDRAWN)
    return list(kept.order_by("pk").values_list("ref", flat=True))


class TestRoom:
    def test_the_newest_are_kept(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(removal, "KEPT_VIDEOS", 3)
        other = announced(stocked("oak.myshopify.com")[0])
        videos = [announced(store) for _ in range(2)]
        kept(videos[0])
        videos += [announced(store) for _ in range(2)]
        assert living(store) == [each.ref for each in videos[1:]]
        assert not VideoFile.objects.exists()
        assert living(other.store) == [other.ref]

    def test_too_many_bytes_push_the_oldest_out(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(removal, "KEPT_BYTES", 1_000_000)
        videos = [announced(store) for _ in range(3)]
        for each in videos:
            kept(each, content=film(400_000))
        assert living(store) == [each.ref for each in videos[1:]]
        assert VideoFile.objects.count() == 2

    def test_what_is_replaced_needs_no_room(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(removal, "KEPT_BYTES", 1_000_000)
        videos = [announced(store) for _ in range(2)]
        for each in (*videos, videos[1]):
            kept(each, content=film(400_000))
        assert living(store) == [each.ref for each in videos]

    def test_one_that_fills_it_all_is_kept_itself(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(removal, "KEPT_BYTES", 1000)
        video = announced(store)
        kept(video, content=film(5000))
        assert living(store) == [video.ref]

    def test_failures_go_before_what_can_be_played(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(removal, "KEPT_VIDEOS", 3)
        good = announced(store)
        kept(good)
        failures = [register.fail(scope(), announced(store).ref, timezone.now()) for _ in range(4)]
        assert living(store) == [good.ref, *(each.ref for each in failures[2:])]

    def test_the_bounds_are_those_of_the_document(self) -> None:
        assert (bounds.KEPT_VIDEOS, bounds.KEPT_BYTES) == (50, 2_000_000_000)
        assert bounds.FILE_BYTES == {"film": 200_000_000, "poster": 5_000_000}


class TestSweeping:
    def test_what_nobody_has_heard_of_for_a_day_has_failed(self, store: Store) -> None:
        now = timezone.now()
        video = announced(store)
        removal.sweep(now + timedelta(hours=23))
        assert Video.objects.get().state == VideoState.RENDERING
        removal.sweep(now + timedelta(hours=25))
        assert Video.objects.get(pk=video.pk).state == VideoState.FAILED

    def test_a_withdrawn_video_is_listed_for_a_month(self, store: Store) -> None:
        video = announced(store)
        kept(video)
        register.withdraw(scope(), video.ref, timezone.now())
        removal.sweep(timezone.now() + timedelta(days=29))
        assert Video.objects.exists()
        removal.sweep(timezone.now() + timedelta(days=31))
        assert not Video.objects.exists()

    def test_a_ready_video_stays(self, store: Store) -> None:
        kept(announced(store))
        removal.sweep(timezone.now() + timedelta(days=400))
        assert Video.objects.get().state == VideoState.READY
        assert VideoPart.objects.exists()

    def test_the_bytes_that_a_kill_left_of_a_withdrawn_one_go(self, store: Store) -> None:
        kept(announced(store))
        removal.withdraw(Video.objects.all(), timezone.now())
        assert VideoPart.objects.exists()
        removal.sweep(timezone.now())
        assert not VideoFile.objects.exists()

    def test_parts_go_a_few_at_a_time(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(removal, "BATCH_PARTS", 2)
        kept(announced(store), content=film(4 * PART_BYTES))
        with CaptureQueriesContext(connection) as queries:
            removal.remove(VideoFile.objects.all())
        removed = [each["sql"] for each in queries if 'DELETE FROM "connectors_videopart"' in each["sql"]]
        assert len(removed) >= 3
        assert not VideoPart.objects.exists()


class TestKeysOfSomeStores:
    """A key of one store reaches no video of another, whatever it asks."""

    def test_they_see_and_touch_their_own_alone(self, store: Store) -> None:
        other = stocked("oak.myshopify.com")[0]
        mine, theirs = announced(store), announced(other)
        kept(theirs)
        some = scopes.scope_of(feedkeys.make("some", "videos", [store.ref]).key)
        assert [each.ref for each in reach.listed(some, "", "", 10)] == [mine.ref]
        now = timezone.now()
        refused = (
            lambda: reach.video(some, theirs.ref),
            lambda: reach.listed(some, other.ref, "", 10),
            lambda: reach.listed(some, "", theirs.ref, 10),
            lambda: register.register(some, other.ref, 1, lineage(other), ["9x16"], now),
            lambda: register.progress(some, theirs.ref, 5, now),
            lambda: register.withdraw(some, theirs.ref, now),
            lambda: uploads.keep(some, theirs.ref, "9x16", "film", in_pieces(film()), now),
        )
        for each in refused:
            with pytest.raises(Missing):
                each()
        theirs.refresh_from_db()
        assert (theirs.state, theirs.percent) == (VideoState.READY, 0)


class TestRevokedKeys:
    def test_one_that_is_revoked_while_it_sends_leaves_nothing(self, store: Store) -> None:
        video = announced(store)

        def sent() -> Iterator[bytes]:
            yield from in_pieces(film())
            feedkeys.revoke("renderer", timezone.now())

        with pytest.raises(Unverified):
            uploads.keep(scope(), video.ref, "9x16", "film", sent(), timezone.now())
        assert not VideoFile.objects.exists()
