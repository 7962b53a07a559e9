"""Which fields of BigCommerce's serve which leaf of ours.

A field is named from the thing it is a field of: `Store` is `/v2/store`, `Location` the default one of
`/v3/inventory/locations`, `Channel` the first of `/v3/channels`, `Currency` and `PaymentMethod` are v2's. In
brackets: what is derived and not simply taken.
"""

from collections.abc import Mapping
from typing import Final

_REPORT: Final = "webhook store/information/updated"

_STORE: Final[Mapping[str, tuple[str, ...]]] = {
    "store_id": ("OAuth: context (the store hash)",),
    "name": ("Store.name",),
    "email": ("Store.admin_email",),
    "domain": ("Store.control_panel_base_url (its host)",),
    "primary_domain": ("Store.domain", "Store.secure_url (its host)"),
    "address.country": ("Store.country",),
    "address.country_code": ("Store.country_code",),
    "address.state": ("Location.address.state",),
    "address.address1": ("Location.address.address1", "Store.address (free text)"),
    "address.address2": ("Location.address.address2",),
    "address.zip_code": ("Location.address.zip",),
    "address.city": ("Location.address.city",),
    "phone": ("Store.phone",),
    "created_at": ("Channel.date_created (of the channel that every store is born with)",),
    "currency": ("Store.currency",),
    "presentment_currencies[]": ("Store.currency", "Currency.currency_code (enabled)"),
    "timezone": ("Store.timezone.name",),
    "owner_name": ("Store.first_name", "Store.last_name"),
    "payment_methods[]": ("PaymentMethod.code (not in test mode)",),
    "taxes_included": ("Store.is_price_entered_with_tax",),
    "primary_location_id": ("Location.id",),
    "locale": ("Store.language",),
    "plan": ("Store.plan_name",),
    "development_store": ("Store.plan_level (a sandbox)",),
    "weight_unit": ("Store.weight_units",),
    "unit_system": ("Store.dimension_units",),
    "money_format": ("Store.currency_symbol", "Store.currency_symbol_location"),
    "setup_required": ("Store.status (prelaunch)",),
    "reported.source": (_REPORT,),
    "reported.observed_at": (f"{_REPORT}: created_at",),
    "reported.changed_at": (f"{_REPORT}: created_at",),
}

_PRODUCT: Final[Mapping[str, tuple[str, ...]]] = {
    "product_id": ("Product.id",),
    "title": ("Product.name",),
    "handle": ("Product.custom_url.url",),
    "status": ("Product.is_visible",),
    "created_at": ("Product.date_created",),
    "updated_at": ("Product.date_modified",),
    "description": ("Product.description (its text)",),
    "vendor": ("Product.brand_id", "Brand.name"),
    "product_type": ("Product.type",),
    "url": ("Store.domain", "Product.custom_url.url"),
    "total_stock": ("InventoryItem.locations.available_to_sell (sum)", "Product.inventory_level"),
    "variants[].variant_id": ("Variant.id",),
    "variants[].title": ("Variant.option_values.label", "Product.name"),
    "variants[].price": (
        "Variant.calculated_price",
        "Variant.sale_price",
        "Variant.price",
        "Product.sale_price",
        "Product.price",
    ),
    "variants[].compare_at_price": (
        "Variant.price",
        "Variant.retail_price",
        "Product.price",
        "Product.retail_price",
    ),
    "variants[].sku": ("Variant.sku",),
    "variants[].barcode": ("Variant.gtin", "Variant.upc"),
    "variants[].position": ("Variant.id (their order)",),
    "variants[].available_for_sale": ("Variant.purchasing_disabled", "Product.availability"),
    "variants[].quantity": (
        "InventoryItem.locations.available_to_sell (sum)",
        "Variant.inventory_level",
        "Product.inventory_level",
    ),
    "variants[].tracked": ("Product.inventory_tracking",),
    "variants[].options[].name": ("Variant.option_values.option_display_name",),
    "variants[].options[].value": ("Variant.option_values.label",),
    "variants[].stock[].location_id": ("InventoryItem.locations.location_id",),
    "variants[].stock[].available": ("InventoryItem.locations.available_to_sell",),
    "variants[].stock[].on_hand": ("InventoryItem.locations.total_inventory_onhand",),
    "variants[].stock[].active": ("InventoryItem.locations.location_enabled",),
    "pictures[].url": ("Image.url_zoom", "Image.url_standard"),
    "pictures[].alt": ("Image.description",),
}

_SALE: Final[Mapping[str, tuple[str, ...]]] = {
    "sale_id": ("Order.id",),
    "created_at": ("Order.date_created",),
    "updated_at": ("Order.date_modified",),
    "currency": ("Order.default_currency_code", "Order.currency_code"),
    "subtotal": ("Order.subtotal_inc_tax",),
    "total": ("Order.total_inc_tax",),
    "discounts": ("Order.discount_amount", "Order.coupon_discount"),
    "tax": ("Order.total_tax",),
    "shipping": ("Order.shipping_cost_inc_tax",),
    "refunded": ("Order.refunded_amount",),
    "financial_status": ("Order.status_id",),
    "fulfillment_status": ("Order.status_id",),
    "cancelled_at": ("Order.date_modified (while status_id says cancelled or declined)",),
    "channel": ("Order.order_source",),
    "gateways[]": ("Order.payment_method",),
    "lines[].product_id": ("Line.product_id",),
    "lines[].variant_id": ("Line.variant_id",),
    "lines[].quantity": ("Line.quantity",),
    "lines[].current_quantity": ("Line.quantity", "Line.quantity_refunded"),
    "lines[].unit_price": ("Line.price_inc_tax",),
    "lines[].total": ("Line.discounted_total_inc_tax", "Line.total_inc_tax"),
    "lines[].discount": ("Line.applied_discounts.amount",),
}

_ACTION: Final = "Promotion.rules.action"
_CART: Final = "Promotion.rules.condition.cart"

_OFFER: Final[Mapping[str, tuple[str, ...]]] = {
    "offer_id": ("Promotion.id", "Coupon.id"),
    "title": ("Promotion.display_name", "Promotion.name", "Coupon.name"),
    "kind": (_ACTION, "Coupon.type"),
    "automatic": ("Promotion.redemption_type",),
    "status": ("Promotion.status", "Coupon.enabled"),
    "updated_at": ("Promotion.start_date (no change is dated)", "Coupon.date_created (no change is dated)"),
    "codes[]": ("Promotion codes: code", "Coupon.code"),
    "codes_count": ("Promotion codes (their number)", "Coupon.code"),
    "starts_at": ("Promotion.start_date",),
    "ends_at": ("Promotion.end_date", "Coupon.expires"),
    "percent": (f"{_ACTION}.discount.percentage_amount", "Coupon.amount (percentage_discount)"),
    "amount": (f"{_ACTION}.discount.fixed_amount", "Coupon.amount"),
    "currency": ("Promotion.currency_code", "Store.currency"),
    "minimum_quantity": (f"{_CART}.minimum_quantity",),
    "minimum_subtotal": (f"{_CART}.minimum_spend", "Coupon.min_purchase"),
    "used": ("Promotion.current_uses", "Coupon.num_uses"),
}

SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    f"{record}.{leaf}": fields
    for record, leaves in (
        ("StoreInfo", _STORE),
        ("Product", _PRODUCT),
        ("Sale", _SALE),
        ("Offer", _OFFER),
    )
    for leaf, fields in leaves.items()
}
"""Leaf -> BigCommerce's fields."""

_NO_ACCOUNT: Final = "BigCommerce shows no account with a payment service."
_NO_REPORT: Final = "BigCommerce reports that the store changed, and not what of it."
_NO_GOOGLE: Final = "BigCommerce knows no Google apps domain."

ABSENT: Final[Mapping[str, str]] = {
    "StoreInfo.address.state_code": "BigCommerce holds a location's state as the merchant wrote it.",
    "StoreInfo.updated_at": "BigCommerce tells of a store's changes when they happen, and dates none before.",
    "StoreInfo.tax_shipping": "BigCommerce taxes shipping by tax class, not by store.",
    "StoreInfo.billing_currency": "BigCommerce does not show what a store pays in.",
    **{
        f"StoreInfo.payments_account.{leaf}": _NO_ACCOUNT
        for leaf in (
            "activated",
            "country",
            "currency",
            "payout_interval",
            "balances[].amount",
            "balances[].currency",
            "payouts[].issued_at",
            "payouts[].status",
            "payouts[].amount",
            "payouts[].currency",
        )
    },
    "StoreInfo.has_storefront": "BigCommerce shows storefronts as channels, which are not read.",
    "StoreInfo.sells_gift_cards": "BigCommerce shows gift certificates with the shoppers they are for.",
    "StoreInfo.reported.google_apps_domain": _NO_GOOGLE,
    "StoreInfo.reported.google_apps_login": _NO_GOOGLE,
    **{
        f"StoreInfo.reported.{leaf}": _NO_REPORT
        for leaf in (
            "eligible_for_payments",
            "has_discounts",
            "finances",
            "county_taxes",
            "primary_locale",
            "password_enabled",
            "multi_location",
        )
    },
    "Product.tags[]": "BigCommerce's products have no tags; categories are the storefront's menu.",
    "Product.published_at": "BigCommerce does not say since when a product has been visible.",
    "Product.gift_card": "BigCommerce's gift certificates are no products.",
    "Product.variants[].stock[].committed": "BigCommerce subtracts what is sold at once.",
    "Product.variants[].stock[].incoming": "BigCommerce does not count what is on its way.",
    "Product.pictures[].width": "BigCommerce does not say how large a picture is.",
    "Product.pictures[].height": "BigCommerce does not say how large a picture is.",
    "Sale.test": "BigCommerce does not mark orders that were placed as a test.",
    "Offer.summary": "BigCommerce writes none; its notifications are templates of the storefront.",
}
"""Leaf -> why there is none."""
