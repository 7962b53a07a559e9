"""Nothing in clear and nothing too much: what the platform knows is looked for in all that Minta leaves."""

import io

import msgspec
import pytest
import requests

from connectors import erase, feedkeys, sync
from connectors.models import Duty, Row, RunMode, StoreState
from tests.journeys import searched
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.merchant import Merchant
from tests.journeys.test_canary import log as log

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(open_store: Open, side: Side, log: io.StringIO) -> Merchant:
    """A store to which everything has happened: pages, words of every kind, failures."""
    merchant = open_store(side, products=3, orders=14)
    sandbox, shop = merchant.sandbox, merchant.shop
    sandbox.fault("broken_json", kind="api" if side.platform == "bigcommerce" else "orders", store=shop)
    merchant.come()
    made = sandbox.create_product(shop, title="Canary crate 4711", handle="canary-crate-4711")
    sandbox.change_product(shop, str(made["id"]), title="Canary cage 4711", stock=2)
    order = str(sandbox.create_order(shop)["id"])
    sandbox.change_order(shop, order, note="Canary note: ring at Herr Vogel's", cancelled=True)
    sandbox.create_discount(shop, title="Canary offer 4711")
    sandbox.change_shop(shop, name="Canary & Sons", phone="+4930471147110")
    if side.platform == "wix":  # with the whole order, buyer and all, in its body
        sandbox.control(shop, "order/event", id=order, slug="updated")
    merchant.settle()
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    sandbox.change_product(shop, str(made["id"]), title="Canary waiting 4711")
    sandbox.flush()  # verified, written down, not applied yet
    return merchant


def values_of(merchant: Merchant) -> set[str]:
    """Return what the platform knows of a store, and what opens it."""
    known = {*merchant.sandbox.merchant_values(merchant.shop), *merchant.sandbox.tokens(merchant.shop)}
    return {each for each in known | {merchant.shop} if len(each) >= 6}


def feed(url: str) -> str:
    """Return all that the pipeline may read."""
    headers = {"Authorization": f"Bearer {feedkeys.make('canary', 'videos').token}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}/feed/v1/changes", headers=headers, timeout=60).text


def test_nothing_of_a_store_stands_anywhere_in_clear_and_nothing_of_a_buyer_at_all(
    busy: Merchant, log: io.StringIO, capfd: pytest.CaptureFixture[str], app_url: str
) -> None:
    values, personal = values_of(busy), set(busy.sandbox.personal_values(busy.shop))
    personal |= {"Canary note: ring at Herr Vogel's"}
    assert len(values) > 25
    assert len(personal) > 20
    assert {"Canary & Sons", "Canary waiting 4711"} <= values
    places = searched.everything(log.getvalue() + "".join(capfd.readouterr()))
    assert len(places) > 15
    assert Row.objects.filter(sealed__isnull=False).count() > 20
    assert searched.found(places, values | personal) == []

    held = "".join(str(msgspec.to_builtins(each)) for kind in sync.KINDS for each in busy.held(kind))
    shown = {"records": held.encode(), "page": busy.open().content, "feed": feed(app_url).encode()}
    assert b"Canary cage 4711" in shown["feed"]  # the search would have found it
    assert searched.found(shown, personal) == []

    busy.leave()
    erase.hasten(Duty.objects.get().pk)
    busy.settle()
    assert busy.store.state == StoreState.ERASED
    places = searched.everything(log.getvalue() + "".join(capfd.readouterr()))
    assert searched.found(places, values | personal) == []
