"""Grants at rest: which of two stays, who may say that one is dead, what a change of scopes leaves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from connectors import configured, grants, rows
from connectors.errors import GrantRevoked, StoreClosed
from connectors.models import Grant as GrantRow
from connectors.models import Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Reader
from connectors.platforms.opening import Credentials, Grant
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import Acme

pytestmark = pytest.mark.django_db


def grant(name: str, **fields: object) -> Grant:
    made = Grant(
        shop="cedar.myshopify.com",
        access_token=f"access-{name}",
        scopes=frozenset({"read_products"}),
        expires_at=timezone.now() + timedelta(hours=1),
        refresh_token=f"refresh-{name}",
        refresh_expires_at=timezone.now() + timedelta(days=90),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def put(store: Store, key: StoreKey, given: Grant, at: datetime | None = None) -> None:
    """Store a grant as an opening of the app does."""
    with transaction.atomic():
        grants.put(rows.open_epoch(store.pk, store.epoch), key, given, at or timezone.now())


def held(store: Store, key: StoreKey) -> Grant:
    return key.recall("grant", "grant", GrantRow.objects.get(store=store).sealed, Grant)


@pytest.fixture
def granted() -> tuple[Store, StoreKey]:
    """A store with a grant."""
    store, key = cast.store()
    put(store, key, grant("first"))
    return store, key


def test_no_token_stands_in_clear(granted: tuple[Store, StoreKey]) -> None:
    row = GrantRow.objects.get()
    assert b"first" not in bytes(row.sealed)
    assert b"cedar" not in bytes(row.sealed)


def test_a_new_grant_opens_a_store_that_waited_for_it(granted: tuple[Store, StoreKey]) -> None:
    store, key = granted
    Store.objects.update(state=StoreState.REAUTH, stopped_at=timezone.now())
    with pytest.raises(GrantRevoked):
        grants.live(store)
    put(store, key, grant("second"))
    store.refresh_from_db()
    assert (store.state, store.stopped_at) == (StoreState.ACTIVE, None)
    assert grants.live(store).access_token == "access-second"


def test_a_new_grant_does_not_open_a_store_that_the_platform_has_closed(
    granted: tuple[Store, StoreKey],
) -> None:
    store, key = granted
    Store.objects.update(state=StoreState.CLOSED, stopped_at=cast.NOON)
    put(store, key, grant("second"))
    store.refresh_from_db()
    assert (store.state, store.stopped_at) == (StoreState.CLOSED, cast.NOON)


def test_a_refusal_of_an_older_grant_does_not_stop_a_store_with_a_newer_one(
    granted: tuple[Store, StoreKey],
) -> None:
    store, key = granted
    tries = []

    def refused(_: Reader) -> None:
        tries.append(grants.live(store).access_token)
        put(store, key, grant(f"merchant-{len(tries)}"))  # who opens the app meanwhile
        raise GrantRevoked

    with pytest.raises(GrantRevoked):
        grants.use(store, refused)
    store.refresh_from_db()
    assert tries == ["access-first", "access-merchant-1"]
    assert (store.state, store.stopped_at) == (StoreState.ACTIVE, None)
    assert held(store, key).access_token == "access-merchant-2"


def test_a_refusal_of_the_newest_grant_stops_the_store(granted: tuple[Store, StoreKey]) -> None:
    store, key = granted
    put(store, key, grant("second"))

    def refused(_: Reader) -> None:
        if grants.live(store).access_token == "access-second":
            put(store, key, grant("third"))
        raise GrantRevoked

    with pytest.raises(GrantRevoked):
        grants.use(store, refused)
    store.refresh_from_db()
    assert store.state == StoreState.REAUTH
    assert store.stopped_at is not None


def test_a_closed_store_is_written_down_and_since_when(granted: tuple[Store, StoreKey]) -> None:
    store, _ = granted

    def closed(_: Reader) -> None:
        raise StoreClosed

    for _ in range(2):
        with pytest.raises(StoreClosed):
            grants.use(store, closed)
        store.refresh_from_db()
        assert store.state == StoreState.CLOSED
        Store.objects.update(stopped_at=cast.NOON)  # the second refusal does not set the clock back
    store.refresh_from_db()
    assert store.stopped_at == cast.NOON


def test_a_refusal_of_an_older_install_says_nothing_of_the_newer(granted: tuple[Store, StoreKey]) -> None:
    store, _ = granted

    def refused(_: Reader) -> None:
        Store.objects.update(epoch=2)
        raise StoreClosed

    with pytest.raises(StoreClosed):
        grants.use(store, refused)
    store.refresh_from_db()
    assert store.state == StoreState.ACTIVE


def test_a_change_of_scopes_keeps_the_newest_tokens(granted: tuple[Store, StoreKey]) -> None:
    store, key = granted
    stale = Store.objects.get()
    put(store, key, grant("second"))
    with transaction.atomic():
        Store.objects.select_for_update().get()
        grants.rescope(stale, key, frozenset({"read_orders"}), timezone.now())
    assert (held(store, key).access_token, held(store, key).refresh_token) == (
        "access-second",
        "refresh-second",
    )
    assert held(store, key).scopes == {"read_orders"}


def test_a_change_of_scopes_does_not_wake_a_dead_grant(granted: tuple[Store, StoreKey]) -> None:
    store, key = granted
    Store.objects.update(state=StoreState.REAUTH)
    with pytest.raises(GrantRevoked), transaction.atomic():
        grants.rescope(store, key, frozenset({"read_orders"}), timezone.now())
    store.refresh_from_db()
    assert store.state == StoreState.REAUTH
    assert held(store, key).scopes == {"read_products"}


def test_a_grant_of_an_older_install_is_not_used(granted: tuple[Store, StoreKey]) -> None:
    store, _ = granted
    store.epoch = 2
    with pytest.raises(GrantRevoked):
        grants.live(store)


def test_an_older_grant_is_dropped_and_a_newer_one_is_not(granted: tuple[Store, StoreKey]) -> None:
    store, _ = granted
    rotated_at = GrantRow.objects.get().rotated_at
    grants.drop(store, rotated_at)
    assert GrantRow.objects.exists()
    assert store.state == StoreState.ACTIVE
    grants.drop(store, rotated_at + timedelta(seconds=1))
    assert not GrantRow.objects.exists()
    store.refresh_from_db()
    assert store.state == StoreState.REAUTH


def test_one_store_s_trouble_does_not_keep_idle_grants_from_being_tried(
    granted: tuple[Store, StoreKey],
) -> None:
    # Neither has an address that answers; the first has no key any more either.
    store, _ = granted
    other, other_key = cast.store("birch.myshopify.com")
    put(other, other_key, grant("other", refresh_token=None))
    GrantRow.objects.update(refresh_expires_at=timezone.now() + timedelta(days=1))
    configured.keystore().destroy(store.ref, 1)
    assert grants.turn_idle(timezone.now()) == 2
    other.refresh_from_db()
    assert other.state == StoreState.REAUTH  # without a refresh token there is nothing to turn
    assert not GrantRow.objects.filter(refreshing_until__isnull=False).exists()


class Minting(Acme):
    """A platform without refresh tokens: each grant is minted anew."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)
    revokes = False

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        self.meanwhile()
        if self.revokes:
            raise GrantRevoked
        return replace(grant, access_token="minted", expires_at=timezone.now() + timedelta(hours=4))


class TestGrantsThatAreMinted:
    """Nothing long-lived is held, so nothing but the token tells one grant from the next."""

    @pytest.fixture
    def platform(self, monkeypatch: pytest.MonkeyPatch) -> Minting:
        made = Minting()
        monkeypatch.setitem(PLATFORMS, "shopify", made)
        return made

    @pytest.fixture
    def minted(self, platform: Minting) -> tuple[Store, StoreKey]:
        """A store whose token is over."""
        store, key = cast.store()
        put(store, key, self.grant("old", hours=-1))
        return store, key

    def grant(self, token: str, hours: int) -> Grant:
        ends = timezone.now() + timedelta(hours=hours)
        return Grant("cedar.myshopify.com", token, expires_at=ends)

    def test_one_that_came_meanwhile_is_not_overwritten(
        self, platform: Minting, minted: tuple[Store, StoreKey]
    ) -> None:
        store, key = minted
        platform.meanwhile = lambda: put(store, key, self.grant("of a page load", hours=4))
        assert grants.live(store).access_token == "of a page load"
        assert held(store, key).access_token == "of a page load"

    def test_one_that_came_meanwhile_and_opens_nothing_yet_is(
        self, platform: Minting, minted: tuple[Store, StoreKey]
    ) -> None:
        store, key = minted
        platform.meanwhile = lambda: put(store, key, self.grant("", hours=-1))
        assert grants.live(store).access_token == "minted"
        assert held(store, key).access_token == "minted"

    @pytest.mark.parametrize("hours", [-1, 4, None])
    def test_one_without_a_token_is_never_used(self, platform: Minting, hours: int | None) -> None:
        store, key = cast.store()
        ends = None if hours is None else timezone.now() + timedelta(hours=hours)
        put(store, key, Grant("cedar.myshopify.com", "", expires_at=ends))
        assert grants.live(store).access_token == "minted"

    def test_one_that_another_brought_without_a_token_is_minted_before_its_use(
        self, platform: Minting, minted: tuple[Store, StoreKey]
    ) -> None:
        store, key = minted
        seen_turn = GrantRow.objects.get().turn
        put(store, key, self.grant("", hours=-1))
        assert grants.turn(store, seen_turn).access_token == "minted"

    def test_a_refusal_of_the_one_before_does_not_stop_the_one_that_came_meanwhile(
        self, platform: Minting, minted: tuple[Store, StoreKey]
    ) -> None:
        store, key = minted

        def come_back() -> None:
            put(store, key, self.grant("", hours=-1))
            platform.meanwhile = lambda: setattr(platform, "revokes", False)

        platform.meanwhile, platform.revokes = come_back, True
        assert grants.live(store).access_token == "minted"
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE
