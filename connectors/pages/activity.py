"""What was done with what is held: reads, syncs, answers to customers, receipts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Max, Sum

from connectors import receipts
from connectors.customers import Answer
from connectors.models import Duty, DutyState, FeedRead, Receipt, Report, Run, RunMode, RunState, Store
from connectors.pages.lists import COLUMNS, NOUNS, Cell, Column, line_of
from connectors.platforms.base import Platform
from connectors.policy.clauses import Purpose
from connectors.policy.retention import OLDER, SALE
from connectors.reading import REDACTED
from connectors.vault import StoreKey

KINDS: Final = {"store": "Store", **{kind: many.capitalize() for kind, (_, many) in NOUNS.items()}}
MODES: Final = {RunMode.FULL.value: "Everything", RunMode.SINCE.value: "What changed"}
#: How many answers and receipts the page shows, newest first.
SHOWN: Final = 20
#: Our reasons to refuse a record, in plain words; a platform's own are types and places already.
_WHY: Final = {
    OLDER: f"made more than {SALE.days} days ago, and sales are kept for no longer",
    REDACTED: "erased at a customer's request, and not to come back",
}


@dataclass(frozen=True)
class SyncLine:
    """The newest run of one kind."""

    kind: str
    mode: str
    state: str
    failed: bool
    announced: int | None
    kept: int
    refused: int
    gone: int
    at: datetime
    error: str
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ReadLine:
    """How much was read for one purpose."""

    purpose: str
    count: int
    last_day: date | None


@dataclass(frozen=True, repr=False)
class ReportLine:
    """The answer to one customer's request."""

    request_id: str
    created_at: datetime
    asked: int
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class ReceiptLine:
    """One receipt, and the text of its file."""

    number: int
    done_at: datetime | None
    text: str


@dataclass(frozen=True)
class WaitingLine:
    """An erasure that is done here, and whose receipt waits for others."""

    emptied_at: datetime | None
    deadline_at: datetime


def syncs(platform: Platform, store: Store) -> list[SyncLine]:
    """Return the newest run of each kind."""
    mine = Run.objects.filter(store=store, epoch=store.epoch)
    newest = (mine.filter(kind=kind).order_by("-pk").first() for kind in KINDS)
    return [_sync_line(platform, run) for run in newest if run is not None]


def _sync_line(platform: Platform, run: Run) -> SyncLine:
    states = {
        RunState.WAITING: "Waiting for its turn",
        RunState.EXPORTING: f"{platform.title} is preparing it",
        RunState.READING: "Being read",
        RunState.DONE: "Complete: all counts agree",
        RunState.FAILED: "Failed",
    }
    return SyncLine(
        kind=KINDS[run.kind],
        mode=MODES[run.mode],
        state=states[RunState(run.state)],
        failed=run.state == RunState.FAILED,
        announced=run.announced,
        kept=run.kept,
        refused=run.refused,
        gone=run.gone,
        at=run.finished_at or run.started_at or run.created_at,
        error=run.error,
        reasons=tuple((_WHY.get(reason, reason), count) for reason, count in sorted(run.reasons.items())),
    )


def reads(store: Store) -> list[ReadLine]:
    """Return how many records were read from the feed, for every purpose."""
    found = FeedRead.objects.filter(store=store).values_list("purpose")
    sums = {purpose: (count, day) for purpose, count, day in found.annotate(Sum("count"), Max("day"))}
    return [ReadLine(each.words, *sums.get(each.key, (0, None))) for each in Purpose]


def reports(store: Store, key: StoreKey) -> list[ReportLine]:
    """Open the newest answers to customers' data requests."""
    newest = Report.objects.filter(store=store, epoch=store.epoch).order_by("-created_at", "-pk")[:SHOWN]
    return [_report_line(key, each) for each in newest]


def _report_line(key: StoreKey, report: Report) -> ReportLine:
    answer: Answer = key.recall("report", str(report.duty_id), report.sealed, Answer)
    return ReportLine(
        request_id=answer.request_id,
        created_at=report.created_at,
        asked=len(answer.sales_asked),
        columns=COLUMNS["sale"],
        lines=tuple(line_of(each) for each in answer.sales_held),
    )


def waiting_lines(store: Store) -> list[WaitingLine]:
    """Return the erasures of earlier installs that are done here and wait for others."""
    found = Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref=store.ref, state=DutyState.SENT)
    return [WaitingLine(each.emptied_at, each.deadline_at) for each in found.order_by("-epoch", "-pk")]


def receipt_lines(store: Store) -> list[ReceiptLine]:
    """Return the newest receipts of this store, of earlier installs too."""
    newest: Iterable[Receipt] = (
        Receipt.objects.filter(store_ref=store.ref).select_related("duty").order_by("-number")[:SHOWN]
    )
    return [
        ReceiptLine(each.number, each.duty.done_at, receipts.compose(each.body, each.signature))
        for each in newest
    ]
