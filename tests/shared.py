"""Where the reference material lies that tests may use and the project never holds."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("MINTA_SHARED", Path(__file__).resolve().parents[2] / "shared"))

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="reference material is not beside the checkout")
