"""A short video of products as a storyboard: drawn pictures that zoom, text that slides in, cross-fades."""

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from connectors.video.plan import FORMATS, Box, Clip, Layer, Pixels, Scene, Storyboard

SCENE_S = 2.5
#: How far each scene's picture is enlarged at its start and its end.
ZOOMS = ((1.0, 1.12), (1.12, 1.0), (1.02, 1.1), (1.1, 1.0))

_WIDTH, _HEIGHT = 1440, 2560


def storyboard(scenes: int) -> Storyboard:
    """Return a storyboard of so many scenes, which take turns at four pictures."""
    size = FORMATS["9x16"]
    pictures = [picture(seed) for seed in range(min(scenes, len(ZOOMS)))]
    return Storyboard(
        size, tuple(scene(pictures[number % len(ZOOMS)], number, size.width) for number in range(scenes))
    )


def scene(shown: Pixels, number: int, width: int) -> Scene:
    """Return a picture that zooms, below a scrim, a title, a price and a badge."""
    start, end = (_zoomed(zoom) for zoom in ZOOMS[number % len(ZOOMS)])
    window = Box(0, 0, width, width * 16 / 9)
    layers = (
        Layer(_scrim(width, 960), 0, 960, fade_s=0),
        Layer(_text("Summer jacket", 96, 860, 150), 120, 1180, 0.2, None, 0.4, 0, 40),
        Layer(_text("49.00", 130, 520, 180), 120, 1330, 0.5, None, 0.4, 0, 40),
        Layer(_text("-25%", 90, 300, 130), 120, 300, 0.6, 2.0, 0.3, 40, 0),
    )
    return Scene(SCENE_S, (24, 24, 32), (Clip(shown, window, start, end),), layers)


def picture(seed: int) -> Pixels:
    """Return a picture with smooth grounds, sharp edges and a little noise, as a photograph has."""
    random = np.random.default_rng(seed)
    grounds = Image.fromarray(random.integers(0, 256, (6, 5, 3), dtype=np.uint8))
    drawn = grounds.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(drawn)
    for _ in range(60):
        x, y, size, *colour = (
            int(each) for each in random.integers(0, (_WIDTH, _HEIGHT, 240, 256, 256, 256))
        )
        pen.ellipse(
            (x, y, x + size, y + size), fill=(colour[0], colour[1], colour[2]), outline="white", width=3
        )
    noisy = np.asarray(drawn) + random.normal(0, 2, (_HEIGHT, _WIDTH, 1))
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _zoomed(zoom: float) -> Box:
    wide, high = _WIDTH / zoom, _HEIGHT / zoom
    return Box((_WIDTH - wide) / 2, (_HEIGHT - high) / 2, wide, high)


# Drawn once: what the storyboard of a long video holds must not look like what drawing it takes.
@cache
def _scrim(width: int, height: int) -> Pixels:
    dark = np.zeros((height, width, 4), np.uint8)
    dark[..., 3] = np.linspace(0, 200, height).astype(np.uint8)[:, np.newaxis]
    return dark


@cache
def _text(words: str, size: int, width: int, height: int) -> Pixels:
    drawn = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    ImageDraw.Draw(drawn).text((6, 6), words, font=ImageFont.load_default(size), fill="white")
    return np.asarray(drawn)
