"""The app as the Developer Portal has it registered, and its installation on one store."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

SCOPES = (
    "store_v2_information_read_only",
    "store_v2_products_read_only",
    "store_inventory_read_only",
    "store_locations_read_only",
    "store_v2_orders_read_only",
    "store_v2_marketing_read_only",
    "store_payments_methods_read",
    "store_channel_settings_read_only",
)
DEFAULT_SCOPE = "users_basic_information"
IDLE_DAYS = 90


@dataclass
class App:
    """What the Developer Portal knows. `signed`: webhooks carry the Standard-Webhooks headers too."""

    client_id: str
    secrets: tuple[str, ...]
    url: str
    title: str = "Minta"
    handle: str = "minta"
    account_uuid: str = "5f1f3c0e-8a44-4f5a-9a3e-0d2f6f0b7c11"
    scopes: tuple[str, ...] = SCOPES
    signed: bool = True

    @property
    def secret(self) -> str:
        """The secret that signs now."""
        return self.secrets[0]

    def address(self, callback: str) -> str:
        """Write the address of a callback: auth, load, uninstall or remove_user."""
        return f"{self.url.rstrip('/')}/bigcommerce/{callback}"


@dataclass(eq=False)
class User:
    """Somebody who works in a store's control panel."""

    number: int
    email: str
    locale: str = "en-US"


@dataclass(eq=False)
class Hook:
    """A webhook that the app registered."""

    number: int
    scope: str
    destination: str
    headers: dict[str, str]
    created_at: datetime
    updated_at: datetime
    last_event_at: datetime
    is_active: bool = True
    is_deactivated: bool = False

    def wants(self, scope: str) -> bool:
        """Tell whether an event is among those that the hook names; `/*` at the end stands for all below."""
        return self.scope == scope or (self.scope.endswith("/*") and scope.startswith(self.scope[:-1]))


@dataclass(eq=False)
class Code:
    """What `/auth` carries and the token endpoint takes once."""

    scopes: tuple[str, ...]
    user: User
    until: float


@dataclass(eq=False)
class Installation:
    """The app on one store. `dead` says of old tokens with which status they are refused."""

    installed_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    token: str | None = None
    dead: dict[str, int] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    user: User | None = None

    @property
    def active(self) -> bool:
        return self.installed_at is not None

    @property
    def open(self) -> bool:
        """Whether the next click opens the app, instead of asking the merchant to accept it."""
        return self.active and self.token is not None

    def grant(self, scopes: tuple[str, ...], user: User, now: datetime) -> str:
        """Give a fresh token; the one before dies."""
        self.revoke()
        self.installed_at = self.installed_at or now
        self.scopes, self.user = scopes, user
        self.token = secrets.token_urlsafe(24).replace("-", "a").replace("_", "b").lower()
        return self.token

    def revoke(self, status: int = 401) -> None:
        """Kill the token; what it is refused with from now on is `status`."""
        if self.token is not None:
            self.dead[self.token] = status
        self.token = None

    def uninstall(self) -> None:
        """Kill the token and delete the hooks."""
        self.revoke()
        self.installed_at, self.scopes = None, ()
        self.codes.clear()
        self.hooks.clear()

    def covers(self, scopes: tuple[str, ...]) -> bool:
        """Tell whether one of these scopes is granted; the scope to modify grants the one to read."""
        granted = set(self.scopes) | {f"{scope}_read_only" for scope in self.scopes}
        return not scopes or not granted.isdisjoint(scopes)
