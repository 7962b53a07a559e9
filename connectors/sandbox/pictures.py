"""The pictures of a pretended store: files as they are, or drawings made when they are first asked for."""

import colorsys
import io
import random
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

from connectors.sandbox.catalogue.goods import Photo

SIDE = 1200
KEPT = 200

Color = tuple[int, int, int]
Pen = ImageDraw.ImageDraw
Shape = Callable[[Pen, Color, Color], None]


class Pictures:
    """Hold the pictures by file name."""

    def __init__(self) -> None:
        self._photos: dict[str, Photo] = {}
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, photo: Photo) -> None:
        """Take a picture in."""
        self._photos.setdefault(photo.name, photo)

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Give a picture's bytes and their media type, or None when there is no such picture."""
        photo = self._photos.get(name)
        if photo is None:
            return None
        if photo.path is not None:
            return photo.path.read_bytes(), media_type(photo)
        with self._lock:
            if name not in self._drawn:
                self._drawn[name] = draw(photo.shape, photo.name)
            while len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
            return self._drawn[name], "image/jpeg"


@cache
def size_of(photo: Photo) -> tuple[int, int]:
    """Tell a picture's width and height in pixels."""
    if photo.path is None:
        return SIDE, SIDE
    with Image.open(photo.path) as opened:
        return opened.size


@cache
def media_type(photo: Photo) -> str:
    """Tell a picture's media type."""
    if photo.path is None:
        return "image/jpeg"
    with Image.open(photo.path) as opened:
        return Image.MIME.get(opened.format or "", "image/jpeg")


def draw(shape: str, seed: str, side: int = SIDE) -> bytes:
    """Draw a product-like shape on a soft gradient, the same for the same seed; JPEG."""
    chance = random.Random(zlib.crc32(seed.encode()))  # noqa: S311 - a picture, not a secret
    hue = chance.random()
    wall, floor = _color(hue, 0.10, 0.97), _color(hue, 0.20, 0.86)
    body, shade = _color(hue + 0.5, 0.55, 0.78), _color(hue + 0.5, 0.65, 0.52)
    picture = _gradient(wall, floor, side)
    name = shape if shape in SHAPES else chance.choice(sorted(SHAPES))
    picture.paste(Image.new("RGB", (side, side), shade), mask=_shadow(side))
    layer = Image.new("RGBA", (1000, 1000), (0, 0, 0, 0))
    SHAPES[name](ImageDraw.Draw(layer), body, shade)
    layer = layer.resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _color(hue: float, saturation: float, value: float) -> Color:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _gradient(top: Color, bottom: Color, side: int) -> Image.Image:
    strip = Image.new("RGB", (1, 64))
    for row in range(64):
        part = row / 63
        strip.putpixel((0, row), tuple(int(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    return strip.resize((side, side), Image.Resampling.BICUBIC)


def _shadow(side: int) -> Image.Image:
    mask = Image.new("L", (250, 250), 0)
    ImageDraw.Draw(mask).ellipse((50, 196, 200, 216), fill=120)
    return mask.filter(ImageFilter.GaussianBlur(7)).resize((side, side), Image.Resampling.BICUBIC)


def _mug(pen: Pen, body: Color, shade: Color) -> None:
    pen.ellipse((600, 400, 800, 700), outline=shade, width=50)
    pen.rounded_rectangle((300, 320, 680, 830), 70, fill=body)
    pen.ellipse((300, 280, 680, 380), fill=shade)


def _pot(pen: Pen, body: Color, shade: Color) -> None:
    pen.polygon([(650, 480), (860, 380), (830, 470), (660, 640)], fill=shade)
    pen.ellipse((250, 380, 730, 830), fill=body)
    pen.rounded_rectangle((380, 340, 600, 410), 30, fill=shade)


def _board(pen: Pen, body: Color, shade: Color) -> None:
    pen.rounded_rectangle((320, 300, 680, 850), 60, fill=body)
    pen.rounded_rectangle((440, 140, 560, 330), 50, fill=body)
    for top in (420, 540, 660):
        pen.line((360, top, 640, top + 20), fill=shade, width=8)


def _cloth(pen: Pen, body: Color, shade: Color) -> None:
    pen.polygon([(280, 260), (720, 260), (760, 830), (240, 830)], fill=body)
    for left in (360, 480, 600):
        pen.line((left, 270, left - 10, 820), fill=shade, width=14)


def _shirt(pen: Pen, body: Color, shade: Color) -> None:
    outline = [(380, 240), (620, 240), (850, 380), (770, 520), (690, 470), (690, 850), (310, 850), (310, 470)]
    pen.polygon([*outline, (230, 520), (150, 380)], fill=body)
    pen.pieslice((400, 160, 600, 330), 0, 180, fill=shade)


def _ring(pen: Pen, body: Color, shade: Color) -> None:
    pen.ellipse((230, 330, 770, 830), outline=body, width=80)
    pen.rounded_rectangle((420, 720, 580, 870), 24, outline=shade, width=34)


def _lamp(pen: Pen, body: Color, shade: Color) -> None:
    pen.rectangle((480, 480, 520, 810), fill=shade)
    pen.polygon([(380, 200), (620, 200), (760, 540), (240, 540)], fill=body)
    pen.ellipse((370, 780, 630, 850), fill=shade)


def _candle(pen: Pen, body: Color, shade: Color) -> None:
    for left, top in ((330, 400), (540, 330)):
        pen.rounded_rectangle((left, top, left + 130, 840), 20, fill=body)
        pen.ellipse((left + 45, top - 110, left + 85, top - 20), fill=shade)


def _bag(pen: Pen, body: Color, shade: Color) -> None:
    pen.arc((380, 180, 620, 460), 180, 360, fill=shade, width=40)
    pen.rounded_rectangle((270, 320, 730, 850), 90, fill=body)
    pen.rounded_rectangle((350, 560, 650, 780), 40, fill=shade)


def _pan(pen: Pen, body: Color, shade: Color) -> None:
    pen.line((640, 480, 900, 260), fill=shade, width=56)
    pen.ellipse((180, 400, 720, 830), fill=body)
    pen.ellipse((240, 440, 660, 760), fill=shade)


def _bottle(pen: Pen, body: Color, shade: Color) -> None:
    pen.rounded_rectangle((380, 350, 620, 850), 70, fill=body)
    pen.rounded_rectangle((430, 170, 570, 380), 40, fill=shade)


def _basket(pen: Pen, body: Color, shade: Color) -> None:
    pen.pieslice((220, 100, 780, 860), 0, 180, fill=body)
    for left in range(280, 760, 80):
        pen.line((left, 480, 500 + (left - 500) // 2, 820), fill=shade, width=10)


def _card(pen: Pen, body: Color, shade: Color) -> None:
    pen.rounded_rectangle((180, 360, 820, 770), 40, fill=body)
    pen.line((180, 480, 820, 480), fill=shade, width=50)
    pen.line((420, 360, 420, 770), fill=shade, width=30)


def _box(pen: Pen, body: Color, shade: Color) -> None:
    pen.polygon([(250, 430), (500, 320), (750, 430), (500, 540)], fill=shade)
    pen.polygon([(250, 430), (500, 540), (500, 860), (250, 750)], fill=body)
    pen.polygon(
        [(750, 430), (500, 540), (500, 860), (750, 750)],
        fill=tuple((a + b) // 2 for a, b in zip(body, shade, strict=True)),
    )


SHAPES: dict[str, Shape] = {
    "mug": _mug, "pot": _pot, "board": _board, "cloth": _cloth, "shirt": _shirt, "ring": _ring, "lamp": _lamp,
    "candle": _candle, "bag": _bag, "pan": _pan, "bottle": _bottle, "basket": _basket, "card": _card,
    "box": _box,
}  # fmt: skip
