"""Copies of the database and the key store from before the erasure, tried with the keys of after it."""

import shutil
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.demo.pipeline import Pipeline
from connectors.demo.stage import Stage, Stuck

_ROWS, _KEYS, _WRAP = "data/minta.sqlite3", "keys/keystore.sqlite3", "keys/keystore.wrap"


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

    def _opened(self, name: str, keys: Path, wrap: Path, stores: Sequence[str], key: str) -> set[str]:
        """Return the stores of which the feed shows anything, with the key store and key file of these."""
        folder = self._scratch / name.replace(" ", "-")
        for source, file in ((self._before, _ROWS), (keys, _KEYS), (wrap, _WRAP)):
            _copy(source / file, folder / file)
        with self._stage.second_web(folder) as web:
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
