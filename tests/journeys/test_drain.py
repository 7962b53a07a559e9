"""Applying what waits: a delivery that cannot be applied holds up no other; a fault of ours loses none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import rows, work
from connectors.models import Delivery, DeliveryState, Job, Row, StoreState
from connectors.platforms.base import Event, EventKind
from tests import cast
from tests.journeys import truth
from tests.journeys.merchant import Merchant, number
from tests.verbs.test_customers import ruin, take_away

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 1000
#: What is wrong is said at once, without the waits of a second and third try.
AT_ONCE = {"Retry-After": "1"}


@pytest.fixture(autouse=True)
def _installed(merchant: Merchant) -> None:
    merchant.come()


@pytest.fixture
def changed(merchant: Merchant) -> list[str]:
    """Change three products; Minta has heard of it and applied nothing yet. Oldest first."""
    ids = [str(each["id"]) for each in merchant.sandbox.products(merchant.shop)[:3]]
    for place, each in enumerate(ids):
        merchant.sandbox.change_product(merchant.shop, each, title=f"Changed {place}")
        merchant.sandbox.flush()
    return ids


def waiting(merchant: Merchant) -> list[Delivery]:
    return merchant.deliveries(state=DeliveryState.WAITING)


def titles(merchant: Merchant, ids: list[str]) -> list[str]:
    held = merchant.products()
    return [held[number(each)].title for each in ids]


def fall_due() -> None:
    """Let the time pass that put off deliveries and jobs wait for."""
    now = datetime.now(UTC)
    Delivery.objects.filter(state=DeliveryState.WAITING).update(due_at=now)
    Job.objects.filter(state="ready", task="inbox.drain").update(run_at=now)


def test_a_delivery_that_does_not_open_ends_and_holds_up_no_other(
    merchant: Merchant, changed: list[str]
) -> None:
    damaged = waiting(merchant)[0]
    Delivery.objects.filter(pk=damaged.pk).update(sealed=b"damaged")
    assert merchant.work_once().dead == 0
    assert titles(merchant, changed)[1:] == ["Changed 1", "Changed 2"]
    damaged.refresh_from_db()
    assert (damaged.state, damaged.reason.partition(":")[0]) == (DeliveryState.FAILED, "Unsealable")
    assert damaged.sealed is None
    assert not waiting(merchant)


def test_a_fault_of_any_class_puts_one_delivery_off_longer_each_time(
    merchant: Merchant, changed: list[str]
) -> None:
    strange = waiting(merchant)[0]
    told = Event(EventKind.NOTHING, merchant.shop, "1", "unheard/of", ids=("31337",))
    sealed = merchant.key.keep("delivery", bytes(strange.fingerprint), told)
    Delivery.objects.filter(pk=strange.pk).update(sealed=sealed)
    waits = []
    for attempts in (1, 2, 3):
        fall_due()
        merchant.work_once()
        strange.refresh_from_db()
        assert (strange.state, strange.attempts) == (DeliveryState.WAITING, attempts)
        assert strange.reason == "KeyError"
        waits.append(strange.due_at - datetime.now(UTC))
    assert timedelta(0) < waits[0] < waits[1] < waits[2]
    assert titles(merchant, changed)[1:] == ["Changed 1", "Changed 2"]
    assert [each.pk for each in waiting(merchant)] == [strange.pk]
    # It is looked at again when it is due, and not all the time.
    (job,) = Job.objects.filter(task="inbox.drain", state="ready")
    assert job.run_at > datetime.now(UTC) + waits[1]


def test_one_thing_that_the_platform_breaks_on_holds_up_no_other(
    merchant: Merchant, changed: list[str]
) -> None:
    merchant.sandbox.fault(
        "status", kind="graphql", store=merchant.shop, operation=changed[0], times=MANY, headers=AT_ONCE
    )
    merchant.work_once()
    fall_due()
    Delivery.objects.filter(attempts=1).update(due_at=datetime.now(UTC) + timedelta(seconds=2))
    merchant.work_once()
    assert titles(merchant, changed)[1:] == ["Changed 1", "Changed 2"]
    (left,) = waiting(merchant)
    assert (left.attempts, left.reason.partition(":")[0]) == (1, "Unavailable")
    merchant.sandbox.clear_faults()
    fall_due()
    merchant.work_once()
    assert titles(merchant, changed) == ["Changed 0", "Changed 1", "Changed 2"]


def test_a_thing_that_cannot_be_read_ends_alone_and_says_why(merchant: Merchant, changed: list[str]) -> None:
    merchant.sandbox.fault("data_null", kind="graphql", store=merchant.shop, operation=changed[0], times=MANY)
    merchant.work_once()
    (failed,) = merchant.deliveries(state=DeliveryState.FAILED)
    assert (failed.reason.partition(":")[0], failed.sealed) == ("BadAnswer", None)
    assert titles(merchant, changed)[1:] == ["Changed 1", "Changed 2"]
    assert not waiting(merchant)


ENDS: dict[str, tuple[dict[str, Any], StoreState]] = {
    "throttled": ({"status": 429, "headers": {"Retry-After": "60"}}, StoreState.ACTIVE),
    "away": ({"status": 503, "headers": AT_ONCE}, StoreState.ACTIVE),
    "closed": ({"status": 423}, StoreState.CLOSED),
    "refused": ({"status": 401}, StoreState.REAUTH),
}


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(("fault", "state"), ENDS.values(), ids=ENDS)
def test_a_platform_that_answers_nothing_ends_the_pass_and_fails_no_delivery(
    merchant: Merchant, fault: dict[str, Any], state: StoreState
) -> None:
    merchant.sandbox.fault("status", kind="graphql", store=merchant.shop, times=MANY, **fault)
    last = merchant.last_call
    merchant.work_once()
    assert merchant.store.state == state
    assert len(waiting(merchant)) == 3
    assert len([each for each in merchant.calls_since(last) if each["kind"] == "graphql"]) <= 2
    assert Job.objects.filter(task="inbox.drain", state="dead").count() == 0


def test_what_waited_for_the_merchant_is_applied_when_they_come(
    merchant: Merchant, changed: list[str]
) -> None:
    merchant.sandbox.expire_tokens(merchant.shop, refresh=True)
    merchant.work_once()
    assert merchant.store.state == StoreState.REAUTH
    assert titles(merchant, changed) != ["Changed 0", "Changed 1", "Changed 2"]
    assert len(waiting(merchant)) == 3
    last = merchant.last_call
    work.engine().drain(ticks=True)  # nothing of it is asked for meanwhile
    assert merchant.calls_since(last) == []
    assert len(waiting(merchant)) == 3
    merchant.come()
    assert {each.state for each in merchant.deliveries(kind="product.changed")} == {"done"}
    assert titles(merchant, changed) == ["Changed 0", "Changed 1", "Changed 2"]


@pytest.mark.parametrize("spoil", [ruin, take_away])
def test_a_key_store_that_fails_ends_nothing_that_was_acknowledged(
    merchant: Merchant, changed: list[str], settings: Any, spoil: Callable[[Path], Callable[[], object]]
) -> None:
    # It fails while the first thing is being read.
    mends: list[Callable[[], object]] = []
    with merchant.meanwhile("graphql", lambda: mends.append(spoil(settings.KEYSTORE_PATH))):
        merchant.work_once()
    mends[0]()
    put_off = waiting(merchant)
    assert [each.attempts for each in put_off] == [1, 1]
    assert all(each.sealed for each in put_off)
    assert not merchant.deliveries(state=DeliveryState.FAILED)
    # And now it fails before anything is read.
    fall_due()
    mend = spoil(settings.KEYSTORE_PATH)
    merchant.work_once()
    mend()
    assert [each.attempts for each in waiting(merchant)] == [1, 1]
    Job.objects.filter(task="inbox.drain").delete()
    work.engine().drain(datetime.now(UTC) + timedelta(hours=1), ticks=True)
    assert titles(merchant, changed) == ["Changed 0", "Changed 1", "Changed 2"]
    # A full read has begun by its time too, and its export's end may have been announced just now.
    assert {each.topic for each in waiting(merchant)} <= {"bulk_operations/finish"}


def test_a_sale_that_is_too_old_to_be_shown_is_kept_until_it_is_deleted(merchant: Merchant) -> None:
    old = next(each for each in merchant.sandbox.orders(merchant.shop) if not each["visible"])
    sale_id = number(old["id"])
    was = datetime.now(UTC) - timedelta(days=75)  # Shopify shows 60 days, we keep 90
    sale = cast.sale(int(sale_id), created_at=was, updated_at=was)
    rows.write(merchant.store.pk, 1, merchant.key, [cast.found(sale)])
    merchant.sandbox.webhook(merchant.shop, "orders/updated", body={"id": int(sale_id)}, webhook_id="u")
    merchant.settle()
    assert merchant.sales()[sale_id] == sale
    merchant.sandbox.webhook(merchant.shop, "orders/delete", body={"id": int(sale_id)}, webhook_id="d")
    merchant.settle()
    assert sale_id not in merchant.sales()
    row = Row.objects.get(kind="sale", fingerprint=merchant.key.fingerprint("sale", sale_id))
    assert (row.sealed, row.dated_at) == (None, None)
    assert truth.held_sales(merchant) == truth.sales(merchant)


def test_a_newer_word_without_a_report_keeps_the_older_word_s_report(merchant: Merchant) -> None:
    shop = merchant.shop
    store_id = int(merchant.sandbox.store(shop)["number"])
    now = datetime.now(UTC)

    def say(seconds_ago: int, **fields: Any) -> None:
        merchant.sandbox.webhook(
            shop,
            "shop/update",
            body={"id": store_id, **fields},
            triggered_at=(now - timedelta(seconds=seconds_ago)).isoformat(),
            webhook_id=f"said-{seconds_ago}",
        )
        merchant.sandbox.flush()

    def reported() -> str | None:
        known = merchant.info().reported
        return known.google_apps_domain if known else None

    # At once, in disorder: the newer says nothing of it.
    say(10)
    say(20, google_apps_domain="twenty.example")
    assert len(waiting(merchant)) == 2
    merchant.settle()
    assert reported() == "twenty.example"
    # One after the other.
    say(5)
    merchant.settle()
    assert reported() == "twenty.example"
    # An older report comes later than a newer one, at once and one after the other.
    say(3, google_apps_domain="three.example")
    say(4, google_apps_domain="four.example")
    merchant.settle()
    assert reported() == "three.example"
    say(30, google_apps_domain="thirty.example")
    merchant.settle()
    assert reported() == "three.example"
    # A newer one that says something else leaves what it does not say, at once and one after the other.
    say(7, google_apps_domain="seven.example")
    say(2, finances=True)
    merchant.settle()
    assert reported() == "three.example"
    say(1, password_enabled=False)
    say(0, google_apps_domain=None)
    merchant.settle()
    assert reported() is None
    known = merchant.info().reported
    assert known is not None
    assert (known.finances, known.password_enabled) == (True, False)
