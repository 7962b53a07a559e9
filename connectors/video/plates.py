"""Canvases drawn from pictures: a product standing before its own wall, pictures out of focus."""

from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from connectors.video.plan import Box, Colour, Pixels
from connectors.video.shots import WHITE_FROM, Floats, Shot, crop

#: How much larger than the canvas a plate is drawn, so that moving into it stays sharp.
ROOM: Final = 1.08
#: How much a small picture is enlarged at most, where it need not touch the edges.
_LARGEST: Final = 2.6
#: How much of a colour is in a picture out of focus, beneath one in focus.
_DIMMED: Final = 0.45
#: How much lighter the border of a picture is made at most.
_LIFT: Final = 1.3
#: How much lighter a wall is behind a product than where it is lightest along the border.
_LAMP: Final = 1.05
#: How much darker a wall is in the corners than behind the product, as a lamp would make it.
_FALL: Final = 0.10


def standing(shot: Shot, width: float, height: float, area: Box, tint: Colour) -> Pixels:
    """Draw a whole canvas with a product shot standing in an area of it, its wall going on to all edges.

    A white wall takes the tint. Where the product is cut off, the cut lies on the canvas's edge.
    """
    place = _placed(shot, area, width, height)
    left, top = round(place.x * ROOM), round(place.y * ROOM)
    size = (max(round(place.width * ROOM), 1), max(round(place.height * ROOM), 1))
    picture = np.asarray(Image.fromarray(shot.pixels).resize(size, Image.Resampling.LANCZOS))
    canvas = (round(width * ROOM), round(height * ROOM))
    field = np.asarray(Image.fromarray(_field(shot)).resize(size, Image.Resampling.BICUBIC))
    if shot.white:
        ground = np.full((canvas[1], canvas[0], 3), tint, np.uint8)
        lamp = np.array(tint, np.float32) / np.maximum(field, 1)
        picture = (picture * lamp).clip(0, 255).astype(np.uint8)
    elif shot.banded:
        picture = _evened(picture, shot)
        ground = _spread(picture, canvas, left, top)
    else:
        ground = _softened(_drawn_out(field, canvas, left, top))
    return _lit(_laid(ground, picture, left, top, shot), place)


def blurred(shot: Shot, width: float, height: float, colour: Colour, part: float) -> Pixels:
    """Draw a canvas full of a picture, far out of focus and mixed with a colour."""
    size = (round(width * ROOM), round(height * ROOM))
    coarse = (max(size[0] // 16, 2), max(size[1] // 16, 2))
    seen = crop(shot, width / height)
    small = Image.fromarray(shot.pixels).resize(coarse, Image.Resampling.BOX, _edges(seen))
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(Image.blend(soft, Image.new("RGB", size, colour), part))


def melting(shot: Shot, width: float, height: float, window: Box, colour: Colour) -> Pixels:
    """Draw a canvas with a picture in a window of it that melts, above and below, into itself unfocused."""
    ground = blurred(shot, width, height, colour, _DIMMED)
    size = (round(width * ROOM), round(window.height * ROOM))
    seen = crop(shot, window.width / window.height)
    picture = Image.fromarray(shot.pixels).resize(size, Image.Resampling.LANCZOS, _edges(seen))
    rows, soft = np.arange(size[1]), max(size[1] // 4, 1)
    down = (rows[::-1] / soft).clip(0, 1)
    if window.y:
        down = np.minimum(down, (rows / soft).clip(0, 1))
    mask = np.broadcast_to(np.round(down * down * (3 - 2 * down) * 255).astype(np.uint8)[:, None], size[::-1])
    canvas = Image.fromarray(ground)
    canvas.paste(picture, (0, round(window.y * ROOM)), Image.fromarray(np.ascontiguousarray(mask)))
    return np.asarray(canvas)


def on_table(shot: Shot, area: Box) -> float:
    """Return how high a picture with a table is where it stands in an area."""
    return shot.height * min(area.width / shot.width, area.height / shot.height, _LARGEST)


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _placed(shot: Shot, area: Box, width: float, height: float) -> Box:
    """Return where a shot stands: as large as the area lets it, its cut sides on the canvas's edges.

    A shot that is cut on both of two opposite sides spans the canvas, and may reach out of it.
    """
    cut = shot.cut
    left, right = (0.0 if "left" in cut else area.x), (width if "right" in cut else area.x + area.width)
    top, bottom = (0.0 if "top" in cut else area.y), (height if "bottom" in cut else area.y + area.height)
    scale = min((right - left) / shot.width, (bottom - top) / shot.height, _LARGEST)
    if {"left", "right"} <= cut:
        scale = width / shot.width
    if {"top", "bottom"} <= cut:
        scale = max(scale if {"left", "right"} <= cut else 0, height / shot.height)
    wide, tall = shot.width * scale, shot.height * scale
    # What stands on a table stands on the canvas's foot; what spans the canvas does if it is as tall.
    grounded = shot.banded or ({"left", "right"} <= cut and tall > bottom - top)
    bottom = height if grounded and "top" not in cut else bottom
    return Box(
        _lies(left, right, wide, "left" in cut, "right" in cut),
        _lies(top, bottom, tall, "top" in cut, "bottom" in cut or grounded),
        wide,
        tall,
    )


def _lies(begin: float, end: float, length: float, at_begin: bool, at_end: bool) -> float:
    """Return where something of a length begins between two places: at one that it must touch, or midway."""
    if at_begin == at_end:
        return begin + (end - begin - length) / 2
    return begin if at_begin else end - length


def _field(shot: Shot) -> Pixels:
    """Return how the wall would look without the product: what is between the colours of the borders."""
    field = _patch({side: _soothed(shot, border) for side, border in shot.borders.items()})
    rounded: Pixels = np.round(field).clip(0, 255).astype(np.uint8)
    return rounded


def _patch(sides: dict[str, Floats]) -> Floats:
    """Return what lies between four sides (samples x values), by S. A. Coons.

    It is each side drawn to the other, less what the corners count twice.
    """
    part = np.linspace(0, 1, len(sides["top"]), dtype=np.float32)
    across, down = part[None, :, None], part[:, None, None]
    top, bottom = sides["top"][None], sides["bottom"][None]
    left, right = sides["left"][:, None], sides["right"][:, None]
    corners = (1 - down) * ((1 - across) * top[:, :1] + across * top[:, -1:])
    corners = corners + down * ((1 - across) * bottom[:, :1] + across * bottom[:, -1:])
    field: Floats = (1 - down) * top + down * bottom + (1 - across) * left + across * right - corners
    return field


def _soothed(shot: Shot, border: Floats) -> Floats:
    """Return a side's colours without what touches it."""
    if not shot.white:
        return border
    return np.where(border.min(axis=1, keepdims=True) >= WHITE_FROM, border, shot.wall("top"))


def _evened(picture: Pixels, shot: Shot) -> Pixels:
    """Return a picture with a table whose borders are as light as they are where they are lightest.

    Photographs are darker in their corners: drawn out, such a wall would be darker than its picture.
    """
    lights = {side: border.mean(axis=1) for side, border in shot.borders.items()}
    aims = {side: float(np.percentile(lights[side], 90)) * _LAMP for side in ("top", "bottom")}
    gains = {side: aim / np.maximum(lights[side], 1) for side, aim in aims.items()}
    for side in ("left", "right"):
        gains[side] = _beside_table(lights[side], aims["top"], aims["bottom"])
    gain = _patch({side: each[:, None].clip(1, _LIFT) for side, each in gains.items()})[..., 0].clip(1, _LIFT)
    size = (picture.shape[1], picture.shape[0])
    smooth = np.asarray(Image.fromarray(gain.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
    evened: Pixels = (picture * smooth[..., None]).round().clip(0, 255).astype(np.uint8)
    return evened


def _beside_table(lights: Floats, wall: float, table: float) -> Floats:
    """Return how much lighter a side must be: as its wall down to its steepest place, then as the table."""
    place = int(np.abs(np.diff(lights)).argmax())
    rows = np.arange(len(lights))
    gains = np.where(rows <= place, wall, table) / np.maximum(lights, 1)
    clear = np.abs(rows - place - 0.5) > 1
    found: Floats = np.interp(rows, rows[clear], gains[clear]).astype(np.float32)
    return found


def _spread(picture: Pixels, canvas: tuple[int, int], left: int, top: int) -> Pixels:
    """Return a canvas with a wall and its table drawn out to its edges, the line between them sharp."""
    thick = max(min(picture.shape[:2]) // 50, 1)
    at_left, at_right = (
        strip.mean(axis=1, dtype=np.float32)[:, None] for strip in (picture[:, :thick], picture[:, -thick:])
    )
    part = np.linspace(0, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    field = np.round(at_left + (at_right - at_left) * part).astype(np.uint8)
    return _drawn_out(field, canvas, left, top)


def _drawn_out(field: Pixels, canvas: tuple[int, int], left: int, top: int) -> Pixels:
    """Return a canvas with the colours of a wall drawn out to its edges."""
    width, height = canvas
    tall, wide = field.shape[:2]
    field = field[max(-top, 0) :, max(-left, 0) :]
    pads = (
        (max(top, 0), max(height - top - tall, 0)),
        (max(left, 0), max(width - left - wide, 0)),
        (0, 0),
    )
    return np.pad(field, pads, mode="edge")[:height, :width]


def _softened(ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    small = Image.fromarray(ground).resize((max(width // 12, 1), max(height // 12, 1)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(soft)


def _laid(ground: Pixels, picture: Pixels, left: int, top: int, shot: Shot) -> Pixels:
    """Lay a picture on its ground: calm edges melt into it, cut ones lie on the canvas's edge."""
    tall, wide = picture.shape[:2]
    soft = max(min(tall, wide) // 14, 1)
    across, down = np.ones(wide), np.ones(tall)
    ramp_across = (np.arange(wide) / soft).clip(0, 1)
    ramp_down = (np.arange(tall) / soft).clip(0, 1)
    for side, line, ramp in (
        ("left", across, ramp_across),
        ("right", across, ramp_across[::-1]),
        ("top", down, ramp_down),
        ("bottom", down, ramp_down[::-1]),
    ):
        if side not in shot.cut:
            np.minimum(line, ramp, out=line)
    alpha = Image.fromarray(np.round(across[None, :] * down[:, None] * 255).astype(np.uint8))
    canvas = Image.fromarray(ground)
    canvas.paste(Image.fromarray(picture), (left, top), alpha)
    return np.asarray(canvas)


def _lit(plate: Pixels, place: Box) -> Pixels:
    """Return a plate as if a lamp lit the product's place: a little darker towards the corners."""
    high, wide = plate.shape[:2]
    x, y = (place.x + place.width / 2) * ROOM, (place.y + place.height / 2) * ROOM
    across = (np.arange(wide, dtype=np.float32) - x) / max(wide, high)
    down = (np.arange(high, dtype=np.float32) - y) / max(wide, high)
    away = np.minimum(across[None, :] ** 2 + down[:, None] ** 2, 0.5)
    light = np.round((1 - _FALL * away / 0.5) * 255 + 0.5 * _noise(high, wide)).clip(0, 255)
    lit: Pixels = (plate * light[..., None] / 255).round().clip(0, 255).astype(np.uint8)
    return lit


def _noise(high: int, wide: int) -> Floats:
    """Return steps of one or none, always the same: they keep soft light from showing bands."""
    return np.random.default_rng(1).integers(-1, 2, (high, wide)).astype(np.float32)
