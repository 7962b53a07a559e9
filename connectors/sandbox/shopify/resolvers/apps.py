"""The app's own installation: scopes, leaving, webhook subscriptions."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.shopify.api.ask import Ask, number_of
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.app import COMPLIANCE, Subscription
from connectors.sandbox.shopify.resolvers.answers import UserError, sorted_listing

constant("App", embedded=True)
constant("WebhookSubscription", format="JSON", metafieldNamespaces=[])


@resolves("QueryRoot.currentAppInstallation")
def installation(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    held = ask.shop.installation
    return SimpleNamespace(
        id=f"gid://shopify/AppInstallation/{held.number}",
        app=app(ask),
        access_scopes=[_scope(scope) for scope in held.scopes],
        launch_url=f"https://{ask.shop.domain}/admin/apps/{ask.app.handle}",
        uninstall_url=None,
    )


def app(ask: Ask) -> SimpleNamespace:
    """Describe the app."""
    return SimpleNamespace(
        id=ask.app.id, handle=ask.app.handle, title=ask.app.title, api_key=ask.app.client_id
    )


def _scope(handle: str) -> SimpleNamespace:
    return SimpleNamespace(handle=handle, description=handle.replace("_", " ").capitalize())


@resolves("Mutation.appUninstall")
def uninstall(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    ask.shopify.uninstall(ask.shop)
    return SimpleNamespace(app=app(ask), user_errors=[])


@resolves("Mutation.appRevokeAccessScopes")
def revoke(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    held = ask.shop.installation.scopes
    required = [scope for scope in args["scopes"] if scope in ask.app.scopes]
    unknown = [scope for scope in args["scopes"] if scope not in held and scope not in required]
    if required or unknown:
        code = "CANNOT_REVOKE_REQUIRED_SCOPES" if required else "CANNOT_REVOKE_UNDECLARED_SCOPES"
        message = f"The scopes {', '.join(required or unknown)} cannot be revoked."
        return SimpleNamespace(revoked=None, user_errors=[UserError(message, ["scopes"], code)])
    ask.shopify.set_scopes(ask.shop, tuple(scope for scope in held if scope not in args["scopes"]))
    return SimpleNamespace(revoked=[_scope(scope) for scope in args["scopes"]], user_errors=[])


@resolves("QueryRoot.webhookSubscription")
def subscription(source: Any, ask: Ask, args: dict[str, Any]) -> Subscription | None:
    return _found(ask, args["id"])


@resolves("QueryRoot.webhookSubscriptions")
def subscriptions(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    topics = args.get("topics")
    held = [one for one in ask.shop.installation.subscriptions if not topics or _topic_name(one) in topics]
    kept = [one for one in held if args.get("uri") in (None, one.uri)]
    return sorted_listing(kept, args, {"CREATED_AT": lambda one: one.created_at})


@resolves("Mutation.webhookSubscriptionCreate")
def create(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    wanted = args["webhookSubscription"]
    topic = topic_of(args["topic"])
    error = _objection(ask, topic, wanted.get("uri") or "")
    if error is not None:
        return SimpleNamespace(webhook_subscription=None, user_errors=[error])
    made = Subscription(
        number=ask.shop.numbers.take(),
        topic=topic,
        uri=wanted["uri"],
        created_at=ask.shopify.clock.stamp(),
        include_fields=list(wanted.get("includeFields") or []),
        filter=wanted.get("filter"),
        name=wanted.get("name"),
    )
    ask.shop.installation.subscriptions.append(made)
    return SimpleNamespace(webhook_subscription=made, user_errors=[])


def _objection(ask: Ask, topic: str, uri: str) -> UserError | None:
    field = ["webhookSubscription", "callbackUrl"]
    parts = urlsplit(uri)
    own = uri.startswith(ask.app.url)
    if topic in COMPLIANCE:
        return UserError("Invalid topic specified. Topics allowed: see the documentation.", ["topic"])
    if not uri:
        return UserError("Address can't be blank", field)
    if parts.scheme != "https" and not own:
        return UserError(f"Address protocol {parts.scheme}:// is not supported", field)
    if (parts.hostname or "").endswith((".myshopify.com", ".shopify.com")):
        return UserError("Address cannot be a Shopify or an internal domain", field)
    if any(one.topic == topic and one.uri == uri for one in ask.shop.installation.subscriptions):
        return UserError("Address for this topic has already been taken", field)
    return None


@resolves("Mutation.webhookSubscriptionDelete")
def delete(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    found = _found(ask, args["id"])
    if found is None:
        error = UserError("Webhook subscription does not exist", ["id"])
        return SimpleNamespace(deleted_webhook_subscription_id=None, user_errors=[error])
    ask.shop.installation.subscriptions.remove(found)
    return SimpleNamespace(deleted_webhook_subscription_id=args["id"], user_errors=[])


@resolves("WebhookSubscription.id")
def subscription_id(one: Subscription, ask: Ask, args: dict[str, Any]) -> str:
    return f"gid://shopify/WebhookSubscription/{one.number}"


@resolves("WebhookSubscription.legacyResourceId")
def subscription_number(one: Subscription, ask: Ask, args: dict[str, Any]) -> str:
    return str(one.number)


@resolves("WebhookSubscription.topic")
def subscription_topic(one: Subscription, ask: Ask, args: dict[str, Any]) -> str:
    return _topic_name(one)


@resolves("WebhookSubscription.updatedAt")
def subscription_updated(one: Subscription, ask: Ask, args: dict[str, Any]) -> Any:
    return one.created_at


@resolves("WebhookSubscription.apiVersion")
def subscription_version(one: Subscription, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(handle=ask.version, display_name=ask.version, supported=True)


def _found(ask: Ask, gid: str) -> Subscription | None:
    number = number_of(gid, "WebhookSubscription")
    return next((one for one in ask.shop.installation.subscriptions if one.number == number), None)


def topic_of(name: str) -> str:
    """Turn GraphQL's `INVENTORY_LEVELS_UPDATE` into the header's `inventory_levels/update`."""
    words = name.lower()
    for head in (
        "inventory_levels",
        "inventory_items",
        "bulk_operations",
        "order_transactions",
        "tender_transactions",
    ):
        if words.startswith(f"{head}_"):
            return f"{head}/{words.removeprefix(head + '_')}"
    first, _, rest = words.partition("_")
    return f"{first}/{rest}"


def _topic_name(one: Subscription) -> str:
    return one.topic.replace("/", "_").upper()
