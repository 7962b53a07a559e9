"""The shapes of pretended goods, each drawn by its two colours in a square of 1000; they stand at 850."""

from collections.abc import Callable

from PIL import ImageDraw

Color = tuple[int, int, int]
Pen = ImageDraw.ImageDraw
Shape = Callable[[Pen, Color, Color], None]


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
