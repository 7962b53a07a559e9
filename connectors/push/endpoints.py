"""Endpoints: made and tended by an operator, stopped by themselves when nobody is there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from connectors import annals, audit
from connectors.errors import Malformed, Missing, Refused
from connectors.models import Endpoint, FeedKey, Notice, NoticeState
from connectors.policy import retention
from connectors.push import addresses, signing
from connectors.push.notices import EVENTS, queue, start_anew

#: How long the secret before still signs after a rotation.
OVERLAP: Final = timedelta(hours=24)
#: How long a notice is remembered that waits no more.
KEPT: Final = retention.NOTICE.time
#: The note of one that an operator has disabled; any other says why it was disabled by itself.
BY_HAND: Final = "by hand"
REVOKED: Final = "its key was revoked"
_RESOLVE_SECONDS: Final = 5.0
_BATCH: Final = 1000
_REF: Final = re.compile(r"ep_[a-z2-7]{16}")


@dataclass(frozen=True, repr=False, slots=True)
class Made:
    """An endpoint and its new secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


def make(url: str, key_name: str, events: Iterable[str], now: datetime) -> Made:
    """Make an endpoint for the stores of a living key; without events, it hears of all.

    Raises Malformed for an address or event that cannot be, NotPublic and NoAddress for where it leads,
    Missing when no living key has the name, Refused when the key's endpoint of this address is there already.
    """
    wanted = sorted(set(events))
    if unknown := [each for each in wanted if each not in EVENTS]:
        raise Malformed(f"{len(unknown)} of the events are unknown; there are {', '.join(EVENTS)}")
    address = addresses.parse(url, insecure=settings.INSECURE_ORIGINS)
    addresses.resolve(address, insecure=settings.INSECURE_ORIGINS, seconds=_RESOLVE_SECONDS)
    key = FeedKey.objects.filter(name=key_name, revoked_at=None).first()
    if key is None:
        raise Missing("There is no living key of this name")
    if Endpoint.objects.filter(key=key, url=url).exists():
        raise Refused("The key has an endpoint at this address")
    secret = signing.new_secret()
    endpoint = Endpoint(key=key, url=url, events=wanted, created_at=now)
    endpoint.secrets = signing.seal(endpoint.ref, [signing.Secret(secret)])
    with transaction.atomic():
        endpoint.save(force_insert=True)
        _note(endpoint, "endpoint.made")
    return Made(endpoint, secret)


def _note(endpoint: Endpoint, action: str, actor: str = "") -> None:
    audit.note("", actor or audit.operator(), action, endpoint=endpoint.ref, key=endpoint.key.name)


def find(ref: str) -> Endpoint:
    """Return the endpoint of a reference; raises Missing."""
    found = Endpoint.objects.filter(ref=ref).first() if _REF.fullmatch(ref) else None
    if found is None:
        raise Missing("There is no endpoint of this reference")
    return found


@transaction.atomic
def disable(ref: str, now: datetime) -> None:
    """Send nothing more to an endpoint, until it is enabled."""
    stop(_locked(ref), BY_HAND, now)
    _tell(ref, taking=False)


def _tell(ref: str, *, taking: bool) -> None:
    """Let the ledger know what an operator says of an endpoint."""
    annals.note(annals.Kind.ENDPOINT, "", 0, {"endpoint": ref, "taking": taking})


def stop(endpoint: Endpoint, note: str, now: datetime) -> None:
    """Disable an endpoint, in this transaction, under its lock; what waited there can be replayed."""
    _note(endpoint, "endpoint.disabled", "" if note == BY_HAND else audit.CLOCK)
    endpoint.disabled_at, endpoint.disabled_note, endpoint.rests_until = now, note, None
    endpoint.save(update_fields=["disabled_at", "disabled_note", "rests_until"])
    endpoint.notices.filter(state=NoticeState.WAITING).update(state=NoticeState.GIVEN_UP)


@transaction.atomic
def enable(ref: str) -> None:
    """Send to an endpoint again what comes from now on; raises Refused when its key is revoked."""
    endpoint = _locked(ref)
    if endpoint.key.revoked_at is not None:
        raise Refused("The key of this endpoint is revoked: make another endpoint")
    endpoint.disabled_at, endpoint.disabled_note = None, ""
    endpoint.failing_since = endpoint.rests_until = None
    endpoint.save()
    _note(endpoint, "endpoint.enabled")
    _tell(ref, taking=True)


@transaction.atomic
def rotate(ref: str, now: datetime, overlap: timedelta = OVERLAP) -> Made:
    """Give an endpoint a new secret; those before it go on signing beside it for the overlap."""
    endpoint = _locked(ref)
    secret = signing.new_secret()
    endpoint.secrets = signing.replaced(endpoint, secret, now, overlap)
    endpoint.save(update_fields=["secrets"])
    _note(endpoint, "endpoint.rotated")
    return Made(endpoint, secret)


@transaction.atomic
def remove(ref: str) -> None:
    """Remove an endpoint with all that was to be told there."""
    endpoint = find(ref)
    _note(endpoint, "endpoint.removed")
    _tell(ref, taking=False)
    endpoint.delete()


@transaction.atomic
def replay(ref: str, now: datetime, *, since: datetime | None = None, notice: str | None = None) -> int:
    """Send again what was told since a time, or one notice, under the ids of then; returns how many.

    What still waits is left as it is. Raises Refused while the endpoint is disabled, Missing for a notice
    that is not its own or is forgotten.
    """
    endpoint = _locked(ref)
    if endpoint.disabled_at is not None:
        raise Refused("The endpoint is disabled: enable it first")
    wanted = endpoint.notices.exclude(state=NoticeState.WAITING)
    if since is not None:
        wanted = wanted.filter(created_at__gte=since)
    if notice is not None:
        wanted = wanted.filter(ref=notice)
        if not endpoint.notices.filter(ref=notice).exists():
            raise Missing("The endpoint has no notice of this id")
    count = 0
    for each in wanted.order_by("pk").iterator(chunk_size=_BATCH):
        start_anew(each, now)
        each.save()
        count += 1
    if count:
        _note(endpoint, "endpoint.replayed")
        queue(endpoint.pk)
    return count


def tend(now: datetime) -> None:
    """Queue every endpoint at which something is due, for a job may have died; stop those of revoked keys."""
    due = Notice.objects.filter(endpoint=OuterRef("pk"), state=NoticeState.WAITING, next_at__lte=now)
    for endpoint in Endpoint.objects.filter(Exists(due), disabled_at=None):
        queue(endpoint.pk)
    for endpoint in Endpoint.objects.filter(disabled_at=None, key__revoked_at__isnull=False):
        with transaction.atomic():
            stop(_locked(endpoint.ref), REVOKED, now)


def standing() -> dict[str, int]:
    """Return how many endpoints take what they are told, fail, or were disabled: by themselves or by hand."""
    disabled = ~Q(disabled_at=None)
    return Endpoint.objects.aggregate(
        taking=Count("pk", Q(disabled_at=None, failing_since=None)),
        failing=Count("pk", Q(disabled_at=None, failing_since__isnull=False)),
        disabled=Count("pk", disabled & ~Q(disabled_note=BY_HAND)),
        by_hand=Count("pk", disabled & Q(disabled_note=BY_HAND)),
    )


def prune(now: datetime) -> int:
    """Forget notices that wait no more and are old; returns how many."""
    old = Notice.objects.filter(created_at__lt=now - KEPT).exclude(state=NoticeState.WAITING)
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:_BATCH]):
        forgotten += old.filter(pk__in=batch).delete()[0]  # not what has moved up since, and waits
    return forgotten


def _locked(ref: str) -> Endpoint:
    """Lock an endpoint in this transaction, against attempts and announcements; raises Missing."""
    locked = Endpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("key")
    return locked.get(pk=find(ref).pk)
