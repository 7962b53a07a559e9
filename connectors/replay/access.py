"""Who may still read, as the ledger tells it: keys of the feed, persons, endpoints."""

from datetime import datetime

from connectors import people
from connectors.models import Endpoint, FeedCopy, FeedKey
from connectors.push import endpoints
from connectors.replay.said import Said


def _key(said: Said) -> FeedKey:
    """Return a key. One that is not known is kept as one that is revoked: it may have been."""
    mark, told = said.body["mark"], {"name": said.body["key"], "purpose": said.body["purpose"]}
    fresh = told | {"all_stores": False, "revoked_at": said.at}
    return FeedKey.objects.get_or_create(digest=mark, defaults=fresh)[0]


def _copy(said: Said) -> FeedCopy:
    place = {"key": _key(said), "store_ref": said.store_ref, "epoch": said.epoch}
    return FeedCopy.objects.get_or_create(**place, defaults={"first_at": said.at})[0]


def held(said: Said) -> None:
    """Know again who has copies."""
    _copy(said)


def confirmed(said: Said) -> None:
    """Know again who has none any more."""
    copy = _copy(said)
    if copy.confirmed_at is None:
        copy.confirmed_at, copy.confirmed_by = said.at, said.body["by"]
        copy.save(update_fields=["confirmed_at", "confirmed_by"])


def revoked(said: Said) -> None:
    """Revoke a key again."""
    key = _key(said)
    if key.revoked_at is None:
        key.revoked_at = said.at
        key.save(update_fields=["revoked_at"])


def removed(said: Said) -> None:
    """Remove people again; where the store does not open any more its erasure takes them along."""
    store = said.here()
    if store is not None and store.readable:
        named = [bytes.fromhex(each) for each in said.body["persons"]]
        people.forget(store, named, datetime.fromisoformat(said.body["removed_at"]))


def endpoint(said: Said) -> None:
    """Tell an endpoint, or nothing more, as the operator said last; nothing where it was removed."""
    mine = Endpoint.objects.filter(ref=said.body["endpoint"])
    if said.body["taking"]:
        mine.filter(disabled_note=endpoints.BY_HAND).update(disabled_at=None, disabled_note="")
    elif mine.filter(disabled_at=None).exists():
        endpoints.disable(said.body["endpoint"], said.at)
