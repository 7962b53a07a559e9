"""The control API of one store: `/_sandbox/stores/{shop}/...`; see the package's docstring."""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from connectors.sandbox.courier import Delivery
from connectors.sandbox.shopify import changes
from connectors.sandbox.shopify.admin import id_token, load_address, load_parameters
from connectors.sandbox.shopify.platform import Shopify
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import Product, Thing
from connectors.sandbox.shopify.webhooks import Twist

Answer = dict[str, Any]
Control = Callable[[Shopify, Shop, Answer], Answer]


def state(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Tell how much a store holds and how the app stands with it."""
    held = shop.installation
    return {
        "key": shop.key,
        "handle": shop.handle,
        "page": f"/store/{shop.handle}/apps/{shopify.app.handle}",
        "domain": shop.domain,
        "number": str(shop.number),
        "name": shop.name,
        "installed": held.active,
        "scopes": list(held.scopes),
        "access_tokens": len(held.tokens),
        "refresh_tokens": len(held.refresh),
        "bulk_running": len(shopify.bulk.running(shop)),
        "bulk_unwritten": sum(not one.is_written for one in shopify.bulk.running(shop)),
        "counts": {
            "products": len(shop.products),
            "variants": len(shop.variants),
            "orders": len(shop.orders),
            "visible_orders": len(shop.visible_orders(shopify.clock.stamp())),
            "customers": len(shop.customers),
            "discounts": len(shop.discounts),
            "collections": len(shop.collections),
            "locations": len(shop.locations),
        },
    }


def products(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """List a store's products."""
    return {"products": [_product(one) for one in shop.products.values()]}


def orders(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """List a store's orders with whom they name."""
    rows = [
        {
            "id": order.id,
            "total": str(order.total),
            "customer": order.customer.number if order.customer else None,
            "visible": order in shop.visible_orders(shopify.clock.stamp()),
        }
        for order in shop.orders.values()
    ]
    return {"orders": rows}


def discounts(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """List a store's offers."""
    now = shopify.clock.stamp()
    held = shop.discounts.values()
    return {
        "discounts": [
            {"id": one.id, "title": one.title, "kind": one.kind, "status": one.status_at(now)} for one in held
        ]
    }


def personal(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """List every personal value the store knows, so that a test can look for them where they must not be."""
    found: set[str] = set()
    for customer in shop.customers.values():
        found |= {customer.email, customer.phone, customer.display_name, str(customer.address.address1)}
    for order in shop.orders.values():
        found |= {text for text in (order.note, order.client_ip) if text}
        found |= {line.engraving for line in order.line_items if line.engraving}
    return {"values": sorted(found)}


def merchant(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """List what the store knows of its merchant and its goods in words, and the tokens that the app has."""
    address, goods = shop.address, shop.products.values()
    found = {shop.name, shop.email, shop.contact_email, shop.shop_owner, shop.domain, shop.google_apps_domain}
    found |= {address.address1, address.city, address.phone, address.zip}
    for one in goods:
        found |= {one.title, one.handle, re.sub("<[^>]*>", "", one.description_html)[:24].strip()}
        found |= {variant.sku for variant in one.variants} | {medium.photo.name for medium in one.media}
    found |= {code for discount in shop.discounts.values() for _, code in discount.codes}
    held = shop.installation
    return {"values": sorted(filter(None, found)), "tokens": [*held.tokens, *held.refresh]}


def load(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Give the signed address with which the admin opens the app."""
    embedded = wanted.get("embedded", True) not in (False, "0", "false")
    address = load_address(shopify, shop, embedded=embedded)
    return {"url": address, "parameters": load_parameters(shopify, shop, embedded=embedded)}


def token(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Give a fresh session token."""
    return {"id_token": id_token(shopify, shop, int(wanted.get("user", 91_000_001)))}


def change_product(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    product = _found(shop, "Product", wanted)
    sent = changes.change_product(shopify, shop, product, wanted)
    return _product(product) | _sent(sent)


def create_product(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    product, sent = changes.create_product(shopify, shop, wanted)
    return _product(product) | _sent(sent)


def delete_product(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.delete_product(shopify, shop, _found(shop, "Product", wanted)))


def create_order(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    order, sent = changes.create_order(shopify, shop, wanted)
    return {"id": order.id} | _sent(sent)


def change_order(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.change_order(shopify, shop, _found(shop, "Order", wanted), wanted))


def delete_order(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.delete_order(shopify, shop, _found(shop, "Order", wanted)))


def change_shop(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.change_shop(shopify, shop, wanted))


def create_discount(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    discount, sent = changes.create_discount(shopify, shop, wanted)
    return {"id": discount.id} | _sent(sent)


def end_discount(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.end_discount(shopify, shop, _found(shop, "DiscountNode", wanted)))


def delete_discount(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(changes.delete_discount(shopify, shop, _found(shop, "DiscountNode", wanted)))


def install(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    shopify.install(shop, wanted.get("scopes"))
    return state(shopify, shop, {})


def uninstall(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(shopify.uninstall(shop))


def set_scopes(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _sent(shopify.set_scopes(shop, tuple(wanted["scopes"])))


def redact_customer(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _customer(shopify, shop, "customers/redact", wanted)


def request_customer(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    return _customer(shopify, shop, "customers/data_request", wanted)


def webhook(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Send any topic, about a thing (`id`), with a body of your own (`body`, `raw`) and with twists."""
    known = {one.name for one in fields(Twist)}
    twist = Twist(**{name: value for name, value in wanted.get("twist", {}).items() if name in known})
    if "raw" in wanted:
        twist.raw_body = str(wanted["raw"]).encode("utf-8", "surrogatepass")
    subject: Any = wanted.get("body", {} if "raw" in wanted else shop)
    if "id" in wanted:
        subject = _thing(shopify, shop, str(wanted["id"]))
    return _sent(shopify.notify(shop, str(wanted["topic"]), subject, twist))


def expire_tokens(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Let every access token end now; with `refresh`, the refresh tokens too."""
    now = shopify.clock.now()
    for one in shop.installation.tokens.values():
        one.expires_at = now
    if wanted.get("refresh"):
        shop.installation.refresh.clear()
    return {}


def drain(shopify: Shopify, shop: Shop, wanted: Answer) -> Answer:
    """Empty the bucket of points."""
    shopify.bucket(shop).status(shop.restore_rate, shopify.clock.timestamp())
    shopify.bucket(shop).drain()
    return {}


def _customer(shopify: Shopify, shop: Shop, topic: str, wanted: Answer) -> Answer:
    number = wanted.get("customer")
    known = [order.customer for order in shop.orders.values() if order.customer]
    chosen = shop.customers[int(number)] if number is not None else known[-1]
    body, sent = changes.customer_request(shopify, shop, topic, chosen)
    return {"body": body} | _sent(sent)


def _product(product: Product) -> Answer:
    return {
        "id": product.id,
        "handle": product.handle,
        "title": product.title,
        "status": product.status,
        "variants": [
            {"id": one.id, "price": str(one.price), "stock": one.inventory_quantity}
            for one in product.variants
        ],
        "pictures": [medium.photo.name for medium in product.media],
    }


def _sent(deliveries: list[Delivery]) -> Answer:
    return {"deliveries": [one.number for one in deliveries]}


def _found(shop: Shop, kind: str, wanted: Answer) -> Any:
    name = wanted.get("id")
    if name is None and kind == "Product":
        found = next((one for one in shop.products.values() if one.handle == wanted.get("handle")), None)
        if "handle" not in wanted:
            found = next(iter(shop.products.values()), None)
    else:
        found = shop.find(kind, int(str(name).rpartition("/")[2]))  # type: ignore[assignment]
    if found is None:
        raise LookupError(f"no such {kind}")
    return found


def _thing(shopify: Shopify, shop: Shop, gid: str) -> Thing:
    if gid.startswith("gid://shopify/InventoryLevel/"):
        found: Thing | None = shop.level(gid)
    else:
        kind, _, number = gid.removeprefix("gid://shopify/").partition("/")
        found = shop.find(kind, int(number))
    if found is None:
        raise LookupError(f"no such thing: {gid}")
    return found


CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", ""): state,
    ("GET", "products"): products,
    ("GET", "orders"): orders,
    ("GET", "discounts"): discounts,
    ("GET", "personal"): personal,
    ("GET", "merchant"): merchant,
    ("GET", "load"): load,
    ("GET", "id-token"): token,
    ("POST", "product/change"): change_product,
    ("POST", "product/create"): create_product,
    ("POST", "product/delete"): delete_product,
    ("POST", "order/create"): create_order,
    ("POST", "order/change"): change_order,
    ("POST", "order/delete"): delete_order,
    ("POST", "shop"): change_shop,
    ("POST", "discount/create"): create_discount,
    ("POST", "discount/end"): end_discount,
    ("POST", "discount/delete"): delete_discount,
    ("POST", "install"): install,
    ("POST", "uninstall"): uninstall,
    ("POST", "scopes"): set_scopes,
    ("POST", "customers/redact"): redact_customer,
    ("POST", "customers/data_request"): request_customer,
    ("POST", "webhook"): webhook,
    ("POST", "tokens/expire"): expire_tokens,
    ("POST", "bucket/drain"): drain,
}
