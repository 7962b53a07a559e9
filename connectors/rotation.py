"""Re-seal: put everything of one store under a new sealing key while it lives, place by place, and prove it.

    turn      the key store gives the key a new sealing secret; the one before still opens
    fence     the store's row names the new key: from here on nothing is written under the one before
    walk      what names the key before is opened and sealed anew, in batches, until a walk finds nothing
    settle    the secret before is dropped, and turned over, so that no copy of the key store has it

A value is replaced only where it is still the one that was read. A kill anywhere loses nothing: the next try
finds what is left by the key's name that stands in front of every sealed value.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Func, QuerySet, Value
from django.utils import timezone

from connectors import audit, configured, rows, work
from connectors.errors import CountsDisagree, KeyGone, Unsealable
from connectors.exports import making
from connectors.models import (
    Delivery,
    ExportPart,
    Grant,
    Report,
    Row,
    Run,
    Share,
    Store,
    Ticket,
    VideoPart,
)
from connectors.policy.records import KINDS
from connectors.policy.sharing import GIVEN
from connectors.processors import PROCESSORS
from connectors.turns import turn
from connectors.vault import StoreKey
from connectors.vault.aead import HEAD_BYTES, VERSION
from connectors.vault.spool import ID_BYTES
from connectors.videos import uploads

#: Values of one transaction; parts of files are 256 KiB each.
BATCH: Final = 500
PARTS: Final = 32
#: Until a worker looks whether a command that re-seals has come to its end.
_PATIENCE: Final = timedelta(minutes=10)
_WALKS: Final = 20
#: Of the time that a batch took, so much is left to others (SQLite).
_BREATH: Final = 0.5

#: Called after each batch: the place, and how many values of it are sealed anew.
Progress = Callable[[str, int], None]


class NotResealed(CountsDisagree):
    """Something of the store is sealed under the key before, again and again."""

    retry = True


Names = tuple[str | bytes, ...]


@dataclass(frozen=True)
class Place:
    """Where sealed values of a store lie, and under which kind and names each of them was sealed.

    A value has more than one name where it stands nowhere in clear which it is. `order` is unique in it.
    """

    title: str
    held: QuerySet[Any]
    kind: str
    names: Callable[[Any], Names]
    column: str = "sealed"
    order: str = "pk"
    batch: int = BATCH


@dataclass
class Counted:
    """How many values were sealed anew, by place, and how many are damaged: no key opens them."""

    resealed: Counter[str] = field(default_factory=Counter)
    damaged: int = 0


def places(store_ref: str, epoch: int) -> tuple[Place, ...]:
    """Return every place where something lies sealed under a store's key."""
    here = {"store__ref": store_ref, "epoch": epoch}
    in_video = {"file__video__store__ref": store_ref, "file__video__epoch": epoch}
    in_export = {"export__store__ref": store_ref, "export__epoch": epoch}
    records = Row.objects.filter(**here)
    films = VideoPart.objects.filter(**in_video).select_related("file__video")
    files = ExportPart.objects.filter(**in_export).select_related("export")
    return (
        Place("grants", Grant.objects.filter(**here), "grant", lambda _: ("grant",)),
        *(
            Place("rows", records.filter(kind=kind), kind, _by_fingerprint, order="fingerprint")
            for kind in KINDS
        ),
        Place("deliveries", Delivery.objects.filter(**here), "delivery", _by_fingerprint),
        Place("runs", Run.objects.filter(**here), "cursor", lambda run: (str(run.pk),), column="cursor"),
        Place("reports", Report.objects.filter(**here), "report", lambda each: (str(each.duty_id),)),
        Place("tickets", Ticket.objects.filter(**here), "ticket", lambda each: (bytes(each.digest),)),
        Place("videos", films, uploads.KIND, _of_video, batch=PARTS),
        Place("exports", files, making.KIND, _of_export, batch=PARTS),
    )


def _by_fingerprint(each: Any) -> Names:
    return (bytes(each.fingerprint),)


def _of_video(part: VideoPart) -> Names:
    file = part.file
    return tuple(uploads.part_name(file.video.ref, file, part.number, last=last) for last in (False, True))


def _of_export(part: ExportPart) -> Names:
    ref = part.export.ref
    return tuple(making.part_name(ref, part.attempt, part.number, last=last) for last in (False, True))


def planned(store: Store) -> dict[str, int]:
    """Return how many values of an open store lie sealed, place by place; raises KeyGone."""
    configured.keystore().get(store.ref, store.epoch)
    counts: Counter[str] = Counter()
    for place in places(store.ref, store.epoch):
        counts[place.title] += place.held.exclude(**{place.column: None}).count()
    return dict(counts)


def begin(store: Store, actor: str) -> str:
    """Queue the re-seal of an open store and return the public id of the key that is to go.

    A worker takes it up when whoever began it does not come to its end. Raises KeyGone.
    """
    key_id = configured.keystore().get(store.ref, store.epoch).id
    with transaction.atomic():
        audit.note(store.ref, actor, "key.turned", key=key_id)
        work.enqueue(
            "keys.reseal",
            store.pk,
            key_id,
            lock=f"reseal-{store.pk}",
            dedupe=f"reseal-{key_id}",
            run_after=timezone.now() + _PATIENCE,
        )
    return key_id


def reseal(store_id: int, key_id: str, progress: Progress | None = None) -> Counted:
    """Put everything of a store that is sealed under the key of this public id under a new one.

    Where that is done already, only copies of the key store are seen to. Raises KeyGone when the store has
    left, rows.Superseded when it leaves meanwhile, NotResealed.
    """
    store = Store.objects.get(pk=store_id)
    keys = configured.keystore()
    counted = Counted()
    key = keys.get(store.ref, store.epoch)
    if key.previous_id:  # of this re-seal, or of one that was killed before it
        _end(store, key, counted, progress)
    if key.id == key_id:
        keys.turn(store.ref, store.epoch, key_id)
        _end(store, keys.get(store.ref, store.epoch), counted, progress)
    keys.turn_over()
    return counted


def _end(store: Store, key: StoreKey, counted: Counted, progress: Progress | None) -> None:
    """Take a re-seal that is under way to its end."""
    with transaction.atomic():
        current = rows.open_epoch(store.pk, key.epoch)
        current.key_id, current.key_epoch = key.id, key.epoch
        current.save(update_fields=["key_id", "key_epoch"])
    _walk_until_nothing(store, key, counted, progress)
    _remove_spooled(store, key)
    with transaction.atomic():
        rows.open_epoch(store.pk, key.epoch)
        _share_anew(store, key)
        audit.note(
            store.ref, audit.CLOCK, "key.settled", key=key.id, before=key.previous_id, **counted.resealed
        )
    configured.keystore().settle(store.ref, key.epoch, key.previous_id)


def resume(store_id: int, key_id: str) -> None:
    """Take a re-seal to its end that whoever began it has not; of a store that left there is none."""
    with contextlib.suppress(KeyGone, rows.Superseded):
        reseal(store_id, key_id)


def _walk_until_nothing(store: Store, key: StoreKey, counted: Counted, progress: Progress | None) -> None:
    """Seal anew whatever names the key before, until a walk over all places has found nothing."""
    for _ in range(_WALKS):
        counted.damaged = found = 0
        for place in places(store.ref, key.epoch):
            resealed, damaged = _walk(store, key, place, counted, progress)
            found += resealed
            counted.damaged += damaged
        if not found:
            return
    raise NotResealed(f"Of store {store.ref} there was something under key {key.previous_id} at each look")


def _walk(
    store: Store, key: StoreKey, place: Place, counted: Counted, progress: Progress | None
) -> tuple[int, int]:
    """Walk over one place; returns how many values named the key before, and how many did not open."""
    old = _old(place, key)
    found = damaged = 0
    behind: Any = None
    while True:
        part = old if behind is None else old.filter(**{f"{place.order}__gt": behind})
        looked, opened = _batch(store, key, place, part)
        if not looked:
            return found, damaged
        behind = getattr(looked[-1], place.order)
        found += opened
        damaged += len(looked) - opened
        counted.resealed[place.title] += opened
        if progress is not None:
            progress(place.title, counted.resealed[place.title])


def _old(place: Place, key: StoreKey) -> QuerySet[Any]:
    """Leave of a place what names the key before."""
    head = Func(
        place.column, Value(1), Value(HEAD_BYTES), function="substr", output_field=models.BinaryField()
    )
    wanted = VERSION + bytes.fromhex(key.previous_id)
    old: QuerySet[Any] = place.held.alias(head=head).filter(head=wanted).order_by(place.order)
    return old


def _batch(store: Store, key: StoreKey, place: Place, part: QuerySet[Any]) -> tuple[list[Any], int]:
    """Seal a batch anew, in one transaction; returns what it looked at, and how many of it opened."""
    with turn():
        began = time.monotonic()
        with transaction.atomic():
            rows.open_epoch(store.pk, key.epoch, key=key)
            looked = list(part[: place.batch])
            opened = sum(_renewed(key, place, each) for each in looked)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_BREATH * (time.monotonic() - began))
    return looked, opened


def _renewed(key: StoreKey, place: Place, each: Any) -> bool:
    """Seal one value anew where it is still the one that was read; tell whether it opened."""
    before = bytes(getattr(each, place.column))
    for name in place.names(each):
        with contextlib.suppress(Unsealable):
            fresh = key.seal(place.kind, name, key.open(place.kind, name, before))
            # Not every writer holds the store's lock: what is newer stays.
            still = place.held.model._base_manager.filter(pk=each.pk, **{place.column: before})
            still.update(**{place.column: fresh})
            return True
    return False


def _remove_spooled(store: Store, key: StoreKey) -> None:
    """Delete downloads of before on this machine's disk; on another the run that is over deletes its own."""
    before = VERSION + bytes.fromhex(key.previous_id)
    for path in Path(settings.SPOOL_DIR).glob(f"{store.ref}-{key.epoch}/*/*"):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            if file.read(ID_BYTES + HEAD_BYTES)[ID_BYTES:] == before:
                path.unlink()


def _share_anew(store: Store, key: StoreKey) -> None:
    """Have a processor given again what it keeps sealed: what it has will not open any more."""
    kept = [name for name, each in PROCESSORS.items() if GIVEN[each.title].sealed]
    shares = Share.objects.filter(
        store_ref=store.ref, epoch=key.epoch, processor__in=kept, absent_at=None, digest__isnull=False
    )
    if shares.update(digest=None):
        work.enqueue("sharing.look", store.pk, dedupe=f"share-look-{store.pk}")
