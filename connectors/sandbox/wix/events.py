"""Which events tell of what has happened to a site, in the words of its catalog."""

from typing import TYPE_CHECKING, Any

from connectors.sandbox.courier import Delivery
from connectors.sandbox.wix.app import INSTALLATION, ORDER, RULE, STOCK_V1, V1, V3
from connectors.sandbox.wix.bodies import business, offers, orders, v1, v3
from connectors.sandbox.wix.ids import guid, written
from connectors.sandbox.wix.permissions import HIDDEN_V3, permissions
from connectors.sandbox.wix.sales import Order, Rule
from connectors.sandbox.wix.site import V1 as V1_CATALOG
from connectors.sandbox.wix.site import V3 as V3_CATALOG
from connectors.sandbox.wix.site import Site
from connectors.sandbox.wix.things import Product, Variant
from connectors.sandbox.wix.webhooks import PLAIN, Twist, domain_event, notify

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Sent = list[Delivery]
MEDIA = "https://static.wixstatic.com"


def installed(wix: "Wix", site: Site, twist: Twist = PLAIN) -> Sent:
    """Tell that the app was installed; of a cloned site, on which."""
    payload = {"appId": wix.app.app_id}
    if site.installation.origin_instance_id:
        payload["originInstanceId"] = site.installation.origin_instance_id
    return notify(wix, site, "AppInstalled", payload, twist)


def removed(wix: "Wix", site: Site, twist: Twist = PLAIN) -> Sent:
    """Tell that the app was removed."""
    return notify(wix, site, "AppRemoved", {"appId": wix.app.app_id}, twist)


def installation_deleted(wix: "Wix", site: Site) -> Sent:
    """Tell that the record of the installation is gone for good, because its site is."""
    fqdn = INSTALLATION.rstrip("_")
    payload = domain_event(wix, site, fqdn, "deleted", guid("installation", site.key))
    return notify(wix, site, f"{INSTALLATION}deleted", payload)


def properties_updated(wix: "Wix", site: Site, paths: list[str]) -> Sent:
    """Tell which site properties changed, and to what."""
    whole = business.properties(site)
    mask: Any = ",".join(paths) if wix.app.mask == "commas" else {"paths": paths}
    event = {
        "version": str(site.properties.version),
        "fields": mask,
        "properties": {path: whole[path] for path in paths},
    }
    return notify(wix, site, "SitePropertiesUpdated", {"metasiteId": site.site_id, "event": event})


def product_created(wix: "Wix", site: Site, product: Product) -> Sent:
    """Tell of a new product."""
    if site.catalog == V1_CATALOG:
        return notify(wix, site, f"{V1}ProductCreated", v1.created(site, MEDIA, product))
    sent = _product(wix, site, product, "created", entity=_whole(site, product))
    for variant in product.variants:
        sent += _items(wix, site, product, variant, "created")
    return sent


def product_changed(
    wix: "Wix", site: Site, product: Product, fields: list[str], *, anonymised: bool = False
) -> Sent:
    """Tell that a product changed: V1 names the fields only, V3 carries the product."""
    if site.catalog == V1_CATALOG:
        told = {"productId": product.id, "changedFields": fields, "originatedFromVersion": V1_CATALOG}
        return notify(wix, site, f"{V1}ProductChanged", told)
    return _product(wix, site, product, "updated", current=_whole(site, product), anonymised=anonymised)


def variants_changed(
    wix: "Wix", site: Site, product: Product, variants: list[Variant], fields: list[str]
) -> Sent:
    """Tell that variants changed; V3 has no such event, there the product changes."""
    if site.catalog != V1_CATALOG:
        return []
    return notify(wix, site, f"{V1}VariantsChanged", v1.variants_changed(product, variants, fields))


def product_deleted(wix: "Wix", site: Site, product: Product, *, anonymised: bool = False) -> Sent:
    """Tell that a product is gone, and with it what lay in stock."""
    if site.catalog == V1_CATALOG:
        told = {"productId": product.id, "originatedFromVersion": V1_CATALOG}
        return notify(wix, site, f"{V1}ProductDeleted", told)
    sent = _product(wix, site, product, "deleted", anonymised=anonymised)
    for variant in product.variants:
        sent += _items(wix, site, product, variant, "deleted")
    return sent


def stock_changed(
    wix: "Wix", site: Site, product: Product, before: dict[str, int], reason: str = "MANUAL"
) -> Sent:
    """Tell that quantities changed; `before` has them by the variants' ids."""
    if site.catalog == V1_CATALOG:
        told = v1.stock_changed(product, before, reason)
        return notify(wix, site, f"{STOCK_V1}InventoryVariantsChanged", told)
    sent: Sent = []
    for variant in product.variants:
        if variant.id in before:
            sent += _items(wix, site, product, variant, "updated")
    return sent


def tracking_changed(wix: "Wix", site: Site, product: Product) -> Sent:
    """Tell that a product's stock is counted now, or no more."""
    if site.catalog != V1_CATALOG:
        return stock_changed(wix, site, product, {one.id: one.quantity for one in product.variants})
    told = {
        "inventoryItemId": product.stock_id,
        "externalId": product.id,
        "productId": product.id,
        "trackInventory": product.tracked,
        "updatedDate": written(product.stock_changed),
    }
    return notify(wix, site, f"{STOCK_V1}InventoryItemChanged", told)


def order_event(wix: "Wix", site: Site, one: Order, slug: str, *, anonymised: bool = False) -> Sent:
    """Tell of an order, with its buyer: `created`, `updated` or `canceled`."""
    body = orders.order(site, one)
    shapes: dict[str, dict[str, Any]] = {"created": {"entity": body}, "updated": {"current": body}}
    known = shapes.get(slug, {"body": {"order": body}})
    fqdn = ORDER.rstrip("_")
    payload = domain_event(wix, site, fqdn, slug, one.id, anonymised=anonymised, **known)
    return notify(wix, site, f"{ORDER}{slug}", payload)


def rule_event(wix: "Wix", site: Site, one: Rule, slug: str, *, anonymised: bool = False) -> Sent:
    """Tell of a discount rule: `created`, `updated` or `deleted`."""
    body = offers.rule(one, wix.clock.stamp())
    known = {"created": {"entity": body}, "updated": {"current": body}}.get(slug, {})
    fqdn = RULE.rstrip("_")
    payload = domain_event(wix, site, fqdn, slug, one.id, anonymised=anonymised, **known)
    return notify(wix, site, f"{RULE}{slug}", payload)


def _whole(site: Site, product: Product) -> dict[str, Any]:
    return v3.product(site, MEDIA, product, ("CURRENCY", "PLAIN_DESCRIPTION"), variants=True)


def _product(wix: "Wix", site: Site, product: Product, slug: str, **known: Any) -> Sent:
    """Tell of a product of V3; of a hidden one only those hear who may read it, so hiding one is silent."""
    hears = product.visible or HIDDEN_V3 in permissions(site.installation.scopes)
    if site.catalog != V3_CATALOG or not hears:
        return []
    payload = domain_event(wix, site, f"{V3}product", slug, product.id, **known)
    return notify(wix, site, f"{V3}product_{slug}", payload)


def _items(wix: "Wix", site: Site, product: Product, variant: Variant, slug: str) -> Sent:
    if site.catalog != V3_CATALOG:
        return []
    sent: Sent = []
    for place in range(len(variant.stock)):
        body = v3.stock_item(site, product, variant, place)
        known = {"created": {"entity": body}, "updated": {"current": body}}.get(slug, {})
        fqdn, thing = f"{V3}inventory_item", site.stock_item_id(variant, place)
        payload = domain_event(wix, site, fqdn, slug, thing, **known)
        sent += notify(wix, site, f"{fqdn}_{slug}", payload)
    return sent
