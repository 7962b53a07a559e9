"""Subscriptions: asked for at each install, looked at daily, and never for who has left."""

import logging
from datetime import UTC, datetime

import pytest

from connectors import install, subscribe
from connectors.errors import GrantRevoked, StoreClosed, Unavailable
from connectors.models import Job, Store, StoreState
from connectors.platforms.opening import Admitted, Grant
from tests import cast
from tests.verbs import birch as cast_birch
from tests.verbs.birch import SHOP, Birch

pytestmark = pytest.mark.django_db


def queued() -> list[list[object]]:
    return [each.args for each in Job.objects.filter(task="subscribe.store")]


def test_an_install_asks_for_them(birch: Birch) -> None:
    for _ in range(2):  # the second is the merchant who accepts new scopes
        store = install.admit(birch, Admitted(SHOP, grant=Grant(SHOP, "token")), datetime.now(UTC))
    assert queued() == [[store.pk]]


def test_where_the_platform_needs_none_none_are_asked_for(birch: Birch) -> None:
    birch.subscribes = False
    install.admit(birch, Admitted(SHOP, grant=Grant(SHOP, "token")), datetime.now(UTC))
    cast_birch.store("b.birch.example")
    subscribe.begin_all()
    assert queued() == []


def test_every_active_store_is_looked_at(birch: Birch) -> None:
    store, _ = cast_birch.store()
    for number, state in enumerate(set(StoreState) - {StoreState.ACTIVE}):
        cast_birch.store(f"{number}.birch.example")
        Store.objects.filter(pk=Store.objects.latest("pk").pk).update(state=state)
    cast.store("of-another-platform.myshopify.com")
    subscribe.begin_all()
    assert queued() == [[store.pk]]


def test_what_was_mended_is_counted_and_not_named(birch: Birch, caplog: pytest.LogCaptureFixture) -> None:
    store, _ = cast_birch.store()
    birch.missing = 3
    with caplog.at_level(logging.INFO):
        subscribe.subscribe(store.pk)
        subscribe.subscribe(store.pk)
    assert [each.getMessage() for each in caplog.records] == [f"{store.ref}: 3 subscriptions mended"]
    assert birch.asked == ["subscriptions"] * 2


@pytest.mark.parametrize("state", sorted(set(StoreState) - {StoreState.ACTIVE}))
def test_who_has_left_is_not_asked(birch: Birch, state: str) -> None:
    store, _ = cast_birch.store()
    Store.objects.update(state=state)
    subscribe.subscribe(store.pk)
    assert birch.asked == []


@pytest.mark.parametrize(("error", "state"), [(StoreClosed(), "closed"), (GrantRevoked(), "reauth")])
def test_a_refusal_is_written_down_and_not_tried_again(birch: Birch, error: Exception, state: str) -> None:
    store, _ = cast_birch.store()
    birch.failing = error

    def no_other_grant(*_: object) -> None:
        raise GrantRevoked

    birch.refresh = no_other_grant  # type: ignore[assignment, method-assign]
    subscribe.subscribe(store.pk)
    store.refresh_from_db()
    assert store.state == state
    assert store.stopped_at is not None


def test_a_platform_that_is_away_is_worth_another_try(birch: Birch) -> None:
    store, _ = cast_birch.store()
    birch.failing = Unavailable()
    with pytest.raises(Unavailable):
        subscribe.subscribe(store.pk)
