"""Duties: who asked, by which law, by when; refused for a law alone; told of before they are late."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from connectors import annals, configured, customers, duties, erase, grants
from connectors.errors import GrantRevoked, Missing, Unavailable
from connectors.models import Annal, AuditEntry, Duty, DutyState, Job, Receipt, Row, Store, StoreState
from connectors.models import Grant as GrantRow
from connectors.policy import deadlines
from tests import cast
from tests.verbs import birch as birches
from tests.verbs.birch import Birch
from tests.verbs.holders import leave

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ASKED = duties.Asked("redact", "platform", deadlines.PLATFORM, NOW)


@pytest.fixture
def store() -> Store:
    """A store that is open."""
    return cast.store()[0]


def copy(store: Store, asked: duties.Asked = ASKED) -> Duty:
    """Return a duty to erase what a processor holds."""
    return duties.owe(Duty.ERASE_COPY, store, asked, subject="intercom")


# What is written down --------------------------------------------------------------------------------


def test_a_duty_says_who_asked_by_which_law_and_by_when(store: Store) -> None:
    duty = copy(store)
    assert (duty.cause, duty.asked_by, duty.law) == ("redact", "platform", "platform")
    assert (duty.asked_at, duty.due_at, duty.deadline_at) == (NOW, NOW, NOW + timedelta(days=30))
    assert (duty.store_ref, duty.epoch, duty.subject, duty.state) == (store.ref, 1, "intercom", "asked")


def test_what_is_owed_already_is_not_owed_twice_and_keeps_its_clock(store: Store) -> None:
    first = copy(store)
    again = copy(store, duties.Asked("merchant", "merchant", deadlines.GDPR, NOW + timedelta(days=3)))
    assert again == first
    assert again.deadline_at == NOW + timedelta(days=30)
    assert duties.owe(Duty.ERASE_COPY, store, ASKED, subject="mailchimp") != first


def test_what_is_done_is_owed_anew(store: Store) -> None:
    first = copy(store)
    assert duties.end(first.kind, first, NOW, "", subject="intercom") == 1
    assert copy(store) != first


def test_an_erasure_that_waits_for_others_alone_hides_no_new_one(store: Store) -> None:
    first = duties.owe(Duty.ERASE_STORE, store, ASKED)
    assert duties.owe(Duty.ERASE_STORE, store, ASKED) == first
    Duty.objects.update(state=DutyState.SENT)
    assert duties.owe(Duty.ERASE_STORE, store, ASKED) != first


@pytest.mark.parametrize(
    ("cause", "by", "law", "days"),
    [
        ("uninstalled", "platform", "clock", 30),
        ("redact", "platform", "platform", 30),
        ("merchant", "merchant", "gdpr", 28),
        ("operator", "operator", "gdpr", 28),
        ("silent", "clock", "clock", 30),
        ("restored", "clock", "clock", 30),
    ],
)
def test_an_erasure_has_the_clock_of_who_asked_for_it(
    store: Store, cause: str, by: str, law: str, days: int
) -> None:
    duty = leave(store, cause)
    assert (duty.asked_by, duty.law) == (by, law)
    assert duty.deadline_at - duty.asked_at == timedelta(days=days)


def test_being_asked_again_never_puts_an_erasure_off(store: Store) -> None:
    duty = leave(store, "uninstalled")
    Duty.objects.update(due_at=timezone.now() + timedelta(days=1))
    store.refresh_from_db()
    later = timezone.now() + timedelta(days=1)
    for cause, deadline in (("redact", duty.deadline_at), ("merchant", later + timedelta(days=28))):
        erase.redact(store, later, cause)
        told = Duty.objects.get()
        assert (told.cause, told.deadline_at) == (cause, deadline)


@pytest.mark.parametrize(("kind", "days"), [(Duty.ERASE_SALES, 10), (Duty.REPORT_SALES, 30)])
def test_a_customer_s_request_has_the_clock_of_its_kind(store: Store, kind: str, days: int) -> None:
    if kind == Duty.ERASE_SALES:
        customers.redact_sales(store, ("1",), NOW, NOW)
    else:
        customers.report_sales(store, ("1",), "7", NOW, NOW)
    duty = Duty.objects.get(kind=kind)
    assert (duty.asked_by, duty.state) == ("platform", "done")
    assert duty.deadline_at - duty.asked_at == timedelta(days=days)


# Refused ---------------------------------------------------------------------------------------------


def refuse(duty: Duty, law: str = "gdpr", reason: str = "article 17 (3) (b)") -> Duty:
    """Refuse a duty as an operator would."""
    return duties.refuse(duty.ref, law, reason, "operator ada", timezone.now())


def test_a_refused_duty_names_the_law_to_ledger_and_log(store: Store) -> None:
    duty = refuse(copy(store))
    assert (duty.state, duty.reason) == ("refused", "gdpr: article 17 (3) (b)")
    told = Annal.objects.get(kind=annals.Kind.REFUSED)
    assert duty.ref in told.body
    assert "article 17" in told.body
    entry = AuditEntry.objects.get(action="duty.refused")
    assert (entry.store_ref, entry.actor) == (store.ref, "operator ada")


@pytest.mark.parametrize("kind", [Duty.RETAIN, Duty.REFRESH_GRANT, Duty.ERASE_SALES])
def test_what_no_law_lets_be_refused_is_not(store: Store, kind: str) -> None:
    duty = duties.owe(kind, store, ASKED)
    with pytest.raises(duties.NotRefusable):
        refuse(duty)
    duty.refresh_from_db()
    assert duty.state == "asked"
    assert not Annal.objects.filter(kind=annals.Kind.REFUSED).exists()


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ("platform", "article 17"),
        ("clock", "article 17"),
        ("", "article 17"),
        ("gdpr", ""),
        ("gdpr", "ask ada@cedar.example why"),
        ("gdpr", "x" * 81),
    ],
)
def test_a_reason_is_a_place_in_a_law_and_nothing_else(store: Store, law: str, reason: str) -> None:
    with pytest.raises(duties.NotRefusable):
        refuse(copy(store), law, reason)
    assert Duty.objects.get().state == "asked"


def test_nothing_is_refused_that_is_not_owed_or_not_there(store: Store) -> None:
    duty = copy(store)
    duties.end(duty.kind, duty, NOW, "", subject="intercom")
    with pytest.raises(duties.NotRefusable, match="done"):
        refuse(duty)
    with pytest.raises(Missing):
        duties.refuse("er_aaaaaaaaaaaaaaaa", "gdpr", "article 17", "operator", NOW)


def test_an_erasure_that_is_refused_is_never_carried_out(store: Store) -> None:
    duty = leave(store)
    refuse(duty)
    erase.carry(duty.pk)
    erase.tend(timezone.now())
    duty.refresh_from_db()
    assert duty.state == "refused"
    assert configured.keystore().state(store.ref, 1) != "destroyed"
    assert not Receipt.objects.exists()


def test_an_erasure_that_was_begun_cannot_be_refused(store: Store) -> None:
    duty = leave(store)
    Duty.objects.update(state=DutyState.DOING)
    with pytest.raises(duties.NotRefusable, match="begun"):
        refuse(duty)


def test_the_erasure_that_waited_for_what_is_refused_goes_on(store: Store) -> None:
    waited = copy(store)
    erasure = leave(store)
    erase.carry(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erase.awaited(erasure)) == ("sent", "Intercom (asked)")
    assert not Receipt.objects.exists()
    Job.objects.all().delete()
    refuse(waited)
    assert Job.objects.filter(task="erase.carry").exists()
    erase.carry(erasure.pk)
    assert Receipt.objects.get().duty == erasure


# Late ------------------------------------------------------------------------------------------------


def test_a_duty_that_is_about_to_be_late_is_told_of_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    duty = copy(store)
    with caplog.at_level(logging.WARNING, "connectors.duties"):
        assert duties.alarm(NOW + timedelta(days=22)) == 0
        assert caplog.records == []
        assert duties.alarm(NOW + timedelta(days=24)) == 1
        assert duties.alarm(NOW + timedelta(days=25)) == 0
        assert duties.alarm(NOW + timedelta(days=40)) == 0
    (record,) = caplog.records
    assert record.getMessage() == (
        f"duty {duty.ref}, erase.copy, is asked: 144 hours left until 2026-12-23 12:00"
    )


def test_a_short_duty_is_told_of_in_its_last_quarter(store: Store) -> None:
    duties.owe(Duty.RETAIN, store, duties.Asked("period", "clock", deadlines.RETENTION, NOW))
    assert duties.alarm(NOW + timedelta(hours=35)) == 0
    assert duties.alarm(NOW + timedelta(hours=37)) == 1


def test_nobody_is_told_of_a_duty_that_is_done(store: Store) -> None:
    refuse(copy(store))
    assert duties.alarm(NOW + timedelta(days=40)) == 0


def test_a_late_duty_stands_as_overdue_and_goes_on(store: Store) -> None:
    duty = copy(store)
    late = NOW + timedelta(days=30, hours=5)
    assert duties.standings(NOW) == [("erase.copy", "asked", 1)]
    assert duties.standings(late) == [("erase.copy", "overdue", 1)]
    assert duties.hours_left(late) == [("erase.copy", -5)]
    assert duty.owed
    refuse(duty)
    assert duties.standings(late) == [("erase.copy", "refused", 1)]
    assert duties.hours_left(late) == []


# A grant that would end unused ------------------------------------------------------------------------


@pytest.fixture
def idle(birch: Birch) -> Store:
    """A store whose refresh token ends in ten days."""
    store, _ = birches.store()
    GrantRow.objects.update(refresh_expires_at=timezone.now() + timedelta(days=10))
    return store


def test_a_grant_that_would_end_is_owed_until_it_is_turned(
    idle: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(grants, "turn", away)
        assert grants.turn_idle(timezone.now()) == 1
        assert grants.turn_idle(timezone.now()) == 1
    duty = Duty.objects.get()
    assert (duty.kind, duty.state, duty.attempts) == (Duty.REFRESH_GRANT, "asked", 2)
    assert (duty.reason, duty.deadline_at) == ("Unavailable", GrantRow.objects.get().refresh_expires_at)
    monkeypatch.setattr(grants, "turn", lambda *_: None)
    assert grants.turn_idle(timezone.now()) == 1
    duty.refresh_from_db()
    assert (duty.state, duty.attempts, duty.reason) == ("done", 3, "")


def test_a_grant_that_is_dead_is_owed_no_more(idle: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object) -> None:
        raise GrantRevoked

    monkeypatch.setattr(grants, "turn", dead)
    grants.turn_idle(timezone.now())
    assert (Duty.objects.get().state, Duty.objects.get().reason) == ("done", "GrantRevoked")


@pytest.mark.usefixtures("idle")
def test_a_grant_that_somebody_else_has_turned_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.objects.get()
    duties.owe(Duty.REFRESH_GRANT, store, ASKED)
    GrantRow.objects.update(refresh_expires_at=timezone.now() + timedelta(days=90))
    monkeypatch.setattr(grants, "turn", lambda *_: pytest.fail("it was tried"))
    assert grants.turn_idle(timezone.now()) == 0
    assert Duty.objects.get().state == "done"


def test_a_store_that_leaves_owes_no_grant(idle: Store) -> None:
    duties.owe(Duty.REFRESH_GRANT, idle, ASKED)
    leave(idle)
    duty = Duty.objects.get(kind=Duty.REFRESH_GRANT)
    assert (duty.state, duty.reason) == ("done", "the store has left")
    assert Store.objects.get().state == StoreState.QUARANTINED
    assert not Row.objects.exclude(kind="gone").exists()
