"""Installs that the platform announces: in any order with a page load, an uninstall and themselves."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from connectors import configured, erase, grants, inbox, install, sync
from connectors.errors import GrantRevoked, Unavailable
from connectors.inbox import Taken
from connectors.models import Delivery, Duty, Job, Receipt, Row, Run, Store, StoreState
from connectors.models import Grant as GrantRow
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind
from connectors.platforms.opening import Admitted, Credentials, Grant
from tests.pages.acme import SETTINGS, Acme

pytestmark = pytest.mark.django_db
# Long ago: what is written meanwhile has the time of the clock.
NOW = datetime(2025, 11, 3, 12, 0, tzinfo=UTC)
BORN = datetime(1970, 1, 1, tzinfo=UTC)
SHOP = "7c4b-instance"


class Announcing(Acme):
    """A platform that says when it is installed, and mints a token for whoever is."""

    announces_installs = True
    said: Event
    minted = 0
    refuses = False

    def verify(self, delivery: Inbound, credentials: Credentials, now: datetime) -> Event:
        return self.said

    def exchange(self, shop: str, proof: str, credentials: Credentials, now: datetime) -> Grant:
        return self.refresh(unused(), credentials, now)

    def refresh(self, grant: Grant, credentials: Credentials, now: datetime) -> Grant:
        if self.refuses:
            raise GrantRevoked
        self.minted += 1
        ends = datetime.now(UTC) + timedelta(hours=4)
        return Grant(grant.shop, f"minted-{self.minted}", expires_at=ends)


def unused() -> Grant:
    return Grant(SHOP, "", expires_at=BORN)


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Announcing:
    made = Announcing()
    settings.PLATFORMS = {**settings.PLATFORMS, "acme": SETTINGS}
    monkeypatch.setitem(PLATFORMS, "acme", made)
    return made


def tell(platform: Announcing, kind: EventKind, at: datetime, name: str = "", shop: str = SHOP) -> Taken:
    """Bring the platform's word that something happened at a time, a second later."""
    grant = Grant(shop, "", expires_at=BORN) if kind == EventKind.INSTALLED else None
    platform.said = Event(kind, shop, name or f"{kind} {at}", kind, at, grant=grant)
    return inbox.receive(platform, Inbound({}, b""), at + timedelta(seconds=1))


def load(platform: Announcing, at: datetime) -> Store:
    """Open the app at a time."""
    return install.admit(platform, Admitted(SHOP, "proof", proved_at=at), at + timedelta(seconds=1))


def installed(platform: Announcing, at: datetime, name: str = "") -> Taken:
    return tell(platform, EventKind.INSTALLED, at, name)


def left(platform: Announcing, at: datetime, name: str = "") -> Taken:
    return tell(platform, EventKind.UNINSTALLED, at, name)


def test_an_install_makes_a_store_and_asks_the_platform_nothing(platform: Announcing) -> None:
    assert installed(platform, NOW) == Taken.TAKEN
    store = Store.objects.get()
    assert (store.platform, store.state, store.epoch) == ("acme", StoreState.ACTIVE, 1)
    assert Run.objects.filter(store=store, epoch=1).count() == len(sync.KINDS)
    assert Delivery.objects.get().state == "done"
    assert configured.keystore().state(store.ref, 1) == "live"
    assert platform.minted == 0


def test_what_it_brings_is_refreshed_before_its_first_use(platform: Announcing) -> None:
    installed(platform, NOW)
    assert grants.live(Store.objects.get()).access_token == "minted-1"
    assert grants.live(Store.objects.get()).access_token == "minted-1"


def test_a_refresh_that_is_refused_ends_in_a_store_that_waits_for_its_merchant(platform: Announcing) -> None:
    installed(platform, NOW)
    platform.refuses = True
    with pytest.raises(GrantRevoked):
        grants.live(Store.objects.get())
    store = Store.objects.get()
    assert store.state == StoreState.REAUTH
    assert store.stopped_at is not None


def test_a_clone_is_another_store(platform: Announcing) -> None:
    installed(platform, NOW)
    tell(platform, EventKind.INSTALLED, NOW, "clone", shop="another-instance")
    assert Store.objects.count() == 2
    assert len(set(Store.objects.values_list("ref", flat=True))) == 2


class TestAnyOrder:
    """Whatever comes first, and however often, it is one install."""

    def test_the_same_word_twice_is_one_install(self, platform: Announcing) -> None:
        installed(platform, NOW, "first")
        assert installed(platform, NOW, "first") == Taken.DUPLICATE
        assert installed(platform, NOW, "under another id") == Taken.IGNORED
        assert Store.objects.get().epoch == 1
        assert Run.objects.count() == len(sync.KINDS)

    def test_a_load_after_the_word_finds_it_installed(self, platform: Announcing) -> None:
        installed(platform, NOW)
        assert load(platform, NOW + timedelta(seconds=5)).epoch == 1
        assert Run.objects.count() == len(sync.KINDS)
        assert platform.minted == 0

    def test_a_word_after_the_load_changes_nothing(self, platform: Announcing) -> None:
        load(platform, NOW + timedelta(seconds=5))
        assert installed(platform, NOW) == Taken.IGNORED
        assert Store.objects.get().epoch == 1
        assert grants.live(Store.objects.get()).access_token == "minted-1"
        assert GrantRow.objects.get().turn == 1

    def test_a_word_wakes_a_store_that_waited_for_its_merchant(self, platform: Announcing) -> None:
        load(platform, NOW)
        GrantRow.objects.update(rotated_at=NOW)
        Store.objects.update(state=StoreState.REAUTH, stopped_at=NOW)
        assert installed(platform, NOW + timedelta(days=1)) == Taken.TAKEN
        store = Store.objects.get()
        assert (store.state, store.stopped_at, store.epoch) == (StoreState.ACTIVE, None, 1)


class TestAroundAnUninstall:
    """An install that is older than the uninstall brings nothing back; a newer one begins anew."""

    def test_an_install_after_an_uninstall_begins_a_new_epoch(self, platform: Announcing) -> None:
        installed(platform, NOW)
        left(platform, NOW + timedelta(hours=1))
        assert installed(platform, NOW + timedelta(hours=2)) == Taken.TAKEN
        store = Store.objects.get()
        assert (store.state, store.epoch) == (StoreState.ACTIVE, 2)
        # Of what was before nothing is moved without the merchant's word.
        assert (Duty.objects.get().state, Duty.objects.get().cause) == ("asked", "uninstalled")
        assert not Job.objects.filter(task="revive.carry").exists()

    def test_a_late_install_changes_nothing(self, platform: Announcing) -> None:
        load(platform, NOW + timedelta(minutes=1))
        left(platform, NOW + timedelta(hours=1))
        assert installed(platform, NOW) == Taken.IGNORED
        store = Store.objects.get()
        assert (store.state, store.epoch) == (StoreState.QUARANTINED, 1)
        assert configured.keystore().state(store.ref, 2) is None

    def test_a_late_install_brings_nothing_back_after_the_erasure(self, platform: Announcing) -> None:
        load(platform, NOW + timedelta(minutes=1))
        left(platform, NOW + timedelta(hours=1))
        Duty.objects.update(due_at=NOW)
        erase.carry(Duty.objects.get().pk)
        assert not Delivery.objects.exists()
        assert installed(platform, NOW) == Taken.IGNORED
        assert Store.objects.get().state == StoreState.ERASED
        assert Receipt.objects.count() == 1
        assert not Row.objects.exclude(kind="gone").exists()

    def test_a_load_from_before_it_brings_nothing_back_after_the_erasure(self, platform: Announcing) -> None:
        load(platform, NOW)
        left(platform, NOW + timedelta(hours=1))
        Duty.objects.update(due_at=NOW)
        erase.carry(Duty.objects.get().pk)
        with pytest.raises(GrantRevoked):
            load(platform, NOW + timedelta(minutes=1))
        assert Store.objects.get().state == StoreState.ERASED
        assert not GrantRow.objects.exists()

    def test_a_word_from_before_an_erasure_of_ours_brings_nothing_back(self, platform: Announcing) -> None:
        installed(platform, NOW, "first")
        erase.redact(Store.objects.get(), NOW + timedelta(hours=1), "operator")
        erase.carry(Duty.objects.get().pk)
        assert installed(platform, NOW, "first") == Taken.IGNORED
        assert Store.objects.get().state == StoreState.ERASED
        assert installed(platform, NOW + timedelta(hours=2), "again") == Taken.TAKEN

    def test_a_key_of_an_install_that_came_and_went_meanwhile_opens_nothing(
        self, platform: Announcing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_key = install._key

        def slowly(store: Store) -> Any:
            key = make_key(store)
            monkeypatch.setattr(install, "_key", make_key)
            installed(platform, NOW)
            left(platform, NOW)
            return key

        monkeypatch.setattr(install, "_key", slowly)
        with pytest.raises(Unavailable):
            load(platform, NOW)
        assert Store.objects.get().state == StoreState.QUARANTINED
        assert not GrantRow.objects.exists()

    def test_an_uninstall_of_an_unknown_store_is_remembered_against_its_late_install(
        self, platform: Announcing
    ) -> None:
        assert left(platform, NOW + timedelta(minutes=1)) == Taken.IGNORED
        store = Store.objects.get()
        assert (store.state, store.epoch) == (StoreState.INSTALLING, 0)
        assert installed(platform, NOW) == Taken.IGNORED
        store.refresh_from_db()
        assert store.state == StoreState.INSTALLING
        assert not GrantRow.objects.exists()
        assert configured.keystore().state(store.ref, 1) is None
        assert installed(platform, NOW + timedelta(minutes=2)) == Taken.TAKEN

    def test_where_installs_are_not_announced_an_unknown_store_leaves_nothing(
        self, platform: Announcing
    ) -> None:
        platform.announces_installs = False
        assert left(platform, NOW) == Taken.UNKNOWN
        assert not Store.objects.exists()

    def test_a_late_uninstall_of_the_install_before_does_not_end_the_new_one(
        self, platform: Announcing
    ) -> None:
        installed(platform, NOW)
        GrantRow.objects.update(rotated_at=NOW)
        # The merchant left and came back; the word of coming back is the first to come.
        installed(platform, NOW + timedelta(hours=2))
        assert left(platform, NOW + timedelta(hours=1)) == Taken.IGNORED
        store = Store.objects.get()
        assert (store.state, store.epoch) == (StoreState.ACTIVE, 1)
        assert grants.live(store).access_token == "minted-1"

    def test_within_one_second_the_later_to_come_counts(self, platform: Announcing) -> None:
        # A clock that tells whole seconds cannot say which was first.
        installed(platform, NOW, "a")
        left(platform, NOW, "b")
        assert Store.objects.get().state == StoreState.QUARANTINED
        installed(platform, NOW, "c")
        assert (Store.objects.get().state, Store.objects.get().epoch) == (StoreState.ACTIVE, 2)


@pytest.mark.django_db(transaction=True)
def test_words_and_loads_at_the_same_time_are_one_install(platform: Announcing) -> None:
    deeds: list[Callable[[], object]] = [
        lambda: load(platform, NOW),
        lambda: load(platform, NOW),
        lambda: _told(platform, "a"),
        lambda: _told(platform, "b"),
    ]
    ready, failed = threading.Barrier(len(deeds)), list[Exception]()
    platform.said = Event(EventKind.INSTALLED, SHOP, "one", "installed", NOW, grant=unused())

    def run(deed: Callable[[], object]) -> None:
        try:
            ready.wait()
            deed()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    store = Store.objects.get()
    assert (store.state, store.epoch) == (StoreState.ACTIVE, 1)
    assert Run.objects.count() == len(sync.KINDS)
    assert GrantRow.objects.count() == 1
    with transaction.atomic():
        assert grants.live(store).access_token.startswith("minted-")


def _told(platform: Announcing, name: str) -> Taken:
    return inbox.receive(platform, Inbound({}, name.encode()), NOW + timedelta(seconds=1))
