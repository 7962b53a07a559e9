"""Changes: every commit once, in its order, cut by purpose; and nothing of a store that is not open."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from connectors import configured, entries, feed, feedkeys, rows
from connectors.entries import Page
from connectors.errors import Unverified
from connectors.models import FeedCopy, FeedRead, Row, Sequence, Store, StoreState
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut
from connectors.policy.records import Record
from tests import cast
from tests.cast import NOON, found, offer, store_info
from tests.feed.cast import feed_id, product, reader, sale

pytestmark = pytest.mark.django_db

VIDEOS, INTEGRATION = Purpose.VIDEOS, Purpose.INTEGRATION


def changes(after: int = 0, limit: int = 500, purpose: Purpose = VIDEOS, wait: float = 0) -> Page:
    return feed.changes(reader(purpose), after, limit, NOON, wait)


def remove(store: Store, record: Record) -> None:
    fingerprint = bytes.fromhex(feed_id(store, found(record)))
    with transaction.atomic():
        rows.open_epoch(store.pk, store.epoch)
        rows.remove(Row.objects.filter(store=store, fingerprint=fingerprint), NOON)


def test_an_empty_feed_has_no_changes() -> None:
    page = changes()
    assert (page.entries, page.next, page.more) == ([], 0, False)


def test_a_change_says_which_record_of_which_store_and_shows_it() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    (entry,) = changes().entries
    assert entry == {
        "change": 1,
        "store": store.ref,
        "epoch": 1,
        "kind": "product",
        "id": feed_id(store, found(product(1))),
        "gone": False,
        "at": product(1).updated_at,
        "record": cut(product(1), VIDEOS),
    }


def test_all_stores_stand_in_the_order_of_their_commits() -> None:
    (one, key_one), (two, key_two) = cast.store("one.myshopify.com"), cast.store("two.myshopify.com")
    for number in range(3):
        cast.keep(one, key_one, product(number))
        cast.keep(two, key_two, product(number))
    page = changes()
    assert [entry["change"] for entry in page.entries] == [1, 2, 3, 4, 5, 6]
    assert [entry["store"] for entry in page.entries] == [one.ref, two.ref] * 3
    assert (page.next, page.more) == (6, False)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_of_any_size_make_up_the_whole(limit: int) -> None:
    store, key = cast.store()
    cast.keep(store, key, *[product(number) for number in range(7)])
    seen, after, more = [], 0, True
    while more:
        page = changes(after, limit)
        assert len(page.entries) <= limit
        seen += [entry["change"] for entry in page.entries]
        after, more = page.next, page.more
    assert (seen, after) == ([1, 2, 3, 4, 5, 6, 7], 7)


def test_a_page_ends_before_it_is_too_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "PAGE_BYTES", 1)
    store, key = cast.store()
    cast.keep(store, key, product(1), product(2))
    page = changes()
    assert ([entry["change"] for entry in page.entries], page.next, page.more) == ([1], 1, True)
    assert changes(1).more is False


def test_a_changed_record_moves_behind_the_others_and_stands_once() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1), product(2))
    cast.keep(store, key, product(1, title="Renamed", updated_at=NOON))
    assert [(entry["change"], entry["record"]["title"]) for entry in changes().entries] == [
        (2, "Canoe paddle 2"),
        (3, "Renamed"),
    ]


def test_a_tombstone_has_an_id_and_no_record() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    remove(store, product(1))
    (entry,) = changes().entries
    assert entry == {
        "change": 2,
        "store": store.ref,
        "epoch": 1,
        "kind": "product",
        "id": feed_id(store, found(product(1))),
        "gone": True,
        "at": NOON,
    }


def test_a_cursor_that_was_never_given_is_refused() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    assert changes(1).entries == []
    with pytest.raises(feed.CursorAhead):
        changes(2)


# By purpose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_record_has_the_leaves_of_the_purpose_and_no_others(purpose: Purpose) -> None:
    store, key = cast.store()
    goods: list[Record] = [store_info(), product(1), sale(1, product(1)), offer(1)]
    cast.keep(store, key, *goods)
    shown = {entry["kind"]: entry["record"] for entry in changes(purpose=purpose).entries}
    cuts = {found(each).kind: cut(each, purpose) for each in goods}
    assert shown == {kind: record for kind, record in cuts.items() if record}


def test_a_key_for_videos_sees_no_person_no_revenue_and_no_stock_keeping() -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(), product(1), sale(1, product(1)))
    shown = {entry["kind"]: entry["record"] for entry in changes().entries}
    assert not {"email", "phone", "owner_name", "store_id", "created_at"} & set(shown["store"])
    assert not {"total", "tax", "channel", "gateways", "sale_id"} & set(shown["sale"])
    assert not {"sku", "barcode"} & set(shown["product"]["variants"][0])
    assert set(shown["product"]["variants"][0]["stock"][0]) == {"available"}


def test_a_kind_without_a_leaf_for_the_purpose_is_passed_over() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1), store_info(), product(2))
    page = changes(purpose=Purpose.ACCOUNT)
    assert [entry["kind"] for entry in page.entries] == ["store"]
    assert (page.next, page.more) == (3, False)


# Stores that are not open -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(StoreState))
def test_rows_show_exactly_where_a_store_is_readable(state: StoreState) -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    Store.objects.update(state=state)
    store.refresh_from_db()
    page = changes()
    assert bool(page.entries) is store.readable
    assert (page.next, page.more) == (1, False)


def test_the_cursor_moves_past_what_is_not_shown() -> None:
    (away, key_away), (here, key_here) = cast.store("away.myshopify.com"), cast.store("here.myshopify.com")
    cast.keep(away, key_away, *[product(number) for number in range(5)])
    cast.keep(here, key_here, product(1))
    cast.keep(away, key_away, *[product(number) for number in range(5, 10)])
    Store.objects.filter(pk=away.pk).update(state=StoreState.QUARANTINED)
    page = changes(limit=1)
    assert ([entry["change"] for entry in page.entries], page.next) == ([6], 6)
    page = changes(page.next, limit=1)
    assert (page.entries, page.next, page.more) == ([], 11, False)


def test_rows_of_an_older_epoch_are_not_shown() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    Store.objects.update(epoch=2)
    configured.keystore().create(store.ref, 2)
    assert changes().entries == []


def test_a_store_that_left_says_so_once_without_an_id() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1), product(2))
    with transaction.atomic():
        rows.close(store, store.epoch)
        Store.objects.update(state=StoreState.QUARANTINED)
    (entry,) = changes().entries
    at = entry.pop("at")
    assert entry == {"change": 3, "store": store.ref, "epoch": 1, "kind": "all", "gone": True}
    assert at.tzinfo is not None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_learns_that_a_store_left(purpose: Purpose) -> None:
    store, _ = cast.store()
    with transaction.atomic():
        rows.close(store, store.epoch)
    Store.objects.update(state=StoreState.ERASED)
    assert [entry["kind"] for entry in changes(purpose=purpose).entries] == ["all"]


def test_after_a_reinstall_the_old_epoch_is_gone_and_the_new_one_there() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    with transaction.atomic():
        rows.close(store, 1)
    Store.objects.update(epoch=2)
    store.refresh_from_db()
    cast.keep(store, configured.keystore().create(store.ref, 2), product(1))
    seen = [(entry["epoch"], entry["kind"], entry["gone"]) for entry in changes().entries]
    assert seen == [(1, "all", True), (2, "product", False)]


def test_a_store_whose_key_went_while_it_was_read_shows_tombstones() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    configured.keystore().quarantine(store.ref, store.epoch)
    (entry,) = changes().entries
    assert entry["gone"] is True
    assert "record" not in entry
    assert not FeedRead.objects.exists()


def test_a_row_that_does_not_open_breaks_nothing_and_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1), product(2), product(3))
    one, two = Row.objects.order_by("change")[:2]
    Row.objects.filter(pk=two.pk).update(sealed=one.sealed)
    shown = changes().entries
    assert [entry.get("unreadable", False) for entry in shown] == [False, True, False]
    assert "record" not in shown[1]
    assert caplog.messages == [f"Change 2 of store {store.ref} does not open"]
    assert FeedRead.objects.get().count == 2


# What is counted --------------------------------------------------------------------------------------


def test_reads_are_counted_by_store_purpose_and_day() -> None:
    (one, key_one), (two, key_two) = cast.store("one.myshopify.com"), cast.store("two.myshopify.com")
    cast.keep(one, key_one, product(1), product(2))
    cast.keep(two, key_two, product(1))
    changes()
    changes(after=1)
    changes(purpose=INTEGRATION)
    feed.changes(reader(), 0, 500, NOON + timedelta(days=1))
    counted = FeedRead.objects.order_by("day", "purpose", "store_id")
    assert list(counted.values_list("store_id", "purpose", "day", "count")) == [
        (one.pk, "integration", NOON.date(), 2),
        (two.pk, "integration", NOON.date(), 1),
        (one.pk, "videos", NOON.date(), 3),
        (two.pk, "videos", NOON.date(), 2),
        (one.pk, "videos", NOON.date() + timedelta(days=1), 2),
        (two.pk, "videos", NOON.date() + timedelta(days=1), 1),
    ]


def test_a_page_without_records_counts_nothing() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    remove(store, product(1))
    changes()
    assert not FeedRead.objects.exists()


# Waiting ----------------------------------------------------------------------------------------------


def test_an_empty_page_waits_no_longer_than_asked() -> None:
    begun = time.monotonic()
    assert changes(wait=0.3).entries == []
    assert 0.3 <= time.monotonic() - begun < 3


def test_a_full_page_waits_for_nothing() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    begun = time.monotonic()
    assert changes(wait=30).entries
    assert time.monotonic() - begun < 5


def test_too_many_waiters_are_answered_at_once() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    held = [feed._waiting.acquire(blocking=False) for _ in range(feed.WAITING)]
    assert all(held)
    try:
        begun = time.monotonic()
        assert changes(after=1, wait=30).entries == []
        assert time.monotonic() - begun < 5
    finally:
        for _ in held:
            feed._waiting.release()


@pytest.mark.django_db(transaction=True)
def test_a_waiting_reader_gets_the_change_when_it_is_committed() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    got: list[Page] = []

    def read() -> None:
        try:
            got.append(changes(after=1, wait=20))
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.2)
    begun = time.monotonic()
    cast.keep(store, key, product(2))
    reader.join(20)
    assert time.monotonic() - begun < 10
    assert [entry["change"] for entry in got[0].entries] == [2]


@pytest.mark.django_db(transaction=True)
def test_a_waiting_reader_is_not_woken_by_what_it_may_not_see() -> None:
    store, key = cast.store()
    got: list[Page] = []

    def read() -> None:
        try:
            got.append(changes(purpose=Purpose.ACCOUNT, wait=1.5))
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.2)
    cast.keep(store, key, product(1))
    reader.join(20)
    assert (got[0].entries, got[0].next) == ([], 1)


@pytest.mark.django_db(transaction=True)
def test_who_waits_and_is_revoked_meanwhile_gets_nothing_any_more() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    asking = reader(VIDEOS)
    got: list[Page | Exception] = []

    def read() -> None:
        try:
            got.append(feed.changes(asking, 1, 500, NOON, 20))
        except Unverified as error:
            got.append(error)
        finally:
            connection.close()

    waiting = threading.Thread(target=read)
    waiting.start()
    time.sleep(0.2)
    feedkeys.revoke("videos", NOON)
    cast.keep(store, key, product(2))
    waiting.join(60)
    assert [type(each) for each in got] == [Unverified]
    assert not FeedCopy.objects.exists()


def test_the_newest_number_outlives_the_row_that_had_it() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    Row.objects.all().delete()
    assert Sequence.objects.get(name="change").last == 1
    page = changes()
    assert (page.entries, page.next) == ([], 1)


def test_a_page_shows_no_value_when_it_is_printed() -> None:
    store, key = cast.store()
    cast.keep(store, key, replace(product(1), title="A secret title"))
    assert "secret" not in repr(changes())
