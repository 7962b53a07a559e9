"""Where things stand in a format: the text's box, the picture's place. Each shape of video has its own."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from connectors.video.plan import Box, Format

_TALL: Final = 0.65
_WIDE: Final = 1.3
_BASE: Final = 1080


class Anchor(Enum):
    """Where in its box a text begins."""

    TOP = 0.0
    MIDDLE = 0.5
    BOTTOM = 1.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the text stands, and the picture: `picture` is a window to fill, or an area to stand in."""

    text: Box
    anchor: Anchor
    picture: Box
    beside: bool = False


def unit(form: Format) -> float:
    """Return how many pixels here are one of a video whose shorter side has 1080."""
    return min(form.width, form.height) / _BASE


def whole(form: Format, rtl: bool) -> Stage:
    """Return the stage of a product shot that is shown whole: its picture and its text apart."""
    safe, width, height = form.safe, form.width, form.height
    if is_wide(form):
        return _beside(form, rtl)
    if is_tall(form):
        top = safe.y + safe.height * 0.30
        text = replace(safe, height=safe.height * 0.36)
        return Stage(text, Anchor.TOP, Box(0, top, width, height * 0.95 - top))
    text = Box(safe.x, height * 0.62, safe.width, safe.y + safe.height - height * 0.62)
    return Stage(text, Anchor.BOTTOM, Box(0, 0, width, height * 0.7))


def filled(form: Format, rtl: bool, proportion: float) -> Stage:
    """Return the stage of a picture of this proportion that fills its window: text over it, or beside."""
    if is_wide(form):
        return _beside(form, rtl)
    safe, width, height = form.safe, form.width, form.height
    text = Box(safe.x, safe.y + safe.height * 0.4, safe.width, safe.height * 0.6)
    # Of a picture much wider than the frame at least three fifths are seen: its window gets lower.
    tall = min(height, width / (proportion * 0.6))
    return Stage(text, Anchor.BOTTOM, Box(0, 0, width, round(tall / 2) * 2))


def is_tall(form: Format) -> bool:
    """Tell whether a format is for telephones held upright."""
    return form.width / form.height < _TALL


def is_wide(form: Format) -> bool:
    """Tell whether a format is wide enough for text beside the picture."""
    return form.width / form.height > _WIDE


def _beside(form: Format, rtl: bool) -> Stage:
    safe, split = form.safe, round(form.width * 0.42 / 2) * 2
    text = Box(safe.x, safe.y, split - safe.x - form.width * 0.035, safe.height)
    picture = Box(split, 0, form.width - split, form.height)
    if rtl:
        text, picture = _mirrored(text, form), _mirrored(picture, form)
    return Stage(text, Anchor.MIDDLE, picture, beside=True)


def _mirrored(box: Box, form: Format) -> Box:
    return replace(box, x=form.width - box.x - box.width)
