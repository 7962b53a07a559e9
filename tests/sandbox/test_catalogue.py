"""Catalogues: the sandbox's own, merchants' exports, many copies; and their pictures."""

import io
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from connectors.sandbox.catalogue import Article, multiplied, own_catalogue, read_export, with_variants
from connectors.sandbox.catalogue.export import picture_name
from connectors.sandbox.catalogue.goods import Photo, text_of
from connectors.sandbox.drawing import draw
from connectors.sandbox.pictures import Pictures, size_of
from tests.shared import SHARED, needs_shared

HEAD = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,"
    "Image Src,Image Position,Image Alt Text,Gift Card,Status\n"
)


def _read(folder: Path, text: str | bytes) -> list[Article]:
    path = folder / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_export(path)


def test_our_own_catalogue_has_what_makes_trouble() -> None:
    articles = own_catalogue()
    assert 15 <= len(articles) <= 25
    assert len({article.handle for article in articles}) == len(articles)
    assert {article.status for article in articles} == {"active", "draft", "archived", "unlisted"}
    assert sum(article.gift_card for article in articles) == 1
    assert any(not article.photos for article in articles)
    assert any("\u0600" <= letter <= "\u06ff" for article in articles for letter in article.title)
    assert any(choice.compare_at for article in articles for choice in article.choices)
    assert any(choice.stock == 0 for article in articles for choice in article.choices)


def test_rows_that_go_on_add_variants_and_pictures(tmp_path: Path) -> None:
    (shirt,) = _read(
        tmp_path,
        HEAD
        + 'shirt,Shirt,"<p>Soft, ""very"" soft</p>",Me,Tops,"a, b",true,Size,S,Color,Red,S-1,200,shopify,4,deny,10.00,12.50,\'400,https://x/shirt_grande.jpg?v=1,1,Front,false,active\n'
        + "shirt,,,,,,,,M,,Red,S-2,200,shopify,0,continue,10.00,,,,,,,\n"
        + "shirt,,,,,,,,,,,,,,,,,,,https://x/back.jpg,2,Back,,\n",
    )
    assert shirt.options == ("Size", "Color")
    assert [choice.values for choice in shirt.choices] == [("S", "Red"), ("M", "Red")]
    assert (shirt.choices[0].price, shirt.choices[0].compare_at) == (Decimal("10.00"), Decimal("12.50"))
    assert (shirt.choices[0].barcode, shirt.choices[0].oversell, shirt.choices[1].oversell) == (
        "400",
        False,
        True,
    )
    assert [(photo.name, photo.alt) for photo in shirt.photos] == [
        ("shirt.jpg", "Front"),
        ("back.jpg", "Back"),
    ]
    assert shirt.tags == ("a", "b")


def test_pictures_stand_in_the_order_of_their_positions(tmp_path: Path) -> None:
    (one,) = _read(
        tmp_path,
        "Handle,Title,Variant Price,Image Src,Image Position\na,A,1,https://x/second.jpg,2\na,,,https://x/first.jpg,1\n",
    )
    assert [photo.name for photo in one.photos] == ["first.jpg", "second.jpg"]


def test_a_handle_that_comes_again_with_a_title_is_another_product(tmp_path: Path) -> None:
    articles = _read(tmp_path, "Handle,Title,Variant Price\na,A,1\nb,B,1\na,Another,2\n")
    assert [(article.handle, article.title) for article in articles] == [
        ("a", "A"),
        ("b", "B"),
        ("a-1", "Another"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (one,) = _read(tmp_path, "Handle,Title,Variant Price\ncafe,Café für Señor,3.50\n".encode(encoding))
    assert one.title == "Café für Señor"


def test_missing_columns_are_filled_with_nothing(tmp_path: Path) -> None:
    (one,) = _read(tmp_path, "Handle,Title\nthing,Thing\n")
    assert (one.vendor, one.options, one.photos) == ("", (), ())
    assert [(choice.price, choice.values) for choice in one.choices] == [(Decimal("0.00"), ())]


def test_numbers_that_are_none_are_nothing(tmp_path: Path) -> None:
    (one,) = _read(
        tmp_path, 'Handle,Title,Variant Price,Variant Inventory Qty,Variant Grams\na,A,"1,234.5",many,\n'
    )
    assert (one.choices[0].price, one.choices[0].stock, one.choices[0].grams) == (Decimal("1234.50"), 0, 0)


def test_odd_line_ends_inside_a_body_do_not_split_rows(tmp_path: Path) -> None:
    (one,) = _read(tmp_path, 'Handle,Title,Body (HTML),Variant Price\na,A,"x\u2028y\x0bz\r\nend",1\n')
    assert "end" in one.html


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no Handle column"):
        _read(tmp_path, "name,price\na,1\n")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://cdn/x/IMG_1_grande.JPG?v=12", "img_1.jpg"),
        ("https://cdn/x/a_2048x2048.png", "a.png"),
        ("https://cdn/x/a_432x720_72_RGB.jpeg", "a_432x720_72_rgb.jpeg"),
        ("https://cdn/x/b%20c_x300@2x.jpg", "b c.jpg"),
        ("", ""),
    ],
)
def test_a_picture_is_known_by_its_bare_name(address: str, name: str) -> None:
    assert picture_name(address) == name


def test_markup_becomes_text() -> None:
    markup = "<p>One&nbsp;&amp; two</p><ul><li>three</li></ul><script>evil()</script>4 &lt; 5"
    assert text_of(markup) == "One & two three 4 < 5"


def test_many_copies_differ_in_handle_and_sku_and_come_one_by_one() -> None:
    articles = list(multiplied(own_catalogue(), 55))
    assert len(articles) == 55
    assert len({article.handle for article in articles}) == 55
    assert len(list(islice(multiplied(own_catalogue(), 10**9), 3))) == 3


def test_every_product_can_have_the_same_number_of_variants() -> None:
    articles = [with_variants(article, 3) for article in own_catalogue()]
    assert {len(article.choices) for article in articles} == {3}
    assert len({choice.sku for article in articles for choice in article.choices}) == 3 * len(articles)


def test_a_drawing_is_the_same_for_the_same_name() -> None:
    first, again, other = draw("mug", "a.jpg", 64), draw("mug", "a.jpg", 64), draw("", "b.jpg", 64)
    assert first == again != other
    with Image.open(io.BytesIO(first)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (51, 64))


def test_drawings_take_turns_and_say_their_size() -> None:
    for name, taller in (("mug-1.jpg", True), ("mug-2.jpg", False), ("mug.jpg", True)):
        width, height = size_of(Photo(name, shape="mug"))
        assert (height > width) is taller
        with Image.open(io.BytesIO(draw("mug", name))) as opened:
            assert opened.size == (width, height)


def test_a_picture_that_is_a_file_is_given_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "real.png"
    Image.new("RGB", (30, 20), "red").save(path)
    photo = Photo("real.png", path=path)
    shelf = Pictures()
    shelf.add(photo)
    assert shelf.read("real.png") == (path.read_bytes(), "image/png")
    assert size_of(photo) == (30, 20)
    assert shelf.read("other.png") is None


@needs_shared
@pytest.mark.parametrize(("name", "products", "with_file"), [("snowdevil", 278, 63), ("apparel", 25, 21)])
def test_real_exports_are_read_whole(name: str, products: int, with_file: int) -> None:
    folder = SHARED / "catalogs"
    articles = read_export(folder / f"{name}.csv", folder / "images" / name)
    assert len(articles) == products
    assert sum(any(photo.path for photo in article.photos) for article in articles) == with_file
    assert all(article.choices and article.title for article in articles)
