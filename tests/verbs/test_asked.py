"""A deletion that was asked for by e-mail: nothing is erased by it before the merchant's own word."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connectors import asked, duties, erase, work
from connectors.errors import Missing
from connectors.models import AuditEntry, Duty, DutyState, Row, Store, StoreState
from connectors.policy import deadlines
from connectors.rows import Superseded
from tests.videos.cast import stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return stocked()[0]


def told(store: Store, *options: str) -> str:
    out = StringIO()
    call_command("asked", store.ref, *options, stdout=out)
    return out.getvalue()


class TestWritingItDown:
    @pytest.mark.parametrize(("law", "days"), [("gdpr", 28), ("ccpa", 45)])
    def test_it_is_a_duty_by_its_law_and_erases_nothing(self, store: Store, law: str, days: int) -> None:
        said = told(store, "--law", law)
        duty = Duty.objects.get()
        assert (duty.kind, duty.law, duty.asked_by, duty.state) == ("identify", law, "merchant", "asked")
        assert duty.deadline_at - duty.asked_at == timedelta(days=days)
        assert duty.ref in said
        assert "Nobody can delete a store by e-mail alone." in said
        work.engine().drain()
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE
        assert Row.objects.filter(sealed__isnull=False).count() == 4

    def test_asking_twice_is_one_duty_with_the_first_deadline(self, store: Store) -> None:
        before = asked.write_down(store.ref, deadlines.GDPR, timezone.now() - timedelta(days=3))
        told(store)
        assert Duty.objects.get().deadline_at == before.deadline_at
        assert AuditEntry.objects.filter(action="deletion.written_down").count() == 1

    def test_who_asks_again_under_a_law_with_less_time_is_answered_by_its_clock(self, store: Store) -> None:
        now = timezone.now()
        first = asked.write_down(store.ref, deadlines.CCPA, now - timedelta(days=10))
        again = asked.write_down(store.ref, deadlines.GDPR, now)
        assert (again.pk, again.law, again.deadline_at) == (first.pk, "gdpr", now + timedelta(days=28))
        assert again.asked_at == first.asked_at
        later = asked.write_down(store.ref, deadlines.CCPA, now + timedelta(days=1))
        assert (later.law, later.deadline_at) == ("gdpr", again.deadline_at)
        assert AuditEntry.objects.filter(action="deletion.written_down").count() == 2

    def test_one_that_is_forgotten_is_told_of_and_overdue_and_erases_nothing(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        duty = asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        before, after = duty.deadline_at - timedelta(hours=30), duty.deadline_at + timedelta(seconds=1)
        assert duties.alarm(before) == 1
        assert duty.ref in caplog.text
        assert duties.alarm(after) == 0
        asked.tend(after)
        duty.refresh_from_db()
        assert duty.standing(after) == "overdue"
        assert (duty.kind, duty.standing(after), 1) in duties.standings(after)
        assert asked.open_request(store) == duty
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE

    @pytest.mark.parametrize("state", [StoreState.QUARANTINED, StoreState.ERASED, StoreState.INSTALLING])
    def test_of_a_store_that_is_not_open_there_is_none(self, store: Store, state: StoreState) -> None:
        Store.objects.update(state=state)
        with pytest.raises(CommandError):
            told(store)
        assert not Duty.objects.exists()

    def test_of_an_unknown_store_there_is_none(self, store: Store) -> None:
        with pytest.raises(CommandError, match="no such store"):
            call_command("asked", "st_aaaaaaaaaaaaaaaa")


class TestTheAnswer:
    def test_confirmed_it_is_erased_and_answered(self, store: Store) -> None:
        told(store)
        duty = asked.erase_now(store, timezone.now())
        assert (duty.kind, duty.cause, duty.asked_by) == ("erase.store", "merchant", "merchant")
        assert duty.due_at <= timezone.now()
        request = Duty.objects.get(kind="identify")
        assert request.state == DutyState.DONE
        assert request.done_at is not None
        assert asked.open_request(store) is None

    def test_declined_nothing_is_erased(self, store: Store) -> None:
        told(store)
        asked.decline(store, timezone.now())
        assert Duty.objects.get().state == DutyState.REFUSED
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE
        assert AuditEntry.objects.filter(action="deletion.declined", actor="merchant").exists()
        with pytest.raises(Missing):
            asked.decline(store, timezone.now())

    def test_a_merchant_who_deletes_without_a_request_needs_none(self, store: Store) -> None:
        assert asked.erase_now(store, timezone.now()).cause == "merchant"

    def test_a_store_that_left_is_not_erased_twice(self, store: Store) -> None:
        asked.erase_now(store, timezone.now())
        with pytest.raises(Superseded):
            asked.erase_now(store, timezone.now())

    def test_a_store_that_leaves_by_another_way_answers_it(self, store: Store) -> None:
        told(store)
        asked.tend(timezone.now())
        assert Duty.objects.get(kind="identify").state == DutyState.ASKED
        erase.redact(store, timezone.now())
        asked.tend(timezone.now())
        assert Duty.objects.get(kind="identify").state == DutyState.DONE

    def test_an_old_request_says_nothing_of_a_later_install(self, store: Store) -> None:
        told(store)
        Store.objects.update(epoch=2)
        store.refresh_from_db()
        assert asked.open_request(store) is None
        asked.tend(timezone.now())
        assert Duty.objects.get().state == DutyState.DONE
