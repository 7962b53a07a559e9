"""What stands behind a scene's text: a picture that moves, colours that are readable before it, a veil."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from connectors.video import moves, palette, plates, shapes, stages
from connectors.video.palette import READABLE, WHITE, Palette, contrast, mixed
from connectors.video.plan import Box, Clip, Colour, Format, Layer, Pixels
from connectors.video.shots import Shot, crop
from connectors.video.stages import Stage

_RISE: Final = 300
#: How far below the text a veil stays at its strongest, and what of it is left at the frame's foot.
_BELOW: Final = 70
_LEFT: Final = 0.62
_STRENGTHS: Final = (0.5, 0.56, 0.62, 0.68, 0.74, 0.8, 0.86, 0.92)


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


@dataclass(frozen=True)
class Backdrop:
    """A picture and how it is shown in a format: whole before its wall, or filling its window."""

    form: Format
    rtl: bool
    shot: Shot
    colours: Palette

    @property
    def whole(self) -> bool:
        """Whether the picture stands whole, and the text beside it on its wall."""
        cut = {"left", "right"} - self.shot.calm
        outer = {"left" if self.rtl else "right"}
        return self.shot.whole and self._own is not None and (not stages.is_wide(self.form) or cut <= outer)

    @property
    def stage(self) -> Stage:
        """Where its text and its picture stand."""
        if self.whole:
            return stages.apart(self.form, self.rtl)
        return stages.filled(self.form, self.rtl, self.shot.proportion, self.shot.product)

    @property
    def tint(self) -> Colour:
        """What a white wall is tinted with: a breath of the product's own colour."""
        return palette.of([self.shot.pixels]).tint

    @property
    def inks(self) -> Inks:
        """The colours of the text."""
        return self._own if self.whole and self._own else _on_dark(self.colours, self.colours.deep)

    @property
    def _own(self) -> Inks | None:
        """The colours that are readable on the picture's own wall; None when none is."""
        wall = self.tint if self.shot.white else _colour(self.shot.wall)
        if contrast(self.colours.ink, mixed(wall, (0, 0, 0), 0.1)) >= READABLE:
            return _on_light(self.colours, wall)
        return _on_dark(self.colours, wall) if contrast(WHITE, wall) >= READABLE else None

    def clip(self, turn: int, text_height: float) -> Clip:
        """Return the moving picture, out of the way of a text of this height."""
        stage, form = self.stage, self.form
        if not self.whole:
            seen = crop(self.shot, stage.picture.width / stage.picture.height)
            return moves.gliding(self.shot.pixels, stage.picture, seen, turn, self.shot.focus)
        area = stages.cleared(form, stage, text_height)
        plate = plates.standing(self.shot, form.width, form.height, area, self.tint)
        frame = Box(0, 0, form.width, form.height)
        return moves.gliding(plate, frame, moves.whole(plate, frame), turn)

    def veil(self, clip: Clip, text_height: float) -> tuple[Layer, ...]:
        """Return what lies between picture and text, so that the text is readable: nothing, where it is."""
        stage, form = self.stage, self.form
        scale = stages.unit(form)
        if self.whole or stage.beside:
            return ()
        bottom = stage.text.y + stage.text.height
        top = bottom - text_height
        start = max(round(top - _RISE * scale), 0)
        strength = _strength(self.colours.night, _behind(clip, top, bottom, form))
        foot = stage.picture.height < form.height
        image = shapes.veil(
            form.width,
            form.height - start,
            self.colours.night if not foot else self.inks.ground,
            (
                (0, 0.0),
                (top - start, 1.0 if foot else strength),
                (bottom - start + _BELOW * scale, 1.0 if foot else strength),
                (form.height - start, 1.0 if foot else strength * _LEFT),
            ),
        )
        return (Layer(image, 0, start, fade_s=0.0),)


def _on_dark(colours: Palette, ground: Colour) -> Inks:
    return Inks(ground, WHITE, mixed(WHITE, ground, 0.22), WHITE, colours.accent, colours.on_accent)


def _on_light(colours: Palette, ground: Colour) -> Inks:
    low = mixed(ground, (0, 0, 0), 0.1)
    faint = next(
        (
            found
            for part in (0.4, 0.3, 0.2, 0.1)
            if contrast(found := mixed(colours.ink, ground, part), low) >= READABLE
        ),
        colours.ink,
    )
    strong = colours.strong if contrast(colours.strong, low) >= READABLE else colours.ink
    return Inks(ground, colours.ink, faint, strong, colours.accent, colours.on_accent)


def _behind(clip: Clip, top: float, bottom: float, form: Format) -> Pixels:
    """Return the part of a clip's picture that lies between two rows of the canvas."""
    window, box = clip.window, clip.start
    scale = box.height / window.height
    rows = slice(int(box.y + max(top - window.y, 0) * scale), int(box.y + (bottom - window.y) * scale) + 1)
    part = clip.picture[rows, int(box.x) : int(box.x + box.width)]
    return part if part.size else clip.picture


def _strength(colour: Colour, picture: Pixels) -> float:
    """Return how strong a veil must be for white text before the lightest part of a picture."""
    lightest = _colour(np.percentile(picture[::4, ::4].reshape(-1, 3), 96, axis=0))
    readable = (each for each in _STRENGTHS if contrast(WHITE, mixed(lightest, colour, each)) >= READABLE)
    return next(readable, _STRENGTHS[-1])


def _colour(value: NDArray[np.floating]) -> Colour:
    red, green, blue = (round(float(each)) for each in value)
    return red, green, blue
