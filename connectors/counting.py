"""The numbers of changes and receipts, and the word that something of a store has changed."""

from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from connectors import work
from connectors.models import Endpoint, Sequence, Video

#: A store that is being read changes many times a second; it is told of once in so long.
TOLD_AFTER: Final = timedelta(seconds=2)

#: Of the changes before an older database was put back the last that it knows, and the first behind them.
_KNOWN: Final = "change known"
_ANEW: Final = "change anew"

_CONCERNS: Final = (
    f"SELECT EXISTS (SELECT 1 FROM {Endpoint._meta.db_table} WHERE disabled_at IS NULL)"  # noqa: S608 - names of ours
    f" OR EXISTS (SELECT 1 FROM {Video._meta.db_table} WHERE store_id = %s)"
)


def take(name: str, count: int) -> int:
    """Take `count` numbers of a sequence and return the first; others wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO connectors_sequence (name, last) VALUES (%s, %s) ON CONFLICT (name)"
            " DO UPDATE SET last = connectors_sequence.last + excluded.last RETURNING last",
            [name, count],
        )
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def raise_to(name: str, last: int) -> None:
    """See to it that a sequence gives no number up to `last` any more; others wait for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO connectors_sequence (name, last) VALUES (%s, %s) ON CONFLICT (name)"
            " DO UPDATE SET last = excluded.last WHERE connectors_sequence.last < excluded.last",
            [name, last],
        )


def leave_behind(beyond: int) -> None:
    """Let numbers of changes go on behind any that a newer database, which is lost, may have given.

    Numbers from there to here are nobody's (`reached`). `beyond` is higher than all of them.
    """
    last = _last("change")
    known = Sequence.objects.get_or_create(name=_KNOWN, defaults={"last": last})[0]
    Sequence.objects.filter(name=_KNOWN).update(last=min(known.last, last))
    Sequence.objects.update_or_create(name=_ANEW, defaults={"last": max(beyond, last)})
    raise_to("change", max(beyond, last))


def reached(after: int) -> int | None:
    """Return the number of the newest change; None when a reader of `after` has seen what nobody knows."""
    lasts = dict(Sequence.objects.filter(name__in=("change", _KNOWN, _ANEW)).values_list("name", "last"))
    newest = lasts.get("change", 0)
    is_lost = lasts.get(_KNOWN, 0) < after < lasts.get(_ANEW, 0)
    return None if is_lost or after > newest else newest


def _last(name: str) -> int:
    return Sequence.objects.filter(name=name).values_list("last", flat=True).first() or 0


def take_changes(store_id: int, count: int) -> int:
    """Take numbers for changes of a store and have them told, in the transaction that writes them."""
    tell_soon(store_id)
    return take("change", count)  # last: whoever writes elsewhere waits from here on


def tell_soon(store_id: int) -> None:
    """Have it told that something of a store has changed, once this transaction is committed.

    Nothing is queued where nobody would hear of it: one question per call, instead of a job.
    """
    if _concerns_anybody(store_id):
        work.enqueue(
            "feed.told",
            store_id,
            lock=f"told-{store_id}",
            dedupe=f"told-{store_id}",
            run_after=timezone.now() + TOLD_AFTER,
        )


def _concerns_anybody(store_id: int) -> bool:
    """Tell whether there is an endpoint to be told, or a video that may have become stale."""
    with connection.cursor() as cursor:  # asked once a batch: in SQL it costs a tenth
        cursor.execute(_CONCERNS, [store_id])
        (concerns,) = cursor.fetchone()
    return bool(concerns)
