"""A client of the sandbox's control API, for tests and the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from requests import Response, Session

Answer = dict[str, Any]


class Sandbox:
    """Steer a running sandbox."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = Session()
        self._session.trust_env = False

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the client's connections."""
        self._session.close()

    @property
    def shopify_origin(self) -> str:
        """What Minta's setting SHOPIFY_ORIGIN must be."""
        return f"{self.base_url}/{{shop}}"

    def settings(self) -> dict[str, str]:
        """Tell the variables that Minta must be given to meet this sandbox."""
        return dict(self._get("settings")["settings"])

    def control(self, shop: str, action: str, **fields: Any) -> Answer:
        """Send a control that only this platform has, below a store; see the platform's own list."""
        return self._post(f"stores/{shop}/{action}", **fields)

    def look(self, shop: str, what: str, **query: Any) -> Answer:
        """Read what only this platform tells of a store; see the platform's own list."""
        return self._get(f"stores/{shop}/{what}", **query)

    # stores

    def stores(self) -> list[Answer]:
        """List the stores with their state."""
        return list(self._get("stores")["stores"])

    def create_store(self, handle: str, *, orders: int = 60, products: int | None = None) -> Answer:
        """Open a store; `products` multiplies the catalogue to so many."""
        return self._post("stores", handle=handle, orders=orders, products=products)

    def store(self, shop: str) -> Answer:
        """Tell a store's state: counts, scopes, tokens, whether the app is installed."""
        return self._get(f"stores/{shop}")

    def products(self, shop: str) -> list[Answer]:
        """List a store's products: id, handle, title, status, variants (id, price, stock), pictures."""
        return list(self._get(f"stores/{shop}/products")["products"])

    def orders(self, shop: str) -> list[Answer]:
        """List a store's orders: id, total, customer, whether an app may see them."""
        return list(self._get(f"stores/{shop}/orders")["orders"])

    def discounts(self, shop: str) -> list[Answer]:
        """List a store's offers: id, title, kind, status."""
        return list(self._get(f"stores/{shop}/discounts")["discounts"])

    def personal_values(self, shop: str) -> list[str]:
        """List every value about a customer that the store knows."""
        return list(self._get(f"stores/{shop}/personal")["values"])

    def merchant_values(self, shop: str) -> list[str]:
        """List what the store knows of its merchant and goods: names, addresses, words, SKUs, codes."""
        return list(self._get(f"stores/{shop}/merchant")["values"])

    def tokens(self, shop: str) -> list[str]:
        """List the access and refresh tokens that the app was given, as long as they are known."""
        return list(self._get(f"stores/{shop}/merchant")["tokens"])

    # the merchant

    def load(self, shop: str, *, embedded: bool = True) -> Answer:
        """Give `url` and `parameters` with which the admin opens the app; embedded installs it if need be."""
        return self._get(f"stores/{shop}/load", embedded="1" if embedded else "0")

    def id_token(self, shop: str, *, user: int | None = None) -> str:
        """Give a fresh session token."""
        return str(self._get(f"stores/{shop}/id-token", user=user)["id_token"])

    def consent(self, authorize_url: str) -> str:
        """Agree on the consent page at this address; gives the address to which the merchant is sent back."""
        answer = self._session.get(authorize_url, params={"auto": "1"}, allow_redirects=False, timeout=60)
        if answer.status_code != 302:
            raise RuntimeError(f"the consent page answered {answer.status_code}")
        return answer.headers["Location"]

    def install(self, shop: str, scopes: list[str] | None = None) -> Answer:
        """Install the app without a page."""
        return self._post(f"stores/{shop}/install", scopes=scopes)

    def uninstall(self, shop: str) -> list[int]:
        """Uninstall the app; gives the deliveries, shop/redact (due in 48 hours) the last."""
        return self._sent(f"stores/{shop}/uninstall")

    def set_scopes(self, shop: str, scopes: list[str]) -> list[int]:
        """Change what is granted."""
        return self._sent(f"stores/{shop}/scopes", scopes=scopes)

    def change_shop(self, shop: str, **fields: Any) -> list[int]:
        """Change a store's fields; `closed_with_status=402` freezes it, `restore_rate` sets its points."""
        return self._sent(f"stores/{shop}/shop", **fields)

    def change_product(self, shop: str, product: str | None = None, **fields: Any) -> Answer:
        """Change a product (the first without an id): title, price, compare_at_price, stock, status…"""
        return self._post(f"stores/{shop}/product/change", id=product, **fields)

    def create_product(self, shop: str, **fields: Any) -> Answer:
        """Create a product of one variant."""
        return self._post(f"stores/{shop}/product/create", **fields)

    def delete_product(self, shop: str, product: str | None = None) -> list[int]:
        """Delete a product."""
        return self._sent(f"stores/{shop}/product/delete", id=product)

    def create_order(self, shop: str, **fields: Any) -> Answer:
        """Create an order."""
        return self._post(f"stores/{shop}/order/create", **fields)

    def change_order(self, shop: str, order: str, **fields: Any) -> list[int]:
        """Change an order: cancelled, closed, note."""
        return self._sent(f"stores/{shop}/order/change", id=order, **fields)

    def delete_order(self, shop: str, order: str) -> list[int]:
        """Delete an order."""
        return self._sent(f"stores/{shop}/order/delete", id=order)

    def create_discount(self, shop: str, **fields: Any) -> Answer:
        """Create an offer: code, percentage, title, kind."""
        return self._post(f"stores/{shop}/discount/create", **fields)

    def end_discount(self, shop: str, discount: str) -> list[int]:
        """End an offer."""
        return self._sent(f"stores/{shop}/discount/end", id=discount)

    def delete_discount(self, shop: str, discount: str) -> list[int]:
        """Delete an offer."""
        return self._sent(f"stores/{shop}/discount/delete", id=discount)

    # Shopify

    def redact_customer(self, shop: str, customer: int | None = None) -> Answer:
        """Send customers/redact; gives its `body` and `deliveries`."""
        return self._post(f"stores/{shop}/customers/redact", customer=customer)

    def request_customer(self, shop: str, customer: int | None = None) -> Answer:
        """Send customers/data_request; gives its `body` and `deliveries`."""
        return self._post(f"stores/{shop}/customers/data_request", customer=customer)

    def webhook(
        self,
        shop: str,
        topic: str,
        *,
        thing: str | None = None,
        body: Any = None,
        raw: str | None = None,
        **twist: Any,
    ) -> list[int]:
        """Send any topic about a thing (its id) or with a body; `twist` takes what webhooks.Twist names.

        copies, at_once (side by side), delay_seconds, drop, signature (right, wrong, missing, old, empty,
        not_base64), family (x, events, both), topic, domain, triggered_at, webhook_id, headers ({name: value
        or None}).
        """
        return self._sent(f"stores/{shop}/webhook", topic=topic, id=thing, body=body, raw=raw, twist=twist)

    def expire_tokens(self, shop: str, *, refresh: bool = False) -> None:
        """Let all access tokens end now; with `refresh` the refresh tokens too."""
        self._post(f"stores/{shop}/tokens/expire", refresh=refresh)

    def drain_bucket(self, shop: str) -> None:
        """Take all points from the app on a store, so that the next query is throttled."""
        self._post(f"stores/{shop}/bucket/drain")

    def bulk(self, **plan: Any) -> Answer:
        """Say how bulk operations go from now on; see Plan in connectors/sandbox/shopify/bulk.py."""
        return self._post("bulk", **plan)

    def app(self, **fields: Any) -> Answer:
        """Change the app's registration: url, secrets, customer_level, topics, scopes, old_tokens_allowed."""
        return self._post("app", **fields)

    # time, faults, ledgers

    def now(self) -> float:
        """Tell the sandbox's time in Unix seconds."""
        return float(self._get("clock")["timestamp"])

    def advance(
        self, *, seconds: float = 0.0, hours: float = 0.0, days: float = 0.0, stamps: bool = False
    ) -> None:
        """Push the sandbox's clock ahead; with `stamps` also the times that it writes on things."""
        self._post("clock", seconds=seconds + hours * 3600 + days * 86_400, stamps=stamps)

    def fault(self, effect: str, **settings: Any) -> None:
        """Set a fault; see connectors/sandbox/faults.py for effects and settings."""
        self._post("faults", effect=effect, **settings)

    def faults(self) -> list[Answer]:
        """List the faults that are still to come; `held` is true of those that hold an answer back."""
        return list(self._get("faults")["faults"])

    def clear_faults(self) -> None:
        """Take all faults back, and let go the answers that are held."""
        self._delete("faults")

    def requests(self, *, since: int = 0, **match: str) -> list[Answer]:
        """List the requests that came (not those of this client): kind, store, operation, fields, status…"""
        return list(self._get("requests", since=since, **match)["requests"])

    def clear_requests(self) -> None:
        """Forget the requests that came."""
        self._delete("requests")

    def fields_asked(self, shop: str) -> set[str]:
        """List every `Type.field` that was asked of a store, inside bulk operations too."""
        rows = self.requests(store=shop)
        return {name for row in rows for name in (*row["fields"], *row["bulk_fields"])}

    def deliveries(
        self, *, since: int = 0, shop: str | None = None, topic: str | None = None
    ) -> list[Answer]:
        """List the webhooks that were sent, with their attempts."""
        return list(self._get("deliveries", since=since, store=shop, topic=topic)["deliveries"])

    def deliver_again(self, number: int) -> int:
        """Send a past webhook once more, the same in every byte."""
        return self._sent("deliveries/again", number=number)[0]

    def flush(self, limit_seconds: float = 20.0) -> bool:
        """Wait until every due webhook has been tried; tell whether that came true in time."""
        return bool(self._post("deliveries/flush", limit_seconds=limit_seconds)["idle"])

    @contextmanager
    def held(self, release: str = "as_held") -> Iterator[None]:
        """Hold webhooks back meanwhile, then let them go `as_held`, `reversed` or `shuffled`."""
        self._post("deliveries/hold")
        try:
            yield
        finally:
            self._post("deliveries/release", order=release)

    def retries(self, retries: int | None = None, *, gaps: bool | None = None) -> None:
        """Set how often a webhook is tried again, and whether with growing gaps."""
        self._post("deliveries/retries", retries=retries, gaps=gaps)

    def _sent(self, path: str, **body: Any) -> list[int]:
        return [int(number) for number in self._post(path, **body)["deliveries"]]

    def _get(self, path: str, **query: Any) -> Answer:
        kept = {name: value for name, value in query.items() if value is not None}
        return self._read(self._session.get(self._address(path), params=kept, timeout=60))

    def _post(self, path: str, **body: Any) -> Answer:
        kept = {name: value for name, value in body.items() if value is not None}
        return self._read(self._session.post(self._address(path), json=kept, timeout=60))

    def _delete(self, path: str) -> Answer:
        return self._read(self._session.delete(self._address(path), timeout=60))

    def _address(self, path: str) -> str:
        return f"{self.base_url}/_sandbox/{quote(path)}"

    def _read(self, answer: Response) -> Answer:
        if answer.status_code != 200:
            raise RuntimeError(f"the sandbox refused: {answer.text[:300]}")
        return dict(answer.json())
