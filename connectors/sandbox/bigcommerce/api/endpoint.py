"""The door of the API: which path is whose, who may come in, and how often."""

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from connectors.sandbox.bigcommerce.api import catalog, hooks, offers, orders, shop, stock
from connectors.sandbox.bigcommerce.api.ask import Ask, RefusedError, nothing_there
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.call import Call

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

STORE = ("store_v2_information_read_only",)
GOODS = ("store_v2_products_read_only",)
STOCK = ("store_inventory_read_only",)
PLACES = ("store_locations_read_only",)
SALES = ("store_v2_orders_read_only",)
REFUNDS = (*SALES, "store_v2_transactions_read_only")
OFFERS = ("store_v2_marketing_read_only",)
PAYMENTS = ("store_payments_methods_read",)
CHANNELS = ("store_channel_settings_read_only", "store_channel_listings_read_only")
SITES = (*CHANNELS, "store_sites_read_only")
NOBODY = (
    "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for this store."
)
NOT_YOU = "Unauthorized Access. You do not have permission to make this request."
DOWN = "The store is down for maintenance, being upgraded, or suspended."

Serve = Callable[[Ask], Response]
READS: tuple[tuple[str, tuple[str, ...], Serve], ...] = (
    ("/v2/store", STORE, shop.store),
    ("/v2/time", STORE, shop.time),
    ("/v2/currencies", STORE, shop.currencies),
    ("/v2/payments/methods", PAYMENTS, shop.payments),
    ("/v2/orders", SALES, orders.orders),
    ("/v2/orders/count", SALES, orders.count),
    ("/v2/orders/<int:order>", SALES, orders.order),
    ("/v2/orders/<int:order>/products", SALES, orders.lines),
    ("/v2/orders/<int:order>/coupons", SALES, orders.coupons),
    ("/v2/orders/<int:order>/shipping_addresses", SALES, orders.shipping_addresses),
    ("/v2/order_statuses", SALES, orders.statuses),
    ("/v2/coupons", OFFERS, offers.coupons),
    ("/v2/coupons/count", OFFERS, offers.coupon_count),
    ("/v2/banners", OFFERS, offers.banners),
    ("/v3/settings/store/profile", STORE, shop.profile),
    ("/v3/settings/logo", STORE, shop.logo),
    ("/v3/settings/store/locale", STORE, partial(shop.setting, name="locale")),
    ("/v3/settings/store/units-of-measurement", STORE, partial(shop.setting, name="units")),
    ("/v3/settings/catalog", STORE, partial(shop.setting, name="catalog")),
    ("/v3/settings/inventory", STORE, partial(shop.setting, name="inventory")),
    ("/v3/settings/storefront/status", STORE, partial(shop.setting, name="storefront")),
    ("/v3/channels", CHANNELS, shop.channels),
    ("/v3/channels/<int:channel>", CHANNELS, shop.channel),
    ("/v3/sites", SITES, shop.sites),
    ("/v3/inventory/locations", PLACES, stock.locations),
    ("/v3/inventory/items", STOCK, stock.items),
    ("/v3/inventory/locations/<int:location>/items", STOCK, stock.items_of_location),
    ("/v3/catalog/products", GOODS, catalog.products),
    ("/v3/catalog/products/<int:product>", GOODS, catalog.product),
    ("/v3/catalog/products/<int:product>/variants", GOODS, catalog.product_variants),
    ("/v3/catalog/products/<int:product>/images", GOODS, catalog.images),
    ("/v3/catalog/products/<int:product>/videos", GOODS, catalog.videos),
    ("/v3/catalog/variants", GOODS, catalog.variants),
    ("/v3/catalog/summary", GOODS, catalog.summary),
    ("/v3/catalog/brands", GOODS, catalog.brands),
    ("/v3/catalog/brands/<int:brand>", GOODS, catalog.brand),
    ("/v3/catalog/trees", GOODS, catalog.trees),
    ("/v3/catalog/trees/categories", GOODS, catalog.tree_categories),
    ("/v3/orders/payment_actions/refunds", REFUNDS, orders.refunds),
    ("/v3/promotions", OFFERS, offers.promotions),
    ("/v3/promotions/settings", OFFERS, offers.settings),
    ("/v3/promotions/<int:promotion>", OFFERS, offers.promotion),
    ("/v3/promotions/<int:promotion>/codes", OFFERS, offers.codes),
    ("/v3/pricelists", GOODS, offers.price_lists),
    ("/v3/pricelists/assignments", GOODS, offers.assignments),
    ("/v3/pricelists/<int:list>/records", GOODS, offers.price_records),
    ("/v3/hooks", (), hooks.listed),
    ("/v3/hooks/<int:hook>", (), hooks.shown),
    ("/v3/hooks/admin", (), hooks.admin),
)
WRITES: tuple[tuple[str, str, Serve], ...] = (
    ("POST", "/v3/hooks", hooks.create),
    ("PUT", "/v3/hooks/<int:hook>", hooks.update),
    ("DELETE", "/v3/hooks/<int:hook>", hooks.delete),
    ("PUT", "/v3/hooks/admin", hooks.set_admin),
)
ROUTES = Map(
    [
        *(Rule(path, methods=["GET"], endpoint=(scopes, serve)) for path, scopes, serve in READS),
        *(Rule(path, methods=[method], endpoint=((), serve)) for method, path, serve in WRITES),
    ]
)


def serve(platform: "BigCommerce", store: Store, call: Call) -> Response:
    """Answer a call of `/stores/{hash}/v2|v3/...`; every answer tells the rate limit."""
    version, path = call.found["version"], f"/{call.found['version']}/{call.found['path']}"
    call.entry.operation = f"{call.request.method} {path}"
    call.entry.fields = sorted(
        f"{name}={text}" if name.startswith("include") else name for name, text in call.request.args.items()
    )
    now = platform.clock.timestamp()
    if not store.quota.spend(now):
        answer = too_many(store.quota.headers(now))
    else:
        try:
            with store.lock:
                answer = _answered(platform, store, version, path, call)
        except RefusedError as refused:
            answer = refused.answer(version)
    answer.headers.update(store.quota.headers(now))
    if version == "v2":
        answer.headers.update({"X-BC-Store-Version": "7.6.0", "X-BC-ApiLimit-Remaining": "20000"})
    return answer


def too_many(headers: dict[str, str]) -> Response:
    """Refuse because the quota of the store is used up."""
    answer = RefusedError(429, "Too many requests", {}).answer("v3")
    answer.headers.update(headers)
    answer.headers["X-Retry-After"] = str(int(headers["X-Rate-Limit-Time-Reset-Ms"]) // 1000 + 1)
    return answer


def _answered(platform: "BigCommerce", store: Store, version: str, path: str, call: Call) -> Response:
    if store.suspended:
        return RefusedError(503, DOWN).answer(version)
    held, token = store.installation, call.request.headers.get("X-Auth-Token", "")
    if held.token is None or token != held.token:
        status = held.dead.get(token, 401)
        return RefusedError(status, NOBODY if status == 401 else NOT_YOU).answer("v3")
    if version == "v3" and path.endswith("/"):
        raise RefusedError(403, NOT_YOU)
    scopes, answer, numbers = _route(version, path, call.request.method)
    if not held.covers(scopes):
        raise RefusedError(403, NOT_YOU)
    args = call.request.args.to_dict()
    body = _body(call.request.get_data())
    return answer(Ask(platform, store, version, args, numbers, body, call.request.host_url))


def _route(version: str, path: str, method: str) -> tuple[tuple[str, ...], Serve, dict[str, int]]:
    try:
        (scopes, answer), numbers = ROUTES.bind("").match(path, method)
    except MethodNotAllowed as error:
        raise RefusedError(405, "Method Not Allowed") from error
    except HTTPException as error:
        raise nothing_there(version) from error
    return scopes, answer, dict(numbers)


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
