"""The product takes in deliveries. `python -m bench.taking` prints how many a second."""

import base64
import hashlib
import hmac
import os
import sys
import time
from datetime import UTC, datetime

import django

from bench.intake import BODY, DELIVERIES


def main() -> None:
    """Make a store and take in deliveries for it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "minta.settings"
    django.setup()
    from django.core.management import call_command

    from connectors import configured, inbox
    from connectors.models import Store, StoreState
    from connectors.platforms import PLATFORMS
    from connectors.platforms.base import Delivery

    call_command("migrate", verbosity=0)
    now, shop = datetime.now(UTC), "bench.myshopify.com"
    fingerprint = configured.finder().fingerprint("shopify", "shop", shop)
    store = Store.objects.create(
        platform="shopify", fingerprint=fingerprint, epoch=1, state=StoreState.ACTIVE, installed_at=now
    )
    configured.keystore().create(store.ref, 1)
    secret = os.environ["SHOPIFY_CLIENT_SECRET"].encode()
    signature = base64.b64encode(hmac.new(secret, BODY, hashlib.sha256).digest()).decode()
    headers = {
        "x-shopify-topic": "products/update",
        "x-shopify-shop-domain": shop,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-api-version": "2026-10",
        "x-shopify-triggered-at": now.isoformat(),
    }
    started = time.perf_counter()
    for number in range(DELIVERIES):
        delivery = Delivery({**headers, "x-shopify-webhook-id": str(number)}, BODY)
        inbox.receive(PLATFORMS["shopify"], delivery, datetime.now(UTC))
    sys.stdout.write(str(DELIVERIES / (time.perf_counter() - started)))


if __name__ == "__main__":
    main()
