"""The scenes of a video: an opening with the brand's name, a product with its price, and where to buy it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from connectors.video import mosaic, stages
from connectors.video.backdrops import Backdrop, Inks, Manner, on_panel
from connectors.video.blocks import Pen, Piece, stacked, still
from connectors.video.brief import Brief, Product
from connectors.video.fonts import drawable
from connectors.video.lettering import Unwritable
from connectors.video.palette import Palette
from connectors.video.plan import Box, Colour, Format, Scene
from connectors.video.shots import Shot

#: Text that is too high for its box is tried smaller, down to this.
_SCALES: Final = (1.0, 0.86, 0.74, 0.64)
#: Not for the sake of the last words of a long one.
_WHOLE_DOWN_TO: Final = 0.9
#: How long before a scene's end its text is gone: half of a cross-fade.
_GONE_S: Final = 0.2
#: In pixels of a video of 1080: what can be read on a telephone, and what lies between pictures.
_LEAST_LETTERS: Final = 34
_TILE_GAP: Final = 8
#: How large letters are in formats up to a proportion: where a text has less room, the picture needs it.
_SIZES: Final = ((0.65, 1.16), (0.9, 0.98), (1.3, 0.88), (inf, 1.2))

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
        proportion = self.form.width / self.form.height
        roomy = next(size for most, size in _SIZES if proportion <= most)
        return stages.unit(self.form) * roomy

    def pen(self, scale: float) -> Pen:
        """Return what draws the texts."""
        least = round(_LEAST_LETTERS * stages.unit(self.form))
        return Pen(self.unit * scale, self.language, self.rtl, least)

    def backdrop(self, shot: Shot, like: Backdrop | None = None, bold: bool = False) -> Backdrop:
        """Return a picture as it stands in this video, in the place of the one before it."""
        return Backdrop(self.form, self.rtl, shot, self.palette, like.stage if like else None, bold)


def opening(staging: Staging, brief: Brief, shot: Shot, turn: int, seconds: float) -> Scene:
    """Return the brand's name over a picture, with the strongest offer of the store."""

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        name = brand_name(brief)
        most = 150 if back.manner is Manner.PANEL or back.stage.beside else 124
        named = [pen.line(name, most, 44, width, inks.text, lines=3, gap=44, solid=True)] if name else []
        return [pen.bar(96, 14, inks.strong), *named, *_offer(brief, pen, width, inks)]

    back = staging.backdrop(shot, bold=True)
    return _leaving(_scene(staging, back, told, turn, seconds))


def product(
    staging: Staging, shown: Product, shots: list[Shot], turn: int, seconds: Sequence[float]
) -> list[Scene]:
    """Return a product's scenes, one for each of its pictures: the text comes in with the first.

    Raises Unwritable when the title or the price can't be drawn.
    """

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        return _offered(shown, pen, width, inks, 4 if first.stage.beside else 3)

    first = staging.backdrop(shots[0])
    scenes = [
        _scene(staging, staging.backdrop(shot, first), told, turn + place, length)
        for place, (shot, length) in enumerate(zip(shots, seconds, strict=True))
    ]
    staying = [scenes[0], *(_settled(each) for each in scenes[1:])]
    return [*staying[:-1], _leaving(staying[-1])]


def closing(staging: Staging, brief: Brief, shots: list[Shot], seconds: float) -> Scene:
    """Return the call to action with the domain and the offer's end on the accent colour, by the pictures."""
    stage, inks = stages.ending(staging.form, staging.rtl), on_panel(staging.palette)

    def told(pen: Pen, width: float, inks: Inks) -> list[Piece]:
        name = brand_name(brief)
        named = [pen.line(name, 144, 44, width, inks.text, lines=2, solid=True)] if name else []
        return [*named, *_offer_with_its_end(brief, pen, width, inks), *_calling(brief, pen, width, inks)]

    pen, pieces = _fitted(staging, told, stage.text, inks)
    window = stages.cleared(staging.form, stage, stacked(pieces))
    clips = mosaic.tiles(shots, window, _TILE_GAP * stages.unit(staging.form))
    return Scene(seconds, inks.ground, clips, pen.lay(pieces, stage.text, stage.anchor))


def brand_name(brief: Brief) -> str:
    """Return what the store is called: by its domain where its name can't be drawn."""
    return drawable(brief.brand.name) or drawable(brief.brand.domain)


def alike(one: Backdrop, other: Backdrop) -> bool:
    """Tell whether a text may stay as it is when one picture gives way to the other."""
    same = (one.manner, one.inks.light) == (other.manner, other.inks.light)
    return same and other.stage.text.height >= one.stage.text.height


def _scene(staging: Staging, back: Backdrop, told: Told, turn: int, seconds: float) -> Scene:
    stage, inks = back.stage, back.inks
    pen, pieces = _fitted(staging, told, stage.text, inks)
    high = stacked(pieces)
    clip = back.clip(turn, high)
    veil = back.veil(clip, high)
    layers = pen.lay(pieces, stage.text, stage.anchor, shadow=bool(veil))
    return Scene(seconds, inks.ground, (clip,), (*veil, *layers))


def _fitted(staging: Staging, told: Told, box: Box, inks: Inks) -> tuple[Pen, list[Piece]]:
    """Return the pieces of a text at the largest scale at which all of it fits; shortened where none does."""
    trouble = ""
    best: tuple[Pen, list[Piece]] | None = None
    for scale in _SCALES:
        pen = staging.pen(scale)
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


def _offered(shown: Product, pen: Pen, width: float, inks: Inks, lines: int) -> list[Piece]:
    pieces = _label(pen, shown.badge, 46, width, inks.on_label, inks.label)
    pieces.append(pen.line(shown.title, 84, 50, width, inks.text, lines=lines, gap=40))
    # Half a price is a wrong price.
    price = pen.line(shown.shown_price, 88, 36, width, inks.strong, gap=48, whole=True)
    if was := drawable(shown.shown_compare_at_price):
        price = pen.beside(price, was, inks.faint, width, 30)
    return [*pieces, price]


def _offer(brief: Brief, pen: Pen, width: float, inks: Inks) -> list[Piece]:
    """Return a label with the strongest offer of the store, if there is one that can be drawn."""
    for offer in brief.offers:
        if found := _label(pen, offer.text or offer.title, 54, width, inks.on_label, inks.label, 48):
            return found
    return []


def _offer_with_its_end(brief: Brief, pen: Pen, width: float, inks: Inks) -> list[Piece]:
    """Return the strongest offer of the store that can be drawn, and until when it holds."""
    offers = (_line(pen, each.text or each.title, 76, 40, width, inks.text, 52) for each in brief.offers)
    pieces = next((each for each in offers if each), [])
    if ends := next((each.ends_text for each in brief.offers if each.ends_text), None):
        pieces += _line(pen, ends, 46, 34, width, inks.faint, 32, weight=400)
    return pieces


def _calling(brief: Brief, pen: Pen, width: float, inks: Inks) -> list[Piece]:
    pieces = []
    if brief.call_to_action:
        pieces += _label(pen, brief.call_to_action.text, 70, width, inks.on_label, inks.label, 60)
    # An address that is broken is read as two.
    for lines in (1, 2):
        if address := _line(pen, brief.brand.domain, 48, 34, width, inks.text, 44, lines=lines):
            return [*pieces, *address]
    return pieces


def _line(
    pen: Pen, text: str | None, most: int, least: int, width: float, colour: Colour, gap: int,
    *, weight: int = 700, lines: int = 2,
) -> list[Piece]:  # fmt: skip
    """Return a text on two lines at most; nothing where it can't be drawn whole."""
    try:
        return [
            pen.line(text or "", most, least, width, colour, lines=lines, gap=gap, weight=weight, whole=True)
        ]
    except Unwritable:
        return []


def _label(
    pen: Pen, text: str | None, most: int, width: float, colour: Colour, ground: Colour, gap: int = 0
) -> list[Piece]:
    """Return a pill with a short text; nothing where it can't be drawn whole."""
    try:
        return [pen.label(text or "", most, width, colour, ground, gap=gap)]
    except Unwritable:
        return []
