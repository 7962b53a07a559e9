"""How an export is made and how it ends: once at a time, sealed, whole or not at all, and not for ever."""

import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from connectors import configured, rows, work
from connectors.errors import Missing, Unavailable, Unsealable
from connectors.exports import asking, contents, making, opening
from connectors.models import AuditEntry, Export, ExportPart, ExportState, Job, Store, StoreState
from connectors.rows import Superseded
from connectors.vault import StoreKey
from tests import cast
from tests.exports.reading import lines, made, opened, unpacked
from tests.videos.cast import stocked

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for the end of a worker."""


@pytest.fixture
def shop() -> tuple[Store, StoreKey]:
    return stocked()


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (making, opening):
        monkeypatch.setattr(module, "PART_BYTES", 700)


class TestAsking:
    def test_a_second_one_is_not_begun_while_one_is_made(self, shop: tuple[Store, StoreKey]) -> None:
        first = asking.ask(shop[0], timezone.now())
        assert asking.ask(shop[0], timezone.now()).pk == first.pk
        assert Job.objects.filter(task="exports.make").count() == 1
        making.make(first.pk)
        assert asking.ask(shop[0], timezone.now()).pk != first.pk

    @pytest.mark.parametrize("state", [StoreState.QUARANTINED, StoreState.ERASED])
    def test_of_a_store_that_left_none_is_made(self, shop: tuple[Store, StoreKey], state: StoreState) -> None:
        Store.objects.update(state=state)
        with pytest.raises(Superseded):
            asking.ask(shop[0], timezone.now())
        assert not Export.objects.exists()

    def test_the_worker_makes_it(self, shop: tuple[Store, StoreKey]) -> None:
        export = asking.ask(shop[0], timezone.now())
        work.engine().drain()
        export.refresh_from_db()
        assert export.state == ExportState.READY
        assert export.written == export.total == 2 * 4

    def test_who_did_what_is_noted(self, shop: tuple[Store, StoreKey]) -> None:
        made(shop[0])
        assert {"export.asked", "export.ready"} <= set(AuditEntry.objects.values_list("action", flat=True))


@pytest.mark.usefixtures("_small_parts")
class TestParts:
    def test_no_part_opens_without_the_stores_key_or_in_another_place(
        self, shop: tuple[Store, StoreKey]
    ) -> None:
        export = made(shop[0])
        assert export.parts.count() > 3
        assert not any(b"manifest" in bytes(each.sealed) for each in export.parts.all())
        first, second = export.parts.order_by("number")[:2]
        ExportPart.objects.filter(pk=second.pk).update(sealed=first.sealed)
        with pytest.raises(Unsealable):
            opened(export)

    def test_any_range_is_the_bytes_of_the_whole(self, shop: tuple[Store, StoreKey]) -> None:
        export = made(shop[0])
        whole = opened(export)
        download = opening.download(shop[0], export.ref, timezone.now())
        for start, end in ((0, 1), (699, 701), (700, 1400), (1, len(whole)), (len(whole) - 1, len(whole))):
            assert b"".join(download.read(start, end)) == whole[start:end]

    def test_one_that_was_cut_is_no_export(self, shop: tuple[Store, StoreKey]) -> None:
        export = made(shop[0])
        export.parts.order_by("-number")[0].delete()
        with pytest.raises(opening.Stopped):
            opened(export)

    def test_a_killed_try_is_begun_anew_and_leaves_nothing(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = asking.ask(shop[0], timezone.now())
        keep = making.Sink._keep

        def die(sink: Any, part: bytes, *, last: bool) -> None:
            if sink._number == 2:
                raise Killed
            keep(sink, part, last=last)

        monkeypatch.setattr(making.Sink, "_keep", die)
        with pytest.raises(Killed):
            making.make(export.pk)
        assert export.parts.count() == 2
        with pytest.raises(Missing):
            opening.download(shop[0], export.ref, timezone.now())
        monkeypatch.setattr(making.Sink, "_keep", keep)
        asking.tend(timezone.now())
        work.engine().drain()
        export.refresh_from_db()
        assert set(export.parts.values_list("attempt", flat=True)) == {export.attempt}
        assert lines(unpacked(opened(export))["product.jsonl"])

    def test_two_tries_do_not_mix(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = asking.ask(shop[0], timezone.now())
        put = making.Sink.put
        begun: list[int] = []

        def overtaken(sink: making.Sink, piece: bytes) -> None:
            if not begun:
                begun.append(1)
                making.make(export.pk)
            put(sink, piece)

        monkeypatch.setattr(making.Sink, "put", overtaken)
        making.make(export.pk)
        export.refresh_from_db()
        assert export.state == ExportState.READY
        assert unpacked(opened(export))["manifest.json"]

    def test_a_store_that_leaves_meanwhile_takes_it_along(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = asking.ask(shop[0], timezone.now())
        monkeypatch.setattr(contents, "total", lambda store: Store.objects.update(state="quarantined"))
        making.make(export.pk)
        assert not Export.objects.exists()
        assert not ExportPart.objects.exists()

    def test_memory_stays_flat(self, shop: tuple[Store, StoreKey]) -> None:
        store, key = shop
        large = [cast.found(cast.product(n, title=f"{n} " * 400)) for n in range(10, 2010)]
        for at in range(0, len(large), 500):
            rows.write(store.pk, 1, key, large[at : at + 500])
        del large
        export = asking.ask(store, timezone.now())
        tracemalloc.start()
        making.make(export.pk)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # 500 rows and what they open to; all of them would be some 8 MB.
        assert peak < 6_000_000, peak


class TestTheEnd:
    def test_it_is_gone_after_seven_days(self, shop: tuple[Store, StoreKey]) -> None:
        export = made(shop[0])
        with travel(timezone.now() + timedelta(days=7, minutes=-1), tick=False):
            assert asking.sweep(timezone.now()) == 0
            assert opened(export)
        with travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
            with pytest.raises(Missing):
                opening.download(shop[0], export.ref, timezone.now())
            assert asking.sweep(timezone.now()) == 1
        assert not ExportPart.objects.exists()

    def test_a_new_one_takes_the_place_of_the_one_before(self, shop: tuple[Store, StoreKey]) -> None:
        first, second = made(shop[0]), made(shop[0])
        assert list(Export.objects.all()) == [second]
        assert not ExportPart.objects.filter(export_id=first.pk).exists()

    def test_it_dies_with_the_stores_key(self, shop: tuple[Store, StoreKey]) -> None:
        store, _ = shop
        export = made(store)
        configured.keystore().destroy(store.ref, store.epoch)
        with pytest.raises(Missing):
            opening.download(store, export.ref, timezone.now())

    def test_an_uninstall_stops_a_download(self, shop: tuple[Store, StoreKey]) -> None:
        export = made(shop[0])
        download = opening.download(shop[0], export.ref, timezone.now())
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises(opening.Stopped):
            list(download.read(0, download.size_bytes))

    def test_that_of_an_older_install_is_swept(self, shop: tuple[Store, StoreKey]) -> None:
        made(shop[0])
        Store.objects.update(epoch=2)
        assert asking.sweep(timezone.now()) == 1

    def test_a_fault_of_ours_is_told_by_its_class_alone(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> None:
            raise Unsealable

        monkeypatch.setattr(contents, "write", broken)
        export = made(shop[0])
        assert (export.state, export.reason) == (ExportState.FAILED, "Unsealable")
        assert asking.ask(shop[0], timezone.now()).pk != export.pk

    def test_what_is_worth_another_try_is_tried_again(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any) -> None:
            raise Unavailable

        monkeypatch.setattr(contents, "write", away)
        with pytest.raises(Unavailable):
            made(shop[0])
        assert Export.objects.get().state == ExportState.MAKING

    def test_one_that_is_never_made_is_given_up_after_a_day(self, shop: tuple[Store, StoreKey]) -> None:
        asking.ask(shop[0], timezone.now() - timedelta(hours=25))
        asking.tend(timezone.now())
        assert Export.objects.get().state == ExportState.FAILED
