"""Blocks of text: titles, prices, labels, one under the other in their box, coming in one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from connectors.video import shapes
from connectors.video.lettering import Lettering, Style, Unwritable, write
from connectors.video.plan import Box, Colour, Layer, Pixels
from connectors.video.stages import Anchor

_FIRST_S: Final = 0.15
_STEP_S: Final = 0.1
_FADE_S: Final = 0.35
_SLIDE: Final = 26


@dataclass(frozen=True, slots=True)
class Piece:
    """Something drawn (RGBA), at (`x`, `y`) from its nominal box; `gap` is what is kept free above it.

    `shortened` says that its text is not all there.
    """

    image: Pixels
    x: int
    y: int
    width: int
    height: int
    gap: int = 0
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws the pieces of one video: in its language, to its side, at its scale.

    No letters are smaller than `least` pixels, whatever the scale.
    """

    unit: float
    language: str
    rtl: bool
    least: int = 1

    @property
    def align(self) -> str:
        """The side that lines begin at."""
        return "right" if self.rtl else "left"

    def line(
        self, text: str, most: int, least: int, width: float, colour: Colour, *,
        lines: int = 1, weight: int = 700, gap: int = 0, struck: bool = False, whole: bool = False,
        solid: bool = False,
    ) -> Piece:  # fmt: skip
        """Draw a text. Sizes and gap are those of a video of 1080; `width` is in pixels.

        Raises Unwritable when it has no letters of ours, or does not fit; if it must be `whole`, at all.
        """
        style = replace(self._style(most, least, lines, weight, struck), solid=solid)
        drawn = write(text, style, int(width), colour, language=self.language)
        if whole and drawn.shortened:
            raise Unwritable(f"a text does not fit at {style.least} pixels")
        return self._piece(drawn, gap)

    def label(
        self, text: str, most: int, width: float, colour: Colour, ground: Colour, *, gap: int = 0
    ) -> Piece:
        """Draw a short text on a pill of colour. Raises Unwritable where it does not fit whole."""
        side, lift = self._scaled(most * 0.62), self._scaled(most * 0.5)
        style = self._style(most, most * 0.45)
        drawn = write(text, style, int(width) - 2 * side, colour, language=self.language)
        if drawn.shortened:
            raise Unwritable(f"a label does not fit at {style.least} pixels")
        ink = drawn.image.shape
        # Letters with marks may be taller than capitals: the pill holds all of what is drawn.
        height = (
            max(drawn.height, ink[0]) + 2 * lift if ink[0] > drawn.height * 1.5 else drawn.height + 2 * lift
        )
        pill = shapes.rounded(drawn.width + 2 * side, height, height / 2, ground)
        top = (height - ink[0]) // 2 if ink[0] > drawn.height * 1.5 else lift + drawn.y
        shapes.over(pill, drawn.image, side + drawn.x, top)
        return Piece(pill, 0, 0, pill.shape[1], height, self._scaled(gap))

    def bar(self, width: int, height: int, colour: Colour, *, gap: int = 0) -> Piece:
        """Draw a short thick rule."""
        wide, tall = max(self._scaled(width), 2), max(self._scaled(height), 2)
        return Piece(shapes.rounded(wide, tall, tall / 2, colour), 0, 0, wide, tall, self._scaled(gap))

    def beside(self, first: Piece, struck: str, colour: Colour, width: float, space: int) -> Piece:
        """Put a struck text on a piece's baseline, where reading goes on; under it where it is too wide."""
        room = self._scaled(space)
        left_over = width - first.width - room
        second = self._struck(struck, colour, left_over) if left_over > 0 else None
        if second is None:
            return self._under(
                first, self.line(struck, 56, 34, width, colour, weight=400, struck=True, whole=True)
            )
        left, right = (second, first) if self.rtl else (first, second)
        height = max(first.height, second.height)
        parts = (
            (left.image, left.x, height - left.height + left.y),
            (right.image, left.width + room + right.x, height - right.height + right.y),
        )
        return _joined(parts, left.width + room + right.width, height, first.gap)

    def _struck(self, text: str, colour: Colour, width: float) -> Piece | None:
        try:
            return self.line(text, 58, 42, width, colour, weight=400, struck=True, whole=True)
        except Unwritable:
            return None

    def _under(self, first: Piece, second: Piece) -> Piece:
        width, space = max(first.width, second.width), self._scaled(44)
        height = first.height + space + second.height
        parts = tuple(
            (each.image, round(self._indent(each.width, width)) + each.x, top + each.y)
            for each, top in ((first, 0), (second, first.height + space))
        )
        return _joined(parts, width, height, first.gap)

    def lay(
        self, pieces: Sequence[Piece], box: Box, anchor: Anchor, *, shadow: bool = False
    ) -> tuple[Layer, ...]:
        """Stack pieces in a box. They come in one after the other.

        Raises Unwritable when they are higher than the box.
        """
        high = stacked(pieces)
        if high > box.height + 1:
            raise Unwritable(
                f"{len(pieces)} texts are {round(high - box.height)} pixels too high for their box"
            )
        top = box.y + (box.height - high) * anchor.value
        layers = []
        for turn, piece in enumerate(pieces):
            top += piece.gap if turn else 0
            left = box.x + self._indent(piece.width, box.width)
            layers.append(self._layer(piece, left, top, turn, shadow))
            top += piece.height
        return tuple(layers)

    def _layer(self, piece: Piece, left: float, top: float, turn: int, shadow: bool) -> Layer:
        image, grown = shapes.shadowed(piece.image, blur=self._scaled(9)) if shadow else (piece.image, 0)
        x, y = round(left) + piece.x - grown, round(top) + piece.y - grown
        slide = self._scaled(_SLIDE)
        return Layer(image, x, y, _FIRST_S + turn * _STEP_S, None, _FADE_S, slide if self.rtl else -slide)

    def _indent(self, width: float, room: float) -> float:
        return room - width if self.rtl else 0

    def _piece(self, drawn: Lettering, gap: int) -> Piece:
        return Piece(
            drawn.image, drawn.x, drawn.y, drawn.width, drawn.height, self._scaled(gap), drawn.shortened
        )

    def _style(
        self, most: float, least: float, lines: int = 1, weight: int = 700, struck: bool = False
    ) -> Style:
        smallest = max(self._scaled(least), self.least)
        return Style(max(self._scaled(most), smallest), smallest, lines, weight, self.align, struck)

    def _scaled(self, size: float) -> int:
        return max(round(size * self.unit), 1)


def stacked(pieces: Sequence[Piece]) -> int:
    """Return how high pieces are, one under the other with their gaps."""
    return sum(each.height + (each.gap if turn else 0) for turn, each in enumerate(pieces))


def still(layer: Layer) -> Layer:
    """Return a layer that is there from the start, as if it had come in before."""
    return replace(layer, begins_s=-layer.fade_s, dx=0.0, dy=0.0)


def _joined(parts: Sequence[tuple[Pixels, int, int]], width: int, height: int, gap: int) -> Piece:
    left = min(x for _, x, _ in parts)
    top = min(y for _, _, y in parts)
    right = max(x + image.shape[1] for image, x, _ in parts)
    bottom = max(y + image.shape[0] for image, _, y in parts)
    canvas = np.zeros((bottom - top, right - left, 4), np.uint8)
    for image, x, y in parts:
        shapes.over(canvas, image, x - left, y - top)
    return Piece(canvas, left, top, width, height, gap)
