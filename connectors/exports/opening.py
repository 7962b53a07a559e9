"""Opening a range of an export: only the parts that it lies in, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F
from django.utils import timezone

from connectors import configured
from connectors.errors import KeyGone, Missing, Unsealable
from connectors.exports.making import KIND, PART_BYTES, part_name
from connectors.models import Export, ExportPart, ExportState, Store, StoreState
from connectors.vault import StoreKey

_OPEN: Final = (StoreState.ACTIVE, StoreState.REAUTH, StoreState.CLOSED)


class Stopped(ConnectionResetError):
    """The store left, or the export was removed, while it was downloaded: what is missing does not come.

    To a server it is a connection that broke, so that nobody takes half a file for a whole one.
    """


@dataclass(frozen=True, repr=False, slots=True)
class Download:
    """An export that can be downloaded. `tag` names these very bytes."""

    export: Export
    key: StoreKey

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return self.export.size_bytes

    @property
    def tag(self) -> str:
        """What names these very bytes."""
        return self.export.attempt

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, and without, `end`, both within the file.

        Raises Stopped when it may not be downloaded any more, Unsealable on reaching what was damaged.
        """
        for number in range(start // PART_BYTES, -(-end // PART_BYTES)):
            at = number * PART_BYTES
            yield self._part(number)[max(0, start - at) : end - at]

    def _part(self, number: int) -> bytes:
        export = self.export
        parts = ExportPart.objects.filter(
            export=export.pk,
            attempt=export.attempt,
            number=number,
            export__state=ExportState.READY,
            export__expires_at__gt=timezone.now(),
            export__store__state__in=_OPEN,
            export__store__epoch=F("export__epoch"),
        )
        sealed = parts.values_list("sealed", flat=True).first()
        if sealed is None:
            raise Stopped
        last = (self.size_bytes - 1) // PART_BYTES
        part = self.key.open(KIND, part_name(export.ref, export.attempt, number, last=number == last), sealed)
        # Its length stands in clear beside it.
        if len(part) != min(PART_BYTES, self.size_bytes - number * PART_BYTES):
            raise Unsealable
        return part


def download(store: Store, export_ref: str, now: datetime) -> Download:
    """Return an export of a store; raises Missing when there is none that may be downloaded."""
    export = Export.objects.filter(
        store=store, epoch=store.epoch, ref=export_ref, state=ExportState.READY, expires_at__gt=now
    ).first()
    if export is None:
        raise _gone()
    try:
        return Download(export, configured.keystore().get(store.ref, store.epoch))
    except KeyGone:
        raise _gone() from None


def _gone() -> Missing:
    return Missing("There is no such export here")
