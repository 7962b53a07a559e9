"""An installation from before the ledger: what its database knows already is told to a new one too."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from connectors import annals, bars, configured, copies, replay
from connectors.models import (
    Annal,
    AuditEntry,
    Bar,
    Duty,
    DutyState,
    FeedCopy,
    FeedKey,
    Receipt,
    Row,
    Sequence,
    Store,
    StoreState,
)
from tests import cast
from tests.verbs.holders import come_back, holder, leave, read, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> tuple[Store, Store]:
    """A store that was erased and came back, and one that left and of which a key has copies."""
    cedar, key = cast.store()
    cast.keep(cedar, key, cast.product())
    leave(cedar)
    rest()
    cedar.refresh_from_db()
    come_back(cedar)
    cedar.refresh_from_db()
    bars.bar(cedar, "sale", ["5"], timezone.now())
    birch, _ = cast.store("birch.myshopify.com")
    read(holder(), birch)
    leave(birch)
    rest()
    return cedar, birch


def seed() -> list[str]:
    """Write down what an upgrade writes, where there was no ledger yet."""
    Annal.objects.all().delete()
    Sequence.objects.filter(name=annals.SEQUENCE).delete()
    settings.LEDGER_PATH.unlink(missing_ok=True)
    import_module("connectors.migrations.0004_annals").seed(apps, None)
    return list(Annal.objects.order_by("pk").values_list("kind", flat=True))


def forget() -> None:
    """Leave the database as a new one is."""
    for model in (AuditEntry, Receipt, Duty, FeedCopy, FeedKey, Row, Bar, Store, Annal, Sequence):
        model._default_manager.all().delete()


def test_what_is_known_already_is_told_in_the_order_in_which_it_was(known: tuple[Store, Store]) -> None:
    kinds = ["installed", "installed", "barred", "installed", "held", "left", "erasing", "receipt"]
    assert seed() == kinds
    annals.flush()
    assert [each.told.kind for each in configured.ledger().read(0, 99)] == kinds


def test_a_new_database_learns_it_from_there(known: tuple[Store, Store]) -> None:
    cedar, birch = known
    before = Receipt.objects.get()
    seed()
    annals.flush()
    forget()
    assert replay.replay().total() == 8
    rest()
    assert Receipt.objects.get(number=1).body == before.body
    found = {each.ref: (each.epoch, each.state) for each in Store.objects.all()}
    assert found == {cedar.ref: (2, StoreState.ERASED), birch.ref: (1, StoreState.ERASED)}
    assert Bar.objects.get().store.ref == cedar.ref
    waits = Duty.objects.get(store_ref=birch.ref, kind=Duty.ERASE_STORE)
    assert (waits.state, copies.awaited(birch.ref, 1)) == (DutyState.SENT, "renderer (revoked)")
    assert configured.keystore().state(cedar.ref, 2) == "destroyed"


def test_an_empty_database_has_nothing_to_tell() -> None:
    assert seed() == []
