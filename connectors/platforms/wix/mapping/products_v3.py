"""Products of Catalog V3 with their variants and the stock of each location."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter

from connectors.platforms.base import Found
from connectors.platforms.wix.ids import record_id
from connectors.platforms.wix.mapping.values import (
    amount,
    amount_or_none,
    needed,
    plain,
    text_or_none,
    utc,
    word,
)
from connectors.platforms.wix.wire import products_v3 as wire
from connectors.policy.records import Option, Picture, Product, Stock, Variant

_by_location = attrgetter("location_id")


def product(
    found: wire.Product, variants: Iterable[wire.Variant], inventory: Iterable[wire.InventoryItem]
) -> Found:
    """Return a product as a record: pictures as they come, stock by location.

    Variants come in one order with their product and in another from their own query: they are put into that
    of the product's options and choices, so that both are the same record.
    """
    product_id = record_id(found.id, "Product.id")
    version = utc(needed(found.updated_date, "Product.updatedDate"))
    title = needed(found.name, "Product.name")
    items: dict[str | None, list[wire.InventoryItem]] = defaultdict(list)
    for item in inventory:
        items[item.variant_id].append(item)
    names = _names(found.options or ())
    ranks = {ids: rank for rank, ids in enumerate(names)}
    listed = sorted(variants, key=lambda each: _place(each, ranks))
    sold = tuple(
        [_variant(each, position, title, names, items) for position, each in enumerate(listed, start=1)]
    )
    counted = [each.quantity for each in sold if each.tracked and each.quantity is not None]
    record = Product(
        product_id=product_id,
        title=title,
        handle=found.slug or "",
        status="draft" if found.visible is False else "active",
        created_at=utc(found.created_date) if found.created_date else version,
        updated_at=version,
        description=plain(found.plain_description),
        vendor=text_or_none(found.brand.name) if found.brand else None,
        product_type=word(found.product_type),
        tags=(found.ribbon.name,) if found.ribbon and found.ribbon.name else (),
        url=text_or_none(found.url.url) if found.url else None,
        total_stock=sum(counted) if counted else None,
        variants=sold,
        pictures=_pictures(found.media or wire.Media()),
    )
    return Found("product", product_id, version, record)


_Ids = tuple[str | None, str | None]
_Names = dict[_Ids, Option]


def _names(options: Iterable[wire.Option]) -> _Names:
    """Return what options and choices are called, by their ids, in the merchant's order."""
    return {
        (option.id, choice.choice_id): Option(option.name or "", choice.name or "")
        for option in options
        for choice in (option.choices_settings.choices if option.choices_settings else None) or ()
    }


def _place(each: wire.Variant, ranks: dict[_Ids, int]) -> tuple[list[int], str]:
    """Return where a variant stands among its product's."""
    chosen = [chosen.option_choice_ids for chosen in each.option_choices or each.choices or ()]
    known = [ranks.get((ids.option_id, ids.choice_id), len(ranks)) for ids in chosen if ids is not None]
    return sorted(known), each.variant_id or each.id or ""


def _variant(
    each: wire.Variant,
    position: int,
    title: str,
    names: _Names,
    items: dict[str | None, list[wire.InventoryItem]],
) -> Variant:
    variant_id = record_id(each.variant_id or each.id, "Variant.variantId")
    price = each.price or wire.Prices()
    before = amount_or_none(
        price.compare_at_price.amount if price.compare_at_price else None, "Variant.price.compareAtPrice"
    )
    options = _options(each, names)
    held = items.get(variant_id, [])
    counted = [item.quantity for item in held if item.track_quantity and item.quantity is not None]
    in_stock = each.inventory_status.in_stock if each.inventory_status else None
    return Variant(
        variant_id=variant_id,
        title=" / ".join(option.value for option in options) or title,
        price=_price(price),
        compare_at_price=before,
        sku=text_or_none(each.sku),
        barcode=text_or_none(each.barcode),
        position=position,
        available_for_sale=each.visible is not False and in_stock is not False,
        quantity=sum(counted) if counted else None,
        tracked=any(item.track_quantity for item in held),
        options=options,
        stock=_stock(held),
    )


def _price(price: wire.Prices) -> Decimal:
    now = price.actual_price.amount if price.actual_price else None
    return amount(needed(now, "Variant.price.actualPrice"), "Variant.price.actualPrice")


def _options(each: wire.Variant, names: _Names) -> tuple[Option, ...]:
    found = []
    for chosen in each.option_choices or each.choices or ():
        said, ids = chosen.option_choice_names, chosen.option_choice_ids
        if said is not None and said.choice_name:
            found.append(Option(said.option_name or "", said.choice_name))
        elif ids is not None and (named := names.get((ids.option_id, ids.choice_id))):
            found.append(named)
    return tuple(found)


def _stock(held: Iterable[wire.InventoryItem]) -> tuple[Stock, ...]:
    stock = [
        Stock(location_id=item.location_id, available=item.quantity)
        for item in held
        if item.location_id and item.track_quantity and item.quantity is not None
    ]
    return tuple(sorted(stock, key=_by_location))


def _pictures(media: wire.Media) -> tuple[Picture, ...]:
    items = media.items_info.items if media.items_info else None
    return tuple(
        Picture(
            each.image.url,
            each.image.width,
            each.image.height,
            text_or_none(each.image.alt_text) or text_or_none(each.alt_text),
        )
        for each in items or ([media.main] if media.main else [])
        if each.image is not None and each.image.url and word(each.media_type) in (None, "image")
    )
