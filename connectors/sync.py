"""Sync: runs that read one kind of one store, and count as read only when their counts agree.

A run is a row with a state; a step takes it as far as it can and can be killed anywhere:

    waiting -> (exporting ->) reading -> done | failed

What a batch kept and how far the run came are committed together, so a killed run resumes behind its last
batch. Reading itself is in `connectors.reading`.
"""

import contextlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Subquery
from django.utils import timezone

from connectors import grants, reading, work
from connectors.errors import MintaError
from connectors.models import Run, RunMode, RunState, Store, StoreState
from connectors.platforms.base import Reader
from connectors.policy import retention
from connectors.rows import Superseded

KINDS = ("store", "offer", "product", "sale")
#: A run that is still open after this time is given up, so that the next can begin.
PATIENCE = timedelta(hours=24)
DAY = timedelta(days=1)
#: How often a day the first sync of a kind is begun again; the hourly one goes on after that.
FIRST_TRIES = 6
#: How long runs are remembered.
MEMORY = retention.RUN.time
#: After this time without a full run an increment becomes one.
SWEEP_AGE = timedelta(hours=25)
#: Why a run is no longer worth trying: kept as a class name and our own sentence.
_ERROR_CHARACTERS = 300


def begin(store: Store, mode: RunMode, kinds: tuple[str, ...] = KINDS) -> list[Run]:
    """Open a run for each kind that has none open, in this transaction, and queue its first step.

    Of a store that its merchant has paused nothing is read.
    """
    opened: list[Run] = []
    if store.paused_at is not None:
        return opened
    for kind in kinds:
        busy = Run.objects.filter(store=store, epoch=store.epoch, kind=kind, state__in=Run.OPEN)
        if mode == RunMode.FULL:
            # Both are begun at midnight, and only a full one sees what is gone.
            busy.filter(state=RunState.WAITING).update(mode=RunMode.FULL, since=None)
        if busy.exists():
            continue
        since = _watermark(store, kind) if mode == RunMode.SINCE else None
        run = Run.objects.create(
            store=store,
            epoch=store.epoch,
            kind=kind,
            mode=RunMode.SINCE if since else RunMode.FULL,
            since=since,
        )
        queue(run)
        opened.append(run)
    return opened


def begin_anew(store: Store, why: str, now: datetime) -> None:
    """Give up what is being read of a store and read all of it from the first page; in this transaction."""
    open_runs = Run.objects.filter(store=store, epoch=store.epoch, state__in=Run.OPEN)
    open_runs.update(state=RunState.FAILED, error=why, finished_at=now, cursor=None)
    begin(store, RunMode.FULL)


def queue(run: Run) -> None:
    """Queue the run's next step; one step at a time per store."""
    work.enqueue("sync.step", run.pk, lock=f"store-{run.store_id}", dedupe=f"run-{run.pk}")


def _watermark(store: Store, kind: str) -> datetime | None:
    """Return since when an increment must read; None when a full run is due instead."""
    runs = Run.objects.filter(store=store, epoch=store.epoch, kind=kind)
    if not runs.filter(mode=RunMode.FULL, created_at__gt=timezone.now() - SWEEP_AGE).exists():
        return None  # the day's full run was missed
    done = runs.filter(state=RunState.DONE)
    newest: datetime | None = done.aggregate(newest=Max("started_at"))["newest"]
    return newest and newest - reading.OVERLAP


def step(run_id: int) -> None:
    """Take a run as far as it goes now.

    Raises work.Later while the platform is still busy, and errors that are worth another try; others end the
    run as failed, with the reason.
    """
    run = Run.objects.select_related("store").filter(pk=run_id).first()
    if run is None or run.state not in Run.OPEN:
        return
    try:
        grants.use(run.store, lambda reader: _advance(run, reader))
    except Superseded:
        _fail(run, "the store was uninstalled or installed anew")
    except MintaError as error:
        if error.retry:
            raise
        _fail(run, _sentence(error))
    else:
        _reopen(run)


def _advance(run: Run, reader: Reader) -> None:
    run.refresh_from_db()  # it may be the second try
    reading.advance(run, reader)


def _reopen(run: Run) -> None:
    """A store that answers is closed no more."""
    Store.objects.filter(pk=run.store_id, epoch=run.epoch, state=StoreState.CLOSED).update(
        state=StoreState.ACTIVE, stopped_at=None
    )


def _sentence(error: MintaError) -> str:
    return f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]


def _fail(run: Run, reason: str) -> None:
    Run.objects.filter(pk=run.pk, state__in=Run.OPEN).update(
        state=RunState.FAILED, error=reason, finished_at=timezone.now(), cursor=None
    )
    reading.discard(run)
    if run.export_id and run.announced is None:
        # Five may run at a time: one that nobody waits for is in the way of the next.
        with contextlib.suppress(MintaError):
            grants.use(run.store, lambda reader: _cancel(reader, run.export_id))


def _cancel(reader: Reader, export_id: str) -> None:
    if reader.exporter is not None:
        reader.exporter.cancel_export(export_id)


def wake(export_id: str, store: Store) -> None:
    """Look at once at the run whose export the platform says is finished."""
    for run in Run.objects.filter(store=store, export_id=export_id, state=RunState.EXPORTING):
        work.enqueue("sync.step", run.pk, lock=f"store-{run.store_id}", dedupe=f"wake-{run.pk}")


def begin_all(mode: RunMode) -> int:
    """Open runs for every store that may have changed; returns how many were opened."""
    states = [StoreState.ACTIVE] if mode == RunMode.SINCE else [StoreState.ACTIVE, StoreState.CLOSED]
    opened = 0
    for store_id in list(Store.objects.filter(state__in=states, paused_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
            if store.state in states:
                opened += len(begin(store, mode))
    return opened


def tend(now: datetime) -> None:
    """Queue open runs whose job is dead again, give up old ones, begin first ones that failed anew."""
    for run in list(Run.objects.filter(state__in=Run.OPEN).select_related("store")):
        if run.created_at < now - PATIENCE:
            _fail(run, f"not finished within {PATIENCE}")
        else:
            queue(run)
    _begin_again(now)


def _begin_again(now: datetime) -> None:
    """Try the first sync of a kind again when it failed: until then the merchant's page is empty."""
    recent = Run.objects.filter(
        store__state=StoreState.ACTIVE,
        store__paused_at=None,
        epoch=F("store__epoch"),
        state=RunState.FAILED,
        created_at__gt=now - DAY,
    )
    for failed in recent.values("store", "epoch", "kind").annotate(times=Count("pk")):
        of_kind = {name: failed[name] for name in ("store", "epoch", "kind")}
        if failed["times"] > FIRST_TRIES or Run.objects.filter(**of_kind, state=RunState.DONE).exists():
            continue
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).get(pk=failed["store"])
            if store.state == StoreState.ACTIVE and store.epoch == failed["epoch"]:
                begin(store, RunMode.FULL, (failed["kind"],))


def prune(now: datetime) -> int:
    """Forget runs that ended long ago, but for the newest good ones, which tell where to go on."""
    same = {name: OuterRef(name) for name in ("store", "epoch", "kind", "mode")}
    newest = Run.objects.filter(**same, state=RunState.DONE).order_by("-started_at").values("pk")[:1]
    old = Run.objects.filter(finished_at__lt=now - MEMORY).exclude(pk__in=Subquery(newest))
    return old.delete()[0]
