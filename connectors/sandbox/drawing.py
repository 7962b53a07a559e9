"""Draws a product-like picture: something that stands in the light, the same for the same name.

Two views in turn, as merchants take them: tall, alone before an arch; wide, with a second one behind it.
"""

import io
import random
import re
import zlib

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from connectors.sandbox.shapes import SHAPES, Color

LONGEST_SIDE = 1350
_TALL, _WIDE = (4, 5), (5, 4)
_SHAPE_SIDE = 1000
_FEET = 0.85  # of a shape's square, where it stands
_WHITE: Color = (255, 255, 255)
_DARK: Color = (38, 30, 34)

# A room's wall, arch and table; what stands there, and its neighbour.
_ROOMS: tuple[tuple[Color, Color, Color, Color, Color], ...] = (
    ((240, 231, 218), (221, 168, 138), (190, 146, 108), (84, 116, 104), (206, 168, 92)),
    ((228, 233, 232), (150, 179, 178), (196, 178, 158), (201, 98, 70), (64, 92, 110)),
    ((243, 226, 220), (228, 166, 152), (176, 120, 104), (52, 78, 108), (232, 205, 170)),
    ((232, 235, 222), (170, 184, 144), (168, 136, 104), (216, 136, 62), (96, 122, 84)),
    ((236, 230, 238), (180, 164, 196), (148, 124, 148), (226, 182, 76), (110, 84, 130)),
    ((226, 234, 242), (138, 172, 204), (206, 190, 170), (188, 66, 66), (40, 70, 112)),
    ((245, 236, 216), (236, 196, 116), (182, 142, 96), (38, 98, 104), (190, 92, 62)),
    ((224, 222, 218), (164, 158, 150), (118, 100, 88), (222, 214, 202), (150, 78, 58)),
)


def drawn_size(name: str, side: int = LONGEST_SIDE) -> tuple[int, int]:
    """Tell a drawing's width and height in pixels: pictures take turns by the number in their name."""
    across, down = _WIDE if _is_wide(name) else _TALL
    longest = max(across, down)
    return side * across // longest, side * down // longest


def draw(shape: str, name: str, side: int = LONGEST_SIDE) -> bytes:
    """Draw a shape, any if it is not known; JPEG with this longest side."""
    # The colours are the product's, the view the picture's.
    goods = re.sub(r"[-_]?\d*\.\w+$", "", name)
    chance = random.Random(zlib.crc32(goods.encode()))  # noqa: S311 - a picture, not a secret
    room = chance.choice(_ROOMS)
    shape = shape if shape in SHAPES else chance.choice(sorted(SHAPES))
    size = drawn_size(name, side)
    picture = _wide(shape, room, size) if _is_wide(name) else _tall(shape, room, size)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _is_wide(name: str) -> bool:
    number = re.search(r"(\d+)\.\w+$", name)
    return int(number[1]) % 2 == 0 if number else False


def _tall(shape: str, room: tuple[Color, ...], size: tuple[int, int]) -> Image.Image:
    """One of them before an arch, on a table."""
    wall, niche, table, body, _ = room
    picture = _room(size, wall, table, 0.76)
    width, height = size
    arch = Image.new("L", (width // 4, height // 4), 0)
    left, top, right = width // 4 * 0.16, height // 4 * 0.13, width // 4 * 0.84
    ImageDraw.Draw(arch).rounded_rectangle((left, top, right, height // 4), (right - left) / 2, fill=255)
    ImageDraw.Draw(arch).rectangle((0, height // 4 * 0.76, width // 4, height // 4), fill=0)
    soft = arch.filter(ImageFilter.GaussianBlur(0.6)).resize(size, Image.Resampling.BICUBIC)
    picture.paste(_gradient(niche, _blended(niche, wall, 0.45), size), mask=soft)
    _stand(picture, shape, body, 0.98, (0.5, 0.84))
    return _lit(picture)


def _wide(shape: str, room: tuple[Color, ...], size: tuple[int, int]) -> Image.Image:
    """Two of them on a ground of two colours, the nearer one larger."""
    wall, niche, _, body, other = room
    picture = _room(size, niche, wall, 0.62)
    _stand(picture, shape, other, 0.62, (0.72, 0.74))
    _stand(picture, shape, body, 0.86, (0.36, 0.88))
    return _lit(picture)


def _room(size: tuple[int, int], wall: Color, table: Color, edge: float) -> Image.Image:
    """Draw a wall and a table, both a little lighter in the middle of the room."""
    width, height = size
    picture = _gradient(wall, _blended(wall, _WHITE, 0.3), size)
    floor = _gradient(_blended(table, _WHITE, 0.22), table, (width, height - round(height * edge)))
    picture.paste(floor, (0, round(height * edge)))
    return picture


def _stand(picture: Image.Image, shape: str, body: Color, share: float, at: tuple[float, float]) -> None:
    """Put one of them there: `share` of the shorter side wide, its feet at `at`, with its shadow."""
    side = round(min(picture.size) * share)
    left = round(picture.width * at[0] - side / 2)
    top = round(picture.height * at[1] - side * _FEET)
    _shadow(picture, side, left, top)
    shade = _blended(body, _DARK, 0.42)
    layer = Image.new("RGBA", (_SHAPE_SIDE, _SHAPE_SIDE), (*body, 0))
    SHAPES[shape](ImageDraw.Draw(layer), body, shade)
    layer = layer.resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(_rounded(layer), (left, top), layer.getchannel("A"))


def _shadow(picture: Image.Image, side: int, left: int, top: int) -> None:
    small = 250
    mask = Image.new("L", (small, small), 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((66, 196, 236, 222), fill=90)  # away from the light
    pen.ellipse((64, 203, 186, 217), fill=150)  # where it touches
    soft = mask.filter(ImageFilter.GaussianBlur(6)).resize((side, side), Image.Resampling.BICUBIC)
    dark = Image.new("RGB", (side, side), _DARK)
    picture.paste(dark, (left, top), soft)


def _rounded(layer: Image.Image) -> Image.Image:
    """Make a flat shape look round: light from the left, dark on the right, a soft edge all round."""
    side = layer.width
    across = Image.linear_gradient("L").rotate(90).resize((side, side))
    light = across.point([round(120 + 60 * (level / 255) ** 0.8) for level in range(256)])
    inside = layer.getchannel("A").resize((125, 125)).filter(ImageFilter.GaussianBlur(7))
    edge = inside.point([round(64 + 64 * min(1.0, level / 235)) for level in range(256)])
    shading = ImageChops.multiply(light, edge.resize((side, side), Image.Resampling.BICUBIC))
    shading = shading.point([min(255, level * 3) for level in range(256)])
    lit = ImageChops.multiply(layer.convert("RGB"), Image.merge("RGB", (shading,) * 3))
    return ImageChops.screen(lit, Image.merge("RGB", (_gleam(side),) * 3))


def _gleam(side: int) -> Image.Image:
    mask = Image.new("L", (125, 125), 0)
    ImageDraw.Draw(mask).ellipse((40, 42, 54, 92), fill=88)
    return mask.filter(ImageFilter.GaussianBlur(6)).resize((side, side), Image.Resampling.BICUBIC)


def _lit(picture: Image.Image) -> Image.Image:
    """Darken the corners a little, as a lens does."""
    ring = Image.radial_gradient("L").point([255 - round((level / 255) ** 2.2 * 48) for level in range(256)])
    dark = ring.resize(picture.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(picture, Image.merge("RGB", (dark,) * 3))


def _blended(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(top: Color, bottom: Color, size: tuple[int, int]) -> Image.Image:
    strip = Image.new("RGB", (1, 64))
    for row in range(64):
        strip.putpixel((0, row), _blended(top, bottom, row / 63))
    return strip.resize(size, Image.Resampling.BICUBIC)
