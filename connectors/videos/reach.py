"""What a key of the feed may see of the videos: those of its stores that are open, if it is for videos."""

import re
from typing import Final

from django.db.models import F, QuerySet

from connectors import configured
from connectors.errors import Forbidden, KeyGone, Missing, Refused
from connectors.models import Store, StoreState, Video
from connectors.policy.clauses import Purpose
from connectors.scopes import Scope
from connectors.vault import StoreKey

#: Where videos may be seen: the states in which a store is `readable`.
OPEN: Final = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)

_STORE: Final = re.compile(r"st_[a-z2-7]{16}")
_VIDEO: Final = re.compile(r"vd_[a-z2-7]{16}")


class Paused(Refused):
    """The merchant has paused the store: no video is begun or kept until the pause ends."""

    status = 409


def unpaused(store: Store) -> None:
    """Raise Paused for a store that its merchant has paused."""
    if store.paused_at is not None:
        raise Paused


def for_videos(scope: Scope) -> None:
    """Raise Forbidden for a key of another purpose."""
    if scope.purpose is not Purpose.VIDEOS:
        raise Forbidden("A key for videos is needed")


def open_store(scope: Scope, ref: str) -> Store:
    """Return a store that is open; raises Forbidden for another purpose, Missing for a store out of reach."""
    for_videos(scope)
    stores = scope.cut(Store.objects.filter(ref=ref, state__in=OPEN), "pk")
    found = stores.first() if _STORE.fullmatch(ref) else None
    if found is None:
        raise Missing("There is no such store here")
    return found


def videos(scope: Scope) -> QuerySet[Video]:
    """Return the videos of the stores that are open, of their present epochs; raises Forbidden."""
    for_videos(scope)
    return scope.cut(playable(Video.objects.all())).select_related("store")


def playable(found: QuerySet[Video]) -> QuerySet[Video]:
    """Leave of a query the videos whose store is open in their epoch."""
    return found.filter(store__state__in=OPEN, store__epoch=F("epoch"))


def video(scope: Scope, ref: str) -> Video:
    """Return one video; raises Forbidden, and Missing for one that is unknown or out of reach."""
    found = videos(scope).filter(ref=ref).first() if _VIDEO.fullmatch(ref) else None
    if found is None:
        raise gone()
    return found


def listed(scope: Scope, store: str, after: str, limit: int) -> list[Video]:
    """Return videos in the order of their announcement, behind the one of reference `after`.

    `store` is a store's reference, "" for all. Raises Forbidden, and Missing for what is out of reach.
    """
    found = videos(scope)
    if store:
        found = found.filter(store=open_store(scope, store))
    if after:
        found = found.filter(pk__gt=video(scope, after).pk)
    return list(found.order_by("pk").prefetch_related("files", "sources")[:limit])


def key_of(store: Store, epoch: int) -> StoreKey:
    """Return the key of a store; raises Missing when the store has left meanwhile."""
    try:
        return configured.keystore().get(store.ref, epoch)
    except KeyGone:
        raise Missing("There is no such store here") from None


def gone() -> Missing:
    """Return the error for a video that is not here."""
    return Missing("There is no such video here")
