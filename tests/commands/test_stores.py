"""`stores`: how each one stands, and nothing that a merchant would call their own."""

from datetime import timedelta

import pytest
from django.db import transaction

from connectors import copies, erase, feedkeys
from connectors.models import Run as Sync
from connectors.models import StoreState
from tests import cast
from tests.cast import NOON
from tests.commands.conftest import Run
from tests.verbs.holders import holder, leave, read

pytestmark = pytest.mark.django_db


def test_none_are_none(run: Run) -> None:
    assert run("stores").out == "0 stores\n"


def test_each_stands_on_a_line(run: Run) -> None:
    one, key = cast.store()
    two, _ = cast.store("birch.myshopify.com", state=StoreState.REAUTH, epoch=3)
    cast.keep(one, key, cast.store_info())
    Sync.objects.create(store=one, epoch=1, kind="store", mode="full", state="done", finished_at=NOON)
    first, second, last = run("stores").out.splitlines()
    assert (
        first == f"{one.ref}\tshopify\tactive\tepoch 1\tinstalled 2026-11-22 12:00\tsynced 2026-11-23 12:00"
    )
    assert second.startswith(f"{two.ref}\tshopify\treauth\tepoch 3")
    assert last == "2 stores"


def test_an_erasure_that_is_owed_is_said(run: Run) -> None:
    store, _ = cast.store()
    with transaction.atomic():
        erase.uninstall(store, "uninstalled", NOON)
    assert "epoch 1 to be erased 2026-11-25 12:00" in run("stores").out


def test_who_has_not_confirmed_is_said(run: Run) -> None:
    store, _ = cast.store()
    read(holder(), store)
    duty = leave(store)
    erase.carry(duty.pk)
    until = f"{duty.deadline_at:%Y-%m-%d %H:%M}"
    assert f"epoch 1 erased here, copies to be confirmed until {until} by: renderer\n" in run("stores").out
    feedkeys.revoke("renderer", NOON)
    copies.confirm_for("renderer", store.ref, NOON)
    erase.carry(duty.pk)
    assert "copies" not in run("stores").out


def test_no_value_of_a_merchant_is_printed(run: Run) -> None:
    store, key = cast.store()
    cast.keep(store, key, cast.store_info())
    out = run("stores").out
    assert "cedar" not in out.lower()


def test_they_can_be_picked_out(run: Run) -> None:
    cast.store()
    gone, _ = cast.store("birch.myshopify.com", state=StoreState.ERASED, erased_at=NOON + timedelta(days=2))
    lines = run("stores", "--state", "erased").out.splitlines()
    assert lines[0].startswith(gone.ref)
    assert lines[1] == "1 store"
    assert run("stores", "--platform", "elsewhere").out == "0 stores\n"
