"""Copies of the database and the key store from before the erasure, tried with the keys of after it."""

import shutil
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from connectors.demo.pipeline import Pipeline
from connectors.demo.stage import Stage, Stuck, wait_for

_ROWS, _KEYS, _WRAP = "data/minta.sqlite3", "keys/keystore.sqlite3", "keys/keystore.wrap"
_LEDGER = "ledger/erasures.sqlite3"


class Copies:
    """What a thief took while the stores were installed; it lies outside the system's folder."""

    def __init__(self, stage: Stage) -> None:
        """Copy what lies there now."""
        self._stage = stage
        self._now = stage.folder / "var"
        scratch = TemporaryDirectory(prefix="minta-demo-")
        stage.keep(scratch.cleanup)
        self._scratch = Path(scratch.name)
        self._before = self._scratch / "before"
        for name in (_ROWS, _KEYS, _WRAP):
            _copy(self._now / name, self._before / name)

    def try_all(self, stores: Sequence[str], key: str) -> None:
        """Serve the old database with old and new keys; raises Stuck unless only all old opens, and whole."""
        old, now = self._before, self._now
        trials = {
            "all old": (old, old, set(stores)),
            "the keys of now": (now, now, set()),
            "an old key file": (old, now, set()),
        }
        with ThreadPoolExecutor(len(trials)) as pool:
            tried = {
                name: pool.submit(self._opened, name, keys, wrap, stores, key)
                for name, (keys, wrap, _) in trials.items()
            }
        for name, (_, _, expected) in trials.items():
            if (opened := tried[name].result()) != expected:
                raise Stuck(f"the old database with {name} opens {len(opened)} of {len(stores)} stores")

    def put_back(self, stores: Sequence[str], key: str, receipts: str) -> None:
        """Put the old database in the place of the new one, as after a lost disk, and let the ledger tell it.

        Raises Stuck unless nothing is served before, and afterwards nothing opens and no receipt is lost.
        """
        folder = self._scratch / "put-back"
        for source, file in ((self._before, _ROWS), *((self._now, each) for each in (_KEYS, _WRAP, _LEDGER))):
            _copy(source / file, folder / file)
        with self._stage.second_web(folder) as web:
            if Pipeline(web, key).get("stores").status_code != 503:
                raise Stuck("an old database serves before it was told what it has forgotten")
            self._stage.command("erasures", "replay", var=folder)
            wait_for("the old database to serve", lambda: requests.get(f"{web}/readyz", timeout=10).ok)
            if opened := self._shown(web, stores, key):
                raise Stuck(f"an old database shows {len(opened)} stores that were erased")
        if self._stage.command("receipts", "show", var=folder) != receipts:
            raise Stuck("an old database has other receipts than were given out")

    def _opened(self, name: str, keys: Path, wrap: Path, stores: Sequence[str], key: str) -> set[str]:
        """Return the stores of which the feed shows anything, with the key store and key file of these."""
        folder = self._scratch / name.replace(" ", "-")
        for source, file in ((self._before, _ROWS), (keys, _KEYS), (wrap, _WRAP)):
            _copy(source / file, folder / file)
        with self._stage.second_web(folder) as web:
            return self._shown(web, stores, key)

    def _shown(self, web: str, stores: Sequence[str], key: str) -> set[str]:
        """Return the stores of which the feed at this address shows anything."""
        pipeline = Pipeline(web, key)
        briefs = {store for store in stores if pipeline.get(f"stores/{store}/brief").ok}
        changes, listed = pipeline.get("changes", after=0), pipeline.get("stores")
        entries = [
            *(changes.json()["changes"] if changes.ok else ()),
            *(listed.json()["stores"] if listed.ok else ()),
        ]
        return briefs | {each["store"] for each in entries if "record" in each}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.suffix == ".sqlite3":  # it may be in use: a copy of the bytes alone would miss the log
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
            there.backup(here)
    else:
        shutil.copy(source, target)
