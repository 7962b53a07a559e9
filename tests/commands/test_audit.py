"""`audit`: who did what to a store, and that the log is what was written."""

import hashlib
import json

import pytest
from django.core.management import CommandError
from django.utils import timezone

from connectors import audit, customers
from connectors.canonical import canonical
from connectors.models import AuditEntry, Store
from tests import cast
from tests.commands.conftest import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    """A store that its platform has asked something of."""
    made, _ = cast.store()
    audit.note(made.ref, audit.MERCHANT, "page.opened", epoch=1)
    customers.redact_sales(made, ("1", "2"), timezone.now(), timezone.now())
    audit.chain()
    return made


def test_the_log_of_a_store_is_listed_in_its_order(run: Run, store: Store) -> None:
    audit.note("st_other", audit.CLOCK, "grant.refused", epoch=3)
    lines = [line.split("\t") for line in run("audit", "list", store.ref).out.splitlines()]
    assert [(line[0], line[3], line[4]) for line in lines] == [
        ("1", "merchant", "page.opened"),
        ("2", "platform", "customer.redacted"),
        ("3", "clock", "receipt.written"),
    ]
    assert {line[2] for line in lines} == {store.ref}


def test_the_whole_log_has_what_waits_and_what_is_of_no_store(run: Run, store: Store) -> None:
    audit.note("", "operator ada", "feedkey.made", key="renderer")
    lines = run("audit", "list").out.splitlines()
    assert len(lines) == 4
    number, _, ref, *rest = lines[-1].split("\t")
    assert (number, ref, *rest) == ("-", "-", "operator ada", "feedkey.made", "key renderer")


def test_as_json_it_has_all_that_a_digest_is_made_of(run: Run, store: Store) -> None:
    previous = audit.FIRST_PREVIOUS
    for line in run("audit", "list", "--json").out.splitlines():
        told = json.loads(line)
        assert told["previous"] == previous
        *made_of, previous = told.values()
        assert hashlib.sha256(canonical(made_of).encode()).hexdigest() == previous == told["digest"]


def test_a_store_that_there_is_not_is_said(run: Run, store: Store) -> None:
    with pytest.raises(CommandError, match="There is no such store"):
        run("audit", "list", "st_none")


def test_a_store_without_an_entry_has_none(run: Run, store: Store) -> None:
    assert run("audit", "list", cast.store("birch.myshopify.com")[0].ref).out == ""


def test_a_log_that_holds_is_said_with_its_counts(run: Run, store: Store) -> None:
    assert run("audit", "verify").out == (
        "Yes: 3 entries, each follows from the one before it; 1 receipts name one that is there\n"
    )
    audit.note(store.ref, audit.CLOCK, "grant.refused")
    assert "1 entries are not chained yet" in run("audit", "verify").out


def test_a_log_that_does_not_hold_is_said_with_its_place(run: Run, store: Store) -> None:
    AuditEntry.objects.filter(number=2).update(actor="merchant")
    with pytest.raises(CommandError, match=r"^No: Entry 2 of the log was changed$"):
        run("audit", "verify")


def test_a_receipt_whose_head_is_gone_is_named(run: Run, store: Store) -> None:
    customers.redact_sales(store, ("3",), timezone.now(), timezone.now())
    AuditEntry.objects.all().delete()
    with pytest.raises(CommandError, match=r"^No: Receipt 2 names an entry 3 that is not in the log$"):
        run("audit", "verify")
