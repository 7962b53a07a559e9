"""A load that proves the shop and brings no grant: it takes up the one that was refused, if there is one."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from connectors import grants, install
from connectors.errors import GrantRevoked, Unverified
from connectors.models import Grant, Run, Store, StoreState
from connectors.platforms.opening import Admitted
from connectors.platforms.opening import Grant as Granted
from tests.verbs import birch as cast_birch
from tests.verbs.birch import SHOP, Birch

pytestmark = pytest.mark.django_db


def load(birch: Birch) -> Store:
    return install.admit(birch, Admitted(shop=SHOP), datetime.now(UTC))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no other request be under way that would be worth a wait."""
    monkeypatch.setattr(install, "OVERTAKEN", timedelta(0))


def refused(store: Store) -> None:
    store.state, store.stopped_at = StoreState.REAUTH, datetime.now(UTC) - timedelta(days=3)
    store.save()


def test_a_grant_that_was_refused_is_tried_again_when_the_app_is_opened(birch: Birch) -> None:
    store, _ = cast_birch.store()
    refused(store)
    opened = load(birch)
    assert (opened.state, opened.stopped_at, opened.epoch) == (StoreState.ACTIVE, None, 1)
    assert grants.live(opened).access_token == "token"
    assert set(Run.objects.values_list("mode", flat=True)) == {"full"}  # what was missed meanwhile


def test_one_that_is_dead_is_soon_refused_again(birch: Birch) -> None:
    store, _ = cast_birch.store()
    refused(store)
    opened = load(birch)
    birch.failing = GrantRevoked()
    with pytest.raises(GrantRevoked):
        grants.use(opened, lambda reader: reader.store())
    opened.refresh_from_db()
    assert opened.state == StoreState.REAUTH
    assert opened.stopped_at is not None


def test_one_that_overtakes_the_install_waits_for_it(birch: Birch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform opens the app once it has given the grant, which may still be on its way to our rows."""

    def the_install_goes_on(seconds: float) -> None:
        install.admit(birch, Admitted(shop=SHOP, grant=Granted(SHOP, "first")), datetime.now(UTC))

    monkeypatch.setattr(install, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=the_install_goes_on))
    opened = load(birch)
    assert (opened.state, opened.epoch) == (StoreState.ACTIVE, 1)
    assert grants.live(opened).access_token == "first"
    assert Store.objects.count() == Grant.objects.count() == 1


@pytest.mark.usefixtures("alone")
def test_a_store_without_a_grant_is_not_opened_by_it(birch: Birch) -> None:
    store, _ = cast_birch.store()
    refused(store)
    Grant.objects.all().delete()
    with pytest.raises(Unverified):
        load(birch)
    store.refresh_from_db()
    assert store.state == StoreState.REAUTH


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("state", [StoreState.QUARANTINED, StoreState.ERASED, StoreState.INSTALLING])
def test_a_store_that_left_or_never_came_is_not_opened_by_it(birch: Birch, state: StoreState) -> None:
    store, _ = cast_birch.store()
    store.state = state
    store.save()
    with pytest.raises(Unverified):
        load(birch)
    store.refresh_from_db()
    assert (store.state, store.epoch) == (state, 1)
