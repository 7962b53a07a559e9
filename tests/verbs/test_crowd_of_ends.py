"""All that ends something, at once: nobody waits for another for ever, and each has its one receipt."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from connectors import annals, audit, configured, customers, erase, people, proving, receipts, retention, work
from connectors.exports import asking, making
from connectors.models import Consent, Duty, DutyState, Receipt, Share, Store
from connectors.platforms import opening
from connectors.scopes import Scope
from connectors.sharing import consents
from connectors.vault import StoreKey
from tests import cast
from tests.kill.databases import ON_POSTGRES
from tests.verbs.holders import holder, read

pytestmark = pytest.mark.django_db(transaction=True)
#: Of each kind; on SQLite, which has one writer, fewer say the same.
TIMES = 12 if ON_POSTGRES else 3
PATIENCE_SECONDS = 120


def locked(store: Store) -> Store:
    """Return a store under its lock, in this transaction."""
    return Store.objects.select_for_update(no_key=True).get(pk=store.pk)


def redactions(store: Store) -> None:
    for number in range(TIMES):
        now = timezone.now()
        with transaction.atomic():
            customers.redact_sales(locked(store), (str(number),), now, now)


def reports(store: Store) -> None:
    for number in range(TIMES):
        now = timezone.now()
        with transaction.atomic():
            customers.report_sales(locked(store), (str(number),), str(number), now, now)


def periods(store: Store) -> None:
    for day in range(TIMES):
        retention.daily(timezone.now() + timedelta(days=day))
        retention.carry(store.pk)


def consent(store: Store) -> None:
    for _ in range(TIMES):
        consents.withdraw(store, "intercom", timezone.now())
        with transaction.atomic():
            current = locked(store)
            Consent.objects.create(
                store=current, epoch=current.epoch, processor="intercom", given_at=timezone.now()
            )


def removals(store: Store) -> None:
    for number in range(TIMES):
        now = timezone.now()
        people.seen(store, opening.Person(str(number), owner=False), now, now)
        with transaction.atomic():
            people.remove(locked(store), (str(number),), now)


def exports(store: Store) -> None:
    for _ in range(TIMES):
        making.make(asking.ask(store, timezone.now()).pk)


def writes(store: Store, key: StoreKey) -> None:
    for number in range(TIMES):
        cast.keep(store, key, cast.product(number), cast.sale(1000 + number))


def carrying(*owed: Duty) -> None:
    for duty in owed:
        erase.carry(duty.pk)


def tending() -> None:
    for _ in range(TIMES):
        annals.tend()
        annals.flush()
        erase.tend(timezone.now())


def reads(scope: Scope, store: Store) -> None:
    for _ in range(TIMES):
        read(scope, store)


def all_at_once(deeds: list[Callable[[], None]]) -> list[str]:
    """Do all of it at once; returns what failed."""
    failed: list[str] = []
    ready = threading.Barrier(len(deeds))

    def do(deed: Callable[[], None]) -> None:
        try:
            ready.wait()
            deed()
        except Exception as error:
            failed.append(f"{deed}: {type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(deed,), daemon=True) for deed in deeds]
    ends = time.monotonic() + PATIENCE_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    return failed + [f"{thread.name} did not end" for thread in threads if thread.is_alive()]


def leaving(name: str, now: datetime) -> Duty:
    """Return the erasure of a store with a few records, due now."""
    store, key = cast.store(f"{name}.myshopify.com")
    cast.keep(store, key, cast.product(), cast.sale(5))
    with transaction.atomic():
        return erase.uninstall(locked(store), "redact", now, at_once=True)


def test_all_that_ends_something_at_once_ends_and_each_has_its_one_receipt() -> None:
    store, key = cast.store()
    other, other_key = cast.store("birch.myshopify.com")
    scope = holder()
    for each, its_key in ((store, key), (other, other_key)):
        cast.keep(each, its_key, cast.store_info(), *(cast.sale(number) for number in range(TIMES)))
        Share.objects.create(store_ref=each.ref, epoch=1, processor="intercom", first_at=cast.NOON)
        Consent.objects.create(store=each, epoch=1, processor="intercom", given_at=cast.NOON)
    owed = [leaving(f"leaves-{number}", timezone.now()) for number in range(4)]

    failed = all_at_once(
        [
            lambda: redactions(store),
            lambda: redactions(other),
            lambda: reports(store),
            lambda: periods(store),
            lambda: consent(store),
            lambda: removals(store),
            lambda: exports(store),
            lambda: writes(store, key),
            lambda: writes(other, other_key),
            lambda: carrying(*owed),
            lambda: carrying(*reversed(owed)),
            tending,
            lambda: reads(scope, store),
        ]
    )
    assert not failed
    annals.flush()
    counted = Receipt.objects.filter(duty__kind=Duty.ERASE_SALES).count()
    assert counted == 2 * TIMES
    ended = Duty.objects.filter(kind=Duty.ERASE_STORE)
    assert list(ended.values_list("state", flat=True)) == [DutyState.DONE] * 4
    assert Receipt.objects.filter(duty__kind=Duty.ERASE_STORE).count() == 4
    chain = [
        receipts.compose(each.body, each.signature) for each in Receipt.objects.order_by("number").iterator()
    ]
    assert receipts.verify_chain(chain, configured.signer().public_key_text)
    assert proving.prove().waiting == 0
    assert audit.verify().waiting == 0
    assert work.engine().standing().dead == 0
