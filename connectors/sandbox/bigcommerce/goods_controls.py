"""The controls of a store's products and orders."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.sandbox.bigcommerce import changes
from connectors.sandbox.bigcommerce.goods import Product
from connectors.sandbox.bigcommerce.sales import Order
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.courier import Delivery
from connectors.sandbox.played import Answer

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce


def products(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List the products."""
    return {"products": [_product(one) for one in store.products]}


def orders(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List the orders; `visible` are those that count as sales."""
    return {
        "orders": [
            {
                "id": order.number,
                "total": str(order.total),
                "customer": order.customer.number,
                "status": order.status,
                "visible": bool(order.status) and not order.is_deleted,
            }
            for order in store.orders
        ]
    }


def change_product(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Change a product, the first without an id."""
    product = _found_product(store, wanted)
    sent = changes.change_product(platform, store, product, wanted)
    return _product(product) | _sent(sent)


def create_product(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Create a product."""
    product, sent = changes.create_product(platform, store, wanted)
    return _product(product) | _sent(sent)


def delete_product(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Delete a product."""
    return _sent(changes.delete_product(platform, store, _found_product(store, wanted)))


def create_order(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Create an order."""
    order, sent = changes.create_order(platform, store, wanted)
    return {"id": order.number} | _sent(sent)


def change_order(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Change an order."""
    return _sent(changes.change_order(platform, store, _found_order(store, wanted), wanted))


def delete_order(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Archive an order, or take it away (`gone`)."""
    order = _found_order(store, wanted)
    return _sent(changes.delete_order(platform, store, order, gone=bool(wanted.get("gone"))))


def _product(product: Product) -> Answer:
    return {
        "id": product.number,
        "handle": product.handle,
        "title": product.name,
        "status": product.status,
        "variants": [
            {"id": one.number, "price": str(one.calculated_price), "stock": one.available}
            for one in product.variants
        ],
        "pictures": [image.photo.name for image in product.images],
    }


def _sent(deliveries: list[Delivery]) -> Answer:
    return {"deliveries": [one.number for one in deliveries]}


def _found_product(store: Store, wanted: Answer) -> Product:
    if "id" in wanted:
        found = store.products.get(int(wanted["id"]))
    else:
        named = (one for one in store.products if one.handle == wanted.get("handle", one.handle))
        found = next(named, None)
    if found is None:
        raise LookupError("no such product")
    return found


def _found_order(store: Store, wanted: Answer) -> Order:
    found = store.orders.get(int(wanted["id"]))
    if found is None:
        raise LookupError("no such order")
    return found


CONTROLS: dict[tuple[str, str], Callable[["BigCommerce", Store, Answer], Answer]] = {
    ("GET", "products"): products,
    ("GET", "orders"): orders,
    ("POST", "product/change"): change_product,
    ("POST", "product/create"): create_product,
    ("POST", "product/delete"): delete_product,
    ("POST", "order/create"): create_order,
    ("POST", "order/change"): change_order,
    ("POST", "order/delete"): delete_order,
}
