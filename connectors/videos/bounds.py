"""How large a file may be, how many videos a store keeps, and for how long."""

from datetime import timedelta
from typing import Final

from connectors.models import VideoFile
from connectors.policy import retention

#: Width by height, as every part of the feed calls them.
FORMATS: Final = ("9x16", "4x5", "1x1", "16x9")
#: Bytes of a file, by its media.
FILE_BYTES: Final = {VideoFile.FILM: 200_000_000, VideoFile.POSTER: 5_000_000}
#: What a file is cut into: one part is sealed, written and opened at a time.
PART_BYTES: Final = 256 * 1024
#: Records that one video may be made of.
SOURCES: Final = 500
#: Of a store are kept the newest videos, up to this many and this many bytes; older ones are withdrawn.
KEPT_VIDEOS: Final = 50
KEPT_BYTES: Final = 2_000_000_000
#: An upload that takes longer is refused, and one that is older was cut.
UPLOAD: Final = timedelta(minutes=30)
#: A page waits for no rendering that was not heard of for so long.
QUIET: Final = timedelta(minutes=15)
#: A rendering that nobody has heard of for so long has failed.
SILENT: Final = timedelta(hours=24)
#: How long a withdrawn or failed video is still listed, without its bytes.
REMEMBERED: Final = retention.VIDEO_GONE.time
