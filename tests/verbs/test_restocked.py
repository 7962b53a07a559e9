"""Back in stock: what could not be bought at one reading and can at the next, told by keyed marks."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from connectors import configured, rows
from connectors.models import Row, Store
from connectors.policy.records import Variant
from connectors.vault import StoreKey
from tests import cast

pytestmark = pytest.mark.django_db


def kept(store: Store, key: StoreKey, *, buyable: bool, at: datetime, number: int = 1) -> Row:
    """Write a product as it was read at a time, and return its row."""
    variant = Variant("10", "Ash", Decimal("49.90"), available_for_sale=buyable)
    product = cast.product(number, variants=(variant,), updated_at=at)
    rows.write(store.pk, store.epoch, key, [cast.found(product)])
    fingerprint = key.fingerprint("product", str(number))
    return Row.objects.get(store=store, epoch=store.epoch, kind="product", fingerprint=fingerprint)


def later(minutes: int) -> datetime:
    return cast.NOON + timedelta(minutes=minutes)


def test_a_product_that_was_out_and_is_in_again_is_back_since_that_reading() -> None:
    store, key = cast.store()
    assert kept(store, key, buyable=False, at=later(0)).restocked_at is None
    assert kept(store, key, buyable=True, at=later(1)).restocked_at == later(1)
    assert kept(store, key, buyable=True, at=later(2)).restocked_at == later(1)


def test_a_product_that_goes_out_again_is_not_back() -> None:
    store, key = cast.store()
    for minute, buyable in enumerate((False, True, False)):
        row = kept(store, key, buyable=buyable, at=later(minute))
    assert row.restocked_at is None
    assert kept(store, key, buyable=True, at=later(9)).restocked_at == later(9)


def test_a_first_reading_is_no_return() -> None:
    store, key = cast.store()
    assert kept(store, key, buyable=True, at=later(0)).restocked_at is None
    assert kept(store, key, buyable=True, at=later(1)).restocked_at is None


def test_what_was_gone_and_is_read_again_is_no_return() -> None:
    store, key = cast.store()
    row = kept(store, key, buyable=False, at=later(0))
    with transaction.atomic():
        rows.remove(Row.objects.filter(pk=row.pk))
    row.refresh_from_db()
    assert (row.mark, row.restocked_at) == (None, None)
    assert kept(store, key, buyable=True, at=later(1)).restocked_at is None


def test_a_new_epoch_begins_without_marks() -> None:
    store, key = cast.store()
    kept(store, key, buyable=False, at=later(0))
    Store.objects.filter(pk=store.pk).update(epoch=2)
    store.refresh_from_db()
    anew = configured.keystore().create(store.ref, 2)
    assert kept(store, anew, buyable=True, at=later(1)).restocked_at is None


def test_a_mark_tells_nothing_without_the_key() -> None:
    store, key = cast.store()
    other, other_key = cast.store("other.myshopify.com")
    marks = [
        kept(store, key, buyable=True, at=later(0)).mark,
        kept(store, key, buyable=False, at=later(1)).mark,
        kept(store, key, buyable=True, at=later(0), number=2).mark,
        kept(store, key, buyable=False, at=later(1), number=2).mark,
        kept(other, other_key, buyable=True, at=later(0)).mark,
    ]
    assert None not in marks
    assert len({bytes(mark) for mark in marks if mark is not None}) == 5


def test_only_products_are_marked() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.store_info(), cast.sale(), cast.offer())
    assert not Row.objects.exclude(mark=None).exists()
