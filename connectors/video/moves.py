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


def whole(picture: Pixels, window: Box) -> Box:
    """Return the largest part of a plate with a window's proportions, from its middle."""
    height, width = picture.shape[:2]
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
