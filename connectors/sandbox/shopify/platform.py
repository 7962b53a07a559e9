"""Shopify as the sandbox plays it: the app, the stores, and what happens between them."""

import random
import sys
import traceback
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from connectors.sandbox.catalogue.goods import Article
from connectors.sandbox.clock import Clock
from connectors.sandbox.courier import Courier, Delivery
from connectors.sandbox.shopify import webhooks
from connectors.sandbox.shopify.api.costs import Bucket
from connectors.sandbox.shopify.app import App
from connectors.sandbox.shopify.bulk import BulkDesk
from connectors.sandbox.shopify.seeding import make_shop
from connectors.sandbox.shopify.shop import DOMAIN, Shop
from connectors.sandbox.shopify.things import Collection
from connectors.sandbox.shopify.webhooks import PLAIN, Twist

REDACT_AFTER = timedelta(hours=48)


class Shopify:
    """Everything in memory."""

    def __init__(self, app: App, clock: Clock, courier: Courier) -> None:
        self.app = app
        self.clock = clock
        self.courier = courier
        self.shops: dict[str, Shop] = {}
        self.bulk = BulkDesk(self)
        self._buckets: dict[str, Bucket] = {}
        self._memberships: dict[str, dict[int, list[Collection]]] = {}

    def open_shop(self, handle: str, articles: Iterable[Article], order_count: int = 60) -> Shop:
        """Open a store with a catalogue."""
        handle = handle.removesuffix(DOMAIN)
        shop = make_shop(handle, articles, self.clock.stamp(), order_count)
        self.shops[shop.domain] = shop
        return shop

    def find(self, name: str) -> Shop | None:
        """Find a store by its domain or handle."""
        return self.shops.get(name) or self.shops.get(name + DOMAIN)

    def bucket(self, shop: Shop) -> Bucket:
        """Give the bucket of points of the app on a store."""
        return self._buckets.setdefault(shop.domain, Bucket())

    def memberships(self, shop: Shop) -> dict[int, list[Collection]]:
        """List, for each product's number, the collections that hold it."""
        if shop.domain not in self._memberships:
            held: dict[int, list[Collection]] = {}
            for collection in shop.collections.values():
                for product in collection.products:
                    held.setdefault(product.number, []).append(collection)
            self._memberships[shop.domain] = held
        return self._memberships[shop.domain]

    def shelves_changed(self, shop: Shop) -> None:
        """Forget which collections hold what."""
        self._memberships.pop(shop.domain, None)

    def install(self, shop: Shop, scopes: Iterable[str] | None = None) -> None:
        """Install the app; its required scopes are granted, optional ones are not."""
        wanted = tuple(scopes) if scopes is not None else self.app.scopes
        shop.installation.install(wanted, self.clock.stamp())

    def uninstall(self, shop: Shop) -> list[Delivery]:
        """Uninstall the app: tokens die at once, app/uninstalled goes out, shop/redact 48 hours later."""
        if not shop.installation.active:
            return []
        for operation in self.bulk.running(shop):
            self.bulk.cancel(operation)
        shop.installation.uninstall(self.clock.stamp())
        self._buckets.pop(shop.domain, None)
        gone = shop.installation.uninstalled_at
        redact = Twist(delay_seconds=REDACT_AFTER.total_seconds())
        sent = self.notify(shop, "app/uninstalled", shop)
        for delivery in self.notify(shop, "shop/redact", shop_in_short(shop), redact):
            delivery.wanted = lambda: (
                not shop.installation.active and shop.installation.uninstalled_at == gone
            )
            sent.append(delivery)
        return sent

    def set_scopes(self, shop: Shop, scopes: tuple[str, ...]) -> list[Delivery]:
        """Change what is granted; app/scopes_update goes out."""
        previous = shop.installation.scopes
        shop.installation.scopes = scopes
        for token in shop.installation.tokens.values():
            token.scopes = scopes
        body = {
            "id": shop.installation.number,
            "shop_id": shop.id,
            "previous": list(previous),
            "current": list(scopes),
            "updated_at": self.clock.stamp().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        return self.notify(shop, "app/scopes_update", body)

    def notify(self, shop: Shop, topic: str, subject: Any, twist: Twist = PLAIN) -> list[Delivery]:
        """Send a webhook about a subject."""
        return webhooks.notify(self, shop, topic, subject, twist)

    def chance(self, shop: Shop) -> random.Random:
        """Give repeatable chance for invented things."""
        return random.Random(len(shop.orders) * 7 + len(shop.products))  # noqa: S311 - not secret

    def report_failure(self, what: str, error: Exception) -> None:
        """Say on standard error that the sandbox itself is broken."""
        sys.stderr.write(f"sandbox: {what}\n{''.join(traceback.format_exception(error))}")

    def close(self) -> None:
        """Put everything away."""
        self.bulk.close()


def shop_in_short(shop: Shop) -> dict[str, Any]:
    """Name a store as the compliance topics do."""
    return {"shop_id": shop.number, "shop_domain": shop.domain}
