"""What a life has come to: everything that is held, opened, without what differs from run to run."""

from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from connectors import annals, audit, configured, customers, grants, receipts, rows
from connectors.errors import MintaError
from connectors.models import (
    Annal,
    Bar,
    Delivery,
    Duty,
    FeedCopy,
    Grant,
    Job,
    Receipt,
    Report,
    Row,
    Run,
    Sequence,
    Share,
    Store,
)
from tests.kill import databases

Digest = dict[str, Any]


def digest() -> Digest:
    """Return the state of the database, the key store and the folders."""
    return {
        "stores": [[each.state, each.epoch, each.id_fingerprint is None] for each in Store.objects.all()],
        "grants": [_grant(each) for each in Grant.objects.all()],
        "rows": sorted(_row(each) for each in Row.objects.select_related("store")),
        "runs": sorted(_run(each) for each in Run.objects.all()),
        "deliveries": _deliveries(),
        "duties": sorted(
            [
                each.kind,
                each.epoch,
                each.cause,
                each.asked_by,
                each.law,
                each.state,
                each.unreadable_at is None,
                each.emptied_at is None,
                sorted(each.counts.items()),
            ]
            for each in Duty.objects.all()
        ),
        "copies": sorted(
            [each.key.name, each.epoch, each.confirmed_at is None, each.confirmed_by]
            for each in FeedCopy.objects.select_related("key")
        ),
        "annals": _annals(),
        "shares": sorted(
            [each.processor, each.epoch, each.absent_at is None] for each in Share.objects.all()
        ),
        "bars": Bar.objects.count(),
        "receipts": _receipts(),
        "reports": sorted(str(_report(each)) for each in Report.objects.select_related("store")),
        "jobs": sorted(Job.objects.exclude(state="done").values_list("task", "state")),
        "numbers": _numbers(),
        "keys": _keys(),
        "files": _files(),
        "sound": databases.is_sound(),
    }


def _grant(grant: Grant) -> list[Any]:
    """Return what stands of a grant, and whether the platform takes it."""
    name = grants.use(grant.store, lambda reader: reader.store().name)
    return [grant.epoch, grant.refreshing_until is None, name]


def _row(row: Row) -> list[Any]:
    if row.sealed is None:
        return [row.epoch, row.kind, "gone", ""]
    try:
        key = configured.keystore().get(row.store.ref, row.epoch)
        record = rows.unseal(key, row.kind, bytes(row.fingerprint), row.sealed)
    except MintaError as error:
        return [row.epoch, row.kind, type(error).__name__, ""]
    return [row.epoch, row.kind, "held", str(msgspec.to_builtins(record))]


def _run(run: Run) -> list[Any]:
    counts = [run.announced or 0, run.parsed, run.kept, run.refused, run.gone]
    return [run.epoch, run.kind, run.mode, run.state, counts, sorted(run.reasons.items()), run.error]


def _deliveries() -> list[Any]:
    """Return what was taken in; of an erased store only what would be left of a body."""
    kept = Delivery.objects.exclude(store__state="erased", sealed=None)
    return sorted([each.topic, each.state, each.epoch, each.reason, each.sealed is None] for each in kept)


def _annals() -> list[Any]:
    """Return what the ledger has, which must be all that is noted, once and in one chain."""
    annals.flush()
    ledger = configured.ledger()
    ledger.verify()
    last = ledger.last()
    noted = Annal.objects.filter(kept_at__isnull=False)
    there = noted.count() == Annal.objects.count() == (last.told.number if last else 0)
    audit.verify()
    return [there, *sorted(noted.values_list("kind", "epoch"))]


def _report(report: Report) -> Any:
    key = configured.keystore().get(report.store.ref, report.epoch)
    name = str(report.duty_id)
    return msgspec.to_builtins(key.recall("report", name, report.sealed, customers.Answer))


def _receipts() -> list[Any]:
    held = list(Receipt.objects.order_by("number"))
    chain = [receipts.compose(each.body, each.signature) for each in held]
    receipts.verify_chain(chain, configured.signer().public_key_text)
    return [[each.number, each.duty.kind, each.duty.epoch] for each in held]


def _numbers() -> bool:
    """Tell whether every change has a number of its own that was given out."""
    last = dict(Sequence.objects.values_list("name", "last")).get("change", 0)
    changes = list(Row.objects.values_list("change", flat=True))
    return len(set(changes)) == len(changes) and max(changes, default=0) <= last


def _keys() -> list[Any]:
    keys = configured.keystore()
    epochs = [(each, epoch) for each in Store.objects.all() for epoch in range(1, each.epoch + 2)]
    status = keys.status()
    return [
        [keys.state(store.ref, epoch) for store, epoch in epochs],
        status.wrapping_keys,
        status.unreadable,
    ]


def _files() -> list[str]:
    spools = [path.suffix for path in Path(settings.SPOOL_DIR).rglob("*") if path.is_file()]
    return sorted(spools + [path.name for path in settings.KEYSTORE_PATH.parent.iterdir()])
