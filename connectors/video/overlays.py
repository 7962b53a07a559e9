"""Layers over a picture: blended only where they are, in integers, converted once while they stand still."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, inf
from typing import Final

import numpy as np

from connectors.video.motion import eased
from connectors.video.plan import Layer
from connectors.video.planes import Floats, Plane, Planes, Wide, halved, of_layer

# The opacity at which a layer is seen as it was drawn.
_WHOLE: Final = 256
# Below this difference two moments of a movement are one.
_SETTLED_PIXELS: Final = 1 / 32


@dataclass(frozen=True, slots=True)
class _Patch:
    """One plane's part of a layer, cut to the canvas: alpha of 256, and straight values."""

    x: int
    y: int
    alpha: Wide
    value: Wide


class Overlay:
    """A layer, ready to be blended at any time of its scene."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.ends_s = inf if layer.ends_s is None else layer.ends_s
        self._at: tuple[float, float] | None = None
        self._patches: tuple[_Patch, ...] = ()
        self._converted: tuple[Floats, Floats] | None = None

    def draw(self, canvas: Planes, seconds: float) -> None:
        """Blend what is seen of it at this time of the scene."""
        opacity = round(self._opacity(seconds) * _WHOLE)
        if opacity == 0:
            return
        for plane, patch in zip(canvas, self._placed(canvas, self._place(seconds)), strict=False):
            _blend(plane, patch, opacity)

    def _opacity(self, seconds: float) -> float:
        if not self.layer.begins_s <= seconds < self.ends_s:
            return 0.0
        if self.layer.fade_s <= 0:
            return 1.0
        risen = (seconds - self.layer.begins_s) / self.layer.fade_s
        falling = (self.ends_s - seconds) / self.layer.fade_s
        return min(risen, falling, 1.0)

    def _place(self, seconds: float) -> tuple[float, float]:
        layer = self.layer
        rest = 1 - eased((seconds - layer.begins_s) / layer.fade_s) if layer.fade_s > 0 else 0.0
        x, y = layer.dx * rest, layer.dy * rest
        if max(abs(x), abs(y)) < _SETTLED_PIXELS:
            return float(layer.x), float(layer.y)
        return layer.x - x, layer.y - y

    def _placed(self, canvas: Planes, at: tuple[float, float]) -> tuple[_Patch, ...]:
        if at != self._at:
            converted = self._converted or of_layer(self.layer.image)
            height, width = canvas.y.shape
            self._at, self._patches = at, tuple(_patches(converted, at, width, height))
            # Sixteen bytes a pixel: held only while it moves.
            moving = at[0] != self.layer.x or at[1] != self.layer.y
            self._converted = converted if moving else None
        return self._patches


def _blend(plane: Plane, patch: _Patch, opacity: int) -> None:
    high, wide = patch.alpha.shape
    below = plane[patch.y : patch.y + high, patch.x : patch.x + wide]
    alpha = patch.alpha if opacity == _WHOLE else patch.alpha * np.uint16(opacity) >> 8
    seen = below * (256 - alpha)
    seen += patch.value * alpha
    seen += 128
    seen >>= 8
    below[...] = seen


def _patches(
    converted: tuple[Floats, Floats], at: tuple[float, float], width: int, height: int
) -> Iterator[_Patch]:
    """Yield a layer's part of each plane at a place; none where it is off the canvas."""
    x, y = floor(at[0]), floor(at[1])
    alpha, values = (_shifted(each, at[0] - x, at[1] - y) for each in converted)
    high, wide = alpha.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + wide, width), min(y + high, height)
    if right <= left or bottom <= top:
        return
    cut = slice(top - y, bottom - y), slice(left - x, right - x)
    around = ((top % 2, bottom % 2), (left % 2, right % 2))
    alpha = np.pad(alpha[cut], around)
    values = np.pad(values[cut], (*around, (0, 0)))
    yield _patch(left - left % 2, top - top % 2, alpha, values[..., 0])
    for colour in (values[..., 1], values[..., 2]):
        yield _patch(left // 2, top // 2, halved(alpha), halved(colour))


def _patch(x: int, y: int, alpha: Floats, times_alpha: Floats) -> _Patch:
    value = np.divide(times_alpha, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    return _Patch(x, y, np.rint(alpha * 256).astype(np.uint16), np.rint(value).astype(np.uint16))


def _shifted(image: Floats, right: float, down: float) -> Floats:
    """Return an image moved by less than a pixel, and one pixel larger where it moved."""
    for axis, part in ((0, down), (1, right)):
        if part:
            room = [(0, 0)] * image.ndim
            room[axis] = (1, 0)
            before = np.pad(image, room)
            room[axis] = (0, 1)
            image = np.asarray(np.pad(image, room) * (1 - part) + before * part, np.float32)
    return image
