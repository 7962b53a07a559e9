"""A small feed, and the renderer's own folder, new for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.video.feed import Feed
from connectors.video.folder import Folder
from tests.video.feeding import KEY, Feeding, feeding


@pytest.fixture
def there() -> Iterator[Feeding]:
    """The feed's other end."""
    with feeding() as feed:
        yield feed


@pytest.fixture
def feed(there: Feeding) -> Feed:
    """The renderer's end of it, without patience."""
    return Feed(there.url, KEY, patience_seconds=0)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The renderer's folder."""
    return Folder(tmp_path / "videos")
