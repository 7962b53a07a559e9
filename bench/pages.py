"""The first sync of a Wix site of Catalog V1 by pages, a small one and one of 100,000 products.

Wix's pace (200 requests a minute) is lifted, or nothing but it would be measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench.sync import ALLOWED_MB, cost_of, environment

PRODUCTS = int(os.environ.get("BENCH_PAGED_PRODUCTS", "100000"))
#: What a page holds, and what Wix lets an instance ask in a minute.
_PER_PAGE, _PER_MINUTE = 100, 200
_SHOP = "2ed0a5ab-5d9e-4a27-a1ea-2c9a3d1d0001"


def run() -> Iterator[str]:
    """Measure CPU, wall clock and peak memory of both."""
    yield "first sync of Catalog V1, products x 3 variants, by pages of 100"
    for products in (PRODUCTS // 10, PRODUCTS):
        found, seconds = _synced(products)
        yield (
            f"  {products:>7,} products   {found['cpu_seconds']:7.2f} CPU s   {seconds:7.1f} s   "
            f"{found['peak_mb']:5.0f} MB   (allowed {ALLOWED_MB})   "
            f"at Wix's pace {products / _PER_PAGE / _PER_MINUTE:.0f} min"
        )


def _synced(products: int) -> tuple[dict[str, Any], float]:
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        site = subprocess.Popen(
            [sys.executable, "-m", "bench.site", str(products)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert site.stdout is not None  # noqa: S101 - asked for above
            settings = environment(folder, f"http://127.0.0.1:{site.stdout.readline().strip()}")
            started = time.perf_counter()
            found = cost_of("bench.product", "wix", _SHOP, environment=settings)
            seconds = time.perf_counter() - started
        finally:
            site.kill()
            site.wait()
    if found["state"] != "done" or found["rows"] != products:
        raise SystemExit(f"the sync did not end well: {found['state']} {found['error']} {found['rows']}")
    return found, seconds
