"""What is to be told: notices, written in the transaction of what they are about, ids only."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors import work
from connectors.models import Endpoint, FeedCopy, FeedKey, Notice, NoticeState, Store
from connectors.models.push import new_notice_ref
from connectors.policy.clauses import Purpose

#: Every event that there is -> the purposes whose keys may hear of it; None: any.
EVENTS: Final[Mapping[str, frozenset[str] | None]] = {
    "store.installed": None,
    "store.paused": None,
    "store.resumed": None,
    Notice.CHANGED: None,
    Notice.ERASED: None,
    "video.stale": frozenset({Purpose.VIDEOS.key}),
}

Fields = Mapping[str, str | int | list[str]]


def announce(event: str, store: Store, subject: str, fields: Fields) -> int:
    """Tell of an event of a store, in this transaction; returns how many endpoints are to be told.

    `subject` is a reference of what it is about; `fields` hold ids, numbers and words of ours.
    """
    now = timezone.now()
    told = _listening(event, store)
    for endpoint in told:
        Notice.objects.create(
            endpoint=endpoint,
            event=event,
            store_ref=store.ref,
            subject=subject,
            body=_body(event, store, fields, now),
            created_at=now,
            next_at=now,
        )
        queue(endpoint.pk)
    return len(told)


def announce_change(store: Store, change: int) -> int:
    """Tell that a store has changes up to a number, in this transaction; returns whom it is news to.

    Of a store at most one such notice waits at an endpoint: the next change moves it up.
    """
    now = timezone.now()
    body = _body(Notice.CHANGED, store, {"change": change}, now)
    told = [
        endpoint
        for endpoint in _listening(Notice.CHANGED, store)
        if _moved_up(endpoint, store, change, body, now)
    ]
    for endpoint in told:
        queue(endpoint.pk)
    return len(told)


def _moved_up(endpoint: Endpoint, store: Store, change: int, body: str, now: datetime) -> bool:
    notice = Notice.objects.filter(endpoint=endpoint, event=Notice.CHANGED, store_ref=store.ref).first()
    if notice is None:
        notice = Notice(endpoint=endpoint, event=Notice.CHANGED, store_ref=store.ref, next_at=now)
    elif int(notice.subject) >= change:
        return False
    notice.subject, notice.body, notice.created_at = str(change), body, now
    if notice.state != NoticeState.WAITING:
        start_anew(notice, now)
    if notice.sent_at is not None:
        # Whoever has taken it under this id passes over what comes under it again.
        notice.ref, notice.sent_at = new_notice_ref(), None
    notice.save()
    return True


def start_anew(notice: Notice, now: datetime) -> None:
    """Let a notice wait as one that was never tried; it keeps its id."""
    notice.state, notice.attempts, notice.first_at = NoticeState.WAITING, 0, None
    notice.next_at, notice.delivered_at, notice.last_result = now, None, ""


def _listening(event: str, store: Store) -> list[Endpoint]:
    """Return the endpoints that hear of an event, locked: notices and attempts of one do not interleave."""
    hears = Q(all_stores=True) | Q(stores=store)
    if event == Notice.ERASED:  # whoever has copies must know, though the store was taken from its key
        hears |= Q(pk__in=_asked_back().filter(store_ref=store.ref).values("key"))
    keys = FeedKey.objects.filter(hears, revoked_at=None)
    if (purposes := EVENTS[event]) is not None:
        keys = keys.filter(purpose__in=purposes)
    endpoints = Endpoint.objects.filter(disabled_at=None, key__in=keys).order_by("pk")
    locked = endpoints.select_for_update(no_key=True, of=("self",))
    return [each for each in locked if not each.events or event in each.events]


def give_up_cut(endpoint: Endpoint) -> None:
    """Give up what waits and the key may hear no more, in this transaction, under the endpoint's lock."""
    if endpoint.key.all_stores:
        return
    copies = _asked_back().filter(key=endpoint.key_id).values("store_ref")
    cut = endpoint.notices.filter(state=NoticeState.WAITING).exclude(
        store_ref__in=endpoint.key.stores.values("ref")
    )
    cut.exclude(event=Notice.ERASED, store_ref__in=copies).update(
        state=NoticeState.GIVEN_UP, last_result="not its store any more"
    )


def _asked_back() -> QuerySet[FeedCopy]:
    """Return the copies whose holders have not said that they are gone."""
    return FeedCopy.objects.filter(confirmed_at=None)


def _body(event: str, store: Store, fields: Fields, now: datetime) -> str:
    about = {"store": store.ref, "epoch": store.epoch, **fields}
    moment = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": event, "timestamp": moment, "data": about}, separators=(",", ":"))


def queue(endpoint_id: int) -> None:
    """Have sent what is due at an endpoint, in this transaction; one worker at a time."""
    work.enqueue("push.send", endpoint_id, lock=f"push-{endpoint_id}", dedupe=f"push-{endpoint_id}")
