"""What a processor was given is erased where the processor was then, and called gone nowhere else."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.diagnosis import Level, findings
from connectors.errors import Unavailable
from connectors.ledger import Told
from connectors.models import Annal, Duty, Job, Share, Store
from connectors.pages import metrics
from connectors.replay import telling
from connectors.sharing import again, consents, gaps, places, shares, tending
from tests.sharing.acme import Acme
from tests.sharing.conftest import Truth, drain, now, share
from tests.sharing.test_ending import bodies, leave, only, withdraw
from tests.sharing.test_shares import change

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Moved: Intercom is set to another place than the one that holds a copy"


def move(settings: Any, place: str) -> None:
    """Let the settings name another place."""
    settings.PROCESSORS = {name: {**setup, "place": place} for name, setup in settings.PROCESSORS.items()}


def calls(vendor: Truth, method: str) -> int:
    return [asked for asked, _ in vendor.asked].count(method)


@pytest.mark.parametrize("end", ["withdrawn", "erased"])
def test_nothing_is_erased_or_called_gone_in_another_place(
    end: str, vendor: Truth, cedar: Store, settings: Any
) -> None:
    share(cedar)
    move(settings, "another bucket")
    vendor.mind(reset=True)  # the other place holds nothing
    _ = withdraw(cedar) if end == "withdrawn" else leave(cedar)
    for _ in range(3):
        drain(timedelta(hours=3))
    assert (only().state, only().reason) == ("doing", WORDS)
    assert vendor.asked == []
    assert Share.objects.get().absent_at is None
    assert bodies() == []
    move(settings, "")
    drain(timedelta(hours=3))
    assert only().state == "verified"
    assert len(bodies()) == 1


def test_what_is_leaving_is_not_looked_at_in_another_place_either(
    vendor: Truth, cedar: Store, settings: Any
) -> None:
    share(cedar)
    vendor.mind(leaves=True)
    withdraw(cedar)
    drain()
    assert only().state == "confirmed"
    move(settings, "another org")
    vendor.mind(gone=True)
    drain(timedelta(hours=2))
    assert (only().state, only().reason) == ("confirmed", WORDS)


def test_nothing_new_goes_to_another_place_while_the_old_one_holds_something(
    vendor: Truth, cedar: Store, settings: Any
) -> None:
    share(cedar)
    before = Share.objects.get().place
    move(settings, "another audience")
    change(cedar, owner_name="Bea Cedar")
    assert calls(vendor, "PUT") == 1
    held = Share.objects.get()
    assert (held.place, held.reason, held.sending_at) == (before, WORDS, None)
    assert 'state="moved"} 1' in metrics.text()


def test_where_nothing_is_any_more_the_new_place_is_taken(vendor: Truth, cedar: Store, settings: Any) -> None:
    share(cedar)
    before = Share.objects.get().place
    withdraw(cedar)
    drain()
    move(settings, "another bucket")
    share(cedar)
    held = Share.objects.get()
    assert held.absent_at is None
    assert held.place not in ("", before)
    assert calls(vendor, "PUT") == 2


def test_the_place_is_noted_for_the_ledger_as_a_hash(vendor: Truth, cedar: Store, settings: Any) -> None:
    move(settings, "bucket-of-minta")
    share(cedar)
    place = Share.objects.get().place
    (body,) = Annal.objects.filter(kind="shared").values_list("body", flat=True)
    assert len(place) == 16
    assert place in str(body)
    assert "bucket-of-minta" not in str(body)
    assert place != places.mark("chest", settings.PROCESSORS["chest"]), (
        "two processors have no place in common"
    )


def test_one_that_does_not_say_where_it_is_is_given_nothing_and_asked_nothing(
    vendor: Truth, cedar: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> str:
        raise Unavailable("Acme answered 503")

    with monkeypatch.context() as broken:
        broken.setattr(Acme, "place", silent)
        share(cedar)
        assert vendor.asked == []
        assert Share.objects.get().reason == "Unavailable: Acme answered 503"
    drain(timedelta(hours=1))
    assert calls(vendor, "PUT") == 1
    with monkeypatch.context() as broken:
        broken.setattr(Acme, "place", silent)
        withdraw(cedar)
        drain()
        assert (only().state, only().reason) == ("doing", "Unavailable: Acme answered 503")
        assert [each.words for each in findings() if each.level == Level.WARN and each.place == "processors"][
            :1
        ] == ["Intercom does not say whether its copies lie there"]
    assert calls(vendor, "DELETE") == 0


def test_an_operator_is_told_of_copies_that_lie_elsewhere(vendor: Truth, cedar: Store, settings: Any) -> None:
    share(cedar)
    assert places.moved() == ({}, [])
    move(settings, "another bucket")
    (told,) = [each.words for each in findings() if each.level == Level.FAIL and each.place == "processors"]
    words = "of Intercom, 1 copies lie elsewhere than where it is set to: set it back"
    assert told == f"{words}, or nothing can be erased there"
    withdraw(cedar)
    drain()
    assert tending.counted() == {("acme", "moved"): 1}


# Once more, a day later -------------------------------------------------------------------------------------


def cut_off(vendor: Truth, store: Store) -> dict[str, str]:
    """Let a call end without an answer, its share be withdrawn and seen gone; returns what may come of it."""
    vendor.mind(answers=[0], methods=["PUT"])
    share(store)
    Share.objects.update(sending_at=now() - gaps.QUIET)
    withdraw(store)
    drain()
    assert only().state == "verified"
    return {f"acme-{store.ref}-1": "late"}


def test_what_a_frozen_worker_sent_before_it_was_killed_is_found_a_day_later(
    vendor: Truth, cedar: Store
) -> None:
    late = cut_off(vendor, cedar)
    drain(timedelta(hours=23))
    vendor.mind(copies=late)
    drain(timedelta(hours=25))
    assert vendor.copies == {}
    causes = Duty.objects.filter(kind=Duty.ERASE_COPY).order_by("pk").values_list("cause", "state")
    assert list(causes) == [("withdrawn", "verified"), ("late", "verified")]
    assert [body["cause"] for body in bodies()] == ["withdrawn", "late"]
    assert Share.objects.get().absent_at is not None


def test_where_nothing_came_it_is_looked_at_once_and_no_more(vendor: Truth, cedar: Store) -> None:
    cut_off(vendor, cedar)
    before = calls(vendor, "GET")
    for days in (2, 4):
        drain(timedelta(days=days))
        again.tend(now() + timedelta(days=days))
    assert calls(vendor, "GET") == before + 1
    held = Share.objects.get()
    assert (held.sending_at, held.absent_at is not None) == (None, True)
    assert Duty.objects.count() == 1


def test_a_look_that_lost_its_job_or_met_one_that_is_down_is_made_all_the_same(
    vendor: Truth, cedar: Store
) -> None:
    late = cut_off(vendor, cedar)
    Job.objects.all().delete()
    again.tend(now() + timedelta(hours=23))
    assert not Job.objects.exists()
    again.tend(now() + timedelta(hours=25))
    vendor.mind(copies=late, answers=[503], methods=["GET"])
    drain(timedelta(hours=25))
    assert Share.objects.get().sending_at is not None
    drain(timedelta(hours=50))
    assert vendor.copies == {}


def test_an_absence_behind_a_call_that_ended_is_the_last_word(vendor: Truth, cedar: Store) -> None:
    share(cedar)
    withdraw(cedar)
    drain()
    before = len(vendor.asked)
    drain(timedelta(days=3))
    assert len(vendor.asked) == before


def test_a_second_call_that_fails_for_good_does_not_make_the_first_one_forgotten(
    vendor: Truth, cedar: Store
) -> None:
    vendor.mind(answers=[0, 401], methods=["PUT"])
    share(cedar)
    first = Share.objects.get().sending_at
    drain(timedelta(minutes=1))
    held = Share.objects.get()
    assert held.reason.startswith("GrantRevoked")
    assert held.sending_at == first, "the first may still arrive"
    withdraw(cedar)
    drain()
    assert only().state == "sent"


def test_who_consents_again_before_the_second_look_is_not_disturbed_by_it(
    vendor: Truth, cedar: Store
) -> None:
    cut_off(vendor, cedar)
    share(cedar)
    drain(timedelta(days=2))
    assert len(vendor.copies) == 1
    assert consents.given(cedar).keys() == {"acme"}
    assert not Duty.objects.filter(cause="late").exists()
    shares.send(cedar.pk, "acme")
    assert calls(vendor, "PUT") == 2


def test_a_database_that_was_put_back_is_told_the_place_too(
    vendor: Truth, cedar: Store, settings: Any
) -> None:
    share(cedar)
    place = Share.objects.get().place
    noted = Annal.objects.get(kind="shared")
    Share.objects.all().delete()
    telling.tell(Told(number=9, kind="shared", store=cedar.ref, epoch=1, body=noted.body))
    assert Share.objects.get().place == place
    move(settings, "another bucket")
    withdraw(cedar)
    drain()
    assert (only().state, only().reason) == ("doing", WORDS)
