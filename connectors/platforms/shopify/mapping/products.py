"""Products with their variants, stock and pictures. The hot path: 700,000 lines of a bulk file pass here."""

from collections.abc import Iterable
from operator import attrgetter

from connectors.platforms.base import Found
from connectors.platforms.shopify import ids
from connectors.platforms.shopify.mapping.values import amount, text_or_none, utc, utc_or_none
from connectors.platforms.shopify.wire import products as wire
from connectors.policy.records import Option, Picture, Product, Stock, Variant

# As `truncateAt` in the queries: how much of a description is kept.
DESCRIPTION_CHARACTERS = 4000

_by_position = attrgetter("position", "variant_id")
_by_location = attrgetter("location_id")


def product(
    found: wire.Product, variants: Iterable[tuple[wire.Variant, list[wire.Level]]], media: list[wire.Media]
) -> Found:
    """Return a product as a record: variants in their position, stock by location, pictures as they come."""
    record_id = ids.tail(ids.PRODUCT, found.id)
    version = utc(found.updated_at)
    record = Product(
        product_id=record_id,
        title=found.title,
        handle=found.handle,
        status=found.status.lower(),
        created_at=utc(found.created_at),
        updated_at=version,
        description=(found.description or "")[:DESCRIPTION_CHARACTERS],
        vendor=text_or_none(found.vendor),
        product_type=text_or_none(found.product_type),
        tags=tuple(found.tags or ()),
        published_at=utc_or_none(found.published_at),
        url=found.online_store_url,
        gift_card=found.is_gift_card,
        total_stock=found.total_inventory,
        variants=tuple(sorted([variant(*each) for each in variants], key=_by_position)),
        pictures=tuple([each for each in map(picture, media) if each is not None]),
    )
    return Found("product", record_id, version, record)


def variant(found: wire.Variant, levels: list[wire.Level]) -> Variant:
    """Return a variant with its stock."""
    price = found.compare_at_price
    return Variant(
        variant_id=ids.tail(ids.VARIANT, found.id),
        title=found.title,
        price=amount(found.price, "ProductVariant.price"),
        compare_at_price=None if price is None else amount(price, "ProductVariant.compareAtPrice"),
        sku=found.sku or None,
        barcode=found.barcode or None,
        position=found.position,
        available_for_sale=found.available_for_sale,
        quantity=found.inventory_quantity,
        tracked=found.inventory_item.tracked,
        options=tuple([Option(option.name, option.value) for option in found.selected_options]),
        stock=tuple(sorted([stock(level) for level in levels], key=_by_location)),
    )


def stock(found: wire.Level) -> Stock:
    """Return what one location has; a quantity that Shopify leaves out is none."""
    named = {each.name: each.quantity for each in found.quantities}
    return Stock(
        location_id=ids.tail(ids.LOCATION, found.location.id),
        available=named.get("available", 0),
        on_hand=named.get("on_hand", 0),
        committed=named.get("committed", 0),
        incoming=named.get("incoming", 0),
        active=found.is_active,
    )


def picture(found: wire.Media) -> Picture | None:
    """Return a picture; None for what is no picture, or none yet."""
    image = found.image
    if image is None or (found.status or "").upper() != "READY":
        return None
    return Picture(url=image.url, width=image.width, height=image.height, alt=found.alt or None)
