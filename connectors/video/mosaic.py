"""Pictures side by side, in rows, each moving in a window of its own."""

from itertools import pairwise
from typing import Final

from connectors.video import moves, palette, plates
from connectors.video.plan import Box, Clip
from connectors.video.shots import Shot, crop

_MOST_ROWS: Final = 3
#: A tile that is more than so many times as long as wide shows too little of its picture.
_LONGEST: Final = 2.2
_MARGIN: Final = 0.07


def tiles(shots: list[Shot], window: Box, gap: float) -> tuple[Clip, ...]:
    """Return the first of some pictures as clips that fill a window, as many as are well seen in it."""
    return tuple(
        _tile(shot, box, turn)
        for turn, (shot, box) in enumerate(zip(shots, places(len(shots), window, gap), strict=False))
    )


def places(count: int, window: Box, gap: float) -> list[Box]:
    """Return where up to so many pictures stand in a window, row by row, at even pixels."""
    rows = max(_ways(count), key=lambda rows: _merit(rows, window))
    found = []
    for row, (top, bottom) in zip(rows, _parts(window.y, window.height, len(rows), gap), strict=True):
        for left, right in _parts(window.x, window.width, row, gap):
            found.append(Box(left, top, right - left, bottom - top))
    return found


def _ways(count: int) -> list[list[int]]:
    """Return the ways to lay one picture to all of them in rows, fewer in the upper ones."""
    return [
        [(used + row) // rows for row in range(rows)]
        for used in range(1, count + 1)
        for rows in range(1, min(used, _MOST_ROWS) + 1)
    ]


def _merit(rows: list[int], window: Box) -> tuple[int, float]:
    height = window.height / len(rows)
    longest = max(max(window.width / row / height, height * row / window.width) for row in rows)
    return sum(rows) if longest <= _LONGEST else 0, -longest


def _parts(begin: float, length: float, count: int, gap: float) -> list[tuple[float, float]]:
    """Return where equal parts of a length begin and end, with gaps between them."""
    edges = [begin + length * place / count for place in range(count + 1)]
    return [
        (_even(low + gap / 2 if place else low), _even(high - gap / 2 if place < count - 1 else high))
        for place, (low, high) in enumerate(pairwise(edges))
    ]


def _even(edge: float) -> float:
    return round(edge / 2) * 2.0


def _tile(shot: Shot, window: Box, turn: int) -> Clip:
    if not shot.product:
        seen = crop(shot, window.width / window.height)
        return moves.gliding(shot.pixels, window, seen, turn, shot.focus)
    edge = 0.0 if shot.banded else min(window.width, window.height) * _MARGIN
    area = Box(edge, edge, window.width - 2 * edge, window.height - 2 * edge)
    plate = plates.standing(shot, window.width, window.height, area, palette.of([shot.pixels]).tint)
    return moves.gliding(plate, window, moves.whole(plate, window), turn)
