"""While a grant is being turned: neither what comes meanwhile nor what was got for it is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction
from django.utils import timezone

from connectors import configured, grants, rows, work
from connectors.errors import MintaError
from connectors.models import Grant as GrantRow
from connectors.models import Job, Store, StoreState
from connectors.platforms import PLATFORMS
from connectors.platforms.opening import Grant
from connectors.work import leases, outcome
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed(merchant: Merchant) -> None:
    merchant.come()


def held(merchant: Merchant) -> Grant:
    return merchant.key.recall("grant", "grant", GrantRow.objects.get(store=merchant.store).sealed, Grant)


@contextmanager
def turning(merchant: Merchant) -> Iterator[list[Grant | str]]:
    """Turn the grant; the block runs between what the platform did and its answer.

    Gives what is got, or the name of the error, once the block has ended.
    """
    store = merchant.store
    got: list[Grant | str] = []

    def turn() -> None:
        try:
            got.append(grants.turn(store, GrantRow.objects.get(store=store).turn))
        except MintaError as error:
            got.append(type(error).__name__)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, merchant.holding("token") as held:
        turned = pool.submit(turn)
        held()
        yield got
    turned.result()


def assert_can_be_turned_again(merchant: Merchant) -> None:
    """The refresh token that is held is the living one, also when the old one's grace is over."""
    merchant.sandbox.advance(seconds=120)
    before = held(merchant)
    after = grants.turn(merchant.store, GrantRow.objects.get(store=merchant.store).turn)
    assert after.refresh_token != before.refresh_token
    assert merchant.store.state == StoreState.ACTIVE


def test_scopes_that_change_meanwhile_and_the_new_tokens_are_both_kept(merchant: Merchant) -> None:
    before = held(merchant)
    with turning(merchant) as got, transaction.atomic():
        store = rows.open_epoch(merchant.store.pk, 1)
        grants.rescope(store, merchant.key, frozenset({"read_products"}), timezone.now())
    assert held(merchant) == got[0]
    assert held(merchant).access_token not in ("", before.access_token)
    assert held(merchant).scopes == {"read_products"}
    assert_can_be_turned_again(merchant)


def test_a_grant_that_the_merchant_brings_meanwhile_is_the_newer_one(merchant: Merchant) -> None:
    proof = merchant.sandbox.id_token(merchant.shop)
    with turning(merchant) as got:
        fresh = PLATFORMS["shopify"].exchange(
            merchant.shop, proof, configured.credentials("shopify"), timezone.now()
        )
        with transaction.atomic():
            grants.put(rows.open_epoch(merchant.store.pk, 1), merchant.key, fresh, timezone.now())
    assert held(merchant) == got[0]
    assert held(merchant).access_token == fresh.access_token
    assert_can_be_turned_again(merchant)


def test_a_store_that_was_said_to_be_dead_meanwhile_lives_on_with_what_was_got(merchant: Merchant) -> None:
    with turning(merchant) as got:
        Store.objects.update(state=StoreState.REAUTH, stopped_at=timezone.now())
    assert held(merchant) == got[0]
    assert (merchant.store.state, merchant.store.stopped_at) == (StoreState.ACTIVE, None)
    assert_can_be_turned_again(merchant)


def test_a_store_that_leaves_meanwhile_gets_no_grant(merchant: Merchant) -> None:
    with turning(merchant) as got:
        merchant.leave()
    assert got == ["Superseded"]
    assert not GrantRow.objects.exists()
    assert merchant.store.state == StoreState.QUARANTINED


def test_a_worker_that_lost_its_job_still_keeps_the_tokens_it_got(merchant: Merchant) -> None:
    before = held(merchant)
    GrantRow.objects.update(expires_at=datetime.now(UTC))
    first = merchant.sandbox.products(merchant.shop)[0]["id"]
    merchant.sandbox.change_product(merchant.shop, first, title="Seen by the other worker")
    merchant.sandbox.flush()
    Job.objects.exclude(task="inbox.drain").delete()
    job = leases.claim("frozen worker", 60)
    assert job is not None
    Job.objects.filter(pk=job.id).update(lease_no=job.number + 1)  # it was given to another
    assert outcome.attempt(job).end is outcome.End.FENCED
    assert held(merchant).access_token != before.access_token
    assert merchant.products()[first.rpartition("/")[2]].title != "Seen by the other worker"
    assert {each.state for each in merchant.deliveries(kind="product.changed")} == {"waiting"}
    Job.objects.filter(pk=job.id).update(state="ready", lease_until=None)
    assert work.engine().drain().done == 1
    assert merchant.products()[first.rpartition("/")[2]].title == "Seen by the other worker"
    assert_can_be_turned_again(merchant)
