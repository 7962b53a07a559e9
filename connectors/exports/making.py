"""Make an export, in sealed parts that are each written in a transaction of its own.

So nothing is held whole and other writers wait for one part at most. A try that was killed is begun anew
under another name; parts of two tries cannot be mixed, and those of the one before are removed.
"""

import secrets
from typing import Final

from django.db import transaction
from django.utils import timezone

from connectors import audit, configured
from connectors.errors import KeyGone, MintaError, Missing
from connectors.exports import asking, contents
from connectors.exports.archive import Archive
from connectors.models import Export, ExportPart, ExportState
from connectors.rows import Superseded, open_epoch
from connectors.vault import StoreKey
from connectors.vault.aead import fields, text

#: What a part is sealed as, and how long it is.
KIND: Final = "export"
PART_BYTES: Final = 256 * 1024
_REASON_CHARACTERS: Final = 200


def part_name(export_ref: str, attempt: str, number: int, *, last: bool) -> bytes:
    """Return the name under which a part is sealed."""
    return fields(text(export_ref), text(attempt), number.to_bytes(8, "big"), bytes([last]))


def make(export_id: int) -> None:
    """Make an export from its first byte, whatever a try before has left; raises what is worth another."""
    export = Export.objects.select_related("store").filter(pk=export_id).first()
    if export is None or export.state not in asking.OPEN:
        return
    try:
        _make(export)
    except (Superseded, KeyGone):
        asking.remove(Export.objects.filter(pk=export_id))  # the store left; of this nothing is wanted
    except Taken:
        return
    except MintaError as error:
        if error.retry:
            raise
        _fail(export, type(error).__name__)


class Taken(Missing):
    """Another try, or the end of its time, has taken this export."""


def _make(export: Export) -> None:
    key = configured.keystore().get(export.store.ref, export.epoch)
    now = timezone.now()
    export.attempt, export.state = secrets.token_hex(16), ExportState.MAKING
    export.written, export.total = 0, contents.total(export.store)
    with transaction.atomic():
        open_epoch(export.store_id, export.epoch)
        mine = Export.objects.filter(pk=export.pk, state__in=asking.OPEN)
        begun = {"attempt": export.attempt, "state": export.state, "written": 0, "total": export.total}
        if not mine.update(**begun):
            raise Taken
    while asking.remove_parts(ExportPart.objects.filter(export=export).exclude(attempt=export.attempt)):
        pass
    sink = Sink(export, key)
    archive = Archive(sink.put, now)
    try:
        contents.write(archive, export, key, now, sink.advance)
        archive.close()
    except BaseException:
        archive.discard()
        raise
    sink.end()


def _fail(export: Export, reason: str) -> None:
    mine = Export.objects.filter(pk=export.pk, attempt=export.attempt, state=ExportState.MAKING)
    mine.update(state=ExportState.FAILED, reason=reason[:_REASON_CHARACTERS])
    while asking.remove_parts(ExportPart.objects.filter(export=export)):
        pass


class Sink:
    """Takes the bytes of an export, and keeps every full part."""

    def __init__(self, export: Export, key: StoreKey) -> None:
        self._export, self._key = export, key
        self._pending, self._number, self._written = bytearray(), 0, 0

    def advance(self, records: int) -> None:
        """Note that so many records more were written."""
        self._written += records

    def put(self, piece: bytes) -> None:
        """Take bytes; raises Superseded when the store has left, Taken when another try has begun."""
        self._pending += piece
        # More than one part, for the last one is marked, and which is the last only the end tells.
        while len(self._pending) > PART_BYTES:
            part = bytes(self._pending[:PART_BYTES])
            with transaction.atomic():
                self._keep(part, last=False)
            del self._pending[:PART_BYTES]
            self._number += 1

    def end(self) -> None:
        """Write the last part, let it be downloaded, and remove the exports that it takes the place of."""
        now = timezone.now()
        export = self._export
        size_bytes = self._number * PART_BYTES + len(self._pending)
        with transaction.atomic():
            self._keep(bytes(self._pending), last=True)
            Export.objects.filter(pk=export.pk).update(
                state=ExportState.READY,
                ready_at=now,
                size_bytes=size_bytes,
                written=export.total,
            )
            audit.note(
                export.store.ref, audit.CLOCK, "export.ready", export=export.ref, records=self._written
            )
        asking.remove(Export.objects.filter(store=export.store_id, pk__lt=export.pk))

    def _keep(self, part: bytes, *, last: bool) -> None:
        """Seal and write a part, in this transaction, while the export is this try's."""
        export = self._export
        open_epoch(export.store_id, export.epoch, key=self._key)
        mine = Export.objects.filter(pk=export.pk, attempt=export.attempt, state=ExportState.MAKING)
        if not mine.update(written=min(self._written, export.total)):
            raise Taken
        name = part_name(export.ref, export.attempt, self._number, last=last)
        ExportPart.objects.create(
            export=export,
            attempt=export.attempt,
            number=self._number,
            sealed=self._key.seal(KIND, name, part),
        )
