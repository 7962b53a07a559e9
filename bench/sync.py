"""The first sync of 10,000 products of three variants, beside its floor."""

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench import catalogue

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "10000"))
#: What we promise: CPU within so many times the floor, memory below so many megabytes.
ALLOWED_RATIO = 4.0
ALLOWED_MB = 150


def run() -> Iterator[str]:
    """Measure the floor and the product on the same file, served by the same process."""
    with tempfile.TemporaryDirectory(prefix="minta-bench-") as folder:
        file = Path(folder) / "products.jsonl.gz"
        count = catalogue.write(file, PRODUCTS)
        platform = subprocess.Popen(
            [sys.executable, "-m", "bench.platform", str(file), str(PRODUCTS), str(count)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert platform.stdout is not None  # noqa: S101 - asked for above
            origin = f"http://127.0.0.1:{platform.stdout.readline().strip()}"
            floor = cost_of("bench.floor", f"{origin}/file", str(Path(folder) / "floor.sqlite3"))
            ours = cost_of(
                "bench.product", "shopify", "bench.myshopify.com", environment=environment(folder, origin)
            )
        finally:
            platform.kill()
            platform.wait()
    if ours["state"] != "done" or ours["rows"] != PRODUCTS:
        raise SystemExit(f"the sync did not end well: {ours['state']} {ours['error']} {ours['rows']}")
    ratio = ours["cpu_seconds"] / floor["cpu_seconds"]
    yield f"first sync, {PRODUCTS:,} products x {catalogue.VARIANTS} variants ({count:,} lines)"
    yield f"  floor    {floor['cpu_seconds']:7.2f} CPU s   {floor['peak_mb']:6.0f} MB"
    yield f"  product  {ours['cpu_seconds']:7.2f} CPU s   {ours['peak_mb']:6.0f} MB   (allowed {ALLOWED_MB})"
    yield f"  ratio    {ratio:7.2f} x floor           (allowed {ALLOWED_RATIO:g})"


def cost_of(module: str, *words: str, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a module as a process of its own; returns what it printed of its cost."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def environment(folder: str, origin: str) -> dict[str, str]:
    """Return the settings of a throw-away system in `folder` whose platform is at `origin`."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {
        "MINTA_ENV_FILE": os.devnull,
        "MINTA_VAR_DIR": str(Path(folder) / "var"),
        "SANDBOX": "1",
        "SECRET_KEY": "bench-" + key,
        "MINTA_MASTER_KEYS": key,
        "MINTA_RECEIPT_KEY": key,
        "SHOPIFY_CLIENT_ID": "bench",
        "SHOPIFY_CLIENT_SECRET": "bench-secret",
        "SHOPIFY_ORIGIN": f"{origin}/{{shop}}",
        "WIX_APP_ID": "bench",
        "WIX_APP_SECRET": "bench-secret",
        "WIX_PUBLIC_KEY": _public_key(),
        "WIX_API_ORIGIN": origin,
        "LOG_LEVEL": "WARNING",
    }


def _public_key() -> str:
    """Return a key on one line, of which nobody has the private half."""
    key = rsa.generate_private_key(65537, 2048).public_key()
    return base64.b64encode(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).decode()
