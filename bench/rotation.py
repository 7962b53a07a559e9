"""Rotating the keys of many stores: how long it takes, and what readers and installs feel of it meanwhile."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final

from connectors.vault import KeyStore, MasterKeys, StoreKey, new_master_key
from connectors.vault.wrapping import WrappingKey

STORES: Final = int(os.environ.get("BENCH_STORES", "10000"))

#: Another process, as a web server's: it reads and installs until it is told to stop.
OTHER: Final = """
import select, sys, time
from pathlib import Path
from connectors.vault import KeyStore, MasterKeys
keystore, name, number = KeyStore(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2])), sys.argv[3], 0
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:
    number += 1
    reading, writing = lambda: keystore.get("st_7", 1), lambda: keystore.create(f"st_{name}_{number}", 1)
    for what, verb in (("read", reading), ("write", writing)):
        began = time.perf_counter()
        verb()
        print(what, time.perf_counter() - began)
"""


def run() -> Iterator[str]:
    """Measure one rotation, beside the sealing of so many keys alone, and two processes that go on."""
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        path, old, new = Path(folder, "keystore.sqlite3"), new_master_key(), new_master_key()
        _fill(KeyStore(path, MasterKeys.parse(old)))
        floor = _floor()
        yield f"rotating the keys of {STORES:,} stores, two processes reading and installing"
        quiet = _felt(path, f"{old},{new}", lambda: time.sleep(2))
        rotating = KeyStore(path, MasterKeys.parse(f"{new},{old}"))
        took: list[float] = []

        def rotate() -> None:
            began = time.perf_counter()
            rotating.rewrap_masters()
            rotating.turn_over()
            took.append(time.perf_counter() - began)

        busy = _felt(path, f"{old},{new}", rotate)
        ratio = f"{took[0] / floor:5.1f} x floor"
        yield f"  rotation   cipher alone {floor:5.2f} s   product {took[0]:5.2f} s   {ratio}"
        for title, told in (("before", quiet), ("meanwhile", busy)):
            for what, seconds in told.items():
                middle, longest = statistics.median(seconds) * 1000, max(seconds) * 1000
                counted = f"  {what:<6} {title:<10} {len(seconds):5}"
                yield f"{counted}   p50 {middle:6.2f} ms   longest {longest:6.1f} ms"
        status = rotating.status()
        yield f"  afterwards: {status.wrapping_keys} wrapping key, {status.unreadable} unreadable"


def _floor() -> float:
    """Return how long it takes to open and seal so many keys, and nothing else."""
    wrapping = WrappingKey(token_bytes(32), datetime.now(UTC))
    wrapped = wrapping.wrap(token_bytes(32), "st_7", 1, "live")
    began = time.perf_counter()
    for _ in range(STORES):
        wrapping.wrap(wrapping.unwrap(wrapped, "st_7", 1, "live"), "st_7", 1, "live")
    return time.perf_counter() - began


def _fill(keystore: KeyStore) -> None:
    """Make the keys at once: one by one, each would wait for the disk."""
    with keystore._file.writing() as rows:
        wrapping = keystore._wraps.read()[0]
        made = []
        for number in range(STORES):
            secret, store = token_bytes(32), f"st_{number}"
            made.append((store, StoreKey(secret, store, 1).id, wrapping.wrap(secret, store, 1, "live")))
        rows.executemany("INSERT INTO store_keys VALUES (?, 1, 'live', ?, ?, 0, NULL)", made)


def _felt(path: Path, keys: str, verb: Callable[[], None]) -> dict[str, list[float]]:
    """Return how long each read and each install of two other processes took while `verb` was done."""
    name = time.monotonic_ns()
    others = [
        subprocess.Popen(
            [sys.executable, "-c", OTHER, str(path), keys, f"{name}_{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    for other in others:
        if other.stdout is not None:
            other.stdout.readline()
    verb()
    told: dict[str, list[float]] = {"read": [], "write": []}
    for other in others:
        for line in other.communicate("stop\n")[0].splitlines():
            what, seconds = line.split()
            told[what].append(float(seconds))
        if other.returncode:
            raise SystemExit(f"another process failed with {other.returncode}")
    return told
