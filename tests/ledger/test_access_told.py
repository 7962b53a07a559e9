"""What an old database would let somebody do again: read, be told, choose, be forgotten."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from time_machine import travel

from connectors import annals, asked, customers, erase, feed, feedkeys, people, replay, revive
from connectors.annals import Kind
from connectors.customers import Answer
from connectors.errors import Unverified
from connectors.models import (
    Duty,
    DutyState,
    Endpoint,
    FeedKey,
    Person,
    Removal,
    Report,
    Row,
    Run,
    RunMode,
    RunState,
    Sequence,
    Store,
    StoreState,
)
from connectors.platforms import opening
from connectors.policy import deadlines
from connectors.push import addresses, endpoints
from connectors.vault import StoreKey
from tests import cast
from tests.ledger.newer import THEN, installed, left, told, told_what_happens
from tests.verbs.holders import come_back, holder, rest

pytestmark = pytest.mark.django_db
ADA = opening.Person("ada", owner=False)


def bearer(made: feedkeys.Made) -> str:
    return f"Bearer {made.token}"


def test_a_key_that_was_revoked_reads_nothing_again(cedar: tuple[Store, StoreKey]) -> None:
    made, living = feedkeys.make("gone", "videos"), feedkeys.make("living", "videos")
    now = timezone.now()
    told_what_happens(lambda: feedkeys.revoke("gone", now))
    assert feedkeys.check(bearer(made), now).name == "gone"
    replay.replay()
    with pytest.raises(Unverified):
        feedkeys.check(bearer(made), now)
    assert feedkeys.check(bearer(living), now).name == "living"
    assert FeedKey.objects.get(name="gone").revoked_at is not None


def test_a_key_that_is_not_known_here_and_was_revoked_stays_unknown_to_its_holder() -> None:
    told(Kind.REVOKED, "", 0, key="lost", mark="f" * 64, purpose="videos")
    replay.replay()
    key = FeedKey.objects.get()
    assert (key.name, key.all_stores, key.revoked_at) == ("lost", False, THEN)


def test_an_endpoint_that_was_disabled_or_removed_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "resolve", lambda *_, **__: None)
    feedkeys.make("pipeline", "videos")
    now = timezone.now()
    removed, disabled, enabled, other = (
        endpoints.make(f"https://pipeline.example/{name}", "pipeline", [], now).endpoint.ref
        for name in ("removed", "disabled", "enabled", "other")
    )
    told_what_happens(lambda: endpoints.remove(removed))
    told_what_happens(lambda: endpoints.disable(disabled, now))
    told_what_happens(lambda: endpoints.disable(enabled, now))
    told(Kind.ENDPOINT, "", 0, endpoint=enabled, taking=True)
    told(Kind.ENDPOINT, "", 0, endpoint="ep_aaaaaaaaaaaaaaaa", taking=False)
    replay.replay()
    taking = set(Endpoint.objects.filter(disabled_at=None).values_list("ref", flat=True))
    assert taking == {enabled, other}
    assert Endpoint.objects.get(ref=disabled).disabled_note == endpoints.BY_HAND


def test_a_person_who_was_removed_opens_nothing_again(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    now = timezone.now()
    for each in (ADA, opening.Person("bob", owner=True)):
        people.seen(store, each, now, now)
    removed_at = now + timedelta(seconds=5)
    told_what_happens(lambda: people.remove(store, ("ada",), removed_at))
    assert Person.objects.count() == 2
    replay.replay()
    assert Person.objects.get().owner
    assert Removal.objects.get().removed_at == removed_at
    with pytest.raises(Unverified):
        people.seen(store, ADA, now, now)
    people.seen(store, ADA, removed_at + timedelta(seconds=1), now)
    assert Person.objects.count() == 2


def test_what_was_asked_for_by_e_mail_is_owed_by_the_clock_of_then(cedar: tuple[Store, StoreKey]) -> None:
    store, now = cedar[0], timezone.now()
    told_what_happens(lambda: asked.write_down(store.ref, deadlines.CCPA, now))
    assert not Duty.objects.exists()
    replay.replay()
    duty = Duty.objects.get()
    assert (duty.kind, duty.law, duty.asked_at, duty.state) == (Duty.IDENTIFY, "ccpa", now, DutyState.ASKED)
    assert duty.deadline_at == now + deadlines.CCPA.time
    assert Row.objects.filter(sealed__isnull=False).count() == 3
    assert asked.open_request(store) == duty


def test_what_the_merchant_declined_is_not_asked_again(cedar: tuple[Store, StoreKey]) -> None:
    store, now = cedar[0], timezone.now()
    asked.write_down(store.ref, deadlines.GDPR, now)
    told_what_happens(lambda: asked.decline(store, now))
    assert asked.open_request(store)
    replay.replay()
    assert asked.open_request(store) is None
    assert Duty.objects.get().state == DutyState.REFUSED


def test_the_answer_to_a_customer_is_given_again_of_what_is_held(cedar: tuple[Store, StoreKey]) -> None:
    store, key = cedar
    now = timezone.now()
    told_what_happens(lambda: customers.report_sales(store, ("5", "7"), "9999", now, now))
    assert not Report.objects.exists()
    replay.replay()
    report = Report.objects.get()
    answer = key.recall("report", str(report.duty_id), report.sealed, Answer)
    assert {sale.sale_id for sale in answer.sales_held} == {"5"}
    assert (report.duty.kind, report.duty.asked_at) == (Duty.REPORT_SALES, now)
    assert report.duty.counts == {"named": 2, "rows": 1}


def test_an_answer_that_the_database_has_is_not_given_twice(cedar: tuple[Store, StoreKey]) -> None:
    store, now = cedar[0], timezone.now()
    customers.report_sales(store, ("5",), "9999", now, now)
    before = Report.objects.get()
    told(
        Kind.REPORTED,
        store.ref,
        1,
        duty=before.duty.ref,
        asked_at=now.isoformat(),
        fingerprints=[],
    )
    replay.replay()
    assert Report.objects.get() == before


def test_an_answer_of_a_sale_that_was_redacted_since_shows_it_no_more(cedar: tuple[Store, StoreKey]) -> None:
    store, key = cedar
    now = timezone.now()

    def asked_then_redacted() -> None:
        customers.report_sales(store, ("5", "6"), "9999", now, now)
        customers.redact_sales(store, ("5",), now, now)

    told_what_happens(asked_then_redacted)
    replay.replay()
    report = Report.objects.get()
    answer = key.recall("report", str(report.duty_id), report.sealed, Answer)
    assert {sale.sale_id for sale in answer.sales_held} == {"6"}


def test_an_erasure_that_was_asked_for_anew_is_due_and_nothing_of_it_can_be_kept(
    cedar: tuple[Store, StoreKey],
) -> None:
    store, now = cedar[0], timezone.now()
    with transaction.atomic():
        duty = erase.uninstall(store, "uninstalled", now)
    come_back(store)
    store.refresh_from_db()
    told_what_happens(lambda: erase_earlier(store))
    assert revive.choice(store) == duty
    replay.replay()
    duty.refresh_from_db()
    assert (duty.cause, duty.asked_by) == ("redact", "platform")
    assert revive.choice(store) is None
    rest()
    duty.refresh_from_db()
    assert duty.state == DutyState.DONE
    store.refresh_from_db()
    assert (store.epoch, store.state) == (2, StoreState.ACTIVE)


def erase_earlier(store: Store) -> None:
    """Let the platform say redact of the time before, as the door does."""
    waiting = Duty.objects.filter(state=DutyState.ASKED, epoch__lt=store.epoch)
    for duty in waiting:
        duty.cause, duty.asked_by, duty.law = "redact", "platform", "platform"
        duty.save()
        erase.hasten(duty.pk)


def test_no_proof_of_before_an_uninstall_counts_again(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    left(store.ref, 1)
    replay.replay()
    store.refresh_from_db()
    assert store.left_at == THEN


# What is read ------------------------------------------------------------------------------------------


def test_every_open_store_is_read_from_its_first_page_whatever_was_being_read(
    cedar: tuple[Store, StoreKey],
) -> None:
    store = cedar[0]
    paused, _ = cast.store("paused.myshopify.com", paused_at=cast.NOON)
    old = Run.objects.create(store=store, epoch=1, kind="product", mode=RunMode.FULL, cursor=b"page 50")
    installed()
    replay.replay()
    old.refresh_from_db()
    assert (old.state, old.cursor) == (RunState.FAILED, None)
    begun = Run.objects.filter(state=RunState.WAITING)
    assert set(begun.values_list("store", "mode")) == {(store.pk, RunMode.FULL)}
    assert set(begun.values_list("kind", flat=True)) == {"store", "product", "sale", "offer"}
    assert not Run.objects.filter(store=paused).exists()


def test_nothing_is_read_anew_where_nothing_was_forgotten(cedar: tuple[Store, StoreKey]) -> None:
    annals.note(Kind.PAUSED, cedar[0].ref, 1, {"paused": False})
    annals.flush()
    assert not replay.needed()
    assert not Run.objects.exists()


def test_a_mirror_that_saw_what_is_lost_reads_from_0_however_much_has_changed_since(
    cedar: tuple[Store, StoreKey],
) -> None:
    store, key = cedar
    scope = holder()
    head = feed.changes(scope, 0, 100, timezone.now()).next
    installed()
    replay.replay()
    for number in range(20, 40):
        cast.keep(store, key, cast.product(number))
    for lost in (head + 1, head + 15, head + 1_000_000):
        with pytest.raises(feed.CursorAhead):
            feed.changes(scope, lost, 100, timezone.now())
    page = feed.changes(scope, head, 100, timezone.now())
    assert {each["kind"] for each in page.entries} == {"product", "all"}
    assert feed.changes(scope, page.next, 100, timezone.now()).entries == []


def test_a_second_database_that_is_put_back_gives_no_number_of_the_first_again(
    cedar: tuple[Store, StoreKey],
) -> None:
    store, key = cedar
    scope = holder()
    head = feed.changes(scope, 0, 100, timezone.now()).next
    installed("st_one", shop="one.myshopify.com")
    replay.replay()
    first = Sequence.objects.get(name="change").last
    Row.objects.filter(change__gt=head).delete()
    Sequence.objects.filter(name__startswith="change").delete()
    Sequence.objects.create(name="change", last=head)
    installed("st_two", shop="two.myshopify.com")
    with travel(timezone.now() + timedelta(minutes=1)):
        replay.replay()
    assert Sequence.objects.get(name="change").last >= first
    with pytest.raises(feed.CursorAhead):
        feed.changes(scope, first - 1, 100, timezone.now())
    cast.keep(store, key, cast.product(20))
    assert feed.changes(scope, head, 100, timezone.now()).entries


def test_rows_of_a_pause_that_is_over_get_new_numbers(cedar: tuple[Store, StoreKey]) -> None:
    store = cedar[0]
    Store.objects.filter(pk=store.pk).update(paused_at=cast.NOON)
    scope = holder()
    head = feed.changes(scope, 0, 100, timezone.now()).next
    told(Kind.PAUSED, store.ref, 1, paused=False)
    replay.replay()
    rest()
    page = feed.changes(scope, head, 100, timezone.now())
    assert len([each for each in page.entries if "record" in each]) == 3
