"""Erasures over HTTP: what a key has to confirm, and its word."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from connectors import feedkeys
from connectors.models import Duty, FeedCopy, Receipt, Store, StoreState
from tests import cast
from tests.api.conftest import Ask
from tests.feed.cast import product
from tests.verbs.holders import leave, rest

pytestmark = pytest.mark.django_db


def installed(shop: str = "cedar.myshopify.com") -> Store:
    """Return a store that has something for videos."""
    store, key = cast.store(shop)
    cast.keep(store, key, cast.store_info(), product(1))
    return store


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    assert response["Cache-Control"] == "no-store"
    return json.loads(response.content)


def confirm(ask: Ask, erasure: str, purpose: str = "videos", **extra: Any) -> HttpResponse:
    return ask(f"erasures/{erasure}/confirm", purpose, "POST", **extra)


@pytest.mark.parametrize(
    "address", ["changes", "stores", "stores/{}", "stores/{}/products", "stores/{}/brief"]
)
def test_whoever_was_handed_a_record_is_asked_to_confirm(ask: Ask, address: str) -> None:
    store = installed()
    told(ask(address.format(store.ref)))
    assert FeedCopy.objects.get().store_ref == store.ref
    assert told(ask("erasures")) == {"erasures": [], "next": None, "more": False}
    duty = leave(store)
    assert told(ask("erasures")) == {
        "erasures": [
            {
                "erasure": duty.ref,
                "store": store.ref,
                "epoch": 1,
                "asked_at": duty.asked_at.isoformat().replace("+00:00", "Z"),
                "deadline_at": duty.deadline_at.isoformat().replace("+00:00", "Z"),
            }
        ],
        "next": None,
        "more": False,
    }


def test_what_says_nothing_of_a_store_makes_nobody_confirm(ask: Ask) -> None:
    store, _ = cast.store()
    for address in ("changes", "stores", f"stores/{store.ref}", f"stores/{store.ref}/products"):
        told(ask(address))
    assert not FeedCopy.objects.exists()


def test_the_tombstone_names_the_erasure_and_the_word_ends_it(ask: Ask) -> None:
    store = installed()
    told(ask("changes"))
    leave(store)
    rest()
    assert not Receipt.objects.exists()
    (gone,) = told(ask("changes"))["changes"]
    assert gone["kind"] == "all"
    first = told(confirm(ask, gone["erasure"]))
    assert first == {
        "erasure": Duty.objects.get().ref,
        "store": store.ref,
        "epoch": 1,
        "confirmed_at": first["confirmed_at"],
    }
    assert first["confirmed_at"].endswith("Z")
    rest()
    assert Receipt.objects.get().duty.ref == gone["erasure"]
    assert told(confirm(ask, gone["erasure"])) == first
    assert told(ask("erasures"))["erasures"] == []


def test_an_erasure_of_which_a_key_has_no_copy_is_as_unknown_as_any(ask: Ask) -> None:
    store = installed()
    told(ask("changes", "integration"))
    duty = leave(store)
    missing = told(confirm(ask, duty.ref), 404)
    for unknown in ("er_aaaaaaaaaaaaaaaa", "er_short", "%00", store.ref):
        assert told(confirm(ask, unknown), 404) == missing
    assert told(ask("erasures"))["erasures"] == []
    assert FeedCopy.objects.get().confirmed_at is None


def test_a_store_that_is_open_cannot_be_confirmed(ask: Ask) -> None:
    store = installed()
    told(ask("changes"))
    duty = leave(store)
    Store.objects.update(state=StoreState.ACTIVE)  # the store's table was put back
    assert told(confirm(ask, duty.ref), 409)["error"] == "StillOpen"


def test_a_key_of_some_stores_confirms_what_it_read_before_they_were_taken_from_it(ask: Ask) -> None:
    store = installed()
    told(ask("changes"))
    leave(store)
    key = FeedCopy.objects.get().key
    key.all_stores = False
    key.save()
    (erasure,) = told(ask("erasures"))["erasures"]
    assert told(confirm(ask, erasure["erasure"]))["store"] == store.ref


def test_a_revoked_key_confirms_nothing(ask: Ask) -> None:
    store = installed()
    told(ask("changes"))
    duty = leave(store)
    feedkeys.revoke("videos", timezone.now())
    told(confirm(ask, duty.ref), 401)
    assert FeedCopy.objects.get().confirmed_at is None


def test_erasures_come_page_by_page(ask: Ask) -> None:
    stores = [installed(f"{number}.myshopify.com") for number in range(3)]
    told(ask("changes"))
    expected = sorted(leave(store).ref for store in stores)
    first = told(ask("erasures?limit=2"))
    assert ([each["erasure"] for each in first["erasures"]], first["more"]) == (expected[:2], True)
    last = told(ask(f"erasures?limit=2&after={first['next']}"))
    assert [each["erasure"] for each in last["erasures"]] == expected[2:]
    assert (last["next"], last["more"]) == (None, False)


@pytest.mark.parametrize(
    "query", ["after=st_aaaaaaaaaaaaaaaa", "after=%00", "limit=0", "limit=501", "store=1"]
)
def test_what_cannot_be_read_is_refused(ask: Ask, query: str) -> None:
    assert told(ask(f"erasures?{query}"), 400)["error"] == "Malformed"


def test_the_word_needs_no_body_and_takes_none(ask: Ask) -> None:
    store = installed()
    told(ask("changes"))
    duty = leave(store)
    told(confirm(ask, duty.ref, data=b"{}", content_type="application/json"), 400)
    assert FeedCopy.objects.get().confirmed_at is None
    told(ask(f"erasures/{duty.ref}/confirm"), 405)
