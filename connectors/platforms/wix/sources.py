"""Which fields of Wix's serve which leaf of ours, and why some leaves have none.

A field is named from the nearest type that has an id. Products have two lines where their catalogs differ:
V1 and V3. In brackets: which of several values is meant, or when another stands for it.
"""

from collections.abc import Mapping
from typing import Final

from connectors.platforms.wix.webhooks import SOURCE

_STORE: Final[Mapping[str, tuple[str, ...]]] = {
    "store_id": ("Site.siteId",),
    "name": ("Properties.siteDisplayName", "Site.siteDisplayName"),
    "email": ("Properties.email",),
    "domain": ("Site.url (host)",),
    "primary_domain": ("Site.url (host)",),
    "address.country": ("Properties.address.country (its name)",),
    "address.country_code": ("Properties.address.country",),
    "address.state": ("Properties.address.state",),
    "address.address1": ("Properties.address.streetNumber", "Properties.address.street"),
    "address.address2": ("Properties.address.apartmentNumber",),
    "address.zip_code": ("Properties.address.zip",),
    "address.city": ("Properties.address.city",),
    "phone": ("Properties.phone",),
    "currency": ("Properties.paymentCurrency", "Site.paymentCurrency"),
    "presentment_currencies[]": ("Properties.paymentCurrency", "Site.paymentCurrency"),
    "timezone": ("Properties.timeZone",),
    "owner_name": ("Properties.businessName",),
    "primary_location_id": ("Location.id (default)",),
    "locale": ("Properties.language",),
    "plan": ("AppInstance.isFree", "AppInstance.billing.packageName"),
    "has_storefront": ("catalogVersion",),
    "reported.source": (SOURCE,),
    "reported.observed_at": (f"{SOURCE}: iat",),
    "reported.changed_at": (f"{SOURCE}: iat",),
    "reported.primary_locale": (f"{SOURCE}: event.properties.language",),
}

_V1, _V3 = "V1 Product", "V3 Product"
_V1_VARIANT, _V3_VARIANT = "V1 Variant", "V3 Variant"
_V1_STOCK, _V3_STOCK = "V1 InventoryItem", "V3 InventoryItem"
_PRICE: Final = "variant.priceData"


def _both(field: str, other: str | None = None) -> tuple[str, ...]:
    return (f"{_V1}.{field}", f"{_V3}.{other or field}")


_PRODUCT: Final[Mapping[str, tuple[str, ...]]] = {
    "product_id": _both("id"),
    "title": _both("name"),
    "handle": _both("slug"),
    "status": _both("visible"),
    "created_at": _both("createdDate (lastUpdated, where it is missing)", "createdDate"),
    "updated_at": _both("lastUpdated", "updatedDate"),
    "description": _both("description (its text)", "plainDescription (its text)"),
    "vendor": _both("brand", "brand.name"),
    "product_type": _both("productType"),
    "tags[]": _both("ribbon", "ribbon.name"),
    "url": _both("productPageUrl", "url.url"),
    "total_stock": (f"{_V1_STOCK}.variants.quantity (sum)", f"{_V3_STOCK}.quantity (sum)"),
    "variants[].variant_id": (f"{_V1_VARIANT}.id", f"{_V3_VARIANT}.variantId"),
    "variants[].title": (f"{_V1_VARIANT}.choices", f"{_V3_VARIANT}.optionChoices"),
    "variants[].price": (
        f"{_V1_VARIANT}.{_PRICE}.discountedPrice",
        f"{_V1}.priceData.discountedPrice",
        f"{_V3_VARIANT}.price.actualPrice",
    ),
    "variants[].compare_at_price": (
        f"{_V1_VARIANT}.{_PRICE}.price (where it is more)",
        f"{_V1}.priceData.price (where it is more)",
        f"{_V3_VARIANT}.price.compareAtPrice",
    ),
    "variants[].sku": (f"{_V1_VARIANT}.variant.sku", f"{_V1}.sku", f"{_V3_VARIANT}.sku"),
    "variants[].barcode": (f"{_V3_VARIANT}.barcode",),
    "variants[].position": (f"{_V1}.variants (order)", f"{_V3_VARIANT} (order)"),
    "variants[].available_for_sale": (
        f"{_V1_VARIANT}.variant.visible",
        f"{_V1_STOCK}.variants.inStock",
        f"{_V1}.stock.inventoryStatus",
        f"{_V3_VARIANT}.visible",
        f"{_V3_VARIANT}.inventoryStatus.inStock",
    ),
    "variants[].quantity": (
        f"{_V1_STOCK}.variants.quantity",
        f"{_V1_VARIANT}.stock.quantity",
        f"{_V1}.stock.quantity",
        f"{_V3_STOCK}.quantity (sum)",
    ),
    "variants[].tracked": (
        f"{_V1_STOCK}.trackQuantity",
        f"{_V1_VARIANT}.stock.trackQuantity",
        f"{_V1}.stock.trackInventory",
        f"{_V3_STOCK}.trackQuantity",
    ),
    "variants[].options[].name": (
        f"{_V1_VARIANT}.choices (name)",
        f"{_V3_VARIANT}.optionChoices.optionChoiceNames.optionName",
        f"{_V3}.options.name",
    ),
    "variants[].options[].value": (
        f"{_V1_VARIANT}.choices (value)",
        f"{_V3_VARIANT}.optionChoices.optionChoiceNames.choiceName",
        f"{_V3}.options.choicesSettings.choices.name",
    ),
    "variants[].stock[].location_id": (f"{_V3_STOCK}.locationId",),
    "variants[].stock[].available": (f"{_V3_STOCK}.quantity",),
    "pictures[].url": _both("media.items.image.url", "media.itemsInfo.items.image.url"),
    "pictures[].width": _both("media.items.image.width", "media.itemsInfo.items.image.width"),
    "pictures[].height": _both("media.items.image.height", "media.itemsInfo.items.image.height"),
    "pictures[].alt": _both("media.items.image.altText", "media.itemsInfo.items.image.altText"),
}

_SALE: Final[Mapping[str, tuple[str, ...]]] = {
    "sale_id": ("Order.id",),
    "created_at": ("Order.createdDate",),
    "updated_at": ("Order.updatedDate",),
    "currency": ("Order.currency",),
    "subtotal": ("Order.priceSummary.subtotal",),
    "total": ("Order.priceSummary.total",),
    "discounts": ("Order.priceSummary.discount",),
    "tax": ("Order.priceSummary.tax",),
    "shipping": ("Order.priceSummary.shipping",),
    "refunded": ("Order.balanceSummary.refunded",),
    "financial_status": ("Order.paymentStatus",),
    "fulfillment_status": ("Order.fulfillmentStatus",),
    "cancelled_at": ("Order.status", "Order.updatedDate (of an order that is cancelled)"),
    "test": ("Order.demo",),
    "channel": ("Order.channelInfo.type",),
    "lines[].product_id": ("LineItem.catalogReference.catalogItemId (of Wix Stores)",),
    "lines[].variant_id": ("LineItem.catalogReference.options.variantId",),
    "lines[].quantity": ("LineItem.quantity",),
    "lines[].current_quantity": ("LineItem.quantity", "LineItem.refundQuantity"),
    "lines[].unit_price": ("LineItem.priceBeforeDiscounts", "LineItem.price"),
    "lines[].total": ("LineItem.totalPriceAfterTax",),
    "lines[].discount": ("LineItem.totalDiscount",),
}

_DISCOUNT: Final = "DiscountRule.discounts.values"
_TRIGGER: Final = "DiscountRule.trigger"

_OFFER: Final[Mapping[str, tuple[str, ...]]] = {
    "offer_id": ("DiscountRule.id",),
    "title": ("DiscountRule.name",),
    "kind": (f"{_DISCOUNT}.discountType", f"{_DISCOUNT}.buyXGetYInfo"),
    "automatic": ("DiscountRule",),
    "status": ("DiscountRule.status", "DiscountRule.active"),
    "updated_at": ("DiscountRule.updatedDate",),
    "starts_at": ("DiscountRule.activeTimeInfo.start",),
    "ends_at": ("DiscountRule.activeTimeInfo.end",),
    "percent": (f"{_DISCOUNT}.percentage",),
    "amount": (f"{_DISCOUNT}.fixedAmount",),
    "minimum_quantity": (f"{_TRIGGER}.itemQuantityRange.from",),
    "minimum_subtotal": (f"{_TRIGGER}.subtotalRange.from",),
    "used": ("DiscountRule.usageCount",),
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
"""Leaf -> Wix's fields."""

_PREVIEW: Final = "Only an API in Developer Preview says so, which may change under a released app."
_PAYOUTS: Final = "Wix shows payments accounts and payouts only in APIs in Developer Preview."
_TAXES: Final = "Wix's tax settings have no scope that only reads."
_COUPONS: Final = "Codes belong to coupons, which only a right to change them would read."
_GOOGLE: Final = "Wix does not know of a Google apps domain."
_LEVELS: Final = "Wix counts what can be sold, and nothing beside it."
_NO_WORD: Final = "Wix has no such setting."

ABSENT: Final[Mapping[str, str]] = {
    "StoreInfo.created_at": _PREVIEW,
    "StoreInfo.updated_at": f"{_PREVIEW} Wix tells of a site's changes when they happen.",
    "StoreInfo.address.state_code": "Wix has one field for the state, which mostly holds its code.",
    "StoreInfo.payment_methods[]": "Wix lists the methods that there are, not those of a site.",
    "StoreInfo.taxes_included": _TAXES,
    "StoreInfo.tax_shipping": _TAXES,
    "StoreInfo.billing_currency": "Wix bills its sites itself, and does not say in what.",
    "StoreInfo.payments_account.activated": _PAYOUTS,
    "StoreInfo.payments_account.country": _PAYOUTS,
    "StoreInfo.payments_account.currency": _PAYOUTS,
    "StoreInfo.payments_account.payout_interval": _PAYOUTS,
    "StoreInfo.payments_account.balances[].amount": _PAYOUTS,
    "StoreInfo.payments_account.balances[].currency": _PAYOUTS,
    "StoreInfo.payments_account.payouts[].issued_at": _PAYOUTS,
    "StoreInfo.payments_account.payouts[].status": _PAYOUTS,
    "StoreInfo.payments_account.payouts[].amount": _PAYOUTS,
    "StoreInfo.payments_account.payouts[].currency": _PAYOUTS,
    "StoreInfo.development_store": _NO_WORD,
    "StoreInfo.weight_unit": "Wix names it with each order alone.",
    "StoreInfo.unit_system": _NO_WORD,
    "StoreInfo.money_format": "Wix sends amounts with their formatted text, which is not read.",
    "StoreInfo.setup_required": _NO_WORD,
    "StoreInfo.sells_gift_cards": "Gift cards belong to another app of Wix's.",
    "StoreInfo.reported.google_apps_domain": _GOOGLE,
    "StoreInfo.reported.google_apps_login": _GOOGLE,
    "StoreInfo.reported.eligible_for_payments": _PAYOUTS,
    "StoreInfo.reported.has_discounts": "The discount rules themselves say so.",
    "StoreInfo.reported.finances": _PAYOUTS,
    "StoreInfo.reported.county_taxes": _TAXES,
    "StoreInfo.reported.password_enabled": _NO_WORD,
    "StoreInfo.reported.multi_location": "Of the locations only the default one is read.",
    "Product.published_at": "Wix says whether a product is visible, not since when.",
    "Product.gift_card": "Gift cards belong to another app of Wix's.",
    "Product.variants[].stock[].on_hand": _LEVELS,
    "Product.variants[].stock[].committed": _LEVELS,
    "Product.variants[].stock[].incoming": _LEVELS,
    "Product.variants[].stock[].active": _LEVELS,
    "Sale.gateways[]": "They come with an order's transactions alone, which tell of the payer's card.",
    "Offer.summary": "A discount rule has a name and no summary.",
    "Offer.codes[]": _COUPONS,
    "Offer.codes_count": _COUPONS,
    "Offer.currency": "A discount rule is in the site's currency and does not name it.",
}
"""Leaf -> why there is none."""
