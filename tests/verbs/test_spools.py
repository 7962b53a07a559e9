"""Files of runs: whose they are, and that none outlives the run that needs it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured_settings
from django.db import transaction

from connectors import configured, erase, reading
from connectors.models import Run, RunMode, RunState, Store
from tests import cast

pytestmark = pytest.mark.django_db


def spooled(store: Store, epoch: int = 1, state: RunState = RunState.READING) -> Path:
    """Begin a run of an epoch and leave a file of it on disk."""
    run = Run.objects.create(store=store, epoch=epoch, kind="product", mode=RunMode.FULL, state=state)
    return left(f"{store.ref}-{epoch}", str(run.pk))


def left(owner: str, run: str) -> Path:
    folder = Path(configured_settings.SPOOL_DIR) / owner / run
    folder.mkdir(parents=True)
    file = folder / "0123.spool"
    file.write_bytes(b"sealed")
    return file


def test_an_erasure_of_the_old_epoch_leaves_the_files_of_the_new_one() -> None:
    store, _ = cast.store()
    old = spooled(store)
    with transaction.atomic():
        duty = erase.uninstall(Store.objects.get(), "uninstalled", datetime.now(UTC), at_once=True)
    Store.objects.update(epoch=2, state="active")
    configured.keystore().create(store.ref, 2)
    new = spooled(store, epoch=2)
    erase.carry(duty.pk)
    assert not old.parent.parent.exists()
    assert new.exists()


def test_an_epoch_is_not_another_that_begins_like_it() -> None:
    store, _ = cast.store()
    eleventh = left(f"{store.ref}-11", "3")
    first = left(f"{store.ref}-1", "2")
    reading.remove_spools(store.ref, 1)
    assert (first.exists(), eleventh.exists()) == (False, True)


def test_the_sweep_leaves_what_open_runs_need_and_nothing_else() -> None:
    store, _ = cast.store()
    needed = [spooled(store, state=RunState.READING)]
    Run.objects.filter(state=RunState.READING).update(kind="sale")
    needed.append(spooled(store, state=RunState.EXPORTING))
    over = [spooled(store, state=state) for state in (RunState.DONE, RunState.FAILED)]
    open_run = Run.objects.filter(state=RunState.READING).get()
    over += [
        left(f"{store.ref}-1", "999999"),  # of a run that is forgotten
        left(f"{store.ref}-2", str(open_run.pk)),  # of an epoch that was erased
        left("st_aaaaaaaaaaaaaaaa-1", str(open_run.pk)),  # of a store that nobody knows
        left(f"{store.ref}-1", "no-run"),
    ]
    reading.sweep_spools()
    assert [file.exists() for file in needed] == [True, True]
    assert not [file for file in over if file.parent.exists()]
    reading.sweep_spools()
    assert [file.exists() for file in needed] == [True, True]


def test_there_is_nothing_to_sweep_where_nothing_was_ever_spooled(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "never made"
    reading.sweep_spools()
    reading.remove_spools("st_aaaaaaaaaaaaaaaa", 1)
