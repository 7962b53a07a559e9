"""Silence: a store that the platform has refused for long has left, though nobody said so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from connectors import erase, sync
from connectors.errors import GrantRevoked
from connectors.models import Duty, Grant, Job, Row, Run, RunMode, Store, StoreState
from tests import cast
from tests.verbs import birch as cast_birch
from tests.verbs.birch import Birch

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=settings.SILENT_DAYS, minutes=1)


@pytest.mark.parametrize("state", [StoreState.REAUTH, StoreState.CLOSED])
def test_a_store_that_is_silent_for_long_is_uninstalled(state: StoreState) -> None:
    store, key = cast.store(state=state, stopped_at=LONG_AGO)
    cast.keep(store, key, cast.product())
    Grant.objects.create(store=store, epoch=1, sealed=b"sealed", rotated_at=LONG_AGO)
    erase.leave_silent(NOW)
    store.refresh_from_db()
    assert (store.state, store.stopped_at) == (StoreState.QUARANTINED, None)
    duty = Duty.objects.get()
    assert (duty.kind, duty.cause, duty.state) == (Duty.ERASE_STORE, "silent", "asked")
    # The merchant may still come back in time.
    assert duty.due_at == NOW + timedelta(hours=settings.QUARANTINE_HOURS)
    assert not Grant.objects.exists()
    assert Row.objects.filter(kind="product", sealed__isnull=False).exists()
    assert set(Job.objects.values_list("task", flat=True)) == {"erase.put_aside", "erase.carry"}
    erase.leave_silent(NOW)
    assert Duty.objects.count() == 1


def test_a_store_that_is_silent_for_a_while_is_left_alone() -> None:
    recently = NOW - timedelta(days=settings.SILENT_DAYS - 1)
    cast.store("a.myshopify.com", state=StoreState.REAUTH, stopped_at=recently)
    cast.store("b.myshopify.com", state=StoreState.CLOSED, stopped_at=recently)
    erase.leave_silent(NOW)
    assert set(Store.objects.values_list("state", flat=True)) == {"reauth", "closed"}
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    "state", [StoreState.ACTIVE, StoreState.INSTALLING, StoreState.QUARANTINED, StoreState.ERASED]
)
def test_a_store_that_answers_or_has_left_is_none_of_them(state: StoreState) -> None:
    cast.store(state=state, stopped_at=LONG_AGO)
    erase.leave_silent(NOW)
    assert Store.objects.get().state == state
    assert not Duty.objects.exists()


@pytest.mark.parametrize(("days", "state"), [(13, "reauth"), (15, "quarantined")])
def test_where_the_platforms_word_may_be_lost_its_own_time_counts(
    birch: Birch, days: int, state: str
) -> None:
    birch.silent_days = 14
    stopped_at = NOW - timedelta(days=days)
    ours, _ = cast_birch.store(state=StoreState.REAUTH)
    Store.objects.update(state=StoreState.REAUTH, stopped_at=stopped_at)
    other, _ = cast.store(state=StoreState.REAUTH, stopped_at=stopped_at)
    erase.leave_silent(NOW)
    ours.refresh_from_db()
    other.refresh_from_db()
    assert (ours.state, other.state) == (state, "reauth")


def test_a_store_that_is_closed_has_not_left_by_the_platforms_own_time(birch: Birch) -> None:
    birch.silent_days = 14
    cast_birch.store()
    Store.objects.update(state=StoreState.CLOSED, stopped_at=NOW - timedelta(days=15))
    erase.leave_silent(NOW)
    assert Store.objects.get().state == StoreState.CLOSED
    Store.objects.update(stopped_at=LONG_AGO)
    erase.leave_silent(NOW)
    assert Store.objects.get().state == StoreState.QUARANTINED


def test_a_longer_time_of_the_platforms_is_not_waited_for(birch: Birch) -> None:
    birch.silent_days = settings.SILENT_DAYS + 30
    cast_birch.store()
    Store.objects.update(state=StoreState.REAUTH, stopped_at=LONG_AGO)
    erase.leave_silent(NOW)
    assert Store.objects.get().state == StoreState.QUARANTINED


def test_the_daily_reading_finds_a_token_that_is_dead(birch: Birch) -> None:
    store, _ = cast_birch.store()
    birch.failing = GrantRevoked()

    def no_other_grant(*_: object) -> None:
        raise GrantRevoked

    birch.refresh = no_other_grant  # type: ignore[assignment, method-assign]
    assert sync.begin_all(RunMode.FULL) == len(sync.KINDS)
    for run in Run.objects.all():
        sync.step(run.pk)
    store.refresh_from_db()
    assert store.state == StoreState.REAUTH
    assert store.stopped_at is not None
    assert birch.asked == ["store"]
