"""Makes installed stores without their platforms. `python -m bench.stores PLATFORM=SHOP …`"""

import os
import sys
from datetime import UTC, datetime

import django


def main() -> None:
    """Make them in the database that the settings name."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "minta.settings"
    django.setup()
    from django.core.management import call_command

    from connectors import configured
    from connectors.models import Store, StoreState

    call_command("migrate", verbosity=0)
    for word in sys.argv[1:]:
        platform, _, shop = word.partition("=")
        store = Store.objects.create(
            platform=platform,
            fingerprint=configured.finder().fingerprint(platform, "shop", shop),
            epoch=1,
            state=StoreState.ACTIVE,
            installed_at=datetime.now(UTC),
        )
        configured.keystore().create(store.ref, 1)


if __name__ == "__main__":
    main()
