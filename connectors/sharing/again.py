"""Again: look once more, a day behind an absence that a call may have outrun.

A worker that was frozen in mid-call may send when nobody waits for it any more, and be killed before it
writes that down. A share whose call has no known end keeps `sending_at` behind its absence, until it was
looked for again; what is found is erased as what came too late.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from connectors import annals, configured, work
from connectors.errors import MintaError
from connectors.models import Share, Store
from connectors.processors import PROCESSORS
from connectors.processors.base import Copy, Standing
from connectors.sharing import asking, gaps, places

#: A connection that was left alone has long been closed by then.
AFTER: Final = timedelta(days=1)


def queue(share: Share, now: datetime) -> None:
    """Queue the look, in this transaction."""
    work.enqueue(
        "sharing.again",
        share.pk,
        lock=asking.lock(share.store_ref, share.epoch, share.processor),
        dedupe=f"share-again-{share.pk}",
        run_after=now + AFTER,
    )


def tend(now: datetime) -> None:
    """Queue the looks that are due and have lost their job."""
    for share in Share.objects.filter(sending_at__isnull=False, absent_at__lte=now - AFTER).iterator():
        queue(share, now - AFTER)


def look(share_id: int) -> None:
    """Look whether something came behind an absence; raises Later while it cannot be told."""
    share = Share.objects.filter(pk=share_id, sending_at__isnull=False, absent_at__isnull=False).first()
    if share is None:
        return
    setup = configured.setup(share.processor)
    if setup is None:
        raise work.Later(gaps.HOURLY.total_seconds())
    try:
        places.check(share, places.mark(share.processor, setup))
        standing = PROCESSORS[share.processor].confirm(Copy(share.store_ref, share.epoch), setup)
    except MintaError as error:
        raise work.Later(max(gaps.HOURLY, gaps.after(1, error)).total_seconds()) from None
    _settle(share, came=standing is not Standing.ABSENT)


@transaction.atomic
def _settle(seen: Share, *, came: bool) -> None:
    """Write down what was seen, unless the share has gone on meanwhile."""
    work.fence()
    store = Store.objects.select_for_update(no_key=True).get(ref=seen.store_ref)
    same = {"pk": seen.pk, "absent_at": seen.absent_at, "sending_at": seen.sending_at}
    share = Share.objects.select_for_update(no_key=True).filter(**same).first()
    if share is None:
        return
    share.sending_at = None
    if came:
        share.absent_at = None
        told = {"processor": share.processor, "place": share.place}
        annals.note(annals.Kind.SHARED, share.store_ref, share.epoch, told)
        asking.ask(share, store.platform, asking.LATE, "clock", timezone.now())
    share.save(update_fields=["sending_at", "absent_at"])
