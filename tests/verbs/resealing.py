"""Re-seal a store that two processes write into, killed several times and begun again; say what came of it.

    python -m tests.verbs.resealing FOLDER SEED KILLS

Prints one JSON object. The writers go the ways of a sync, of a delivery and of a renderer; what they were
told is written they remember.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

LONGEST_SECONDS = 60.0
#: How much there is to re-seal, and how much of it a batch takes: enough batches for a kill to fall between.
PRODUCTS, BATCH = 160, 8


def main(root: Path, seed: int, kills: int) -> None:
    django.setup()
    from tests.kill import databases
    from tests.kill.runner import fork

    home = root / "life"
    try:
        fork(begin, home)
        writers = [start(lambda number=number: write(home, number)) for number in (1, 2)]
        wait_for(home, "ready1", "ready2")
        ends = [kill_amid(home, random.Random(seed + turn).uniform(0.0, 0.25)) for turn in range(kills)]
        fork(lambda folder: reseal(folder, again=True), home)
        (home / "stop").touch()
        codes = [os.waitstatus_to_exitcode(os.waitpid(writer, 0)[1]) for writer in writers]
        fork(look, home)
        told = json.loads((home / "told.json").read_text(encoding="utf-8"))
        json.dump({**told, "writers": codes, "killed": ends.count(True)}, sys.stdout)
    finally:
        databases.drop(home)


def start(life: Any) -> int:
    """Let a child live beside the others; returns its number."""
    child = os.fork()
    if not child:
        code = 1
        try:
            life()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return child


def wait_for(home: Path, *names: str) -> None:
    ends = time.monotonic() + LONGEST_SECONDS
    while not all((home / name).exists() for name in names):
        if time.monotonic() > ends:
            raise SystemExit("the writers did not come")
        time.sleep(0.01)


def kill_amid(home: Path, seconds: float) -> bool:
    """Let a re-seal run for so long from its first step, then kill it; tell whether it was still at work."""
    begun = home / "begun"
    begun.unlink(missing_ok=True)
    child = start(lambda: reseal(home, again=True))
    wait_for(home, "begun")
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def enter(folder: Path) -> None:
    from django.conf import settings

    from connectors import rotation
    from connectors.work.port import load
    from tests.kill import databases

    load()
    databases.enter(folder)
    settings.KEYSTORE_PATH = folder / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = folder / "ledger" / "erasures.sqlite3"
    settings.SPOOL_DIR = folder / "spool"
    small = dict.fromkeys(("BATCH", "PARTS"), BATCH)
    vars(rotation).update(small)


def begin(folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connections

    from connectors import configured, grants, rows
    from connectors.models import Run, RunMode, RunState
    from connectors.platforms.opening import Grant
    from tests import cast
    from tests.kill import databases
    from tests.videos.cast import announced, film, kept, stocked

    folder.mkdir(parents=True)
    databases.make(folder)
    enter(folder)
    call_command("migrate", verbosity=0, interactive=False)
    store, key = stocked()
    grants.put(store, key, Grant("cedar.myshopify.com", "token"), datetime.now(UTC))
    found = [cast.found(cast.product(number)) for number in range(10, 10 + PRODUCTS)]
    rows.write(store.pk, 1, key, found)
    kept(announced(store), content=film(size_bytes=600_000))
    for kind in ("sale", "offer"):
        Run.objects.create(store=store, epoch=1, kind=kind, mode=RunMode.SINCE, state=RunState.READING)
    configured.keystore().get(store.ref, 1)
    (folder / "first").write_text(key.id)
    connections.close_all()


def reseal(folder: Path, *, again: bool) -> None:
    """Go on with what is under way, or begin; then begin once more, so that there is always one to kill."""
    from django.db import connections

    from connectors import configured, rotation
    from connectors.models import Store

    enter(folder)
    store = Store.objects.get()
    (folder / "begun").touch()
    rotation.reseal(store.pk, rotation.begin(store, "operator ada"))
    if again:
        key = configured.keystore().get(store.ref, 1)
        rotation.reseal(store.pk, key.id)
    connections.close_all()


def write(folder: Path, number: int) -> None:
    """Write in every way until told to stop; remember what was said to be written, and every error."""
    from django.db import connections

    enter(folder)
    ways = [in_sync, at_the_door, as_renderer][number - 1 :: 2] + ([in_sync] if number == 2 else [])
    written: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    last: dict[str, str] = {}
    turn = 0
    while not (folder / "stop").exists():
        turn += 1
        way = ways[turn % len(ways)]
        try:
            way(number, turn, last)
            written[way.__name__] += 1
        except Exception as error:
            errors[f"{type(error).__name__} retry={getattr(error, 'retry', None)}"] += 1
        (folder / f"ready{number}").touch()
        time.sleep(0.01)
    told = {"written": written, "errors": errors, "last": last}
    (folder / f"writer{number}.json").write_text(json.dumps(told), encoding="utf-8")
    connections.close_all()


def in_sync(number: int, turn: int, last: dict[str, str]) -> None:
    """Write a page of products and where the next one begins, as a sync does."""
    from django.db import transaction

    from connectors import configured, rows
    from connectors.models import Run, Store
    from tests import cast

    store = Store.objects.get()
    key = configured.keystore().get(store.ref, 1)
    title, at = f"by {number} in {turn}", datetime.now(UTC)
    time.sleep(0.04 * (turn % 3))  # what a page may take, while the key is turned
    found = [
        cast.found(cast.product(each, title=title, updated_at=at))
        for each in (number, 100 * number + turn % 7)
    ]
    run = Run.objects.order_by("pk")[number - 1]
    with transaction.atomic():
        rows.write(store.pk, 1, key, found)
        Run.objects.filter(pk=run.pk).update(cursor=key.keep("cursor", str(run.pk), title))
    last[f"product {number}"] = last[f"cursor {run.pk}"] = title


def at_the_door(number: int, turn: int, last: dict[str, str]) -> None:
    """Take a delivery at the door."""
    from django.db import transaction

    from connectors import configured, inbox
    from connectors.models import Store
    from connectors.platforms.base import Event, EventKind

    name = f"d{turn}"
    event = Event(EventKind.PRODUCT_CHANGED, "cedar.myshopify.com", name, "products/update", ids=(name,))
    fingerprint = configured.finder().fingerprint("delivery", "shopify", event.shop, name)
    with transaction.atomic():
        store = Store.objects.select_for_update(no_key=True).get()
        inbox._take(store, event, fingerprint, None, datetime.now(UTC))
    last[f"delivery {fingerprint.hex()}"] = name


def as_renderer(number: int, turn: int, last: dict[str, str]) -> None:
    """Put a film in place of the one before."""
    from connectors.models import Video
    from tests.videos.cast import film, kept

    kept(Video.objects.get(), content=film(size_bytes=300_000 + turn, seed=turn))
    last["film"] = str(turn)


def look(folder: Path) -> None:
    """Open everything; tell under which keys it lies and what is not as the writers were told."""
    from django.db import connections

    from connectors import configured, rotation
    from connectors.models import Store

    enter(folder)
    store = Store.objects.get()
    key = configured.keystore().get(store.ref, 1)
    heads: Counter[str] = Counter()
    opened = 0
    for place in rotation.places(store.ref, 1):
        for each in place.held.exclude(**{place.column: None}):
            sealed = bytes(getattr(each, place.column))
            heads[sealed[1:9].hex()] += 1
            opened += any(opens(key, place.kind, name, sealed) for name in place.names(each))
    writers = [json.loads((folder / f"writer{number}.json").read_text()) for number in (1, 2)]
    told = {
        "heads": {"new" if name == key.id else name: count for name, count in heads.items()},
        "opened": opened,
        "turned": key.id != (folder / "first").read_text(),
        "previous": key.previous_id,
        "lost": [
            name for each in writers for name, said in each["last"].items() if not is_there(key, name, said)
        ],
        "errors": dict(sum((Counter(each["errors"]) for each in writers), Counter())),
        "written": dict(sum((Counter(each["written"]) for each in writers), Counter())),
    }
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    connections.close_all()


def opens(key: Any, kind: str, name: Any, sealed: bytes) -> bool:
    from connectors.errors import Unsealable

    try:
        key.open(kind, name, sealed)
    except Unsealable:
        return False
    return True


def is_there(key: Any, name: str, said: str) -> bool:
    """Tell whether what a writer was told is written is what is held."""
    from connectors import rows
    from connectors.models import Delivery, Row, Run, Store, Video
    from connectors.platforms.base import Event
    from connectors.videos import playing
    from tests.videos.cast import film

    what, _, which = name.partition(" ")
    if what == "product":
        held = Row.objects.filter(fingerprint=key.fingerprint("product", which))
        return [getattr(each.record, "title", None) for each in rows.opened(key, held)] == [said]
    if what == "cursor":
        sealed = Run.objects.values_list("cursor", flat=True).get(pk=which)
        return bool(key.recall("cursor", which, sealed, str) == said)
    if what == "delivery":
        fingerprint = bytes.fromhex(which)
        sealed = Delivery.objects.values_list("sealed", flat=True).get(fingerprint=fingerprint)
        return bool(key.recall("delivery", fingerprint, sealed, Event).delivery_id == said)
    content = film(size_bytes=300_000 + int(said), seed=int(said))
    playing_now = playing.recording(Store.objects.get(), Video.objects.get().ref, "9x16", "film")
    return b"".join(playing_now.read(0, len(content))) == content


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
