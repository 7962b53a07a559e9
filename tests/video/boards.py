"""Small storyboards, and the films that come of them."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from connectors.video.plan import Box, Clip, Colour, Format, Layer, Pixels, Scene, Storyboard

TINY = Format("tiny", 160, 284, Box(16, 28, 128, 228))


def plain(width: int, height: int, colour: Colour) -> Pixels:
    """Return a picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def sheet(width: int, height: int, colour: Colour, alpha: int = 255) -> Pixels:
    """Return a layer's image of one colour and one alpha."""
    return np.full((height, width, 4), (*colour, alpha), np.uint8)


def busy(width: int = 200, height: int = 320, seed: int = 1) -> Pixels:
    """Return a picture with something to see everywhere."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse.repeat(8, 0).repeat(8, 1)[:height, :width])


def blob(width: int, height: int, x: float, y: float, spread: float = 12.0) -> Pixels:
    """Return a soft white spot on black, whose middle can be found to a part of a pixel."""
    across, down = np.arange(width) + 0.5 - x, np.arange(height)[:, np.newaxis] + 0.5 - y
    bright = 255 * np.exp(-(across**2 + down**2) / (2 * spread**2))
    return np.repeat(np.rint(bright).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def apart(plane: NDArray[np.uint8], x: float, y: float, spread: float) -> tuple[float, float]:
    """Return how far right and down of a place the spot's middle is, of what stands out of a plane.

    The least squares of one step: good to a hundredth of a pixel, as long as the spot is near.
    """
    across, down = np.arange(plane.shape[1]) + 0.5 - x, np.arange(plane.shape[0])[:, np.newaxis] + 0.5 - y
    seen = plane.astype(float) - plane.min()
    spot = seen.max() * np.exp(-(across**2 + down**2) / (2 * spread**2))
    steep_x, steep_y = spot * across / spread**2, spot * down / spread**2
    left = seen - spot
    return float((left * steep_x).sum() / (steep_x**2).sum()), float(
        (left * steep_y).sum() / (steep_y**2).sum()
    )


def middle(plane: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the middle of what stands out of a plane."""
    weight = plane.astype(float) - plane.min()
    across, down = np.arange(plane.shape[1]) + 0.5, np.arange(plane.shape[0]) + 0.5
    total = weight.sum()
    return float((weight.sum(0) * across).sum() / total), float((weight.sum(1) * down).sum() / total)


def whole(picture: Pixels, size: Format = TINY) -> Clip:
    """Return a clip that shows all of a picture on all of the canvas, and stands still."""
    box = Box(0, 0, picture.shape[1], picture.shape[0])
    return Clip(picture, Box(0, 0, size.width, size.height), box, box)


def moving(picture: Pixels, size: Format = TINY) -> Clip:
    """Return a clip that zooms into the middle of a picture."""
    high, wide = picture.shape[:2]
    start = Box(0, 0, wide, high)
    end = Box(wide * 0.05, high * 0.05, wide * 0.9, high * 0.9)
    return Clip(picture, Box(0, 0, size.width, size.height), start, end)


def scene(
    *clips: Clip, seconds: float = 1.0, ground: Colour = (0, 0, 0), layers: tuple[Layer, ...] = ()
) -> Scene:
    """Return a scene of these clips."""
    return Scene(seconds, ground, clips, layers)


def board(*scenes: Scene, size: Format = TINY, fade_s: float = 0.2) -> Storyboard:
    """Return a storyboard of these scenes."""
    return Storyboard(size, scenes, fade_s)


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """Return every frame of a film as RGB, converted as BT.709 by the decoder's library."""
    with av.open(str(path)) as file:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in file.decode(video=0)]
