"""A re-seal puts everything of a store under a new key while it lives, and loses nothing that is written."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured_settings
from django.db.models import BinaryField
from django.utils import timezone

from connectors import configured, customers, grants, reading, rotation, rows, tickets
from connectors.errors import KeyGone, KeyTurned, Unsealable
from connectors.models import (
    AuditEntry,
    Delivery,
    Export,
    ExportPart,
    Grant,
    Job,
    Report,
    Row,
    Run,
    RunMode,
    RunState,
    Share,
    Store,
    Ticket,
    VideoPart,
)
from connectors.platforms.base import Event, EventKind
from connectors.platforms.opening import Grant as Given
from connectors.vault import StoreKey
from connectors.videos import playing
from tests import cast
from tests.exports.reading import made, opened
from tests.videos.cast import announced, film, kept, stocked

pytestmark = pytest.mark.django_db

SEALED: dict[Any, str] = {
    Row: "sealed",
    Delivery: "sealed",
    Grant: "sealed",
    Run: "cursor",
    Report: "sealed",
    Ticket: "sealed",
    VideoPart: "sealed",
    ExportPart: "sealed",
}
FILM = film(size_bytes=600_000)


class Killed(BaseException):
    """Stands for the end of a process."""


def key_of(store: Store) -> StoreKey:
    return configured.keystore().get(store.ref, store.epoch)


def heads(store: Store) -> dict[str, set[str]]:
    """Return, for every table, under which keys its values of the store lie."""
    found: dict[str, set[str]] = {}
    for model, column in SEALED.items():
        values = model.objects.exclude(**{column: None}).values_list(column, flat=True)
        found[model.__name__] = {bytes(each)[1:9].hex() for each in values}
    return found


def deliver(store: Store, key: StoreKey) -> None:
    fingerprint = b"d" * 16
    event = Event(EventKind.PRODUCT_CHANGED, "cedar.myshopify.com", "d1", "products/update", ids=("1",))
    now = timezone.now()
    Delivery.objects.create(
        platform="shopify",
        fingerprint=fingerprint,
        store=store,
        epoch=1,
        topic="products/update",
        kind=event.kind,
        occurred_at=now,
        received_at=now,
        due_at=now,
        sealed=key.keep("delivery", fingerprint, event),
    )


@pytest.fixture
def full() -> Store:
    """A store that has something sealed in every place."""
    store, key = stocked()
    now = timezone.now()
    cast.keep(store, key, cast.sale(1, created_at=now, updated_at=now))
    kept(announced(store), content=FILM)
    grants.put(store, key, Given("cedar.myshopify.com", "token"), now)
    deliver(store, key)
    run = Run.objects.create(store=store, epoch=1, kind="product", mode=RunMode.SINCE, state=RunState.READING)
    Run.objects.filter(pk=run.pk).update(cursor=key.keep("cursor", str(run.pk), "page 2"))
    customers.report_sales(store, ("1",), "request", now, now)
    tickets.issue(tickets.begin(store, "cedar.myshopify.com", None, now), now)
    made(store)
    return store


def test_every_sealed_column_there_is_is_walked() -> None:
    walked = {(place.held.model.__name__, place.column) for place in rotation.places("st_any", 1)}
    assert walked == {(model.__name__, column) for model, column in SEALED.items()}
    there = {
        (model.__name__, each.name)
        for model in apps.get_app_config("connectors").get_models()
        if not model._meta.proxy
        for each in model._meta.get_fields()
        # What has a length is a fingerprint or a digest.
        if isinstance(each, BinaryField) and each.max_length is None
    }
    # What the installation itself seals is under no store's key.
    assert there - walked == {("Endpoint", "secrets")}


def test_everything_lies_under_the_new_key_and_opens_as_before(full: Store) -> None:
    before = key_of(full)
    assert heads(full) == {model.__name__: {before.id} for model in SEALED}
    records = {each.fingerprint: each.record for each in rows.opened(before, Row.objects.all())}
    numbers = sorted(Row.objects.values_list("change", "digest", "fingerprint"))
    export = opened(made(full))

    counted = rotation.reseal(full.pk, rotation.begin(full, "operator ada"))

    after = key_of(full)
    assert (after.id != before.id, after.previous_id) == (True, "")
    assert heads(full) == {model.__name__: {after.id} for model in SEALED}
    assert {each.fingerprint: each.record for each in rows.opened(after, Row.objects.all())} == records
    assert sorted(Row.objects.values_list("change", "digest", "fingerprint")) == numbers
    video_ref = VideoPart.objects.select_related("file__video")[0].file.video.ref
    assert b"".join(playing.recording(full, video_ref, "9x16", "film").read(0, len(FILM))) == FILM
    assert opened(Export.objects.get(state="ready")) == export
    full.refresh_from_db()
    held = grants.held(full)
    assert held is not None
    assert held.access_token == "token"
    assert counted.damaged == 0
    assert counted.resealed["rows"] == len(records)


def test_the_key_before_opens_nothing_and_is_in_no_copy(full: Store) -> None:
    before = key_of(full)
    sealed = [
        (bytes(each.fingerprint), bytes(each.sealed or b"")) for each in Row.objects.filter(kind="product")
    ]
    rotation.reseal(full.pk, before.id)
    after = key_of(full)
    for fingerprint, value in sealed:
        assert before.open("product", fingerprint, value)
        with pytest.raises(Unsealable):
            after.open("product", fingerprint, value)
    assert configured.keystore().status().resealing == 0
    assert configured.keystore().destroy(full.ref, 1) == after.id


def test_fingerprints_and_digests_stay_so_that_nothing_unchanged_is_written_again(full: Store) -> None:
    rotation.reseal(full.pk, key_of(full).id)
    written = rows.write(full.pk, 1, key_of(full), [cast.found(cast.store_info())])
    assert (written.put, written.same) == (0, 1)


def test_a_second_re_seal_turns_the_new_key_too(full: Store) -> None:
    first = key_of(full).id
    rotation.reseal(full.pk, first)
    second = key_of(full).id
    rotation.reseal(full.pk, second)
    third = key_of(full).id
    assert len({first, second, third}) == 3
    assert {name for each in heads(full).values() for name in each} == {third}


def test_the_same_re_seal_asked_twice_turns_once(full: Store) -> None:
    old = rotation.begin(full, "operator ada")
    rotation.reseal(full.pk, old)
    turned = key_of(full).id
    rotation.resume(full.pk, old)
    assert key_of(full).id == turned
    assert Job.objects.filter(task="keys.reseal").count() == 1


def test_who_fetched_the_key_before_can_read_what_is_sealed_after(full: Store) -> None:
    stale = key_of(full)
    rotation.reseal(full.pk, stale.id)
    assert len(list(rows.opened(stale, Row.objects.all()))) == Row.objects.exclude(sealed=None).count()


def test_who_fetched_the_key_before_writes_nothing_with_it(full: Store) -> None:
    stale = key_of(full)
    configured.keystore().turn(full.ref, 1, stale.id)
    rotation.reseal(full.pk, stale.id)
    with pytest.raises(KeyTurned):
        rows.write(full.pk, 1, stale, [cast.found(cast.product(7))])
    assert rows.write(full.pk, 1, key_of(full), [cast.found(cast.product(7))]).put == 1
    assert KeyTurned.retry


def test_a_new_install_is_not_held_to_the_key_of_the_old_epoch(full: Store) -> None:
    rotation.reseal(full.pk, key_of(full).id)
    Store.objects.update(epoch=2)
    key = configured.keystore().create(full.ref, 2)
    assert rows.write(full.pk, 2, key, [cast.found(cast.product(7))]).put == 1


def test_what_is_written_meanwhile_stays(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer without the store's lock comes between the reading and the replacing of a value."""
    seal = StoreKey.seal

    def meanwhile(key: StoreKey, kind: str, name: str | bytes, plain: bytes, /) -> bytes:
        if kind == "delivery":
            Delivery.objects.update(sealed=None, state="done")
        return seal(key, kind, name, plain)

    monkeypatch.setattr(StoreKey, "seal", meanwhile)
    rotation.reseal(full.pk, key_of(full).id)
    assert Delivery.objects.get().sealed is None


def test_a_damaged_value_stops_nothing_and_is_counted(full: Store) -> None:
    row = Row.objects.filter(kind="product")[0]
    Row.objects.filter(pk=row.pk).update(sealed=bytes(row.sealed or b"")[:-1] + b"!")
    counted = rotation.reseal(full.pk, key_of(full).id)
    assert counted.damaged == 1
    assert key_of(full).previous_id == ""


@pytest.mark.parametrize("step", ["turn", "fence", "walk", "settle", "turn_over"])
def test_a_kill_at_any_step_is_taken_to_its_end_by_a_worker(
    full: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    store_class = type(configured.keystore())
    seen = {"batches": 0}
    batch = rotation._batch

    def third(*given: Any) -> Any:
        seen["batches"] += 1
        return die() if seen["batches"] == 3 else batch(*given)

    targets: dict[str, tuple[Any, str, Any]] = {
        "turn": (store_class, "turn", die),
        "fence": (rotation, "_walk_until_nothing", die),
        "walk": (rotation, "_batch", third),
        "settle": (store_class, "settle", die),
        "turn_over": (store_class, "turn_over", die),
    }
    old = rotation.begin(full, "operator ada")
    with monkeypatch.context() as broken:
        broken.setattr(*targets[step])
        with pytest.raises(Killed):
            rotation.reseal(full.pk, old)
    # Whatever a kill has left, everything opens.
    assert len(list(rows.opened(key_of(full), Row.objects.all()))) == Row.objects.exclude(sealed=None).count()
    rotation.resume(full.pk, old)
    after = key_of(full)
    assert (after.id != old, after.previous_id) == (True, "")
    assert {name for each in heads(full).values() for name in each} == {after.id}


def test_a_store_that_left_is_not_re_sealed(full: Store) -> None:
    old = rotation.begin(full, "operator ada")
    configured.keystore().destroy(full.ref, 1)
    with pytest.raises(KeyGone):
        rotation.reseal(full.pk, old)
    rotation.resume(full.pk, old)
    assert configured.keystore().state(full.ref, 1) == "destroyed"


def test_downloads_of_before_are_removed_and_made_anew(full: Store) -> None:
    old = key_of(full)
    run = Run.objects.create(store=full, epoch=1, kind="sale", mode=RunMode.FULL, state=RunState.READING)
    with reading._spool(run, old) as spool:
        spool.write(b"a line\n")
        spool.finish()
    files = Path(configured_settings.SPOOL_DIR)
    assert len([each for each in files.glob("*/*/*") if each.is_file()]) == 1
    rotation.reseal(full.pk, old.id)
    assert not [each for each in files.glob("*/*/*") if each.is_file()]
    assert not reading._spool(run, key_of(full)).complete


def test_what_a_processor_keeps_sealed_is_given_to_it_again(full: Store) -> None:
    now = timezone.now()
    for name in ("aws", "intercom"):
        Share.objects.create(store_ref=full.ref, epoch=1, processor=name, digest=b"d" * 16, first_at=now)
    rotation.reseal(full.pk, key_of(full).id)
    assert {each.processor for each in Share.objects.filter(digest=None)} == {"aws"}
    assert Job.objects.filter(task="sharing.look").exists()


def test_it_is_noted_who_began_it_and_what_came_of_it(full: Store) -> None:
    rotation.reseal(full.pk, rotation.begin(full, "operator ada"))
    entries = {each.action: each for each in AuditEntry.objects.filter(action__startswith="key.")}
    assert entries["key.turned"].actor == "operator ada"
    assert '"rows":5' in entries["key.settled"].detail
