"""What happens at BigCommerce alone: hooks, users, an owner who changes, a store that is shut."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from connectors import subscribe, sync, work
from connectors.models import Duty, Person, RunMode, StoreState
from connectors.platforms.bigcommerce.topics import HOOKS
from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.merchant import Merchant, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

#: Proofs tell whole seconds.
_A_SECOND = timedelta(seconds=1)


@pytest.fixture
def side() -> Side:
    return BigCommerceSide()


@pytest.fixture
def merchant(open_store: Open, side: Side) -> Merchant:
    """Return a merchant whose store is held."""
    return open_store(side, products=2, orders=2).come()


def hooks(merchant: Merchant) -> list[dict[str, Any]]:
    """Return the hooks that the store has."""
    return list(merchant.sandbox.look(merchant.shop, "hooks")["hooks"])


def reconcile(merchant: Merchant) -> None:
    """Let the daily look at the hooks happen."""
    subscribe.begin_all()
    merchant.settle()


def users(merchant: Merchant) -> list[int]:
    """Return who may open the app, the owner first."""
    listed = merchant.sandbox.look(merchant.shop, "users")["users"]
    return [int(each["id"]) for each in listed]


def opened_by(merchant: Merchant, user: int) -> requests.Response:
    """Open the app as one of the store's users."""
    url = merchant.sandbox.look(merchant.shop, "load", user=user)["url"]
    return merchant.session.get(url, timeout=60)


def bearer(page: requests.Response) -> dict[str, str]:
    """Return what a page sends with its own fetches."""
    found = re.search(r'name="minta-bearer" content="([^"]+)"', page.text)
    assert found is not None
    return {"Authorization": f"Bearer {found[1]}"}


def test_every_scope_has_a_hook_and_the_daily_look_makes_them_again(merchant: Merchant, side: Side) -> None:
    made = hooks(merchant)
    assert {each["scope"] for each in made} == set(HOOKS)
    assert len(made) == len(HOOKS)
    assert all(each["is_active"] and each["headers"] == ["X-Minta-Hook"] for each in made)
    assert {each["destination"].partition("/webhooks/")[2] for each in made} == {"bigcommerce/"}
    last = merchant.last_call
    reconcile(merchant)
    assert [each["operation"] for each in merchant.calls_since(last)] == ["GET /v3/hooks"]
    merchant.sandbox.advance(days=91)
    assert not any(each["is_active"] for each in hooks(merchant))
    told = merchant.sandbox.change_product(merchant.shop, title="Heard by nobody")["deliveries"]
    assert told == []
    reconcile(merchant)
    assert all(each["is_active"] for each in hooks(merchant))
    assert len(hooks(merchant)) == len(HOOKS)
    assert merchant.sandbox.change_product(merchant.shop, title="Heard again")["deliveries"]
    merchant.settle()
    side.assert_as_there(merchant)


def test_a_picture_alone_is_seen_by_the_daily_run(merchant: Merchant, side: Side) -> None:
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    changed = merchant.sandbox.change_product(merchant.shop, str(first), pictures=["only-this.jpg"])
    assert changed["deliveries"] == []
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert len(merchant.products()[str(first)].pictures) == 2  # no word, and no newer date either
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    (picture,) = merchant.products()[str(first)].pictures
    assert "only-this.jpg" in picture.url
    side.assert_as_there(merchant)


def test_a_new_e_mail_of_the_owner_ends_the_grant_and_the_next_opening_mends_it(
    merchant: Merchant, side: Side
) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    sandbox.change_shop(shop, owner_email="new-owner@elsewhere.example")
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert merchant.store.state == StoreState.REAUTH
    last = merchant.last_call
    sandbox.change_product(shop, title="Changed while nobody could read")
    merchant.settle()
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.calls_since(last) == []
    assert merchant.open().status_code == 200
    merchant.settle()
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 1)
    side.assert_as_there(merchant)
    assert not Duty.objects.exists()


def test_a_store_that_is_closed_is_left_alone_and_read_again_when_it_is_back(
    merchant: Merchant, side: Side
) -> None:
    merchant.sandbox.change_shop(merchant.shop, status="suspended")
    merchant.settle()
    assert merchant.store.state == StoreState.CLOSED
    page = merchant.open()
    assert page.status_code == 200
    assert "says that this store is closed" in page.text
    last = merchant.last_call
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert merchant.calls_since(last) == []
    merchant.sandbox.change_shop(merchant.shop, status="live", name="Back again")
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    assert merchant.store.state == StoreState.ACTIVE
    work.engine().drain(datetime.now(UTC), ticks=True)
    merchant.settle()
    assert merchant.info().name == "Back again"
    side.assert_as_there(merchant)


def test_who_was_removed_has_no_page_and_no_token_any_more(merchant: Merchant) -> None:
    owner, *_, other = users(merchant)
    theirs, ours = opened_by(merchant, other), opened_by(merchant, owner)
    home = theirs.url.partition("?")[0]
    assert theirs.status_code == 200
    assert Person.objects.count() == 2
    onward = re.search(r'class="action" href="([^"]+)"', theirs.text)
    assert onward is not None
    merchant.sandbox.control(merchant.shop, "person/remove", user=other)
    merchant.settle()
    assert Person.objects.count() == 1
    get = merchant.session.get
    assert get(home, headers=bearer(theirs), timeout=30).status_code == 401
    assert get(urljoin(home, onward[1]), timeout=30).status_code == 401
    assert get(home, headers=bearer(ours), timeout=30).status_code == 200
    assert merchant.store.state == StoreState.ACTIVE


def test_a_callback_that_is_not_for_us_ends_nothing(merchant: Merchant) -> None:
    def answered(**claims: Any) -> list[int | None]:
        sent = merchant.sandbox.control(merchant.shop, "callback", callback="uninstall", claims=claims)
        return merchant.acknowledged(sent["deliveries"])

    for claims in ({"aud": "somebody-else"}, {"iss": "other"}, {"exp": 1}, {"jti": None}):
        assert answered(**claims) == [401]
    assert answered(sub="stores/elsewhere") == [200]  # a store that we do not know has nothing to end
    assert merchant.store.state == StoreState.ACTIVE
    assert not Duty.objects.exists()


def test_a_refusal_in_passing_is_over_when_the_app_is_opened_again(merchant: Merchant, side: Side) -> None:
    sandbox, shop = merchant.sandbox, merchant.shop
    sandbox.fault("status", kind="api", store=shop, operation="/v2/store", status=403, times=50)
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert merchant.store.state == StoreState.REAUTH
    sandbox.clear_faults()
    sandbox.change_product(shop, title="Changed meanwhile")
    wait_for(lambda: datetime.now(UTC) - (merchant.store.stopped_at or datetime.now(UTC)) > _A_SECOND)
    assert "/load?" in sandbox.load(shop)["url"]  # for BigCommerce the app was there all the time
    assert merchant.open().status_code == 200
    merchant.settle()
    assert (merchant.store.state, merchant.store.epoch) == (StoreState.ACTIVE, 1)
    side.assert_as_there(merchant)


def test_a_store_that_is_closed_for_good_is_in_quarantine(merchant: Merchant) -> None:
    merchant.sandbox.control(merchant.shop, "cancel")
    merchant.settle()
    assert merchant.store.state == StoreState.QUARANTINED
    assert Duty.objects.get().cause == "uninstalled"
