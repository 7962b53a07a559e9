"""What the control API tells of a site, in words that every platform's controls share."""

from typing import TYPE_CHECKING, Any

from connectors.sandbox.catalogue.goods import text_of
from connectors.sandbox.wix.dashboard import page_path
from connectors.sandbox.wix.sales import Order
from connectors.sandbox.wix.site import Site
from connectors.sandbox.wix.things import Product

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Answer = dict[str, Any]
OPENING = 24  # letters of a description, enough to know it by


def state(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Tell how much a site holds and how the app stands with it."""
    held = site.installation
    return {
        "key": site.key,
        "handle": site.handle,
        "name": site.name,
        "page": page_path(wix, site),
        "site_id": site.site_id,
        "catalog": site.catalog,
        "published": site.published,
        "installed": held.active,
        "origin": held.origin_instance_id,
        "scopes": list(held.scopes),
        "access_tokens": len(held.tokens),
        "requests_left": wix.quota.left(site.key, wix.clock.timestamp()),
        "counts": {
            "products": len(site.products),
            "visible_products": sum(one.visible for one in site.products.values()),
            "variants": sum(len(one.variants) for one in site.products.values()),
            "orders": len(site.orders),
            "visible_orders": sum(visible(one) for one in site.orders.values()),
            "discounts": len(site.rules),
            "coupons": len(site.coupons),
            "locations": len(site.places),
        },
    }


def visible(order: Order) -> bool:
    """Tell whether an app sees an order and should count it: not one only begun, nor one for show."""
    return order.status != "INITIALIZED" and not order.demo


def listed_product(one: Product) -> Answer:
    """Tell of a product what a test needs to know."""
    return {
        "id": one.id,
        "handle": one.slug,
        "title": one.name,
        "status": "ACTIVE" if one.visible else "HIDDEN",
        "visible": one.visible,
        "variants": [
            {
                "id": variant.id,
                "v1_id": one.v1_id(variant),
                "price": str(variant.price),
                "stock": variant.quantity,
            }
            for variant in one.variants
        ],
        "pictures": [photo.name for photo in one.photos],
    }


def personal(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """List every personal value the site knows or knew, so that a test can look where they must not be."""
    found: set[str] = set(site.forgotten)
    for buyer in site.buyers:
        found |= buyer.values
    for order in site.orders.values():
        found |= order.personal
    return {"values": sorted(found)}


def merchant(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """List what the site knows of its merchant and goods in words, and the tokens that the app has."""
    held = site.properties
    found: set[str | None] = {
        held.site_display_name, held.business_name, held.email, held.phone, held.fax, held.street, held.city,
        held.zip, site.owner_email, site.address.removeprefix("https://"), site.site_id, site.key,
    }  # fmt: skip
    for one in site.products.values():
        found |= {
            one.name,
            one.slug,
            text_of(one.html)[:OPENING].strip(),
            *(photo.name for photo in one.photos),
        }
        found |= {variant.sku for variant in one.variants}
    found |= {rule.name for rule in site.rules.values()} | {one.code for one in site.coupons.values()}
    return {"values": sorted(filter(None, found)), "tokens": list(site.installation.tokens)}
