"""The app as Wix has it registered, and its installation on one site."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from connectors.sandbox.wix.permissions import BASIC, CATALOG, LOCATIONS, READ_STORES

V1 = "com.wix.ecommerce.catalog.api.v1."
STOCK_V1 = "com.wix.ecommerce.inventory.api.v1."
V3 = "wix.stores.catalog.v3."
INSTALLATION = "wix.app.installations.v1.app_installation_"
RULE = "wix.ecom.discounts.v1.discount_rule_"
ORDER = "wix.ecom.v1.order_"
LIFE_CYCLE = ("AppInstalled", "AppRemoved", f"{INSTALLATION}deleted")
TOPICS = (
    *LIFE_CYCLE,
    "SitePropertiesUpdated",
    *(f"{V1}Product{what}" for what in ("Created", "Changed", "Deleted")),
    f"{V1}VariantsChanged",
    f"{STOCK_V1}InventoryItemChanged",
    f"{STOCK_V1}InventoryVariantsChanged",
    *(
        f"{V3}{thing}_{what}"
        for thing in ("product", "inventory_item")
        for what in ("created", "updated", "deleted")
    ),
    *(f"{RULE}{what}" for what in ("created", "updated", "deleted")),
)
ORDER_TOPICS = tuple(f"{ORDER}{what}" for what in ("created", "updated", "canceled"))
TOKEN_SECONDS = 14_400
ANSWER_SECONDS = 1.25


@dataclass
class App:
    """What the app dashboard says about the app; `topics` are the events that it subscribed to there.

    How Wix writes some things is not known for certain, so it can be switched: `content_type` of webhooks,
    `mask` of SitePropertiesUpdated (`paths` or `commas`), `claims` (`iss` and `aud` in a webhook or not),
    `whole_as` (`entity`, or `json` for the names with AsJson and a string). A test on a busy machine may give
    itself more `answer_seconds` than Wix would.
    """

    app_id: str
    secrets: tuple[str, ...]  # the first signs; Wix takes any that is still good
    url: str
    key: RSAPrivateKey
    name: str = "Minta"
    handle: str = "minta"
    version: str = "1.0.0"
    scopes: tuple[str, ...] = (BASIC, CATALOG, READ_STORES, LOCATIONS)
    topics: tuple[str, ...] = TOPICS
    content_type: str = "text/plain; charset=utf-8"
    mask: str = "paths"
    claims: bool = False
    whole_as: str = "entity"
    answer_seconds: float = ANSWER_SECONDS
    webhook_path: str = "/webhooks/wix/"
    home_path: str = "/wix/"

    @property
    def secret(self) -> str:
        """The secret that signs now."""
        return self.secrets[0]

    @property
    def webhook_address(self) -> str:
        return self.url.rstrip("/") + self.webhook_path

    @property
    def home_address(self) -> str:
        return self.url.rstrip("/") + self.home_path

    @property
    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def public_key(self) -> str:
        """The public key as the dashboard gives it: one line, base64 of PEM."""
        return base64.b64encode(self.public_pem).decode()


def signing_key(path: Path | None) -> RSAPrivateKey:
    """Read the key pair that signs webhooks, or make one.

    Raises ValueError when the file holds no RSA key.
    """
    if path is None:
        return generate_private_key(public_exponent=65537, key_size=2048)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path.name} holds no RSA key")
    return key


@dataclass(eq=False)
class Token:
    """An access token, bound to the site that holds it."""

    value: str
    issued_at: datetime
    expires_at: datetime


@dataclass(eq=False)
class Installation:
    """The app on one site. The instance's id outlives an uninstall."""

    instance_id: str
    origin_instance_id: str | None = None
    installed_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    tokens: dict[str, Token] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.installed_at is not None

    def install(self, scopes: tuple[str, ...], now: datetime) -> None:
        """Grant the scopes."""
        self.scopes = scopes
        self.installed_at = self.installed_at or now

    def uninstall(self) -> None:
        """Kill every token at once."""
        self.installed_at, self.scopes = None, ()
        self.tokens.clear()

    def mint(self, now: datetime, expires_at: datetime) -> Token:
        """Make a token."""
        token = Token(f"OauthNG.JWS.{secrets.token_urlsafe(96)}", now, expires_at)
        self.tokens[token.value] = token
        return token
