"""From a brief and its pictures to a storyboard: which products are shown, how long, in which scenes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.video import fonts, palette, scenes
from connectors.video.brief import Brief, Product
from connectors.video.errors import NothingToShow
from connectors.video.lettering import Unwritable
from connectors.video.plan import Format, Pixels, Scene, Storyboard
from connectors.video.scenes import Staging
from connectors.video.shots import Shot

PRODUCTS: Final = 5
_OPENING_S: Final = 2.5
_CLOSING_S: Final = 3.0
_CROSS_FADE_S: Final = 0.4
_ONE_PICTURE_S: Final = 2.9
_SHORT_PICTURE_S: Final = 2.6
_TWO_PICTURES_S: Final = (2.0, 1.9)
_THREE_PICTURES_S: Final = (1.9, 1.7, 1.7)
#: A picture with fewer pixels on its longest side would be seen as squares.
_LEAST_SIDE: Final = 200


@dataclass(frozen=True)
class _Shown:
    product: Product
    shots: tuple[Shot, ...]


def make(brief: Brief, pictures: Mapping[str, Pixels], form: Format) -> Storyboard:
    """Return a video of the brief's best products in a format, 12 to 18 seconds; less of fewer products.

    Raises NothingToShow when no product has a picture and letters that can be shown.
    """
    shown = list(_showable(brief, pictures))
    staging = Staging(
        form,
        palette.of(each.shots[0].pixels for each in shown),
        brief.texts or brief.brand.language or "en",
        brief.brand.direction == "rtl",
    )
    middle, told = _products(staging, shown)
    if not middle:
        raise NothingToShow(
            f"none of {len(brief.products)} products can be shown: "
            "no picture that loads, or a text without letters of ours"
        )
    first = scenes.opening(staging, brief, _strongest(told, form), 1, _OPENING_S)
    last = scenes.closing(staging, brief, _mosaic(staging, told), _CLOSING_S)
    return Storyboard(form, (first, *middle, last), _CROSS_FADE_S)


def poster_s(storyboard: Storyboard) -> float:
    """Return the second whose frame shows the video best: the first product, its text and price all there."""
    first = storyboard.scenes[0].seconds - storyboard.cross_fade_s
    return first + min(storyboard.scenes[1].seconds * 0.6, 1.6)


def _showable(brief: Brief, pictures: Mapping[str, Pixels]) -> Iterator[_Shown]:
    for product in brief.products:
        shots = tuple(
            shot
            for each in product.pictures
            if each.url in pictures and not (shot := Shot(pictures[each.url])).blank
            if max(shot.width, shot.height) >= _LEAST_SIDE
        )
        if shots and fonts.drawable(product.title) and fonts.drawable(product.shown_price):
            yield _Shown(product, shots)


def _products(staging: Staging, shown: list[_Shown]) -> tuple[list[Scene], list[_Shown]]:
    """Return the products' scenes, and which products they are."""
    count = min(len(shown), PRODUCTS)
    made: list[Scene] = []
    told: list[_Shown] = []
    for each in shown:
        if len(told) == count:
            break
        shots = _chosen(staging, each)
        lengths = _lengths(len(shots), count, len(told))
        try:
            made += scenes.product(staging, each.product, shots[: len(lengths)], len(made), lengths)
        except Unwritable:
            continue
        told.append(each)
    return made, told


def _lengths(pictures: int, count: int, place: int) -> tuple[float, ...]:
    """Return how long each picture of a product stands: the best products get more, within the whole."""
    if count == 1 and pictures >= 3:
        return _THREE_PICTURES_S
    if pictures >= 2 and (count < PRODUCTS or place < 2):
        return _TWO_PICTURES_S
    return (_ONE_PICTURE_S if count < PRODUCTS else _SHORT_PICTURE_S,)


def _chosen(staging: Staging, each: _Shown) -> list[Shot]:
    """Return the pictures of a product that may be shown: the first, and others with the text where it is."""
    chosen = [each.shots[0]]
    for shot in each.shots[1:]:
        near = scenes.alike(staging.backdrop(chosen[0]), staging.backdrop(shot))
        if near and not any(shot.same(other) for other in chosen):
            chosen.append(shot)
    return chosen


def _mosaic(staging: Staging, told: list[_Shown]) -> list[Shot]:
    """Return the pictures that close a video: one of each product, or all of one or two."""
    if len(told) > 2:
        return [each.shots[0] for each in told]
    return [shot for each in told for shot in _chosen(staging, each)]


def _strongest(told: list[_Shown], form: Format) -> Shot:
    """Return the picture to open with: a scene rather than a product shot, and one that fills the frame."""
    frame = form.width / form.height

    def strength(shot: Shot) -> tuple[bool, bool, float]:
        fill = min(shot.proportion / frame, frame / shot.proportion)
        return not shot.product, not shot.cut, fill * min(shot.width * shot.height, 1_000_000)

    return max((shot for each in told for shot in each.shots[:3]), key=strength)
