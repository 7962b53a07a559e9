"""What operators are told of processors: who is on, who holds what, who holds it in vain."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks

from connectors import checks
from connectors.diagnosis import Level, findings
from connectors.models import Share, Store
from connectors.pages import metrics
from connectors.sharing import consents, tending
from tests.sharing.conftest import Truth, drain, now, share

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> dict[Level, list[str]]:
    """Return what doctor says of processors, by how bad it is."""
    said: dict[Level, list[str]] = {level: [] for level in Level}
    for each in findings():
        if each.place == "processors":
            said[each.level].append(each.words)
    return said


def counted() -> dict[str, int]:
    """Return what the metrics say of shares: `acme held` -> how many."""
    lines = [line for line in metrics.text().splitlines() if line.startswith("minta_shares{")]
    return {line.split("{")[1].split("}")[0]: int(line.rsplit(" ", 1)[1]) for line in lines}


def test_who_is_on_and_how_much_is_there(vendor: Truth, cedar: Store) -> None:
    assert told()[Level.OK] == ["on: Intercom, AWS; 0 copies there"]
    share(cedar)
    assert told() == {
        Level.OK: ["on: Intercom, AWS; 1 copies there"],
        Level.WARN: [],
        Level.FAIL: [],
    }
    assert counted() == {'processor="acme",state="held"': 1}


def test_a_share_goes_through_every_state_that_is_counted(vendor: Truth, cedar: Store) -> None:
    vendor.mind(answers=[503])
    share(cedar)
    assert counted() == {'processor="acme",state="failing"': 1}
    assert told()[Level.WARN] == ["1 shares were not taken: the page says why"]
    drain(timedelta(hours=1))
    Share.objects.update(sending_at=None)  # the call that failed has long ended
    vendor.mind(down=True)
    consents.withdraw(cedar, "acme", now())
    drain()
    assert counted() == {'processor="acme",state="leaving"': 1}
    vendor.mind(down=False)
    drain(timedelta(hours=1))
    assert counted() == {'processor="acme",state="absent"': 1}
    assert told()[Level.OK] == ["on: Intercom, AWS; 0 copies there"]


def test_one_that_is_off_and_holds_something_fails(vendor: Truth, cedar: Store, settings: Any) -> None:
    share(cedar)
    settings.PROCESSORS = {}
    words = "Intercom holds copies and is off: configure it, or nothing can be erased there"
    assert told()[Level.FAIL] == [words]
    assert tending.stranded() == ["Intercom"]


def test_one_that_is_set_by_half_is_found_before_going_live_and_is_off(
    vendor: Truth, cedar: Store, settings: Any
) -> None:
    settings.PROCESSORS = {
        "acme": {"origin": vendor.origin, "token": ""},
        "chest": {"origin": "", "token": ""},
    }
    found = [each for each in run_checks(tags=[checks.TAG], include_deployment_checks=True) if each.id]
    named = [each.msg for each in found if each.id == "minta.W013"]
    assert named == ["ACME_TOKEN is not set: nothing goes to Intercom, and nothing can be erased there."]
    assert told()[Level.OK] == ["on: none; 0 copies there"]
