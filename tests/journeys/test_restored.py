"""A backup of the database, from before an erasure, put back: nothing of it is seen again."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from connectors import configured, receipts, work
from connectors.models import Delivery, Duty, Grant, Receipt, Row, Run, Store, StoreState
from tests.journeys import truth
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)
MODELS: tuple[type[Model], ...] = (Store, Grant, Run, Row, Delivery, Duty, Receipt)


def backed_up() -> dict[type[Model], list[Any]]:
    return {model: list(model._default_manager.all()) for model in MODELS}


@transaction.atomic
def put_back(backup: dict[type[Model], list[Any]]) -> None:
    for model in reversed(MODELS):
        model._default_manager.all().delete()
    for model, rows in backup.items():
        model._default_manager.bulk_create(rows)


@pytest.fixture
def restored(merchant: Merchant, settings: Any) -> Merchant:
    """A merchant who was erased, in a database that does not know it."""
    settings.QUARANTINE_HOURS = 0
    merchant.come()
    backup = backed_up()
    merchant.leave()
    assert merchant.store.state == StoreState.ERASED
    put_back(backup)
    assert merchant.store.state == StoreState.ACTIVE
    assert Row.objects.filter(sealed__isnull=False).count() > 10
    return merchant


def test_a_merchant_who_comes_back_begins_anew_and_the_old_is_erased_again(restored: Merchant) -> None:
    restored.come()
    assert restored.store.epoch == 2
    assert truth.held_products(restored) == truth.products(restored)
    assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()
    duty = Duty.objects.get(kind=Duty.ERASE_STORE)
    assert (duty.epoch, duty.state, duty.cause) == (1, "done", "reinstalled")
    receipt = Receipt.objects.get()
    text = receipts.compose(receipt.body, receipt.signature)
    assert receipts.verify(text, configured.signer().public_key_text)


def test_an_epoch_that_was_spent_meanwhile_is_passed_over(restored: Merchant) -> None:
    configured.keystore().destroy(restored.store.ref, 2)  # the merchant had come back and left once more
    restored.come()
    assert restored.store.epoch == 3
    assert truth.held_products(restored) == truth.products(restored)


def test_no_delivery_and_no_tick_fails_or_brings_anything_back(restored: Merchant) -> None:
    last, shop = restored.last_call, restored.shop
    number = int(restored.sandbox.store(shop)["number"])
    named = {"shop_id": number, "shop_domain": shop}
    for topic, body in (
        ("products/update", {"id": 1}),
        ("orders/delete", {"id": 1}),
        ("customers/data_request", named | {"orders_requested": [1], "data_request": {"id": 5}}),
        ("customers/redact", named | {"orders_to_redact": [1]}),
        ("shop/redact", named),
    ):
        sent = restored.sandbox.webhook(shop, topic, body=body)
        assert restored.acknowledged(sent) == [200] * len(sent)
    work.engine().drain(ticks=True)
    restored.settle()
    assert restored.store.state == StoreState.ERASED
    assert not Row.objects.exclude(kind="gone").exists()
    assert restored.calls_since(last) == []


def test_a_tick_alone_erases_it_again(restored: Merchant) -> None:
    work.engine().drain(ticks=True)
    restored.settle()
    assert restored.store.state == StoreState.ERASED
    assert Duty.objects.get().cause == "restored"
    assert Receipt.objects.count() == 1
