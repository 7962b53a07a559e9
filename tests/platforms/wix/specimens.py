"""Wix's specimens for the contract kit: one site, once with each catalog."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from connectors.platforms.base import Delivery, EventKind
from connectors.platforms.opening import Arrival, Grant
from connectors.platforms.wix import budget, client
from tests.platforms.contract.specimens import CANARY, RIGHT, Made, Signer
from tests.platforms.playing import Asked, Says
from tests.platforms.wix import answers, door

Json = dict[str, Any]
_SECRETS = {
    Signer.CURRENT: door.SECRET,
    Signer.PREVIOUS: door.PREVIOUS,
    Signer.FOREIGN: "hush-of-another-app-0123456789abcdef",
}
_TOKEN = "OauthNG.JWS.of-the-instance-0123456789"
_V1 = "com.wix.ecommerce.catalog.api.v1."
_PRODUCT, _STOCK = "wix.stores.catalog.v3.product", "wix.stores.catalog.v3.inventory_item"
_RULE, _ORDER = "wix.ecom.discounts.v1.discount_rule", "wix.ecom.v1.order"
_ANONYMIZED = "#anonymized"
_OF_ONE = (door.PRODUCT,)
_OLD = {"productId": door.PRODUCT, "product": {"name": CANARY}}
_MEANT: Mapping[str, tuple[EventKind, Json | None, tuple[str, ...]]] = {
    "AppInstalled": (EventKind.INSTALLED, {"appId": door.APP}, ()),
    "AppRemoved": (EventKind.UNINSTALLED, {"appId": door.APP}, ()),
    "SitePropertiesUpdated": (EventKind.STORE_CHANGED, {"metasiteId": answers.SITE, "event": {}}, ()),
    f"{_V1}ProductCreated": (EventKind.PRODUCT_CHANGED, _OLD, _OF_ONE),
    f"{_V1}ProductDeleted": (EventKind.PRODUCT_GONE, _OLD, _OF_ONE),
    "wix.app.installations.v1.app_installation_deleted": (EventKind.REDACT_STORE, None, ()),
    f"{_PRODUCT}_updated": (EventKind.PRODUCT_CHANGED, None, _OF_ONE),
    f"{_PRODUCT}_deleted": (EventKind.PRODUCT_GONE, None, _OF_ONE),
    f"{_STOCK}_updated": (EventKind.STOCK_CHANGED, None, _OF_ONE),
    f"{_RULE}_updated": (EventKind.OFFER_CHANGED, None, _OF_ONE),
    f"{_RULE}_deleted": (EventKind.OFFER_GONE, None, _OF_ONE),
    f"{_ORDER}_updated": (EventKind.SALE_CHANGED, None, _OF_ONE),
    f"{_ORDER}_updated{_ANONYMIZED}": (EventKind.REDACT_SALES, None, _OF_ONE),
    f"{_PRODUCT}_updated{_ANONYMIZED}": (EventKind.REDACT_PRODUCTS, None, _OF_ONE),
    f"{_RULE}_updated{_ANONYMIZED}": (EventKind.REDACT_OFFERS, None, _OF_ONE),
}


@dataclass(frozen=True)
class WixSpecimens:
    """See `tests.platforms.contract.specimens.Specimens`."""

    catalog: str
    name = "wix"
    shop = door.INSTANCE
    other = door.OTHER
    proof_life = timedelta(days=1)
    names_app = False
    delivery_life: timedelta | None = timedelta(hours=1)
    delivery_rotates = False
    delivery_names_app = True
    unknown_topic = "wix.weather.v1.weather_changed"
    topics = {topic: (kind, ids) for topic, (kind, _, ids) in _MEANT.items()}  # noqa: RUF012
    ids = answers.IDS
    gone = dict.fromkeys(("product", "sale", "offer"), answers.guid(999))
    changed_since = answers.CHANGED_SINCE
    passed_over = answers.PASSED_OVER
    open_fields = {  # noqa: RUF012
        "Variant.choices": "names of options and what was chosen: texts, all kept",
        "_Minted.expires_in": "a number or a text of one, else four hours",
    }
    proved_elsewhere = {  # noqa: RUF012
        **dict.fromkeys(
            ("Entity", "Created", "Updated", "Deleted", "Action", "Changed", "Change", "Body"),
            "deliveries: test_webhooks.py",
        ),
        "LocationPaging": "sites of more than fifty locations: test_store.py",
    }

    @property
    def stock(self) -> tuple[str, str]:
        """Return a stock item and its product."""
        return answers.guid(301), self.ids["product"][0]

    def variables(self, address: str) -> Mapping[str, str]:
        """Return the settings of an installation."""
        return {
            "WIX_APP_ID": door.APP,
            "WIX_APP_SECRET": f"{door.SECRET},{door.PREVIOUS}",
            "WIX_PUBLIC_KEY": door.pem(),
            "WIX_API_ORIGIN": address,
        }

    def proof(self, made: Made = RIGHT) -> str:
        """Return a signed instance."""
        at = f"{made.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
        return door.instance(_SECRETS[made.signer], instanceId=self._shop(made), signDate=at, note=CANARY)

    def arrival(self, proof: str | None) -> Arrival:
        """Return what the dashboard opens."""
        return door.load() if proof is None else door.load(("instance", proof), ("locale", "en"))

    def delivery(self, topic: str, made: Made = RIGHT, number: int = 1) -> Delivery:
        """Return an event; the older ones are told apart by when they were signed."""
        topic, anonymized, _ = topic.partition(_ANONYMIZED)
        _, body, _ = _MEANT.get(topic, (None, None, ()))
        event = {
            "id": f"d1a3a1f0-0000-4000-8000-{number:012}",
            "entityFqdn": topic.rpartition("_")[0].removesuffix("_imported_order"),
            "slug": topic.rpartition("_")[2],
            "entityId": door.PRODUCT,
            "eventTime": "2026-11-23T11:59:39.500Z",
            "triggeredByAnonymizeRequest": bool(anonymized),
            "entityEventSequence": "7",
            "updatedEvent": {"currentEntity": {"buyerInfo": {"email": CANARY}, "name": CANARY}},
        }
        envelope = {
            "data": json.dumps(event if body is None else {**body, "who": CANARY}),
            "instanceId": self._shop(made),
            "eventType": topic,
            "identity": json.dumps({"wixUserId": CANARY}),
        }
        at = int(made.at.timestamp()) - 10 + number
        claims: Json = {"data": json.dumps(envelope), "iat": at, "exp": at + 3600}
        if made.stranger:
            claims["aud"] = "of-another-app"
        return self._sent(json.dumps(claims).encode(), made.signer)

    def signed(self, raw: bytes) -> Delivery:
        """Return any bytes as claims, signed."""
        return self._sent(raw, Signer.CURRENT)

    def unhurried(self, monkeypatch: Any) -> None:
        """Take the pace out, and what is remembered of the catalog between two readers."""
        monkeypatch.setattr(budget.Pace, "take", lambda *_: 0.0)
        monkeypatch.setattr(client, "memory", lambda *_: budget.Memory())

    def grant(self) -> Grant:
        """Return a grant for four hours."""
        return Grant(self.shop, _TOKEN, expires_at=datetime.now(UTC) + timedelta(hours=4))

    def spent(self) -> Grant:
        """Return a grant whose hours are over."""
        return Grant(self.shop, _TOKEN, expires_at=datetime.now(UTC) - timedelta(hours=1))

    def answer(self, asked: Asked, *, empty: bool = False) -> Says:
        """Answer for one site."""
        if asked.path == "/oauth2/token":
            return Says({"access_token": "OauthNG.JWS.fresh", "expires_in": 14400, "token_type": "Bearer"})
        if asked.headers.get("authorization") != _TOKEN:
            return Says({"message": CANARY}, 401)
        found = answers.of(self.catalog, asked, empty=empty)
        return Says({"message": CANARY, "details": {}}, 404) if found is None else Says(found)

    def _sent(self, payload: bytes, signer: Signer) -> Delivery:
        key = door.ANOTHER_KEY if signer is Signer.FOREIGN else door.KEY
        head = door.b64url(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
        signed = f"{head}.{door.b64url(payload)}"
        return door.sent(f"{signed}.{door.b64url(key.sign(signed.encode(), PKCS1v15(), SHA256()))}")

    def _shop(self, made: Made) -> str:
        return self.other if made.elsewhere else self.shop


SPECIMENS = (WixSpecimens("V3_CATALOG"), WixSpecimens("V1_CATALOG"))
