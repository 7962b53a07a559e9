"""Webhook bodies: the REST shape of things, as Shopify sends it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.sandbox.pictures import size_of
from connectors.sandbox.shopify.resolvers.shop import money_formats
from connectors.sandbox.shopify.sales import Discount, Order
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import (
    Address,
    Collection,
    InventoryLevel,
    Location,
    Medium,
    Option,
    Product,
    Variant,
)

if TYPE_CHECKING:
    from connectors.sandbox.shopify.bulk import BulkOperation

Body = dict[str, Any]
FULL_VARIANTS = 100


def when(shop: Shop, moment: datetime | None) -> str | None:
    """Write a moment in the store's own time zone."""
    return moment.astimezone(shop.zone).isoformat(timespec="seconds") if moment else None


def shop_body(shop: Shop) -> Body:
    """Write a store: shop/update and app/uninstalled."""
    offset = datetime.now(shop.zone).strftime("%z")
    named = {
        "id": shop.number,
        "name": shop.name,
        "email": shop.email,
        "domain": f"www.{shop.handle}.example",
        "source": None,
        "primary_locale": "en",
        "created_at": when(shop, shop.created_at),
        "updated_at": when(shop, shop.updated_at),
        "customer_email": shop.contact_email,
        "timezone": f"(GMT{offset[:3]}:{offset[3:]}) {shop.iana_timezone}",
        "iana_timezone": shop.iana_timezone,
        "shop_owner": shop.shop_owner,
        "weight_unit": shop.weight_unit,
        "myshopify_domain": shop.domain,
        "google_apps_domain": shop.google_apps_domain,
        "google_apps_login_enabled": shop.google_apps_login_enabled,
        "primary_location_id": shop.primary_location.number,
    }
    where = {"latitude": shop.address.latitude, "longitude": shop.address.longitude}
    return named | where | _place(shop.address) | _money(shop) | _standing(shop)


def _place(address: Address) -> Body:
    return {
        "province": address.province,
        "country": address.country_code,
        "address1": address.address1,
        "zip": address.zip,
        "city": address.city,
        "phone": address.phone,
        "address2": address.address2,
        "country_code": address.country_code,
        "country_name": address.country,
        "province_code": address.province_code,
    }


def _money(shop: Shop) -> Body:
    short, long = money_formats(shop)
    return {
        "currency": shop.currency,
        "money_format": short,
        "money_with_currency_format": long,
        "taxes_included": shop.taxes_included,
        "auto_configure_tax_inclusivity": None,
        "tax_shipping": shop.tax_shipping,
        "county_taxes": shop.county_taxes,
        "money_in_emails_format": short,
        "money_with_currency_in_emails_format": long,
        "eligible_for_payments": shop.eligible_for_payments,
        "requires_extra_payments_agreement": False,
        "finances": shop.finances,
        "enabled_presentment_currencies": ["EUR", "CHF"],
    }


def _standing(shop: Shop) -> Body:
    return {
        "plan_display_name": shop.plan_public_name,
        "plan_name": shop.plan_name,
        "has_discounts": bool(shop.discounts),
        "has_gift_cards": any(product.is_gift_card for product in shop.products.values()),
        "password_enabled": shop.password_enabled,
        "has_storefront": True,
        "checkout_api_supported": True,
        "multi_location_enabled": True,
        "setup_required": shop.setup_required,
        "pre_launch_enabled": False,
        "marketing_sms_consent_enabled_at_checkout": False,
        "transactional_sms_disabled": False,
    }


def product_body(shop: Shop, product: Product) -> Body:
    """Write a product: products/create and products/update; full variants for the first 100."""
    newest = sorted(product.variants, key=lambda variant: variant.updated_at, reverse=True)
    return {
        "admin_graphql_api_id": product.id,
        "body_html": product.description_html,
        "created_at": when(shop, product.created_at),
        "handle": product.handle,
        "id": product.number,
        "product_type": product.product_type,
        "published_at": when(shop, product.published_at),
        "template_suffix": product.template_suffix,
        "title": product.title,
        "updated_at": when(shop, product.updated_at),
        "vendor": product.vendor,
        "status": product.status.lower(),
        "published_scope": "web",
        "tags": ", ".join(product.tags),
        "variants": [_variant(shop, variant) for variant in product.variants[:FULL_VARIANTS]],
        "options": [_option(product, option) for option in product.options],
        "images": [_image(shop, product, medium, place) for place, medium in enumerate(product.media, 1)],
        "image": _image(shop, product, product.media[0], 1) if product.media else None,
        "media": [],
        "variant_gids": [_named_variant(variant) for variant in newest],
        "has_variants_that_requires_components": False,
        "category": {"full_name": product.category_name} if product.category_name else None,
    }


def _option(product: Product, option: Option) -> Body:
    return {
        "name": option.name,
        "id": option.number,
        "product_id": product.number,
        "position": option.position,
        "values": option.values,
    }


def _named_variant(variant: Variant) -> Body:
    return {"admin_graphql_api_id": variant.id, "updated_at": f"{variant.updated_at:%Y-%m-%dT%H:%M:%S.000Z}"}


def _variant(shop: Shop, variant: Variant) -> Body:
    values = [*(variant.values or ("Default Title",)), None, None, None]
    quantity = variant.inventory_quantity
    return {
        "admin_graphql_api_id": variant.id,
        "barcode": variant.barcode,
        "compare_at_price": f"{variant.compare_at_price:.2f}"
        if variant.compare_at_price is not None
        else None,
        "created_at": when(shop, variant.created_at),
        "id": variant.number,
        "inventory_policy": variant.inventory_policy.lower(),
        "position": variant.position,
        "price": f"{variant.price:.2f}",
        "product_id": variant.product.number,
        "sku": variant.sku,
        "taxable": variant.taxable,
        "title": variant.title,
        "updated_at": when(shop, variant.updated_at),
        "option1": values[0],
        "option2": values[1],
        "option3": values[2],
        "image_id": None,
        "inventory_item_id": variant.item.number,
        "inventory_quantity": quantity,
        "old_inventory_quantity": quantity,
    }


def _image(shop: Shop, product: Product, medium: Medium, place: int) -> Body:
    width, height = size_of(medium.photo)
    return {
        "id": medium.number,
        "alt": medium.alt,
        "position": place,
        "product_id": product.number,
        "created_at": when(shop, medium.created_at),
        "updated_at": when(shop, medium.updated_at),
        "admin_graphql_api_id": medium.id,
        "width": width,
        "height": height,
        "src": f"https://cdn.shopify.com/s/files/1/{shop.number}/files/{medium.photo.name}",
        "variant_ids": [],
    }


def deleted_body(shop: Shop, thing: Any) -> Body:
    """Write what is gone: its number alone."""
    return {"id": thing.number}


def collection_body(shop: Shop, collection: Collection) -> Body:
    """Write a collection."""
    return {
        "id": collection.number,
        "handle": collection.handle,
        "title": collection.title,
        "updated_at": when(shop, collection.updated_at),
        "body_html": collection.description_html,
        "published_at": when(shop, collection.updated_at),
        "sort_order": collection.sort_order.lower().replace("_", "-"),
        "template_suffix": collection.template_suffix,
        "published_scope": "web",
        "admin_graphql_api_id": collection.id,
    }


def level_body(shop: Shop, level: InventoryLevel) -> Body:
    """Write an inventory level."""
    return {
        "inventory_item_id": level.item.number,
        "location_id": level.location.number,
        "available": level.available,
        "updated_at": when(shop, level.updated_at),
        "admin_graphql_api_id": level.id,
    }


def location_body(shop: Shop, location: Location) -> Body:
    """Write a location."""
    return _place(location.address) | {
        "id": location.number,
        "name": location.name,
        "created_at": when(shop, location.created_at),
        "updated_at": when(shop, location.updated_at),
        "legacy": False,
        "active": location.is_active,
        "admin_graphql_api_id": location.id,
    }


def order_body(shop: Shop, order: Order) -> Body:
    """Write an order as the subscription's `include_fields` cut it."""
    return {"id": order.number, "admin_graphql_api_id": order.id, "updated_at": when(shop, order.updated_at)}


def bulk_body(shop: Shop, operation: "BulkOperation") -> Body:
    """Write the end of a bulk operation, in lower case."""
    return {
        "admin_graphql_api_id": operation.id,
        "completed_at": when(shop, operation.completed_at),
        "created_at": when(shop, operation.created_at),
        "error_code": operation.error_code.lower() if operation.error_code else None,
        "status": operation.status.lower(),
        "type": operation.type.lower(),
    }


def discount_body(shop: Shop, discount: Discount) -> Body:
    """Write an offer."""
    return {
        "admin_graphql_api_id": discount.id,
        "title": discount.title,
        "status": discount.status_at(discount.updated_at),
        "created_at": when(shop, discount.created_at),
        "updated_at": when(shop, discount.updated_at),
    }


def discount_gone_body(shop: Shop, discount: Discount) -> Body:
    """Write an offer that was deleted."""
    return {"admin_graphql_api_id": discount.id, "deleted_at": when(shop, discount.updated_at)}


WRITERS: dict[str, Callable[[Shop, Any], Body]] = {
    "products": product_body,
    "collections": collection_body,
    "inventory_levels": level_body,
    "locations": location_body,
    "orders": order_body,
    "discounts": discount_body,
    "bulk_operations": bulk_body,
}


def body_of(shop: Shop, topic: str, subject: Any) -> Body:
    """Write the body of a topic about a subject; a ready body passes as it is."""
    if isinstance(subject, dict):
        return subject
    if topic in ("shop/update", "app/uninstalled"):
        return shop_body(shop)
    if topic == "discounts/delete":
        return discount_gone_body(shop, subject)
    if topic.endswith("/delete"):
        return deleted_body(shop, subject)
    return WRITERS[topic.partition("/")[0]](shop, subject)
