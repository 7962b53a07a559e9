"""Who writes while strangers read: processes of their own, which install, change, leave and erase stores.

python -m tests.feed.crowd found           makes stores and keys; prints them
python -m tests.feed.crowd write SEED      writes, so many turns
python -m tests.feed.crowd settle          opens all stores but one, with something in each
    python -m tests.feed.crowd held            prints what is held now, and who has not confirmed
"""

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.db import transaction

django.setup()

from connectors import configured, copies, erase, feedkeys, install, rows  # noqa: E402 - Django comes first
from connectors.api.answers import FeedJson  # noqa: E402
from connectors.errors import KeyGone  # noqa: E402
from connectors.models import Duty, FeedCopy, Row, Store, StoreState  # noqa: E402
from connectors.policy.clauses import Purpose  # noqa: E402
from connectors.policy.leaves import cut  # noqa: E402
from connectors.policy.records import KINDS, Record  # noqa: E402
from tests import cast  # noqa: E402
from tests.cast import NOON, offer, store_info  # noqa: E402
from tests.feed.cast import product, sale  # noqa: E402

STORES = ("one", "two", "three", "four")
#: The key of some stores is for these.
SOME = 2
TURNS = 70
IDS = 8


def found() -> dict[str, Any]:
    """Make stores and keys."""
    stores = [cast.store(f"{name}.myshopify.com")[0] for name in STORES]
    some = [each.ref for each in stores[:SOME]]
    every, few = feedkeys.make("every", "videos"), feedkeys.make("few", "videos", some)
    return {"every": every.token, "few": few.token, "some": some}


def write(seed: str) -> None:
    """Befall the stores."""
    chance = random.Random(int(seed))
    for turn in range(TURNS):
        store = chance.choice(list(Store.objects.order_by("pk")))
        try:
            _befall(store, chance, turn)
        except (rows.Superseded, KeyGone):  # another was faster: the store left meanwhile
            continue


def settle() -> None:
    """Let there be something to compare, and one store that is gone."""
    *here, gone = Store.objects.order_by("-pk")
    _leave(gone, at_once=True)
    _erase(gone)
    for store in here:
        if not store.readable:
            _erase(store)
            _return(store)
        for turn in range(3):
            _change(Store.objects.get(pk=store.pk), random.Random(turn), TURNS + turn)


def _befall(store: Store, chance: random.Random, turn: int) -> None:
    if not store.readable:
        (_erase if chance.random() < 0.6 else _return)(store)
    elif (luck := chance.random()) < 0.08:
        _leave(store, at_once=chance.random() < 0.7)
    elif luck < 0.3:
        _remove(store, chance)
    else:
        _change(store, chance, turn)


def _change(store: Store, chance: random.Random, turn: int) -> None:
    key = configured.keystore().get(store.ref, store.epoch)
    at = NOON + timedelta(minutes=turn, seconds=chance.randrange(60))
    numbers = chance.sample(range(IDS), 3)
    goods = [product(number, title=f"Paddle {chance.random()}", updated_at=at) for number in numbers]
    others: list[Record] = [
        store_info(name=f"Cedar {turn}", updated_at=at),
        offer(numbers[0], updated_at=at),
        sale(1, goods[0]),
    ]
    with transaction.atomic():
        rows.write(store.pk, store.epoch, key, [cast.found(each) for each in goods])
        rows.write(store.pk, store.epoch, key, [cast.found(chance.choice(others))])


def _remove(store: Store, chance: random.Random) -> None:
    with transaction.atomic():
        rows.open_epoch(store.pk, store.epoch)
        there = list(Row.objects.filter(store=store, epoch=store.epoch).values_list("pk", flat=True))
        some = chance.sample(sorted(there), min(2, len(there)))
        rows.remove(Row.objects.filter(pk__in=some), datetime.now(UTC))


def _leave(store: Store, *, at_once: bool) -> None:
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        if locked.readable:
            erase.uninstall(locked, "uninstalled", datetime.now(UTC), at_once=at_once)


def _erase(store: Store) -> None:
    """Do what a worker does for a store that left."""
    for duty in Duty.objects.filter(store_ref=store.ref, kind=Duty.ERASE_STORE, state__in=["asked", "doing"]):
        erase.put_aside(duty.pk)
        erase.carry(duty.pk)


def _return(store: Store) -> None:
    """Install a store anew, as `connectors.install` does once it has a grant."""
    key = install._key(store)
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        if locked.readable or locked.epoch >= key.epoch:
            return
        install._end_old_epoch(locked, datetime.now(UTC))
        locked.epoch, locked.state = key.epoch, StoreState.ACTIVE
        locked.uninstalled_at = locked.erased_at = None
        locked.save()


def held() -> dict[str, Any]:
    """Return every record that is held, as a key for videos may see it, and whose word is still owed."""
    records = {}
    for store in Store.objects.filter(state=StoreState.ACTIVE):
        key = configured.keystore().get(store.ref, store.epoch)
        for kind in KINDS:
            for each in rows.opened(key, rows.of_store(store, kind)):
                records[f"{store.ref}/{store.epoch}/{kind}/{each.fingerprint.hex()}"] = cut(
                    each.record, Purpose.VIDEOS
                )
    duties = Duty.objects.filter(kind=Duty.ERASE_STORE)
    owed = [each for duty in duties for each in copies.owed(duty.store_ref, duty.epoch)]
    return {
        "records": json.loads(FeedJson().render(records)),
        "left": duties.count(),
        "noted": FeedCopy.objects.count(),
        "owed": len(owed),
    }


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    words: dict[str, Callable[..., Any]] = {"found": found, "write": write, "settle": settle, "held": held}
    sys.stdout.write(json.dumps(words[word](*rest)))
