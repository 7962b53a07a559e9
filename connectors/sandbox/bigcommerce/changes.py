"""What merchants and buyers do to a store, each with the webhooks that follow, or none."""

import random
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.bigcommerce.goods import NOTHING, Image, Product, Variant
from connectors.sandbox.bigcommerce.sales import Coupon, Order, Promotion
from connectors.sandbox.bigcommerce.seeding import add_article, named
from connectors.sandbox.bigcommerce.selling import add_order, refund
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.catalogue.goods import Article, Choice, Photo
from connectors.sandbox.courier import Delivery

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

Sent = list[Delivery]
SITE_FIELDS = frozenset({"domain", "secure_url"})
WORDS = {
    "title": "name",
    "description_html": "description",
    "handle": "handle",
    "is_visible": "is_visible",
    "availability": "availability",
}


def change_product(platform: "BigCommerce", store: Store, product: Product, wanted: dict[str, Any]) -> Sent:
    """Change a product's words, visibility, prices, stock or pictures.

    Pictures alone are told by no webhook, and leave the product's time of change as it was.
    """
    sent: Sent = []
    if "pictures" in wanted:
        _replace_pictures(platform, store, product, wanted["pictures"])
        if set(wanted) <= {"id", "pictures"}:
            return sent
    _reword(product, wanted)
    if "vendor" in wanted:
        product.brand = named(store, store.brands, "brand", str(wanted["vendor"]))
    chosen = _chosen(product, wanted.get("variant"))
    for variant in chosen:
        _price(product, variant, wanted)
    store.touch(product, platform.clock.stamp())
    if "stock" in wanted:
        for variant in chosen:
            sent += set_stock(platform, store, variant, int(wanted["stock"]), int(wanted.get("location", 1)))
    if {"price", "compare_at_price"} & set(wanted) and product.has_options:
        for variant in chosen:
            sent += platform.notify(store, "store/sku/updated", _sku(variant))
    return sent + platform.notify(store, "store/product/updated", _named("product", product.number))


def set_stock(platform: "BigCommerce", store: Store, variant: Variant, quantity: int, location: int) -> Sent:
    """Set how many of a variant lie at a location; the catalog's events speak of the default one alone."""
    variant.stock[location] = quantity
    product = variant.product
    store.touch(product, platform.clock.stamp())
    changed = {"variant_id": variant.number, "product_id": product.number, "location_id": location}
    sent = platform.notify(store, "store/channel/*/inventory/product/stock_changed", changed)
    if location != 1:
        return sent
    level: dict[str, Any] = {"product_id": product.number, "method": "absolute", "value": quantity}
    if product.tracking == "variant":
        subject = _named("sku", variant.sku_number or 0) | {
            "inventory": level | {"variant_id": variant.number}
        }
        return sent + platform.notify(store, "store/sku/inventory/updated", subject)
    subject = _named("product", product.number) | {"inventory": level}
    return sent + platform.notify(store, "store/product/inventory/updated", subject)


def create_product(platform: "BigCommerce", store: Store, wanted: dict[str, Any]) -> tuple[Product, Sent]:
    """Make a product of one variant."""
    title, handle = str(wanted.get("title", "A new thing")), wanted.get("handle")
    handle = str(handle or f"new-{len(store.products) + 1}")
    price, was = Decimal(str(wanted.get("price", "10.00"))), wanted.get("compare_at_price")
    choice = Choice(
        (),
        price,
        Decimal(str(was)) if was else None,
        sku=wanted.get("sku"),
        stock=int(wanted.get("stock", 5)),
    )
    article = Article(
        handle,
        title,
        str(wanted.get("description_html", "<p>New.</p>")),
        str(wanted.get("vendor", "")),
        str(wanted.get("product_type", "")),
        choices=(choice,),
        photos=tuple(Photo(name, title) for name in wanted.get("pictures", [f"{handle}.jpg"])),
    )
    now = platform.clock.stamp().replace(microsecond=0)
    product = add_article(store, article, now, random.Random(1))  # noqa: S311 - not secret
    product.created_at = now
    store.touch(product, now)
    return product, platform.notify(store, "store/product/created", _named("product", product.number))


def delete_product(platform: "BigCommerce", store: Store, product: Product) -> Sent:
    """Delete a product."""
    store.drop_product(product)
    return platform.notify(store, "store/product/deleted", _named("product", product.number))


def create_order(platform: "BigCommerce", store: Store, wanted: dict[str, Any]) -> tuple[Order, Sent]:
    """Make an order of some variants (their numbers, or chosen for you); `status` 0 is not finished."""
    chance = platform.chance(store)
    variants = [one for number in wanted.get("variants", ()) if (one := store.variants.get(int(number)))]
    if not variants:
        variants = [chance.choice([one for one in store.variants if one.product.is_visible])]
    order = add_order(store, platform.clock.stamp().replace(microsecond=0), variants, chance)
    order.status = int(wanted.get("status", order.status))
    sent = _told(platform, store, order, "created")
    for line in order.lines if order.status else ():
        sent += _take(platform, store, line.variant, line.quantity)
    return order, sent


def change_order(platform: "BigCommerce", store: Store, order: Order, wanted: dict[str, Any]) -> Sent:
    """Change an order's status (`cancelled` is 5), notes, or give money back (`refund`)."""
    now = platform.clock.stamp().replace(microsecond=0)
    before, sent = order.status, list[Delivery]()
    order.staff_notes = wanted.get("note", order.staff_notes)
    if wanted.get("refund"):
        given = refund(store, order, now)
        subject = _named("order", order.number) | {"refund": {"refund_id": given.number}}
        sent += platform.notify(store, "store/order/refund/created", subject)
    if wanted.get("cancelled"):
        order.status = 5
    order.status = int(wanted.get("status", order.status))
    order.changed_at = now
    store.orders.touch()
    if order.status != before:
        moved = {"previous_status_id": before, "new_status_id": order.status}
        subject = _named("order", order.number) | {"status": moved}
        sent += platform.notify(store, "store/order/statusUpdated", subject)
    return sent + _told(platform, store, order, "updated")


def delete_order(platform: "BigCommerce", store: Store, order: Order, *, gone: bool = False) -> Sent:
    """Archive an order, which stays readable as deleted; `gone` takes it away, which no webhook tells."""
    if gone:
        store.orders.drop(order.number)
        return []
    order.is_deleted, order.changed_at = True, platform.clock.stamp().replace(microsecond=0)
    store.orders.touch()
    return platform.notify(store, "store/order/archived", _named("order", order.number))


def change_store(platform: "BigCommerce", store: Store, wanted: dict[str, Any]) -> Sent:
    """Change fields of `/v2/store`; `suspended` shuts the store, `owner_email` ends the app's token."""
    wanted = dict(wanted)
    store.suspended = bool(wanted.pop("suspended", store.suspended))
    owner_email = wanted.pop("owner_email", None)
    if owner_email is not None:
        store.owner.email = str(owner_email)
        store.installation.revoke(403)
    location = wanted.pop("location", None)
    if location is not None:
        store.locations[0].address = location
    unknown = set(wanted) - set(store.fields)
    if unknown:
        raise LookupError(f"no such fields: {', '.join(sorted(unknown))}")
    store.fields |= wanted
    store.changed_at = platform.clock.stamp().replace(microsecond=0)
    sent: Sent = []
    if location is not None:
        sent += platform.notify(store, "store/inventory/location/updated", {"location_id": 1})
    if SITE_FIELDS & set(wanted):
        store.site_url = f"https://{store.fields['domain']}"
        sent += platform.notify(store, "store/channel/1/settings/site/updated", {"site_id": 1000})
    if set(wanted) - SITE_FIELDS:
        sent += platform.notify(store, "store/information/updated", {"type": "store"})
    return sent


def end_offer(platform: "BigCommerce", store: Store, offer: Promotion | Coupon) -> None:
    """End an offer; no webhook tells it."""
    now = platform.clock.stamp().replace(microsecond=0)
    if isinstance(offer, Coupon):
        offer.enabled, offer.expires = False, now
    else:
        offer.status, offer.ends_at = "DISABLED", now
    store.promotions.touch()


def _told(platform: "BigCommerce", store: Store, order: Order, what: str) -> Sent:
    sent = platform.notify(store, f"store/order/{what}", _named("order", order.number))
    return sent + platform.notify(store, f"store/channel/1/order/{what}", {"order_id": order.number})


def _take(platform: "BigCommerce", store: Store, number: int, quantity: int) -> Sent:
    variant = store.variants.get(number)
    if variant is None or variant.product.tracking == "none":
        return []
    return set_stock(platform, store, variant, variant.stock.get(1, 0) - quantity, 1)


def _named(kind: str, number: int) -> dict[str, Any]:
    return {"type": kind, "id": number}


def _sku(variant: Variant) -> dict[str, Any]:
    ids = {"product_id": variant.product.number, "variant_id": variant.number}
    return _named("sku", variant.sku_number or 0) | {"sku": ids}


def _chosen(product: Product, number: object) -> list[Variant]:
    if number is None:
        return product.variants[:1]
    found = [one for one in product.variants if str(one.number) == str(number)]
    if not found:
        raise LookupError(f"no such variant: {number}")
    return found


def _reword(product: Product, wanted: dict[str, Any]) -> None:
    for name, field in WORDS.items():
        if name in wanted:
            setattr(product, field, wanted[name])
    if "retail_price" in wanted:
        product.retail_price = Decimal(str(wanted["retail_price"]))
    if "status" in wanted:
        product.is_visible = str(wanted["status"]).lower() in ("active", "visible")


def _price(product: Product, variant: Variant, wanted: dict[str, Any]) -> None:
    """Set what a shopper pays: the price, or with `compare_at_price` the sale price beside a higher one."""
    if not {"price", "compare_at_price"} & set(wanted):
        return
    pays = Decimal(str(wanted.get("price", variant.calculated_price)))
    was = wanted.get("compare_at_price")
    regular, sale = (Decimal(str(was)), pays) if was else (pays, NOTHING)
    if not product.has_options:
        product.price, product.sale_price = regular, sale
    variant.price, variant.sale_price = regular, sale


def _replace_pictures(platform: "BigCommerce", store: Store, product: Product, names: list[str]) -> None:
    now: datetime = platform.clock.stamp()
    product.images = [Image(store.next("image"), Photo(name, product.name), now) for name in names]
    for image in product.images:
        store.pictures.add(image.photo)
