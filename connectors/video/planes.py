"""Pictures as a decoder keeps them: three planes of bytes, BT.709 in limited range, colour at half the size.

Everything is drawn in planes, so that no frame is ever converted from RGB. A colour sample stands where H.264
puts it: on every second column, between two rows (https://www.itu.int/rec/T-REC-H.264, figure E-1, type 0).
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from connectors.video.plan import Colour, Pixels

Plane: TypeAlias = NDArray[np.uint8]
Wide: TypeAlias = NDArray[np.uint16]
Floats: TypeAlias = NDArray[np.float32]

#: What black is in a plane of brightness, and no colour in a plane of colour.
BLACK: Final = 16
GREY: Final = 128

# https://www.itu.int/rec/R-REC-BT.709, 3.2 to 3.5: 8 bits, brightness 16 to 235, colour 16 to 240.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_BRIGHT, _COLOUR = 219 / 255, 224 / 255
_Y = (_BRIGHT * _RED, _BRIGHT * _GREEN, _BRIGHT * _BLUE)
_TO_CB, _TO_CR = _COLOUR / (2 * (1 - _BLUE)), _COLOUR / (2 * (1 - _RED))
_CB = (-_TO_CB * _RED, -_TO_CB * _GREEN, _TO_CB * (1 - _BLUE))
_CR = (_TO_CR * (1 - _RED), -_TO_CR * _GREEN, -_TO_CR * _BLUE)
_MATRIX: Final = (*_Y, BLACK, *_CB, GREY, *_CR, GREY)


class Planes(NamedTuple):
    """Brightness in full size, and two colours of half the width and height."""

    y: Plane
    cb: Plane
    cr: Plane


def blank(width: int, height: int) -> Planes:
    """Return black planes of a size, which is even."""
    half = (height // 2, width // 2)
    return Planes(
        np.full((height, width), BLACK, np.uint8),
        np.full(half, GREY, np.uint8),
        np.full(half, GREY, np.uint8),
    )


def of_colour(colour: Colour) -> tuple[int, int, int]:
    """Return what a colour is in each plane."""
    y, cb, cr = np.rint(_converted(np.array(colour, np.float32))).astype(int).tolist()
    return y, cb, cr


def of_picture(picture: Image.Image) -> tuple[Plane, Plane, Plane]:
    """Return the planes of an RGB picture, all in its full size."""
    y, cb, cr = picture.convert("RGB", _MATRIX).split()
    return np.asarray(y), np.asarray(cb), np.asarray(cr)


def of_layer(image: Pixels) -> tuple[Floats, Floats]:
    """Return an RGBA image's alpha, 0 to 1, and height x width x 3 of its planes times alpha."""
    alpha = np.asarray(image[..., 3] / np.float32(255), np.float32)
    colours = _converted(image[..., :3].astype(np.float32))
    return alpha, np.asarray(colours * alpha[..., np.newaxis], np.float32)


def halved(full: Floats) -> Floats:
    """Return a plane of even width and height at half of both, sampled where colour stands."""
    rows = full[0::2] + full[1::2]
    left = np.concatenate((rows[:, :1], rows[:, 1:-1:2]), axis=1)
    return np.asarray((left + 2 * rows[:, 0::2] + rows[:, 1::2]) / 8, np.float32)


def _converted(rgb: Floats) -> Floats:
    matrix = np.array((_Y, _CB, _CR), np.float32)
    return np.asarray(rgb @ matrix.T + np.array((BLACK, GREY, GREY), np.float32), np.float32)
