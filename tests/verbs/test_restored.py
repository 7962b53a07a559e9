"""A database from before an erasure, put back beside a key store that knows of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from connectors import configured, drain, erase, inbox, sync
from connectors.inbox import Taken
from connectors.models import Bar, Delivery, Duty, Receipt, Report, Row, Run, RunMode, Store, StoreState
from connectors.platforms import PLATFORMS
from tests import cast

pytestmark = pytest.mark.django_db
SHOP = {"shop_id": 548380009, "shop_domain": "cedar.myshopify.com"}
PRODUCT = {"id": 5, "admin_graphql_api_id": "gid://shopify/Product/5"}


@pytest.fixture
def restored() -> Store:
    """A store that was erased, and is back as it was before."""
    store, key = cast.store()
    cast.keep(store, key, cast.product(), cast.sale(5))
    configured.keystore().destroy(store.ref, 1)
    configured.keystore().turn_over()
    return store


def receive(topic: str, body: dict[str, Any]) -> Taken:
    delivery = cast.delivery(topic, body, webhook_id=topic)
    return inbox.receive(PLATFORMS["shopify"], delivery, datetime.now(UTC))


def test_a_change_is_acknowledged_and_not_kept(restored: Store) -> None:
    assert receive("products/update", PRODUCT) == Taken.IGNORED
    written = Delivery.objects.get()
    assert (written.store, written.state, written.sealed) == (restored, "ignored", None)


def test_an_uninstall_ends_in_another_erasure(restored: Store) -> None:
    assert receive("app/uninstalled", {"id": 548380009}) == Taken.TAKEN
    assert receive("shop/redact", SHOP) == Taken.TAKEN
    assert_erased_again(restored)


def test_a_customer_s_redaction_erases_what_nobody_can_open(restored: Store) -> None:
    assert receive("customers/redact", SHOP | {"orders_to_redact": [5]}) == Taken.TAKEN
    assert Bar.objects.count() == 1
    assert_erased_again(restored)


def test_a_customer_s_question_is_answered_with_nothing(restored: Store) -> None:
    asked = {"orders_requested": [5], "data_request": {"id": 9}}
    assert receive("customers/data_request", SHOP | asked) == Taken.TAKEN
    assert Duty.objects.get().counts == {"named": 1, "readable": 0}
    assert not Report.objects.exists()


def assert_erased_again(store: Store) -> None:
    duty = Duty.objects.get(kind=Duty.ERASE_STORE)
    erase.put_aside(duty.pk)
    erase.carry(duty.pk)
    store.refresh_from_db()
    assert store.state == StoreState.ERASED
    assert not Row.objects.exclude(kind="gone").exists()
    assert Receipt.objects.get().duty == duty


def test_a_store_whose_key_was_destroyed_is_erased_again_by_itself(restored: Store) -> None:
    live, key = cast.store("birch.myshopify.com")
    cast.keep(live, key, cast.product())
    now = datetime.now(UTC)
    erase.leave_restored(now)
    duty = Duty.objects.get()
    assert (duty.store_ref, duty.cause, duty.due_at) == (restored.ref, "restored", now)
    live.refresh_from_db()
    assert live.state == StoreState.ACTIVE
    Row.objects.filter(store=live).delete()
    assert_erased_again(restored)
    erase.leave_restored(now)
    assert Duty.objects.count() == 1


def test_a_store_that_is_in_a_later_epoch_is_left_alone(restored: Store) -> None:
    Store.objects.update(epoch=2)
    configured.keystore().create(restored.ref, 2)
    erase.leave_restored(datetime.now(UTC))
    assert Store.objects.get().state == StoreState.ACTIVE
    assert not Duty.objects.exists()


def test_what_was_under_way_ends_and_asks_the_platform_nothing(restored: Store) -> None:
    now = datetime.now(UTC)
    with transaction.atomic():
        runs = sync.begin(restored, RunMode.FULL)
    for run in runs:
        sync.step(run.pk)
    assert {(run.state, run.error.partition(":")[0]) for run in Run.objects.all()} == {
        ("failed", "GrantRevoked")
    }
    Delivery.objects.create(
        platform="shopify",
        fingerprint=b"f" * 16,
        store=restored,
        epoch=1,
        topic="products/update",
        kind="product.changed",
        occurred_at=now,
        received_at=now,
        due_at=now,
        sealed=b"of before",
    )
    drain.drain(restored.pk)
    left = Delivery.objects.get()
    assert (left.state, left.sealed) == ("ignored", None)


def test_a_store_that_is_open_again_beside_its_erasure_is_erased_with_another_receipt(
    restored: Store,
) -> None:
    erase.leave_restored(datetime.now(UTC))
    erase.carry(Duty.objects.get().pk)
    Store.objects.update(state=StoreState.ACTIVE)  # the store's table alone was put back
    erase.leave_restored(datetime.now(UTC))
    again = Duty.objects.latest("pk")
    assert (Duty.objects.count(), again.state) == (2, "asked")
    erase.carry(again.pk)
    restored.refresh_from_db()
    assert restored.state == StoreState.ERASED
    assert Receipt.objects.count() == 2
