"""Told: what follows outside from a change inside. Endpoints hear of it, and videos become stale."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from connectors import push, work
from connectors.models import Row, Store
from connectors.policy.records import KINDS
from connectors.videos import stale

_KINDS: Final = (*KINDS, "gone")


def tell(store_id: int) -> None:
    """Tell of a store's changes and of the videos that show it no more as it is; nothing is told twice.

    In two transactions: what is wrong with a video must not keep a change from being told.
    """
    store = Store.objects.get(pk=store_id)
    with transaction.atomic():
        work.fence()
        change = newest_change(store)
        if change:
            store.refresh_from_db()  # after the change, which may be of an epoch that has just begun
            push.announce_change(store, change)
    with transaction.atomic():
        work.fence()
        found = stale.check(store_id, timezone.now())
        store.refresh_from_db()
        for video in found:
            push.announce(
                "video.stale", store, video.ref, {"video": video.ref, "reasons": list(video.reasons)}
            )


def newest_change(store: Store) -> int:
    """Return the number of a store's last change; 0 when there was none."""
    found = (
        Row.objects.filter(store=store, kind=kind)
        .order_by("-change")
        .values_list("change", flat=True)
        .first()
        for kind in _KINDS  # an index serves each of them with one look
    )
    return max((each for each in found if each is not None), default=0)
