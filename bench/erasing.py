"""A store of many rows is erased. `python -m bench.erasing {floor|ours} ROWS` prints what it took."""

import json
import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

import django

#: What a sealed product of one variant has, more or less.
ROW_BYTES: Final = 960
_QUIET_SECONDS: Final = 2.0
_COLUMNS: Final = "store_id, epoch, kind, fingerprint, version_at, change, digest, sealed, seen_run"


def begin() -> None:
    """Make the tables in the database that the settings name."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "minta.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def store(shop: str) -> Any:
    """Make an installed store, with its key."""
    from connectors import configured
    from connectors.models import Store, StoreState

    made = Store.objects.create(
        platform="shopify",
        fingerprint=configured.finder().fingerprint("shopify", "shop", shop),
        epoch=1,
        state=StoreState.ACTIVE,
        installed_at=datetime.now(UTC),
    )
    configured.keystore().create(made.ref, 1)
    return made


def fill(store_id: int, count: int) -> None:
    """Give a store so many rows, in SQL: what matters here is that they lie there."""
    from django.db import connection

    from connectors import counting

    first, now = counting.take("change", count), datetime.now(UTC).isoformat(sep=" ")
    last = first + count - 1
    if connection.vendor == "sqlite":
        source = f"WITH RECURSIVE n(i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"  # noqa: S608 - numbers of ours
        told = f"randomblob(16), '{now}', i, randomblob(16), randomblob({ROW_BYTES}), 1 FROM n"
    else:
        source = ""
        spread = "decode(md5(i::text), 'hex')"
        sealed = f"decode(repeat(md5(i::text), {ROW_BYTES // 16}), 'hex')"
        told = f"{spread}, '{now}', i, {spread}, {sealed}, 1 FROM generate_series({first}, {last}) AS n(i)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO connectors_row ({_COLUMNS}) {source} SELECT {store_id}, 1, 'product', {told}"
        )


def floor(store_id: int) -> dict[str, Any]:
    """Delete the rows in one statement."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM connectors_row WHERE store_id = %s AND epoch = 1", [store_id])
    return {"gone_seconds": time.perf_counter() - began}


def ours(made: Any) -> dict[str, Any]:
    """Erase the store while another one is written to."""
    from django.db import transaction

    from connectors import erase
    from connectors.models import Duty, Row, Store

    writer = subprocess.Popen(
        [sys.executable, "-m", "bench.writing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdin is not None  # noqa: S101 - asked for above
    assert writer.stdout is not None  # noqa: S101 - asked for above
    writer.stdout.readline()
    time.sleep(_QUIET_SECONDS)
    with transaction.atomic():
        locked = Store.objects.select_for_update(no_key=True).get(pk=made.pk)
        duty = erase.uninstall(locked, "redact", datetime.now(UTC), at_once=True)
    erase.put_aside(duty.pk)
    writer.stdin.write("erasing\n")
    writer.stdin.flush()
    began, moment = time.perf_counter(), datetime.now(UTC)
    erase.carry(duty.pk)
    seconds = time.perf_counter() - began
    written, _ = writer.communicate("done\n")
    duty = Duty.objects.get(pk=duty.pk)
    assert duty.unreadable_at is not None  # noqa: S101 - or nothing was measured
    assert duty.state == "done"  # noqa: S101 - as above
    assert not Row.objects.filter(store=made).exclude(kind="gone").exists()  # noqa: S101 - as above
    unreadable = (duty.unreadable_at - moment).total_seconds()
    return {"gone_seconds": seconds, "unreadable_seconds": unreadable, "written": json.loads(written)}


def main() -> None:
    """Do one of them."""
    begin()
    verb, count = sys.argv[1], int(sys.argv[2])
    made = store(f"{secrets.token_hex(4)}.myshopify.com")
    fill(store(f"{secrets.token_hex(4)}.myshopify.com").pk, 1000)
    fill(made.pk, count)
    sys.stdout.write(json.dumps(floor(made.pk) if verb == "floor" else ours(made)))


if __name__ == "__main__":
    main()
