"""The sandbox's own catalogue: a shop for the home, small enough to read and odd enough to teach."""

from dataclasses import replace
from decimal import Decimal

from connectors.sandbox.catalogue.goods import Article, Choice, Film, Photo

HOUSE = "Ember & Oak"


def own_catalogue() -> list[Article]:
    """Make the catalogue: 20 products of every status, in several scripts, with films and a gift card."""
    return [*_KITCHEN, *_CLOTHES, *_LIGHT, *_OUTDOORS, *_ODD]


def _article(
    handle: str, title: str, kind: str, shape: str, text: str, *choices: Choice, **more: object
) -> Article:
    photos = tuple(
        Photo(f"{handle}-{number}.jpg", f"{title}, view {number}", shape=shape) for number in (1, 2)
    )
    known: dict[str, object] = {"vendor": HOUSE, "tags": (kind.lower(), "home"), "photos": photos} | more
    return Article(handle=handle, title=title, kind=kind, html=text, choices=choices, **known)  # type: ignore[arg-type]


def _choice(values: str, price: str, stock: int, was: str | None = None, grams: int = 400) -> Choice:
    split = tuple(values.split("/")) if values else ()
    code = "-".join(part[:3].upper() for part in split) or "ONE"
    return Choice(
        split,
        Decimal(price),
        compare_at=Decimal(was) if was else None,
        cost=(Decimal(price) * Decimal("0.42")).quantize(Decimal("0.01")),
        sku=f"EO-{code}-{int(Decimal(price) * 100):06d}",
        barcode=f"40{int(Decimal(price) * 100):06d}{stock:05d}",
        stock=stock,
        grams=grams,
    )


_KITCHEN = (
    _article(
        "stoneware-mug",
        "Stoneware mug",
        "Mugs",
        "mug",
        "<p>Thrown by hand, glazed twice.</p><ul><li>350&nbsp;ml</li><li>Dishwasher safe</li></ul>",
        replace(_choice("Ash", "24.00", 42), photo="stoneware-mug-1.jpg"),
        replace(_choice("Moss", "24.00", 17), photo="stoneware-mug-2.jpg"),
        _choice("Clay", "24.00", 0, "28.00"),
        options=("Color",),
        category="Home & Garden > Kitchen & Dining > Tableware > Drinkware > Mugs",
        seo_title="Stoneware mug, 350 ml",
        seo_description="A mug for slow mornings.",
        films=(Film("stoneware-mug", "The mug on the wheel"),),
    ),
    _article(
        "espresso-cup-set",
        "Espresso cups, set of four",
        "Mugs",
        "mug",
        "<p>Small, thick, and warm for longer.</p>",
        _choice("", "39.50", 23, "45.00"),
    ),
    _article(
        "teapot-fuji",
        "Teapot «Fuji» 富士の急須",
        "Tea",
        "pot",
        "<p>Cast iron from 盛岡市. Holds 0.8&nbsp;l.</p>",
        _choice("Black", "89.00", 6, grams=1900),
        _choice("Indigo", "94.00", 3, grams=1900),
        options=("Glaze",),
        tags=("tea", "japan", "iron"),
    ),
    _article(
        "oak-board",
        "Oak serving board",
        "Boards",
        "board",
        "<p>One piece of oak, oiled.</p><p>Wipe, don&#39;t soak.</p>",
        _choice("Small", "32.00", 55, grams=700),
        _choice("Large", "48.00", 31, "55.00", 1300),
        options=("Size",),
    ),
    _article(
        "linen-towel",
        "Linen tea towel — “Señorita”",
        "Textiles",
        "cloth",
        "<p>Washed linen, 50 × 70 cm.</p>",
        _choice("Ochre", "18.00", 120, grams=120),
        _choice("Ñandú grey", "18.00", 75, grams=120),
        options=("Color",),
    ),
)


_SIZES = [("S", 8), ("M", 14), ("L", 5), ("XL", 0)]
_TEES = [
    _choice(f"{size}/{color}", "34.00", stock, grams=180)
    for color in ("Bone", "Ink")
    for size, stock in _SIZES
]
_JUMPERS = [_choice(f"{size}/Oat", "129.00", stock, "159.00", 620) for size, stock in _SIZES]
_CLOTHES = (
    _article(
        "workshop-tee",
        "Workshop tee",
        "Shirts",
        "shirt",
        "<p>Heavy cotton, boxy cut.</p><script>alert('no')</script>",
        *_TEES,
        options=("Size", "Color"),
        category="Apparel & Accessories > Clothing > Clothing Tops > T-Shirts",
        tags=("shirts", "unisex", "sale"),
    ),
    _article(
        "fisher-jumper",
        "Fisherman's jumper",
        "Knitwear",
        "shirt",
        "<p>Two-ply wool from the Faroe Islands (Føroyar).</p>",
        *_JUMPERS,
        options=("Size", "Color"),
    ),
    _article(
        "wool-socks",
        "Wool socks",
        "Knitwear",
        "cloth",
        "<p>Three pairs &amp; a darning needle.</p>",
        _choice("36–38", "27.00", 64, grams=90),
        _choice("39–42", "27.00", 71, grams=90),
        _choice("43–46", "27.00", 12, grams=90),
        options=("Size",),
    ),
    _article(
        "leather-belt",
        "Saddle-leather belt",
        "Accessories",
        "ring",
        "<p>Cut from one hide.</p>",
        _choice("85 cm", "58.00", 9, grams=210),
        _choice("95 cm", "58.00", 11, grams=210),
        options=("Length",),
    ),
)


_LIGHT = (
    _article(
        "paper-lamp",
        "Paper lamp",
        "Lamps",
        "lamp",
        "<p>Washi over a beech frame. E27, 7&nbsp;W.</p>",
        _choice("Floor", "210.00", 4, "240.00", 3200),
        _choice("Table", "120.00", 13, grams=1500),
        options=("Stand",),
    ),
    _article(
        "beeswax-candles",
        "Beeswax candles",
        "Candles",
        "candle",
        "<p>Ten hours each.</p>",
        _choice("Pair", "14.00", 200, grams=260),
        _choice("Dozen", "72.00", 25, "84.00", 1560),
        options=("Count",),
    ),
    _article(
        "brass-lantern",
        "Brass lantern",
        "Lamps",
        "lamp",
        "<p>Solid brass, glass on four sides.</p>",
        _choice("", "145.00", 7, grams=2100),
        tags=("lamps", "brass", "gift"),
        films=(Film("brass-lantern", "In the garden", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),),
    ),
)


_OUTDOORS = (
    _article(
        "canvas-rucksack",
        "Canvas rucksack",
        "Bags",
        "bag",
        "<p>Waxed canvas, 24 l, brass buckles.</p>",
        _choice("Olive", "149.00", 16, grams=1400),
        _choice("Rust", "149.00", 2, "179.00", 1400),
        options=("Color",),
    ),
    _article(
        "enamel-pan",
        "Enamel pan",
        "Camp",
        "pan",
        "<p>For the fire &lt;and&gt; the hob.</p>",
        _choice("20 cm", "38.00", 28, grams=900),
        _choice("26 cm", "52.00", 19, grams=1400),
        options=("Size",),
    ),
    _article(
        "flask",
        "Steel flask 0,5 l",
        "Camp",
        "bottle",
        "<p>Hot for twelve hours, cold for a day.</p>",
        _choice("Steel", "29.90", 88, grams=310),
        _choice("Night", "32.90", 40, grams=310),
        options=("Finish",),
    ),
)


_CARDS = [
    Choice(
        (f"{amount} €",),
        Decimal(amount),
        tracked=False,
        ships=False,
        taxable=False,
        sku=f"EO-GIFT-{amount}",
    )
    for amount in (25, 50, 100)
]
_ODD = (
    _article(
        "bread-basket",
        "سلة خبز من سعف النخيل",
        "Baskets",
        "basket",
        "<p>منسوجة يدويًا في الفيوم.</p>",
        _choice("", "41.00", 15, grams=350),
        vendor="نخيل",
    ),
    Article(
        "gift-card",
        "Gift card",
        "<p>By e-mail, at once.</p>",
        HOUSE,
        "Gift cards",
        ("gift",),
        gift_card=True,
        options=("Amount",),
        choices=tuple(_CARDS),
        photos=(Photo("gift-card.jpg", "Gift card", shape="card"),),
    ),
    Article(
        "mystery-box",
        "Mystery box 🎁",
        "<p>No picture, that is the point.</p>",
        HOUSE,
        "Boxes",
        ("gift", "surprise"),
        choices=(Choice((), Decimal("60.00"), sku="EO-MYST", stock=30, oversell=True, grams=1000),),
        status="unlisted",
    ),
    _article(
        "winter-blanket",
        "Winter blanket (next season)",
        "Textiles",
        "cloth",
        "<p>Not yet on sale.</p>",
        _choice("", "180.00", 0, grams=1800),
        status="draft",
        published=False,
    ),
    _article(
        "old-vase",
        "Vase of 2019",
        "Decor",
        "pot",
        "<p>Sold out for good.</p>",
        _choice("", "75.00", 0, grams=1100),
        status="archived",
        published=False,
    ),
)
