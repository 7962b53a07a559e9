"""What a full run may take away, and what it must leave: never on the word of one that did not see all."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from connectors import erase, grants, reading, rows, sync, work
from connectors.models import Duty, Row, Run, RunMode, RunState, StoreState
from tests.journeys import truth
from tests.journeys.conftest import Arrive
from tests.journeys.merchant import Merchant, number, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = 3600


def full(merchant: Merchant) -> Run:
    """Read everything, and return the run of products."""
    sync.begin_all(RunMode.FULL)
    merchant.settle()
    return merchant.runs()["product"]


def begun(merchant: Merchant) -> None:
    """Begin a full run, of which the platform has just begun to write the export."""
    merchant.sandbox.bulk(delay_seconds=HOUR)
    sync.begin_all(RunMode.FULL)
    merchant.work_once()


def written(merchant: Merchant) -> None:
    """Let the platform have written the export, and not said so yet."""
    merchant.sandbox.advance(seconds=HOUR * 3 / 4)
    wait_for(lambda: not merchant.sandbox.store(merchant.shop)["bulk_unwritten"])


def ended(merchant: Merchant) -> Run:
    """Let the export end, and the run."""
    merchant.sandbox.advance(seconds=HOUR)
    wait_for(lambda: not merchant.sandbox.store(merchant.shop)["bulk_running"])
    merchant.settle()
    return merchant.runs()["product"]


def test_a_run_with_a_record_that_cannot_be_read_takes_nothing_away(merchant: Merchant) -> None:
    merchant.come()
    first, second, *_ = (str(each["id"]) for each in merchant.sandbox.products(merchant.shop))
    with merchant.silenced():
        merchant.sandbox.change_product(merchant.shop, first, price="NaN")
        merchant.sandbox.delete_product(merchant.shop, second)
        run = full(merchant)
    assert (run.state, run.announced, run.parsed, run.kept, run.refused, run.gone) == ("done", 3, 3, 2, 1, 0)
    (reason,) = run.reasons
    assert "NaN" not in reason
    # What is held of both stays: the one may be there, and of the other nobody can tell it from the one.
    assert {number(first), number(second)} < set(merchant.products())
    assert len(merchant.products()) == 4
    with merchant.silenced():
        merchant.sandbox.change_product(merchant.shop, first, price="5.00")
        run = full(merchant)
    assert (run.state, run.refused, run.gone) == ("done", 0, 1)
    assert truth.held_products(merchant) == truth.products(merchant)


def test_an_empty_export_of_a_store_that_has_something_is_not_believed(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        for each in merchant.sandbox.products(merchant.shop):
            merchant.sandbox.delete_product(merchant.shop, each["id"])
        begun(merchant)
        written(merchant)
        made = merchant.sandbox.create_product(merchant.shop, title="Made after the export")
        run = ended(merchant)
    assert (run.state, run.error.partition(":")[0]) == ("failed", "CountsDisagree")
    assert len(merchant.products()) == 4
    merchant.sandbox.bulk(delay_seconds=0.0)
    assert full(merchant).state == "done"
    assert set(merchant.products()) == {number(made["id"])}


def test_an_empty_export_of_a_store_that_is_empty_is(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        for each in merchant.sandbox.products(merchant.shop):
            merchant.sandbox.delete_product(merchant.shop, each["id"])
        run = full(merchant)
    assert (run.state, run.announced, run.parsed, run.gone) == ("done", 0, 0, 4)
    assert merchant.products() == {}
    assert len(merchant.sales()) == 6


def test_a_store_that_never_had_anything_is_not_asked_twice(arrive: Arrive) -> None:
    merchant = arrive(products=1, orders=0)
    merchant.sandbox.delete_product(merchant.shop)
    merchant.come()
    assert {
        (run.state, run.parsed) for kind, run in merchant.runs().items() if kind in ("product", "sale")
    } == {("done", 0)}
    asked = [each["operation"] for each in merchant.calls(kind="graphql")]
    assert not {"MintaProducts", "MintaSales"} & set(asked)


def test_a_failed_look_at_the_pages_takes_nothing_away(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        for each in merchant.sandbox.products(merchant.shop):
            merchant.sandbox.delete_product(merchant.shop, each["id"])
        merchant.sandbox.fault(
            "data_null", kind="graphql", store=merchant.shop, operation="query MintaProducts(", times=1000
        )
        run = full(merchant)
    assert (run.state, run.error.partition(":")[0]) == ("failed", "BadAnswer")
    assert len(merchant.products()) == 4


@pytest.mark.parametrize("first", [True, False], ids=["the first export", "a later one"])
def test_what_is_deleted_while_an_export_is_written_does_not_come_back_with_it(
    merchant: Merchant, first: bool
) -> None:
    if first:
        merchant.sandbox.bulk(delay_seconds=HOUR)
        merchant.open()
        merchant.work_once()
    else:
        merchant.come()
        begun(merchant)
    written(merchant)
    shop, sandbox = merchant.shop, merchant.sandbox
    product = str(sandbox.products(shop)[0]["id"])
    order = next(str(each["id"]) for each in sandbox.orders(shop) if each["visible"])
    sandbox.delete_product(shop, product)
    sandbox.delete_order(shop, order)
    changed = str(sandbox.products(shop)[0]["id"])
    sandbox.change_product(shop, changed, title="Newer than the export")
    made = str(sandbox.create_product(shop, title="Not in the export")["id"])
    sandbox.flush()
    work.engine().drain()
    assert {each.state for each in merchant.deliveries(kind="product.gone")} == {"done"}
    assert Row.objects.filter(kind="product", sealed__isnull=True).count() == 1
    run = ended(merchant)
    assert (run.state, run.announced, run.parsed) == ("done", 4, 4)
    assert number(product) not in merchant.products()
    assert number(order) not in merchant.sales()
    assert merchant.products()[number(changed)].title == "Newer than the export"
    assert number(made) in merchant.products()
    assert truth.held_products(merchant) == truth.products(merchant)


def test_a_run_that_was_told_to_be_full_too_late_takes_nothing_away(merchant: Merchant) -> None:
    merchant.come()
    (run,) = sync.begin(merchant.store, RunMode.SINCE, ("product",))
    stepping = Run.objects.select_related("store").get(pk=run.pk)  # a worker that has just taken it up
    sync.begin(merchant.store, RunMode.FULL, ("product",))
    grants.use(merchant.store, lambda reader: reading.advance(stepping, reader))
    run.refresh_from_db()
    # What was read is what is said to have been read, so that a full run is still seen to be due.
    assert (run.state, run.mode, run.gone) == (RunState.DONE, RunMode.SINCE, 0)
    assert len(merchant.products()) == 4


def test_a_run_that_is_given_up_while_it_asks_is_not_written_again(merchant: Merchant) -> None:
    merchant.come()
    with merchant.silenced():
        merchant.sandbox.change_product(merchant.shop, title="Read by a run that was given up")
    (run,) = sync.begin(merchant.store, RunMode.FULL, ("product",))
    step_and_meanwhile(merchant, run, lambda: Run.objects.update(state=RunState.FAILED, error="given up"))
    run.refresh_from_db()
    assert (run.state, run.error, run.export_id, run.started_at) == (RunState.FAILED, "given up", "", None)


def test_a_store_that_is_erased_while_a_run_asks_holds_no_run(merchant: Merchant, settings: Any) -> None:
    settings.QUARANTINE_HOURS = 0
    merchant.come()
    (run,) = sync.begin(merchant.store, RunMode.FULL, ("product",))
    step_and_meanwhile(merchant, run, merchant.leave)
    assert merchant.store.state == StoreState.ERASED
    assert not Run.objects.exists()
    assert not Row.objects.exclude(kind="gone").exists()


def step_and_meanwhile(merchant: Merchant, run: Run, happens: Callable[[], object]) -> None:
    """Take a run one step; something happens before the platform's first answer is here."""
    with merchant.meanwhile("graphql", happens):
        sync.step(run.pk)


def test_a_long_export_makes_way_and_goes_on_where_it_was(
    arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH_ROWS", 2)
    monkeypatch.setattr(reading, "BATCHES_A_STEP", 2)
    one, other = arrive(products=11), arrive(products=11)
    one.open()
    other.open()
    for _ in range(40):
        one.settle()
        if {run.state for each in (one, other) for run in each.runs().values()} == {"done"}:
            break
    # Neither store waited until the other was done.
    written = Row.objects.filter(kind="product").order_by("change").values_list("store_id", flat=True)
    turns = [store_id for store_id, _ in itertools.groupby(written)]
    assert len(written) == 22
    assert len(turns) > 2
    for merchant in (one, other):
        run = merchant.runs()["product"]
        assert (run.state, run.announced, run.kept) == ("done", 11, 11)
        assert truth.held_products(merchant) == truth.products(merchant)
    files = [each for each in one.calls() + other.calls() if each["kind"] == "file"]
    assert len({each["path"] for each in files}) == len(files)  # each was brought once


def spooled() -> list[Path]:
    return [path for path in Path(settings.SPOOL_DIR).rglob("*") if path.is_file()]


def test_an_export_s_file_is_sealed_and_goes_with_its_store(
    arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH_ROWS", 2)
    monkeypatch.setattr(reading, "BATCHES_A_STEP", 2)
    merchant = arrive(products=11).come()
    assert not spooled()
    (run,) = sync.begin(merchant.store, RunMode.FULL, ("product",))
    with pytest.raises(work.Later):
        sync.step(run.pk)  # the platform writes it
    merchant.sandbox.flush()
    for _ in range(2):
        with pytest.raises(work.Later):
            sync.step(run.pk)
    (file,) = spooled()
    assert file.parent == settings.SPOOL_DIR / f"{merchant.store.ref}-1" / str(run.pk)
    whole = file.read_bytes()
    assert not [each.title for each in merchant.products().values() if each.title.encode() in whole]
    assert b"gid://" not in whole
    merchant.leave()
    erase.hasten(Duty.objects.get().pk)
    merchant.settle()
    assert merchant.store.state == StoreState.ERASED
    assert not spooled()


def test_a_run_that_fails_leaves_no_file(merchant: Merchant) -> None:
    merchant.come()
    merchant.sandbox.fault("cut_line", kind="file", times=10)
    assert full(merchant).state == "failed"
    assert not spooled()


def test_no_cursor_of_the_platform_stands_in_clear(merchant: Merchant) -> None:
    for place in range(26):
        merchant.sandbox.create_discount(merchant.shop, code=f"PLACE{place}")
    merchant.come()
    # The first page comes; while the second is on its way, the place of the first stands in the run.
    merchant.sandbox.fault("delay", kind="graphql", store=merchant.shop, seconds=0.0)
    (run,) = sync.begin(merchant.store, RunMode.FULL, ("offer",))
    seen: list[bytes] = []
    step_and_meanwhile(merchant, run, lambda: seen.append(bytes(Run.objects.get(pk=run.pk).cursor or b"")))
    cursor = merchant.key.recall("cursor", str(run.pk), seen[0], str)
    assert cursor.encode() not in seen[0]
    run.refresh_from_db()
    assert (run.state, run.cursor, run.kept) == (RunState.DONE, None, 36)
