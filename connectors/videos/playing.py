"""Opening a range of a file: only the parts that it lies in, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, QuerySet

from connectors.errors import Unsealable
from connectors.models import Store, Video, VideoFile, VideoPart, VideoState
from connectors.vault import StoreKey
from connectors.videos import reach
from connectors.videos.bounds import PART_BYTES
from connectors.videos.uploads import KIND, part_name


class Stopped(ConnectionResetError):
    """The store left, or the file was replaced, while it was played: what is missing does not come.

    To a server it is a connection that broke, so that nobody takes half a film for a whole one.
    """


@dataclass(frozen=True, repr=False, slots=True)
class Recording:
    """A file that can be played. `tag` is another one for every upload."""

    video_ref: str
    file: VideoFile
    key: StoreKey

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return self.file.size_bytes

    @property
    def tag(self) -> str:
        """What names these very bytes."""
        return self.file.upload

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, and without, `end`, both within the file.

        Raises Stopped when it may not be played any more, Unsealable on reaching what was damaged.
        """
        for number in range(start // PART_BYTES, -(-end // PART_BYTES)):
            at = number * PART_BYTES
            yield self._part(number)[max(0, start - at) : end - at]

    def _part(self, number: int) -> bytes:
        sealed = _playable(VideoPart.objects.filter(file=self.file.pk, number=number)).first()
        if sealed is None:
            raise Stopped
        last = (self.size_bytes - 1) // PART_BYTES
        name = part_name(self.video_ref, self.file, number, last=number == last)
        part = self.key.open(KIND, name, sealed)
        # Its length stands in clear beside it.
        if len(part) != min(PART_BYTES, self.size_bytes - number * PART_BYTES):
            raise Unsealable
        return part


def _playable(parts: QuerySet[VideoPart]) -> QuerySet[VideoPart, bytes | memoryview]:
    """Leave of a query the bytes of parts that may be opened at this moment."""
    return (
        parts.filter(
            file__whole_at__isnull=False,
            file__video__store__state__in=reach.OPEN,
            file__video__store__epoch=F("file__video__epoch"),
        )
        .exclude(file__video__state=VideoState.WITHDRAWN)
        .values_list("sealed", flat=True)
    )


def recording(store: Store, video_ref: str, name: str, media: str) -> Recording:
    """Return a file of a video of a store; raises Missing when there is none that may be played."""
    videos = reach.playable(Video.objects.filter(store=store, epoch=store.epoch, ref=video_ref))
    file = VideoFile.objects.filter(
        video__in=videos.exclude(state=VideoState.WITHDRAWN), format=name, media=media, whole_at__isnull=False
    ).first()
    if file is None:
        raise reach.gone()
    return Recording(video_ref, file, reach.key_of(store, store.epoch))
