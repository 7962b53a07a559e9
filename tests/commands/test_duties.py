"""`manage.py duties`: an operator sees what is owed, and refuses what a law forbids."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connectors import duties
from connectors.models import Duty, Store
from connectors.policy import deadlines
from tests import cast
from tests.verbs.holders import leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed() -> tuple[Duty, Duty]:
    """An erasure, and one at a processor that is late."""
    store, _ = cast.store()
    asked = duties.Asked(
        "withdrawn", "merchant", deadlines.GDPR, timezone.now() - timedelta(days=28, hours=1)
    )
    late = duties.owe(Duty.ERASE_COPY, store, asked, subject="intercom")
    return leave(store), late


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return what is listed, line by line."""
    capsys.readouterr()
    call_command("duties", "list", *words)
    return capsys.readouterr().out.splitlines()


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Return what is listed as JSON."""
    return [json.loads(line) for line in listed(capsys, "--json", *words)]


def test_what_is_late_first_is_listed_first_with_who_asked(
    owed: tuple[Duty, Duty], capsys: pytest.CaptureFixture[str]
) -> None:
    erasure, late = owed
    first, second, count = listed(capsys)
    assert first.startswith(f"{late.ref}\terase.copy intercom\t{late.store_ref} epoch 1\toverdue\tuntil ")
    assert first.endswith("\tasked by merchant (withdrawn), gdpr")
    assert second.startswith(f"{erasure.ref}\terase.store\t")
    assert count == "2 duties"


def test_each_duty_stands_in_one_place(owed: tuple[Duty, Duty], capsys: pytest.CaptureFixture[str]) -> None:
    erasure, late = owed
    assert [each["duty"] for each in told(capsys, "--standing", "overdue")] == [late.ref]
    assert [each["duty"] for each in told(capsys, "--standing", "asked")] == [erasure.ref]
    assert told(capsys, "--standing", "done") == []
    assert [each["duty"] for each in told(capsys, "--kind", "erase.copy")] == [late.ref]
    Duty.objects.update(state="done")
    assert told(capsys) == []
    assert len(told(capsys, "--standing", "done")) == 2


def test_the_law_is_named_with_its_source(
    owed: tuple[Duty, Duty], capsys: pytest.CaptureFixture[str]
) -> None:
    one = told(capsys, "--kind", "erase.copy")[0]
    assert (one["law"], one["source"]) == ("gdpr", deadlines.GDPR.source)
    assert (one["standing"], one["attempts"], one["done_at"]) == ("overdue", 0, None)


def test_a_law_s_reason_ends_a_duty(owed: tuple[Duty, Duty], capsys: pytest.CaptureFixture[str]) -> None:
    _, late = owed
    call_command("duties", "refuse", late.ref, "--law", "ccpa", "--reason", "1798.105 (d) (8)")
    assert capsys.readouterr().out.endswith("\trefused\tccpa: 1798.105 (d) (8)\n")
    late.refresh_from_db()
    assert late.state == "refused"


def test_nothing_is_refused_without_a_law_or_with_a_sentence(owed: tuple[Duty, Duty]) -> None:
    erasure, _ = owed
    for words in (
        ["--reason", "article 17"],
        ["--law", "clock", "--reason", "article 17"],
        ["--law", "gdpr"],
    ):
        with pytest.raises(CommandError):
            call_command("duties", "refuse", erasure.ref, *words)
    with pytest.raises(CommandError, match="the place in it"):
        call_command("duties", "refuse", erasure.ref, "--law", "gdpr", "--reason", "Ada said so!")
    with pytest.raises(CommandError, match="no such duty"):
        call_command("duties", "refuse", "er_aaaaaaaaaaaaaaaa", "--law", "gdpr", "--reason", "article 17")
    assert not Duty.objects.filter(state="refused").exists()
    assert Store.objects.get().state == "quarantined"
