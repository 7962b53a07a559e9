"""What follows outside from a change inside."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from connectors import erase, install, push, rows, told
from connectors.errors import Unavailable
from connectors.models import Duty, Job, Notice, Row, Store
from connectors.platforms import PLATFORMS
from connectors.platforms.opening import Admitted, Grant
from connectors.push import endpoints
from connectors.push.endpoints import Made
from connectors.vault import StoreKey
from tests import cast
from tests.videos import cast as films

pytestmark = pytest.mark.django_db


def jobs() -> list[tuple[Any, ...]]:
    waiting = Job.objects.filter(task="feed.told", state="ready")
    return [tuple(each.args) for each in waiting]


def test_a_change_is_told_with_its_own_epoch_though_the_store_came_back_just_now(
    made: Made, cedar: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = cedar

    def come_back(_: Store) -> int:
        Store.objects.update(epoch=2)
        return 7

    monkeypatch.setattr(told, "newest_change", come_back)
    told.tell(store.pk)
    assert json.loads(Notice.objects.get().body)["data"] == {"store": store.ref, "epoch": 2, "change": 7}


class TestWhenSomethingChanges:
    def test_every_way_to_change_a_row_has_it_told(self, made: Made, cedar: tuple[Store, StoreKey]) -> None:
        store, key = cedar

        def after(change: Any) -> list[tuple[Any, ...]]:
            Job.objects.all().delete()
            change()
            return jobs()

        one = [(store.pk,)]
        assert after(lambda: cast.keep(store, key, cast.product(1))) == one
        assert after(lambda: rows.bury(store, key, "product", "7", 0)) == one
        assert after(lambda: rows.remove(Row.objects.filter(store=store))) == one
        assert after(lambda: rows.close(store, 1)) == one

    def test_what_changes_nothing_has_nothing_told(self, made: Made, cedar: tuple[Store, StoreKey]) -> None:
        store, key = cedar
        cast.keep(store, key, cast.product(1))
        Job.objects.all().delete()
        cast.keep(store, key, cast.product(1))
        rows.remove(Row.objects.filter(store=store, kind="sale"))
        assert jobs() == []

    def test_a_disabled_endpoint_has_no_job(self, made: Made, cedar: tuple[Store, StoreKey]) -> None:
        endpoints.disable(made.endpoint.ref, timezone.now())
        cast.keep(*cedar, cast.product(1))
        assert jobs() == []

    def test_a_store_with_a_video_is_looked_at_without_an_endpoint(
        self,
    ) -> None:
        store, key = films.stocked()
        films.announced(store)
        cast.keep(store, key, cast.product(9))
        cast.keep(*cast.store("birch.myshopify.com"), cast.product(1))
        assert jobs() == [(store.pk,)]

    def test_the_job_waits_for_what_comes_right_after(
        self, made: Made, cedar: tuple[Store, StoreKey]
    ) -> None:
        with time_machine.travel(datetime.now(UTC), tick=False):
            cast.keep(*cedar, cast.product(1))
            waited = Job.objects.get(task="feed.told").run_at - timezone.now()
        assert waited.total_seconds() == 2


class TestTelling:
    def test_the_last_change_of_the_store_is_told_once(
        self, made: Made, cedar: tuple[Store, StoreKey]
    ) -> None:
        store, key = cedar
        cast.keep(store, key, cast.store_info(), cast.product(1), cast.product(2))
        newest = max(Row.objects.values_list("change", flat=True))
        told.tell(store.pk)
        told.tell(store.pk)
        notice = Notice.objects.get()
        assert (notice.event, notice.subject) == ("feed.changed", str(newest))

    def test_the_change_of_another_store_is_not_told(self, made: Made, cedar: tuple[Store, StoreKey]) -> None:
        other, key = cast.store("birch.myshopify.com")
        cast.keep(*cedar, cast.product(1))
        mine = Row.objects.get().change
        cast.keep(other, key, cast.product(1))
        told.tell(cedar[0].pk)
        assert Notice.objects.get().subject == str(mine)

    def test_a_store_without_a_row_has_nothing_to_tell(
        self, made: Made, cedar: tuple[Store, StoreKey]
    ) -> None:
        told.tell(cedar[0].pk)
        assert not Notice.objects.exists()


class TestVideos:
    def stale(self) -> list[tuple[str, object]]:
        found = Notice.objects.filter(event="video.stale").order_by("pk")
        return [(each.subject, json.loads(each.body)["data"]["reasons"]) for each in found]

    def test_a_video_that_shows_an_old_price_is_told_once(self, made: Made) -> None:
        store, key = films.stocked()
        video = films.announced(store)
        told.tell(store.pk)
        assert self.stale() == []
        cast.keep(store, key, films.priced(1, "19.00"))
        told.tell(store.pk)
        told.tell(store.pk)
        assert self.stale() == [(video.ref, ["price"])]
        assert json.loads(Notice.objects.get(event="video.stale").body)["data"] == {
            "store": store.ref,
            "epoch": 1,
            "video": video.ref,
            "reasons": ["price"],
        }

    def test_what_could_not_be_told_of_a_video_is_told_by_the_next_try(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And keeps no change from being told."""
        store, key = films.stocked()
        video = films.announced(store)
        cast.keep(store, key, films.priced(1, "19.00"))
        announce = push.announce

        def fail(*_: Any) -> int:
            raise Unavailable

        monkeypatch.setattr(push, "announce", fail)
        with pytest.raises(Unavailable):
            told.tell(store.pk)
        assert [each.event for each in Notice.objects.all()] == ["feed.changed"]
        monkeypatch.setattr(push, "announce", announce)
        told.tell(store.pk)
        assert self.stale() == [(video.ref, ["price"])]


class TestComingAndGoing:
    def test_a_store_that_leaves_is_told_with_its_erasure(
        self, made: Made, cedar: tuple[Store, StoreKey]
    ) -> None:
        duty = erase.uninstall(cedar[0], "uninstalled", timezone.now())
        notice = Notice.objects.get()
        assert (notice.event, notice.subject) == ("store.erased", duty.ref)
        assert f'"epoch":1,"erasure":"{duty.ref}"' in notice.body
        assert jobs() == [(cedar[0].pk,)]  # its tombstone

    def test_a_redaction_after_the_uninstall_is_not_told_twice(
        self, made: Made, cedar: tuple[Store, StoreKey]
    ) -> None:
        store, _ = cedar
        erase.uninstall(store, "uninstalled", timezone.now())
        erase.redact(store, timezone.now())
        assert Notice.objects.filter(event="store.erased").count() == 1
        assert Duty.objects.count() == 1

    def test_an_install_is_told_once_in_each_epoch(self, made: Made) -> None:
        admitted = Admitted("oak.myshopify.com", grant=Grant("oak.myshopify.com", "token"))
        shopify = PLATFORMS["shopify"]
        for _ in range(2):
            store = install.admit(shopify, admitted, timezone.now())
        told_of = Notice.objects.filter(event="store.installed")
        assert [each.subject for each in told_of] == ["1"]
        erase.uninstall(store, "uninstalled", timezone.now())
        install.admit(shopify, admitted, timezone.now())
        assert [each.subject for each in told_of.order_by("pk")] == ["1", "2"]
        assert '"epoch":2}' in told_of.latest("pk").body
