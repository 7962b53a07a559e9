"""A store with everything that a store can have, copies at three processors included; and its end."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet

from connectors import configured
from connectors.exports import asking
from connectors.models import (
    Consent,
    Delivery,
    Duty,
    Export,
    Job,
    Receipt,
    Row,
    Share,
    Store,
    Video,
    VideoFile,
)
from connectors.sharing import consents
from connectors.vault.spool import Spool
from connectors.videos import register
from tests.kill.vendors import Vendors
from tests.kill.world import World
from tests.videos import cast as films

PRODUCTS: Final = int(os.environ.get("MINTA_KILL_PRODUCTS", "300"))
_NAMES: Final = ("salesforce", "intercom", "mailchimp")
#: Longer than a bin keeps what it was emptied of; whoever looks every hour has looked by then.
_BIN_HOURS: Final = 24
_A_DAY_AND_MORE: Final = timedelta(hours=26)


def fill(world: World) -> None:
    """Give the store a film, an export, a file on disk, a reader, and a copy at each processor."""
    now = datetime.now(UTC)
    store = Store.objects.get()
    assert world.ask_feed("renderer", "changes")["changes"]
    for name in _NAMES:
        consents.give(store, name, now)
    sources = films.lineage(store)[:20]
    video = register.register(films.scope("renderer"), store.ref, store.epoch, sources, ("9x16",), now)
    films.kept(video, content=films.film(600_000))
    asking.ask(store, now)
    world.work()
    folder = Path(settings.SPOOL_DIR) / f"{store.ref}-{store.epoch}" / "7"
    with Spool(folder, configured.keystore().get(store.ref, store.epoch), "left by a run") as spool:
        spool.write(b"a line\n")
        spool.finish()
    world.deliver(0)  # and nobody works on it any more
    _check_full(world)
    _vendors(world).keep()


def _check_full(world: World) -> None:
    """Assert that there is something everywhere: else that nothing is left would say nothing."""
    places = held()
    for name in ("Row", "Delivery", "Run", "Grant", "Video", "VideoPart", "Export", "ExportPart", "Consent"):
        assert places[name], f"nothing is in {name}"
    assert places["Row"] > PRODUCTS
    assert set(Row.objects.values_list("kind", flat=True)) == {"store", "product", "sale", "offer"}
    assert Export.objects.get().state == "ready"
    assert Video.objects.get().state == "ready", Video.objects.get().state
    assert Consent.objects.count() == Share.objects.exclude(shared_at=None).count() == len(_NAMES)
    assert sorted(_vendors(world).holding()) == sorted(_NAMES)
    assert _files()


def reset(world: World) -> None:
    """Let the processors hold what they held in the beginning."""
    _vendors(world).reset()


def leave(world: World) -> None:
    """Uninstall and redact; the reader confirms, a day goes by, and Salesforce's bin is empty."""
    world.deliver(1)
    world.work()
    world.deliver(2)
    world.work()
    world.confirm("renderer")
    world.work()
    _vendors(world).wait(_BIN_HOURS)
    world.work(_A_DAY_AND_MORE)


def wrong(world: World) -> list[str]:
    """Name what must not be so when a store is erased, of whatever else the two lives agree in."""
    store, duty = Store.objects.get(), Duty.objects.get(kind=Duty.ERASE_STORE)
    key = configured.keystore().state(store.ref, store.epoch)
    receipts = Receipt.objects.filter(store_ref=store.ref)
    facts = {
        **{f"{name} holds {count}": not count for name, count in held().items()},
        f"files are left: {_files()}": not _files(),
        f"held at {_vendors(world).holding()}": not _vendors(world).holding(),
        "a share is open": not Share.objects.filter(absent_at=None).exists(),
        "a duty is owed": not any(each.owed for each in Duty.objects.all()),
        f"the key is {key}": key == "destroyed",
        f"the store is {store.state}": store.state == "erased",
        f"{receipts.count()} receipts": [each.duty_id for each in receipts] == [duty.pk],
        "a job is dead": not Job.objects.filter(state="dead").exists(),
        "processors were not asked": _vendors(world).calls() > len(_NAMES),
    }
    return [fact for fact, holds in facts.items() if not holds]


def held() -> Counter[str]:
    """Count what each table holds of stores, found by its columns: so none that is new is forgotten.

    Tombstones and the ids of deliveries stay, with nothing in them.
    """
    places: Counter[str] = Counter()
    for model in apps.get_app_config("connectors").get_models():
        found = None if model._meta.proxy else _of_stores(model)
        if found is not None:
            places[model.__name__] = found.count()
    return places


def _of_stores(model: type[Model]) -> QuerySet[Any] | None:
    rows = model._base_manager.all()
    if model in (Row, Delivery):
        return rows.exclude(sealed=None)
    owners = {field.related_model for field in model._meta.fields if field.is_relation}
    sealed = any(field.name == "sealed" for field in model._meta.fields)
    return rows if sealed or owners & {Store, Video, VideoFile, Export} else None


def _files() -> list[str]:
    return sorted(path.name for path in Path(settings.SPOOL_DIR).rglob("*") if path.is_file())


def _vendors(world: World) -> Vendors:
    assert world.vendors is not None
    return world.vendors
