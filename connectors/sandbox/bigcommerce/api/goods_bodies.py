"""Products, variants, pictures, films, brands and categories as v3 writes them."""

from decimal import Decimal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, atom
from connectors.sandbox.bigcommerce.api.listing import trimmed
from connectors.sandbox.bigcommerce.goods import Image, Named, Product, Variant

SIZES = {"zoom": "1280x1280", "standard": "386x513", "thumbnail": "220x290", "tiny": "44x58"}


def product_body(ask: Ask, row: Product, included: frozenset[str]) -> Body:
    """Write a product, with the odd values of real stores: 0 for no price, "0" for no label, -1 for any."""
    first = row.variants[0]
    body: Body = {
        "id": row.number, "name": row.name, "type": row.kind, "sku": first.sku,
        "description": row.description, "weight": first.weight, "width": 0, "depth": 0, "height": 0,
        "price": number(row.price),
        "cost_price": number(first.cost), "retail_price": number(row.retail_price),
        "sale_price": number(row.sale_price), "map_price": 0, "tax_class_id": 0, "product_tax_code": "",
        "calculated_price": number(row.calculated_price), "categories": row.categories,
        "brand_id": row.brand.number if row.brand else 0,
        "option_set_id": row.number if row.has_options else None, "option_set_display": "right",
        "inventory_level": row.inventory_level, "inventory_warning_level": 0,
        "inventory_tracking": row.tracking, "reviews_rating_sum": 0, "reviews_count": 0,
        "total_sold": row.total_sold, "fixed_cost_shipping_price": 0, "is_free_shipping": False,
        "is_visible": row.is_visible, "is_featured": False, "related_products": [-1], "warranty": "",
        "bin_picking_number": "", "layout_file": "product.html", "upc": first.upc, "mpn": "", "gtin": "",
        "date_last_imported": None, "search_keywords": row.keywords, "availability": row.availability,
        "availability_description": "", "gift_wrapping_options_type": "any", "gift_wrapping_options_list": [],
        "sort_order": 0, "condition": "New", "is_condition_shown": False, "order_quantity_minimum": 0,
        "order_quantity_maximum": 0, "page_title": row.page_title, "meta_keywords": [],
        "meta_description": row.meta_description, "date_created": atom(row.created_at),
        "date_modified": atom(row.changed_at), "view_count": 63, "preorder_release_date": None,
        "preorder_message": "0", "is_preorder_only": False, "is_price_hidden": False,
        "price_hidden_label": "0", "custom_url": {"url": f"/{quote(row.handle)}/", "is_customized": False},
        "base_variant_id": None if row.has_options else first.number, "open_graph_type": "product",
        "open_graph_title": "", "open_graph_description": "", "open_graph_use_meta_description": True,
        "open_graph_use_product_name": True, "open_graph_use_image": True,
    }  # fmt: skip
    return trimmed(ask, body | _more(ask, row, included), included)


def _more(ask: Ask, row: Product, included: frozenset[str]) -> Body:
    more: Body = {}
    if "variants" in included:
        more["variants"] = [variant_body(ask, variant) for variant in row.variants]
    if "images" in included:
        more["images"] = [image_body(ask, row, image) for image in row.images]
    if "primary_image" in included and row.images:
        more["primary_image"] = image_body(ask, row, row.images[0])
    if "videos" in included:
        more["videos"] = video_bodies(row)
    if "channels" in included:
        more["channels"] = [1]
    if "options" in included:
        more["options"] = _option_bodies(row)
    empty = included & {"bulk_pricing_rules", "custom_fields", "modifiers", "parent_relations", "reviews"}
    return more | {name: [] for name in empty}


def variant_body(ask: Ask, row: Variant) -> Body:
    """Write a variant; null says that the product's value holds."""
    base = not row.values
    own_weight = row.weight if base else None
    photo = _photo_url(ask, row)
    return {
        "id": row.number, "product_id": row.product.number, "sku": row.sku, "sku_id": row.sku_number,
        "price": _maybe(row.price), "calculated_price": number(row.calculated_price),
        "sale_price": _maybe(row.sale_price),
        "retail_price": number(row.product.retail_price) if base else None,
        "map_price": 0 if base else None, "fixed_cost_shipping_price": 0 if base else None,
        "cost_price": number(row.cost), "weight": own_weight, "width": 0 if base else None,
        "height": 0 if base else None, "depth": 0 if base else None, "is_free_shipping": False,
        "calculated_weight": row.weight, "purchasing_disabled": False,
        "purchasing_disabled_message": "0" if base else "", "image_url": photo, "upc": row.upc, "mpn": "",
        "gtin": "", "inventory_level": row.stock.get(1, 0), "inventory_warning_level": 0,
        "bin_picking_number": "",
        "option_values": [
            {"id": one.number, "label": one.label, "option_id": one.option, "option_display_name": one.name}
            for one in row.values
        ],
    }  # fmt: skip


def image_body(ask: Ask, held: Product, row: Image) -> Body:
    """Write a picture."""
    place = held.images.index(row)
    return {
        "id": row.number, "product_id": held.number, "is_thumbnail": place == 0, "sort_order": place,
        "description": row.photo.alt or "", "image_file": f"a/{row.number}/{row.photo.name}",
        **{f"url_{name}": _picture(ask, held, row, size) for name, size in SIZES.items()},
        "date_modified": atom(row.changed_at),
    }  # fmt: skip


def brand_body(row: Named) -> Body:
    """Write a brand."""
    return {
        "id": row.number, "name": row.name, "page_title": "", "meta_keywords": [], "meta_description": "",
        "image_url": "", "search_keywords": "",
        "custom_url": {"url": f"/brands/{row.number}/", "is_customized": False},
    }  # fmt: skip


def _picture(ask: Ask, held: Product, row: Image, size: str) -> str:
    name = quote(row.photo.name)
    place = f"s-{ask.store.hash}/images/stencil/{size}/products/{held.number}/{row.number}"
    return f"{ask.base_url}_cdn/{place}/{name}?c=1"


def _photo_url(ask: Ask, row: Variant) -> str:
    held = row.product
    image = next((one for one in held.images if one.photo.name == row.photo_name), None)
    if image is None and not row.values and held.images:
        image = held.images[0]
    return _picture(ask, held, image, SIZES["standard"]) if image else ""


def video_bodies(row: Product) -> list[Body]:
    """Write a product's films."""
    return [
        {
            "id": one.number, "product_id": row.number, "sort_order": place, "title": one.title,
            "description": "", "type": "youtube", "video_id": one.film_id, "length": "01:54",
        }
        for place, one in enumerate(row.videos, start=1)
    ]  # fmt: skip


def _option_bodies(row: Product) -> list[Body]:
    options: dict[int, Body] = {}
    for variant in row.variants:
        for value in variant.values:
            option = options.setdefault(
                value.option,
                {
                    "id": value.option, "product_id": row.number,
                    "display_name": value.name, "type": "dropdown", "sort_order": len(options),
                    "option_values": [], "config": {},
                },
            )  # fmt: skip
            shown = {"id": value.number, "label": value.label, "sort_order": 0, "is_default": False}
            if shown not in option["option_values"]:
                option["option_values"].append(shown)
    return list(options.values())


def category_body(ask: Ask, row: Named) -> Body:
    """Write a category of the tree."""
    return {
        "category_id": row.number,
        "category_uuid": str(uuid5(NAMESPACE_URL, f"{ask.store.hash}/{row.number}")),
        "parent_id": 0, "tree_id": 1, "name": row.name, "description": "", "views": 0, "sort_order": 0,
        "page_title": "", "meta_keywords": [], "meta_description": "", "layout_file": "category.html",
        "image_url": "", "is_visible": True, "search_keywords": "",
        "default_product_sort": "use_store_settings",
        "url": {"path": f"/category-{row.number}/", "is_customized": False},
    }  # fmt: skip


def number(amount: Decimal) -> int | float:
    """Write an amount as JSON does in v3: `49`, `7.5`."""
    value = float(amount)
    return int(value) if value.is_integer() else round(value, 8)


def _maybe(amount: Decimal | None) -> int | float | None:
    return None if amount is None else number(amount)
