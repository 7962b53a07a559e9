"""Drawn parts that are no text: rounded boxes, veils that text is readable on, shadows. All RGBA."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageFilter

from connectors.video.plan import Colour, Pixels


def rounded(width: int, height: int, radius: float, colour: Colour) -> Pixels:
    """Return a box with round corners, its edges smooth."""
    across = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius)
    down = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius)
    outside = np.hypot(across.clip(0)[None, :], down.clip(0)[:, None])
    inside = np.minimum(np.maximum(across[None, :], down[:, None]), 0)
    alpha = (radius - outside - inside + 0.5).clip(0, 1)
    return painted(np.round(alpha * 255).astype(np.uint8), colour)


def painted(alpha: Pixels, colour: Colour) -> Pixels:
    """Return one colour with this alpha (height x width)."""
    image = np.empty((*alpha.shape, 4), np.uint8)
    image[..., :3] = colour
    image[..., 3] = alpha
    return image


def veil(width: int, height: int, colour: Colour, strengths: Sequence[tuple[float, float]]) -> Pixels:
    """Return a veil whose strength (0 to 1) goes smoothly from row to row: (row, strength) from the top."""
    rows = np.arange(height, dtype=np.float64)
    alpha = np.full(height, strengths[0][1] * 255)
    for (begin, low), (end, high) in pairwise(strengths):
        part = ((rows - begin) / max(end - begin, 1)).clip(0, 1)
        alpha += (part * part * (3 - 2 * part)) * (high - low) * 255
    # Noise of less than one step, always the same, keeps a long gradient from showing bands.
    noise = np.random.default_rng(0).random((height, width)) * 0.999
    return painted((alpha[:, None] + noise * (alpha > 0.5)[:, None]).clip(0, 255).astype(np.uint8), colour)


def over(base: Pixels, top: Pixels, x: int, y: int) -> None:
    """Lay one RGBA image on another, in place; what reaches out of it is left away."""
    canvas = Image.fromarray(base)
    piece = Image.fromarray(top).crop((max(-x, 0), max(-y, 0), top.shape[1], top.shape[0]))
    canvas.alpha_composite(piece, (max(x, 0), max(y, 0)))
    base[...] = np.asarray(canvas)


def shadowed(image: Pixels, strength: float = 0.45, blur: int = 10) -> tuple[Pixels, int]:
    """Return an image with a soft shadow behind it, and by how many pixels it grew on each side."""
    grown = blur * 2
    padded = np.pad(image, ((grown, grown), (grown, grown), (0, 0)))
    soft = Image.fromarray(padded[..., 3]).filter(ImageFilter.GaussianBlur(blur))
    shadow = painted((np.asarray(soft) * strength).astype(np.uint8), (0, 0, 0))
    over(shadow, padded, 0, 0)
    return shadow, grown
