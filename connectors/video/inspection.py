"""What a finished video is, read from its file: what a player would be told, and what an eye would see.

Is it black for long, does it stand still, does it play while it loads: questions that a player never answers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from connectors.video.errors import Unusable
from connectors.video.planes import Floats

# A frame is black when hardly any of it is brighter than this; black is 16 of 255.
_DARK: Final = 24
_BRIGHT_SHARE: Final = 0.002
# Two frames are one picture when no tile of this many samples differs by more than coding makes it differ.
_TILE: Final = 8
_SAME: Final = 3.5


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts of one file; `audio` is empty where there is none. Stretches are the longest of their kind."""

    size_bytes: int
    video: str
    profile: str
    pixels: str
    width: int
    height: int
    frames: int
    frames_a_second: float
    video_seconds: float
    audio: str
    audio_seconds: float
    channels: int
    samples_a_second: int
    index_first: bool
    bt709: bool
    black_seconds: float
    frozen_seconds: float


def inspect(path: Path) -> Inspection:
    """Return what a video is; every frame is decoded. Raises Unusable when it cannot be read as one."""
    try:
        with av.open(str(path)) as file:
            return _inspected(path, file)
    except (av.error.FFmpegError, OSError, IndexError):
        raise Unusable(f"{path.name} is not a video that can be read") from None


def index_first(path: Path) -> bool:
    """Return whether an MP4 tells what is in it before it begins, so that it plays while it loads."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4]), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if size == 1:
                size = int.from_bytes(file.read(8)) - 8
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False


def _inspected(path: Path, file: InputContainer) -> Inspection:
    video = file.streams.video[0]
    audio = next(iter(file.streams.audio), None)
    context = video.codec_context
    rate = float(video.average_rate or 0)
    seen = _Seen()
    for frame in file.decode(video):
        seen.add(frame)
    return Inspection(
        size_bytes=path.stat().st_size,
        video=context.name,
        profile=context.profile or "",
        pixels=context.pix_fmt or "",
        width=context.width,
        height=context.height,
        frames=seen.count,
        frames_a_second=rate,
        video_seconds=_seconds(video),
        audio=audio.codec_context.name if audio else "",
        audio_seconds=_seconds(audio) if audio else 0.0,
        channels=audio.codec_context.channels if audio else 0,
        samples_a_second=audio.codec_context.sample_rate if audio else 0,
        index_first=index_first(path),
        bt709={context.colorspace, context.color_primaries, context.color_trc, context.color_range} == {1},
        black_seconds=seen.black / rate if rate else 0.0,
        frozen_seconds=seen.frozen / rate if rate else 0.0,
    )


def _seconds(stream: "av.stream.Stream") -> float:
    return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0


class _Seen:
    """What came by: the longest run of black frames, and of frames that are the picture they began with.

    Each is held against the first of its run, not its neighbour: a slow movement adds up and is seen.
    """

    def __init__(self) -> None:
        self.count = self.black = self.frozen = 0
        self._dark = self._same = 0
        self._first: Floats | None = None

    def add(self, frame: VideoFrame) -> None:
        bright = _brightness(frame)
        self.count += 1
        self._dark = self._dark + 1 if float((bright > _DARK).mean()) < _BRIGHT_SHARE else 0
        self.black = max(self.black, self._dark)
        tiles = _tiles(bright)
        if self._first is not None and float(np.abs(tiles - self._first).max()) <= _SAME:
            self._same += 1
        else:
            self._first, self._same = tiles, 0
        self.frozen = max(self.frozen, self._same)


def _brightness(frame: VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def _tiles(bright: NDArray[np.uint8]) -> Floats:
    """Return the mean of each tile; the last ones may be cut off."""
    high, wide = (side // _TILE * _TILE for side in bright.shape)
    cut = bright[:high, :wide].reshape(high // _TILE, _TILE, wide // _TILE, _TILE)
    return np.asarray(cut.mean(axis=(1, 3), dtype=np.float32), np.float32)
