"""The control API of one site, `/_sandbox/stores/{instance id or handle}/...`, and of the app."""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from connectors.sandbox.wix import changes, dashboard, events
from connectors.sandbox.wix.events import Sent
from connectors.sandbox.wix.sales import Coupon, Order, Rule
from connectors.sandbox.wix.site import Site
from connectors.sandbox.wix.telling import listed_product, merchant, personal, state, visible
from connectors.sandbox.wix.webhooks import Twist, notify

if TYPE_CHECKING:
    from connectors.sandbox.wix.platform import Wix

Answer = dict[str, Any]
Control = Callable[["Wix", Site, Answer], Answer]
SWITCHES = ("url", "name", "content_type", "mask", "claims", "whole_as", "answer_seconds")


def products(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """List a site's products."""
    return {"products": [listed_product(one) for one in site.products.values()]}


def orders(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """List a site's orders; `visible` are those that an app should count."""
    rows = [
        {
            "id": one.id,
            "total": str(one.total),
            "status": one.status,
            "customer": one.buyer.contact_id if one.buyer else None,
            "visible": visible(one),
        }
        for one in site.orders.values()
    ]
    return {"orders": rows}


def discounts(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """List a site's discount rules, and its coupons, which only those see who manage them."""
    now = wix.clock.stamp()
    rules = [
        {"id": one.id, "title": one.name, "kind": "rule", "status": one.status_at(now), "active": one.active}
        for one in site.rules.values()
    ]
    coupons = [
        {
            "id": one.id,
            "title": one.name,
            "kind": "coupon",
            "status": "EXPIRED" if one.expired_at(now) else "LIVE",
        }
        for one in site.coupons.values()
    ]
    return {"discounts": rules + coupons}


def load(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Give the signed address that the dashboard opens, as `owner`, `visitor` or `demo`, signed long ago."""
    who, age_seconds = str(wanted.get("who", "owner")), float(wanted.get("age_seconds", 0))
    address = dashboard.load_address(wix, site, who, age_seconds)
    return {"url": address, "parameters": dashboard.parameters(wix, site, who, age_seconds)}


def install(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Install the app; `copies` lets AppInstalled come more than once."""
    sent = wix.install(site, wanted.get("scopes"), Twist(copies=int(wanted.get("copies", 1))))
    return state(wix, site, {}) | _sent(sent)


def uninstall(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Remove the app."""
    return _sent(wix.uninstall(site))


def clone(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Duplicate the site under another `handle`."""
    twin, sent = wix.clone(site, str(wanted.get("handle") or f"{site.handle}-copy"))
    return state(wix, twin, {}) | _sent(sent)


def delete_site(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Delete the site."""
    return _sent(wix.delete_site(site))


def set_scopes(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Change what is granted; Wix sends no event of it."""
    site.installation.scopes = tuple(wanted["scopes"])
    return _sent([])


def set_catalog(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Give the site another catalog `version`; see changes.set_catalog."""
    changes.set_catalog(wix, site, str(wanted["version"]))
    return state(wix, site, {})


def change_site(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Change the site's properties."""
    return _sent(changes.change_site(wix, site, wanted))


def change_product(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Change a product: title, price, compare_at_price, stock, tracked, visible…"""
    product = site.find_product(wanted)
    sent = changes.change_product(wix, site, product, wanted)
    return listed_product(product) | _sent(sent)


def create_product(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Create a product of one variant."""
    product, sent = changes.create_product(wix, site, wanted)
    return listed_product(product) | _sent(sent)


def delete_product(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Delete a product."""
    return _sent(changes.delete_product(wix, site, site.find_product(wanted)))


def create_order(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Create an order, of `products` if they are named."""
    order, sent = changes.create_order(wix, site, wanted)
    return {"id": order.id} | _sent(sent)


def change_order(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Change an order: cancelled, archived, fulfilment, refund, note."""
    return _sent(changes.change_order(wix, site, site.orders[str(wanted["id"])], wanted))


def delete_order(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Delete an order."""
    return _sent(changes.delete_order(site, site.orders[str(wanted["id"])]))


def create_offer(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Create a discount rule, or with a code a coupon."""
    offer, sent = changes.create_offer(wix, site, wanted)
    return {"id": offer.id} | _sent(sent)


def end_offer(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """End an offer."""
    return _sent(changes.end_offer(wix, site, _offer(site, wanted["id"])))


def delete_offer(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Delete an offer."""
    return _sent(changes.delete_offer(wix, site, _offer(site, wanted["id"])))


def _offer(site: Site, name: Any) -> Rule | Coupon:
    return site.rules.get(str(name)) or site.coupons[str(name)]


def anonymise(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Send events that an anonymize request triggered, about an `order`, a `product` or a `discount`.

    An order loses its buyer. A product is as it was, or with `deleted` gone, and so is a discount.
    """
    if "order" in wanted:
        return _sent(changes.anonymise_order(wix, site, site.orders[str(wanted["order"])]))
    gone = bool(wanted.get("deleted"))
    if "discount" in wanted:
        rule = site.rules[str(wanted["discount"])]
        if gone:
            return _sent(changes.delete_offer(wix, site, rule, anonymised=True))
        return _sent(events.rule_event(wix, site, rule, "updated", anonymised=True))
    if site.catalog != "V3_CATALOG":
        raise ValueError("the events of V1 do not say why")
    product = site.products[str(wanted["product"])]
    if gone:
        return _sent(changes.delete_product(wix, site, product, anonymised=True))
    return _sent(events.product_changed(wix, site, product, [], anonymised=True))


def webhook(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Send any event: `topic`, its `body` (the payload) or `raw` (the whole body), and twists."""
    known = {one.name for one in fields(Twist)}
    twist = Twist(**{name: value for name, value in wanted.get("twist", {}).items() if name in known})
    if "raw" in wanted:
        twist.raw_body = str(wanted["raw"]).encode("utf-8", "surrogatepass")
    body = wanted.get("body", {"appId": wix.app.app_id})
    return _sent(notify(wix, site, str(wanted["topic"]), body, twist, always=True))


def order_event(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Send an order's event (`slug`), though the app may not have subscribed to it."""
    topics = wix.app.topics
    wix.app.topics = (*topics, f"wix.ecom.v1.order_{wanted.get('slug', 'updated')}")
    try:
        order: Order = site.orders[str(wanted["id"])]
        return _sent(events.order_event(wix, site, order, str(wanted.get("slug", "updated"))))
    finally:
        wix.app.topics = topics


def expire_tokens(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Let every access token end now."""
    now = wix.clock.now()
    for one in site.installation.tokens.values():
        one.expires_at = now
    return {}


def spend(wix: "Wix", site: Site, wanted: Answer) -> Answer:
    """Take all that is left of this minute's requests."""
    wix.quota.spend(site.key, wix.clock.timestamp())
    return {"left": wix.quota.left(site.key, wix.clock.timestamp())}


def _sent(deliveries: Sent) -> Answer:
    return {"deliveries": [one.number for one in deliveries]}


def change_app(wix: "Wix", wanted: Answer) -> Answer:
    """Change how the app is registered: url, secrets, topics, scopes and the switches of App."""
    app = wix.app
    for name in SWITCHES:
        if name in wanted:
            setattr(app, name, wanted[name])
    for name in ("secrets", "topics", "scopes"):
        if name in wanted:
            setattr(app, name, tuple(wanted[name]))
    told = {name: getattr(app, name) for name in SWITCHES}
    return told | {"topics": list(app.topics), "scopes": list(app.scopes)}


def change_quota(wix: "Wix", wanted: Answer) -> Answer:
    """Say how many requests an instance has in a minute: `per_minute`."""
    wix.quota.per_minute = int(wanted.get("per_minute", wix.quota.per_minute))
    return {"per_minute": wix.quota.per_minute}


CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", ""): state,
    ("GET", "products"): products,
    ("GET", "orders"): orders,
    ("GET", "discounts"): discounts,
    ("GET", "personal"): personal,
    ("GET", "merchant"): merchant,
    ("GET", "load"): load,
    ("POST", "install"): install,
    ("POST", "uninstall"): uninstall,
    ("POST", "clone"): clone,
    ("POST", "site/delete"): delete_site,
    ("POST", "scopes"): set_scopes,
    ("POST", "catalog"): set_catalog,
    ("POST", "shop"): change_site,
    ("POST", "product/change"): change_product,
    ("POST", "product/create"): create_product,
    ("POST", "product/delete"): delete_product,
    ("POST", "order/create"): create_order,
    ("POST", "order/change"): change_order,
    ("POST", "order/delete"): delete_order,
    ("POST", "order/event"): order_event,
    ("POST", "discount/create"): create_offer,
    ("POST", "discount/end"): end_offer,
    ("POST", "discount/delete"): delete_offer,
    ("POST", "anonymize"): anonymise,
    ("POST", "webhook"): webhook,
    ("POST", "tokens/expire"): expire_tokens,
    ("POST", "quota/spend"): spend,
}
WORLD_CONTROLS: dict[tuple[str, str], Callable[["Wix", Answer], Answer]] = {
    ("POST", "app"): change_app,
    ("POST", "quota"): change_quota,
}
