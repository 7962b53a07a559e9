"""Subscribe: where a store's deliveries must be asked for, ask at each install and look again daily.

A platform stops sending without a word: after failures, after a long silence, or when somebody removes it.
"""

import logging
from contextlib import suppress

from connectors import grants, work
from connectors.errors import GrantRevoked, KeyGone, StoreClosed
from connectors.models import Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Reader
from connectors.rows import Superseded

logger = logging.getLogger("connectors.subscribe")


def begin(store: Store) -> None:
    """Queue the look at a store's subscriptions, in this transaction, where its platform has any."""
    if PLATFORMS[store.platform].subscribes:
        key = f"subscribe-{store.pk}"
        work.enqueue("subscribe.store", store.pk, lock=key, dedupe=key)


def begin_all() -> None:
    """Queue the look at every active store's subscriptions."""
    names = [name for name, platform in PLATFORMS.items() if platform.subscribes]
    for store in list(Store.objects.filter(platform__in=names, state=StoreState.ACTIVE)):
        begin(store)


def subscribe(store_id: int) -> None:
    """Mend what is missing of a store's subscriptions; raises what is worth another try."""
    store = Store.objects.get(pk=store_id)
    if store.state != StoreState.ACTIVE:
        return
    # Who refuses us is written down by `grants.use`; who has left needs no delivery.
    with suppress(GrantRevoked, StoreClosed, Superseded, KeyGone):
        mended = grants.use(store, _mend)
        if mended:
            logger.info("%s: %d subscriptions mended", store.ref, mended)


def _mend(reader: Reader) -> int:
    return reader.subscribe()
