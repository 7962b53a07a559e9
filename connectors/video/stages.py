"""Where things stand in a format: the text's box, the picture's place. Each shape of video has its own."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from connectors.video.plan import Box, Format

_TALL: Final = 0.65
_WIDE: Final = 1.3
_BASE: Final = 1080
#: What part of a picture is seen at least when it fills a window.
_KEPT: Final = 0.58
#: A window nearly as high as the frame is as high as the frame.
_NEARLY: Final = 0.85
#: What stays free between a text and the picture below it.
_GAP: Final = 60


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


def apart(form: Format, rtl: bool) -> Stage:
    """Return the stage of a product shot: its text above or beside it. `picture` is left open."""
    safe = form.safe
    if is_wide(form):
        return _beside(form, rtl, form.width * 0.57)
    text = replace(safe, height=safe.height * 0.5)
    return Stage(text, Anchor.TOP, Box(0, 0, form.width, form.height))


def ending(form: Format, rtl: bool) -> Stage:
    """Return the stage of the closing: more text than a product has."""
    if is_wide(form):
        return _beside(form, rtl, form.width * 0.5)
    text = replace(form.safe, height=form.safe.height * (0.85 if is_tall(form) else 0.7))
    return Stage(text, Anchor.TOP, Box(0, 0, form.width, form.height))


def cleared(form: Format, stage: Stage, height: float) -> Box:
    """Return what a text of this height leaves of the frame: an even box, to the frame's edges."""
    if stage.beside:
        return stage.picture
    top = round((stage.text.y + height + _GAP * unit(form)) / 2) * 2
    return Box(0, top, form.width, form.height - top)


def outer(form: Format, rtl: bool) -> frozenset[str]:
    """Return the sides of a stage's open place that lie on the frame's edges."""
    if is_wide(form):
        return frozenset({"top", "bottom", "left" if rtl else "right"})
    return frozenset({"left", "right", "bottom"})


def facing(form: Format, rtl: bool) -> str:
    """Return the side of a stage's open place that the text is at."""
    if is_wide(form):
        return "right" if rtl else "left"
    return "top"


def filled(form: Format, rtl: bool, proportion: float) -> Stage:
    """Return the stage of a picture of this proportion that fills its window: text over it, or beside."""
    safe, width, height = form.safe, form.width, form.height
    if is_wide(form):
        return _beside(form, rtl, min(max(height * proportion, width * 0.5), width * 0.6))
    text = Box(safe.x, safe.y + safe.height * 0.35, safe.width, safe.height * 0.65)
    tall = min(height, width / (proportion * _KEPT))
    tall = height if tall > height * _NEARLY else round(tall / 2) * 2
    # A picture that is very low hangs where it is seen, not at the frame's head.
    top = max(round((safe.y + safe.height * 0.5 - tall) / 2) * 2, 0)
    return Stage(text, Anchor.BOTTOM, Box(0, top, width, tall))


def is_tall(form: Format) -> bool:
    """Tell whether a format is for telephones held upright."""
    return form.width / form.height < _TALL


def is_wide(form: Format) -> bool:
    """Tell whether a format is wide enough for text beside the picture."""
    return form.width / form.height > _WIDE


def _beside(form: Format, rtl: bool, width: float) -> Stage:
    safe, split = form.safe, form.width - round(width / 2) * 2
    text = Box(safe.x, safe.y, split - safe.x - form.width * 0.035, safe.height)
    picture = Box(split, 0, form.width - split, form.height)
    if rtl:
        text, picture = _mirrored(text, form), _mirrored(picture, form)
    return Stage(text, Anchor.MIDDLE, picture, beside=True)


def _mirrored(box: Box, form: Format) -> Box:
    return replace(box, x=form.width - box.x - box.width)
