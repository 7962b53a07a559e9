"""A merchant's own export is sold on Wix too, in either catalog, with nothing lost on the way."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sandbox.catalogue import Article, Choice, read_export, with_variants
from connectors.sandbox.wix.bodies import v1, v3
from connectors.sandbox.wix.seeding import make_site
from connectors.sandbox.wix.site import V1, V3, Site
from tests.sandbox.wix.schemas import faults
from tests.shared import SHARED, needs_shared

EXPORTS = ("apparel.csv", "snowdevil.csv")
ORIGIN = "http://127.0.0.1/_cdn"


def _site(articles: list[Article], catalog: str) -> Site:
    return make_site("exported", articles, datetime.now(UTC), 20, catalog)


@needs_shared
@pytest.mark.parametrize("name", EXPORTS)
def test_every_product_of_an_export_is_told_in_either_catalog(name: str) -> None:
    articles = read_export(SHARED / "catalogs" / name)
    site = _site(articles, V1)
    assert [one.name for one in site.products.values()] == [one.title for one in articles]
    for article, product in zip(articles, site.products.values(), strict=True):
        first = v1.product(site, ORIGIN, product, variants=True)
        second = v3.product(site, ORIGIN, product, v3.EVERY_FIELD, variants=True)
        assert faults("stores_v1_products", "Product", first) == []
        assert faults("stores_v3_products", "V3Product", second) == []
        prices = [str(choice.price) for choice in article.choices]
        told = [one["price"]["actualPrice"]["amount"] for one in second["variantsInfo"]["variants"]]
        assert told == prices
        reduced = [one["variant"]["priceData"]["discountedPrice"] for one in first["variants"]]
        assert [Decimal(str(one)) for one in reduced] == [choice.price for choice in article.choices]
        assert len(second["media"].get("itemsInfo", {"items": []})["items"]) == len(article.photos)


@needs_shared
def test_pictures_of_an_export_are_its_own(tmp_path: Path) -> None:
    folder = SHARED / "catalogs"
    site = _site(read_export(folder / "snowdevil.csv", folder / "images" / "snowdevil"), V3)
    held = {photo.path for photo in site.media.values() if photo.path}
    assert held
    product = next(one for one in site.products.values() if one.photos and one.photos[0].path)
    image = v3.product(site, ORIGIN, product, ("MEDIA_ITEMS_INFO",), variants=False)["media"]["main"]["image"]
    read = site.pictures.read(site.media[image["id"]].name)
    assert read is not None
    assert read[0] == (product.photos[0].path or tmp_path).read_bytes()


def test_the_same_name_gives_the_same_ids_and_another_name_gives_others() -> None:
    articles = [Article("mug", "Mug", choices=(Choice((), Decimal("3.00")),))]
    now = datetime.now(UTC)
    first, again, other = (make_site(name, articles, now, 5, V3) for name in ("one", "one", "two"))
    assert first.key == again.key != other.key
    assert list(first.products) == list(again.products) != list(other.products)
    assert list(first.orders) == list(again.orders)
    assert [one.id for one in first.rules.values()] == [one.id for one in again.rules.values()]


def test_an_option_without_values_is_none() -> None:
    bare = Article("mug", "Mug", options=("Size",), choices=(Choice((), Decimal("3.00")),))
    (product,) = _site([bare], V3).products.values()
    assert product.options == ()


def test_many_variants_are_all_there() -> None:
    bare = Article("mug", "Mug", choices=(Choice((), Decimal("3.00"), stock=7),))
    site = _site([with_variants(bare, 120)], V3)
    assert len(site.stocks()) == 240
    assert len({site.stock_item_id(variant, place) for _, variant, place in site.stocks()}) == 240


def test_a_store_that_sells_nothing_opens_too() -> None:
    site = _site([], V1)
    assert (site.products, site.orders) == ({}, {})
    assert site.rules
