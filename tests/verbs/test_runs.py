"""Runs: which are begun, what becomes of one that waits, which are remembered."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from connectors import reading, sync
from connectors.models import Job, Run, RunMode, RunState, Store, StoreState
from connectors.work import leases
from tests import cast

pytestmark = pytest.mark.django_db


def done(store: Store, kind: str, mode: RunMode, started_at: datetime) -> Run:
    """A run that ended well."""
    run = Run.objects.create(
        store=store,
        epoch=store.epoch,
        kind=kind,
        mode=mode,
        state=RunState.DONE,
        started_at=started_at,
        finished_at=started_at + timedelta(minutes=1),
    )
    Run.objects.filter(pk=run.pk).update(created_at=started_at)
    return run


def modes(state: RunState = RunState.WAITING) -> set[tuple[str, str]]:
    return set(Run.objects.filter(state=state).values_list("kind", "mode"))


@pytest.fixture
def synced() -> Store:
    """A store that was read whole an hour ago."""
    store, _ = cast.store()
    for kind in sync.KINDS:
        done(store, kind, RunMode.FULL, timezone.now() - timedelta(hours=1))
    return store


def test_an_increment_begins_a_little_before_the_last_run_did(synced: Store) -> None:
    (run,) = sync.begin(synced, RunMode.SINCE, ("product",))
    newest = Run.objects.filter(kind="product", state=RunState.DONE).get()
    assert newest.started_at is not None
    assert (run.mode, run.since) == (RunMode.SINCE, newest.started_at - reading.OVERLAP)


def test_an_increment_that_waits_becomes_full_when_a_full_one_is_due(synced: Store) -> None:
    sync.begin(synced, RunMode.SINCE)
    assert modes() == {(kind, "since") for kind in sync.KINDS}
    assert sync.begin(synced, RunMode.FULL) == []
    assert modes() == {(kind, "full") for kind in sync.KINDS}
    assert not Run.objects.filter(state=RunState.WAITING, since__isnull=False).exists()


def test_an_increment_that_reads_already_stays_one(synced: Store) -> None:
    (run,) = sync.begin(synced, RunMode.SINCE, ("product",))
    Run.objects.filter(pk=run.pk).update(state=RunState.READING)
    assert sync.begin(synced, RunMode.FULL, ("product",)) == []
    run.refresh_from_db()
    assert (run.mode, run.since is None) == (RunMode.SINCE, False)


def test_an_increment_begun_for_a_waiting_full_run_leaves_it_full(synced: Store) -> None:
    sync.begin(synced, RunMode.FULL)
    assert sync.begin(synced, RunMode.SINCE) == []
    assert modes() == {(kind, "full") for kind in sync.KINDS}


def test_an_increment_is_full_where_nothing_was_ever_read() -> None:
    store, _ = cast.store()
    sync.begin(store, RunMode.SINCE)
    assert modes() == {(kind, "full") for kind in sync.KINDS}


@pytest.mark.parametrize(("hours", "mode"), [(24, "since"), (26, "full")])
def test_an_increment_becomes_full_when_the_day_s_full_run_was_missed(hours: int, mode: str) -> None:
    store, _ = cast.store()
    done(store, "product", RunMode.FULL, timezone.now() - timedelta(hours=hours))
    done(store, "product", RunMode.SINCE, timezone.now() - timedelta(hours=1))
    (run,) = sync.begin(store, RunMode.SINCE, ("product",))
    assert run.mode == mode


def test_a_full_run_that_failed_is_not_begun_anew_every_hour() -> None:
    store, _ = cast.store()
    done(store, "product", RunMode.FULL, timezone.now() - timedelta(days=3))
    failed = done(store, "product", RunMode.FULL, timezone.now() - timedelta(hours=2))
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED)
    (run,) = sync.begin(store, RunMode.SINCE, ("product",))
    # It goes on from the last good one, so nothing that changed since is missed.
    assert run.mode == RunMode.SINCE
    assert run.since is not None
    assert run.since < timezone.now() - timedelta(days=3)


def test_a_run_of_an_older_install_tells_nothing(synced: Store) -> None:
    synced.epoch = 2
    synced.save()
    (run,) = sync.begin(synced, RunMode.SINCE, ("product",))
    assert (run.epoch, run.mode) == (2, RunMode.FULL)


def test_every_open_store_gets_its_runs() -> None:
    stores = [Store(platform="shopify", fingerprint=bytes([n]) * 16, epoch=1) for n in range(20)]
    for store in stores:
        store.state = StoreState.ACTIVE
    Store.objects.bulk_create(stores)
    Store.objects.filter(pk=stores[0].pk).update(state=StoreState.REAUTH)
    Store.objects.filter(pk=stores[1].pk).update(state=StoreState.QUARANTINED)
    Store.objects.filter(pk=stores[2].pk).update(state=StoreState.CLOSED)
    assert sync.begin_all(RunMode.SINCE) == 17 * len(sync.KINDS)
    assert sync.begin_all(RunMode.FULL) == len(sync.KINDS)  # a closed one is asked once a day
    assert Run.objects.count() == Job.objects.filter(task="sync.step").count() == 18 * len(sync.KINDS)


def test_the_newest_good_run_of_each_kind_and_mode_is_remembered_for_ever() -> None:
    store, _ = cast.store()
    now = timezone.now()
    long_ago = now - timedelta(days=100)
    for mode in (RunMode.FULL, RunMode.SINCE):
        for days in (0, 1, 2):
            done(store, "product", mode, long_ago + timedelta(days=days))
    failed = done(store, "product", RunMode.FULL, long_ago + timedelta(days=3))
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED)
    recent = done(store, "sale", RunMode.FULL, now - timedelta(days=1))
    still_open = Run.objects.create(store=store, epoch=1, kind="offer", mode=RunMode.FULL)
    assert sync.prune(now) == 5
    left = Run.objects.exclude(pk__in=[recent.pk, still_open.pk])
    assert set(left.values_list("kind", "mode", "started_at")) == {
        ("product", mode, long_ago + timedelta(days=2)) for mode in ("full", "since")
    }
    assert sync.prune(now) == 0


def test_a_run_that_is_not_finished_in_time_is_given_up_and_leaves_no_file() -> None:
    store, _ = cast.store()
    run = Run.objects.create(store=store, epoch=1, kind="product", mode=RunMode.FULL, state=RunState.READING)
    Run.objects.update(created_at=timezone.now() - sync.PATIENCE - timedelta(minutes=1))
    sync.tend(timezone.now())
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error.startswith("not finished within")
    assert run.finished_at is not None
    (again,) = sync.begin(store, RunMode.FULL, ("product",))
    assert again.pk != run.pk


def test_an_open_run_whose_job_died_is_queued_again() -> None:
    store, _ = cast.store()
    sync.begin(store, RunMode.FULL, ("product",))
    Job.objects.all().delete()
    sync.tend(timezone.now())
    sync.tend(timezone.now())
    assert list(Job.objects.values_list("task", flat=True)) == ["sync.step"]


def test_a_job_that_died_is_shown_for_two_weeks() -> None:
    now = timezone.now()
    for state, days in (("dead", 13), ("dead", 15), ("done", 15), ("ready", 15)):
        Job.objects.create(
            task="sync.step",
            state=state,
            run_at=now - timedelta(days=days),
            finished=None if state == "ready" else now - timedelta(days=days),
            created=now - timedelta(days=days),
            max_attempts=1,
        )
    assert leases.prune(24) == 2
    left = Job.objects.order_by("pk").values_list("state", "finished")
    assert list(left) == [("dead", now - timedelta(days=13)), ("ready", None)]
