"""Staleness: a video is named when what it shows is no longer so, once, and for nothing else."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors import customers, rows, work
from connectors.models import Receipt, Row, Store, StoreState, Video, VideoPart, VideoSource
from connectors.platforms.base import Event, EventKind
from connectors.vault import StoreKey
from connectors.videos import register, removal, stale
from connectors.videos.shapes import shape
from connectors.work.rows import Job
from tests import cast
from tests.feed.cast import product, variant
from tests.videos.cast import announced, kept, later, lineage, priced, scope, stocked

pytestmark = pytest.mark.django_db
Installed = tuple[Store, StoreKey]


@pytest.fixture
def installed(db: None) -> Installed:
    return stocked()


@pytest.fixture
def video(installed: Installed) -> Video:
    return announced(installed[0], now=timezone.now())


def checked(store: Store, now: datetime | None = None) -> list[tuple[str, ...]]:
    """Return the reasons of the videos that are to be told of."""
    return [each.reasons for each in stale.check(store.pk, now or timezone.now())]


def changed(**fields: Any) -> Any:
    return product(1, updated_at=later(), **fields)


class TestProducts:
    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"variants": (variant(1, "21.00"),)}, "price"),
            ({"variants": (variant(1, "20.00", compare_at_price=Decimal(25)),)}, "price"),
            ({"variants": (variant(1), variant(2, "30.00"))}, "price"),
            ({"variants": (variant(1, available_for_sale=False),)}, "sold_out"),
            ({"variants": ()}, "sold_out"),
            ({"status": "draft"}, "sold_out"),
        ],
    )
    def test_what_a_buyer_goes_by_makes_it_stale(
        self, installed: Installed, video: Video, fields: dict[str, Any], reason: str
    ) -> None:
        store, key = installed
        cast.keep(store, key, changed(**fields))
        assert checked(store) == [(reason,)]
        video.refresh_from_db()
        assert (video.stale_reasons, video.stale_at is not None) == ([reason], True)

    @pytest.mark.parametrize(
        "fields",
        [
            {"title": "Another title"},
            {"description": "Other words", "tags": ("new",)},
            {"pictures": ()},
            {"total_stock": 1, "variants": (variant(1, "20.000", quantity=1),)},
            {"variants": (variant(1, compare_at_price=Decimal("20.00")),)},
        ],
        ids=["title", "words", "pictures", "stock", "no reduction"],
    )
    def test_anything_else_does_not(self, installed: Installed, video: Video, fields: dict[str, Any]) -> None:
        store, key = installed
        before = shape(video)["lineage"]
        cast.keep(store, key, changed(**fields))
        assert checked(store) == []
        video.refresh_from_db()
        assert (video.stale_at, video.stale_reasons) == (None, [])
        # Who mirrors the feed sees that the record is newer than the one in the video.
        assert shape(video)["lineage"] == before
        assert {each.id: each.change for each in lineage(store)} != {
            each["id"]: each["change"] for each in before
        }

    def test_one_that_the_platform_no_longer_has_is_gone(self, installed: Installed, video: Video) -> None:
        store, key = installed
        with transaction.atomic():
            rows.bury(store, key, "product", "1", 0)
        assert checked(store) == [("gone",)]

    def test_a_product_that_is_in_no_video_changes_none(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, priced(3, "5.00"))
        assert checked(store) == []


class TestOffers:
    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"percent": Decimal(15)}, "offer"),
            ({"codes": ("SPRING",)}, "offer"),
            ({"minimum_subtotal": Decimal(50)}, "offer"),
            ({"ends_at": cast.NOON + timedelta(days=9000)}, "offer"),
            ({"status": "EXPIRED"}, "offer_ended"),
            ({"ends_at": cast.NOON - timedelta(days=9000)}, "offer_ended"),
        ],
    )
    def test_other_terms_make_it_stale(
        self, installed: Installed, video: Video, fields: dict[str, Any], reason: str
    ) -> None:
        store, key = installed
        cast.keep(store, key, cast.offer(1, updated_at=later(), **fields))
        assert checked(store) == [(reason,)]

    def test_that_it_was_used_does_not(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, cast.offer(1, updated_at=later(), used=7, title="Spring!"))
        assert checked(store) == []

    def test_one_that_ends_by_itself_makes_it_stale_then(self, installed: Installed) -> None:
        store, key = installed
        ends_at = timezone.now() + timedelta(hours=2)
        cast.keep(store, key, cast.offer(1, updated_at=later(), ends_at=ends_at))
        video = announced(store)
        assert video.ends_at == ends_at
        stale.tend(ends_at - timedelta(seconds=1))
        assert checked(store, ends_at - timedelta(seconds=1)) == []
        assert checked(store, ends_at) == [("offer_ended",)]

    def test_the_stores_of_ended_offers_are_looked_at_and_no_others(self, installed: Installed) -> None:
        store, key = installed
        other, _ = stocked("oak.myshopify.com")
        announced(other)
        ends_at = timezone.now() + timedelta(hours=2)
        cast.keep(store, key, cast.offer(1, updated_at=later(), ends_at=ends_at))
        announced(store)
        Job.objects.all().delete()
        stale.tend(ends_at)
        assert [each.args for each in Job.objects.all()] == [[store.pk]]
        checked(store, ends_at)
        Job.objects.all().delete()
        stale.tend(ends_at)
        assert not Job.objects.exists()


class TestTelling:
    def test_each_is_told_once(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        assert checked(store) == [("price",)]
        assert checked(store) == []
        cast.keep(store, key, product(1, updated_at=later(2), variants=(variant(1, "22.00"),)))
        assert checked(store) == []

    def test_another_reason_is_told_with_those_before(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        checked(store)
        with transaction.atomic():
            rows.bury(store, key, "product", "2", 0)
        assert checked(store) == [("gone", "price")]

    def test_what_is_rolled_back_is_told_again(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        with transaction.atomic():
            assert checked(store) == [("price",)]
            transaction.set_rollback(True)
        assert checked(store) == [("price",)]

    def test_a_changed_row_is_opened_once(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(title="Another title"))
        checked(store)
        with CaptureQueriesContext(connection) as queries:
            checked(store)
        assert not [each["sql"] for each in queries if '"sealed"' in each["sql"]]

    def test_a_store_without_a_video_costs_two_looks(self, installed: Installed) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert checked(installed[0]) == []
        assert len(queries) == 2

    def test_a_withdrawn_video_is_not_looked_at(self, installed: Installed, video: Video) -> None:
        store, key = installed
        register.withdraw(scope(), video.ref, timezone.now())
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        assert checked(store) == []

    def test_a_row_that_does_not_open_makes_nothing_stale(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        Row.objects.filter(kind="product").update(sealed=b"damaged")
        assert checked(store) == []

    def test_nothing_is_looked_at_in_a_store_that_has_left(self, installed: Installed, video: Video) -> None:
        store, key = installed
        cast.keep(store, key, changed(variants=(variant(1, "21.00"),)))
        Store.objects.update(state=StoreState.QUARANTINED)
        assert checked(store) == []
        assert not Video.objects.exclude(stale_at=None).exists()

    def test_another_stores_changes_concern_nobody_else(self, installed: Installed, video: Video) -> None:
        other, other_key = stocked("oak.myshopify.com")
        announced(other)
        cast.keep(other, other_key, changed(variants=(variant(1, "21.00"),)))
        assert checked(installed[0]) == []
        assert checked(other) == [("price",)]


class TestWhatChangedSinceTheBrief:
    def test_a_record_that_moved_counts_as_changed(self, installed: Installed) -> None:
        store, key = installed
        before = lineage(store)
        cast.keep(store, key, changed(title="Another title"))
        video = register.register(scope(), store.ref, 1, before, ["9x16"], timezone.now())
        assert video.stale_reasons == ["price"]
        assert Job.objects.filter(task="feed.told").exists()
        assert checked(store) == [("price",)]

    def test_one_that_went_is_gone(self, installed: Installed) -> None:
        store, key = installed
        before = lineage(store)
        with transaction.atomic():
            rows.bury(store, key, "product", "1", 0)
        video = register.register(scope(), store.ref, 1, before, ["9x16"], timezone.now())
        assert video.stale_reasons == ["gone"]

    def test_the_stores_own_record_may_move(self, installed: Installed) -> None:
        store, key = installed
        before = lineage(store)
        cast.keep(store, key, cast.store_info(updated_at=later(), phone="+16135550199"))
        assert not register.register(scope(), store.ref, 1, before, ["9x16"], timezone.now()).stale_reasons


class TestRedaction:
    """A person's erasure may touch a product; a video may show what was erased, so it plays no more."""

    def redact(self, store: Store, *ids: str) -> None:
        event = Event(EventKind.REDACT_PRODUCTS, "cedar", "d-1", "redact", ids=ids)
        with transaction.atomic():
            store = Store.objects.select_for_update().get(pk=store.pk)
            customers.redact_things(store, event, timezone.now(), timezone.now())

    def test_the_videos_of_a_redacted_record_are_withdrawn_and_told_of(
        self, installed: Installed, video: Video
    ) -> None:
        store, key = installed
        kept(video)
        untouched = register.register(
            scope(),
            store.ref,
            1,
            [each for each in lineage(store) if each.kind == "offer"],
            ["1x1"],
            timezone.now(),
        )
        self.redact(store, "1")
        # It is there again at once, without what was redacted.
        cast.keep(store, key, changed(title="Redacted"))
        video.refresh_from_db()
        untouched.refresh_from_db()
        assert (video.state, video.stale_reasons) == ("withdrawn", ["redacted"])
        assert (untouched.state, untouched.stale_reasons) == ("rendering", [])
        assert checked(store) == [("redacted",)]
        assert Job.objects.filter(task="videos.empty").exists()
        removal.empty(store.pk)
        assert not VideoPart.objects.exists()

    def test_the_receipt_says_how_many(self, installed: Installed, video: Video) -> None:
        self.redact(installed[0], "1")
        assert '"videos":1' in Receipt.objects.get().body.replace(" ", "")

    def test_a_redaction_of_what_is_in_no_video_withdraws_none(
        self, installed: Installed, video: Video
    ) -> None:
        self.redact(installed[0], "77")
        video.refresh_from_db()
        assert video.state == "rendering"
        assert "videos" not in Receipt.objects.get().body


def test_no_terms_stand_in_clear(installed: Installed, video: Video) -> None:
    kept_terms = [bytes(each.terms or b"") for each in VideoSource.objects.all()]
    assert sorted(map(len, kept_terms)) == [0, 16, 16, 16]
    other = announced(stocked("oak.myshopify.com")[0])
    theirs = {bytes(each.terms or b"") for each in other.sources.all() if each.terms}
    # The same products at the same prices, under another key.
    assert theirs.isdisjoint(kept_terms)


def test_every_word_for_a_job_is_a_task() -> None:
    assert {"videos.empty", "feed.told"} <= set(work.port._tasks)
