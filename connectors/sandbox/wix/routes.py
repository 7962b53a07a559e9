"""Where Wix's paths lead. The names are those that faults and ledger know."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug import Response
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from connectors.sandbox.call import Call
from connectors.sandbox.wix import dashboard
from connectors.sandbox.wix.api import business, oauth, sales, v1, v3

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Answerer = Callable[["Wix", Call], Response]


def picture(wix: "Wix", call: Call) -> Response:
    """Give a picture; how it is to be fitted is not looked at."""
    name = call.found["media"]
    site = next((one for one in wix.stores() if name in one.media), None)
    read = site.pictures.read(site.media[name].name) if site else None
    if read is None:
        raise NotFound
    return Response(read[0], content_type=read[1], headers={"Cache-Control": "public, max-age=31557600"})


ASKED: tuple[tuple[str, str, str, Answerer], ...] = (
    ("token", "POST", "/oauth2/token", oauth.serve_token),
    ("token-info", "POST", "/oauth2/token-info", oauth.serve_token_info),
    ("instance", "GET", "/apps/v1/instance", business.instance),
    ("properties", "GET", "/site-properties/v4/properties", business.properties),
    ("locations", "GET", "/locations/v1/locations", business.locations),
    ("locations-query", "POST", "/locations/v1/locations/query", business.query_locations),
    ("version", "GET", "/stores/v3/provision/version", business.version),
    ("v1-products", "POST", "/stores-reader/v1/products/query", v1.products),
    ("v1-products", "POST", "/stores/v1/products/query", v1.products),
    ("v1-product", "GET", "/stores-reader/v1/products/<id>", v1.product),
    ("v1-product", "GET", "/stores/v1/products/<id>", v1.product),
    ("v1-inventory", "POST", "/stores-reader/v2/inventoryItems/query", v1.stock),
    ("v1-inventory", "POST", "/stores/v2/inventoryItems/query", v1.stock),
    ("v1-collections", "POST", "/stores/v1/collections/query", v1.collections),
    ("v1-collections", "POST", "/stores-reader/v1/collections/query", v1.collections),
    ("v3-products", "POST", "/stores/v3/products/query", v3.products),
    ("v3-count", "POST", "/stores/v3/products/count", v3.count),
    ("v3-variants", "POST", "/stores/v3/products/query-variants", v3.variants),
    ("v3-product", "GET", "/stores/v3/products/<id>", v3.product),
    ("v3-inventory", "POST", "/stores/v3/inventory-items/query", v3.stock),
    ("v3-locations", "POST", "/stores/v3/locations/query", v3.places),
    ("orders", "POST", "/ecom/v1/orders/search", sales.search),
    ("order", "GET", "/ecom/v1/orders/<id>", sales.order),
    ("transactions", "POST", "/ecom/v1/payments/list-by-ids", sales.transactions),
    ("discounts", "POST", "/ecom/v1/discount-rules/query", sales.rules),
    ("coupons", "POST", "/stores/v2/coupons/query", sales.coupons),
    ("admin", "GET", "/store/<site>/apps/<app>", dashboard.app_page),
    ("picture", "GET", "/_cdn/media/<media>", picture),
    ("picture", "GET", "/_cdn/media/<media>/v1/fit/<fit>/<file>", picture),
)
RULES = tuple(
    Rule(path, endpoint=kind, methods=[method], strict_slashes=False) for kind, method, path, _ in ASKED
)
ANSWERERS: dict[str, Answerer] = {kind: answerer for kind, _, _, answerer in ASKED}
