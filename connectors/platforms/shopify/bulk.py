"""Bulk operations: ask for one, look how it stands, bring its file.

https://shopify.dev/docs/api/usage/bulk-operations/queries
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.json import Decoder

from connectors.errors import BadAnswer, CountsDisagree, PlatformFailure, Throttled
from connectors.platforms.base import Export, ExportState, Spool
from connectors.platforms.http import Incoming, Limits, Transport, refuse
from connectors.platforms.opening import Credentials
from connectors.platforms.shopify import ids
from connectors.platforms.shopify.client import Client
from connectors.platforms.shopify.documents import EXPORTS
from connectors.platforms.shopify.marks import Marker
from connectors.platforms.shopify.results import result_url
from connectors.platforms.shopify.wire.answers import Counted
from connectors.platforms.shopify.wire.exports import BulkOperation, ExportCancel, ExportPoll, ExportStart

PLACE: Final = "Shopify's bulk file"
_LIMITS: Final = Limits(seconds=3600.0, max_bytes=8 * 1024**3)
_LONGEST_LINE_BYTES: Final = 8 * 1024 * 1024
_BUSY_SECONDS: Final = 60.0

# Of the storage, not of the shop: a link that has run out says nothing about the grant.
_STATUSES: Final[Mapping[int, type[PlatformFailure]]] = dict.fromkeys((401, 402, 403, 423), BadAnswer)

_START: Final = Decoder(ExportStart)
_POLL: Final = Decoder(ExportPoll)
_CANCEL: Final = Decoder(ExportCancel)

_FAILED: Final = frozenset({"FAILED", "CANCELED", "CANCELLED", "EXPIRED"})
_CODE: Final = re.compile(r"[A-Z0-9_]{1,64}")
_NO_CODE: Final = "a code that is none"


def start(client: Client, kind: str) -> str:
    """Start a bulk operation over a kind and return its id.

    Raises Throttled while five others run, BadAnswer when Shopify refuses the query. Not repeated by itself:
    a lost answer may have started one.
    """
    found = client.ask("MintaExportStart", _START, {"query": EXPORTS[kind]}, repeatable=False)
    started = found.bulk_operation_run_query
    codes = {error.code for error in started.user_errors or ()} if started else set()
    if "OPERATION_IN_PROGRESS" in codes:
        raise Throttled("other bulk operations of this store are running", wait_seconds=_BUSY_SECONDS)
    if started is None or started.bulk_operation is None:
        raise BadAnswer("Shopify started no bulk operation")
    return ids.number(started.bulk_operation.id)


def poll(client: Client, export_id: str) -> Export:
    """Return how a bulk operation stands; one that Shopify no longer knows has failed."""
    found = client.ask("MintaExport", _POLL, {"id": ids.gid("export", export_id)})
    operation = found.bulk_operation
    if operation is None:
        return Export(ExportState.FAILED, reason="GONE")
    return _export(operation)


def cancel(client: Client, export_id: str) -> None:
    """Stop a bulk operation; one that has ended stays as it is."""
    client.ask("MintaExportCancel", _CANCEL, {"id": ids.gid("export", export_id)})


def _export(operation: BulkOperation) -> Export:
    status = operation.status.upper()
    if status in _FAILED:
        return Export(ExportState.FAILED, reason=_code(operation.error_code or status))
    if status != "COMPLETED":
        return Export(ExportState.RUNNING)
    lines = _count(operation.object_count)
    if not operation.url:
        # No rows, no file. Anything else without one is lost.
        return Export(ExportState.FAILED, reason="NO_FILE") if lines else Export(ExportState.EMPTY)
    roots = 0 if operation.root_object_count is None else _count(operation.root_object_count)
    size = None if operation.file_size is None else _count(operation.file_size)
    return Export(ExportState.READY, lines, roots, size, operation.url)


def _code(said: object) -> str:
    """Return a code of Shopify's; anything else is not repeated."""
    return said if isinstance(said, str) and _CODE.fullmatch(said) else _NO_CODE


def _count(counted: Counted | None) -> int:
    if counted is None:
        raise BadAnswer("a bulk operation counts no lines")
    if isinstance(counted, int):
        return counted
    if not (counted.isdigit() and counted.isascii() and len(counted) <= 20):
        raise BadAnswer("a bulk operation counts in no number")
    return int(counted)


def download(transport: Transport, export: Export, spool: Spool, credentials: Credentials, shop: str) -> None:
    """Bring the file into the spool with its marks, and finish the spool.

    Raises CountsDisagree when lines, records or bytes are not as announced, BadAnswer for an address that is
    not Shopify's storage and for a file that is none, Unavailable when it did not come whole.
    """
    url = result_url(export.url, credentials, shop)
    marker = Marker()
    with transport.stream("GET", url, place=PLACE, limits=_LIMITS) as incoming:
        refuse(incoming, PLACE, _STATUSES)
        for lines, ended in _lines(incoming.chunks):
            spool.write(marker.mark(lines, ended=ended))
    _compare(export, marker, incoming)
    spool.write(marker.trailer())
    spool.finish()


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """Yield lines that are not blank, and whether they had their end; a last one that is whole needs none."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > _LONGEST_LINE_BYTES:
            raise BadAnswer("a line of the bulk file has no end")
        yield [line for line in lines if line and not line.isspace()], True
    if rest and not rest.isspace():
        yield [rest], False


def _compare(export: Export, marker: Marker, incoming: Incoming) -> None:
    layout = marker.layout
    if layout.lines != export.lines:
        raise CountsDisagree(f"the bulk file has {layout.lines} lines, {export.lines} were announced")
    if export.roots and layout.roots != export.roots:
        raise CountsDisagree(f"the bulk file has {layout.roots} records, {export.roots} were announced")
    size = export.size_bytes
    if size is not None and not incoming.compressed and incoming.wire_bytes != size:
        raise CountsDisagree(f"the bulk file has {incoming.wire_bytes} bytes, {size} were announced")
