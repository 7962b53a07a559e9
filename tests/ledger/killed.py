"""Kill a replay before some deed, run it again, and tell what the database has come to.

    python -m tests.ledger.killed FOLDER SEED POINTS

POINTS is how many deeds are drawn, or `all`. Each life begins with the same old database beside the same
ledger and keys of a newer one. Prints one JSON object: how many deeds there are, and what each life came to.
"""

import json
import random
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

SHOPS = ("gone", "left", "here", "back")


def main(root: Path, seed: int, points: str) -> None:
    django.setup()
    from tests.kill import databases
    from tests.kill.runner import fork

    try:
        fork(found, root / "old")
        shutil.copytree(root / "old", root / "new")
        databases.copy(root / "old", root / "new")
        fork(befall, root / "new")
        for name in ("keys", "ledger"):  # these alone are of now
            shutil.rmtree(root / "old" / name, ignore_errors=True)
            shutil.copytree(root / "new" / name, root / "old" / name)
        told = {"0": live(root, 0)}
        deeds = int((root / "0" / "deeds").read_text())
        every = range(1, deeds + 1)
        drawn = every if points == "all" else random.Random(seed).sample(every, min(int(points), deeds))
        for deed in drawn:
            told[str(deed)] = live(root, deed)
            databases.drop(root / str(deed))
    finally:
        for folder in root.iterdir():
            databases.drop(folder)
    json.dump({"deeds": deeds, "told": told}, sys.stdout)


def live(root: Path, deed: int) -> Any:
    """Put the old database back, and tell it what it has forgotten, killed before a deed; then again."""
    from tests.kill import databases
    from tests.kill.runner import fork

    folder = root / str(deed)
    shutil.copytree(root / "old", folder)
    databases.copy(root / "old", folder)
    fork(lambda folder: act(folder, deed), folder)
    fork(live_on, folder)
    return json.loads((folder / "told.json").read_text(encoding="utf-8"))


def enter(folder: Path) -> None:
    """Let this process live in the folder."""
    from django.conf import settings

    from connectors.work.port import load
    from tests.kill import databases

    databases.enter(folder)
    settings.KEYSTORE_PATH = folder / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = folder / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = folder / "spool"
    load()


def found(folder: Path) -> None:
    """Make the database that is going to be put back: stores, a key that reads, a person, a consent."""
    from django.core.management import call_command
    from django.db import connections
    from django.utils import timezone

    from connectors import copies, feedkeys, people, scopes
    from connectors.platforms import opening
    from tests import cast
    from tests.kill import databases

    folder.mkdir(parents=True)
    databases.make(folder)
    enter(folder)
    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    scope = scopes.scope_of(feedkeys.make("reader", "videos").key)
    feedkeys.make("revoked", "videos")
    for name in SHOPS:
        store, key = cast.store(f"{name}.myshopify.com")
        cast.keep(store, key, cast.product(1), cast.sale(5), cast.sale(6))
        copies.note(scope, {(store.ref, 1)}, now)
        people.seen(store, opening.Person("ada", owner=False), now, now)
    connections.close_all()


def befall(folder: Path) -> None:
    """Let happen what the old database is not to know."""
    from django.db import connections, transaction
    from django.utils import timezone

    from connectors import annals, asked, copies, customers, erase, feedkeys, people, scopes, work
    from connectors.models import Duty, FeedKey, Store
    from connectors.policy import deadlines
    from tests.verbs.holders import come_back

    enter(folder)
    now = timezone.now()
    gone, left, here, back = Store.objects.order_by("pk")
    with transaction.atomic():
        for store in (gone, back):
            erase.uninstall(store, "redact", now, at_once=True)
        erase.uninstall(left, "uninstalled", now)
        customers.redact_sales(here, ("5",), now, now)
        customers.report_sales(here, ("6",), "9999", now, now)
        people.remove(here, ("ada",), now + timedelta(seconds=1))
        feedkeys.revoke("revoked", now)
    asked.write_down(here.ref, deadlines.GDPR, now)
    scope = scopes.scope_of(FeedKey.objects.get(name="reader"))
    for duty in Duty.objects.filter(kind=Duty.ERASE_STORE, store_ref__in=[gone.ref, back.ref]):
        copies.confirm(scope, duty.ref, now)
    work.engine().drain()
    come_back(Store.objects.get(pk=back.pk))
    shop = {"platform": back.platform, "fingerprint": bytes(back.fingerprint).hex()}
    annals.note(annals.Kind.INSTALLED, back.ref, 2, shop)  # as `install` does
    annals.flush()
    connections.close_all()


def act(folder: Path, deed: int) -> None:
    """Tell the database, killed before the given deed."""
    from django.core.management import call_command
    from django.db import connections

    from tests.kill.countdown import Countdown, watch

    countdown = Countdown(deed, folder / "label")
    watch(countdown)
    enter(folder)
    countdown.arm()
    call_command("erasures", "replay", stdout=open(folder / "said", "w"))  # noqa: SIM115
    countdown.disarm()
    (folder / "deeds").write_text(str(countdown.count))
    connections.close_all()


def live_on(folder: Path) -> None:
    """Tell it again, let a worker do what is due, and write down what all has come to."""
    from django.core.management import call_command
    from django.db import connections
    from django.utils import timezone

    from connectors import annals, replay, work
    from connectors.models import Job

    enter(folder)
    with open(folder / "said", "a") as said:
        call_command("erasures", "replay", stdout=said)
    assert not replay.needed()
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    Job.objects.filter(task="sync.step").delete()  # no platform is here
    work.engine().drain()
    annals.flush()
    (folder / "told.json").write_text(json.dumps(came_to()), encoding="utf-8")
    connections.close_all()


def came_to() -> dict[str, Any]:
    """Return what stands in the database, the ledger and the key store."""
    from django.db.models import Count

    from connectors import configured, proving
    from connectors.models import (
        Annal,
        AuditEntry,
        Bar,
        Duty,
        FeedKey,
        Person,
        Receipt,
        Report,
        Row,
        Run,
        Store,
    )

    keys, ledger = configured.keystore(), configured.ledger()
    proving.prove()
    known = {each.ref: number for number, each in enumerate(Store.objects.order_by("pk"))}
    return {
        "stores": [[each.epoch, each.state, each.left_at is None] for each in Store.objects.order_by("pk")],
        "keys": [[keys.state(ref, epoch) for epoch in (1, 2)] for ref in known],
        "rows": sorted(Row.objects.values_list("store", "epoch", "kind").annotate(n=Count("sealed"))),
        "duties": sorted(
            [known[each.store_ref], each.epoch, each.kind, each.cause, each.state]
            for each in Duty.objects.all()
        ),
        "receipts": [
            [each.number, known[each.store_ref], each.duty.kind, each.duty.epoch, each.duty.cause]
            for each in Receipt.objects.order_by("number")
        ],
        "revoked": sorted(FeedKey.objects.exclude(revoked_at=None).values_list("name", flat=True)),
        "persons": list(Person.objects.order_by("pk").values_list("store", flat=True)),
        "counts": [model._default_manager.count() for model in (Bar, Report)],
        "runs": sorted(Run.objects.filter(state="waiting").values_list("store", "kind", "mode")),
        "replayed": AuditEntry.objects.filter(action="erasures.replayed").count(),
        "ledger": ledger.verify() == Annal.objects.exclude(number=None).count() == Annal.objects.count(),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
