"""Arriving: the app is opened, the store installed once, and the page shows what is held."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from connectors.models import Grant, Run, Store, StoreState
from connectors.policy.retention import OLDER
from tests.journeys.across.conftest import SIDES, Open
from tests.journeys.across.side import Side
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


def frames(answer: requests.Response) -> set[str]:
    """Return who may frame an answer."""
    directives = answer.headers["Content-Security-Policy"].split("; ")
    (said,) = (each.split()[1:] for each in directives if each.startswith("frame-ancestors"))
    return set(said)


def test_opening_installs_once_and_the_page_shows_what_is_held(merchant: Merchant, side: Side) -> None:
    page = merchant.open()
    assert page.status_code == 200
    assert frames(page) == side.framed_by(merchant)
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 1)
    assert "The first reading is under way" in page.text
    merchant.settle()
    page = merchant.open()
    assert page.status_code == 200
    assert all(each.title in page.text for each in merchant.products().values())
    assert merchant.info().name in page.text
    assert Store.objects.count() == Grant.objects.count() == 1
    assert Run.objects.count() == 4
    assert not page.cookies
    others = {"Shopify", "BigCommerce", "Wix"} - {"Wix" if side.platform == "wix" else "BigCommerce"}
    assert not [each for each in others if each in page.text]


def test_what_is_held_is_what_is_there(open_store: Open, side: Side) -> None:
    merchant = open_store(side, products=6, orders=24).come()
    side.assert_as_there(merchant)
    assert len(merchant.products()) >= 5
    assert len(merchant.sales()) >= 8
    assert len(merchant.offers()) >= 6
    for kind, run in merchant.runs().items():
        # BigCommerce shows sales that are older than sales are kept; nothing else is refused.
        reasons = {OLDER: run.refused} if run.refused and kind == "sale" else {}
        assert (run.state, run.parsed, run.reasons) == ("done", run.kept + run.refused, reasons), kind
        assert len(merchant.held(kind)) == run.kept


def test_many_openings_at_once_make_one_store(merchant: Merchant) -> None:
    def open_it(_: int) -> int:
        with requests.Session() as browser:
            browser.trust_env = False
            return browser.get(merchant.sandbox.load(merchant.shop)["url"], timeout=60).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(open_it, range(4)))
    assert set(answers) == {200}
    merchant.settle()
    assert Store.objects.count() == Grant.objects.count() == 1
    assert merchant.store.epoch == 1
    assert {run.state for run in Run.objects.all()} == {"done"}


class TestBigCommerce:
    """The proof is in an address that must not stay: a ticket takes its place."""

    @pytest.fixture
    def side(self) -> Side:
        return SIDES[0]

    def test_the_page_lives_on_a_ticket_and_then_on_a_bearer(self, merchant: Merchant) -> None:
        merchant.come()
        load = merchant.sandbox.load(merchant.shop)["url"]
        first = merchant.session.get(load, timeout=30, allow_redirects=False)
        assert first.status_code == 302
        ticket = first.headers["Location"]
        assert urlsplit(ticket).path == "/bigcommerce/"
        assert "signed_payload_jwt" not in ticket
        home = f"{urlsplit(load).scheme}://{urlsplit(load).netloc}"
        page = merchant.session.get(home + ticket, timeout=30)
        assert page.status_code == 200
        again = merchant.session.get(home + ticket, timeout=30)
        assert again.status_code == 401
        assert merchant.session.get(load, timeout=30).status_code == 401  # the proof is spent too
        bearer = re.search(r'name="minta-bearer" content="([^"]+)"', page.text)
        assert bearer is not None
        alone = merchant.session.get(
            f"{home}/bigcommerce/", headers={"Authorization": f"Bearer {bearer[1]}"}, timeout=30
        )
        assert alone.status_code == 200
        onward = re.search(r'class="action" href="([^"]+)"', page.text)
        assert onward is not None
        assert merchant.session.get(urljoin(page.url, onward[1]), timeout=30).status_code == 200
        assert merchant.session.get(f"{home}/bigcommerce/", timeout=30).status_code == 401

    def test_an_install_from_outside_ends_on_the_platform_s_own_page(self, merchant: Merchant) -> None:
        url = merchant.sandbox.look(merchant.shop, "load", external="1")["url"]
        done = merchant.session.get(url, timeout=30)
        assert done.url.startswith(merchant.sandbox.base_url)
        assert done.url.endswith("/install/succeeded")
        merchant.settle()
        assert merchant.store.state == StoreState.ACTIVE
        assert merchant.products()


def test_a_proof_of_one_platform_is_none_at_another(open_store: Open, side: Side) -> None:
    merchant = open_store(side)
    elsewhere = next(each for each in SIDES if each.platform != side.platform)
    open_store(elsewhere)
    url = merchant.sandbox.load(merchant.shop)["url"]
    path = urlsplit(url).path
    other = "/bigcommerce/load" if side.platform == "wix" else "/wix/"
    assert merchant.session.get(url.replace(path, other, 1), timeout=30).status_code in (400, 401)
