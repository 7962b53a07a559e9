"""Make a site out of a catalogue; the same site for the same name and catalogue."""

import random
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.sandbox.catalogue.goods import Article, Choice
from connectors.sandbox.clock import days
from connectors.sandbox.wix.app import Installation
from connectors.sandbox.wix.ids import guid, whole_ms
from connectors.sandbox.wix.offers import add_offers
from connectors.sandbox.wix.orders import add_buyers, add_orders
from connectors.sandbox.wix.site import Properties, Site
from connectors.sandbox.wix.things import Place, Product, Shelf, Variant

LARGEST_SHELVES = 8
SHELVED = 1_000  # so many products of a large store stand in collections


def make_site(
    handle: str, articles: Iterable[Article], now: datetime, order_count: int, catalog: str
) -> Site:
    """Make a site: fields, three locations, goods, collections, buyers, orders and offers."""
    chance = random.Random(zlib.crc32(handle.encode()))  # noqa: S311 - repeatable, not secret
    now = whole_ms(now)
    site = empty_site(handle, now, catalog)
    for article in articles:
        add_article(site, article, now, chance)
    _add_shelves(site, now)
    add_buyers(site, chance)
    add_offers(site, now)
    add_orders(site, now, chance, order_count)
    return site


def empty_site(handle: str, now: datetime, catalog: str) -> Site:
    """Make a site that sells nothing yet."""
    name = handle.replace("-", " ").title()
    site = Site(
        handle=handle,
        installation=Installation(guid("instance", handle)),
        properties=Properties(
            name, f"{name} Trading LLC", f"hello@{handle}.example", "+12125550147", "+12125550199"
        ),
        site_id=guid("site", handle),
        owner_id=guid("owner", handle),
        account_id=guid("account", handle),
        owner_email=f"owner@{handle}.example",
        created=now - days(900),
        catalog=catalog,
    )
    site.places = _places(site)
    return site


def _places(site: Site) -> list[Place]:
    known = [
        ("Prince Street", "Prince Street", "112", "10012"),
        ("Red Hook", "Van Brunt Street", "204", "11231"),
        ("Old cellar", "Bowery", "9", "10013"),
    ]
    made = []
    for name, street, number, post_code in known:
        ids = guid(site.site_id, "place", name), guid(site.site_id, "stores place", name)
        made.append(Place(*ids, name, street, number, post_code))
    made[0].default = made[-1].archived = True
    return made


def add_article(site: Site, article: Article, now: datetime, chance: random.Random) -> Product:
    """Put one article on sale."""
    born = whole_ms(now - timedelta(minutes=chance.randrange(200 * 24 * 60, 400 * 24 * 60)))
    changed = whole_ms(now - timedelta(minutes=chance.randrange(60, 120 * 24 * 60)))
    number, identity = site.take_number(), guid(site.site_id, "product", article.handle)
    product = Product(
        number=number,
        id=identity,
        slug=article.handle,
        name=article.title,
        html=article.html,
        brand=article.vendor,
        kind=article.kind,
        visible=article.status in ("active", "unlisted"),
        digital=article.gift_card,
        tracked=any(choice.tracked for choice in article.choices),
        options=article.options[: min(len(choice.values) for choice in article.choices)],
        variants=[_variant(identity, choice, changed) for choice in article.choices],
        photos=article.photos,
        created=born,
        updated=changed,
        ribbon="Sale" if "sale" in article.tags else "",
    )
    site.add_product(product)
    return product


def _variant(identity: str, choice: Choice, changed: datetime) -> Variant:
    stock = max(choice.stock, 0)
    return Variant(
        id=guid(identity, "variant", *choice.values),
        values=choice.values,
        price=choice.price,
        was=choice.compare_at,
        cost=choice.cost,
        sku=choice.sku,
        barcode=choice.barcode,
        grams=choice.grams,
        stock=[stock - stock // 3, stock // 3],
        stock_changed=changed,
    )


def _add_shelves(site: Site, now: datetime) -> None:
    by_kind: dict[str, list[Product]] = {}
    for product in list(site.products.values())[:SHELVED]:
        by_kind.setdefault(product.kind or "Everything else", []).append(product)
    largest = sorted(by_kind.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:LARGEST_SHELVES]
    for kind, products in largest:
        identity = guid(site.site_id, "shelf", kind)
        slug = kind.lower().replace(" ", "-")
        site.shelves[identity] = Shelf(identity, kind, slug, now - days(20), {one.id for one in products})
