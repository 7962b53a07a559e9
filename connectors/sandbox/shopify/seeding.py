"""Make a store out of a catalogue; the same store for the same name and catalogue."""

import random
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.sandbox.catalogue.goods import Article, Choice, Film, Photo
from connectors.sandbox.clock import days
from connectors.sandbox.shopify.offers import add_offers
from connectors.sandbox.shopify.orders import add_orders, add_payouts
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import (
    Address,
    Collection,
    ExternalVideo,
    InventoryItem,
    InventoryLevel,
    Location,
    MediaImage,
    Medium,
    Option,
    OptionValue,
    Product,
    Variant,
    Video,
)


def make_shop(handle: str, articles: Iterable[Article], now: datetime, order_count: int = 60) -> Shop:
    """Make a store: fields, two locations, goods, collections, customers, orders, offers and payouts."""
    chance = random.Random(zlib.crc32(handle.encode()))  # noqa: S311 - repeatable, not secret
    now = now.replace(microsecond=0)
    shop = _empty_shop(handle, now)
    _add_locations(shop, now)
    for article in articles:
        add_article(shop, article, now, chance)
    _add_collections(shop, now)
    add_offers(shop, now)
    add_orders(shop, now, chance, order_count)
    add_payouts(shop, now)
    return shop


def add_article(shop: Shop, article: Article, now: datetime, chance: random.Random) -> Product:
    """Put one article on a store's shelves."""
    born = now - timedelta(minutes=chance.randrange(200 * 24 * 60, 400 * 24 * 60))
    changed = now - timedelta(minutes=chance.randrange(60, 120 * 24 * 60))
    product = Product(
        number=shop.numbers.take(),
        title=article.title,
        handle=article.handle,
        description_html=article.html,
        vendor=article.vendor or shop.name,
        product_type=article.kind,
        tags=list(article.tags),
        status=article.status.upper(),
        created_at=born,
        updated_at=changed,
        published_at=born if article.published and article.status in ("active", "unlisted") else None,
        is_gift_card=article.gift_card,
        category_name=article.category,
        seo_title=article.seo_title,
        seo_description=article.seo_description,
    )
    product.options = _options(shop, article)
    product.variants = [
        _variant(shop, product, choice, place) for place, choice in enumerate(article.choices, start=1)
    ]
    product.media = [_picture(shop, photo, born) for photo in article.photos]
    product.media += [_film(shop, film, born) for film in article.films]
    shop.add_product(product)
    return product


def _options(shop: Shop, article: Article) -> list[Option]:
    if not article.options:
        return [Option(shop.numbers.take(), "Title", 1, [OptionValue(shop.numbers.take(), "Default Title")])]
    options = []
    for place, name in enumerate(article.options):
        seen = dict.fromkeys(choice.values[place] for choice in article.choices if place < len(choice.values))
        values = [OptionValue(shop.numbers.take(), value) for value in seen]
        options.append(Option(shop.numbers.take(), name, place + 1, values))
    return options


def _variant(shop: Shop, product: Product, choice: Choice, place: int) -> Variant:
    born, changed = product.created_at, product.updated_at
    variant = Variant(
        number=shop.numbers.take(),
        product=product,
        values=choice.values,
        sku=choice.sku,
        barcode=choice.barcode,
        position=place,
        price=choice.price,
        compare_at_price=choice.compare_at,
        taxable=choice.taxable,
        inventory_policy="CONTINUE" if choice.oversell else "DENY",
        created_at=born,
        updated_at=changed,
        photo_name=choice.photo,
    )
    item = InventoryItem(
        shop.numbers.take(), variant, choice.tracked, choice.ships, choice.cost, choice.grams, born, changed
    )
    item.levels = _levels(shop, item, choice)
    variant.item = item
    return variant


def _levels(shop: Shop, item: InventoryItem, choice: Choice) -> list[InventoryLevel]:
    """Lay the stock out: a third elsewhere, some of it promised, some on its way when there is none."""
    places = [location for location in shop.locations if location.is_active]
    promised = 1 if choice.stock > 20 else 0
    levels = []
    for place, share in zip(places, _shares(choice.stock, len(places)), strict=True):
        level = InventoryLevel(item, place, item.created_at, item.updated_at, on_hand=share)
        if place.is_primary:
            level.on_hand, level.committed = share + promised, promised
            level.incoming = 12 if choice.stock == 0 and choice.tracked else 0
        else:
            level.is_active = choice.ships
        levels.append(level)
    return levels


def _shares(stock: int, places: int) -> list[int]:
    elsewhere = stock // 3 if stock > 0 else 0
    return [stock - elsewhere, elsewhere, *([0] * (places - 2))]


def _picture(shop: Shop, photo: Photo, born: datetime) -> MediaImage:
    return MediaImage(shop.numbers.take(), photo, born, born)


def _film(shop: Shop, film: Film, born: datetime) -> Medium:
    poster = Photo(f"{film.name}-poster.jpg", film.alt)
    if film.address is None:
        return Video(shop.numbers.take(), poster, born, born)
    return ExternalVideo(shop.numbers.take(), poster, film.address, born, born)


def _empty_shop(handle: str, now: datetime) -> Shop:
    seed = zlib.crc32(handle.encode())
    name = handle.replace("-", " ").title()
    return Shop(
        handle=handle,
        number=60_000_000_000 + seed % 10**9,
        name=name,
        email=f"owner@{handle}.example",
        contact_email=f"hello@{handle}.example",
        shop_owner="Mira Öztürk",
        google_apps_domain=f"{handle}.example",
        google_apps_login_enabled=True,
        address=_address(seed, name),
        created_at=now - days(900),
        updated_at=now - days(3),
    )


def _address(seed: int, name: str) -> Address:
    return Address(
        number=61_000_000_000 + seed % 10**9,
        company=f"{name} GmbH",
        address1="Weserstraße 12",
        address2="Hinterhaus",
        city="Berlin",
        zip="12047",
        province="Berlin",
        province_code="BE",
        country="Germany",
        country_code="DE",
        phone="+493055512345",
        latitude=52.4901,
        longitude=13.4301,
    )


def _add_locations(shop: Shop, now: datetime) -> None:
    places = [
        ("Weserstraße", "Weserstraße 12", "12047", True),
        ("Lager Süd", "Am Güterbahnhof 3", "12099", False),
    ]
    for number, (name, street, post_code, primary) in enumerate(places, start=1):
        address = Address(
            number, street, "Berlin", post_code, "Berlin", "BE", "Germany", "DE", phone="+493055512345"
        )
        place = Location(
            shop.numbers.take(),
            shop.numbers.take(),
            name,
            address,
            now - days(900),
            now - days(30),
            is_primary=primary,
        )
        shop.locations.append(place)
    shop.locations.append(_shut_location(shop, now))


def _shut_location(shop: Shop, now: datetime) -> Location:
    address = Address(3, "Torstraße 1", "Berlin", "10119", "Berlin", "BE", "Germany", "DE")
    numbers = shop.numbers.take(), shop.numbers.take()
    return Location(*numbers, "Altes Lager", address, now - days(900), now - days(200), is_active=False)


def _add_collections(shop: Shop, now: datetime) -> None:
    by_kind: dict[str, list[Product]] = {}
    for product in shop.products.values():
        by_kind.setdefault(product.product_type or "Everything", []).append(product)
    largest = sorted(by_kind.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:8]
    for kind, products in largest:
        handle = kind.lower().replace(" ", "-").replace("/", "-")
        text = f"<p>All our {kind.lower()}.</p>"
        number = shop.numbers.take()
        shop.collections[number] = Collection(number, kind, handle, text, now - days(20), list(products))
