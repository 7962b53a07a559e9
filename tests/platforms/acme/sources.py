"""Which field of Acme's serves which leaf of ours, and why none does."""

from collections.abc import Mapping
from typing import Final

SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "StoreInfo.store_id": ("store.id",),
    "StoreInfo.name": ("store.name",),
    "StoreInfo.email": ("store.email",),
    "StoreInfo.primary_domain": ("store.host",),
    "StoreInfo.address.city": ("store.city",),
    "StoreInfo.address.country_code": ("store.country",),
    "StoreInfo.updated_at": ("store.changed",),
    "StoreInfo.currency": ("store.currency",),
    "StoreInfo.presentment_currencies[]": ("store.currency",),
    "StoreInfo.timezone": ("store.timezone",),
    "Product.product_id": ("good.id",),
    "Product.title": ("good.title",),
    "Product.handle": ("good.slug",),
    "Product.status": ("good.live",),
    "Product.created_at": ("good.made",),
    "Product.updated_at": ("good.changed",),
    "Product.description": ("good.text",),
    "Product.total_stock": ("good.kinds.left (their sum)",),
    "Product.variants[].variant_id": ("good.kinds.id",),
    "Product.variants[].title": ("good.kinds.title",),
    "Product.variants[].price": ("good.kinds.price",),
    "Product.variants[].position": ("good.kinds (their order)",),
    "Product.variants[].quantity": ("good.kinds.left",),
    "Product.variants[].available_for_sale": ("good.kinds.left (above nothing)",),
    "Product.variants[].tracked": ("good.kinds.left (Acme counts all)",),
    "Product.pictures[].url": ("good.pictures.url",),
    "Sale.sale_id": ("order.id",),
    "Sale.created_at": ("order.made",),
    "Sale.updated_at": ("order.changed",),
    "Sale.currency": ("order.currency",),
    "Sale.subtotal": ("order.goods",),
    "Sale.total": ("order.total",),
    "Sale.discounts": ("order.off",),
    "Sale.tax": ("order.tax",),
    "Sale.shipping": ("order.postage",),
    "Sale.refunded": ("order.back",),
    "Sale.lines[].product_id": ("order.lines.good",),
    "Sale.lines[].variant_id": ("order.lines.kind",),
    "Sale.lines[].quantity": ("order.lines.count",),
    "Sale.lines[].current_quantity": ("order.lines.kept",),
    "Sale.lines[].unit_price": ("order.lines.price",),
    "Sale.lines[].total": ("order.lines.total",),
    "Sale.lines[].discount": ("order.lines.off",),
    "Offer.offer_id": ("offer.id",),
    "Offer.title": ("offer.title",),
    "Offer.kind": ("offer.percent (Acme has no other kind)",),
    "Offer.status": ("offer.live",),
    "Offer.updated_at": ("offer.changed",),
    "Offer.automatic": ("offer.percent (Acme's need no code)",),
    "Offer.percent": ("offer.percent",),
}
"""Leaf -> Acme's fields."""

_WHY: Final[Mapping[str, str]] = {
    "Acme does not know it.": """
        StoreInfo.domain StoreInfo.phone StoreInfo.created_at StoreInfo.owner_name
        StoreInfo.address.country StoreInfo.address.state StoreInfo.address.state_code
        StoreInfo.address.address1 StoreInfo.address.address2 StoreInfo.address.zip_code
        StoreInfo.locale StoreInfo.plan StoreInfo.development_store StoreInfo.weight_unit
        StoreInfo.unit_system StoreInfo.money_format StoreInfo.setup_required StoreInfo.has_storefront
        StoreInfo.sells_gift_cards
        Product.vendor Product.product_type Product.tags[] Product.published_at Product.url Product.gift_card
        Product.variants[].compare_at_price Product.variants[].sku Product.variants[].barcode
        Product.variants[].options[].name Product.variants[].options[].value
        Product.pictures[].width Product.pictures[].height Product.pictures[].alt
        Sale.financial_status Sale.fulfillment_status Sale.cancelled_at Sale.test Sale.channel
        Offer.summary Offer.codes[] Offer.codes_count Offer.starts_at Offer.ends_at Offer.amount
        Offer.currency Offer.minimum_quantity Offer.minimum_subtotal Offer.used
    """,
    "Acme has no locations: one number says how much of a kind is left.": """
        StoreInfo.primary_location_id
        Product.variants[].stock[].location_id Product.variants[].stock[].available
        Product.variants[].stock[].on_hand Product.variants[].stock[].committed
        Product.variants[].stock[].incoming Product.variants[].stock[].active
    """,
    "Acme takes no payments.": """
        StoreInfo.payment_methods[] StoreInfo.taxes_included StoreInfo.tax_shipping StoreInfo.billing_currency
        StoreInfo.payments_account.activated StoreInfo.payments_account.country
        StoreInfo.payments_account.currency StoreInfo.payments_account.payout_interval
        StoreInfo.payments_account.balances[].amount StoreInfo.payments_account.balances[].currency
        StoreInfo.payments_account.payouts[].issued_at StoreInfo.payments_account.payouts[].status
        StoreInfo.payments_account.payouts[].amount StoreInfo.payments_account.payouts[].currency
        Sale.gateways[]
    """,
    "Acme reports nothing that its API does not say.": """
        StoreInfo.reported.source StoreInfo.reported.observed_at StoreInfo.reported.changed_at
        StoreInfo.reported.google_apps_domain StoreInfo.reported.google_apps_login
        StoreInfo.reported.eligible_for_payments StoreInfo.reported.has_discounts
        StoreInfo.reported.finances StoreInfo.reported.county_taxes StoreInfo.reported.primary_locale
        StoreInfo.reported.password_enabled StoreInfo.reported.multi_location
    """,
}

ABSENT: Final[Mapping[str, str]] = {leaf: why for why, leaves in _WHY.items() for leaf in leaves.split()}
"""Leaf -> why there is none."""
