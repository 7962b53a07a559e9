"""Coming back in time: the merchant chooses. Kept: what the platform shows no more, and the videos."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from connectors import configured, customers, erase, install, revive, rows, work
from connectors.errors import KeyGone
from connectors.models import AuditEntry, Duty, Row, Run, RunMode, RunState, Store, StoreState, Video
from connectors.models import VideoPart as Part
from connectors.platforms.base import Event, EventKind
from connectors.policy import retention
from connectors.policy.records import Reported, Sale, StoreInfo
from connectors.vault import StoreKey
from connectors.videos import moving, playing, reach, removal, stale, uploads
from connectors.videos.bounds import PART_BYTES
from connectors.work.rows import Job
from tests import cast
from tests.videos.cast import POSTER, announced, film, kept, priced, stocked

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
#: Shopify shows sixty days; sales are kept for ninety.
LONG_AGO = NOW - timedelta(days=75)
REPORTED = Reported(source="shop/update", observed_at=cast.NOON, google_apps_domain="mail.cedar.example")


def leave() -> Duty:
    with transaction.atomic():
        store = Store.objects.select_for_update().get()
        duty = erase.uninstall(store, "uninstalled", datetime.now(UTC))
    erase.put_aside(duty.pk)
    return duty


def come_back() -> Store:
    """Install the same store anew, as `install` does."""
    store = Store.objects.get()
    configured.keystore().create(store.ref, store.epoch + 1)
    with transaction.atomic():
        install._end_old_epoch(store, datetime.now(UTC))
        Store.objects.update(epoch=store.epoch + 1, state=StoreState.ACTIVE)
    return Store.objects.get()


@pytest.fixture
def left() -> Duty:
    """A store that left, with a sale of long ago, one of now, and what the platform reported of it."""
    store, key = cast.store()
    cast.keep(store, key, cast.store_info(reported=REPORTED), cast.product(), cast.sale(2, created_at=NOW))
    cast.keep(store, key, cast.sale(1, created_at=LONG_AGO))
    return leave()


@pytest.fixture
def back(left: Duty) -> Store:
    """The same store, come back."""
    return come_back()


def held(store: Store, kind: str) -> list[Any]:
    key = configured.keystore().get(store.ref, store.epoch)
    return [each.record for each in rows.opened(key, rows.of_store(store, kind))]


def sold(store: Store) -> list[str]:
    return sorted(sale.sale_id for sale in held(store, "sale"))


def fresh(duty: Duty) -> Duty:
    return Duty.objects.get(pk=duty.pk)


def jobs(task: str) -> int:
    return Job.objects.filter(task=task).count()


class TestWithoutAWord:
    def test_nothing_opens_the_old_epoch_and_its_clock_goes_on(self, left: Duty, back: Store) -> None:
        work.engine().drain()
        assert configured.keystore().state(back.ref, 1) == "quarantined"
        now = fresh(left)
        assert (now.state, now.due_at, now.cause) == ("asked", left.due_at, "uninstalled")
        assert held(back, "sale") == []

    def test_nothing_is_moved_though_a_job_says_so(self, left: Duty, back: Store) -> None:
        revive.carry(left.pk)
        assert configured.keystore().state(back.ref, 1) == "quarantined"
        assert fresh(left).due_at == left.due_at
        assert held(back, "sale") == []

    def test_it_is_the_merchants_to_choose(self, left: Duty, back: Store) -> None:
        assert revive.choice(back) == left

    def test_who_has_not_come_back_has_no_choice(self, left: Duty) -> None:
        assert revive.choice(Store.objects.get()) is None

    def test_nobody_chooses_what_is_erased_already(self, left: Duty, back: Store) -> None:
        configured.keystore().destroy(back.ref, 1)
        assert revive.choice(back) is None

    def test_what_is_due_can_not_be_chosen_any_more(self, left: Duty, back: Store) -> None:
        Duty.objects.update(due_at=NOW - timedelta(minutes=1))
        assert revive.choice(back) is None
        assert revive.keep(back, NOW) == 0
        assert jobs("revive.carry") == 0

    def test_it_is_erased_on_its_clock(self, left: Duty, back: Store) -> None:
        Duty.objects.update(due_at=NOW - timedelta(minutes=1))
        erase.carry(left.pk)
        assert fresh(left).state == "done"
        assert "moved" not in fresh(left).counts
        assert Store.objects.get().state == StoreState.ACTIVE


class TestClean:
    def test_all_of_it_is_erased_at_once(self, left: Duty, back: Store) -> None:
        assert revive.clean(back, NOW) == 1
        work.engine().drain()
        done = fresh(left)
        assert (done.state, done.cause, done.asked_by) == ("done", "clean", "merchant")
        assert configured.keystore().state(back.ref, 1) == "destroyed"
        assert "moved" not in done.counts
        assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()
        assert held(back, "sale") == []
        assert Store.objects.get().state == StoreState.ACTIVE

    def test_it_is_written_down_who_said_so(self, left: Duty, back: Store) -> None:
        revive.clean(back, NOW)
        assert AuditEntry.objects.get(action="return.clean").actor == "merchant"

    def test_then_there_is_no_choice_any_more(self, left: Duty, back: Store) -> None:
        revive.clean(back, NOW)
        assert revive.choice(back) is None
        assert revive.keep(back, NOW) == 0


class TestKeep:
    @pytest.fixture
    def chosen(self, left: Duty, back: Store) -> Store:
        assert revive.keep(back, NOW) == 1
        return back

    def test_sales_of_long_ago_and_reports_go_along_and_nothing_else(self, left: Duty, chosen: Store) -> None:
        revive.carry(left.pk)
        (sale,) = held(chosen, "sale")
        assert isinstance(sale, Sale)
        assert (sale.sale_id, sale.created_at) == ("1", LONG_AGO)
        (info,) = held(chosen, "store")
        assert isinstance(info, StoreInfo)
        assert info.reported == REPORTED
        assert held(chosen, "product") == []

    def test_then_the_old_epoch_is_erased_and_its_receipt_counts_what_moved(
        self, left: Duty, chosen: Store
    ) -> None:
        work.engine().drain()
        done = fresh(left)
        assert (done.state, done.counts["moved"], done.counts["rows"]) == ("done", 1, 3)
        assert '"moved":1' in done.receipt.body
        assert configured.keystore().state(chosen.ref, 1) == "destroyed"
        assert not Row.objects.filter(epoch=1).exclude(kind="gone").exists()
        assert sold(chosen) == ["1"]

    def test_its_deadline_stays(self, left: Duty, chosen: Store) -> None:
        assert fresh(left).deadline_at == left.deadline_at
        assert fresh(left).due_at <= left.deadline_at

    def test_it_is_not_erased_under_the_moving(self, left: Duty, back: Store) -> None:
        Duty.objects.update(due_at=NOW + timedelta(minutes=1))
        revive.keep(back, NOW)
        assert fresh(left).due_at == NOW + revive.MOVING

    def test_then_there_is_no_choice_any_more(self, left: Duty, chosen: Store) -> None:
        assert revive.choice(chosen) is None
        assert revive.clean(chosen, NOW) == 0

    def test_a_second_try_moves_nothing_twice(self, left: Duty, chosen: Store) -> None:
        revive.carry(left.pk)
        revive.carry(left.pk)
        erase.carry(left.pk)
        assert fresh(left).counts["moved"] == 1
        assert sold(chosen) == ["1"]

    def test_what_is_over_its_time_is_not_moved(self, left: Duty, chosen: Store) -> None:
        Row.objects.filter(epoch=1, kind="sale").update(dated_at=NOW - retention.SALE.time)
        revive.carry(left.pk)
        assert sold(chosen) == []
        assert fresh(left).counts.get("moved", 0) == 0

    def test_a_job_that_died_is_queued_again(self, left: Duty, chosen: Store) -> None:
        Job.objects.all().delete()
        revive.tend(NOW)
        work.engine().drain()
        assert fresh(left).state == "done"
        assert sold(chosen) == ["1"]

    def test_only_what_is_kept_is_queued_again(self, left: Duty, back: Store) -> None:
        Job.objects.all().delete()
        revive.tend(NOW)
        assert jobs("revive.carry") == 0

    def test_it_lets_other_work_of_the_store_go_first_and_goes_on(
        self, left: Duty, chosen: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(revive, "BATCHES_A_STEP", 1)
        with pytest.raises(work.Later):
            revive.carry(left.pk)
        assert (fresh(left).state, sold(chosen)) == ("asked", ["1"])
        monkeypatch.undo()
        revive.carry(left.pk)
        erase.carry(left.pk)
        assert fresh(left).counts["moved"] == 1

    def test_a_store_that_leaves_again_meanwhile_ends_it_without_an_error(
        self, left: Duty, chosen: Store
    ) -> None:
        gone: list[Duty] = []

        def leaves(execute: Any, sql: str, *rest: Any) -> Any:
            if "connectors_row" in sql and not gone:
                gone.append(Duty())
                gone[0] = leave()
            return execute(sql, *rest)

        with connection.execute_wrapper(leaves):
            revive.carry(left.pk)
        assert Store.objects.get().state == StoreState.QUARANTINED
        assert configured.keystore().state(chosen.ref, 2) == "quarantined"
        erase.carry(left.pk)
        assert fresh(left).state == "done"
        assert configured.keystore().state(chosen.ref, 1) == "destroyed"
        gone[0].refresh_from_db()
        assert gone[0].state == "asked"

    def test_a_redaction_goes_before_it(self, left: Duty, chosen: Store) -> None:
        with transaction.atomic():
            erase.redact(Store.objects.select_for_update().get(), NOW)
        revive.carry(left.pk)
        work.engine().drain()
        assert fresh(left).state == "done"
        assert fresh(left).counts.get("moved", 0) == 0
        assert {configured.keystore().state(chosen.ref, epoch) for epoch in (1, 2)} == {"destroyed"}
        assert Store.objects.get().state == StoreState.ERASED

    def test_a_redaction_ends_what_nobody_has_chosen_too(self, left: Duty, back: Store) -> None:
        with transaction.atomic():
            erase.redact(Store.objects.select_for_update().get(), NOW)
        work.engine().drain()
        assert fresh(left).state == "done"
        assert configured.keystore().state(back.ref, 1) == "destroyed"

    def test_a_sale_that_was_redacted_meanwhile_does_not_come_along(self, left: Duty, chosen: Store) -> None:
        with transaction.atomic():
            customers.redact_sales(Store.objects.select_for_update().get(), ("1",), NOW, NOW)
        revive.carry(left.pk)
        assert sold(chosen) == []
        assert fresh(left).counts["moved"] == 0

    def test_who_left_twice_keeps_both_times(self, left: Duty, back: Store) -> None:
        key = configured.keystore().get(back.ref, 2)
        cast.keep(back, key, cast.sale(3, created_at=LONG_AGO))
        second = leave()
        store = come_back()
        assert revive.choice(store) == second
        assert revive.keep(store, NOW) == 2
        work.engine().drain()
        assert sold(store) == ["1", "3"]
        assert (fresh(left).state, fresh(second).state) == ("done", "done")


class TestVideos:
    """A film of three parts and a poster, of two products and an offer; one price and one product change."""

    @pytest.fixture
    def filmed(self) -> tuple[Store, StoreKey, Video, bytes]:
        store, key = stocked()
        video = announced(store, "9x16")
        content = kept(video, content=film(3 * PART_BYTES))
        kept(video, media="poster")
        return store, key, video, content

    def returned(self) -> tuple[Store, StoreKey, Duty]:
        duty = leave()
        store = come_back()
        revive.keep(store, NOW)
        return store, configured.keystore().get(store.ref, store.epoch), duty

    def read(self, store: Store, key: StoreKey, *products: Any) -> None:
        """Read the store anew, completely."""
        cast.keep(store, key, cast.store_info(), *products, cast.offer(1))
        for kind in ("product", "offer"):
            Run.objects.create(
                store=store, epoch=store.epoch, kind=kind, mode=RunMode.FULL, state=RunState.DONE
            )

    def play(self, store: Store, video: Video, media: str = "film") -> bytes:
        found = playing.recording(store, video.ref, "9x16", media)
        return b"".join(found.read(0, found.size_bytes))

    def checked(self, store: Store) -> list[tuple[str, ...]]:
        return [each.reasons for each in stale.check(store.pk, NOW)]

    def test_one_plays_under_the_new_key_with_the_ref_that_it_had(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        _, _, video, content = filmed
        store, key, duty = self.returned()
        self.read(store, key, priced(1, "20.00"), priced(2, "20.00"))
        work.engine().drain()
        assert self.play(store, video) == content
        assert self.play(store, video, "poster") == POSTER
        assert fresh(duty).counts["videos moved"] == 1
        assert fresh(duty).counts.get("videos", 0) == 0
        assert configured.keystore().state(store.ref, 1) == "destroyed"

    def test_nothing_of_it_opens_by_the_old_key_any_more(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        _, old, video, _ = filmed
        self.returned()
        revive.carry(Duty.objects.get().pk)
        assert Part.objects.count() == 5
        for part in Part.objects.select_related("file"):
            end = (part.file.size_bytes - 1) // PART_BYTES
            name = uploads.part_name(video.ref, part.file, part.number, last=part.number == end)
            assert not moving._is_sealed_by(old, name, part)

    def test_what_is_as_it_was_does_not_make_it_stale(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        store, key, _ = self.returned()
        self.read(store, key, priced(1, "20.00"), priced(2, "20.00"))
        work.engine().drain()
        assert self.checked(store) == []
        assert Video.objects.get().stale_reasons == []
        assert Video.objects.get().sources.count() == 4

    def test_a_price_that_changed_meanwhile_makes_it_stale(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        store, key, duty = self.returned()
        self.read(store, key, priced(1, "21.00"), priced(2, "20.00"))
        revive.carry(duty.pk)
        assert self.checked(store) == [("price",)]

    def test_a_price_that_changes_later_makes_it_stale(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        store, key, duty = self.returned()
        self.read(store, key, priced(1, "20.00"), priced(2, "20.00"))
        revive.carry(duty.pk)
        assert self.checked(store) == []
        cast.keep(
            store,
            key,
            priced(
                2,
                "19.00",
            ),
        )
        assert self.checked(store) == [("price",)]

    def test_a_product_that_went_meanwhile_makes_it_stale(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        store, key, duty = self.returned()
        self.read(store, key, priced(1, "20.00"))
        revive.carry(duty.pk)
        assert self.checked(store) == [("gone",)]

    def test_before_the_first_reading_ends_nothing_is_said_to_be_gone(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        store, _, duty = self.returned()
        revive.carry(duty.pk)
        assert self.checked(store) == []
        # The reading that does not see them says it.
        assert sorted(each.product_id for each in held(store, "product")) == ["1", "2"]
        assert set(Row.objects.filter(epoch=2, kind="product").values_list("seen_run", flat=True)) == {0}

    def test_what_was_stale_stays_so_and_is_not_told_again(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        before, old, _, _ = filmed
        cast.keep(before, old, priced(1, "25.00"))
        assert self.checked(before) == [("price",)]
        store, key, duty = self.returned()
        self.read(store, key, priced(1, "20.00"), priced(2, "20.00"))
        revive.carry(duty.pk)
        assert self.checked(store) == []
        assert Video.objects.get().stale_reasons == ["price"]

    def test_one_that_was_never_whole_is_erased(self, filmed: tuple[Store, StoreKey, Video, bytes]) -> None:
        before, _, video, _ = filmed
        announced(before)
        store, _, duty = self.returned()
        work.engine().drain()
        assert [each.ref for each in Video.objects.all()] == [video.ref]
        assert (fresh(duty).counts["videos"], fresh(duty).counts["videos moved"]) == (1, 1)
        assert Video.objects.get().epoch == store.epoch

    def test_one_that_is_damaged_is_erased_and_the_others_come_along(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        before, _, video, _ = filmed
        other = announced(before, "9x16")
        kept(other)
        Part.objects.filter(file__video=video, number=1).update(sealed=b"damaged")
        self.returned()
        work.engine().drain()
        assert [each.ref for each in Video.objects.all()] == [other.ref]

    def test_cut_at_any_batch_it_goes_on(
        self, filmed: tuple[Store, StoreKey, Video, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, _, video, content = filmed
        monkeypatch.setattr(removal, "BATCH_PARTS", 1)
        monkeypatch.setattr(revive, "BATCHES_A_STEP", 3)
        store, _, duty = self.returned()
        cuts = 0
        while cuts < 9 and fresh(duty).due_at > datetime.now(UTC):
            with contextlib.suppress(work.Later):
                revive.carry(duty.pk)
                break
            cuts += 1
            assert not reach.playable(Video.objects.all()).exists()
            erase.put_aside(duty.pk)
        assert cuts == 2
        assert self.play(store, video) == content

    def test_none_comes_along_when_a_product_was_redacted_since(
        self, filmed: tuple[Store, StoreKey, Video, bytes]
    ) -> None:
        _, _, duty = self.returned()
        event = Event(
            kind=EventKind.REDACT_PRODUCTS, shop="cedar.myshopify.com", delivery_id="1", topic="", ids=("1",)
        )
        with transaction.atomic():
            customers.redact_things(Store.objects.select_for_update().get(), event, NOW, datetime.now(UTC))
        work.engine().drain()
        assert not Video.objects.exists()
        assert fresh(duty).counts["videos"] == 1
        assert "videos moved" not in fresh(duty).counts

    def test_a_redaction_between_two_parts_ends_it(
        self, filmed: tuple[Store, StoreKey, Video, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(removal, "BATCH_PARTS", 1)
        store, _, duty = self.returned()
        turns: list[int] = []

        def redacted(_: Any) -> None:
            turns.append(1)
            if len(turns) == 3:
                with transaction.atomic():
                    erase.redact(Store.objects.select_for_update().get(), NOW)

        monkeypatch.setattr(revive, "_take_turns", redacted)
        revive.carry(duty.pk)
        work.engine().drain()
        assert not Video.objects.exists()
        assert not Part.objects.exists()
        with pytest.raises(KeyGone):
            configured.keystore().get(store.ref, 1)
