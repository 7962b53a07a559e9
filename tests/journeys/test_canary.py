"""Nothing in clear and nothing too much: what the platform knows is looked for in all that Minta leaves."""

import io
import logging
from collections.abc import Iterator

import msgspec
import pytest

from connectors import grants, sync, work
from connectors.models import Row, RunMode
from tests.journeys import searched
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)

#: Of a customer, or of what a customer wrote.
FORBIDDEN = {
    "Order.customer",
    "Order.email",
    "Order.phone",
    "Order.note",
    "Order.clientIp",
    "Order.customAttributes",
    "Order.billingAddress",
    "Order.shippingAddress",
    "Order.displayAddress",
    "Order.customerLocale",
    "Order.customerJourneySummary",
    "Order.purchasingEntity",
    "Order.poNumber",
    "Order.fulfillments",
    "Order.transactions",
    "LineItem.customAttributes",
}
FORBIDDEN_TYPES = ("Customer.", "MailingAddress.", "CustomerVisit.", "StaffMember.")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return all that is logged, down to what nobody reads."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def busy(arrive: Arrive, log: io.StringIO) -> Merchant:
    """A store to which everything has happened: exports, pages, webhooks of every kind, failures."""
    merchant = arrive(products=None, orders=40)
    sandbox, shop = merchant.sandbox, merchant.shop
    sandbox.fault("broken_json", kind="graphql", store=shop)
    sandbox.fault("cut_line", kind="file")
    merchant.come()
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    made = sandbox.create_product(shop, title="Canary crate 4711", handle="canary-crate-4711")
    sandbox.change_product(shop, made["id"], title="Canary cage 4711", stock=2)
    order = sandbox.create_order(shop)["id"]
    sandbox.change_order(shop, order, note="Canary note: ring at Herr Vogel's", cancelled=True)
    sandbox.create_discount(shop, code="CANARY4711")
    sandbox.change_shop(shop, name="Canary & Sons", email="canary@owner.example", phone="+4930471147110")
    merchant.settle()
    sandbox.fault(
        "status", kind="graphql", store=shop, status=500, body='{"errors": "Canary & Sons"}', times=9
    )
    sync.begin_all(RunMode.SINCE)
    work.engine().drain()
    sandbox.clear_faults()
    merchant.settle()
    sandbox.request_customer(shop)
    sandbox.redact_customer(shop)
    merchant.settle()
    sandbox.change_product(shop, made["id"], title="Canary waiting 4711")
    sandbox.flush()  # verified, written down, not applied yet
    return merchant


def values_of(merchant: Merchant) -> set[str]:
    """Return what the platform knows of a store, and what opens it."""
    sandbox, shop = merchant.sandbox, merchant.shop
    grant, info = grants.live(merchant.store), merchant.info()
    found: set[str | None] = {shop, shop.partition(".")[0], grant.access_token, grant.refresh_token or ""}
    found |= {"Canary & Sons", "canary@owner.example", "+4930471147110", "CANARY4711", "Canary waiting 4711"}
    found |= {info.name, info.email, info.owner_name, info.primary_domain, str(info.address.address1)}
    for product in sandbox.products(shop):
        found |= {product["title"], product["handle"], product["id"]}
        found |= {each["id"].rpartition("/")[2] for each in product["variants"]}
    for held in merchant.products().values():
        found |= {held.description[:40], *(each.sku or "" for each in held.variants)}
        found |= {each.url for each in held.pictures}
    found |= {each["id"].rpartition("/")[2] for each in sandbox.orders(shop)}
    found |= {each["title"] for each in sandbox.discounts(shop)}
    return {each for each in found if each and len(each) >= 6}


def test_nothing_of_a_store_stands_anywhere_in_clear(
    busy: Merchant, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    values, personal = values_of(busy), set(busy.sandbox.personal_values(busy.shop))
    assert len(values) > 150
    assert len(personal) > 20
    assert Row.objects.filter(sealed__isnull=False).count() > 60
    assert "tries again" in log.getvalue()  # it was there to be searched
    places = searched.everything(log.getvalue() + "".join(capfd.readouterr()))
    assert len(places) > 15
    assert searched.found(places, values | personal) == []

    busy.leave()
    busy.sandbox.advance(hours=49)
    busy.settle()
    assert busy.store.state == "erased"
    places = searched.everything(log.getvalue() + "".join(capfd.readouterr()))
    assert searched.found(places, values | personal) == []


def test_nothing_of_a_customer_is_asked_for_or_held(busy: Merchant) -> None:
    work.engine().drain()
    asked = busy.sandbox.fields_asked(busy.shop)
    assert "Order.totalPriceSet" in asked
    assert not asked & FORBIDDEN
    assert not [each for each in asked if each.startswith(FORBIDDEN_TYPES)]
    held = {str(_plain(each)) for kind in sync.KINDS for each in busy.held(kind)}
    personal = set(busy.sandbox.personal_values(busy.shop))
    assert not [value for value in personal if any(value in record for record in held)]


def test_the_search_finds_what_does_stand_somewhere(merchant: Merchant) -> None:
    merchant.come()
    title = merchant.sandbox.products(merchant.shop)[0]["title"]
    Row.objects.filter(kind="product").update(sealed=b"x" + title.encode() + b"y")
    hits = searched.found(searched.everything("nothing"), {title})
    assert any(hit.startswith("table connectors_row") for hit in hits)


def _plain(record: object) -> object:
    return msgspec.to_builtins(record)
