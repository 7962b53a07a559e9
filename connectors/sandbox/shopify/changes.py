"""What merchants and buyers do to a store, each with the webhooks that follow."""

import random
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.catalogue.goods import Article, Choice, Photo
from connectors.sandbox.courier import Delivery
from connectors.sandbox.shopify.orders import add_order, customer_of
from connectors.sandbox.shopify.platform import shop_in_short
from connectors.sandbox.shopify.sales import Customer, Discount, LineItem, Order
from connectors.sandbox.shopify.seeding import add_article
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import Product, Variant

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

SHOP_FIELDS = frozenset(
    [
        "name",
        "email",
        "contact_email",
        "shop_owner",
        "description",
        "google_apps_domain",
        "google_apps_login_enabled",
        "currency",
        "iana_timezone",
        "plan_public_name",
        "plan_name",
        "taxes_included",
        "tax_shipping",
        "county_taxes",
        "finances",
        "eligible_for_payments",
        "password_enabled",
        "setup_required",
        "weight_unit",
        "closed_with_status",
        "restore_rate",
    ]
)
ADDRESS_FIELDS = frozenset(
    [
        "company",
        "address1",
        "address2",
        "city",
        "zip",
        "province",
        "province_code",
        "country",
        "country_code",
        "phone",
    ]
)
Sent = list[Delivery]


def change_product(shopify: "Shopify", shop: Shop, product: Product, wanted: dict[str, Any]) -> Sent:
    """Change a product's words, status, prices and stock."""
    now = shopify.clock.stamp()
    sent: Sent = []
    for name in ("title", "description_html", "vendor", "product_type", "tags", "status", "handle"):
        if name in wanted:
            setattr(product, name, wanted[name])
    for variant in _chosen(product, wanted.get("variant")):
        if "price" in wanted:
            variant.price = Decimal(str(wanted["price"]))
        if "compare_at_price" in wanted:
            was = wanted["compare_at_price"]
            variant.compare_at_price = None if was is None else Decimal(str(was))
        variant.updated_at = now
        if "stock" in wanted:
            sent += set_stock(shopify, shop, variant, int(wanted["stock"]))
    product.updated_at = now
    return sent + shopify.notify(shop, "products/update", product)


def set_stock(shopify: "Shopify", shop: Shop, variant: Variant, quantity: int) -> Sent:
    """Set how many of a variant lie at the primary location."""
    level = variant.item.levels[0]
    level.on_hand = quantity + level.committed
    level.updated_at = variant.item.updated_at = variant.updated_at = shopify.clock.stamp()
    return shopify.notify(shop, "inventory_levels/update", level)


def create_product(shopify: "Shopify", shop: Shop, wanted: dict[str, Any]) -> tuple[Product, Sent]:
    """Make a product of one variant."""
    title = str(wanted.get("title", "A new thing"))
    handle = str(wanted.get("handle") or f"new-{len(shop.products) + 1}")
    choice = Choice(
        (),
        Decimal(str(wanted.get("price", "10.00"))),
        sku=wanted.get("sku"),
        stock=int(wanted.get("stock", 5)),
    )
    article = Article(
        handle,
        title,
        str(wanted.get("description_html", "<p>New.</p>")),
        str(wanted.get("vendor", "")),
        str(wanted.get("product_type", "")),
        tuple(wanted.get("tags", ())),
        choices=(choice,),
        photos=tuple(Photo(name, title) for name in wanted.get("pictures", [f"{handle}.jpg"])),
    )
    product = add_article(shop, article, shopify.clock.stamp(), random.Random(1))  # noqa: S311 - not secret
    _stamp(product, shopify.clock.stamp())
    return product, shopify.notify(shop, "products/create", product)


def delete_product(shopify: "Shopify", shop: Shop, product: Product) -> Sent:
    """Delete a product."""
    shop.drop_product(product)
    shopify.shelves_changed(shop)
    return shopify.notify(shop, "products/delete", product)


def create_order(shopify: "Shopify", shop: Shop, wanted: dict[str, Any]) -> tuple[Order, Sent]:
    """Make an order of some variants (their numbers, or chosen for you) by one of the store's customers."""
    chance = shopify.chance(shop)
    numbers: Iterable[Any] = wanted.get("variants") or ()
    variants = [shop.variants[int(number)] for number in numbers]
    if not variants:
        living = [variant for variant in shop.variants.values() if variant.product.status == "ACTIVE"]
        variants = [chance.choice(living)]
    place = max((order.place for order in shop.orders.values()), default=1000) + 1
    order = add_order(shop, shopify.clock.stamp(), customer_of(shop, chance), variants, chance, place)
    sent = shopify.notify(shop, "orders/create", order)
    for line in order.line_items:
        sent += _promise(shopify, shop, line)
    return order, sent


def _promise(shopify: "Shopify", shop: Shop, line: LineItem) -> Sent:
    if line.variant is None or not line.variant.item.tracked:
        return []
    level = line.variant.item.levels[0]
    level.committed += line.quantity
    level.updated_at = line.variant.item.updated_at = shopify.clock.stamp()
    # The schema says so of Product.updatedAt: an order's adjustment of the stock counts as an update.
    line.variant.updated_at = line.variant.product.updated_at = level.updated_at
    return shopify.notify(shop, "inventory_levels/update", level)


def change_order(shopify: "Shopify", shop: Shop, order: Order, wanted: dict[str, Any]) -> Sent:
    """Cancel or close an order, or change its note."""
    now = shopify.clock.stamp()
    order.updated_at = now
    order.note = wanted.get("note", order.note)
    if wanted.get("closed"):
        order.closed_at = now
    if wanted.get("cancelled"):
        order.cancelled_at, order.cancel_reason = now, "CUSTOMER"
        return shopify.notify(shop, "orders/cancelled", order) + shopify.notify(shop, "orders/updated", order)
    return shopify.notify(shop, "orders/updated", order)


def delete_order(shopify: "Shopify", shop: Shop, order: Order) -> Sent:
    """Delete an order."""
    shop.orders.pop(order.number, None)
    return shopify.notify(shop, "orders/delete", order)


def change_shop(shopify: "Shopify", shop: Shop, wanted: dict[str, Any]) -> Sent:
    """Change a store's fields and its address.

    Raises ValueError for a field that does not exist.
    """
    for name, value in wanted.items():
        if name in SHOP_FIELDS:
            setattr(shop, name, value)
        elif name in ADDRESS_FIELDS:
            setattr(shop.address, name, value)
        else:
            raise ValueError(f"no such field: {name}")
    shop.updated_at = shopify.clock.stamp()
    return shopify.notify(shop, "shop/update", shop)


def create_discount(shopify: "Shopify", shop: Shop, wanted: dict[str, Any]) -> tuple[Discount, Sent]:
    """Make an offer: a code, or without `code` an automatic one."""
    now = shopify.clock.stamp()
    code = wanted.get("code")
    title = str(wanted.get("title") or code or "An offer")
    number = shop.numbers.take()
    kind = str(wanted.get("kind") or ("DiscountCodeBasic" if code else "DiscountAutomaticBasic"))
    percentage = Decimal(str(wanted.get("percentage", "0.2")))
    made = Discount(
        number,
        kind,
        title,
        f"{percentage:.0%} off entire order",
        now,
        now,
        now,
        codes=[(shop.numbers.take(), str(code))] if code else [],
        percentage=percentage,
    )
    shop.discounts[number] = made
    return made, shopify.notify(shop, "discounts/create", made)


def end_discount(shopify: "Shopify", shop: Shop, discount: Discount) -> Sent:
    """End an offer now."""
    discount.ends_at = discount.updated_at = shopify.clock.stamp()
    return shopify.notify(shop, "discounts/update", discount)


def delete_discount(shopify: "Shopify", shop: Shop, discount: Discount) -> Sent:
    """Delete an offer."""
    shop.discounts.pop(discount.number, None)
    discount.updated_at = shopify.clock.stamp()
    return shopify.notify(shop, "discounts/delete", discount)


def customer_request(
    shopify: "Shopify", shop: Shop, topic: str, customer: Customer
) -> tuple[dict[str, Any], Sent]:
    """Send customers/data_request or customers/redact; after a redact the store forgets the customer."""
    orders = [order.number for order in shop.orders.values() if order.customer is customer]
    who = {"id": customer.number, "email": customer.email, "phone": customer.phone}
    body: dict[str, Any] = shop_in_short(shop) | {"customer": who}
    if topic == "customers/redact":
        body["orders_to_redact"] = orders
        _forget(shop, customer)
    else:
        body["orders_requested"] = orders
        body["data_request"] = {"id": shop.numbers.take()}
    return body, shopify.notify(shop, topic, body)


def _forget(shop: Shop, customer: Customer) -> None:
    customer.redacted = True
    for order in shop.orders.values():
        if order.customer is customer:
            order.customer = order.note = order.client_ip = None


def _chosen(product: Product, place: Any) -> list[Variant]:
    return product.variants if place is None else [product.variants[int(place)]]


def _stamp(product: Product, now: datetime) -> None:
    product.created_at = product.updated_at = now
    product.published_at = now if product.status == "ACTIVE" else None
    for variant in product.variants:
        variant.created_at = variant.updated_at = now
        variant.item.created_at = variant.item.updated_at = now
        for level in variant.item.levels:
            level.created_at = level.updated_at = now
