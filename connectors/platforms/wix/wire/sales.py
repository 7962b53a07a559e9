"""Orders and their lines.

Wix always sends the buyer with an order: this is the list of what is let in. `options` holds what the buyer
wrote beside what was chosen, and is read for the variant's id alone.
"""

from msgspec import Raw

from connectors.platforms.wix.wire.answers import Money, Paging, Time, Wire


class ChosenVariant(Wire):
    variant_id: str | None = None


class CatalogReference(Wire):
    catalog_item_id: str | None = None
    app_id: str | None = None
    options: ChosenVariant | None = None


class LineItem(Wire):
    catalog_reference: CatalogReference | None = None
    quantity: int | None = None
    refund_quantity: int | None = None
    price: Money | None = None
    price_before_discounts: Money | None = None
    total_price_after_tax: Money | None = None
    total_discount: Money | None = None


class Prices(Wire):
    subtotal: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    discount: Money | None = None
    total: Money | None = None


class Balance(Wire):
    refunded: Money | None = None


class Channel(Wire):
    type: str | None = None


class Order(Wire):
    id: str | None = None
    created_date: Time | None = None
    updated_date: Time | None = None
    currency: str | None = None
    status: str | None = None
    payment_status: str | None = None
    fulfillment_status: str | None = None
    demo: bool | None = None
    price_summary: Prices | None = None
    balance_summary: Balance | None = None
    channel_info: Channel | None = None
    line_items: list[LineItem] | None = None


class Orders(Wire):
    orders: list[Raw] | None = None
    metadata: Paging | None = None


class OneOrder(Wire):
    order: Raw
