"""What a picture is, by a look at its border: a product before a calm wall, or a scene.

A product before a wall is shown whole; a scene fills its window, and may lose what does not matter at its
sides.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from connectors.video.plan import Box, Pixels

SIDES: Final = ("top", "right", "bottom", "left")
_SAMPLES: Final = 48
_CALM_STEP: Final = 14.0
_CALM_RANGE: Final = 90.0
WHITE_FROM: Final = 225
#: A picture with so much white along its border is a product before a white wall, even if it is cut off.
_WHITE_PART: Final = 0.4
_GLANCE: Final = 16
_SAME: Final = 7.0

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
    def borders(self) -> dict[str, Floats]:
        """The colours along each side, from one end to the other: samples x RGB."""
        return {side: _border(self.pixels, side) for side in SIDES}

    @cached_property
    def calm(self) -> frozenset[str]:
        """The sides along which nothing stands: a wall, a studio ground."""
        return frozenset(side for side, border in self.borders.items() if _is_calm(border))

    @cached_property
    def white(self) -> bool:
        """Whether it has a white wall, or nearly."""
        lightness = np.concatenate([each.min(axis=1) for each in self.borders.values()])
        return bool((lightness >= WHITE_FROM).mean() >= _WHITE_PART)

    def wall(self, side: str) -> Floats:
        """Return the colour of its wall along a side: of a white one the white."""
        border = self.borders[side]
        if self.white:
            border = np.concatenate(list(self.borders.values()))
            border = border[border.min(axis=1) >= WHITE_FROM]
        colour: Floats = np.median(border, axis=0)
        return colour

    @cached_property
    def banded(self) -> bool:
        """Whether it shows a product on a table before a wall: both reach out of it at its sides, no more."""
        sides = (self.borders["left"], self.borders["right"])
        return self.calm == {"top", "bottom"} and not self.white and all(_is_banded(each) for each in sides)

    @cached_property
    def table(self) -> float:
        """Where the table of a banded shot begins, in parts of its height."""
        return min(_step(self.borders[side]) for side in ("left", "right")) / _SAMPLES

    @property
    def product(self) -> bool:
        """Whether it shows a product before a wall, of which nothing should be lost."""
        return self.white or self.banded or {"top", "left", "right"} <= self.calm

    @property
    def cut(self) -> frozenset[str]:
        """The sides at which something reaches out of the picture; a table may go on as its wall does."""
        return frozenset() if self.banded else frozenset(SIDES) - self.calm

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

    @cached_property
    def glance(self) -> Floats:
        """The picture as a very small one."""
        small = Image.fromarray(self.pixels).resize((_GLANCE, _GLANCE), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float32)

    @property
    def blank(self) -> bool:
        """Whether there is nothing to see on it."""
        return bool(np.ptp(self.glance, axis=(0, 1)).max() < _SAME)

    def same(self, other: "Shot") -> bool:
        """Tell whether another picture looks the same."""
        return bool(np.abs(self.glance - other.glance).mean() < _SAME)


def crop(shot: Shot, proportion: float) -> Box:
    """Return the largest part of a picture with these proportions, around what matters in it."""
    width = min(float(shot.width), shot.height * proportion)
    height = min(width / proportion, float(shot.height))
    across, down = shot.focus
    x = min(max(across * shot.width - width / 2, 0), shot.width - width)
    # Heads are cut off sooner than feet: what is high is kept.
    y = min(max(down * shot.height - height * 0.55, 0), shot.height - height)
    return Box(x, y, width, height)


def _border(pixels: Pixels, side: str) -> Floats:
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


def _is_banded(border: Floats) -> bool:
    """Tell whether a side is calm but for one place: where a table meets a wall."""
    place = _step(border)
    return _is_calm(border[: max(place - 1, 1) + 1]) and _is_calm(
        border[place + 2 :] if place < 44 else border[-3:]
    )


def _step(border: Floats) -> int:
    return int(np.abs(np.diff(border, axis=0)).max(axis=1).argmax())


def _is_calm(border: Floats) -> bool:
    steps = np.abs(np.diff(border, axis=0)).max(axis=1)
    return bool(steps.max() <= _CALM_STEP and np.ptp(border, axis=0).max() <= _CALM_RANGE)
