"""A worker killed between two pages: the sync goes on behind the last page that was kept."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from connectors.models import Run, RunState
from connectors.policy.retention import OLDER
from tests.journeys.across.bigcommerce import BigCommerceSide
from tests.journeys.across.conftest import Open
from tests.journeys.across.side import Side
from tests.journeys.across.wix import WixV3
from tests.journeys.merchant import Merchant, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]


def database_url() -> str:
    """Return the address of the database that this test uses."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    who = f"{said['USER']}:{said['PASSWORD']}".rstrip(":")
    return f"postgres://{who}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


@contextmanager
def worker(merchant: Merchant, settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker in a process of its own, and kill it in the end."""
    environment = os.environ | merchant.sandbox.settings()
    environment |= {
        "DATABASE_URL": database_url(),
        "MINTA_KEYSTORE": str(settings.KEYSTORE_PATH),
        "MINTA_LEDGER": str(settings.LEDGER_PATH),
        "PUBLIC_URL": settings.PUBLIC_URL,
        "MINTA_WORK_LEASE_SECONDS": "2",
        "MINTA_WORK_HEARTBEAT_SECONDS": "1",
    }
    command = [sys.executable, "manage.py", "work", "--threads", "1"]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()


@pytest.mark.parametrize(
    ("side", "orders", "kind", "second_page"),
    [(BigCommerceSide(), 60, "api", "min_id=15"), (WixV3(), 110, "orders", '"cursor":')],
    ids=["bigcommerce", "wix-v3"],
)
def test_a_sync_killed_between_pages_goes_on_behind_its_last_page(
    open_store: Open, settings: Any, side: Side, orders: int, kind: str, second_page: str
) -> None:
    merchant = open_store(side, products=1, orders=orders)
    sandbox = merchant.sandbox
    assert merchant.open().status_code == 200
    sandbox.flush()
    sandbox.fault("hold", kind=kind, store=merchant.shop, operation=second_page, seconds=300)
    with worker(merchant, settings):
        wait_for(lambda: any(each["held"] for each in sandbox.faults()))
    sandbox.clear_faults()
    run = Run.objects.get(kind="sale")
    assert run.state == RunState.READING
    assert 0 < run.parsed < orders
    last = merchant.last_call

    def is_done() -> bool:
        merchant.settle()
        return Run.objects.get(kind="sale").state == RunState.DONE

    wait_for(is_done)
    again = merchant.calls_since(last)
    if side.platform == "bigcommerce":
        read = [each for each in again if str(each["operation"]).endswith("/products")]
        assert 0 < len(read) <= orders - run.parsed
    else:
        assert [each["kind"] for each in again].count("orders") == 1
    assert {each.state for each in Run.objects.all()} == {RunState.DONE}
    side.assert_as_there(merchant)
    ended = Run.objects.get(kind="sale")
    assert (ended.parsed, ended.kept) == (ended.kept + ended.refused, len(merchant.sales()))
    # The oldest are read first at BigCommerce, and are older than sales are kept.
    assert set(ended.reasons) <= {OLDER}
