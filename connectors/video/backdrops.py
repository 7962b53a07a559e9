"""What stands behind a scene's text: a picture that moves, colours that are readable before it, a veil."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from connectors.video import moves, palette, plates, shapes, stages
from connectors.video.palette import READABLE, WHITE, Palette, contrast, mixed
from connectors.video.plan import Box, Clip, Colour, Format, Layer, Pixels
from connectors.video.shots import Shot, crop
from connectors.video.stages import Anchor, Stage

#: How far above a text a veil begins, in parts of the frame's height, and how strong it is at least.
_RISE: Final = 0.34
_LEAST: Final = 0.4
#: How much darker a wall may come out behind a text than at the picture's border.
_FALLEN: Final = 0.1
#: What stays free between a text and a table beside it; what part of its box must be left for that.
_TABLE_GAP: Final = 40
_HIGH_ENOUGH: Final = 0.5
#: How far below the text a veil stays at its strongest, and what of it is left at the frame's foot.
_BELOW: Final = 70
_LEFT: Final = 0.62
#: How much of a frame's height a product may take that spans its width, and what stays free around others.
_SPAN: Final = 0.72
_MARGIN: Final = 0.05
_STRENGTHS: Final = (0.0, 0.3, 0.5, 0.56, 0.62, 0.68, 0.74, 0.8, 0.86, 0.92)


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of text before one ground; `label` and `on_label` are those of a pill."""

    ground: Colour
    text: Colour
    faint: Colour
    strong: Colour
    label: Colour
    on_label: Colour

    @property
    def light(self) -> bool:
        """Whether the text is white, on dark."""
        return self.text == WHITE


class Manner(Enum):
    """How a picture is shown: whole, its wall all around; whole, beside a plain panel; filling a window."""

    WHOLE = "whole"
    PANEL = "panel"
    FILLING = "filling"


@dataclass(frozen=True)
class Backdrop:
    """A picture and how it is shown in a format; its stage is `like` that of the picture before.

    A `bold` one has its text on the accent colour, wherever it does not fill the frame.
    """

    form: Format
    rtl: bool
    shot: Shot
    colours: Palette
    like: Stage | None = None
    bold: bool = False

    @cached_property
    def manner(self) -> Manner:
        """How the picture is shown: a product cut off where the frame does not end stands beside a panel."""
        if not self.shot.product:
            return Manner.FILLING
        fits = self.shot.cut <= stages.outer(self.form, self.rtl) and self._spans() and self._own
        return Manner.WHOLE if fits and self._high and not self.bold else Manner.PANEL

    @cached_property
    def stage(self) -> Stage:
        """Where its text and its picture stand."""
        if self.like:
            return self.like
        if self.manner is Manner.FILLING:
            return stages.filled(self.form, self.rtl, self.shot.proportion)
        apart = stages.apart(self.form, self.rtl)
        if self.manner is Manner.PANEL:
            return apart
        return replace(apart, text=replace(apart.text, height=self._high))

    @cached_property
    def inks(self) -> Inks:
        """The colours of the text."""
        if self.manner is Manner.WHOLE and self._own:
            return self._own
        if self.manner is Manner.PANEL or (self.stage.beside and self.bold):
            return on_panel(self.colours)
        return _on_light(self.colours, self.colours.tint) if self.stage.beside else _on_dark(self.colours)

    @cached_property
    def tint(self) -> Colour:
        """What a white wall is tinted with: a breath of the product's own colour."""
        return palette.of([self.shot.pixels]).tint

    @cached_property
    def _own(self) -> Inks | None:
        """The colours that are readable on the picture's own wall; None when none is."""
        side = "top" if self.shot.banded else stages.facing(self.form, self.rtl)
        wall = self.tint if self.shot.white else _colour(self.shot.wall(side))
        if contrast(self.colours.ink, mixed(wall, (0, 0, 0), _FALLEN)) >= READABLE:
            return _on_light(self.colours, wall)
        return _on_dark(self.colours, wall) if contrast(WHITE, wall) >= READABLE else None

    @cached_property
    def _high(self) -> float:
        """How high a text may be on the picture's own wall: where it stands beside, down to the table."""
        apart = stages.apart(self.form, self.rtl)
        if not (apart.beside and self.shot.banded):
            return apart.text.height
        table = self.form.height - plates.on_table(self.shot, apart.picture) * (1 - self.shot.table)
        high = min(apart.text.height, table - _TABLE_GAP * stages.unit(self.form) - apart.text.y)
        return high if high >= apart.text.height * _HIGH_ENOUGH else 0.0

    def clip(self, turn: int, text_height: float) -> Clip:
        """Return the moving picture, out of the way of a text of this height."""
        form, window = self.form, self.stage.picture
        frame = Box(0, 0, form.width, form.height)
        if self.manner is not Manner.FILLING:
            open_ = stages.cleared(form, self.stage, text_height)
            return self._standing(frame if self.manner is Manner.WHOLE else open_, open_, turn)
        if window.height < frame.height:
            plate = plates.melting(self.shot, frame.width, frame.height, window, self.colours.night)
            return moves.gliding(plate, frame, moves.whole(plate, frame), turn)
        seen = crop(self.shot, window.width / window.height)
        return moves.gliding(self.shot.pixels, window, seen, turn, self.shot.focus)

    def veil(self, clip: Clip, text_height: float) -> tuple[Layer, ...]:
        """Return what lies between picture and text, so that the text is readable: nothing, where it is."""
        if self.stage.beside or self.manner is Manner.PANEL:
            return ()
        top = self.stage.text.y + (self.stage.text.height - text_height) * self.stage.anchor.value
        bottom, rise = top + text_height, _RISE * self.form.height
        if self.manner is Manner.WHOLE:
            strength = _strength(self.inks, self.inks.ground, _behind(clip, top, bottom))
            return self._veiled(self.inks.ground, strength, top, bottom, rise / 2) if strength else ()
        strength = _strength(self.inks, self.colours.night, _behind(clip, top, bottom))
        return self._veiled(self.colours.night, max(strength, _LEAST), top, bottom, rise, _LEFT)

    def _veiled(
        self, colour: Colour, strength: float, top: float, bottom: float, rise: float, left: float = 1.0
    ) -> tuple[Layer, ...]:
        """Return a veil behind a text between two rows: from it to the frame's edge, fading out before it."""
        width, height = self.form.width, self.form.height
        if self.stage.anchor is Anchor.TOP:
            high = min(round(bottom + rise), height)
            veil = shapes.veil(width, high, colour, ((0, strength), (bottom, strength), (high, 0.0)))
            return (Layer(veil, 0, 0, fade_s=0.0),)
        start = max(round(top - rise), 0)
        foot, below = height - start, bottom - start + _BELOW * stages.unit(self.form)
        rows = ((0, 0.0), (top - start, strength), (below, strength), (foot, strength * left))
        return (Layer(shapes.veil(width, foot, colour, rows), 0, start, fade_s=0.0),)

    def _spans(self) -> bool:
        """Tell whether a shot that is cut on both sides leaves the text its place when it spans the frame."""
        form = self.form
        if {"left", "right"} <= self.shot.cut:
            return form.width / self.shot.proportion <= form.height * _SPAN
        return True

    def _standing(self, window: Box, open_: Box, turn: int) -> Clip:
        edge = 0.0 if self.shot.banded else min(open_.width, open_.height) * _MARGIN
        area = Box(
            open_.x - window.x + edge, open_.y - window.y + edge,
            open_.width - 2 * edge, open_.height - 2 * edge,
        )  # fmt: skip
        plate = plates.standing(self.shot, window.width, window.height, area, self.tint)
        return moves.gliding(plate, window, moves.whole(plate, window), turn)


def on_panel(colours: Palette) -> Inks:
    """Return the colours of text on the accent colour."""
    accent, text = colours.accent, colours.on_accent
    return Inks(accent, text, text, text, text, accent)


def _on_dark(colours: Palette, wall: Colour | None = None) -> Inks:
    ground = wall or colours.deep
    faint = _first_readable((mixed(WHITE, ground, part) for part in (0.15, 0.08)), ground, WHITE)
    return Inks(ground, WHITE, faint, WHITE, colours.accent, colours.on_accent)


def _on_light(colours: Palette, ground: Colour) -> Inks:
    low, ink = mixed(ground, (0, 0, 0), _FALLEN), colours.ink
    faint = _first_readable((mixed(ink, ground, part) for part in (0.3, 0.2, 0.1)), low, ink)
    strong = _first_readable((palette.legible(colours.accent, low),), low, ink)
    return Inks(ground, ink, faint, strong, colours.accent, colours.on_accent)


def _first_readable(colours: Iterable[Colour], ground: Colour, last: Colour) -> Colour:
    return next((each for each in colours if contrast(each, ground) >= READABLE), last)


def _behind(clip: Clip, top: float, bottom: float) -> Pixels:
    """Return the part of a clip's picture that lies between two rows of the canvas."""
    window, box = clip.window, clip.start
    scale = box.height / window.height
    rows = slice(int(box.y + max(top - window.y, 0) * scale), int(box.y + (bottom - window.y) * scale) + 1)
    return clip.picture[rows, int(box.x) : int(box.x + box.width) + 1]


def _strength(inks: Inks, colour: Colour, picture: Pixels) -> float:
    """Return how strong a veil must be for text before the darkest and the lightest of a picture."""
    extremes = np.percentile(picture[::4, ::4].reshape(-1, 3), (4, 96), axis=0)
    for strength in _STRENGTHS:
        seen = [mixed(_colour(each), colour, strength) for each in extremes]
        if min(contrast(inks.text, each) for each in seen) >= READABLE:
            return strength
    return _STRENGTHS[-1]


def _colour(value: NDArray[np.floating]) -> Colour:
    red, green, blue = (round(float(each)) for each in value)
    return red, green, blue
