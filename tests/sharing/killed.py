"""Kill a process that shares, takes back and erases, before some deed; then live on, and say what came of it.

    python -m tests.sharing.killed FOLDER ORIGIN SEED POINTS

POINTS is how many deeds are drawn, or `all`. Each life has a folder of its own at the vendor. Prints one JSON
object: how many deeds there are, and what each life came to.
"""

import json
import random
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

LATER = timedelta(hours=2)


def main(root: Path, origin: str, seed: int, points: str) -> None:
    django.setup()
    from tests.kill import databases
    from tests.kill.runner import fork

    try:
        fork(lambda folder: begin(folder, origin), root / "begun")
        told = {"0": live(root, 0, origin)}
        deeds = int((root / "0" / "deeds").read_text())
        every = range(1, deeds + 1)
        drawn = every if points == "all" else random.Random(seed).sample(every, min(int(points), deeds))
        for deed in drawn:
            told[str(deed)] = live(root, deed, origin)
            databases.drop(root / str(deed))
    finally:
        for folder in root.iterdir():
            databases.drop(folder)
    json.dump({"deeds": deeds, "told": told}, sys.stdout)


def live(root: Path, deed: int, origin: str) -> Any:
    """Live one life, killed before a deed, and then its afterlife."""
    from tests.kill import databases
    from tests.kill.runner import fork

    folder = root / str(deed)
    shutil.copytree(root / "begun", folder)
    databases.copy(root / "begun", folder)
    fork(lambda folder: act(folder, deed, origin), folder)
    fork(lambda folder: live_on(folder, origin), folder)
    return json.loads((folder / "told.json").read_text(encoding="utf-8"))


def enter(folder: Path, origin: str) -> None:
    """Let this process live in the folder, with two processors at the vendor."""
    from django.conf import settings

    from connectors.policy.clauses import Processor as Named
    from connectors.processors import PROCESSORS
    from connectors.work.port import load
    from tests.kill import databases
    from tests.sharing.acme import Acme

    load()
    databases.enter(folder)
    settings.KEYSTORE_PATH = folder / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = folder / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = folder / "spool"
    PROCESSORS.clear()
    PROCESSORS.update(acme=Acme("acme", Named.INTERCOM), chest=Acme("chest", Named.AWS))
    there = {"origin": f"{origin}/copies/{folder.name}", "token": "t"}
    settings.PROCESSORS = dict.fromkeys(PROCESSORS, there)


def begin(folder: Path, origin: str) -> None:
    """Make a store with a record."""
    from django.core.management import call_command
    from django.db import connections

    from tests import cast
    from tests.kill import databases

    folder.mkdir(parents=True)
    databases.make(folder)
    enter(folder, origin)
    call_command("migrate", verbosity=0, interactive=False)
    store, key = cast.store()
    cast.keep(store, key, cast.store_info())
    connections.close_all()


def act(folder: Path, deed: int, origin: str) -> None:
    """Do everything, killed before the given deed."""
    from django.db import connections

    from tests.kill.countdown import Countdown, watch

    countdown = Countdown(deed, folder / "label")
    watch(countdown)
    enter(folder, origin)
    countdown.arm()
    befall()
    countdown.disarm()
    (folder / "deeds").write_text(str(countdown.count))
    connections.close_all()


def befall() -> None:
    """Consent to both, change, take one back, leave; whatever of it has been done before is done once."""
    from django.db import transaction

    from connectors import configured, erase, reading, work
    from connectors.models import Consent, Store
    from connectors.sharing import consents
    from tests import cast

    now = datetime.now(UTC)
    store = Store.objects.get()
    if store.readable:
        for name in ("acme", "chest"):
            if not Consent.objects.filter(processor=name).exists():
                consents.give(store, name, now)
        work.engine().drain(now + LATER)
        key = configured.keystore().get(store.ref, 1)
        later = cast.NOON + timedelta(seconds=1)
        reading.keep_store(store, key, cast.store_info(owner_name="Bea", updated_at=later), 0)
        work.engine().drain(now + LATER)
        consents.withdraw(store, "acme", now)
        work.engine().drain(now + LATER)
        with transaction.atomic():
            locked = Store.objects.select_for_update().get()
            erase.uninstall(locked, "redact", now, at_once=True)
    work.engine().drain(now + LATER)


def live_on(folder: Path, origin: str) -> None:
    """Start anew when the leases of the dead and the calls they made are over; write down what came of it."""
    from django.db import connections
    from django.db.models import F

    from connectors import configured, erase, receipts, work
    from connectors.models import Duty, Job, Receipt, Share
    from connectors.sharing import gaps, tending

    enter(folder, origin)
    past = datetime.now(UTC) - timedelta(seconds=1)
    Job.objects.filter(state="running").update(lease_until=past)
    Share.objects.exclude(sending_at=None).update(sending_at=F("sending_at") - gaps.QUIET)
    befall()
    tending.tend()
    erase.tend(datetime.now(UTC))
    work.engine().drain(datetime.now(UTC) + LATER)
    chain = list(Receipt.objects.order_by("number"))
    texts = [receipts.compose(each.body, each.signature) for each in chain]
    receipts.verify_chain(texts, configured.signer().public_key_text)
    told = {
        "duties": sorted(f"{each.kind} {each.subject} {each.state}" for each in Duty.objects.all()),
        "receipts": sorted(json.loads(each.body)["kind"] for each in chain),
        "held": Share.objects.filter(absent_at=None).count(),
        "dead": Job.objects.filter(state="dead").count(),
    }
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    connections.close_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
