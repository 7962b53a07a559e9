"""Signed links for who looks at a store's page: each opens one thing, of one store, until a time.

A page in a platform's frame has no cookies, and what a browser plays or shows sends no header of ours. So the
proof stands in the address: in its query, which no log of ours holds. It ends with the page's session, with
the install, and with the person that it was made for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing

from connectors.errors import Missing
from connectors.models import Person, Store
from connectors.videos import reach

#: How long a link opens, unless the session of its page ends before.
LINK: Final = timedelta(hours=1)
_SALT: Final = "connectors.videos"


@dataclass(frozen=True, repr=False, slots=True)
class Viewer:
    """Who looks at the page of a store: perhaps a known person, and until when."""

    store: Store
    person_id: int | None
    ends_at: datetime

    def proof(self, of: str) -> str:
        """Return the proof that opens `of` for this viewer."""
        store = self.store
        said = [store.ref, store.epoch, self.person_id, int(self.ends_at.timestamp()), of]
        return _signer().sign_object(said)


def viewer(
    store: Store, now: datetime, person_id: int | None = None, ends_at: datetime | None = None
) -> Viewer:
    """Return who looks at a page that was just opened; `ends_at` is the end of its session, if it has one."""
    return Viewer(store, person_id, min(each for each in (ends_at, now + LINK) if each))


def opened(proof: str, of: str, now: datetime) -> Viewer:
    """Return for whom a proof opens `of`; raises Missing, always the same, when it opens nothing now."""
    ref, epoch, person_id, ends_at = read(proof, of)
    store = Store.objects.filter(ref=ref, epoch=epoch, state__in=reach.OPEN).first()
    if store is None or ends_at <= now:
        raise _nothing()
    if person_id is not None and not Person.objects.filter(pk=person_id, store=store, epoch=epoch).exists():
        raise _nothing()
    return Viewer(store, person_id, ends_at)


def read(proof: str, of: str) -> tuple[str, int, int | None, datetime]:
    """Return what a proof of ours for `of` says: store, epoch, person, end; whether it opens is not asked.

    Raises Missing for any other.
    """
    try:
        ref, epoch, person_id, ends, what = _signer().unsign_object(proof)
    except (signing.BadSignature, ValueError, TypeError):
        raise _nothing() from None
    if what != of:
        raise _nothing()
    return ref, epoch, person_id, datetime.fromtimestamp(ends, UTC)


def _nothing() -> Missing:
    return Missing("This link opens nothing, or nothing any more")


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
