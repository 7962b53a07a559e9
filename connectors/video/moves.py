"""How a picture moves in its window: slowly nearer, farther, or along; neighbours never move alike."""

from typing import Final

from connectors.video.plan import Box, Clip, Pixels

#: How much of a picture's width a move goes in or out.
_NEARER: Final = 0.075
_ALONG: Final = 0.05


def gliding(
    picture: Pixels, window: Box, seen: Box, turn: int, focus: tuple[float, float] = (0.5, 0.5)
) -> Clip:
    """Return a clip that moves within `seen`, a part of the picture with the window's proportions.

    `turn` counts the clips of a video: neighbours move differently.
    """
    near = _inner(seen, _NEARER, focus)
    sides = (_inner(seen, _ALONG, (0.0, 0.35)), _inner(seen, _ALONG, (1.0, 0.65)))
    start, end = ((seen, near), sides, (near, seen), sides[::-1])[turn % 4]
    return Clip(picture, window, start, end)


def drifting(picture: Pixels, window: Box, rising: bool = True) -> Clip:
    """Return a clip that moves over a whole plate, from its foot to its head or back."""
    height, width = picture.shape[:2]
    seen = _fitted(width, height, window)
    inner_width, inner_height = seen.width * 0.93, seen.height * 0.93
    x = (width - inner_width) / 2
    low = Box(x, height - inner_height, inner_width, inner_height)
    high = Box(x, 0, inner_width, inner_height)
    return Clip(picture, window, low, high) if rising else Clip(picture, window, high, low)


def whole(picture: Pixels, window: Box) -> Box:
    """Return the largest part of a plate with a window's proportions, from its middle."""
    height, width = picture.shape[:2]
    return _fitted(width, height, window)


def _fitted(width: int, height: int, window: Box) -> Box:
    proportion = window.width / window.height
    wide = min(width, height * proportion)
    tall = wide / proportion
    return Box((width - wide) / 2, (height - tall) / 2, wide, tall)


def _inner(box: Box, part: float, towards: tuple[float, float]) -> Box:
    """Return a box smaller by `part`, lying where it is pulled to: (0, 0) is the upper left corner."""
    width, height = box.width * (1 - part), box.height * (1 - part)
    return Box(
        box.x + (box.width - width) * towards[0], box.y + (box.height - height) * towards[1], width, height
    )
