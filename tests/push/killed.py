"""Kill a process that changes a store, lets it leave and tells of both, before some deed; then live on.

    python -m tests.push.killed FOLDER URL SEED POINTS

POINTS is how many deeds are drawn, or `all`. Each life sends to URL with `life=N` behind it. Prints one JSON
object: how many deeds there are, and for each life what its database says was told in the end.
"""

import json
import random
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django


def main(root: Path, url: str, seed: int, points: str) -> None:
    django.setup()
    from tests.kill import databases
    from tests.kill.runner import fork

    try:
        fork(begin, root / "begun")
        told = {"0": live(root, 0, url)}
        deeds = int((root / "0" / "deeds").read_text())
        every = range(1, deeds + 1)
        drawn = every if points == "all" else random.Random(seed).sample(every, min(int(points), deeds))
        for deed in drawn:
            told[str(deed)] = live(root, deed, url)
            databases.drop(root / str(deed))
    finally:
        for folder in root.iterdir():
            databases.drop(folder)
    json.dump({"deeds": deeds, "told": told}, sys.stdout)


def live(root: Path, deed: int, url: str) -> Any:
    """Live one life, killed before a deed, and then its afterlife."""
    from tests.kill import databases
    from tests.kill.runner import fork

    folder = root / str(deed)
    shutil.copytree(root / "begun", folder)
    databases.copy(root / "begun", folder)
    fork(lambda folder: act(folder, deed, f"{url}?life={deed}"), folder)
    fork(live_on, folder)
    return json.loads((folder / "told.json").read_text(encoding="utf-8"))


def enter(folder: Path) -> None:
    """Let this process live in the folder."""
    from django.conf import settings

    from tests.kill import databases

    databases.enter(folder)
    settings.KEYSTORE_PATH = folder / "keys" / "keystore.sqlite3"
    settings.SPOOL_DIR = folder / "spool"


def begin(folder: Path) -> None:
    """Make a store with an endpoint that hears of it."""
    from django.core.management import call_command
    from django.db import connections

    from connectors import feedkeys
    from connectors.push import endpoints
    from connectors.work.port import load
    from tests import cast
    from tests.kill import databases

    folder.mkdir(parents=True)
    databases.make(folder)
    enter(folder)
    call_command("migrate", verbosity=0, interactive=False)
    load()
    store, key = cast.store()
    cast.keep(store, key, cast.product(1))
    feedkeys.make("pipeline", "videos")
    endpoints.make("http://127.0.0.1:9/", "pipeline", [], datetime.now(UTC))
    connections.close_all()


def act(folder: Path, deed: int, url: str) -> None:
    """Do everything, killed before the given deed."""
    from django.db import connections

    from connectors.models import Endpoint
    from connectors.work.port import load
    from tests.kill.countdown import Countdown, watch

    countdown = Countdown(deed, folder / "label")
    watch(countdown)
    load()
    enter(folder)
    Endpoint.objects.update(url=url)
    countdown.arm()
    befall()
    countdown.disarm()
    (folder / "deeds").write_text(str(countdown.count))
    connections.close_all()


def befall() -> None:
    """Change a product, tell of it, leave, tell of that; again and again, as the platform would say it."""
    from django.db import transaction

    from connectors import configured, erase, work
    from connectors.models import Store
    from tests import cast

    soon = datetime.now(UTC) + timedelta(minutes=1)
    store = Store.objects.get()
    if store.readable:
        key = configured.keystore().get(store.ref, store.epoch)
        cast.keep(store, key, cast.product(1, title="Changed"))
        work.engine().drain(soon)
        with transaction.atomic():
            erase.uninstall(store, "uninstalled", datetime.now(UTC))
    work.engine().drain(soon)


def live_on(folder: Path) -> None:
    """Start anew when the leases of the dead have run out, let the same befall, write down what was told."""
    from django.db import connections

    from connectors.models import Job, Notice, Row
    from connectors.work.port import load

    load()
    enter(folder)
    past = datetime.now(UTC) - timedelta(seconds=1)
    Job.objects.filter(state="running").update(lease_until=past)
    Notice.objects.filter(state="waiting").update(next_at=past)
    befall()
    told = {
        "notices": [[each.event, each.subject, each.ref, each.state] for each in Notice.objects.all()],
        "newest": max(Row.objects.values_list("change", flat=True)),
        "jobs": list(Job.objects.filter(task__in=["feed.told", "push.send"]).values_list("task", "state")),
    }
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    connections.close_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
