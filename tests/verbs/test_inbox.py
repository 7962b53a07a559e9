"""The inbox: what is taken, what is refused, and what must not be left behind."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors import configured, inbox
from connectors.customers import Answer
from connectors.errors import Malformed, Unverified
from connectors.inbox import Taken
from connectors.models import Bar, Delivery, Duty, Grant, Job, Report, Row, Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Delivery as Inbound
from tests import cast

pytestmark = pytest.mark.django_db
SHOPIFY = PLATFORMS["shopify"]
SHOP = {"shop_id": 548380009, "shop_domain": "cedar.myshopify.com"}
PRODUCT = {"id": 788032119674292922, "admin_graphql_api_id": "gid://shopify/Product/788032119674292922"}


def receive(delivery: Inbound) -> Taken:
    return inbox.receive(SHOPIFY, delivery, datetime.now(UTC))


def test_a_verified_delivery_is_written_down_and_queued_in_one_transaction() -> None:
    store, _ = cast.store()
    assert receive(cast.delivery("products/update", PRODUCT)) == Taken.TAKEN
    written = Delivery.objects.get()
    assert (written.store, written.kind, written.state) == (store, "product.changed", "waiting")
    assert Job.objects.filter(task="inbox.drain").count() == 1


def test_the_body_is_not_kept() -> None:
    cast.store()
    body = PRODUCT | {"title": "Canoe paddle", "vendor": "Cedar"}
    receive(cast.delivery("products/update", body))
    sealed = bytes(Delivery.objects.get().sealed or b"")
    assert b"Canoe" not in sealed
    assert b"788032119674292922" not in sealed
    job = Job.objects.get()
    assert "788032119674292922" not in str(job.args)


def test_the_same_delivery_twice_is_one() -> None:
    cast.store()
    delivery = cast.delivery("products/update", PRODUCT)
    assert [receive(delivery), receive(delivery)] == [Taken.TAKEN, Taken.DUPLICATE]
    assert Delivery.objects.count() == 1


def test_many_deliveries_of_a_store_are_one_job() -> None:
    cast.store()
    for number in range(5):
        receive(cast.delivery("products/update", PRODUCT, webhook_id=f"w-{number}"))
    assert Delivery.objects.count() == 5
    assert Job.objects.count() == 1


def test_a_delivery_for_an_unknown_shop_leaves_nothing() -> None:
    cast.store()
    assert receive(cast.delivery("products/update", PRODUCT, shop="birch.myshopify.com")) == Taken.UNKNOWN
    redact = {"shop_id": 1, "shop_domain": "birch.myshopify.com"}
    assert receive(cast.delivery("shop/redact", redact, shop="birch.myshopify.com")) == Taken.UNKNOWN
    assert not Delivery.objects.exists()
    assert not Duty.objects.exists()
    assert Store.objects.count() == 1


def test_a_topic_that_means_nothing_to_us_is_acknowledged_and_left() -> None:
    cast.store()
    assert receive(cast.delivery("themes/publish", {"id": 1})) == Taken.IGNORED
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("delivery", "error"),
    [
        (cast.delivery("products/update", PRODUCT, secret="another-secret"), Unverified),
        (cast.delivery("products/update", b"{not json"), Malformed),
        (cast.delivery("products/update", b'{"id": "x"}'), Malformed),
    ],
    ids=["foreign secret", "broken JSON", "an id that is none"],
)
def test_what_cannot_be_verified_or_read_leaves_nothing(delivery: Inbound, error: type[Exception]) -> None:
    cast.store()
    with pytest.raises(error):
        receive(delivery)
    assert not Delivery.objects.exists()


def test_the_previous_secret_still_verifies() -> None:
    cast.store()
    assert receive(cast.delivery("products/update", PRODUCT, secret=cast.PREVIOUS_SECRET)) == Taken.TAKEN


def test_an_uninstall_ends_the_grant_at_once() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    Grant.objects.create(store=store, epoch=1, sealed=b"sealed", rotated_at=cast.NOON)
    assert receive(cast.delivery("app/uninstalled", {"id": 548380009})) == Taken.TAKEN
    store.refresh_from_db()
    assert store.state == StoreState.QUARANTINED
    assert not Grant.objects.exists()
    duty = Duty.objects.get()
    assert (duty.kind, duty.cause, duty.state) == (Duty.ERASE_STORE, "uninstalled", "asked")
    assert timedelta(hours=47) < duty.due_at - datetime.now(UTC) < timedelta(hours=49)


def test_an_uninstall_that_happened_before_the_install_is_ignored() -> None:
    store, _ = cast.store()
    late = cast.delivery("app/uninstalled", {"id": 548380009}, triggered_at=cast.NOON - timedelta(days=2))
    assert receive(late) == Taken.IGNORED
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE
    assert not Duty.objects.exists()


def test_a_redaction_of_an_older_install_is_ignored() -> None:
    store, _ = cast.store()
    late = cast.delivery("shop/redact", SHOP, triggered_at=cast.NOON - timedelta(days=2))
    assert receive(late) == Taken.IGNORED
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE


def test_a_redaction_makes_the_erasure_due_now() -> None:
    _store, _ = cast.store()
    receive(cast.delivery("app/uninstalled", {"id": 548380009}, webhook_id="w-1"))
    assert receive(cast.delivery("shop/redact", SHOP, webhook_id="w-2")) == Taken.TAKEN
    duty = Duty.objects.get()
    assert duty.due_at <= datetime.now(UTC)
    assert duty.cause == "redact"


def test_a_redaction_without_an_uninstall_is_one_too() -> None:
    store, _ = cast.store()
    assert receive(cast.delivery("shop/redact", SHOP)) == Taken.TAKEN
    store.refresh_from_db()
    assert store.state == StoreState.QUARANTINED
    assert Duty.objects.get().due_at <= datetime.now(UTC)


def test_a_body_about_another_shop_than_the_header_is_refused() -> None:
    store, _ = cast.store()
    store.id_fingerprint = configured.finder().fingerprint("shopify", "id", "548380009")
    store.save()
    with pytest.raises(Unverified):
        receive(cast.delivery("app/uninstalled", {"id": 999}))
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE


def test_a_delivery_to_a_store_in_quarantine_is_acknowledged_and_not_kept() -> None:
    _store, _ = cast.store(state=StoreState.QUARANTINED)
    assert receive(cast.delivery("products/update", PRODUCT)) == Taken.IGNORED
    assert Delivery.objects.get().sealed is None
    assert not Job.objects.exists()


def test_a_customer_s_redaction_in_quarantine_erases_the_whole_store_now() -> None:
    cast.store()
    receive(cast.delivery("app/uninstalled", {"id": 548380009}, webhook_id="w-1"))
    body = SHOP | {"customer": {"id": 1, "email": "ada@example.com"}, "orders_to_redact": [5]}
    receive(cast.delivery("customers/redact", body, webhook_id="w-2"))
    assert Duty.objects.get().due_at <= datetime.now(UTC)


def test_a_customer_s_redaction_removes_the_named_sales_for_good() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.sale(5), cast.sale(6))
    body = SHOP | {"customer": {"id": 1, "email": "ada@example.com"}, "orders_to_redact": [5, 7]}
    receive(cast.delivery("customers/redact", body))
    assert Row.objects.filter(kind="sale", sealed__isnull=False).count() == 1
    assert Bar.objects.count() == 2
    duty = Duty.objects.get()
    assert (duty.kind, duty.state, duty.counts) == (
        Duty.ERASE_SALES,
        "done",
        {"named": 2, "rows": 1, "reports": 0},
    )
    assert duty.receipt.store_ref == store.ref
    assert Delivery.objects.get().sealed is None


def test_a_data_request_is_answered_by_a_sealed_report() -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.sale(5))
    body = SHOP | {
        "customer": {"id": 1, "email": "ada@example.com"},
        "orders_requested": [5, 7],
        "data_request": {"id": 9999},
    }
    receive(cast.delivery("customers/data_request", body))
    report = Report.objects.get()
    answer = key.recall("report", str(report.duty_id), report.sealed, Answer)
    assert (answer.request_id, answer.sales_asked, answer.sales_held) == ("9999", ("5", "7"), (cast.sale(5),))
    assert b"ada@example.com" not in bytes(report.sealed)


def test_a_deliveries_ids_are_forgotten_after_their_memory() -> None:
    cast.store()
    receive(cast.delivery("products/update", PRODUCT))
    later = datetime.now(UTC) + inbox.MEMORY + timedelta(days=1)
    assert inbox.forget(later) == 0  # it still waits
    Delivery.objects.update(state="done")
    assert inbox.forget(later) == 1
