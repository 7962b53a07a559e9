"""`manage.py sync`: an operator syncs now and sees the counts."""

import pytest
from django.core.management import CommandError, call_command

from connectors.models import Run, RunMode
from tests.journeys.conftest import Arrive

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sync_by_command_reads_what_no_webhook_told(
    arrive: Arrive, capsys: pytest.CaptureFixture[str]
) -> None:
    merchant = arrive(products=None, orders=5).come()
    with merchant.silenced():
        merchant.sandbox.create_product(merchant.shop, title="Told by nobody")
        call_command("sync", merchant.store.ref)
    assert "Told by nobody" in {each.title for each in merchant.products().values()}
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[1:4] for line in lines] == [
        [kind, "since", "done"] for kind in ("store", "offer", "product", "sale")
    ]
    assert not any("Told by nobody" in line for line in lines)


def test_a_full_sync_by_command_sees_what_is_gone(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=5).come()
    gone = merchant.sandbox.products(merchant.shop)[0]["id"]
    with merchant.silenced():
        merchant.sandbox.delete_product(merchant.shop, gone)
        call_command("sync", "--full")
    assert len(merchant.products()) == 19
    assert Run.objects.filter(kind="product", mode=RunMode.FULL).latest("pk").gone == 1


def test_a_sync_that_fails_ends_with_an_error(arrive: Arrive) -> None:
    merchant = arrive(products=None, orders=5).come()
    merchant.sandbox.bulk(outcome="FAILED", error_code="INTERNAL_SERVER_ERROR")
    with pytest.raises(CommandError, match="2 of 4 runs failed"):
        call_command("sync", merchant.store.ref, "--full")


def test_a_store_that_is_none_is_refused(arrive: Arrive) -> None:
    arrive(products=None, orders=0)
    with pytest.raises(CommandError, match="no such store"):
        call_command("sync", "st_aaaaaaaaaaaaaaaa")
