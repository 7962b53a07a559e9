"""The scenes of a video: an opening with the brand's name, a product with its price, and where to buy it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors.video import moves, plates, stages
from connectors.video.backdrops import Backdrop, Inks
from connectors.video.blocks import Pen, Piece, stacked, still
from connectors.video.brief import Brief, Product
from connectors.video.fonts import drawable
from connectors.video.lettering import Unwritable
from connectors.video.palette import WHITE, Palette
from connectors.video.plan import Box, Colour, Format, Scene
from connectors.video.shots import Shot

#: Text that is too high for its box is tried smaller, down to this.
_SCALES: Final = (1.0, 0.86, 0.74, 0.64)
#: Not for the sake of the last words of a long one.
_WHOLE_DOWN_TO: Final = 0.7
#: How long before a scene's end its text is gone: half of a cross-fade.
_GONE_S: Final = 0.2
#: How much of the mosaic behind the closing is veiled: what white text needs before white pictures.
_VEILED: Final = 0.66
#: The same of a single picture out of focus, which would look muddy.
_DEEP: Final = 0.76

Told = Callable[[Pen, float, Inks], list[Piece]]


@dataclass(frozen=True)
class Staging:
    """What all scenes of one video share."""

    form: Format
    palette: Palette
    language: str
    rtl: bool

    @property
    def unit(self) -> float:
        """How many pixels are one of a video of 1080; letters are larger where they have more room."""
        roomy = 1.28 if stages.is_wide(self.form) else 1.16 if stages.is_tall(self.form) else 1.0
        return stages.unit(self.form) * roomy

    def pen(self, scale: float = 1.0, centred: bool = False) -> Pen:
        """Return what draws the texts."""
        return Pen(self.unit * scale, self.language, self.rtl, centred)

    def backdrop(self, shot: Shot, like: Backdrop | None = None) -> Backdrop:
        """Return a picture as it stands in this video, in the place of the one before it."""
        return Backdrop(self.form, self.rtl, shot, self.palette, like.stage if like else None)


def opening(staging: Staging, brief: Brief, shot: Shot, turn: int, seconds: float) -> Scene:
    """Return the brand's name over a picture, with the strongest offer of the store."""

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        name = brand_name(brief)
        named = [pen.line(name, 124, 60, width, inks.text, lines=3, gap=44)] if name else []
        return [pen.bar(96, 12, inks.strong), *named, *_offer(brief, pen, width, inks, 44)]

    return _leaving(_scene(staging, staging.backdrop(shot), told, turn, seconds))


def product(
    staging: Staging, shown: Product, shots: list[Shot], turn: int, seconds: Sequence[float]
) -> list[Scene]:
    """Return a product's scenes, one for each of its pictures: the text comes in with the first.

    Raises Unwritable when the title or the price can't be drawn.
    """

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        return _offered(shown, pen, width, inks)

    first = staging.backdrop(shots[0])
    scenes = [
        _scene(staging, staging.backdrop(shot, first), told, turn + place, length)
        for place, (shot, length) in enumerate(zip(shots, seconds, strict=True))
    ]
    staying = [scenes[0], *(_settled(each) for each in scenes[1:])]
    return [*staying[:-1], _leaving(staying[-1])]


def closing(staging: Staging, brief: Brief, shots: list[Shot], seconds: float) -> Scene:
    """Return the call to action with the domain and the offer's end, over all the pictures."""
    form, deep = staging.form, staging.palette.deep
    if len(shots) > 1:
        plate = plates.tiled(shots, form.width, form.height, deep, _VEILED)
    else:
        plate = plates.blurred(shots[0], form.width, form.height, deep, _DEEP)
    inks = Inks(deep, WHITE, WHITE, WHITE, staging.palette.accent, staging.palette.on_accent)
    box = stages.middle(form)

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        name = brand_name(brief)
        named = [pen.line(name, 116, 56, width, WHITE, lines=2)] if name else []
        return [*named, *_offer(brief, pen, width, inks, 52), *_calling(brief, pen, width, inks)]

    pen, pieces = _fitted(staging, told, box, inks, centred=True)
    layers = pen.lay(pieces, box, stages.Anchor.MIDDLE, shadow=True)
    return Scene(seconds, deep, (moves.drifting(plate, Box(0, 0, form.width, form.height)),), layers)


def brand_name(brief: Brief) -> str:
    """Return what the store is called: by its domain where its name can't be drawn."""
    return drawable(brief.brand.name) or drawable(brief.brand.domain)


def alike(one: Backdrop, other: Backdrop) -> bool:
    """Tell whether a text may stay as it is when one picture gives way to the other."""
    return (one.manner, one.inks.light) == (other.manner, other.inks.light)


def _scene(staging: Staging, back: Backdrop, told: Told, turn: int, seconds: float) -> Scene:
    stage, inks = back.stage, back.inks
    pen, pieces = _fitted(staging, told, stage.text, inks)
    high = stacked(pieces)
    clip = back.clip(turn, high)
    veil = back.veil(clip, high)
    layers = pen.lay(pieces, stage.text, stage.anchor, shadow=bool(veil))
    return Scene(seconds, inks.ground, (clip,), (*veil, *layers))


def _fitted(
    staging: Staging, told: Told, box: Box, inks: Inks, centred: bool = False
) -> tuple[Pen, list[Piece]]:
    """Return the pieces of a text at the largest scale at which all of it fits; shortened where none does."""
    trouble = ""
    best: tuple[Pen, list[Piece]] | None = None
    for scale in _SCALES:
        pen = staging.pen(scale, centred)
        try:
            pieces = told(pen, box.width, inks)
        except Unwritable as error:
            trouble = str(error)
            continue
        if stacked(pieces) > box.height:
            trouble = f"{len(pieces)} texts are too high for their box"
            continue
        if not any(each.shortened for each in pieces):
            return pen, pieces
        best = best or (pen, pieces)
        if scale <= _WHOLE_DOWN_TO:
            break
    if not best:
        raise Unwritable(trouble)
    return best


def _leaving(scene: Scene) -> Scene:
    """Return a scene whose text is gone before that of the next one comes."""
    ends = scene.seconds - _GONE_S
    return replace(
        scene, layers=tuple(replace(each, ends_s=ends) if each.fade_s else each for each in scene.layers)
    )


def _settled(scene: Scene) -> Scene:
    """Return a scene whose text is there from the start: it was there before."""
    return replace(scene, layers=tuple(still(each) for each in scene.layers))


def _offered(shown: Product, pen: Pen, width: float, inks: Inks) -> list[Piece]:
    pieces = _label(pen, shown.badge, 46, width, inks.on_label, inks.label)
    pieces.append(pen.line(shown.title, 84, 50, width, inks.text, lines=3, gap=40))
    # Half a price is a wrong price.
    price = pen.line(shown.shown_price, 88, 36, width, inks.strong, gap=48, whole=True)
    if was := drawable(shown.shown_compare_at_price):
        price = pen.beside(price, was, inks.faint, width, 30)
    return [*pieces, price]


def _offer(brief: Brief, pen: Pen, width: float, inks: Inks, gap: int) -> list[Piece]:
    """Return a label with the strongest offer of the store, if there is one that can be drawn."""
    for offer in brief.offers:
        if found := _label(pen, offer.text or offer.title, 50, width, inks.on_label, inks.label, gap):
            return found
    return []


def _calling(brief: Brief, pen: Pen, width: float, inks: Inks) -> list[Piece]:
    pieces = []
    if ends := next((drawable(each.ends_text) for each in brief.offers if each.ends_text), ""):
        pieces.append(pen.line(ends, 44, 28, width, inks.faint, lines=2, weight=400, gap=36))
    if brief.call_to_action:
        pieces += _label(pen, brief.call_to_action.text, 66, width, inks.ground, WHITE, 76)
    if domain := drawable(brief.brand.domain):
        pieces.append(pen.line(domain, 50, 24, width, WHITE, gap=48))
    return pieces


def _label(
    pen: Pen, text: str | None, most: int, width: float, colour: Colour, ground: Colour, gap: int = 0
) -> list[Piece]:
    """Return a pill with a short text; nothing where it can't be drawn whole."""
    try:
        return [pen.label(text or "", most, width, colour, ground, gap=gap)]
    except Unwritable:
        return []
