"""Make a store out of a catalogue; the same store for the same name and catalogue."""

import hashlib
import random
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from connectors.sandbox.bigcommerce.app import User
from connectors.sandbox.bigcommerce.goods import (
    NOTHING,
    Image,
    Location,
    Named,
    OptionValue,
    Product,
    Variant,
    Video,
)
from connectors.sandbox.bigcommerce.offers import add_offers
from connectors.sandbox.bigcommerce.selling import add_orders
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.catalogue.goods import Article, Choice
from connectors.sandbox.clock import days

FIRST_PRODUCT = 77
SAFETY = 1


def make_store(handle: str, articles: Iterable[Article], now: datetime, order_count: int) -> Store:
    """Make a store: fields, users, two locations, goods, customers, orders and offers."""
    chance = random.Random(zlib.crc32(handle.encode()))  # noqa: S311 - repeatable, not secret
    now = now.replace(microsecond=0)
    store = _empty_store(handle, now)
    _add_locations(store, now)
    for article in articles:
        add_article(store, article, now, chance)
    add_offers(store, now)
    add_orders(store, now, chance, order_count)
    return store


def add_article(store: Store, article: Article, now: datetime, chance: random.Random) -> Product:
    """Put one article on a store's shelves."""
    born = now - timedelta(minutes=chance.randrange(200 * 24 * 60, 400 * 24 * 60))
    changed = now - timedelta(minutes=chance.randrange(60, 120 * 24 * 60))
    category = article.kind or "Shop All"
    product = Product(
        number=store.next("product", FIRST_PRODUCT),
        name=article.title,
        handle=article.handle,
        description=article.html,
        brand=named(store, store.brands, "brand", article.vendor),
        categories=[one.number for one in [named(store, store.categories, "category", category)] if one],
        tracking=_tracking(article),
        created_at=born,
        changed_at=changed,
        is_visible=article.published and article.status in ("active", "unlisted"),
        availability="disabled" if article.status == "archived" else "available",
        kind="digital" if article.gift_card else "physical",
        keywords=",".join(article.tags),
        page_title=article.seo_title or "",
        meta_description=article.seo_description or "",
    )
    product.price, product.sale_price = _prices(article.choices[0])
    if product.number % 5 == 0:
        product.retail_price = (product.price * Decimal("1.2")).quantize(Decimal("0.01"))
    _add_variants(store, product, article)
    _add_media(store, product, article)
    store.add_product(product)
    return product


def _tracking(article: Article) -> str:
    if not any(choice.tracked for choice in article.choices):
        return "none"
    return "variant" if article.options else "product"


def _add_media(store: Store, product: Product, article: Article) -> None:
    born = product.created_at
    product.images = [Image(store.next("image", 266), photo, born) for photo in article.photos]
    product.videos = [
        Video(store.next("video"), film_id, film.alt or film.name)
        for film in article.films
        if (film_id := _youtube(film.address))
    ]


def _add_variants(store: Store, product: Product, article: Article) -> None:
    seen: dict[tuple[str, str], OptionValue] = {}
    options = {name: store.next("option", 108) for name in article.options}
    for choice in article.choices:
        values = []
        for name, label in zip(article.options, choice.values, strict=False):
            if (name, label) not in seen:
                seen[name, label] = OptionValue(store.next("value", 68), options[name], name, label)
            values.append(seen[name, label])
        product.variants.append(_variant(store, product, choice, tuple(values)))


def _variant(store: Store, product: Product, choice: Choice, values: tuple[OptionValue, ...]) -> Variant:
    price, sale = _prices(choice)
    own = not values or (price, sale) != (product.price, product.sale_price)
    elsewhere = max(choice.stock, 0) // 3
    return Variant(
        number=store.next("variant"),
        product=product,
        sku=choice.sku or "",
        sku_number=store.next("sku", 70) if values else None,
        values=values,
        price=price if own else None,
        sale_price=sale if own else None,
        cost=choice.cost or NOTHING,
        weight=choice.grams,
        upc=choice.barcode or "",
        photo_name=choice.photo,
        stock={1: max(choice.stock, 0) - elsewhere, 2: elsewhere},
    )


def _prices(choice: Choice) -> tuple[Decimal, Decimal]:
    """Tell the regular and the sale price; 0 is no sale."""
    if choice.compare_at and choice.compare_at > choice.price:
        return choice.compare_at, choice.price
    return choice.price, NOTHING


def named(store: Store, shelf: dict[str, Named], kind: str, name: str) -> Named | None:
    """Find a brand or category by its name, or make it; none has no name."""
    if not name:
        return None
    if name not in shelf:
        shelf[name] = Named(store.next(kind, 23), name)
    return shelf[name]


def _youtube(address: str | None) -> str | None:
    if address is None:
        return None
    parts = urlsplit(address)
    return next(iter(parse_qs(parts.query).get("v", [])), parts.path.rpartition("/")[2]) or None


def _empty_store(handle: str, now: datetime) -> Store:
    digest = hashlib.sha256(handle.encode()).digest()
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
    store_hash = "".join(alphabet[byte % 36] for byte in digest[:10])
    number = 1_000_000_000 + zlib.crc32(handle.encode()) % 10**8
    owner = User(2_000_000 + number % 10**6, f"owner@{handle}.example", "de-DE")
    staff = User(3_000_000 + number % 10**6, f"staff@{handle}.example")
    born = now - days(900)
    site = f"https://{handle}.mybigcommerce.com"
    fields = _fields(handle, store_hash, number, owner)
    return Store(handle, store_hash, number, fields, owner, [staff], born, now - days(3), site)


def _fields(handle: str, store_hash: str, number: int, owner: User) -> dict[str, object]:
    """Write what `/v2/store` tells; the address is free text, and the logo is `[]` where there is none."""
    return {
        "id": store_hash, "account_uuid": "b73387ce-ab2c-4e78-8b82-9b1d06f19ea2",
        "domain": f"{handle}.mybigcommerce.com", "secure_url": f"https://{handle}.mybigcommerce.com",
        "control_panel_base_url": f"https://store-{store_hash}.mybigcommerce.com", "status": "live",
        "name": handle.replace("-", " ").title(), "first_name": "Mira", "last_name": "Öztürk",
        "address": "Weserstraße 12\nHinterhaus\n12047 Berlin", "country": "Germany", "country_code": "DE",
        "infrastructure_region": "europe-west3", "phone": "+493055512345", "admin_email": owner.email,
        "order_email": f"orders@{handle}.example", "favicon_url": "",
        "timezone": {
            "name": "Europe/Berlin", "raw_offset": 3600, "dst_offset": 7200, "dst_correction": True,
            "date_format": {"display": "jS M Y", "export": "jS M Y", "extended_display": "jS M Y @ g:i A"},
        },
        "language": "de", "currency": "EUR", "currency_symbol": "€", "decimal_separator": ",",
        "thousands_separator": ".", "decimal_places": 2, "currency_symbol_location": "right",
        "weight_units": "KGS", "dimension_units": "Centimeters", "dimension_decimal_places": 2,
        "dimension_decimal_token": ".", "dimension_thousands_token": ",", "plan_name": "Plus Plan",
        "plan_level": "Plus", "plan_is_trial": False, "industry": "Home & Garden", "logo": [],
        "is_price_entered_with_tax": True, "store_id": number, "default_site_id": 1000,
        "default_channel_id": 1, "active_comparison_modules": [],
        "features": {
            "stencil_enabled": True, "sitewidehttps_enabled": True, "facebook_catalog_id": "",
            "checkout_type": "optimized", "wishlists_enabled": True, "graphql_storefront_api_enabled": True,
            "shopper_consent_tracking_enabled": False, "multi_storefront_enabled": True,
            "storefront_limits": {"active": 3, "total_including_inactive": 15},
        },
    }  # fmt: skip


def _add_locations(store: Store, now: datetime) -> None:
    places = [
        ("BC-LOCATION-1", "Weserstraße", "Weserstraße 12", "12047"),
        ("SUED", "Lager Süd", "Am Güterbahnhof 3", "12099"),
    ]
    for number, (code, label, street, post_code) in enumerate(places, start=1):
        address: dict[str, object] = {
            "address1": street, "address2": "Hinterhaus" if number == 1 else "", "city": "Berlin",
            "state": "Berlin", "zip": post_code, "email": f"stock@{store.handle}.example",
            "phone": "+493055512345", "geo_coordinates": {"latitude": 52.4901, "longitude": 13.4301},
            "country_code": "DE",
        }  # fmt: skip
        store.locations.append(Location(number, code, label, address, store.created_at, now - days(30)))
