"""Products of Catalog V1 with their variants and what inventory has of them."""

from decimal import Decimal
from typing import Final

from connectors.platforms.base import Found
from connectors.platforms.wix.ids import ONLY_VARIANT, record_id
from connectors.platforms.wix.mapping.values import (
    amount_or_none,
    needed,
    plain,
    text_or_none,
    utc,
    word,
)
from connectors.platforms.wix.wire import products_v1 as wire
from connectors.policy.records import Option, Picture, Product, Variant

_IN_STOCK: Final = "IN_STOCK"
_OUT_OF_STOCK: Final = "OUT_OF_STOCK"


def is_told(found: wire.Product) -> bool:
    """Tell whether a product says itself how much there is of each variant, so that inventory need not."""
    stock = found.stock
    if stock is None:
        return False
    if not found.variants:
        return not stock.track_inventory or stock.quantity is not None
    return all(_says(each.stock) for each in found.variants) or (
        not stock.track_inventory and stock.inventory_status == _IN_STOCK
    )


def _says(stock: wire.VariantStock | None) -> bool:
    return stock is not None and (stock.quantity is not None or stock.track_quantity is False)


def product(found: wire.Product, inventory: wire.InventoryItem | None) -> Found:
    """Return a product as a record: variants and pictures as they come.

    An older product has no date of its making; then its last change stands for it.
    """
    product_id = record_id(found.id, "Product.id")
    version = utc(needed(found.last_updated or found.created_date, "Product.lastUpdated"))
    variants = _variants(found, inventory)
    counted = [each.quantity for each in variants if each.tracked and each.quantity is not None]
    record = Product(
        product_id=product_id,
        title=needed(found.name, "Product.name"),
        handle=found.slug or "",
        status="draft" if found.visible is False else "active",
        created_at=utc(found.created_date) if found.created_date else version,
        updated_at=version,
        description=plain(found.description),
        vendor=text_or_none(found.brand),
        product_type=word(found.product_type),
        tags=(found.ribbon,) if found.ribbon else (),
        url=_url(found.product_page_url),
        total_stock=sum(counted) if counted else None,
        variants=variants,
        pictures=_pictures(found.media or wire.Media()),
    )
    return Found("product", product_id, version, record)


def _variants(found: wire.Product, inventory: wire.InventoryItem | None) -> tuple[Variant, ...]:
    counted = {each.variant_id: each for each in (inventory.variants or ())} if inventory else {}
    tracked = inventory.track_quantity if inventory else None
    listed = found.variants or [wire.Variant(id=ONLY_VARIANT)]
    return tuple(
        [_variant(found, each, position, counted, tracked) for position, each in enumerate(listed, start=1)]
    )


def _variant(
    found: wire.Product,
    each: wire.Variant,
    position: int,
    counted: dict[str | None, wire.Counted],
    tracked: bool | None,
) -> Variant:
    part = each.variant or wire.VariantPart()
    stock = _stock(found, each, counted.get(each.id), tracked)
    price, before = _price(part.price_data or found.price_data)
    options = tuple(Option(name, value) for name, value in (each.choices or {}).items())
    is_sold = part.visible is not False and found.visible is not False
    return Variant(
        variant_id=record_id(each.id, "Variant.id"),
        title=" / ".join(option.value for option in options) or needed(found.name, "Product.name"),
        price=price,
        compare_at_price=before,
        sku=text_or_none(part.sku) or (None if found.variants else text_or_none(found.sku)),
        position=position,
        available_for_sale=is_sold and stock.in_stock is not False,
        quantity=stock.quantity if stock.track_quantity else None,
        tracked=bool(stock.track_quantity),
        options=options,
    )


def _stock(
    found: wire.Product, each: wire.Variant, counted: wire.Counted | None, tracked: bool | None
) -> wire.VariantStock:
    """Return what inventory says, or else the variant, or else the product."""
    if counted is not None:
        return wire.VariantStock(tracked, counted.quantity, counted.in_stock)
    if each.stock is not None:
        return each.stock
    stock = found.stock or wire.ProductStock()
    in_stock = stock.inventory_status != _OUT_OF_STOCK if stock.inventory_status else stock.in_stock
    return wire.VariantStock(stock.track_inventory, None if found.variants else stock.quantity, in_stock)


def _price(price: wire.Price | None) -> tuple[Decimal, Decimal | None]:
    """Return what is asked now, and what was asked before where that is more."""
    full = needed(amount_or_none(price.price if price else None, "PriceData.price"), "PriceData.price")
    now = amount_or_none(price.discounted_price if price else None, "PriceData.discountedPrice")
    return (full, None) if now is None or now >= full else (now, full)


def _url(page: wire.PageUrl | None) -> str | None:
    if page is None or not page.base or not page.path:
        return None
    return f"{page.base.rstrip('/')}/{page.path.lstrip('/')}"


def _pictures(media: wire.Media) -> tuple[Picture, ...]:
    main = [media.main_media] if media.main_media else []
    return tuple(
        Picture(each.image.url, each.image.width, each.image.height, text_or_none(each.image.alt_text))
        for each in media.items or main
        if each.image is not None and each.image.url and word(each.media_type) in (None, "image")
    )
