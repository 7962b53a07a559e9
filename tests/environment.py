"""What every test stands on: throw-away secrets, and a directory of its own.

Loaded by pytest before Django reads its settings (`-p tests.environment`), so that a developer's own `.env`
and `var/` are neither read nor touched.
"""

import base64
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
_ROOM_BYTES = 1 << 30


def _folder() -> str:
    """Make a folder, in memory where there is room: no test cuts the power, so none needs the disk."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    return tempfile.mkdtemp(prefix="minta-test-", dir=_MEMORY if roomy else None)


_KEY = base64.urlsafe_b64encode(b"test-master-key-of-32-bytes-here").decode()
_SEED = base64.urlsafe_b64encode(b"test-receipt-seed-of-32-bytes-ok").decode()

os.environ["MINTA_ENV_FILE"] = os.devnull
os.environ["MINTA_VAR_DIR"] = _folder()
os.environ.update(
    SECRET_KEY="test-secret-key-" + "x" * 40,
    SANDBOX="1",
    MINTA_MASTER_KEYS=_KEY,
    MINTA_RECEIPT_KEY=_SEED,
    SHOPIFY_CLIENT_ID="minta-test-client-id",
    SHOPIFY_CLIENT_SECRET="hush-test-client-secret-0123456789abcdef,previous-client-secret-0123456789",
    LOG_LEVEL="WARNING",
    # The keys of all tests have the same few numbers, and share their buckets.
    MINTA_FEED_PER_MINUTE="1000000",
)
_VAR_DIR = os.environ["MINTA_VAR_DIR"]


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_VAR_DIR, ignore_errors=True)
