"""BigCommerce's specimens for the contract kit: one store at its REST APIs."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.platforms.base import Delivery, EventKind
from connectors.platforms.bigcommerce.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.opening import Arrival, Grant
from tests.platforms.bigcommerce import answers, door
from tests.platforms.contract.specimens import CANARY, RIGHT, Made, Signer
from tests.platforms.playing import Asked, Says

Json = dict[str, Any]
_SECRETS = {
    Signer.CURRENT: door.SECRET,
    Signer.PREVIOUS: door.PREVIOUS,
    Signer.FOREIGN: "hush-of-another-app-0123456789abcdef",
}
_TOKEN = "bc-token-of-the-store-0123456789"
_SKU = {"type": "sku", "id": 9, "sku": {"product_id": 41, "variant_id": 9}}
_MEANT: Mapping[str, tuple[EventKind, Json, tuple[str, ...]]] = {
    "store/product/created": (EventKind.PRODUCT_CHANGED, {"type": "product", "id": 41}, ("41",)),
    "store/product/deleted": (EventKind.PRODUCT_GONE, {"type": "product", "id": "41"}, ("41",)),
    "store/product/inventory/updated": (EventKind.PRODUCT_CHANGED, {"type": "product", "id": 41}, ("41",)),
    "store/sku/updated": (EventKind.PRODUCT_CHANGED, _SKU, ("41",)),
    "store/channel/*/inventory/product/stock_changed": (
        EventKind.PRODUCT_CHANGED,
        {"type": "product", "product_id": 41, "variant_id": 9},
        ("41",),
    ),
    "store/order/updated": (EventKind.SALE_CHANGED, {"type": "order", "id": 41}, ("41",)),
    "store/order/archived": (EventKind.SALE_GONE, {"type": "order", "id": 41}, ("41",)),
    "store/information/updated": (EventKind.STORE_CHANGED, {"type": "store"}, ()),
    "store/app/uninstalled": (EventKind.UNINSTALLED, {"type": "app"}, ()),
}
_CALLBACKS: Mapping[str, tuple[EventKind, tuple[str, ...]]] = {
    "uninstall": (EventKind.UNINSTALLED, ()),
    "remove_user": (EventKind.PERSON_REMOVED, ("77",)),
}


class BigCommerceSpecimens:
    """See `tests.platforms.contract.specimens.Specimens`."""

    name = "bigcommerce"
    shop = door.SHOP
    other = door.OTHER
    proof_life = timedelta(hours=24)
    names_app = True
    delivery_life: timedelta | None = timedelta(hours=49)
    delivery_rotates = True
    # Its callbacks do, its webhooks are told apart by their secret.
    delivery_names_app = False
    unknown_topic = "store/weather/updated"
    topics: Mapping[str, tuple[EventKind, tuple[str, ...]]] = {
        **{topic: (kind, ids) for topic, (kind, _, ids) in _MEANT.items()},
        **_CALLBACKS,
    }
    ids = answers.IDS
    gone: Mapping[str, str] = {"product": "199", "sale": "599", "offer": "promotion/99"}
    stock = ("101", "101")
    changed_since = answers.CHANGED_SINCE
    passed_over = answers.PASSED_OVER
    proved_elsewhere: Mapping[str, str] = {
        "Hook": "webhooks: test_hooks.py",
        "_Meta": "cursors of more than one page: test_offers.py",
        "_Cursors": "the same",
    }
    open_fields: Mapping[str, str] = {
        "Hook.headers": "ours, read back to see whether a hook is as we made it; never kept",
    }

    def variables(self, address: str) -> Mapping[str, str]:
        """Return the settings of an installation."""
        return {
            "BIGCOMMERCE_CLIENT_ID": door.CREDENTIALS.client_id,
            "BIGCOMMERCE_CLIENT_SECRET": f"{door.SECRET},{door.PREVIOUS}",
            "BIGCOMMERCE_LOGIN_ORIGIN": address,
            "BIGCOMMERCE_API_ORIGIN": address,
        }

    def proof(self, made: Made = RIGHT) -> str:
        """Return a signed payload."""
        at, shop = int(made.at.timestamp()), self._shop(made)
        return door.signed_payload(
            _SECRETS[made.signer],
            sub=f"stores/{shop}",
            aud="of-another-app" if made.stranger else door.CREDENTIALS.client_id,
            jti=f"proof-of-{shop}-{at}",
            iat=at,
            nbf=at,
            exp=at + 86_400,
        )

    def arrival(self, proof: str | None) -> Arrival:
        """Return an opening of the app."""
        return Arrival("load", ()) if proof is None else door.load(proof)

    def delivery(self, topic: str, made: Made = RIGHT, number: int = 1) -> Delivery:
        """Return a webhook with both of its proofs, or a callback."""
        if topic in _CALLBACKS:
            return door.called_back(topic, self._payload(made, number))
        shop, secret = self._shop(made), _SECRETS[made.signer]
        _, named, _ = _MEANT.get(topic, (None, {}, ()))
        body = door.webhook(topic, named, shop=shop, hash=f"{number:040}", customer=CANARY)
        return self._sent(json.dumps(body).encode(), shop, secret, made.at)

    def signed(self, raw: bytes) -> Delivery:
        """Return any bytes, with both proofs."""
        return self._sent(raw, self.shop, door.SECRET, RIGHT.at)

    def unhurried(self, monkeypatch: Any) -> None:
        """Do nothing: no answer below tells of a window that ends."""

    def grant(self) -> Grant:
        """Return a grant of all that is asked for; it has no end."""
        return Grant(self.shop, _TOKEN, scopes=SCOPES | OPTIONAL_SCOPES)

    def spent(self) -> Grant:
        """Return the same: nothing follows it."""
        return self.grant()

    def answer(self, asked: Asked, *, empty: bool = False) -> Says:
        """Answer for one store."""
        if asked.headers.get("x-auth-token") != _TOKEN:
            return Says({"status": 401, "title": CANARY}, 401)
        version, path = asked.path.removeprefix(f"/stores/{self.shop}/").split("/", 1)
        found = (answers.v2 if version == "v2" else answers.v3)(path, asked.query, empty)
        if found is None:
            return Says({"status": 404, "title": CANARY}, 404)
        return Says(None, 204) if found == [] else Says(found)

    def _payload(self, made: Made, number: int) -> str:
        at = int(made.at.timestamp())
        return door.signed_payload(
            _SECRETS[made.signer],
            sub=f"stores/{self._shop(made)}",
            jti=f"callback-{number}",
            iat=at,
            nbf=at,
            exp=at + 86_400,
        )

    def _sent(self, raw: bytes, shop: str, secret: str, at: datetime) -> Delivery:
        signed: dict[str, str | None] = {**door.signature(raw, secret=secret, at=at)}
        return door.delivery(raw, of=shop, secret=secret, **signed)

    def _shop(self, made: Made) -> str:
        return self.other if made.elsewhere else self.shop


SPECIMENS = (BigCommerceSpecimens(),)
