"""The product's own first sync of products, as its worker does it. Prints its cost.

    python -m bench.product PLATFORM SHOP

Settings come from the environment that `bench.sync` makes.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import django
import msgspec


def main() -> None:
    """Make a store with a grant, queue the run, drain, print CPU seconds and peak memory."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "minta.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from bench.cost import own_cost
    from connectors import configured, grants, sync, work
    from connectors.models import ProductRow, Run, RunMode, Store, StoreState
    from connectors.platforms.opening import Grant
    from connectors.platforms.wix import budget

    platform, shop = sys.argv[1:]
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    with transaction.atomic():
        store = Store.objects.create(
            platform=platform, fingerprint=b"bench", epoch=1, state=StoreState.ACTIVE, installed_at=now
        )
        key = configured.keystore().create(store.ref, 1)
        grant = Grant(shop, "token-of-bench", expires_at=now + timedelta(hours=3))
        grants.put(store, key, grant, now)
        sync.begin(store, RunMode.FULL, ("product",))
    started = own_cost()
    with patch.object(budget, "PER_SECOND", 1e9):
        work.engine().drain(until=now + timedelta(minutes=10))
    ended = own_cost()
    run = Run.objects.get()
    found = {
        "cpu_seconds": ended.cpu_seconds - started.cpu_seconds,
        "peak_mb": ended.peak_mb,
        "state": run.state,
        "error": run.error,
        "rows": ProductRow.objects.count(),
    }
    sys.stdout.write(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
