"""Pictures made ready to be shown: what kind a picture is, how much of it fits, and what stands around it.

A product shot before a calm wall is shown whole, and its wall goes on to the frame's edges. A picture of a
scene fills its window, and may lose what does not matter at its sides.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from connectors.video.plan import Box, Colour, Pixels

#: How much larger than the canvas a plate is drawn, so that moving into it stays sharp.
ROOM: Final = 1.08
_SAMPLES: Final = 48
_CALM_STEP: Final = 14.0
_CALM_RANGE: Final = 90.0
_WHITE: Final = 228
_SIDES: Final = ("top", "right", "bottom", "left")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shot:
    """A picture, and what can be seen of it at a glance."""

    pixels: Pixels

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[0])

    @property
    def proportion(self) -> float:
        """How many times wider than high it is."""
        return self.width / self.height

    @cached_property
    def calm(self) -> frozenset[str]:
        """The sides along which nothing stands: a wall, a studio ground."""
        return frozenset(name for name in _SIDES if _is_calm(_border(self.pixels, name)))

    @property
    def whole(self) -> bool:
        """Whether it must be shown whole: a product before a wall, cut off at its foot at most."""
        return {"top", "left", "right"} <= self.calm

    @cached_property
    def white(self) -> bool:
        """Whether its wall is white, or nearly."""
        strips = [np.median(_border(self.pixels, name), axis=0) for name in self.calm]
        return bool(strips) and bool(np.min(strips) >= _WHITE)

    @cached_property
    def focus(self) -> tuple[float, float]:
        """Where most is to be seen, in parts of its width and height."""
        grey = np.asarray(Image.fromarray(self.pixels).convert("L").resize((64, 64), Image.Resampling.BOX))
        edges = np.zeros((64, 64))
        edges[:, 1:] += np.abs(np.diff(grey.astype(float), axis=1))
        edges[1:] += np.abs(np.diff(grey.astype(float), axis=0))
        weight = np.maximum(edges - edges.mean(), 0) + 1e-6
        places = (np.arange(64) + 0.5) / 64
        across, down = weight.sum(axis=0), weight.sum(axis=1)
        return float((across * places).sum() / across.sum()), float((down * places).sum() / down.sum())


def kept(shot: Shot, window: Box) -> float:
    """Return which part of a picture is seen when it fills a window."""
    proportion = window.width / window.height
    return min(shot.proportion / proportion, proportion / shot.proportion)


def crop(shot: Shot, proportion: float) -> Box:
    """Return the largest part of a picture with these proportions, around what matters in it."""
    width = min(shot.width, shot.height * proportion)
    height = width / proportion
    across, down = shot.focus
    x = min(max(across * shot.width - width / 2, 0), shot.width - width)
    # Heads are cut off sooner than feet: what is high is kept.
    y = min(max(down * shot.height - height * 0.55, 0), shot.height - height)
    return Box(x, y, width, height)


def standing(shot: Shot, width: int, height: int, area: Box, tint: Colour) -> Pixels:
    """Draw a whole canvas with a product shot standing in an area of it, its wall going on to all edges.

    A white wall takes the tint. A shot cut off at its foot stands on the canvas's lower edge.
    """
    canvas = (round(width * ROOM), round(height * ROOM))
    place = _placed(shot, area, height)
    left, top = round(place.x * ROOM), round(place.y * ROOM)
    size = (max(round(place.width * ROOM), 1), max(round(place.height * ROOM), 1))
    picture = np.asarray(Image.fromarray(shot.pixels).resize(size, Image.Resampling.LANCZOS))
    if shot.white:
        picture = _tinted(picture, shot, tint)
        ground = np.full((canvas[1], canvas[0], 3), tint, np.uint8)
    else:
        ground = _continued(picture, canvas, left, top)
    return _laid(ground, picture, left, top, "bottom" in shot.calm)


def blurred(shot: Shot, width: int, height: int, colour: Colour, part: float) -> Pixels:
    """Draw a canvas full of a picture, far out of focus and mixed with a colour."""
    size = (round(width * ROOM), round(height * ROOM))
    box = crop(shot, width / height)
    small = Image.fromarray(shot.pixels).resize(
        (size[0] // 16, size[1] // 16), Image.Resampling.BOX, _edges(box)
    )
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(Image.blend(soft, Image.new("RGB", size, colour), part))


def tiled(shots: list[Shot], width: int, height: int, colour: Colour, part: float) -> Pixels:
    """Draw a canvas of pictures side by side, mixed with a colour."""
    size = (round(width * ROOM), round(height * ROOM))
    columns = 2 if width < height * 1.3 else 4
    gap, edge = size[0] // 90, size[0] // columns
    canvas = Image.new("RGB", size, colour)
    rows = -(-size[1] // edge)
    for place in range(rows * columns):
        shot = shots[(place + place // columns * (len(shots) > columns)) % len(shots)]
        tile = Image.fromarray(shot.pixels).resize(
            (edge - gap, edge - gap), Image.Resampling.LANCZOS, _edges(crop(shot, 1.0))
        )
        canvas.paste(tile, (place % columns * edge + gap // 2, place // columns * edge + gap // 2))
    return np.asarray(Image.blend(canvas, Image.new("RGB", size, colour), part))


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _border(pixels: Pixels, side: str) -> Floats:
    """Return the colours along a side of a picture, from one end to the other: samples x RGB."""
    thick = max(min(pixels.shape[:2]) // 50, 1)
    strips = {
        "top": pixels[:thick],
        "bottom": pixels[-thick:],
        "left": pixels[:, :thick],
        "right": pixels[:, -thick:],
    }
    strip = Image.fromarray(np.ascontiguousarray(strips[side]))
    size = (_SAMPLES, 1) if side in ("top", "bottom") else (1, _SAMPLES)
    return np.asarray(strip.resize(size, Image.Resampling.BOX), dtype=np.float32).reshape(-1, 3)


def _is_calm(border: Floats) -> bool:
    steps = np.abs(np.diff(border, axis=0)).max(axis=1)
    return bool(steps.max() <= _CALM_STEP and np.ptp(border, axis=0).max() <= _CALM_RANGE)


def _placed(shot: Shot, area: Box, height: int) -> Box:
    width = min(area.width, area.height * shot.proportion)
    tall = width / shot.proportion
    x = area.x + (area.width - width) / 2
    if "bottom" not in shot.calm:
        return Box(x, height - tall, width, tall)
    return Box(x, area.y + (area.height - tall) / 2, width, tall)


def _tinted(picture: Pixels, shot: Shot, tint: Colour) -> Pixels:
    """Return a picture as if its white wall had the tint's colour."""
    wall = np.median(np.concatenate([_border(shot.pixels, name) for name in shot.calm]), axis=0)
    factors = np.array(tint, np.float32) / np.maximum(wall, 1)
    return (picture * factors).clip(0, 255).astype(np.uint8)


def _continued(picture: Pixels, canvas: tuple[int, int], left: int, top: int) -> Pixels:
    """Return a canvas with the colours of a picture's borders drawn out to its edges, and softened."""
    width, height = canvas
    tall, wide = picture.shape[:2]
    pads = (
        (max(top, 0), max(height - top - tall, 0)),
        (max(left, 0), max(width - left - wide, 0)),
        (0, 0),
    )
    grown = Image.fromarray(np.pad(picture, pads, mode="edge")[:height, :width])
    small = grown.resize((max(width // 12, 1), max(height // 12, 1)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(4)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(soft)


def _laid(ground: Pixels, picture: Pixels, left: int, top: int, feathered: bool) -> Pixels:
    """Lay a picture on its ground, with edges that can't be seen."""
    tall, wide = picture.shape[:2]
    soft = max(min(tall, wide) // 14, 1)
    across = (np.minimum(np.arange(wide), np.arange(wide)[::-1]) / soft).clip(0, 1)
    down = (np.arange(tall) / soft).clip(0, 1)
    if feathered:
        down = np.minimum(down, down[::-1])
    alpha = Image.fromarray(np.round(across[None, :] * down[:, None] * 255).astype(np.uint8))
    canvas = Image.fromarray(ground)
    canvas.paste(Image.fromarray(picture), (left, top), alpha)
    return np.asarray(canvas)
