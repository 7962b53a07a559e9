"""The controls of one store, and those of the app. What only BigCommerce has:

POST person/remove {user}     the owner takes the app from a user: GET /bigcommerce/remove_user
POST callback {callback, user?, claims?}   a signed callback with claims changed (null removes one)
POST quota/spend {count?, reset_seconds?, limit?}   other apps take from the store's quota
POST cancel                   the store is closed for good: store/app/uninstalled
GET  load {user?, external?}  GET users  GET hooks
POST app {scopes?, signed?, url?, secrets?}   (of the world) another set of scopes ends every token
"""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

from connectors.sandbox.bigcommerce import changes
from connectors.sandbox.bigcommerce.admin import load_address
from connectors.sandbox.bigcommerce.app import DEFAULT_SCOPE, Hook, User
from connectors.sandbox.bigcommerce.goods_controls import CONTROLS as GOODS_CONTROLS
from connectors.sandbox.bigcommerce.oauth import auth_address
from connectors.sandbox.bigcommerce.offer_controls import CONTROLS as OFFER_CONTROLS
from connectors.sandbox.bigcommerce.store import Store
from connectors.sandbox.bigcommerce.webhooks import Twist, retire
from connectors.sandbox.courier import Delivery
from connectors.sandbox.played import Answer

if TYPE_CHECKING:
    from connectors.sandbox.bigcommerce.platform import BigCommerce

Control = Callable[["BigCommerce", Store, Answer], Answer]


def state(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Tell how much a store holds and how the app stands with it."""
    held = store.installation
    return {
        "key": store.key,
        "handle": store.handle,
        "context": store.context,
        "number": str(store.number),
        "name": store.fields["name"],
        "page": platform.page_of(store),
        "installed": held.active,
        "open": held.open,
        "scopes": list(held.scopes),
        "access_tokens": 1 if held.token else 0,
        "hooks": len(held.hooks),
        "counts": {
            "products": len(store.products),
            "variants": len(store.variants),
            "orders": len(store.orders),
            "visible_orders": sum(1 for order in store.orders if order.status and not order.is_deleted),
            "customers": len(store.customers),
            "discounts": len(store.promotions) + len(store.coupons),
            "locations": len(store.locations),
        },
    }


def users(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List who may open the app, the owner first."""
    return {"users": [{"id": one.number, "email": one.email} for one in store.users()]}


def hooks(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List the webhooks that the app has registered."""
    return {"hooks": [_hook(platform, one) for one in store.installation.hooks.values()]}


def personal(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List every value about a customer or the staff: a test looks for them where they must not be."""
    found: set[str | None] = {user.email for user in (*store.staff, *store.former)}
    for who in store.customers:
        found |= {who.company, who.email, who.phone, who.street, who.floor, who.ip_v6, who.tax_number}
        found |= {who.ip, f"{who.first_name} {who.last_name}"}
    for order in store.orders:
        found |= {order.customer_message, order.staff_notes}
        found |= {text for line in order.lines for text in (line.engraving, line.gift_message)}
        found |= {refund.reason for refund in order.refunds}
    return {"values": sorted(filter(None, found))}


def merchant(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """List what the store knows of its merchant and its goods in words, and the tokens that the app has."""
    held, address = store.fields, store.locations[0].address
    names = ("name", "last_name", "address", "phone", "admin_email", "order_email", "domain")
    found = {str(held[name]) for name in names}
    found |= {
        str(address[name]) for name in ("address1", "city", "zip", "phone", "email") if address.get(name)
    }
    for one in store.products:
        found |= {one.name, one.handle, re.sub("<[^>]*>", "", one.description)[:24].strip()}
        found |= {variant.sku for variant in one.variants} | {image.photo.name for image in one.images}
    found |= {code.text for promotion in store.promotions for code in promotion.codes}
    found |= {coupon.code for coupon in store.coupons}
    return {
        "values": sorted(filter(None, found)),
        "tokens": [held for held in (store.installation.token,) if held],
    }


def load(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Give the address that the control panel's iframe opens: `/load`, or `/auth` to install."""
    user = _user(store, wanted)
    if wanted.get("external") in (True, "1", "true"):
        return {"url": auth_address(platform, store, user, external=True)}
    return {"url": load_address(platform, store, user)}


def install(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Install without a page; gives the token too."""
    scopes = tuple(wanted.get("scopes") or platform.app.scopes)
    token = platform.grant(store, _user(store, wanted), (*scopes, DEFAULT_SCOPE))
    return state(platform, store, {}) | {"token": token}


def uninstall(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    return _sent(platform.uninstall(store, _user(store, wanted)))


def cancel(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Close the store for good: hooks are told, and everything is refused from now on."""
    sent = platform.notify(store, "store/app/uninstalled", {"type": "store"})
    store.suspended = True
    return _sent(sent)


def set_scopes(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Change what is granted on this store; the token stays."""
    store.installation.scopes = tuple(wanted["scopes"])
    return _sent([])


def expire_tokens(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Let the token end, as a change of the app's scopes does; `status` says how it is refused."""
    store.installation.revoke(int(wanted.get("status", 401)))
    return {}


def remove_person(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Take the app from a user who is not the owner."""
    user = store.user(int(wanted["user"])) if "user" in wanted else store.staff[-1]
    if user is store.owner:
        raise ValueError("the owner stays")
    store.staff.remove(user)
    store.former.append(user)
    return _sent([platform.call_back(store, "remove_user", user)]) | {"user": user.number}


def callback(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Send a callback of which the claims were changed."""
    claims = wanted.get("claims", {})
    return _sent([platform.call_back(store, str(wanted["callback"]), _user(store, wanted), **claims)])


def spend(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Let other apps take from the quota: all of it, or `count` requests."""
    now, quota = platform.clock.timestamp(), store.quota
    quota.limit = int(wanted.get("limit", quota.limit))
    if "count" in wanted or "limit" not in wanted:
        quota.spend(now, int(wanted.get("count", quota.limit)))
    if "reset_seconds" in wanted:
        quota.end_in(float(wanted["reset_seconds"]), now)
    return {"headers": quota.headers(now)}


def webhook(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    """Send any event (`topic`), about a thing (`id`) or with `body` as its `data`, and with twists."""
    known = {one.name for one in fields(Twist)}
    twist = Twist(**{name: value for name, value in wanted.get("twist", {}).items() if name in known})
    if "raw" in wanted:
        twist.raw_body = str(wanted["raw"]).encode("utf-8", "surrogatepass")
    topic = str(wanted["topic"])
    subject = wanted.get("body", {"type": "store"})
    if "id" in wanted:
        subject = {"type": topic.split("/")[1], "id": int(wanted["id"])}
    return _sent(platform.notify(store, topic, subject, twist))


def change_store(platform: "BigCommerce", store: Store, wanted: Answer) -> Answer:
    return _sent(changes.change_store(platform, store, wanted))


def change_app(platform: "BigCommerce", wanted: Answer) -> Answer:
    """Change how the app is registered; another set of scopes ends the token of every store."""
    app = platform.app
    for name in ("url", "signed"):
        setattr(app, name, wanted.get(name, getattr(app, name)))
    app.secrets = tuple(wanted.get("secrets", app.secrets))
    scopes = tuple(wanted.get("scopes", app.scopes))
    if scopes != app.scopes:
        app.scopes = scopes
        for store in platform.stores():
            store.installation.revoke()
    return {"url": app.url, "signed": app.signed, "scopes": list(app.scopes)}


def _hook(platform: "BigCommerce", hook: Hook) -> Answer:
    retire(platform, hook)
    return {
        "id": hook.number, "scope": hook.scope, "destination": hook.destination, "is_active": hook.is_active,
        "is_deactivated": hook.is_deactivated, "headers": sorted(hook.headers),
    }  # fmt: skip


def _sent(deliveries: list[Delivery]) -> Answer:
    return {"deliveries": [one.number for one in deliveries]}


def _user(store: Store, wanted: Answer) -> User:
    return store.user(int(wanted["user"])) if wanted.get("user") else store.owner


CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", ""): state,
    ("GET", "users"): users,
    ("GET", "hooks"): hooks,
    ("GET", "personal"): personal,
    ("GET", "merchant"): merchant,
    ("GET", "load"): load,
    ("POST", "shop"): change_store,
    ("POST", "install"): install,
    ("POST", "uninstall"): uninstall,
    ("POST", "cancel"): cancel,
    ("POST", "scopes"): set_scopes,
    ("POST", "tokens/expire"): expire_tokens,
    ("POST", "person/remove"): remove_person,
    ("POST", "callback"): callback,
    ("POST", "quota/spend"): spend,
    ("POST", "webhook"): webhook,
    **GOODS_CONTROLS,
    **OFFER_CONTROLS,
}
WORLD_CONTROLS: dict[tuple[str, str], Callable[["BigCommerce", Answer], Answer]] = {
    ("POST", "app"): change_app
}
