"""One erasure in several hands at once: done once, counted once, proved once."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction

from connectors import configured, emptying, erase, receipts, rows, sync
from connectors.models import Delivery, Duty, Job, Receipt, Row, Run, RunMode, Store, StoreState
from connectors.work import leases, outcome
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = 2400  # more than two batches
EMPTY = ("deliveries", "reports", "grants", "persons", "videos", "exports", "consents")


@pytest.fixture
def owed(monkeypatch: pytest.MonkeyPatch) -> Duty:
    """A store of many records that must be erased now."""
    monkeypatch.setattr(emptying, "BATCHES", {"sqlite": 1000, "postgresql": 1000})
    store, key = cast.store()
    for start in range(0, PRODUCTS, rows.BATCH_ROWS):
        numbers = range(start, min(start + rows.BATCH_ROWS, PRODUCTS))
        rows.write(store.pk, 1, key, [cast.found(cast.product(number)) for number in numbers])
    with transaction.atomic():
        sync.begin(store, RunMode.FULL)
    for place in range(30):
        folder = Path(settings.SPOOL_DIR) / f"{store.ref}-1" / str(place)
        folder.mkdir(parents=True)
        (folder / "left.spool").write_bytes(b"sealed")
    with transaction.atomic():
        return erase.uninstall(Store.objects.get(), "uninstalled", datetime.now(UTC), at_once=True)


def test_four_at_once_end_in_one_receipt_with_the_right_counts(owed: Duty) -> None:
    ready = threading.Barrier(4)
    failed: list[Exception] = []

    def carry() -> None:
        try:
            ready.wait()
            erase.carry(owed.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=carry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    owed.refresh_from_db()
    assert (owed.state, owed.counts) == (
        "done",
        {"rows": PRODUCTS, "runs": 4} | dict.fromkeys(EMPTY, 0),
    )
    receipt = Receipt.objects.get()
    text = receipts.compose(receipt.body, receipt.signature)
    assert receipts.verify(text, configured.signer().public_key_text)
    assert f'"rows":{PRODUCTS}' in receipt.body.replace(" ", "")
    assert owed.key_id in receipt.body
    assert_nothing_is_left()


def assert_nothing_is_left() -> None:
    store = Store.objects.get()
    assert store.state == StoreState.ERASED
    assert configured.keystore().state(store.ref, 1) == "destroyed"
    assert not Row.objects.exclude(kind="gone").exists()
    assert not Run.objects.exists()
    assert not Delivery.objects.exists()
    assert not list(Path(settings.SPOOL_DIR).rglob("*"))


def test_a_worker_that_was_frozen_removes_nothing_and_proves_nothing(owed: Duty) -> None:
    Job.objects.exclude(task="erase.carry").delete()
    job = leases.claim("frozen worker", 60)
    assert job is not None
    Job.objects.filter(pk=job.id).update(lease_no=job.number + 1)  # it was given to another
    assert outcome.attempt(job).end is outcome.End.FENCED
    owed.refresh_from_db()
    assert owed.counts == {}
    assert not Receipt.objects.exists()
    assert Row.objects.filter(kind="product", sealed__isnull=False).count() == PRODUCTS
    assert configured.keystore().state(owed.store_ref, 1) == "live"
    erase.carry(owed.pk)  # the other one
    assert Receipt.objects.count() == 1
    assert_nothing_is_left()
