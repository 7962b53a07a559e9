"""What owners and buyers do to a site, each with the events that follow."""

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.catalogue.goods import Article, Choice, Photo
from connectors.sandbox.wix import events
from connectors.sandbox.wix.events import Sent
from connectors.sandbox.wix.ids import whole_ms
from connectors.sandbox.wix.offers import add_coupon, add_rule
from connectors.sandbox.wix.orders import add_order, forget_buyer
from connectors.sandbox.wix.sales import Coupon, Order, Rule
from connectors.sandbox.wix.seeding import add_article
from connectors.sandbox.wix.site import CATALOGS, V1, V3, Site
from connectors.sandbox.wix.things import Product, Variant

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Wanted = dict[str, Any]
WORDS = {  # what a test calls it: the attribute, and the name in V1's changedFields
    "title": ("name", "name"),
    "name": ("name", "name"),
    "description_html": ("html", "description"),
    "vendor": ("brand", "brand"),
    "handle": ("slug", "slug"),
    "visible": ("visible", "visible"),
    "ribbon": ("ribbon", "ribbon"),
}
PROPERTIES = {  # an attribute of Properties: the path that SitePropertiesUpdated names
    "site_display_name": "siteDisplayName", "business_name": "businessName", "email": "email",
    "phone": "phone", "fax": "fax", "currency": "paymentCurrency", "time_zone": "timeZone",
    "description": "description", "language": "language", "street": "address", "street_number": "address",
    "apartment_number": "address", "city": "address", "state": "address", "zip": "address",
    "country": "address",
}  # fmt: skip
ALIASES = {
    "name": "site_display_name",
    "iana_timezone": "time_zone",
    "address1": "street",
    "province": "state",
}


def change_product(wix: "Wix", site: Site, product: Product, wanted: Wanted) -> Sent:
    """Change a product's words, prices and stock. Stock alone leaves the product's own date as it was."""
    words = _reword(product, wanted)
    priced = _reprice(product, wanted)
    sent: Sent = []
    if words or priced:
        product.updated = whole_ms(wix.clock.stamp())
        product.revision += 1
        fields = words + (["priceData"] if priced else [])
        sent += events.product_changed(wix, site, product, fields)
    if priced:
        sent += events.variants_changed(wix, site, product, priced, ["price"])
    if "tracked" in wanted:
        product.tracked = bool(wanted["tracked"])
        _restocked(wix, product, product.variants)
        sent += events.tracking_changed(wix, site, product)
    if "stock" in wanted:
        sent += set_stock(wix, site, product, _chosen(product, wanted.get("variant")), int(wanted["stock"]))
    site.changed()
    return sent


def _reword(product: Product, wanted: Wanted) -> list[str]:
    if "status" in wanted:
        wanted = wanted | {"visible": str(wanted["status"]).lower() in ("active", "unlisted")}
    changed = []
    for name, (attribute, told) in WORDS.items():
        if name in wanted:
            setattr(product, attribute, wanted[name])
            changed.append(told)
    return changed


def _reprice(product: Product, wanted: Wanted) -> list[Variant]:
    if not wanted.keys() & {"price", "compare_at_price"}:
        return []
    chosen = _chosen(product, wanted.get("variant"))
    for variant in chosen:
        if "price" in wanted:
            variant.price = Decimal(str(wanted["price"]))
        if "compare_at_price" in wanted:
            was = wanted["compare_at_price"]
            variant.was = None if was is None else Decimal(str(was))
    return chosen


def _chosen(product: Product, place: Any) -> list[Variant]:
    return product.variants if place is None else [product.variants[int(place)]]


def set_stock(
    wix: "Wix", site: Site, product: Product, variants: list[Variant], quantity: int, reason: str = "MANUAL"
) -> Sent:
    """Let so many of each variant lie at the default place and none elsewhere."""
    before = {variant.id: variant.quantity for variant in variants}
    for variant in variants:
        variant.stock = [quantity, *([0] * (len(variant.stock) - 1))]
    _restocked(wix, product, variants)
    site.changed()
    return events.stock_changed(wix, site, product, before, reason)


def _restocked(wix: "Wix", product: Product, variants: list[Variant]) -> None:
    product.stock_revision += 1
    for variant in variants:
        variant.stock_changed = whole_ms(wix.clock.stamp())


def create_product(wix: "Wix", site: Site, wanted: Wanted) -> tuple[Product, Sent]:
    """Make a product of one variant."""
    number = site.last_number + 1
    title = str(wanted.get("title", "A new thing"))
    handle = str(wanted.get("handle") or f"new-{number}")
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
        choices=(choice,),
        photos=tuple(Photo(name, title) for name in wanted.get("pictures", [f"{handle}.jpg"])),
    )
    now = whole_ms(wix.clock.stamp())
    product = add_article(site, article, now, random.Random(1))  # noqa: S311 - not secret
    product.created = product.updated = now
    product.variants[0].stock_changed = now
    return product, events.product_created(wix, site, product)


def delete_product(wix: "Wix", site: Site, product: Product, *, anonymised: bool = False) -> Sent:
    """Delete a product."""
    site.drop_product(product)
    return events.product_deleted(wix, site, product, anonymised=anonymised)


def create_order(wix: "Wix", site: Site, wanted: Wanted) -> tuple[Order, Sent]:
    """Sell something; what is sold is in stock no more."""
    chance = random.Random(site.last_number)  # noqa: S311 - repeatable, not secret
    goods = [one for one in site.products.values() if one.visible]
    named = wanted.get("products") or ()
    chosen = [site.products[str(name)] for name in named] or [chance.choice(goods)]
    pairs = [(product, product.variants[0]) for product in chosen]
    order = add_order(site, wix.clock.stamp(), pairs, chance)
    order.fulfilment = "NOT_FULFILLED"
    sent = events.order_event(wix, site, order, "created")
    for (product, variant), line in zip(pairs, order.lines, strict=True):
        if product.tracked:
            left = max(variant.quantity - line.quantity, 0)
            sent += set_stock(wix, site, product, [variant], left, "ORDER")
    return order, sent


def change_order(wix: "Wix", site: Site, order: Order, wanted: Wanted) -> Sent:
    """Cancel, archive, fulfil or refund an order, or change its note."""
    order.updated = whole_ms(wix.clock.stamp())
    order.note = wanted.get("note", order.note)
    order.archived = bool(wanted.get("archived", wanted.get("closed", order.archived)))
    order.fulfilment = str(wanted.get("fulfilment", order.fulfilment))
    if "refund" in wanted:
        order.refunded += Decimal(str(wanted["refund"]))
    cancelled = bool(wanted.get("cancelled"))
    order.status = "CANCELED" if cancelled else order.status
    site.changed()
    sent = events.order_event(wix, site, order, "canceled") if cancelled else []
    return sent + events.order_event(wix, site, order, "updated")


def delete_order(site: Site, order: Order) -> Sent:
    """Delete an order; Wix sends no event of it."""
    site.orders.pop(order.id, None)
    site.changed()
    return []


def anonymise_order(wix: "Wix", site: Site, order: Order) -> Sent:
    """Erase an order's buyer, as the owner can for a visitor who asks."""
    forget_buyer(site, order)
    order.updated = whole_ms(wix.clock.stamp())
    site.changed()
    return events.order_event(wix, site, order, "updated", anonymised=True)


def change_site(wix: "Wix", site: Site, wanted: Wanted) -> Sent:
    """Change the site's properties; `published` puts it online or takes it off.

    Raises ValueError for a field that does not exist.
    """
    paths: dict[str, None] = {}
    for given, value in wanted.items():
        name = ALIASES.get(given, given)
        if name == "published":
            site.published = bool(value)
        elif name in PROPERTIES:
            setattr(site.properties, name, value)
            paths[PROPERTIES[name]] = None
        else:
            raise ValueError(f"no such field: {given}")
    if not paths:
        return []
    site.properties.version += 1
    return events.properties_updated(wix, site, list(paths))


def create_offer(wix: "Wix", site: Site, wanted: Wanted) -> tuple[Rule | Coupon, Sent]:
    """Make a discount rule, or with a `code` a coupon, of which an app that only reads hears nothing."""
    now = whole_ms(wix.clock.stamp())
    share = Decimal(str(wanted.get("percentage", "0.2"))) * 100
    if wanted.get("code"):
        code = str(wanted["code"])
        return add_coupon(site, now, code, str(wanted.get("title") or code), "PercentOff", share), []
    rule = add_rule(site, now, str(wanted.get("title") or "An offer"), percentage=share)
    return rule, events.rule_event(wix, site, rule, "created")


def end_offer(wix: "Wix", site: Site, offer: Rule | Coupon) -> Sent:
    """End an offer now."""
    offer.ends = whole_ms(wix.clock.stamp())
    site.changed()
    if isinstance(offer, Coupon):
        return []
    offer.updated, offer.revision = offer.ends, offer.revision + 1
    return events.rule_event(wix, site, offer, "updated")


def delete_offer(wix: "Wix", site: Site, offer: Rule | Coupon, *, anonymised: bool = False) -> Sent:
    """Delete an offer."""
    site.rules.pop(offer.id, None)
    site.coupons.pop(offer.id, None)
    site.changed()
    if isinstance(offer, Coupon):
        return []
    return events.rule_event(wix, site, offer, "deleted", anonymised=anonymised)


def set_catalog(wix: "Wix", site: Site, version: str) -> None:
    """Give the site another catalog. From V1 to V3 it migrates: all products and variants keep their ids,
    but the only variant of a product gets one of its own, revisions start again and everything is as if
    updated now; no event tells of it. Nothing goes back from V3 while the app is installed.

    Raises ValueError.
    """
    if version not in CATALOGS:
        raise ValueError(f"no such catalog: {version}")
    if (site.catalog, version) == (V3, V1) and site.installation.active:
        raise ValueError("Wix takes no site back to V1")
    if (site.catalog, version) == (V1, V3):
        now = whole_ms(wix.clock.stamp())
        for product in site.products.values():
            product.updated, product.revision, product.stock_revision = now, 1, 1
            for variant in product.variants:
                variant.stock_changed = now
    site.catalog = version
    site.changed()
