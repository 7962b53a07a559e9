"""Another store is written to, all the while. `python -m bench.writing` tells how long each write took.

Says "ready" after the first; notes what it took before and after a line on its input, until a second one.
"""

import json
import statistics
import sys
import threading
import time
from datetime import UTC, datetime

from bench.erasing import begin, store

#: Between two writes: a busy installation.
_PAUSE_SECONDS = 0.02


def main() -> None:
    """Write one record after the other."""
    begin()
    from connectors import configured, rows
    from connectors.platforms.base import Found
    from connectors.policy.records import Offer

    made = store("other.myshopify.com")
    key = configured.keystore().get(made.ref, 1)
    phases: list[list[float]] = [[], []]
    begun, ended = threading.Event(), threading.Event()

    def listen() -> None:
        for told in (begun, ended):
            sys.stdin.readline()
            told.set()

    number, now = 0, datetime.now(UTC)
    while not ended.is_set():
        number += 1
        offer = Offer(str(number), f"Ten off {number}", "basic", "ACTIVE", now)
        began = time.perf_counter()
        rows.write(made.pk, 1, key, [Found("offer", str(number), now, offer, None)])
        phases[begun.is_set()].append(time.perf_counter() - began)
        if number == 1:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            threading.Thread(target=listen, daemon=True).start()
        time.sleep(_PAUSE_SECONDS)
    told = {name: _told(each) for name, each in zip(("quiet", "erasing"), phases, strict=True)}
    sys.stdout.write(json.dumps(told))


def _told(seconds: list[float]) -> dict[str, float]:
    return {
        "count": len(seconds),
        "p50_ms": statistics.median(seconds) * 1000 if seconds else 0.0,
        "max_ms": max(seconds, default=0.0) * 1000,
    }


if __name__ == "__main__":
    main()
