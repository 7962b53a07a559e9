"""Pictures and briefs of pretended goods, and what can be seen on a still of a storyboard."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from connectors.video.brief import Brand, Brief, CallToAction, Offer, Picture, Product
from connectors.video.plan import Box, Colour, Format, Layer, Pixels, Scene

RED: Colour = (196, 40, 44)

#: The shapes of the real formats at a quarter of their size: quick to draw.
SMALL = {
    "9x16": Format("9x16", 270, 480, Box(30, 72, 192, 240)),
    "4x5": Format("4x5", 270, 338, Box(20, 25, 230, 287)),
    "1x1": Format("1x1", 270, 270, Box(20, 20, 230, 230)),
    "16x9": Format("16x9", 480, 270, Box(36, 20, 408, 230)),
}


def before_a_wall(width: int = 400, height: int = 400, wall: Colour = (255, 255, 255)) -> Pixels:
    """Return a red disc before a plain wall."""
    picture = Image.new("RGB", (width, height), wall)
    side = min(width, height) * 0.6
    left, top = (width - side) / 2, (height - side) / 2
    ImageDraw.Draw(picture).ellipse((left, top, left + side, top + side), fill=RED)
    return np.asarray(picture)


def cut_off(side: str) -> Pixels:
    """Return a red bar before a white wall that reaches out of one side of the picture."""
    picture = np.full((400, 400, 3), 255, np.uint8)
    rows = {"top": slice(0, 250), "bottom": slice(150, 400)}.get(side, slice(150, 250))
    columns = {"left": slice(0, 250), "right": slice(150, 400)}.get(side, slice(150, 250))
    picture[rows, columns] = RED
    return picture


def on_a_table() -> Pixels:
    """Return a red disc on a brown table before a light wall: the table goes from side to side."""
    picture = np.full((400, 400, 3), (200, 180, 160), np.uint8)
    picture[300:] = (110, 80, 60)
    disc = Image.fromarray(picture)
    ImageDraw.Draw(disc).ellipse((130, 130, 270, 330), fill=RED)
    return np.asarray(disc)


def scenery(width: int = 400, height: int = 400, seed: int = 1) -> Pixels:
    """Return a picture with something to see everywhere, bright and dark."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def goods(number: int, *pictures: str, title: str = "Canoe paddle", **changed: str | None) -> Product:
    """Return a product with these pictures."""
    shown: dict[str, str | None] = {
        "price_text": "$14.99",
        "compare_at_price": "20.00",
        "compare_at_price_text": "$20.00",
        "badge": "-25%",
        **changed,
    }
    return Product(
        id=str(number), title=title, price="14.99", currency="USD",
        pictures=tuple(Picture(url=each) for each in pictures), **shown,  # type: ignore[arg-type]
    )  # fmt: skip


def told(
    products: Sequence[Product],
    *,
    direction: str = "ltr",
    name: str = "Cedar & Sons",
    domain: str = "cedar.example",
) -> Brief:
    """Return a brief of these products."""
    return Brief(
        format=1,
        store="st_mzxw6ytboi4dqnrs",
        epoch=1,
        brand=Brand(name=name, domain=domain, direction=direction, language="en"),
        products=tuple(products),
        offers=(Offer(id="c0", title="Spring", text="10% off", ends_text="Until 1 December"),),
        call_to_action=CallToAction("Shop now"),
        texts="en",
    )


def texts(scene: Scene, form: Format) -> list[Layer]:
    """Return the layers that are texts and labels: veils are as wide as the canvas."""
    return [each for each in scene.layers if each.image.shape[1] < form.width]


def ink(layer: Layer) -> Box:
    """Return the box of what is drawn solidly: the text without its shadow."""
    rows = np.flatnonzero((layer.image[..., 3] > 200).any(axis=1))
    columns = np.flatnonzero((layer.image[..., 3] > 200).any(axis=0))
    return Box(
        layer.x + int(columns[0]),
        layer.y + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )


def still(scene: Scene, form: Format, *, without: Sequence[Layer] = ()) -> Pixels:
    """Return how a scene begins, all its layers there but some."""
    canvas = Image.new("RGB", (form.width, form.height), scene.ground)
    for clip in scene.clips:
        box, window = clip.start, clip.window
        edges = (box.x, box.y, box.x + box.width, box.y + box.height)
        size = (round(window.width), round(window.height))
        seen = Image.fromarray(clip.picture).resize(size, Image.Resampling.BILINEAR, edges)
        canvas.paste(seen, (round(window.x), round(window.y)))
    for layer in scene.layers:
        if not any(layer is each for each in without):
            drawn = Image.fromarray(layer.image)
            canvas.paste(drawn, (layer.x, layer.y), drawn)
    return np.asarray(canvas)
