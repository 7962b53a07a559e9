"""Which fields of Shopify's serve which leaf of ours.

A field is named from the nearest type that has an id: `ShopAddress.zip`, or, since money has none,
`Order.totalTaxSet.shopMoney.amount`. In brackets: which of several values of the field is meant. What
`Reported` holds is offered by no query: it comes with the webhook `shop/update`, and is unknown until a
store's first.
"""

from collections.abc import Mapping
from typing import Final

_REPORT: Final = "webhook shop/update"


def _reported(field: str) -> tuple[str, ...]:
    return (f"{_REPORT}: {field}",)


def _money(field: str) -> tuple[str, ...]:
    return (f"{field}.shopMoney.amount",)


_STORE: Final[Mapping[str, tuple[str, ...]]] = {
    "store_id": ("Shop.id",),
    "name": ("Shop.name",),
    "email": ("Shop.email",),
    "domain": ("Shop.myshopifyDomain",),
    "primary_domain": ("Domain.host",),
    "address.country": ("ShopAddress.country",),
    "address.country_code": ("ShopAddress.countryCodeV2",),
    "address.state": ("ShopAddress.province",),
    "address.state_code": ("ShopAddress.provinceCode",),
    "address.address1": ("ShopAddress.address1",),
    "address.address2": ("ShopAddress.address2",),
    "address.zip_code": ("ShopAddress.zip",),
    "address.city": ("ShopAddress.city",),
    "phone": ("ShopAddress.phone",),
    "created_at": ("Shop.createdAt",),
    "updated_at": ("Shop.updatedAt",),
    "currency": ("Shop.currencyCode",),
    "presentment_currencies[]": ("Shop.enabledPresentmentCurrencies",),
    "timezone": ("Shop.ianaTimezone",),
    "owner_name": ("Shop.shopOwnerName",),
    "payment_methods[]": ("Shop.paymentSettings.supportedDigitalWallets",),
    "taxes_included": ("Shop.taxesIncluded",),
    "tax_shipping": ("Shop.taxShipping",),
    "billing_currency": ("shopBillingPreferences.currency",),
    "payments_account.activated": ("ShopifyPaymentsAccount.activated",),
    "payments_account.country": ("ShopifyPaymentsAccount.country",),
    "payments_account.currency": ("ShopifyPaymentsAccount.defaultCurrency",),
    "payments_account.payout_interval": ("ShopifyPaymentsAccount.payoutSchedule.interval",),
    "payments_account.balances[].amount": ("ShopifyPaymentsAccount.balance.amount",),
    "payments_account.balances[].currency": ("ShopifyPaymentsAccount.balance.currencyCode",),
    "payments_account.payouts[].issued_at": ("ShopifyPaymentsPayout.issuedAt",),
    "payments_account.payouts[].status": ("ShopifyPaymentsPayout.status",),
    "payments_account.payouts[].amount": ("ShopifyPaymentsPayout.net.amount",),
    "payments_account.payouts[].currency": ("ShopifyPaymentsPayout.net.currencyCode",),
    "primary_location_id": ("Location.id (primary)",),
    "plan": ("Shop.plan.publicDisplayName",),
    "development_store": ("Shop.plan.partnerDevelopment",),
    "weight_unit": ("Shop.weightUnit",),
    "unit_system": ("Shop.unitSystem",),
    "money_format": ("Shop.currencyFormats.moneyFormat",),
    "setup_required": ("Shop.setupRequired",),
    "has_storefront": ("Shop.features.storefront",),
    "sells_gift_cards": ("Shop.features.giftCards",),
    "reported.source": (_REPORT,),
    "reported.observed_at": (f"{_REPORT}: X-Shopify-Triggered-At",),
    "reported.google_apps_domain": _reported("google_apps_domain"),
    "reported.google_apps_login": _reported("google_apps_login_enabled"),
    "reported.eligible_for_payments": _reported("eligible_for_payments"),
    "reported.has_discounts": _reported("has_discounts"),
    "reported.finances": _reported("finances"),
    "reported.county_taxes": _reported("county_taxes"),
    "reported.primary_locale": _reported("primary_locale"),
    "reported.password_enabled": _reported("password_enabled"),
    "reported.multi_location": _reported("multi_location_enabled"),
}

_PRODUCT: Final[Mapping[str, tuple[str, ...]]] = {
    "product_id": ("Product.id",),
    "title": ("Product.title",),
    "handle": ("Product.handle",),
    "status": ("Product.status",),
    "created_at": ("Product.createdAt",),
    "updated_at": ("Product.updatedAt",),
    "description": ("Product.description",),
    "vendor": ("Product.vendor",),
    "product_type": ("Product.productType",),
    "tags[]": ("Product.tags",),
    "published_at": ("Product.publishedAt",),
    "url": ("Product.onlineStoreUrl",),
    "gift_card": ("Product.isGiftCard",),
    "total_stock": ("Product.totalInventory",),
    "variants[].variant_id": ("ProductVariant.id",),
    "variants[].title": ("ProductVariant.title",),
    "variants[].price": ("ProductVariant.price",),
    "variants[].compare_at_price": ("ProductVariant.compareAtPrice",),
    "variants[].sku": ("ProductVariant.sku",),
    "variants[].barcode": ("ProductVariant.barcode",),
    "variants[].position": ("ProductVariant.position",),
    "variants[].available_for_sale": ("ProductVariant.availableForSale",),
    "variants[].quantity": ("ProductVariant.inventoryQuantity",),
    "variants[].tracked": ("InventoryItem.tracked",),
    "variants[].options[].name": ("ProductVariant.selectedOptions.name",),
    "variants[].options[].value": ("ProductVariant.selectedOptions.value",),
    "variants[].stock[].location_id": ("Location.id",),
    "variants[].stock[].available": ("InventoryQuantity.quantity (available)",),
    "variants[].stock[].on_hand": ("InventoryQuantity.quantity (on_hand)",),
    "variants[].stock[].committed": ("InventoryQuantity.quantity (committed)",),
    "variants[].stock[].incoming": ("InventoryQuantity.quantity (incoming)",),
    "variants[].stock[].active": ("InventoryLevel.isActive",),
    "pictures[].url": ("MediaImage.image.url",),
    "pictures[].width": ("MediaImage.image.width",),
    "pictures[].height": ("MediaImage.image.height",),
    "pictures[].alt": ("MediaImage.alt",),
}

_SALE: Final[Mapping[str, tuple[str, ...]]] = {
    "sale_id": ("Order.id",),
    "created_at": ("Order.createdAt",),
    "updated_at": ("Order.updatedAt",),
    "currency": ("Order.currencyCode",),
    "subtotal": _money("Order.subtotalPriceSet"),
    "total": _money("Order.totalPriceSet"),
    "discounts": _money("Order.totalDiscountsSet"),
    "tax": _money("Order.totalTaxSet"),
    "shipping": _money("Order.totalShippingPriceSet"),
    "refunded": _money("Order.totalRefundedSet"),
    "financial_status": ("Order.displayFinancialStatus",),
    "fulfillment_status": ("Order.displayFulfillmentStatus",),
    "cancelled_at": ("Order.cancelledAt",),
    "test": ("Order.test",),
    "channel": ("Order.sourceName",),
    "gateways[]": ("Order.paymentGatewayNames",),
    "lines[].product_id": ("Product.id",),
    "lines[].variant_id": ("ProductVariant.id",),
    "lines[].quantity": ("LineItem.quantity",),
    "lines[].current_quantity": ("LineItem.currentQuantity",),
    "lines[].unit_price": _money("LineItem.originalUnitPriceSet"),
    "lines[].total": _money("LineItem.discountedTotalSet"),
    "lines[].discount": _money("LineItem.totalDiscountSet"),
}

_DISCOUNT: Final = "DiscountNode.discount"
_GETS: Final = f"{_DISCOUNT}.customerGets.value"
_LEAST: Final = f"{_DISCOUNT}.minimumRequirement"

_OFFER: Final[Mapping[str, tuple[str, ...]]] = {
    "offer_id": ("DiscountNode.id",),
    "title": (f"{_DISCOUNT}.title",),
    "kind": (f"{_DISCOUNT}.__typename",),
    "automatic": (f"{_DISCOUNT}.__typename",),
    "status": (f"{_DISCOUNT}.status",),
    "updated_at": (f"{_DISCOUNT}.updatedAt",),
    "summary": (f"{_DISCOUNT}.summary",),
    "codes[]": (f"{_DISCOUNT}.codes.nodes.code",),
    "codes_count": (f"{_DISCOUNT}.codesCount.count",),
    "starts_at": (f"{_DISCOUNT}.startsAt",),
    "ends_at": (f"{_DISCOUNT}.endsAt",),
    "percent": (f"{_GETS}.percentage", f"{_GETS}.effect.percentage"),
    "amount": (f"{_GETS}.amount.amount", f"{_GETS}.effect.amount.amount"),
    "currency": (
        f"{_GETS}.amount.currencyCode",
        f"{_GETS}.effect.amount.currencyCode",
        f"{_LEAST}.greaterThanOrEqualToSubtotal.currencyCode",
    ),
    "minimum_quantity": (f"{_LEAST}.greaterThanOrEqualToQuantity",),
    "minimum_subtotal": (f"{_LEAST}.greaterThanOrEqualToSubtotal.amount",),
    "used": (f"{_DISCOUNT}.asyncUsageCount",),
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
"""Leaf -> Shopify's fields."""

# What Shopify's queries do not offer, its webhook reports.
ABSENT: Final[Mapping[str, str]] = {
    "StoreInfo.locale": "Shopify tells a store's language when the store changes, and not before.",
    "StoreInfo.reported.changed_at": "Shopify says itself when the store was last updated.",
}
"""Leaf -> why there is none."""
