"""What is told to whom, and in how few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from connectors import feedkeys, push
from connectors.models import Endpoint, FeedCopy, FeedKey, Job, Notice, Store
from connectors.push import endpoints
from connectors.push.endpoints import Made
from tests import cast

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def endpoint(name: str, *events: str, purpose: str = "videos", **fields: Any) -> Endpoint:
    """Make a key of its own and an endpoint for it."""
    key = feedkeys.make(name, purpose).key
    FeedKey.objects.filter(pk=key.pk).update(**fields)
    return endpoints.make(f"http://127.0.0.1:9/{name}", name, events, NOW).endpoint


def told(of: Endpoint) -> list[str]:
    return list(Notice.objects.filter(endpoint=of).order_by("pk").values_list("event", flat=True))


class TestWhoHears:
    def test_an_endpoint_hears_of_the_stores_of_its_key_alone(self) -> None:
        cedar, birch = cast.store("cedar.myshopify.com")[0], cast.store("birch.myshopify.com")[0]
        every, one, none = (
            endpoint("every"),
            endpoint("one", all_stores=False),
            endpoint("none", all_stores=False),
        )
        one.key.stores.add(cedar)
        assert push.announce("store.installed", cedar, "1", {}) == 2
        assert push.announce("store.installed", birch, "1", {}) == 1
        assert push.announce_change(birch, 7) == 1
        assert [len(told(each)) for each in (every, one, none)] == [3, 1, 0]

    def test_whoever_has_copies_hears_that_the_store_left_though_it_was_taken_from_the_key(self) -> None:
        cedar, birch = cast.store("cedar.myshopify.com")[0], cast.store("birch.myshopify.com")[0]
        cut = endpoint("cut", all_stores=False)
        FeedCopy.objects.create(key=cut.key, store_ref=cedar.ref, epoch=1, first_at=NOW)
        for store in (cedar, birch):
            push.announce("store.installed", store, "1", {})
            push.announce("store.erased", store, "er_1", {"erasure": "er_1"})
            push.announce_change(store, 7)
        assert Notice.objects.values_list("event", "store_ref").get(endpoint=cut) == (
            "store.erased",
            cedar.ref,
        )
        FeedCopy.objects.update(confirmed_at=NOW)
        assert push.announce("store.erased", cedar, "er_2", {"erasure": "er_2"}) == 0

    def test_an_endpoint_hears_of_the_events_that_it_asked_for(self) -> None:
        cedar, _ = cast.store()
        some = endpoint("some", "store.erased", "feed.changed")
        push.announce("store.installed", cedar, "1", {})
        push.announce("store.erased", cedar, "er_1", {"erasure": "er_1"})
        push.announce_change(cedar, 7)
        assert told(some) == ["store.erased", "feed.changed"]

    def test_of_videos_only_a_key_for_videos_hears(self) -> None:
        cedar, _ = cast.store()
        films, books = endpoint("films"), endpoint("books", purpose="account")
        push.announce("video.stale", cedar, "vd_1", {"video": "vd_1", "reasons": ["price"]})
        assert told(films) == ["video.stale"]
        assert told(books) == []

    def test_a_disabled_endpoint_and_one_of_a_revoked_key_hear_nothing(self) -> None:
        cedar, _ = cast.store()
        off, revoked = endpoint("off"), endpoint("revoked")
        endpoints.disable(off.ref, NOW)
        feedkeys.revoke("revoked", NOW)
        assert push.announce("store.installed", cedar, "1", {}) == 0
        assert told(off) == told(revoked) == []

    def test_nobody_is_told_what_was_undone(self, made: Made) -> None:
        cedar, _ = cast.store()
        with transaction.atomic():
            push.announce("store.installed", cedar, "1", {})
            transaction.set_rollback(True)
        assert not Notice.objects.exists()
        assert not Job.objects.filter(task="push.send").exists()


class TestWhatIsSaid:
    def test_a_notice_says_ids_and_numbers_and_nothing_else(self, made: Made, cedar: Any) -> None:
        store, key = cedar
        cast.keep(store, key, cast.store_info(), cast.product(1))
        push.announce_change(store, 123)
        push.announce("store.erased", store, "er_1", {"erasure": "er_1"})
        changed, erased = Notice.objects.order_by("pk")
        at = changed.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert changed.body == (
            f'{{"type":"feed.changed","timestamp":"{at}",'
            f'"data":{{"store":"{store.ref}","epoch":1,"change":123}}}}'
        )
        assert '"data":{"store":"' + store.ref + '","epoch":1,"erasure":"er_1"}' in erased.body
        assert changed.ref.startswith("msg_")
        assert changed.ref != erased.ref

    def test_one_job_sends_whatever_waits_at_an_endpoint(self, made: Made, cedar: Any) -> None:
        for number in range(5):
            push.announce("store.installed", cedar[0], str(number), {})
        assert Job.objects.filter(task="push.send", state="ready").count() == 1


class TestChanges:
    def changed(self) -> Notice:
        return Notice.objects.get(event="feed.changed")

    def test_a_waiting_notice_moves_up_and_keeps_its_id(self, made: Made, cedar: Any) -> None:
        push.announce_change(cedar[0], 7)
        before = self.changed()
        assert push.announce_change(cedar[0], 9) == 1
        after = self.changed()
        assert (after.ref, after.subject) == (before.ref, "9")
        assert '"change":9' in after.body

    def test_what_was_told_is_not_told_again(self, made: Made, cedar: Any) -> None:
        push.announce_change(cedar[0], 7)
        for state in ("waiting", "delivered", "given_up"):
            Notice.objects.update(state=state)
            assert push.announce_change(cedar[0], 7) == 0
            assert push.announce_change(cedar[0], 6) == 0
            assert (self.changed().subject, self.changed().state) == ("7", state)

    def test_what_may_have_been_taken_comes_under_a_new_id_when_it_says_something_new(
        self, made: Made, cedar: Any
    ) -> None:
        """Or the receiver would pass over the new change as one that it has seen."""
        push.announce_change(cedar[0], 7)
        later = NOW + timedelta(hours=2)
        Notice.objects.update(sent_at=NOW, first_at=NOW, attempts=3, next_at=later)
        before = self.changed()
        push.announce_change(cedar[0], 9)
        after = self.changed()
        assert after.ref != before.ref
        assert after.sent_at is None
        # A dead endpoint is not tried at once for every change.
        assert (after.attempts, after.first_at, after.next_at) == (3, NOW, later)

    def test_a_new_change_after_a_delivery_is_a_new_notice_in_the_old_row(
        self, made: Made, cedar: Any
    ) -> None:
        push.announce_change(cedar[0], 7)
        Notice.objects.update(state="delivered", sent_at=NOW, delivered_at=NOW, attempts=2, first_at=NOW)
        before = self.changed()
        push.announce_change(cedar[0], 9)
        after = self.changed()
        assert (after.pk, after.state, after.attempts) == (before.pk, "waiting", 0)
        assert after.ref != before.ref
        assert after.delivered_at is None
        assert after.created_at > before.created_at

    def test_each_store_has_a_notice_of_its_own(self, made: Made) -> None:
        for shop in ("cedar.myshopify.com", "birch.myshopify.com"):
            push.announce_change(cast.store(shop)[0], 7)
        assert Notice.objects.count() == 2


def test_many_changes_right_after_one_another_are_one_job(made: Made, cedar: tuple[Store, Any]) -> None:
    store, key = cedar
    for number in range(20):
        cast.keep(store, key, *(cast.product(number * 10 + each) for each in range(10)))
    assert Job.objects.filter(task="feed.told").count() == 1
    assert not Notice.objects.exists()


def test_a_change_asks_one_question_where_nobody_would_hear(cedar: tuple[Store, Any]) -> None:
    store, key = cedar
    with CaptureQueriesContext(
        connection,
    ) as asked:
        cast.keep(store, key, cast.product(1))
    about = [each for each in asked.captured_queries if "connectors_endpoint" in each["sql"]]
    assert len(about) == 1
    assert not Job.objects.exists()
