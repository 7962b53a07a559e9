"""Products with their variants, stock and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.errors import BadAnswer
from connectors.platforms.base import Found
from connectors.platforms.bigcommerce.mapping.values import amount, plain_text, positive, text_or_none, utc
from connectors.platforms.bigcommerce.wire import products as wire
from connectors.policy.records import Option, Picture, Product, Stock, Variant

_NOT_TRACKED: Final = "none"
_BY_VARIANT: Final = "variant"


@dataclass(frozen=True, repr=False)
class Surroundings:
    """What a page's products need beside themselves. `levels` is by variant; `domain` is the store's."""

    domain: str | None = None
    brands: Mapping[int, str] = field(default_factory=dict)
    levels: Mapping[int, Sequence[wire.Level]] = field(default_factory=dict)


def is_tracked(found: wire.Product) -> bool:
    """Tell whether BigCommerce counts a product's stock."""
    return found.inventory_tracking not in (None, "", _NOT_TRACKED)


def product(found: wire.Product, around: Surroundings) -> Found:
    """Return a product as a record: variants by their id, stock by location, pictures in their order."""
    if found.variants is None:
        raise BadAnswer("Product: variants are missing")
    version = utc(found.date_modified)
    is_shown = found.is_visible is not False
    path = found.custom_url.url if isinstance(found.custom_url, wire.CustomUrl) else None
    numbered = enumerate(sorted(found.variants, key=lambda each: each.id), start=1)
    variants = tuple([_variant(found, each, position, around) for position, each in numbered])
    record = Product(
        product_id=str(found.id),
        title=found.name,
        handle=(path or "").strip("/"),
        status="active" if is_shown else "hidden",
        created_at=utc(found.date_created),
        updated_at=version,
        description=plain_text(found.description),
        vendor=around.brands.get(found.brand_id or 0),
        product_type=text_or_none(found.type),
        url=f"https://{around.domain}/{path.lstrip('/')}" if around.domain and path and is_shown else None,
        total_stock=_total(found, variants),
        variants=variants,
        pictures=_pictures(found.images or ()),
    )
    return Found("product", record.product_id, version, record)


def _variant(owner: wire.Product, found: wire.Variant, position: int, around: Surroundings) -> Variant:
    options = tuple([Option(each.option_display_name, each.label) for each in found.option_values or ()])
    stock = _stock(around.levels.get(found.id, ())) if is_tracked(owner) else ()
    quantity = _quantity(owner, found, stock)
    price, before = _prices(owner, found)
    return Variant(
        variant_id=str(found.id),
        title=" / ".join(option.value for option in options) or owner.name,
        price=price,
        compare_at_price=before,
        sku=text_or_none(found.sku),
        barcode=text_or_none(found.gtin) or text_or_none(found.upc),
        position=position,
        available_for_sale=(
            not found.purchasing_disabled
            and owner.availability != "disabled"
            and not _is_sold_out(owner, quantity)
        ),
        quantity=quantity,
        tracked=is_tracked(owner),
        options=options,
        stock=stock,
    )


def _is_sold_out(owner: wire.Product, quantity: int | None) -> bool:
    """A product that is counted as a whole is sold out as a whole."""
    left = owner.inventory_level if quantity is None and is_tracked(owner) else quantity
    return left is not None and left <= 0


def _prices(owner: wire.Product, found: wire.Variant) -> tuple[Decimal, Decimal | None]:
    """Return what a shopper pays, and the higher price beside it.

    A variant without a price of its own has the product's, sale included; one with its own has its own sale.
    """
    inherits = found.price is None
    full = amount(owner.price if inherits else found.price, "Variant.price")
    of_product = positive(owner.sale_price, "Product.sale_price") if inherits else None
    sale = positive(found.sale_price, "Variant.sale_price") or of_product
    told = found.calculated_price
    price = amount(told, "Variant.calculated_price") if told is not None else (sale or full)
    retail = positive(found.retail_price, "Variant.retail_price")
    retail = retail or positive(owner.retail_price, "Product.retail_price")
    return price, next((each for each in (full, retail) if each is not None and each > price), None)


def _stock(levels: Sequence[wire.Level]) -> tuple[Stock, ...]:
    ordered = sorted(levels, key=lambda level: level.location_id)
    return tuple(
        [
            Stock(
                location_id=str(level.location_id),
                available=level.available_to_sell or 0,
                on_hand=level.total_inventory_onhand or 0,
                active=level.location_enabled is not False,
            )
            for level in ordered
        ]
    )


def _quantity(owner: wire.Product, found: wire.Variant, stock: tuple[Stock, ...]) -> int | None:
    """How much of a variant there is; None where it is not counted, or only the product as a whole is."""
    if not is_tracked(owner):
        return None
    if owner.inventory_tracking != _BY_VARIANT and len(owner.variants or ()) > 1:
        return None
    if stock:
        return sum(level.available for level in stock)
    return owner.inventory_level if owner.inventory_tracking != _BY_VARIANT else found.inventory_level


def _total(found: wire.Product, variants: tuple[Variant, ...]) -> int | None:
    """All locations together where they are known; the catalogue's own number is the default location's."""
    if not is_tracked(found):
        return None
    levels = [level.available for variant in variants for level in variant.stock]
    return sum(levels) if levels else found.inventory_level


def _pictures(images: Sequence[wire.Image]) -> tuple[Picture, ...]:
    ordered = sorted(images, key=lambda image: (image.sort_order or 0, image.id or 0))
    pictures = [(image.url_zoom or image.url_standard, image.description) for image in ordered]
    return tuple([Picture(url=url, alt=text_or_none(alt)) for url, alt in pictures if url])
