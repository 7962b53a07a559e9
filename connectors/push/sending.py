"""Sending: one job for each endpoint, and each attempt written down before it is made.

    claim    the attempt is written down as if it had failed, with the time of the next; then it is made
    settle   what came of it overrules that

A kill in between loses nothing: the notice comes again, under the same id, when its time has come. No
transaction and no lock is held while an endpoint thinks.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors import work
from connectors.errors import Unsealable
from connectors.models import Endpoint, Notice, NoticeState
from connectors.push import signing, wire
from connectors.push.endpoints import REVOKED, stop
from connectors.push.notices import give_up_cut

#: From one attempt to the next; then the last of them again and again, until GIVEN_UP_AFTER.
GAPS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600, 12 * 3600)
)
GIVEN_UP_AFTER: Final = timedelta(days=5)
#: After which a job lets others have their turn; the attempt that it is at is ended.
TURN_SECONDS: Final = 5.0
#: An endpoint that goes on failing takes at most one part in so many of a worker's thread.
REST_FACTOR: Final = 10
_PATIENT_FOR: Final = timedelta(minutes=1)
_GONE: Final = 410

_disorder = random.SystemRandom()


@dataclass(frozen=True, slots=True, repr=False)
class Attempt:
    """One attempt, written down: what is sent where, and of which notice."""

    endpoint_id: int
    notice_id: int
    ref: str
    at: datetime
    url: str
    headers: Mapping[str, str]
    body: bytes


def send(endpoint_id: int) -> None:
    """Send what is due at an endpoint; raises Later while anything waits there."""
    ends_at = time.monotonic() + TURN_SECONDS
    while (attempt := _claim(endpoint_id)) is not None:
        began = time.monotonic()
        answer = wire.post(attempt.url, attempt.headers, attempt.body, insecure=settings.INSECURE_ORIGINS)
        _settle(attempt, answer, time.monotonic() - began)
        if time.monotonic() > ends_at:
            break
    wait = _seconds_to_next(endpoint_id)
    if wait is not None:
        raise work.Later(wait)


@transaction.atomic
def _claim(endpoint_id: int) -> Attempt | None:
    """Write down the next attempt that is due; None when there is none."""
    work.fence()
    endpoint = _locked(endpoint_id)
    now = timezone.now()
    if endpoint is None or endpoint.disabled_at is not None or _rests(endpoint, now):
        return None
    if endpoint.key.revoked_at is not None:
        stop(endpoint, REVOKED, now)
        return None
    give_up_cut(endpoint)
    due = endpoint.notices.filter(state=NoticeState.WAITING, next_at__lte=now)
    notice = due.order_by("next_at", "pk").first()
    if notice is None:
        return None
    try:
        held = signing.opened(endpoint)
    except Unsealable:
        stop(endpoint, "its secrets do not open: rotate them", now)
        return None
    return _written_down(endpoint, notice, held, now)


def _written_down(
    endpoint: Endpoint, notice: Notice, held: tuple[signing.Secret, ...], now: datetime
) -> Attempt:
    notice.attempts += 1
    notice.first_at = notice.first_at or now
    notice.sent_at, notice.next_at = now, _next_try(notice, now)
    notice.save(update_fields=["attempts", "first_at", "sent_at", "next_at"])
    body = notice.body.encode()
    headers = {"Content-Type": "application/json", **signing.headers(held, notice.ref, now, body)}
    return Attempt(endpoint.pk, notice.pk, notice.ref, now, endpoint.url, headers, body)


@transaction.atomic
def _settle(attempt: Attempt, answer: wire.Answer, took_seconds: float) -> None:
    work.fence()
    endpoint = _locked(attempt.endpoint_id)
    notice = Notice.objects.filter(pk=attempt.notice_id).first()
    if endpoint is None or notice is None:
        return  # removed meanwhile
    notice.last_result = answer.word
    if answer.taken:
        _taken(endpoint, notice, attempt)
    else:
        _failed(endpoint, notice, attempt, answer, took_seconds)


def _taken(endpoint: Endpoint, notice: Notice, attempt: Attempt) -> None:
    now = timezone.now()
    if notice.ref == attempt.ref:
        notice.state, notice.delivered_at = NoticeState.DELIVERED, now
    elif notice.state == NoticeState.WAITING:
        # It has moved up while it was sent: that is news, and the endpoint takes news.
        notice.attempts, notice.first_at, notice.next_at = 0, None, now
    notice.save()
    endpoint.failing_since = endpoint.rests_until = None
    endpoint.save(update_fields=["failing_since", "rests_until"])


def _failed(
    endpoint: Endpoint, notice: Notice, attempt: Attempt, answer: wire.Answer, took_seconds: float
) -> None:
    now = timezone.now()
    wait = timedelta(seconds=answer.wait_seconds)
    endpoint.failing_since = endpoint.failing_since or attempt.at
    endpoint.rests_until = now + max(wait, _rest(endpoint, took_seconds, now))
    endpoint.save(update_fields=["failing_since", "rests_until"])
    if notice.state == NoticeState.WAITING:
        if notice.first_at is not None and attempt.at >= notice.first_at + GIVEN_UP_AFTER:
            notice.state = NoticeState.GIVEN_UP
        notice.next_at = max(_next_try(notice, now), now + wait)
    notice.save()
    if answer.status == _GONE:
        stop(endpoint, "it answered 410: gone", now)
    elif attempt.at - endpoint.failing_since >= GIVEN_UP_AFTER:
        stop(endpoint, f"it failed for {GIVEN_UP_AFTER.days} days", now)


def _rest(endpoint: Endpoint, took_seconds: float, now: datetime) -> timedelta:
    """Return how long an endpoint that fails is left alone: while it just began to, it is not."""
    if endpoint.failing_since is None or now - endpoint.failing_since < _PATIENT_FOR:
        return timedelta()
    return timedelta(seconds=REST_FACTOR * took_seconds)


def _next_try(notice: Notice, now: datetime) -> datetime:
    """Return when a notice is tried again: after a growing gap, the last time when its days are over."""
    gap = GAPS[min(notice.attempts, len(GAPS)) - 1] if notice.attempts else timedelta()
    at = now + gap * _disorder.uniform(0.9, 1.1)
    last = (notice.first_at or now) + GIVEN_UP_AFTER
    return min(at, last) if now < last else at


def _locked(endpoint_id: int) -> Endpoint | None:
    locked = Endpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("key")
    return locked.filter(pk=endpoint_id).first()


def _rests(endpoint: Endpoint, now: datetime) -> bool:
    return endpoint.rests_until is not None and endpoint.rests_until > now


def _seconds_to_next(endpoint_id: int) -> float | None:
    endpoint = Endpoint.objects.filter(pk=endpoint_id, disabled_at=None).first()
    if endpoint is None:
        return None
    waiting = endpoint.notices.filter(state=NoticeState.WAITING).order_by("next_at")
    soonest = waiting.values_list("next_at", flat=True).first()
    if soonest is None:
        return None
    at = max(soonest, endpoint.rests_until or soonest)
    return max(0.0, (at - timezone.now()).total_seconds())
