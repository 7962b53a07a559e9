"""Two stores never meet: whatever a request says, it reaches only the store that is proved."""

import pytest

from connectors.errors import Unsealable
from connectors.models import Delivery, Row, StoreState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant, number

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ours(arrive: Arrive) -> Merchant:
    return arrive().come()


@pytest.fixture
def theirs(arrive: Arrive) -> Merchant:
    return arrive(products=6, orders=9).come()


def rows_of(merchant: Merchant) -> list[tuple[object, ...]]:
    held = Row.objects.filter(store=merchant.store).order_by("pk")
    return [
        (row.pk, row.change, row.version_at, bytes(row.sealed) if row.sealed is not None else None)
        for row in held
    ]


def test_an_event_that_names_another_store_s_things_changes_nothing_of_it(
    ours: Merchant, theirs: Merchant
) -> None:
    before, last = rows_of(theirs), theirs.last_call
    their_product = int(number(theirs.sandbox.products(theirs.shop)[0]["id"]))
    their_order = int(next(iter(theirs.sales())))
    for topic, body in (
        ("products/update", {"id": their_product}),
        ("products/delete", {"id": their_product}),
        ("orders/updated", {"id": their_order}),
        ("orders/delete", {"id": their_order}),
    ):
        assert ours.acknowledged(ours.sandbox.webhook(ours.shop, topic, body=body)) == [200]
    ours.settle()
    assert len(ours.deliveries(kind="product.gone", state="done")) == 1
    assert rows_of(theirs) == before
    assert theirs.calls_since(last) == []
    assert truth.held_products(ours) == truth.products(ours)


def test_a_redaction_of_another_store_s_orders_redacts_none_of_them(ours: Merchant, theirs: Merchant) -> None:
    before = rows_of(theirs)
    body = {
        "shop_id": int(ours.info().store_id),
        "shop_domain": ours.shop,
        "orders_to_redact": [int(each) for each in theirs.sales()],
    }
    ours.sandbox.webhook(ours.shop, "customers/redact", body=body)
    ours.settle()
    assert rows_of(theirs) == before
    assert len(ours.sales()) == 6


@pytest.mark.parametrize("topic", ["app/uninstalled", "shop/redact", "shop/update", "app/scopes_update"])
def test_a_body_about_another_store_than_its_header_is_refused(
    ours: Merchant, theirs: Merchant, topic: str
) -> None:
    info = theirs.info()
    body = {
        "id": int(info.store_id),
        "shop_id": int(info.store_id),
        "shop_domain": theirs.shop,
        "current": ["read_products"],
    }
    sent = ours.sandbox.webhook(ours.shop, topic, body=body)
    assert ours.acknowledged(sent) == [401]
    assert (ours.store.state, theirs.store.state) == (StoreState.ACTIVE, StoreState.ACTIVE)
    assert not Delivery.objects.filter(topic=topic).exists()


def test_a_session_token_opens_its_own_store_alone(ours: Merchant, theirs: Merchant) -> None:
    url = ours.sandbox.load(ours.shop)["url"]
    assert theirs.session.get(url.replace(ours.shop, theirs.shop), timeout=30).status_code == 401


def test_one_store_s_end_leaves_the_other_whole(ours: Merchant, theirs: Merchant) -> None:
    before = rows_of(theirs)
    ours.leave()
    ours.sandbox.advance(hours=49)
    ours.settle()
    assert ours.store.state == StoreState.ERASED
    assert rows_of(theirs) == before
    assert (len(theirs.products()), len(theirs.sales())) == (6, 9)


def test_a_row_moved_to_another_store_does_not_open_there(ours: Merchant, theirs: Merchant) -> None:
    mine = Row.objects.filter(store=ours.store, kind="product").first()
    assert mine is not None
    Row.objects.filter(store=theirs.store, kind="product").update(sealed=mine.sealed)
    with pytest.raises(Unsealable):
        theirs.products()
