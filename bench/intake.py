"""Taking in deliveries: verified, written, committed; beside a signature check and one committed insert."""

import hashlib
import hmac
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.sync import environment

DELIVERIES = 1000
BODY = json.dumps({"id": 788032119674292922, "title": "x" * 1900}).encode()


def run() -> Iterator[str]:
    """Measure deliveries a second, one after the other."""
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        floor = _floor(Path(folder) / "floor.sqlite3")
        done = subprocess.run(
            [sys.executable, "-m", "bench.taking"],
            env={**os.environ, **environment(folder, "http://127.0.0.1:9")},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"bench.taking failed:\n{done.stderr[-2000:]}")
    ours = float(done.stdout)
    yield f"taking in {DELIVERIES} deliveries of 2 kB, SQLite with synchronous=FULL"
    yield f"  floor    {floor:7.0f} a second"
    yield f"  product  {ours:7.0f} a second   ({floor / ours:.2f} x floor's time)"


def _floor(path: Path) -> float:
    rows = sqlite3.connect(path)
    rows.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE inbox (id TEXT UNIQUE, body)"
    )
    started = time.perf_counter()
    for number in range(DELIVERIES):
        hmac.compare_digest(hmac.new(b"secret", BODY, hashlib.sha256).digest(), b"x" * 32)
        with rows:
            rows.execute("INSERT INTO inbox VALUES (?, ?)", (str(number), BODY))
    return DELIVERIES / (time.perf_counter() - started)
