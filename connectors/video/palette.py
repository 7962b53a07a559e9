"""Brand colours, taken from the pictures: the colour that stands out of them, and what goes with it.

Lightness, chroma and hue are those of OKLCH (https://bottosson.github.io/posts/oklab/), where the same
numbers look equally light and equally strong in every hue. Contrast is WCAG 2's:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from connectors.video.plan import Colour, Pixels

WHITE: Final[Colour] = (255, 255, 255)
READABLE: Final = 4.5
_SIDE: Final = 48
_HUES: Final = 36
#: Below this chroma a colour is taken for grey: white studio walls, shadows, black cloth.
_GREY: Final = 0.045
#: A picture's colour counts as its brand's where at least this part of the picture has it.
_ENOUGH: Final = 0.012
#: From orange to lime, dark letters stand on a lighter colour, rather than white ones on a duller.
_WARM: Final = 0.3

Floats = NDArray[np.float64]

_TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES: Final = np.linalg.inv(_TO_CONES)
_FROM_LAB: Final = np.linalg.inv(_TO_LAB)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a video.

    `on_accent` is readable on `accent`, white on `deep` and `night`, `ink` on `tint`.
    """

    accent: Colour
    on_accent: Colour
    deep: Colour
    night: Colour
    tint: Colour
    ink: Colour


def of(pictures: Iterable[Pixels]) -> Palette:
    """Return the palette of some pictures, the first weighing most; a neutral one where they are grey."""
    weights, strengths, lights = np.zeros(_HUES), np.zeros(_HUES), np.zeros(_HUES)
    for rank, picture in enumerate(pictures):
        for total, part in zip((weights, strengths, lights), _counted(picture), strict=True):
            total += part / (1 + rank)
    spread = weights + 0.6 * (np.roll(weights, 1) + np.roll(weights, -1))
    best = int(spread.argmax())
    if spread[best] < _ENOUGH:
        return _around(0.3, 0.0, 80.0)
    strength, light = strengths[best] / weights[best], lights[best] / weights[best]
    return _around(light, strength, (best + 0.5) * 360 / _HUES)


def contrast(one: Colour, other: Colour) -> float:
    """Return how well two colours stand apart, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    """Return how light a colour is, from 0 to 1, as WCAG reckons."""
    red, green, blue = _linear(np.array(colour, dtype=np.float64))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """Return a colour between two: `part` of the other."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def legible(colour: Colour, ground: Colour) -> Colour:
    """Return a colour, made darker or lighter until it is readable on a ground."""
    lightness, chroma, hue = _polar(colour)
    return _against(ground, lightness, chroma, hue)


def shade(lightness: float, chroma: float, hue: float) -> Colour:
    """Return the colour of an OKLCH value, with less chroma where a screen can't show so much."""
    angle = np.deg2rad(hue)
    for part in np.linspace(1, 0, 21):
        lab = np.array([lightness, chroma * part * np.cos(angle), chroma * part * np.sin(angle)])
        linear = _FROM_CONES @ ((_FROM_LAB @ lab) ** 3)
        if linear.min() >= -0.001 and linear.max() <= 1.001:
            break
    linear = linear.clip(0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(each) * 255) for each in encoded)
    return red, green, blue


def _around(light: float, strength: float, hue: float) -> Palette:
    """Return a palette around one colour: its accent no paler than a label needs, the rest near to it."""
    chroma = 0.0 if strength < _GREY else min(max(strength * 1.3, 0.15), 0.21)
    # Yellow and orange are light colours: dark, they are olive and brown.
    warm = float(np.exp(-(((hue - 85) / 40) ** 2)))
    lightness = min(max(light, 0.46 + 0.36 * warm), 0.66 + 0.18 * warm) if chroma else 0.3
    ink = shade(0.2, min(chroma, 0.03), hue)
    plain = shade(lightness, chroma, hue)
    bright = warm > _WARM or contrast(plain, WHITE) < contrast(plain, ink) - 1.5
    on_accent = ink if bright else WHITE
    return Palette(
        accent=_against(on_accent, lightness, chroma, hue),
        on_accent=on_accent,
        deep=shade(0.25, min(chroma or 0.012, 0.045) * (1 - 0.8 * warm), hue),
        night=shade(0.15, min(chroma or 0.01, 0.016), hue),
        tint=shade(0.935, min(chroma or 0.01, 0.024), hue),
        ink=ink,
    )


def _against(other: Colour, lightness: float, chroma: float, hue: float) -> Colour:
    """Return a colour, made darker or lighter until it is readable on another, or another on it."""
    step = -0.02 if luminance(other) > luminance(shade(lightness, chroma, hue)) else 0.02
    while contrast(found := shade(lightness, chroma, hue), other) < READABLE and 0 < lightness < 1:
        lightness += step
    return found


def _polar(colour: Colour) -> tuple[float, float, float]:
    """Return a colour's lightness, chroma and hue."""
    lightness, a, b = (float(each) for each in _lab(np.array([colour], dtype=np.float64))[0])
    return lightness, float(np.hypot(a, b)), float(np.rad2deg(np.arctan2(b, a)) % 360)


def _counted(picture: Pixels) -> tuple[Floats, Floats, Floats]:
    """Return, by hue: how much of a picture is of it, and that times chroma, and times lightness."""
    small = Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    lab = _lab(np.asarray(small, dtype=np.float64).reshape(-1, 3))
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    hue = (np.rad2deg(np.arctan2(lab[:, 2], lab[:, 1])) % 360 * _HUES / 360).astype(int) % _HUES
    seen = (chroma > _GREY) & (lightness > 0.2) & (lightness < 0.94)
    # A strong colour is what the eye keeps, so it counts more than a large pale wall.
    weight = np.where(seen, (chroma / 0.1) ** 2, 0.0) / len(lab)
    return (
        np.bincount(hue, weight, _HUES).astype(np.float64),
        np.bincount(hue, weight * chroma, _HUES).astype(np.float64),
        np.bincount(hue, weight * lightness, _HUES).astype(np.float64),
    )


def _lab(colours: Floats) -> Floats:
    cones = _linear(colours) @ _TO_CONES.T
    found: Floats = np.cbrt(cones) @ _TO_LAB.T
    return found


def _linear(colours: Floats) -> Floats:
    parts = colours / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
