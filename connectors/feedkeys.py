"""Keys of the feed: each for one purpose, for all stores or some, shown once, kept as a hash.

Authorization: Bearer mfk_<43 characters of base64url>
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import Q

from connectors import annals, audit
from connectors.errors import Malformed, Missing, Refused, Unverified
from connectors.models import FeedKey, Store
from connectors.scopes import UNVERIFIED, purpose_named, purposes

PREFIX: Final = "mfk_"
SECRET_BYTES: Final = 32
#: A use is written down at most this often: reading the feed shall not become writing.
USED_EVERY: Final = timedelta(minutes=1)

_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +(mfk_[A-Za-z0-9_-]{43})")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


@dataclass(frozen=True, repr=False, slots=True)
class Made:
    """A key just made, and its token, which is nowhere else."""

    key: FeedKey
    token: str


def make(name: str, purpose: str, stores: Iterable[str] | None = None) -> Made:
    """Make a key for the stores of these references, now and whatever they install later; None: for all.

    Raises Malformed for a name, purpose or lack of stores that cannot be, Missing for a store that is
    unknown, Refused for a name that a living key has.
    """
    if not _NAME.fullmatch(name):
        raise Malformed("A key's name is 1 to 64 letters, digits, blanks, dots, dashes and underscores")
    purpose_named(purpose)
    some = None if stores is None else _known(stores)
    if FeedKey.objects.filter(name=name, revoked_at=None).exists():
        raise Refused("There is a living key of this name")
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        key = FeedKey.objects.create(
            name=name, purpose=purpose, digest=_digest(token), all_stores=some is None
        )
        key.stores.set(some or ())
        _note("feedkey.made", key, some)
    return Made(key, token)


def _known(refs: Iterable[str]) -> list[Store]:
    wanted = set(refs)
    if not wanted:
        raise Malformed("A key is for all stores, or for one at least")
    found = list(Store.objects.filter(ref__in=wanted))
    if len(found) < len(wanted):
        raise Missing(f"{len(wanted) - len(found)} of the {len(wanted)} stores are unknown")
    return found


def check(authorization: str, now: datetime) -> FeedKey:
    """Return the key that an Authorization header holds.

    Raises Unverified, in the same words whether it is missing, malformed, unknown or revoked.
    """
    match = _BEARER.fullmatch(authorization)
    if match is None:
        raise Unverified(UNVERIFIED)
    digest = _digest(match[1])
    key = FeedKey.objects.filter(digest=digest).first()
    if key is None or not hmac.compare_digest(key.digest, digest):
        raise Unverified(UNVERIFIED)
    if key.revoked_at is not None or key.purpose not in purposes():
        raise Unverified(UNVERIFIED)
    _used(key, now)
    return key


def revoke(name: str, now: datetime) -> int:
    """Revoke the living key of this name, at once and for ever; raises Missing when there is none."""
    with transaction.atomic():
        living = list(FeedKey.objects.filter(name=name, revoked_at=None))
        revoked = FeedKey.objects.filter(name=name, revoked_at=None).update(revoked_at=now)
        if not revoked:
            raise Missing("There is no living key of this name")
        for key in living:
            told = {"key": key.name, "mark": key.digest, "purpose": key.purpose}
            annals.note(annals.Kind.REVOKED, "", 0, told)
            _note("feedkey.revoked", key, None if key.all_stores else list(key.stores.all()))
    return revoked


def _note(action: str, key: FeedKey, stores: list[Store] | None) -> None:
    """Note it in the log of the installation, or of each of the stores that it is for."""
    for ref in [""] if stores is None else [each.ref for each in stores]:
        audit.note(ref, audit.operator(), action, key=key.name, purpose=key.purpose)


def _used(key: FeedKey, now: datetime) -> None:
    if key.last_used_at is not None and now - key.last_used_at < USED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    FeedKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _digest(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()
