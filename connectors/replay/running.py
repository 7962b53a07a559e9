"""Telling a database everything that it has forgotten, in order, each entry in a transaction of its own.

Killed, it goes on where it was; run twice, or by two at once, it tells nothing twice: who tells has the
sequence of the annals, under which everybody numbers.
"""

import json
import time
from collections import Counter
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from connectors import annals, audit, configured, counting, erase, sync
from connectors.ledger import Entry, Ledger
from connectors.models import Annal, Duty, Receipt, Sequence, Store, StoreState
from connectors.replay import standing, telling

#: What is read, now or as soon as its platform opens it again; a grant that is given anew begins by itself.
_READ: Final = (StoreState.ACTIVE, StoreState.CLOSED)


def replay() -> Counter[str]:
    """Tell the database what it has forgotten; returns by kind how many entries that was.

    Raises `connectors.ledger.Broken` when the ledger is not what was written, LedgerAway, and
    `telling.Unknown`.
    """
    ledger, counts = configured.ledger(), Counter[str]()
    ledger.verify()
    number = _step_back(ledger)
    while batch := ledger.read(number, standing.BATCH):
        counts.update(each.told.kind for each in batch if _tell(each))
        number = batch[-1].told.number
    _end(counts, timezone.now())
    standing.look_anew()
    return counts


def _step_back(ledger: Ledger) -> int:
    """Take the numbers back that the database gave to entries of its own since it was put back.

    They get others, behind those of the ledger. Returns the number up to which both agree.
    """
    with transaction.atomic():
        _hold_numbers()
        number = standing.agreed(ledger)
        own = Annal.objects.filter(number__gt=number)
        own.update(number=None, digest="", kept_at=None)
        Sequence.objects.filter(name=annals.SEQUENCE).update(last=number)
        if ledger.read(number, 1) and not standing.under_way():
            Sequence.objects.update_or_create(name=standing.UNDER_WAY, defaults={"last": 1})
            counting.leave_behind(int(time.time()) * 1_000_000)
    return number


def _hold_numbers() -> None:
    counting.take(annals.SEQUENCE, 0)


def _tell(entry: Entry) -> bool:
    """Tell one entry, unless another was quicker; returns whether that was done."""
    said = entry.told
    with transaction.atomic():
        _hold_numbers()
        if annals.has(entry):
            return False
        with annals.known_there():
            telling.tell(said)
        Annal.objects.create(
            number=said.number,
            kind=said.kind,
            store_ref=said.store,
            epoch=said.epoch,
            body=said.body,
            digest=entry.digest,
            kept_at=timezone.now(),
        )
        Sequence.objects.filter(name=annals.SEQUENCE).update(last=said.number)
    return True


def _end(counts: Counter[str], now: datetime) -> None:
    """Do what follows from everything that was told; all of it may be done again."""
    for annal in Annal.objects.filter(kind=annals.Kind.RECEIPT, number=None).order_by("pk"):
        _write_anew(annal, now)
    _leave_lost(now)
    erase.leave_restored(now)
    erase.tend(now)
    _read_anew(now)
    with transaction.atomic():
        if Sequence.objects.filter(name=standing.UNDER_WAY, last=1).update(last=0):
            audit.note("", audit.operator(), audit.REPLAYED, told=counts.total())
    annals.flush()


@transaction.atomic
def _write_anew(annal: Annal, now: datetime) -> None:
    """Give a receipt another number that this database wrote under one that was given before."""
    said = json.loads(annal.body)
    if Receipt.objects.filter(number=said["number"], body=said["body"]).exists():
        return
    annal.delete()
    duty = Duty.objects.filter(ref=said["duty"]["ref"], receipt=None).first()
    if duty is not None:
        erase.prove(duty, now)


def _leave_lost(now: datetime) -> None:
    """Erase what is elsewhere of an epoch of which the database has nothing: copies, shares, the key.

    Its grant and its records are lost with the newer database; its merchant opens the app anew.
    """
    for known in Store.objects.filter(state=StoreState.INSTALLING, epoch__gt=0):
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).get(pk=known.pk)
            if store.state == StoreState.INSTALLING and store.epoch == known.epoch:
                erase.uninstall(store, "restored", now, at_once=True)


def _read_anew(now: datetime) -> None:
    """Read every open store from its first page: what an old run had seen may be gone since."""
    for store_id in Store.objects.filter(state__in=_READ).values_list("pk", flat=True):
        with transaction.atomic():
            store = Store.objects.select_for_update(no_key=True).get(pk=store_id)
            if store.state in _READ:
                sync.begin_anew(store, "an older database was put back", now)
