"""A pause: nothing is done with what is held, nothing of it is lost, and no mirror misses anything."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from time_machine import travel

from connectors import (
    configured,
    drain,
    erase,
    feed,
    feedkeys,
    inbox,
    pausing,
    retention,
    rows,
    scopes,
    sync,
    work,
)
from connectors.errors import Missing
from connectors.models import (
    Annal,
    AuditEntry,
    Delivery,
    DeliveryState,
    Duty,
    Endpoint,
    Job,
    Notice,
    Row,
    Run,
    RunMode,
    RunState,
    Store,
    StoreState,
)
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind
from connectors.rows import Superseded
from connectors.scopes import Scope
from connectors.vault import StoreKey
from connectors.videos import reach, register
from tests import cast
from tests.cast import NOON
from tests.verbs.birch import SHOP, Birch, store
from tests.videos.cast import announced, kept, lineage, stocked
from tests.videos.cast import scope as renderer

pytestmark = pytest.mark.django_db
Installed = tuple[Store, StoreKey]


def paused(where: Store) -> Store:
    pausing.pause(where, timezone.now())
    where.refresh_from_db()
    return where


def resumed(where: Store) -> Store:
    pausing.resume(where, timezone.now())
    where.refresh_from_db()
    return where


def reader(purpose: str = "videos", stores: Any = None) -> Scope:
    return scopes.scope_of(feedkeys.make("r", purpose, stores).key)


def held_rows() -> QuerySet[Row]:
    return Row.objects.exclude(sealed=None).order_by("kind", "change")


def say(birch: Birch, kind: EventKind, *ids: str, number: str = "d1") -> inbox.Taken:
    birch.said = Event(kind, SHOP, number, "topic", timezone.now(), ids)
    return inbox.receive(birch, Inbound({}, b""), timezone.now())


class TestNothingIsDone:
    def test_no_reading_begins_and_what_was_under_way_ends(self, birch: Birch) -> None:
        where, _ = store()
        (run, *_) = sync.begin(where, RunMode.FULL)
        paused(where)
        run.refresh_from_db()
        assert (run.state, run.error) == (RunState.FAILED, "the store was paused")
        assert sync.begin(where, RunMode.FULL) == []
        assert sync.begin_all(RunMode.FULL) == 0
        sync.tend(timezone.now())
        work.engine().drain()
        assert birch.asked == []
        assert not Run.objects.filter(state__in=Run.OPEN).exists()

    def test_deliveries_wait_sealed(self, birch: Birch) -> None:
        where, _ = store()
        paused(where)
        assert say(birch, EventKind.PRODUCT_CHANGED, "1") == inbox.Taken.TAKEN
        drain.drain(where.pk)
        waiting = Delivery.objects.get()
        assert waiting.state == DeliveryState.WAITING
        assert waiting.sealed
        assert birch.asked == []

    def test_a_pause_in_the_middle_of_a_pass_leaves_the_rest_waiting(self, birch: Birch) -> None:
        where, _ = store()
        for number in ("1", "2", "3"):
            say(birch, EventKind.PRODUCT_CHANGED, number, number=number)
        birch.meanwhile = lambda: pausing.pause(where, timezone.now())
        drain.drain(where.pk)
        assert len(birch.asked) == 1
        assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == 2
        assert not Delivery.objects.filter(state__in=["ignored", "failed"]).exists()

    def test_the_feed_shows_no_record(self) -> None:
        where, _ = stocked()
        key = reader()
        paused(where)
        assert feed.changes(key, 0, 100, NOON).entries == []
        (shown,) = feed.stores(key, "", 10, NOON).stores
        assert shown["state"] == "paused"
        assert "record" not in shown
        assert feed.store(key, where.ref, NOON)["state"] == "paused"
        with pytest.raises(Missing):
            feed.brief(key, where.ref, 5, NOON)
        with pytest.raises(Missing):
            feed.products(key, where.ref, 0, 5, NOON)

    def test_no_video_is_begun_and_no_film_kept_but_what_is_there_plays_on(self) -> None:
        where, _ = stocked()
        video = announced(where)
        kept(video)
        named = lineage(where)
        paused(where)
        with pytest.raises(reach.Paused):
            register.register(renderer(), where.ref, 1, named, ("9x16",), timezone.now())
        with pytest.raises(reach.Paused):
            kept(video, "1x1")
        assert reach.video(renderer(), video.ref).state == "ready"

    def test_of_another_store_everything_goes_on(self, birch: Birch) -> None:
        where, _ = store()
        other, _ = stocked("oak.myshopify.com")
        key = reader()
        before = feed.changes(key, 0, 100, NOON).entries
        paused(where)
        assert feed.changes(key, 0, 100, NOON).entries == before
        assert sync.begin(other, RunMode.FULL)


class TestWhatEndsSomethingIsDone:
    def test_an_uninstall(self, birch: Birch) -> None:
        where, _ = store()
        paused(where)
        say(birch, EventKind.UNINSTALLED)
        where.refresh_from_db()
        assert where.state == StoreState.QUARANTINED
        entries = feed.changes(reader(), 0, 10, NOON).entries
        assert [each["kind"] for each in entries] == ["all"]

    def test_a_redaction_of_a_sale_and_the_feed_says_so(self, birch: Birch) -> None:
        where, key = store()
        cast.keep(where, key, cast.sale(1), cast.sale(2))
        for_service = reader("service")
        after = feed.changes(for_service, 0, 10, NOON).next
        paused(where)
        say(birch, EventKind.REDACT_SALES, "1")
        assert Duty.objects.filter(kind=Duty.ERASE_SALES).exists()
        (told,) = feed.changes(for_service, after, 10, NOON).entries
        assert told["gone"] is True
        assert "record" not in told

    def test_the_stores_redaction(self, birch: Birch) -> None:
        where, _ = store()
        paused(where)
        say(birch, EventKind.REDACT_STORE)
        assert Duty.objects.get(kind=Duty.ERASE_STORE).due_at <= timezone.now()

    def test_what_is_over_its_time_goes_though_the_pause_lasts_for_months(self) -> None:
        where, key = store()
        cast.keep(where, key, cast.sale(1))
        for_service = reader("service")
        after = feed.changes(for_service, 0, 10, NOON).next
        paused(where)
        with travel(timezone.now() + timedelta(days=400), tick=False):
            retention.carry(where.pk)
        assert not Row.objects.filter(kind="sale", sealed__isnull=False).exists()
        told = feed.changes(for_service, after, 10, NOON).entries
        assert [(each["kind"], each["gone"]) for each in told] == [("sale", True)]
        where.refresh_from_db()
        assert where.paused_at is not None

    def test_an_erasure_by_us(self) -> None:
        where, _ = stocked()
        paused(where)
        erase.redact(where, timezone.now(), "merchant")
        assert where.state == StoreState.QUARANTINED


class TestTheEnd:
    def test_everything_is_read_anew_and_what_waited_is_applied(self, birch: Birch) -> None:
        where, _ = store()
        paused(where)
        say(birch, EventKind.PRODUCT_CHANGED, "1")
        birch.things["1"] = cast.found(cast.product(1))
        resumed(where)
        assert Run.objects.filter(state=RunState.WAITING, mode=RunMode.FULL).count() == len(sync.KINDS)
        drain.drain(where.pk)
        assert Delivery.objects.get().state == DeliveryState.DONE
        assert Row.objects.filter(kind="product").count() == 1

    def test_all_rows_get_new_numbers_in_their_order_a_batch_at_a_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pausing, "BATCH", 2)
        where, _ = stocked()
        rows.remove(Row.objects.filter(kind="offer"))
        before = list(held_rows().values_list("pk", flat=True))
        newest = max(Row.objects.values_list("change", flat=True))
        tombstone = Row.objects.get(kind="offer").change
        resumed(paused(where))
        pausing.renumber(where.pk)
        held = held_rows()
        assert list(held.values_list("pk", flat=True)) == before
        assert min(held.values_list("change", flat=True)) > newest
        assert Row.objects.get(kind="offer").change == tombstone
        where.refresh_from_db()
        assert where.renumber_to is None

    def test_a_killed_renumbering_is_taken_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pausing, "BATCH", 1)
        where, _ = stocked()
        newest = max(Row.objects.values_list("change", flat=True))
        resumed(paused(where))
        pausing._renumber(where)
        Job.objects.all().delete()
        pausing.tend()
        work.engine().drain()
        assert min(Row.objects.values_list("change", flat=True)) > newest

    def test_a_store_that_left_meanwhile_is_left_alone(self) -> None:
        where, _ = stocked()
        resumed(paused(where))
        erase.redact(Store.objects.get(), timezone.now(), "merchant")
        before = set(Row.objects.values_list("change", flat=True))
        pausing.renumber(where.pk)
        assert set(Row.objects.values_list("change", flat=True)) == before

    def test_an_install_anew_is_not_paused(self, birch: Birch) -> None:
        from connectors import install
        from connectors.platforms.opening import Grant

        where, _ = store()
        paused(where)
        say(birch, EventKind.UNINSTALLED)
        where.refresh_from_db()
        now = timezone.now()
        key = install.key_ahead(where, now, now)
        assert install.arrive(where, key, Grant(SHOP, "token"), now, now)
        where.refresh_from_db()
        assert (where.paused_at, where.epoch) == (None, 2)


class TestWhoIsTold:
    def test_the_pipeline_the_ledger_and_the_log_once_each(self) -> None:
        where, _ = stocked()
        key = feedkeys.make("hooked", "videos").key
        Endpoint.objects.create(key=key, url="http://x.example/", secrets=b"", created_at=NOON)
        paused(paused(where))
        resumed(resumed(where))
        told = Notice.objects.filter(event__in=[pausing.PAUSED, pausing.RESUMED]).order_by("pk")
        assert list(told.values_list("event", flat=True)) == ["store.paused", "store.resumed"]
        bodies = Annal.objects.filter(kind="paused").order_by("pk").values_list("body", flat=True)
        assert [json.loads(each)["paused"] for each in bodies] == [True, False]
        noted = AuditEntry.objects.filter(action__in=[pausing.PAUSED, pausing.RESUMED])
        assert set(noted.values_list("actor", flat=True)) == {"merchant"}
        assert noted.count() == 2

    @pytest.mark.parametrize("verb", [pausing.pause, pausing.resume])
    def test_a_store_that_left_is_neither_paused_nor_resumed(self, verb: Any) -> None:
        where, _ = stocked()
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises(Superseded):
            verb(where, timezone.now())


STEPS = st.lists(
    st.sampled_from(["put", "remove", "pause", "resume", "read", "read", "renumber"]), max_size=14
)


class TestMirrors(TestCase):
    """Whoever reads on by cursor alone ends with what is held, wherever a pause came in between."""

    @settings(max_examples=40)
    @given(STEPS, st.integers(1, 3), st.booleans())
    def test_one_that_reads_before_during_and_after_a_pause_is_equal(
        self, steps: list[str], page: int, some: bool
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pausing, "BATCH", 2)
            where, key = cast.store()
            scope = reader("service", [where.ref] if some else None)
            mirror: dict[str, Any] = {}
            cursor = 0
            for number, step in enumerate(steps):
                where.refresh_from_db()
                if step == "put":
                    cast.keep(where, key, cast.product(number % 3, title=f"turn {number}"))
                elif step == "remove":
                    rows.remove(Row.objects.filter(store=where, kind="product"))
                elif step == "pause":
                    pausing.pause(where, timezone.now())
                elif step == "resume":
                    pausing.resume(where, timezone.now())
                elif step == "renumber":
                    pausing.renumber(where.pk)
                else:
                    cursor = follow(scope, mirror, cursor, page, all_of_it=False)
            where.refresh_from_db()
            pausing.resume(where, timezone.now())
            cursor = follow(scope, mirror, cursor, page, all_of_it=True)
            pausing.renumber(where.pk)
            follow(scope, mirror, cursor, page, all_of_it=True)
            held = rows.opened(key, rows.of_store(where, "product"))
            assert mirror == {each.fingerprint.hex(): each.record.title for each in held}  # type: ignore[union-attr]
            configured.keystore().destroy(where.ref, 1)


def follow(scope: Scope, mirror: dict[str, Any], cursor: int, limit: int, *, all_of_it: bool) -> int:
    """Read one page, or all there are, into a mirror; returns the cursor."""
    while True:
        page = feed.changes(scope, cursor, limit, NOON)
        for entry in page.entries:
            if entry["gone"]:
                mirror.pop(entry["id"], None)
            else:
                mirror[entry["id"]] = entry["record"]["title"]
        cursor = page.next
        if not (page.more and all_of_it):
            return cursor
