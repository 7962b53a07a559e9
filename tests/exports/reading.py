"""Reads an export as its merchant does: with any ZIP, JSON and CSV reader."""

import csv
import io
import json
import zipfile
from typing import Any

from django.utils import timezone

from connectors.exports import asking, making, opening
from connectors.models import Export, Store


def made(store: Store) -> Export:
    """Return an export of a store, made."""
    export = asking.ask(store, timezone.now())
    making.make(export.pk)
    export.refresh_from_db()
    return export


def opened(export: Export) -> bytes:
    """Return the bytes of an export as they are downloaded."""
    download = opening.download(export.store, export.ref, timezone.now())
    return b"".join(download.read(0, download.size_bytes))


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP, each checked by its sum."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def lines(content: bytes) -> list[Any]:
    """Return the lines of a file of JSON Lines."""
    return [json.loads(each) for each in content.splitlines()]


def table(content: bytes) -> list[dict[str, str]]:
    """Return the lines of a table by their headings."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
