"""What a life has come to, as facts that must be true after any sequence of moves."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from connectors import audit, configured, copies, receipts, replay, rows, sync, work
from connectors.errors import KeyGone, MintaError
from connectors.models import Duty, DutyState, Receipt, Row, RunMode, Store
from connectors.policy.records import Product, Sale
from tests.kill.world import World

#: epoch, kind, fingerprint, sealed
_Sealed = tuple[int, str, bytes | memoryview, bytes | memoryview | None]


def now() -> datetime:
    """Return this moment."""
    return timezone.now()


def facts(world: World, backups: list[str]) -> dict[str, Any]:
    """Let the platform deliver all and the worker do all, and return what is wrong, and what there is."""
    world.leases_run_out()
    world.deliver(*range(len(world.webhooks())))
    work.engine().drain(ticks=True)
    sync.begin_all(RunMode.FULL)
    world.work()
    store = Store.objects.first()
    wrong = [*_chain_faults(world.folder), *_duty_faults(store), *_open_faults(store, backups)]
    if replay.needed():
        wrong.append("the ledger says that the database is an old one")
    held = _held(store)
    return {
        "wrong": wrong,
        "state": store.state if store else None,
        "paused": bool(store and store.paused_at),
        "epoch": store.epoch if store else 0,
        "products": held.get("product"),
        "sales": held.get("sale"),
        "proofs": Receipt.objects.filter(duty__kind=Duty.ERASE_STORE).count(),
        "ended": Receipt.objects.filter(duty__kind=Duty.ERASE_STORE).values("duty__epoch").distinct().count(),
    }


def _chain_faults(folder: Path) -> Iterator[str]:
    """Find what is wrong with the receipts: the chain, and any that was ever seen and is another now."""
    texts = [receipts.compose(each.body, each.signature) for each in Receipt.objects.order_by("number")]
    try:
        receipts.verify_chain(texts, configured.signer().public_key_text)
        audit.verify()
        configured.ledger().verify()
    except MintaError as error:
        yield f"{type(error).__name__}: {error}"
    seen = folder / "receipts"
    before = seen.read_text().splitlines() if seen.exists() else []
    if texts[: len(before)] != before:
        yield "a receipt that was given out is gone or another"
    seen.write_text("".join(f"{text}\n" for text in texts))


def _duty_faults(store: Store | None) -> Iterator[str]:
    """Find duties that are neither done, nor waiting for their time, nor for others."""
    moment = now()
    for duty in Duty.objects.filter(state__in=Duty.OWED):
        waits = duty.state == DutyState.SENT and copies.owed(duty.store_ref, duty.epoch).exists()
        if duty.due_at <= moment and not waits and duty.standing(moment) != "overdue":
            yield f"{duty.kind} of epoch {duty.epoch} ({duty.cause}) is due and {duty.state}"
    if store is not None:
        ended = store.epoch if store.readable else store.epoch + 1
        known = set(Duty.objects.filter(kind=Duty.ERASE_STORE).values_list("epoch", flat=True))
        for epoch in range(1, ended):
            if epoch not in known:
                yield f"nobody owes the erasure of epoch {epoch}"


def _open_faults(store: Store | None, backups: list[str]) -> Iterator[str]:
    """Find rows, here or in a backup, that open though they were erased or are in quarantine."""
    if store is None:
        return
    keys = configured.keystore()
    live = store.epoch if store.readable else 0
    for place, sealed in [("here", _rows_here()), *((path, _rows_of(path)) for path in backups)]:
        for epoch, kind, fingerprint, content in sealed:
            try:
                rows.unseal(keys.get(store.ref, epoch), kind, bytes(fingerprint), bytes(content or b""))
            except MintaError:
                continue
            if epoch != live:
                yield f"a {kind} of epoch {epoch} opens in {Path(place).parent.name or place}"
                break


def _rows_here() -> list[_Sealed]:
    held = Row.objects.filter(sealed__isnull=False)
    return list(held.values_list("epoch", "kind", "fingerprint", "sealed"))


def _rows_of(path: str) -> list[_Sealed]:
    """Return the sealed rows of a backup that is a file."""
    if not Path(path).exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(
            "SELECT epoch, kind, fingerprint, sealed FROM connectors_row WHERE sealed IS NOT NULL"
        ).fetchall()


def _held(store: Store | None) -> dict[str, list[str]]:
    """Return the titles of the products and the ids of the sales that are held of an open store."""
    if store is None or not store.readable:
        return {}
    try:
        key = configured.keystore().get(store.ref, store.epoch)
    except KeyGone:
        return {}
    products = [each.record for each in rows.opened(key, rows.of_store(store, "product"))]
    sales = [each.record for each in rows.opened(key, rows.of_store(store, "sale"))]
    return {
        "product": sorted(each.title for each in products if isinstance(each, Product)),
        "sale": sorted(each.sale_id for each in sales if isinstance(each, Sale)),
    }
