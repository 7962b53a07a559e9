"""Facts about colours: readable on each other whatever the pictures are, and taken from them."""

import pytest

from connectors.video import palette
from connectors.video.palette import READABLE, WHITE, contrast
from connectors.video.plan import Colour
from tests.video.boards import plain
from tests.video.goods import RED, before_a_wall


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 0, 0), WHITE, 21.0),
        (WHITE, WHITE, 1.0),
        ((118, 118, 118), WHITE, 4.54),
        ((255, 0, 0), WHITE, 4.0),
    ],
)
def test_contrast_is_what_wcag_says(one: Colour, other: Colour, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("hue", range(0, 360, 15))
@pytest.mark.parametrize("lightness", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("chroma", [0.0, 0.06, 0.25])
def test_text_is_readable_on_every_ground(hue: int, lightness: float, chroma: float) -> None:
    found = palette.of([plain(60, 60, palette.shade(lightness, chroma, hue))])
    for ground, text in (
        (found.accent, found.on_accent),
        (found.deep, WHITE),
        (found.night, WHITE),
        (found.tint, found.ink),
        (found.tint, palette.legible(found.accent, found.tint)),
    ):
        assert contrast(ground, text) >= READABLE


def test_the_accent_is_the_products_colour_and_not_its_walls() -> None:
    red, green, blue = palette.of([before_a_wall()]).accent
    assert red > 2 * max(green, blue)
    assert abs(green - blue) < 60


@pytest.mark.parametrize("hue", range(0, 360, 15))
def test_the_accent_is_lively_even_of_pale_goods(hue: int) -> None:
    red, green, blue = palette.of([plain(60, 60, palette.shade(0.6, 0.06, hue))]).accent
    assert max(red, green, blue) - min(red, green, blue) >= 90


@pytest.mark.parametrize("hue", [50, 60, 70, 80, 95, 110])
def test_a_warm_accent_is_neither_brown_nor_olive(hue: int) -> None:
    found = palette.of([plain(60, 60, palette.shade(0.4, 0.09, hue))])
    assert max(found.accent) >= 180
    assert palette.contrast(found.accent, (0, 0, 0)) > palette.contrast(found.accent, WHITE)


def test_grey_pictures_get_quiet_colours() -> None:
    for colour in (WHITE, (128, 128, 128), (10, 10, 10)):
        for each in (palette.of([plain(50, 50, colour)]).accent, palette.of([]).accent):
            assert max(each) - min(each) < 12


def test_the_first_picture_weighs_most() -> None:
    red, green, _ = palette.of([plain(50, 50, RED), plain(50, 50, (30, 140, 60))]).accent
    assert red > green


def test_the_same_pictures_give_the_same_colours() -> None:
    assert palette.of([before_a_wall()]) == palette.of([before_a_wall()])
