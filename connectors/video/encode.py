"""Frames and sound into an MP4 that plays everywhere: H.264 High, yuv420p, BT.709, AAC-LC, index first.

One storyboard gives the same bytes twice: the number of threads is fixed, since x264's choices hang on it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from PIL import Image

from connectors.video.errors import NotWritten
from connectors.video.frames import count, frame, frames
from connectors.video.landing import landing
from connectors.video.plan import Storyboard
from connectors.video.planes import Plane, Planes
from connectors.video.sound import SAMPLES_A_SECOND, Samples, Sound, bed

#: Told the seconds that are done, and of how many.
Progress: TypeAlias = Callable[[float, float], None]

#: What libx264 is told.
ENCODER: Final = {"preset": "veryfast", "crf": "20", "profile": "high", "threads": "3"}

# The file begins with its index, so that it plays while it loads; no versions, times or names in it.
_FILE: Final = {"movflags": "+faststart", "fflags": "+bitexact"}
_GROUP_S: Final = 2
_AUDIO_BITS_A_SECOND: Final = 128_000
_POSTER_QUALITY: Final = 88
# AVCOL_SPC_BT709: PyAV's own list is of swscale's numbers, where 1 is the same.
_BT709: Final = int(Colorspace.ITU709)


def write(
    path: Path, storyboard: Storyboard, *, sound: Sound = bed, progress: Progress | None = None
) -> None:
    """Make an MP4 of a storyboard, which takes the place of `path` when it is whole; a kill changes nothing.

    Raises Unusable for a storyboard that cannot be shown, NotWritten when the disk or the encoder refuse.
    """
    # What `progress` raises is its own affair, and passes as it is.
    with closing(_written(path, storyboard, sound)) as steps:
        for done_seconds, seconds in steps:
            if progress is not None:
                progress(done_seconds, seconds)


def poster(storyboard: Storyboard, second: float, path: Path) -> None:
    """Make a JPEG of the frame at a second, in place of `path` when it is whole. Raises as `write` does."""
    picture = rgb(frame(storyboard, second))
    try:
        with landing(path) as part:
            # Colour in full size: a poster stands still, and small coloured text is read.
            picture.save(part, "JPEG", quality=_POSTER_QUALITY, subsampling=0, optimize=True)
    except OSError as error:
        raise NotWritten(f"{path.name} could not be written: {error.strerror}") from None


def rgb(planes: Planes) -> Image.Image:
    """Return planes as a picture."""
    shown = _Shown(*reversed(planes.y.shape))
    shown.take(planes)
    return Image.fromarray(shown.frame.to_ndarray(format="rgb24", src_colorspace="ITU709"))


class Film:
    """The video track of a file: planes in, packets out."""

    def __init__(self, file: OutputContainer, width: int, height: int, frames_a_second: int) -> None:
        self.stream: VideoStream = file.add_stream("libx264", rate=frames_a_second, options=dict(ENCODER))
        self.stream.width, self.stream.height, self.stream.pix_fmt = width, height, "yuv420p"
        context = self.stream.codec_context
        # Slices, which PyAV would take, cost pictures their quality at their seams.
        context.thread_type = "FRAME"
        context.time_base = Fraction(1, frames_a_second)
        context.gop_size = _GROUP_S * frames_a_second
        context.colorspace, context.color_range = _BT709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        self.shown = _Shown(width, height)
        self.count = 0

    def packets(self, planes: Planes) -> "list[av.Packet[VideoStream]]":
        """Return what the encoder gives for one more frame."""
        self.shown.take(planes)
        self.shown.frame.pts = self.count
        self.count += 1
        return self.stream.encode(self.shown.frame)

    def rest(self) -> "list[av.Packet[VideoStream]]":
        """Return what the encoder has kept back."""
        return self.stream.encode(None)


class _Shown:
    """The one frame that the encoder is shown, over and over: it copies what it needs before it returns."""

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self.frame.colorspace, self.frame.color_range = _BT709, ColorRange.MPEG
        self.planes = tuple(_memory(plane) for plane in self.frame.planes)

    def take(self, planes: Planes) -> None:
        for into, plane in zip(self.planes, planes, strict=True):
            np.copyto(into, plane)


def _memory(plane: VideoPlane) -> Plane:
    """Return a plane's own bytes; each of its rows has some more that nobody sees."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


class _Track:
    """The sound track of a file."""

    def __init__(self, file: OutputContainer, blocks: Iterator[Samples]) -> None:
        self.stream: AudioStream = file.add_stream("aac", rate=SAMPLES_A_SECOND, layout="stereo")
        self.stream.codec_context.bit_rate = _AUDIO_BITS_A_SECOND
        self.blocks = blocks
        self.samples = 0

    def packets(self, until_s: float) -> "Iterator[av.Packet[AudioStream]]":
        """Yield what the encoder gives for the sound up to a time."""
        while self.samples < until_s * SAMPLES_A_SECOND and (block := next(self.blocks, None)) is not None:
            heard = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            heard.sample_rate, heard.time_base = SAMPLES_A_SECOND, Fraction(1, SAMPLES_A_SECOND)
            heard.pts = self.samples
            self.samples += block.shape[1]
            yield from self.stream.encode(heard)

    def rest(self) -> "list[av.Packet[AudioStream]]":
        """Return what the encoder has kept back."""
        return self.stream.encode(None)


def _written(path: Path, storyboard: Storyboard, sound: Sound) -> Generator[tuple[float, float]]:
    """Write it, and yield what is done after each second of it."""
    try:
        with landing(path) as part, av.open(str(part), "w", format="mp4", options=_FILE) as file:
            yield from _filled(file, storyboard, sound)
    except (av.error.FFmpegError, OSError) as error:
        raise NotWritten(f"{path.name} could not be written: {error.strerror}") from None
    seconds = count(storyboard) / storyboard.frames_a_second
    yield seconds, seconds


def _filled(file: OutputContainer, storyboard: Storyboard, sound: Sound) -> Iterator[tuple[float, float]]:
    size, pace = storyboard.format, storyboard.frames_a_second
    seconds = count(storyboard) / pace
    film, track = Film(file, size.width, size.height, pace), _Track(file, sound(seconds))
    for number, planes in enumerate(frames(storyboard)):
        file.mux(film.packets(planes))
        if number % pace == 0:
            # Side by side, as they are played: neither track waits in memory for the other.
            file.mux(list(track.packets(number / pace + 1)))
            yield number / pace, seconds
    file.mux(film.rest())
    file.mux(list(track.packets(seconds)))
    file.mux(track.rest())
