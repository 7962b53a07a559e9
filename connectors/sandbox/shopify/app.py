"""The app as Shopify has it registered, and its installation on one store."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime

API_VERSIONS = ("2026-10", "2026-07")
REQUIRED = "read_products,read_inventory,read_locations,read_discounts,read_orders"
OPTIONAL = "read_shopify_payments_accounts,read_shopify_payments_payouts,read_publications"
TOPICS = (
    "app/uninstalled",
    "app/scopes_update",
    "shop/update",
    "bulk_operations/finish",
    "products/create",
    "products/update",
    "products/delete",
    "collections/create",
    "collections/update",
    "collections/delete",
    "inventory_levels/update",
    "inventory_levels/connect",
    "inventory_levels/disconnect",
    "locations/create",
    "locations/update",
    "locations/delete",
    "locations/activate",
    "locations/deactivate",
    "discounts/create",
    "discounts/update",
    "discounts/delete",
    "orders/create",
    "orders/updated",
    "orders/cancelled",
    "orders/delete",
)
COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")
ORDER_FIELDS = ("id", "admin_graphql_api_id", "updated_at")


@dataclass
class App:
    """What the Dev Dashboard and `shopify.app.toml` say about the app."""

    client_id: str
    secrets: tuple[str, ...]
    url: str
    title: str = "Minta"
    handle: str = "minta"
    number: int = 4_580_871
    scopes: tuple[str, ...] = tuple(REQUIRED.split(","))
    optional_scopes: tuple[str, ...] = tuple(OPTIONAL.split(","))
    topics: tuple[str, ...] = TOPICS
    customer_level: int = 1
    webhook_path: str = "/webhooks/shopify/"
    home_path: str = "/shopify/"
    old_tokens_allowed: bool = False

    @property
    def secret(self) -> str:
        """The secret that signs now."""
        return self.secrets[0]

    @property
    def id(self) -> str:
        return f"gid://shopify/App/{self.number}"

    @property
    def webhook_address(self) -> str:
        return self.url.rstrip("/") + self.webhook_path

    @property
    def home_address(self) -> str:
        return self.url.rstrip("/") + self.home_path


@dataclass(eq=False)
class Subscription:
    """A webhook subscription that the app made through the API."""

    number: int
    topic: str
    uri: str
    created_at: datetime
    include_fields: list[str] = field(default_factory=list)
    filter: str | None = None
    name: str | None = None
    failures: int = 0


@dataclass(eq=False)
class Token:
    """An access token; `expires_at` is None for the old kind that never expires."""

    value: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    online: bool = False


@dataclass(eq=False)
class RefreshToken:
    """A refresh token; once used it answers the same for a short while, then dies."""

    value: str
    expires_at: datetime
    used_at: datetime | None = None
    answer: dict[str, object] | None = None


@dataclass(eq=False)
class Installation:
    """The app on one store."""

    number: int = 0
    installed_at: datetime | None = None
    uninstalled_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    tokens: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def active(self) -> bool:
        return self.installed_at is not None

    def install(self, scopes: tuple[str, ...], now: datetime) -> None:
        """Grant the scopes; a second install of a living installation only adds scopes."""
        with self.lock:
            kept = tuple(scope for scope in self.scopes if scope not in scopes) if self.active else ()
            self.scopes = scopes + kept
            if not self.active:
                self.number = secrets.randbelow(10**11) + 10**11
                self.installed_at = now

    def uninstall(self, now: datetime) -> None:
        """Kill every token at once."""
        with self.lock:
            self.installed_at, self.uninstalled_at = None, now
            self.scopes = ()
            self.tokens.clear()
            self.refresh.clear()
            self.codes.clear()
            self.subscriptions.clear()

    def token(self, value: str | None, now: datetime) -> Token | None:
        """Find a living access token."""
        with self.lock:
            found = self.tokens.get(value or "")
        dead = found is None or (found.expires_at is not None and found.expires_at <= now)
        return None if dead else found

    def covers(self, scopes: tuple[str, ...]) -> bool:
        """Tell whether one of these scopes is granted; a write scope grants its read scope."""
        granted = set(self.scopes) | {scope.replace("write_", "read_", 1) for scope in self.scopes}
        return not granted.isdisjoint(scopes)
