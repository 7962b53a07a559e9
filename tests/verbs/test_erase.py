"""Erasure: what is gone, what is proved, and what must not come back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors import configured, customers, emptying, erase, people, reading, receipts, rows
from connectors.errors import KeyGone, Malformed, Unverified
from connectors.models import (
    Delivery,
    Duty,
    FeedKey,
    Job,
    Receipt,
    Row,
    Run,
    Store,
    StoreState,
    Video,
    VideoFile,
    VideoPart,
    VideoSource,
)
from connectors.models import Person as PersonRow
from connectors.platforms.opening import Person
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving() -> tuple[Store, Duty]:
    """A store with records that has uninstalled, and whose erasure is due."""
    store, key = cast.store()
    cast.keep(store, key, cast.store_info(), cast.product(1), cast.product(2), cast.sale())
    spool = settings.SPOOL_DIR / f"{store.ref}-1" / "7"
    spool.mkdir(parents=True)
    (spool / "left.spool").write_bytes(b"sealed")
    with transaction.atomic():
        locked = Store.objects.select_for_update().get(pk=store.pk)
        duty = erase.uninstall(locked, "uninstalled", datetime.now(UTC), at_once=True)
    return locked, duty


def test_an_erasure_removes_every_place_and_the_key(leaving: tuple[Store, Duty]) -> None:
    store, duty = leaving
    erase.put_aside(duty.pk)
    erase.carry(duty.pk)
    store.refresh_from_db()
    duty.refresh_from_db()
    assert (store.state, duty.state) == (StoreState.ERASED, "done")
    assert list(Row.objects.values_list("kind", flat=True)) == ["gone"]
    assert not list(settings.SPOOL_DIR.rglob("*.spool"))
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)
    with pytest.raises(KeyGone):
        configured.keystore().create(store.ref, 1)


def test_the_people_of_a_store_are_erased_with_it() -> None:
    store, _ = cast.store()
    other, _ = cast.store("birch.myshopify.com")
    for each in (store, other):
        people.seen(each, Person("7"), timezone.now(), timezone.now())
    with transaction.atomic():
        duty = erase.uninstall(store, "uninstalled", timezone.now(), at_once=True)
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert duty.counts["persons"] == 1
    assert PersonRow.objects.get().store == other


def video(store: Store, parts: int) -> Video:
    """Return a video of one file, of so many parts."""
    key = FeedKey.objects.get_or_create(name="renderer", purpose="videos", digest="0" * 64)[0]
    now = timezone.now()
    made = Video.objects.create(store=store, epoch=store.epoch, key=key, created_at=now, changed_at=now)
    file = VideoFile.objects.create(video=made, format="9x16", media="film", upload="1", begun_at=now)
    for number in range(parts):
        VideoPart.objects.create(file=file, number=number, sealed=b"sealed")
    VideoSource.objects.create(video=made, kind="product", fingerprint=b"1" * 16, change=1, checked_change=1)
    return made


def test_the_videos_of_a_store_are_erased_with_it_and_counted_as_videos(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "PARTS", 2)
    store, duty = leaving
    other, _ = cast.store("birch.myshopify.com")
    video(store, 5)
    video(store, 0)
    kept = video(other, 3)
    erase.carry(duty.pk)
    duty.refresh_from_db()
    assert duty.counts["videos"] == 2
    assert Video.objects.get() == kept
    assert (VideoFile.objects.count(), VideoPart.objects.count(), VideoSource.objects.count()) == (1, 3, 1)


def test_a_video_that_comes_in_while_its_store_is_erased_keeps_the_receipt_back(
    leaving: tuple[Store, Duty], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, duty = leaving
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(reading, "remove_spools", lambda *_: video(store, 1))
        with pytest.raises(erase.NotEmpty, match="videos"):
            erase.carry(duty.pk)
    assert not Receipt.objects.exists()
    erase.carry(duty.pk)
    assert not VideoPart.objects.exists()
    assert Receipt.objects.exists()


def test_a_key_in_quarantine_opens_nothing(leaving: tuple[Store, Duty]) -> None:
    store, duty = leaving
    erase.put_aside(duty.pk)
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)


def test_the_receipt_says_what_was_removed_and_verifies(leaving: tuple[Store, Duty]) -> None:
    _store, duty = leaving
    erase.carry(duty.pk)
    receipt = Receipt.objects.get()
    text = receipts.compose(receipt.body, receipt.signature)
    public_key = configured.signer().public_key_text
    assert receipts.verify(text, public_key)
    duty.refresh_from_db()
    assert duty.counts["rows"] == 4
    assert len(duty.key_id) == 16
    assert duty.key_id in text
    for value in ("Cedar", "Canoe", "cedar.myshopify.com"):
        assert value not in text


def test_a_receipt_with_any_byte_changed_does_not_verify(leaving: tuple[Store, Duty]) -> None:
    erase.carry(leaving[1].pk)
    receipt = Receipt.objects.get()
    text = receipts.compose(receipt.body, receipt.signature)
    public_key = configured.signer().public_key_text
    for place in range(len(text)):
        spoilt = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises((Malformed, Unverified)):
            receipts.verify(spoilt, public_key)


def test_a_chain_with_a_receipt_dropped_or_moved_does_not_verify() -> None:
    for shop in ("a.myshopify.com", "b.myshopify.com", "c.myshopify.com"):
        store, key = cast.store(shop)
        cast.keep(store, key, cast.sale())
        customers.redact_sales(store, ("1",), cast.NOON, cast.NOON)
    texts = [receipts.compose(each.body, each.signature) for each in Receipt.objects.order_by("number")]
    public_key = configured.signer().public_key_text
    assert receipts.verify_chain(texts, public_key)
    for spoilt in (texts[1:], [texts[0], texts[2]], [texts[1], texts[0], texts[2]]):
        with pytest.raises(Unverified):
            receipts.verify_chain(spoilt, public_key)


def test_an_erasure_done_twice_has_one_receipt(leaving: tuple[Store, Duty]) -> None:
    erase.carry(leaving[1].pk)
    erase.carry(leaving[1].pk)
    assert Receipt.objects.count() == 1


def test_an_erasure_is_not_carried_out_before_it_is_due() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    with transaction.atomic():
        duty = erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", datetime.now(UTC))
    erase.carry(duty.pk)
    assert Row.objects.filter(kind="product").exists()
    assert duty.due_at - duty.asked_at == timedelta(hours=settings.QUARANTINE_HOURS)


def test_an_erasure_of_an_old_epoch_leaves_the_new_install_alone(leaving: tuple[Store, Duty]) -> None:
    store, duty = leaving
    Store.objects.update(epoch=2, state=StoreState.ACTIVE)
    store.refresh_from_db()
    key = configured.keystore().create(store.ref, 2)
    cast.keep(store, key, cast.product(9))
    erase.carry(duty.pk)
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE
    (kept,) = rows.opened(key, rows.of_store(store, "product"))
    assert kept.record == cast.product(9)


def test_nothing_is_written_for_a_store_that_is_gone(leaving: tuple[Store, Duty]) -> None:
    store, duty = leaving
    key = configured.keystore().get(store.ref, 1)  # held by a sync that has not noticed yet
    erase.carry(duty.pk)
    with pytest.raises(rows.Superseded):
        rows.write(store.pk, 1, key, [cast.found(cast.product())])
    assert not Row.objects.exclude(kind="gone").exists()
    assert not Delivery.objects.exists()
    assert not Run.objects.exists()


def test_a_copy_of_the_key_store_opens_nothing_that_was_erased(
    leaving: tuple[Store, Duty], tmp_path: Path, settings: Any
) -> None:
    store, duty = leaving
    held = Path(settings.KEYSTORE_PATH)
    backup = held.read_bytes()
    erase.carry(duty.pk)
    held.write_bytes(backup)
    with pytest.raises(KeyGone):
        configured.keystore().get(store.ref, 1)


@pytest.mark.usefixtures("leaving")
def test_a_duty_whose_job_died_is_queued_again() -> None:
    Job.objects.all().delete()
    erase.tend(datetime.now(UTC))
    assert set(Job.objects.values_list("task", flat=True)) == {"erase.put_aside", "erase.carry"}
