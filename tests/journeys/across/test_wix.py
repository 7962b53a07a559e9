"""What happens at Wix alone: installs that are announced, clones, a catalog that moves or is not there."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from connectors import configured, receipts, sync
from connectors.models import Duty, Grant, Receipt, Row, Run, RunMode, RunState, Store, StoreState
from connectors.platforms.wix import catalog_v1, catalog_v3
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.across.wix import WixV1, WixV3
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def side() -> Side:
    return WixV3()


@pytest.fixture
def merchant(open_store: Open, side: Side) -> Merchant:
    """Return a merchant who has not installed the app."""
    return open_store(side, products=2, orders=3)


def test_the_announced_install_is_one_before_anybody_opens_the_app(merchant: Merchant, side: Side) -> None:
    merchant.sandbox.control(merchant.shop, "install", copies=2)
    merchant.sandbox.flush()
    assert merchant.store.state == StoreState.ACTIVE
    assert merchant.calls() == []  # a delivery waits for no call
    merchant.settle()
    side.assert_as_there(merchant)
    assert merchant.open().status_code == 200
    assert merchant.store.epoch == 1
    assert Run.objects.count() == 4


@pytest.mark.parametrize("first", ["dashboard", "word", "both"])
def test_dashboard_and_word_make_one_install_in_any_order(merchant: Merchant, side: Side, first: str) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    if first == "dashboard":
        with sandbox.held():
            assert merchant.open().status_code == 200
    elif first == "word":
        sandbox.install(shop)
        sandbox.flush()
        assert merchant.open().status_code == 200
    else:
        with ThreadPoolExecutor(2) as pool:
            told = pool.submit(sandbox.control, shop, "install", copies=3)
            assert merchant.open().status_code == 200
            told.result()
    merchant.settle()
    assert Store.objects.count() == Grant.objects.count() == 1
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 1)
    assert {run.state for run in Run.objects.all()} == {RunState.DONE}
    side.assert_as_there(merchant)


def test_after_the_removal_no_token_is_minted(merchant: Merchant) -> None:
    merchant.come()
    with merchant.sandbox.held():
        merchant.sandbox.uninstall(merchant.shop)
        last = merchant.last_call
        sync.begin_all(RunMode.SINCE)
        while merchant.work_once().total:
            pass
        refused = [each for each in merchant.calls_since(last) if each["kind"] == "token"]
        assert refused
        assert {each["status"] for each in refused} <= {400, 401, 403}
        assert merchant.store.state == StoreState.REAUTH
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED


def test_a_site_that_is_deleted_is_erased_at_once(merchant: Merchant) -> None:
    merchant.come()
    merchant.sandbox.control(merchant.shop, "site/delete")
    merchant.settle()
    assert merchant.store.state == StoreState.ERASED
    assert Duty.objects.get().cause == "redact"
    assert Receipt.objects.count() == 1


def test_a_clone_is_a_new_store_with_nothing_of_the_other(merchant: Merchant, side: Side) -> None:
    merchant.come()
    before = {row.pk: row.change for row in Row.objects.filter(store=merchant.store)}
    made = merchant.sandbox.control(merchant.shop, "clone")
    twin = Merchant(merchant.sandbox, str(made["key"]), merchant.session, 0, "wix")
    merchant.sandbox.change_product(twin.shop, title="Only in the copy")
    twin.settle()
    assert twin.store.ref != merchant.store.ref
    assert twin.products().keys() == merchant.products().keys()  # a clone keeps the ids
    assert "Only in the copy" in {each.title for each in twin.products().values()}
    assert {row.pk: row.change for row in Row.objects.filter(store=merchant.store)} == before
    assert not twin.sales()
    side.assert_as_there(twin)
    side.assert_as_there(merchant)
    twin.leave()
    assert merchant.store.state == StoreState.ACTIVE
    assert twin.store.state == StoreState.QUARANTINED


def test_an_anonymised_order_goes_for_good_and_a_product_is_read_anew(merchant: Merchant) -> None:
    merchant.come()
    sandbox, shop = merchant.sandbox, merchant.shop
    topics = sandbox.app()["topics"]
    sandbox.app(topics=[*topics, "wix.ecom.v1.order_updated"])
    order = next(iter(merchant.sales()))
    product, gone = (str(each["id"]) for each in sandbox.products(shop)[:2])
    offer = next(iter(merchant.offers()))
    row = Row.objects.get(kind="product", fingerprint=merchant.key.fingerprint("product", product))
    sandbox.control(shop, "anonymize", order=order)
    sandbox.control(shop, "anonymize", product=product)
    sandbox.control(shop, "anonymize", product=gone, deleted=True)
    sandbox.control(shop, "anonymize", discount=offer, deleted=True)
    sandbox.app(topics=topics)
    merchant.settle()
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert order not in merchant.sales()
    assert merchant.products().keys() == {product}
    assert offer not in merchant.offers()
    now = Row.objects.get(kind="product", fingerprint=merchant.key.fingerprint("product", product))
    assert now.change > row.change
    assert merchant.runs()["sale"].reasons == {"redacted": 1}
    chain = [receipts.compose(each.body, each.signature) for each in Receipt.objects.order_by("number")]
    assert len(chain) == 4
    assert receipts.verify_chain(chain, configured.signer().public_key_text)


def test_a_site_without_a_shop_is_an_empty_store_until_it_has_one(open_store: Open, side: Side) -> None:
    merchant = open_store(side, products=2, orders=0, handle=f"no-shop-{timezone.now().timestamp()}-blank")
    merchant.come()
    assert {run.state for run in merchant.runs().values()} == {RunState.DONE}
    assert merchant.products() | merchant.sales() | merchant.offers() == {}
    assert merchant.info().has_storefront is False
    assert "There is no shop in this store yet" in merchant.open().text
    merchant.sandbox.control(merchant.shop, "catalog", version="V3_CATALOG")
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert len(merchant.products()) == 2
    side.assert_as_there(merchant)
    assert "There is no shop" not in merchant.open().text


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_v1, "PAGE", 2)
    monkeypatch.setattr(catalog_v3, "PAGE", 2)


@pytest.mark.usefixtures("_small_pages")
def test_a_catalog_that_moves_while_it_is_read_ends_complete_with_no_doubles(open_store: Open) -> None:
    merchant = open_store(WixV1(), products=5, orders=2)
    merchant.open()
    merchant.sandbox.fault("status", kind="v1-products", operation="$gt", status=503, times=9)
    for _ in range(4):
        merchant.work_once()
    assert 0 < merchant.runs()["product"].parsed < 5
    merchant.sandbox.clear_faults()
    merchant.sandbox.control(merchant.shop, "catalog", version="V3_CATALOG")
    merchant.settle()
    for _ in range(2):
        sync.tend(timezone.now())
        merchant.settle()
    assert merchant.runs()["product"].state == RunState.DONE
    assert len(merchant.products()) == 5
    assert Row.objects.filter(store=merchant.store, kind="product").count() == 5
    WixV3().assert_as_there(merchant)
