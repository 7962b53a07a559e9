"""Reading one run: export or pages, batch by batch, then the sweep, then the counts."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors import configured, rows, work
from connectors.errors import BadAnswer, CountsDisagree
from connectors.models import Consent, Row, Run, RunMode, RunState, Store
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Exporter, ExportState, Found, Reader, Unreadable
from connectors.policy.records import Reported, StoreInfo
from connectors.policy.retention import OLDER, SALE
from connectors.vault import Spool, StoreKey

#: A window begins this much before the last one's start: the platform's clock is not ours.
OVERLAP = timedelta(minutes=5)
#: A sweep leaves out what is about to leave the platform's own view.
SWEEP_MARGIN = timedelta(days=1)
_POLL_SECONDS = (1, 1, 2, 3, 5, 8, 13, 21, 34, 60)
_REASONS_KEPT = 20
#: Why a record is refused that a redaction has barred.
REDACTED = "redacted"
#: 30,000 records, a few seconds.
BATCHES_A_STEP = 60
#: Up to a minute, where the platform paces us.
PAGES_A_STEP = 40
T = TypeVar("T")


def advance(run: Run, reader: Reader) -> None:
    """Take a run from its state to done; raises work.Later while the platform writes its export."""
    key = configured.keystore().get(run.store.ref, run.epoch)
    if run.state == RunState.WAITING:
        _start(run, reader)
    if run.state == RunState.EXPORTING:
        _await_export(run, reader)
    if run.kind == "store":
        _read_store(run, reader, key)
    elif run.export_id:
        _read_export(run, reader, key)
    else:
        _read_pages(run, reader, key)
    _finish(run, reader)


def _save(run: Run, **changed: object) -> None:
    """Write down how far a run is, while it is open and its store too; raises Superseded otherwise."""
    with transaction.atomic():
        rows.open_epoch(run.store_id, run.epoch)
        if not Run.objects.filter(pk=run.pk, state__in=Run.OPEN).update(**changed):
            raise rows.Superseded(f"Run {run.pk} was ended meanwhile")
    for name, value in changed.items():
        setattr(run, name, value)


def _start(run: Run, reader: Reader) -> None:
    started_at = timezone.now()
    exporter = reader.exporter
    if run.mode == RunMode.FULL and exporter is not None and run.kind in exporter.exports:
        export_id = exporter.start_export(run.kind)
        _save(run, started_at=started_at, state=RunState.EXPORTING, export_id=export_id)
    else:
        # As it will be read, whatever has been asked of it since this step began.
        _save(run, started_at=started_at, state=RunState.READING, mode=run.mode, since=run.since)


def _await_export(run: Run, reader: Reader) -> None:
    export = _exporter(reader).export(run.export_id)
    if export.state == ExportState.RUNNING:
        _save(run, polls=run.polls + 1)
        raise work.Later(_POLL_SECONDS[min(run.polls, len(_POLL_SECONDS)) - 1])
    if export.state == ExportState.FAILED:
        raise BadAnswer(f"The platform's export failed: {export.reason}")
    # A file without its count of records is still held to its count of lines.
    announced = 0 if export.state == ExportState.EMPTY else export.roots or None
    _save(run, announced=announced, state=RunState.READING)


def _exporter(reader: Reader) -> Exporter:
    """Return what wrote the export of a run that has one."""
    if reader.exporter is None:
        raise BadAnswer("The platform writes no exports any more")
    return reader.exporter


def _read_store(run: Run, reader: Reader, key: StoreKey) -> None:
    if run.parsed:
        return
    fresh = reader.store()
    held = held_store(run.store, key)
    record = replace(fresh, reported=held.reported if held else None)
    keep_store(run.store, key, record, run.pk)
    _save(run, announced=1, parsed=1, kept=1)


def held_store(store: Store, key: StoreKey) -> StoreInfo | None:
    """Return the store's own record as it is held now."""
    for each in rows.opened(key, rows.of_store(store, "store")):
        if isinstance(each.record, StoreInfo):
            return each.record
    return None


def keep_store(store: Store, key: StoreKey, record: StoreInfo, seen_run: int) -> None:
    """Keep the store's own record, and the fingerprint that binds deliveries to its number."""
    found = Found("store", record.store_id, record.updated_at or timezone.now(), record)
    with transaction.atomic():
        if rows.write(store.pk, store.epoch, key, [found], seen_run).put and _shared(store):
            work.enqueue("sharing.look", store.pk, dedupe=f"share-look-{store.pk}")
        fingerprint = configured.finder().fingerprint(store.platform, "id", record.store_id)
        Store.objects.filter(pk=store.pk).update(id_fingerprint=fingerprint)


def _shared(store: Store) -> bool:
    """Tell whether a processor may have to be told what changed."""
    return Consent.objects.filter(store=store, epoch=store.epoch, withdrawn_at=None).exists()


def merge_report(held: Reported | None, came: Reported | None, fields: frozenset[str]) -> Reported | None:
    """Return what is known once a report that speaks of `fields` came; an earlier one adds nothing."""
    if held is None or came is None:
        return came or held
    if came.observed_at < held.observed_at:
        return held
    spoken = {name: getattr(came, name) for name in fields}
    return replace(held, source=came.source, observed_at=came.observed_at, **spoken)


def _read_export(run: Run, reader: Reader, key: StoreKey) -> None:
    if run.announced == 0:
        return
    spool, exporter = _spool(run, key), _exporter(reader)
    if not spool.complete:
        export = exporter.export(run.export_id)
        if export.state != ExportState.READY:
            raise BadAnswer(f"The platform's export is {export.state} and was ready before")
        with spool:
            exporter.download(export, spool)
    batches = _batches(exporter.exported(run.kind, spool, run.parsed), rows.BATCH_ROWS)
    for number, batch in enumerate(batches, start=1):
        with transaction.atomic():
            _keep(run, key, batch, snapshot=True)
        if number == BATCHES_A_STEP:
            raise work.Later(0)  # stores take turns, and this one's deliveries too


def _read_pages(run: Run, reader: Reader, key: StoreKey) -> None:
    place = str(run.pk)
    if run.cursor is None and run.parsed:
        # A run that was killed behind its last page begins anew, and so do its counts.
        _save(run, parsed=0, kept=0, refused=0, reasons={})
    for number in count(1):
        cursor = key.recall("cursor", place, run.cursor, str) if run.cursor else None
        page = reader.page(run.kind, run.since, cursor)
        # Before the last page is kept: where the platform must be asked again, no page before it is.
        there = _counted(run, reader) if page.cursor is None else None
        with transaction.atomic():
            _keep(run, key, page.items)
            sealed = key.keep("cursor", place, page.cursor) if page.cursor else None
            rows.open_epoch(run.store_id, run.epoch, key=key)
            _save(run, cursor=sealed)
        if page.cursor is None:
            break
        if number == PAGES_A_STEP:
            raise work.Later(0)  # stores take turns, and this one's deliveries too
    if there is not None:
        if there > run.parsed:
            raise CountsDisagree(f"the platform has {there}, its pages held {run.parsed}")
        _save(run, announced=run.parsed)


def _counted(run: Run, reader: Reader) -> int | None:
    """No platform counts what changed since, but it may say how much there is."""
    return reader.count(run.kind) if run.mode == RunMode.FULL else None


def _keep(run: Run, key: StoreKey, items: Iterable[Found | Unreadable], *, snapshot: bool = False) -> None:
    found: list[Found] = []
    reasons: Counter[str] = Counter(run.reasons)
    parsed = 0
    for each in items:
        parsed += 1
        if isinstance(each, Found):
            found.append(each)
        else:
            known = each.reason in reasons or len(reasons) < _REASONS_KEPT
            reasons[each.reason if known else "other"] += 1
    written = rows.write(run.store_id, run.epoch, key, found, run.pk, snapshot=snapshot)
    reasons += Counter({REDACTED: written.barred, OLDER: written.old})
    refused = parsed - len(found) + written.barred + written.old
    _save(
        run,
        parsed=run.parsed + parsed,
        kept=run.kept + parsed - refused,
        refused=run.refused + refused,
        reasons=dict(reasons),
    )


def _finish(run: Run, reader: Reader) -> None:
    if run.announced is not None and run.announced != run.parsed:
        raise CountsDisagree(f"{run.announced} announced, {run.parsed} parsed")
    if run.parsed != run.kept + run.refused:
        raise CountsDisagree(f"{run.parsed} parsed, {run.kept} kept and {run.refused} refused")
    if run.mode == RunMode.FULL and not run.reasons.keys() - {REDACTED, OLDER}:
        _doubt_emptiness(run, reader)
        while _sweep(run):
            pass
    # What could not be read may still be there: a run with such records takes nothing away.
    discard(run)
    _save(run, state=RunState.DONE, finished_at=timezone.now(), cursor=None)


def _doubt_emptiness(run: Run, reader: Reader) -> None:
    """Ask once more before a store that had records is believed to have none."""
    if run.parsed or not _unseen(run).exists():
        return
    if reader.page(run.kind, None, None).items:
        raise CountsDisagree("The export holds nothing, and the platform's pages do")


def _unseen(run: Run) -> QuerySet[Row]:
    unseen = Row.objects.filter(
        store=run.store, epoch=run.epoch, kind=run.kind, seen_run__lt=run.pk, sealed__isnull=False
    ).exclude(dated_at__lt=timezone.now() - SALE.time)  # removed by `connectors.retention`, with a receipt
    days = PLATFORMS[run.store.platform].history_days.get(run.kind)
    if days is not None and run.started_at is not None:
        unseen = unseen.filter(dated_at__gte=run.started_at - timedelta(days=days) + SWEEP_MARGIN)
    return unseen


def _sweep(run: Run) -> int:
    """Turn a batch of rows that a full run did not see into tombstones; returns how many."""
    with transaction.atomic():
        rows.open_epoch(run.store_id, run.epoch)
        batch = _unseen(run).order_by("change").values_list("pk", flat=True)[: rows.BATCH_ROWS]
        gone = rows.remove(Row.objects.filter(pk__in=list(batch)))
        _save(run, gone=run.gone + gone)
    return gone


def newest_run(store: Store, kind: str) -> int:
    """Return the number that marks a row as seen by whatever full run is open now."""
    newest = Run.objects.filter(store=store, epoch=store.epoch, kind=kind).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def _folder(store_ref: str, epoch: int) -> Path:
    folder: Path = settings.SPOOL_DIR / f"{store_ref}-{epoch}"
    return folder


def _spool(run: Run, key: StoreKey) -> Spool:
    folder = _folder(run.store.ref, run.epoch) / str(run.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Spool(folder, key, f"run {run.pk} {key.id}")  # what was sealed before a re-seal is read anew


def discard(run: Run) -> None:
    """Delete what a run has on disk; needs no key."""
    _remove(_folder(run.store.ref, run.epoch) / str(run.pk))


def remove_spools(store_ref: str, epoch: int) -> None:
    """Delete everything that a store's runs have on this machine's disk."""
    _remove(_folder(store_ref, epoch))


def sweep_spools() -> None:
    """Delete files of runs that are over: left by a kill, or by an erasure on another machine."""
    found = list(settings.SPOOL_DIR.glob("st_*-*/*/"))  # before the look at the runs: what begins later stays
    runs = Run.objects.filter(state__in=Run.OPEN).select_related("store")
    needed = {_folder(run.store.ref, run.epoch) / str(run.pk) for run in runs}
    for folder in found:
        if folder not in needed:
            _remove(folder)


def _remove(folder: Path) -> None:
    while folder.exists():
        with suppress(FileNotFoundError):  # another worker removes it too
            shutil.rmtree(folder)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
