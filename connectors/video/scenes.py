"""The scenes of a video: an opening with the brand's name, a product with its price, and where to buy it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from connectors.video import moves, plates, shapes, stages
from connectors.video.blocks import Pen, Piece, stacked, still
from connectors.video.brief import Brief, Product
from connectors.video.fonts import drawable
from connectors.video.lettering import Unwritable
from connectors.video.palette import READABLE, WHITE, Palette, contrast, mixed
from connectors.video.plan import Box, Clip, Colour, Format, Layer, Pixels, Scene
from connectors.video.plates import Shot
from connectors.video.stages import Stage

_RISE: Final = 320
#: How far down its rise a veil is where the text begins.
_REACHED: Final = 0.8


@dataclass(frozen=True)
class Staging:
    """What all scenes of one video share."""

    form: Format
    palette: Palette
    language: str
    rtl: bool

    @property
    def unit(self) -> float:
        """How many pixels are one of a video of 1080."""
        return stages.unit(self.form)

    @property
    def frame(self) -> Box:
        """The whole canvas."""
        return Box(0, 0, self.form.width, self.form.height)

    def pen(self, centred: bool = False) -> Pen:
        """Return what draws the texts."""
        return Pen(self.unit, self.language, self.rtl, centred)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What stands behind the text: a clip, the colours that are readable before it, a veil if it needs one."""

    stage: Stage
    clip: Clip
    ground: Colour
    ink: Colour
    faint: Colour
    veiled: bool


def opening(staging: Staging, brief: Brief, shot: Shot, turn: int, seconds: float) -> Scene:
    """Return the brand's name over a picture, with the strongest offer of the store."""
    back = backdrop(staging, shot, turn)
    pen, width = staging.pen(), back.stage.text.width
    name = drawable(brand_name(brief))
    pieces = [pen.bar(96, 12, staging.palette.accent if not back.veiled else WHITE)]
    pieces.append(pen.line(name, 128, 52, width, back.ink, lines=2, gap=44))
    pieces += _offer(staging, brief, pen, width, 40)
    return _scene(staging, back, pen, pieces, seconds)


def product(
    staging: Staging, shown: Product, shots: list[Shot], turn: int, seconds: list[float]
) -> list[Scene]:
    """Return a product's scenes, one for each of its pictures: the text comes in with the first.

    Raises Unwritable when the title or the price can't be drawn.
    """
    scenes = []
    for place, (shot, length) in enumerate(zip(shots, seconds, strict=True)):
        back = backdrop(staging, shot, turn + place)
        pen = staging.pen()
        made = _scene(staging, back, pen, _offered(staging, shown, pen, back), length)
        if place:
            made = Scene(made.seconds, made.ground, made.clips, tuple(still(each) for each in made.layers))
        scenes.append(made)
    return scenes


def closing(staging: Staging, brief: Brief, shots: list[Shot], seconds: float) -> Scene:
    """Return the call to action with the domain and the offer's end, over all the pictures."""
    form, palette = staging.form, staging.palette
    if len(shots) > 2:
        plate = plates.tiled(shots, form.width, form.height, palette.deep, 0.74)
    else:
        plate = plates.blurred(shots[0], form.width, form.height, palette.deep, 0.66)
    pen, safe = staging.pen(centred=True), form.safe
    pieces = []
    if name := drawable(brand_name(brief)):
        pieces.append(pen.line(name, 104, 48, safe.width, WHITE, lines=2))
    for each in _offer(staging, brief, pen, safe.width, 44):
        pieces.append(each)
    pieces += _calling(staging, brief, pen, safe.width)
    layers = pen.lay(pieces, safe, stages.Anchor.MIDDLE)
    return Scene(seconds, palette.deep, (moves.drifting(plate, staging.frame),), layers)


def brand_name(brief: Brief) -> str:
    """Return what the store is called: by its domain where its name can't be drawn."""
    return drawable(brief.brand.name) or drawable(brief.brand.domain)


def backdrop(staging: Staging, shot: Shot, turn: int) -> Backdrop:
    """Return what stands behind a scene's text: the picture whole before its wall, or filling its window."""
    form, palette = staging.form, staging.palette
    if shot.whole:
        stage = stages.whole(form, staging.rtl)
        plate = plates.standing(shot, form.width, form.height, stage.picture, palette.tint)
        clip = moves.gliding(plate, staging.frame, moves.whole(plate, staging.frame), turn)
        ink, faint = _inks(palette, _seen(plate, stage.text, form))
        return Backdrop(stage, clip, palette.tint, ink, faint, ink == WHITE)
    stage = stages.filled(form, staging.rtl, shot.proportion)
    seen = plates.crop(shot, stage.picture.width / stage.picture.height)
    clip = moves.gliding(shot.pixels, stage.picture, seen, turn, shot.focus)
    return Backdrop(stage, clip, palette.deep, WHITE, mixed(WHITE, palette.deep, 0.2), not stage.beside)


def _inks(palette: Palette, ground: Pixels) -> tuple[Colour, Colour]:
    """Return colours for text, and for text of less weight, that are readable on every part of a ground."""
    dark, light = np.percentile(ground.reshape(-1, 3), (3, 97), axis=0)
    worst = min(contrast(palette.ink, _colour(dark)), contrast(palette.ink, _colour(light)))
    if worst < READABLE:
        return WHITE, mixed(WHITE, palette.deep, 0.2)
    faint = next(
        part for part in (0.4, 0.3, 0.2, 0.1, 0.0)
        if part == 0.0 or contrast(mixed(palette.ink, WHITE, part), _colour(dark)) >= READABLE
    )  # fmt: skip
    return palette.ink, mixed(palette.ink, WHITE, faint)


def _offered(staging: Staging, shown: Product, pen: Pen, back: Backdrop) -> list[Piece]:
    width, palette = back.stage.text.width, staging.palette
    pieces = []
    if badge := drawable(shown.badge):
        pieces.append(pen.label(badge, 44, width, palette.on_accent, palette.accent))
    pieces.append(pen.line(shown.title, 80, 46, width, back.ink, lines=3, gap=40))
    price = pen.line(shown.shown_price, 84, 40, width, back.ink, gap=46)
    if was := drawable(shown.shown_compare_at_price):
        before = pen.line(was, 50, 30, width, back.faint, weight=400, struck=True)
        price = pen.beside(price, before, width, 30)
    return [*pieces, price]


def _offer(staging: Staging, brief: Brief, pen: Pen, width: float, gap: int) -> list[Piece]:
    """Return a label with the strongest offer of the store, if there is one that can be drawn."""
    palette = staging.palette
    for offer in brief.offers:
        if text := drawable(offer.text or offer.title):
            try:
                return [pen.label(text, 46, width, palette.on_accent, palette.accent, gap=gap)]
            except Unwritable:
                continue
    return []


def _calling(staging: Staging, brief: Brief, pen: Pen, width: float) -> list[Piece]:
    pieces = []
    ends = next((drawable(each.ends_text) for each in brief.offers if each.ends_text), "")
    if ends:
        pieces.append(pen.line(ends, 40, 26, width, WHITE, lines=2, weight=400, gap=34))
    if brief.call_to_action and (text := drawable(brief.call_to_action.text)):
        pieces.append(pen.label(text, 60, width, staging.palette.deep, WHITE, gap=64))
    if domain := drawable(brief.brand.domain):
        pieces.append(pen.line(domain, 46, 26, width, WHITE, weight=400, gap=44))
    return pieces


def _scene(staging: Staging, back: Backdrop, pen: Pen, pieces: list[Piece], seconds: float) -> Scene:
    layers = pen.lay(pieces, back.stage.text, back.stage.anchor, shadow=back.veiled)
    if back.veiled:
        layers = (*_veil(staging, back, pieces), *layers)
    return Scene(seconds, back.ground, (back.clip,), layers)


def _veil(staging: Staging, back: Backdrop, pieces: list[Piece]) -> tuple[Layer, ...]:
    """Return a veil from above the text to the foot of the picture, strong enough to read white on it."""
    form, box = staging.form, back.stage.text
    top = box.y + (box.height - stacked(pieces)) * back.stage.anchor.value
    rise = round(_RISE * staging.unit)
    start = max(round(top - rise * _REACHED), 0)
    strength = _strength(staging.palette.deep, back.clip)
    veil = shapes.veil(form.width, form.height - start, staging.palette.deep, rise, strength)
    return (Layer(veil, 0, start, fade_s=0.0),)


def _strength(colour: Colour, clip: Clip) -> float:
    """Return how strong a veil must be where the text begins, before the lightest part of a picture."""
    box = clip.start
    part = clip.picture[
        int(box.y + box.height * 0.4) : int(box.y + box.height), int(box.x) : int(box.x + box.width)
    ]
    lightest = _colour(np.percentile(part[::8, ::8].reshape(-1, 3), 95, axis=0))
    reached = _REACHED * _REACHED * (3 - 2 * _REACHED)
    for strength in (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        if contrast(WHITE, mixed(lightest, colour, strength * reached)) >= READABLE:
            return strength
    return 0.94


def _seen(plate: Pixels, box: Box, form: Format) -> Pixels:
    """Return the part of a plate that lies behind a box of the canvas."""
    scale = plate.shape[1] / form.width
    rows = slice(int(box.y * scale), int((box.y + box.height) * scale), 4)
    return plate[rows, int(box.x * scale) : int((box.x + box.width) * scale) : 4]


def _colour(value: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Colour:
    red, green, blue = (round(float(each)) for each in value)
    return red, green, blue
