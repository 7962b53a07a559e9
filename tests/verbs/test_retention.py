"""What is over its time goes once a day, and a receipt says what it was; all else stays."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from connectors import (
    bars,
    customers,
    erase,
    inbox,
    ranking,
    retention,
    rows,
    sync,
    tickets,
    work,
)
from connectors.models import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Duty,
    FeedRead,
    Person,
    Receipt,
    Report,
    Row,
    Store,
    StoreState,
)
from connectors.policy import retention as policy
from connectors.push import endpoints
from connectors.vault import StoreKey
from connectors.videos import bounds
from connectors.work import leases
from tests import cast

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
KEPT = policy.SALE.time


def sales(where: Store, key: StoreKey, ages: dict[int, timedelta]) -> None:
    """Hold sales of these ages, whatever is written now: they were young when they came."""
    for number, age in ages.items():
        cast.keep(where, key, cast.sale(number, created_at=NOW))
        mine = Row.objects.filter(store=where, fingerprint=key.fingerprint("sale", str(number)))
        mine.update(dated_at=NOW - age)


@pytest.fixture
def shop() -> tuple[Store, StoreKey]:
    """A store with a product, and sales of which one is over its time and one is almost."""
    store, key = cast.store()
    cast.keep(store, key, cast.product())
    sales(store, key, {1: KEPT + timedelta(hours=1), 2: KEPT - timedelta(hours=1), 3: timedelta(0)})
    return store, key


def held(key: StoreKey, *numbers: int) -> list[bool]:
    found = Row.objects.filter(kind="sale", sealed__isnull=False).values_list("fingerprint", flat=True)
    prints = {bytes(each) for each in found}
    return [key.fingerprint("sale", str(number)) in prints for number in numbers]


def receipt() -> dict[str, object]:
    body: dict[str, object] = json.loads(Receipt.objects.get().body)
    return body


class TestTheDays:
    def test_videos_find_every_sale_that_they_look_back_to(self) -> None:
        assert policy.SALE.days == 90
        assert policy.SALE.time > ranking.SOLD_WITHIN

    def test_each_place_that_forgets_takes_its_days_from_the_policy(self) -> None:
        assert customers.REPORTS_KEPT == policy.REPORT.time == timedelta(days=60)
        assert inbox.MEMORY == policy.DELIVERY.time == timedelta(days=60)
        assert sync.MEMORY == policy.RUN.time == timedelta(days=14)
        assert tickets.PROOF_MEMORY == policy.PROOF.time == timedelta(days=3)
        assert bounds.REMEMBERED == policy.VIDEO_GONE.time == timedelta(days=30)
        assert endpoints.KEPT == policy.NOTICE.time == timedelta(days=30)
        assert leases.DEAD_KEPT == policy.JOB.time == timedelta(days=14)

    def test_what_is_a_merchants_and_has_days_is_carried_out(self) -> None:
        ours = {each.key for each in policy.PERIODS if each.value and each.days is not None}
        assert ours == {place.period.key for place in retention.PLACES} | {"export"}


class TestSales:
    def test_one_over_its_time_goes_and_no_other(self, shop: tuple[Store, StoreKey]) -> None:
        store, key = shop
        retention.carry(store.pk)
        assert held(key, 1, 2, 3) == [False, True, True]
        assert Row.objects.filter(kind="product", sealed__isnull=False).count() == 1

    def test_the_feed_is_told_by_a_tombstone_with_a_new_number(self, shop: tuple[Store, StoreKey]) -> None:
        store, key = shop
        newest = Row.objects.order_by("-change")[0].change
        retention.carry(store.pk)
        gone = Row.objects.get(fingerprint=key.fingerprint("sale", "1"))
        assert gone.change > newest
        assert (gone.sealed, gone.digest, gone.dated_at) == (None, None, None)

    def test_the_receipt_says_what_went_and_how_much(self, shop: tuple[Store, StoreKey]) -> None:
        store, _ = shop
        retention.carry(store.pk)
        body = receipt()
        assert (body["kind"], body["store"], body["removed"]) == ("retain", store.ref, {"sales": 1})
        duty = Duty.objects.get()
        assert (duty.kind, duty.subject, duty.state) == ("retain", "sale", "done")
        assert (duty.asked_by, duty.law) == ("clock", "retention")
        assert duty.deadline_at - duty.asked_at == timedelta(days=2)
        assert AuditEntry.objects.filter(store_ref=store.ref, action="retention.done").count() == 1

    def test_where_nothing_is_over_nothing_is_written(self, shop: tuple[Store, StoreKey]) -> None:
        store, _ = shop
        retention.carry(store.pk)
        retention.carry(store.pk)
        assert retention.daily(NOW) == 0
        assert (Duty.objects.count(), Receipt.objects.count()) == (1, 1)

    @pytest.mark.parametrize("state", [StoreState.REAUTH, StoreState.CLOSED])
    def test_a_store_that_its_platform_refuses_is_no_exception(
        self, shop: tuple[Store, StoreKey], state: StoreState
    ) -> None:
        _, key = shop
        Store.objects.update(state=state)
        assert retention.daily(NOW) == 1
        work.engine().drain()
        assert held(key, 1, 2) == [False, True]

    def test_a_store_in_quarantine_has_the_clock_of_its_erasure(self, shop: tuple[Store, StoreKey]) -> None:
        store, key = shop
        with transaction.atomic():
            erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", NOW)
        assert retention.daily(NOW) == 0
        retention.carry(store.pk)
        assert held(key, 1) == [True]
        assert not Duty.objects.filter(kind=Duty.RETAIN).exists()

    def test_only_stores_that_have_something_are_queued(self, shop: tuple[Store, StoreKey]) -> None:
        birch, key = cast.store("birch.myshopify.com")
        sales(birch, key, {1: timedelta(days=1)})
        assert retention.daily(NOW) == 1
        work.engine().drain()
        assert held(key, 1) == [True]
        assert Duty.objects.get().store_ref == shop[0].ref


class TestBeingCut:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        monkeypatch.setattr(retention, "BATCHES_A_STEP", 2)

    @pytest.fixture
    def many(self) -> tuple[Store, StoreKey]:
        store, key = cast.store()
        sales(store, key, {number: KEPT + timedelta(days=number) for number in range(1, 8)})
        return store, key

    def test_it_lets_others_take_turns_and_goes_on(self, many: tuple[Store, StoreKey]) -> None:
        store, _ = many
        with pytest.raises(work.Later):
            retention.carry(store.pk)
        duty = Duty.objects.get()
        assert (duty.state, duty.counts) == ("doing", {"sales": 4})
        assert not Receipt.objects.exists()
        with pytest.raises(work.Later):
            retention.carry(store.pk)
        retention.carry(store.pk)
        assert receipt()["removed"] == {"sales": 7}
        assert Receipt.objects.count() == 1

    def test_the_oldest_go_first(self, many: tuple[Store, StoreKey]) -> None:
        store, key = many
        with pytest.raises(work.Later):
            retention.carry(store.pk)
        assert held(key, *range(1, 8)) == [True] * 3 + [False] * 4

    def test_a_duty_that_lost_its_job_is_taken_up_the_next_day(self, many: tuple[Store, StoreKey]) -> None:
        store, _ = many
        with pytest.raises(work.Later):
            retention.carry(store.pk)
        Row.objects.filter(kind="sale").delete()
        assert retention.daily(NOW) == 1
        work.engine().drain()
        assert receipt()["removed"] == {"sales": 4}

    def test_a_store_that_leaves_meanwhile_ends_it_with_what_was_done(
        self, many: tuple[Store, StoreKey]
    ) -> None:
        store, _ = many
        with pytest.raises(work.Later):
            retention.carry(store.pk)
        with transaction.atomic():
            erase.uninstall(Store.objects.select_for_update().get(), "uninstalled", NOW)
        assert retention.daily(NOW) == 0
        duty = Duty.objects.get(kind=Duty.RETAIN)
        assert (duty.state, duty.counts, bool(duty.reason)) == ("done", {"sales": 4}, True)
        assert receipt()["removed"] == {"sales": 4}
        assert Row.objects.filter(kind="sale", sealed__isnull=False).count() == 3

    def test_one_that_leaves_between_two_batches_is_left_alone(
        self, many: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, _ = many
        real = rows.open_epoch
        seen: list[int] = []

        def leaves(store_id: int, epoch: int) -> Store:
            seen.append(epoch)
            store = real(store_id, epoch)
            if len(seen) == 2:  # committed with the first batch
                Store.objects.update(state=StoreState.QUARANTINED)
            return store

        monkeypatch.setattr(rows, "open_epoch", leaves)
        retention.carry(store.pk)
        assert Row.objects.filter(kind="sale", sealed__isnull=False).count() == 5
        assert receipt()["removed"] == {"sales": 2}


class TestReportsAndDeliveries:
    def report(self, store: Store, age: timedelta) -> None:
        with transaction.atomic():
            customers.report_sales(store, ("3",), "1", NOW, NOW)
        Report.objects.filter(pk=Report.objects.order_by("-pk")[0].pk).update(created_at=NOW - age)

    def test_answers_go_when_the_merchant_has_had_them_long_enough(self) -> None:
        store, _ = cast.store()
        self.report(store, policy.REPORT.time + timedelta(hours=1))
        self.report(store, policy.REPORT.time - timedelta(hours=1))
        retention.carry(store.pk)
        assert Report.objects.get().created_at == NOW - policy.REPORT.time + timedelta(hours=1)
        assert receipt()["removed"] == {"reports": 1}
        # That both were answered is remembered.
        assert Duty.objects.filter(kind=Duty.REPORT_SALES, state="done").count() == 2

    def delivery(self, store: Store, number: int, age: timedelta, state: DeliveryState) -> Delivery:
        return Delivery.objects.create(
            platform="shopify",
            fingerprint=bytes([number]) * 16,
            store=store,
            epoch=1,
            topic="products/update",
            kind="product_changed",
            occurred_at=NOW - age,
            received_at=NOW - age,
            due_at=NOW - age,
            state=state,
            sealed=b"sealed",
        )

    def test_a_delivery_that_waited_too_long_is_emptied_and_its_id_stays(self) -> None:
        store, _ = cast.store()
        old = policy.EVENT.time + timedelta(hours=1)
        waited = self.delivery(store, 1, old, DeliveryState.WAITING)
        failed = self.delivery(store, 2, old, DeliveryState.FAILED)
        young = self.delivery(store, 3, policy.EVENT.time - timedelta(hours=1), DeliveryState.WAITING)
        retention.carry(store.pk)
        for each in (waited, failed, young):
            each.refresh_from_db()
        assert (waited.state, waited.sealed) == ("ignored", None)
        assert (failed.state, failed.sealed) == ("failed", None)
        assert (young.state, bytes(young.sealed or b"")) == ("waiting", b"sealed")
        assert receipt()["removed"] == {"deliveries": 2}


class TestWhatIsNobodysValue:
    def test_people_and_counts_are_forgotten_without_duty_and_receipt(self) -> None:
        store, _ = cast.store()
        for number, age in enumerate((policy.PERSON.time + timedelta(1), policy.PERSON.time - timedelta(1))):
            Person.objects.create(store=store, epoch=1, fingerprint=bytes([number]) * 16, seen_at=NOW - age)
        for days in (401, 399):
            FeedRead.objects.create(store=store, purpose="videos", day=(NOW - timedelta(days)).date())
        assert retention.daily(NOW) == 0
        assert Person.objects.get().seen_at == NOW - policy.PERSON.time + timedelta(1)
        assert FeedRead.objects.get().day == (NOW - timedelta(399)).date()
        assert not Duty.objects.exists()
        assert not Receipt.objects.exists()


class TestWriting:
    def test_a_sale_of_long_ago_is_not_written(self) -> None:
        store, key = cast.store()
        found = [
            cast.found(cast.sale(1, created_at=NOW - KEPT - timedelta(hours=1))),
            cast.found(cast.sale(2, created_at=NOW - KEPT + timedelta(hours=1))),
        ]
        assert rows.write(store.pk, 1, key, found) == rows.Written(put=1, old=1)
        assert held(key, 1, 2) == [False, True]
        assert not Row.objects.filter(fingerprint=key.fingerprint("sale", "1")).exists()

    def test_one_that_went_does_not_come_back(self, shop: tuple[Store, StoreKey]) -> None:
        store, key = shop
        retention.carry(store.pk)
        again = cast.found(cast.sale(1, created_at=NOW - KEPT - timedelta(hours=1)))
        assert rows.write(store.pk, 1, key, [again]).old == 1
        assert held(key, 1) == [False]

    def test_one_that_is_barred_is_counted_as_that(self) -> None:
        store, key = cast.store()
        with transaction.atomic():
            bars.bar(store, "sale", ["1"], NOW)
        old = cast.found(cast.sale(1, created_at=NOW - 2 * KEPT))
        assert rows.write(store.pk, 1, key, [old]) == rows.Written(barred=1)

    def test_a_product_of_long_ago_is_written(self) -> None:
        store, key = cast.store()
        old = cast.found(cast.product(created_at=NOW - 9 * KEPT, updated_at=NOW - 9 * KEPT))
        assert rows.write(store.pk, 1, key, [old]).put == 1


@pytest.mark.django_db
def test_what_is_over_is_found_by_its_index() -> None:
    store, key = cast.store()
    sales(store, key, {1: KEPT + timedelta(days=1)})
    over = retention._over(store, retention.PLACES[0], NOW)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "row_by_date" in over.values_list("pk", flat=True)[:2].explain()
