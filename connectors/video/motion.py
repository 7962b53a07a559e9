"""Movement: how far it has come at a time, and a picture that glides below its window.

A moving picture is scaled once to about the size in which it is seen, and turned into planes. A frame then
takes its samples from between four neighbours, in steps of 1/256 of a pixel, which is why nothing jitters;
swscale, zoompan and crop move by whole pixels. Integers alone, so that every machine draws the same.
"""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from connectors.video.plan import Box, Clip
from connectors.video.planes import Plane, Planes, of_picture

# Rows that are blended at once: what lies between stays in the processor's cache.
_STRIP: Final = 64
# What is kept around the boxes, for the neighbours of their outermost samples.
_MARGIN: Final = 2


def eased(part: float) -> float:
    """Return how far a movement has come after a part of its time: it starts fast and settles."""
    rest = 1 - min(max(part, 0.0), 1.0)
    return 1 - rest * rest * rest


def glided(part: float) -> float:
    """Return the same for a picture: half of it steady, half of it slower at both ends."""
    part = min(max(part, 0.0), 1.0)
    return (part + part * part * (3 - 2 * part)) / 2


class Gliding:
    """A clip, ready to be drawn at any part of its time.

    Its window is moved to even pixels, where planes of colour can begin and end, and cut at the canvas.
    """

    def __init__(self, clip: Clip, width: int, height: int) -> None:
        window = clip.window
        self.left, self.right = _even(window.x, width), _even(window.x + window.width, width)
        self.top, self.bottom = _even(window.y, height), _even(window.y + window.height, height)
        self.clip = clip
        self._still: Planes | None = None

    @property
    def hidden(self) -> bool:
        """Whether nothing of it is on the canvas."""
        return self.right <= self.left or self.bottom <= self.top

    def draw(self, canvas: Planes, part: float) -> None:
        """Draw what is seen after a part of the scene's time, 0 to 1."""
        into = self._seen(canvas)
        if self.clip.start != self.clip.end:
            self._sample(into, part)
            return
        if self._still is None:
            self._still = Planes(*(np.empty_like(plane) for plane in into))
            self._sample(self._still, 0.0)
        for plane, still in zip(into, self._still, strict=True):
            np.copyto(plane, still)

    def _seen(self, canvas: Planes) -> Planes:
        columns, rows = slice(self.left, self.right), slice(self.top, self.bottom)
        half = slice(self.top // 2, self.bottom // 2), slice(self.left // 2, self.right // 2)
        return Planes(canvas.y[rows, columns], canvas.cb[half], canvas.cr[half])

    def _sample(self, into: Planes, part: float) -> None:
        glide = glided(part)
        start, end, window = self.clip.start, self.clip.end, self.clip.window
        across = start.width + (end.width - start.width) * glide
        down = start.height + (end.height - start.height) * glide
        x = start.x + (end.x - start.x) * glide + (self.left - window.x) * across / window.width
        y = start.y + (end.y - start.y) * glide + (self.top - window.y) * down / window.height
        step_x, step_y = across / window.width, down / window.height
        source = self._source
        for plane, columns, rows, kept in (
            (into.y, _steps(into.y.shape[1], 1, 0.5), _steps(into.y.shape[0], 1, 0.5), source.planes[0]),
            (into.cb, _steps(into.cb.shape[1], 2, 0.5), _steps(into.cb.shape[0], 2, 1), source.planes[1]),
            (into.cr, _steps(into.cr.shape[1], 2, 0.5), _steps(into.cr.shape[0], 2, 1), source.planes[2]),
        ):
            kept.sample(plane, source.columns(x + columns * step_x), source.rows(y + rows * step_y))

    @cached_property
    def _source(self) -> "_Source":
        return _Source(self.clip)


class _Source:
    """The part of a picture that a clip ever shows, in about the size in which it shows it."""

    def __init__(self, clip: Clip) -> None:
        high, wide = clip.picture.shape[:2]
        seen = _around(clip.start, clip.end, wide, high)
        self.x, self.y = seen[0], seen[1]
        mean_width, mean_height = clip.start.width + clip.end.width, clip.start.height + clip.end.height
        width = max(2, round((seen[2] - seen[0]) * 2 * clip.window.width / mean_width))
        height = max(2, round((seen[3] - seen[1]) * 2 * clip.window.height / mean_height))
        self.scale_x, self.scale_y = width / (seen[2] - seen[0]), height / (seen[3] - seen[1])
        picture = Image.fromarray(np.ascontiguousarray(clip.picture[..., :3]))
        scaled = picture.resize((width, height), Image.Resampling.LANCZOS, box=seen, reducing_gap=3.0)
        y, cb, cr = of_picture(scaled)
        self.planes = (_Kept(y, 1), _Kept(cb, 2), _Kept(cr, 2))

    def columns(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where columns of the picture are in what is kept of it."""
        return (at - self.x) * self.scale_x

    def rows(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same for rows."""
        return (at - self.y) * self.scale_y


class _Kept:
    """One plane, on its side: a picture's columns are rows in memory, which are blended as fast as rows."""

    def __init__(self, plane: Plane, shrunk: int) -> None:
        self.shrunk = shrunk
        if shrunk > 1:
            plane = np.asarray(Image.fromarray(plane).reduce(shrunk))
        self.sideways = np.ascontiguousarray(plane.T)

    def sample(self, into: Plane, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> None:
        """Draw the samples where these columns and rows cross."""
        columns, rows = columns / self.shrunk - 0.5, rows / self.shrunk - 0.5
        most = self.sideways.shape[1]
        first, last = (int(min(max(each, 0), most - 1)) for each in (rows[0], rows[-1]))
        seen = self.sideways[:, first : last + 2]
        across = np.empty((len(columns), seen.shape[1]), np.uint8)
        _blend(seen, columns, across)
        _blend(np.ascontiguousarray(across.T), rows - first, into)


def _blend(source: Plane, positions: NDArray[np.float64], into: Plane) -> None:
    """Write a row for each position, blended from the two rows that it lies between."""
    parts = np.rint(np.clip(positions, 0, len(source) - 1) * 256).astype(np.int64)
    lower = parts >> 8
    upper = np.minimum(lower + 1, len(source) - 1)
    share = (parts & 255).astype(np.uint16)[:, np.newaxis]
    rest = 256 - share
    first = np.empty((_STRIP, source.shape[1]), np.uint16)
    second = np.empty_like(first)
    for begin in range(0, len(parts), _STRIP):
        rows = slice(begin, begin + _STRIP)
        a, b = first[: len(lower[rows])], second[: len(lower[rows])]
        a[...] = source[lower[rows]]
        b[...] = source[upper[rows]]
        a *= rest[rows]
        b *= share[rows]
        a += b
        a += 128
        a >>= 8
        into[rows] = a


def _steps(count: int, step: int, first: float) -> NDArray[np.float64]:
    return np.arange(count, dtype=np.float64) * step + first


def _even(edge: float, most: int) -> int:
    return min(max(2 * round(edge / 2), 0), most)


def _around(start: Box, end: Box, wide: int, high: int) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of both boxes together, inside the picture."""
    left = max(min(start.x, end.x) - _MARGIN, 0)
    top = max(min(start.y, end.y) - _MARGIN, 0)
    right = min(max(start.x + start.width, end.x + end.width) + _MARGIN, wide)
    bottom = min(max(start.y + start.height, end.y + end.height) + _MARGIN, high)
    left, top = min(left, wide - 1), min(top, high - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)
