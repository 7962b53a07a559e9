"""Sealed rows: what a write changes, what it leaves, and what it must never bring back."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from connectors import bars, configured, counting, rows
from connectors.errors import KeyGone, Unsealable
from connectors.models import Row, Store, StoreState
from tests import cast

pytestmark = pytest.mark.django_db


def changes() -> list[int]:
    return list(Row.objects.order_by("change").values_list("change", flat=True))


def test_a_record_comes_back_as_it_was_kept() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(), cast.sale(), cast.offer(), cast.store_info())
    back = [each.record for kind in ("product", "sale", "offer", "store") for each in opened(store, kind)]
    assert back == [cast.product(), cast.sale(), cast.offer(), cast.store_info()]


def opened(store: Store, kind: str) -> list[rows.Opened]:
    key = configured.keystore().get(store.ref, store.epoch)
    return list(rows.opened(key, rows.of_store(store, kind).order_by("change")))


def test_no_value_of_a_record_stands_in_its_row() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(), cast.store_info())
    for row in Row.objects.all():
        stored = b"".join(bytes(each) for each in (row.sealed, row.fingerprint, row.digest) if each)
        for value in (b"Canoe", b"paddle", b"Cedar", b"owner@", b"548380009", b"cedar.example"):
            assert value not in stored


def test_an_unchanged_record_makes_no_change() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    before = changes()
    assert rows.write(store.pk, 1, key, [cast.found(cast.product())]) == rows.Written(same=1)
    assert changes() == before


def test_a_changed_record_gets_the_next_number() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(1), cast.product(2))
    cast.keep(store, key, cast.product(1, title="Oar"))
    assert [each.record.product_id for each in opened(store, "product")] == ["2", "1"]  # type: ignore[union-attr]


def test_an_older_reading_does_not_replace_a_newer_one() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product(title="New"))
    older = cast.found(cast.product(title="Old"), cast.NOON - timedelta(seconds=1))
    assert rows.write(store.pk, 1, key, [older]).stale == 1
    assert opened(store, "product")[0].record.title == "New"  # type: ignore[union-attr]


def test_a_snapshot_does_not_replace_what_was_read_after_it_began() -> None:
    store, key = cast.store()
    rows.write(store.pk, 1, key, [cast.found(cast.product(title="By delivery"))], 7)
    snapshot = [cast.found(cast.product(title="By export"))]
    assert rows.write(store.pk, 1, key, snapshot, 7, snapshot=True).stale == 1
    assert rows.write(store.pk, 1, key, snapshot, 8, snapshot=True).put == 1


def test_a_removed_record_leaves_a_tombstone_without_bytes() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    assert rows.remove(Row.objects.filter(kind="product")) == 1
    row = Row.objects.get()
    assert (row.sealed, row.digest, row.change) == (None, None, 2)
    assert rows.remove(Row.objects.filter(kind="product")) == 0
    assert opened(store, "product") == []


def test_a_removed_record_may_come_again() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    rows.remove(Row.objects.all())
    assert rows.write(store.pk, 1, key, [cast.found(cast.product())]).put == 1


def test_a_barred_record_does_not_come_back_whether_it_was_held_or_not() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.sale(1), cast.sale(3))
    bars.bar(store, "sale", ["1", "2"], cast.NOON)
    bars.bar(store, "sale", ["1", "2"], cast.NOON)
    rows.remove(Row.objects.filter(fingerprint=key.fingerprint("sale", "1")))
    again = [cast.found(cast.sale(n), cast.NOON + timedelta(days=9)) for n in (1, 2, 3)]
    assert rows.write(store.pk, 1, key, again).barred == 2
    assert [each.record.sale_id for each in opened(store, "sale")] == ["3"]  # type: ignore[union-attr]


def test_nothing_is_written_into_an_epoch_that_is_over() -> None:
    store, key = cast.store()
    Store.objects.update(epoch=2)
    with pytest.raises(rows.Superseded):
        rows.write(store.pk, 1, key, [cast.found(cast.product())])
    Store.objects.update(epoch=1, state=StoreState.QUARANTINED)
    with pytest.raises(rows.Superseded):
        rows.write(store.pk, 1, key, [cast.found(cast.product())])
    assert not Row.objects.exists()


def test_a_row_of_a_store_in_quarantine_is_not_listed() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    store.state = StoreState.QUARANTINED
    with pytest.raises(KeyGone):
        rows.of_store(store, "product")


@pytest.mark.parametrize("spoil", ["store", "name", "kind", "plain"])
def test_a_row_does_not_open_in_another_place(spoil: str) -> None:
    store, key = cast.store()
    _, stranger = cast.store("birch.myshopify.com")
    cast.keep(store, key, cast.product())
    row = Row.objects.get()
    name, sealed = bytes(row.fingerprint), bytes(row.sealed or b"")
    spoilt = {
        "store": (stranger, "product", name, sealed),
        "name": (key, "product", name[::-1], sealed),
        "kind": (key, "sale", name, sealed),
        "plain": (key, "product", name, b'{"title": "in clear"}'),
    }
    with pytest.raises(Unsealable):
        rows.unseal(*spoilt[spoil])


def test_equal_ids_in_two_stores_have_nothing_in_common() -> None:
    one, other = cast.store(), cast.store("birch.myshopify.com")
    for store, key in (one, other):
        cast.keep(store, key, cast.product())
    first, second = Row.objects.all()
    assert bytes(first.fingerprint) != bytes(second.fingerprint)
    assert bytes(first.digest or b"") != bytes(second.digest or b"")


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_finds_a_lower_number_later() -> None:
    store, key = cast.store()
    seen: list[int] = []
    done = threading.Event()

    def writer(start: int) -> None:
        for number in range(start, start + 15):
            rows.write(store.pk, 1, key, [cast.found(cast.product(number))])
        connection.close()

    def reader() -> None:
        last = 0
        while True:
            over = done.is_set()
            for change in (
                Row.objects.filter(change__gt=last).order_by("change").values_list("change", flat=True)
            ):
                last = change
                seen.append(change)
            if over:
                break
        connection.close()

    writers = [threading.Thread(target=writer, args=(n * 100,)) for n in range(3)]
    watching = threading.Thread(target=reader)
    for thread in [watching, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watching.join()
    assert seen == sorted(seen)
    assert len(set(seen)) == Row.objects.count() == 45


def test_numbers_of_a_rolled_back_write_are_given_out_again() -> None:
    first = counting.take("change", 3)
    with transaction.atomic():
        counting.take("change", 5)
        transaction.set_rollback(True)
    assert counting.take("change", 1) == first + 3


def test_the_last_reading_of_a_record_in_a_batch_counts() -> None:
    store, key = cast.store()
    twice = [cast.found(cast.product(title="First")), cast.found(cast.product(title="Second"))]
    assert rows.write(store.pk, 1, key, twice).put == 1
    assert opened(store, "product")[0].record == replace(cast.product(), title="Second")
