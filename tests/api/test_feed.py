"""The feed over HTTP: its shapes, money as text, times with a Z, and only what the key is for."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from connectors import configured, rows
from connectors.models import FeedRead, Row, Store, StoreState
from tests import cast
from tests.api.conftest import Ask
from tests.cast import found, offer, store_info
from tests.feed.cast import feed_id, product, sale, variant

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)


def read(ask: Ask, address: str, purpose: str = "videos") -> dict[str, Any]:
    response = ask(address, purpose)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    shape: dict[str, Any] = json.loads(response.content)
    return shape


def installed() -> Store:
    """Return a store that has one of everything."""
    store, key = cast.store()
    goods = product(1, updated_at=LATE, variants=(variant(1, "1E+2", compare_at_price=Decimal("120.50")),))
    cast.keep(store, key, store_info(), goods, offer(1), sale(1, goods, created_at=timezone.now()))
    return store


# Changes ----------------------------------------------------------------------------------------------


def test_changes_come_as_json_with_money_as_text_and_times_in_utc(ask: Ask) -> None:
    store = installed()
    page = read(ask, "changes")
    assert (page["next"], page["more"], set(page)) == (4, False, {"changes", "next", "more"})
    entry = page["changes"][1]
    assert {name: entry[name] for name in entry if name != "record"} == {
        "change": 2,
        "store": store.ref,
        "epoch": 1,
        "kind": "product",
        "id": feed_id(store, found(product(1))),
        "gone": False,
        "at": "2026-11-23T12:00:00.250000Z",
    }
    (shown,) = entry["record"]["variants"]
    assert (shown["price"], shown["compare_at_price"]) == ("100", "120.50")


def test_changes_are_read_page_by_page(ask: Ask) -> None:
    store, key = cast.store()
    cast.keep(store, key, *[product(number) for number in range(5)])
    first = read(ask, "changes?after=0&limit=2")
    assert ([each["change"] for each in first["changes"]], first["next"], first["more"]) == ([1, 2], 2, True)
    last = read(ask, "changes?after=4&limit=2&wait=0")
    assert ([each["change"] for each in last["changes"]], last["next"], last["more"]) == ([5], 5, False)


def test_a_cursor_of_another_feed_is_a_conflict(ask: Ask) -> None:
    response = ask("changes?after=9")
    assert response.status_code == 409
    assert json.loads(response.content) == {
        "error": "CursorAhead",
        "message": "The cursor is ahead of every change: read everything again from 0.",
    }


def test_a_key_for_accounts_never_sees_a_field_of_a_product(ask: Ask) -> None:
    installed()
    body = ask("changes", "account").content
    assert [each["kind"] for each in json.loads(body)["changes"]] == ["store"]
    for name in (b"title", b"price", b"pictures", b"currency", b"timezone"):
        assert name not in body


def test_a_key_for_videos_never_sees_a_field_of_the_merchant(ask: Ask) -> None:
    store = installed()
    bodies = [
        ask(address).content
        for address in ("changes", "stores", f"stores/{store.ref}", f"stores/{store.ref}/brief")
    ]
    for name in (b"email", b"phone", b"owner_name", b"store_id", b"sku", b"address1", b"city", b"owner@"):
        assert not [body for body in bodies if name in body]


def test_a_store_that_left_is_one_entry(ask: Ask) -> None:
    store = installed()
    with transaction.atomic():
        rows.close(store, store.epoch)
        Store.objects.update(state=StoreState.QUARANTINED)
    page = read(ask, "changes")
    (entry,) = page["changes"]
    assert entry.pop("at").endswith("Z")
    assert entry == {"change": 5, "store": store.ref, "epoch": 1, "kind": "all", "gone": True}


# Stores -----------------------------------------------------------------------------------------------


def test_a_store_shows_what_stands_in_clear_and_its_own_record(ask: Ask) -> None:
    store = installed()
    assert store.installed_at is not None
    shown = read(ask, f"stores/{store.ref}")
    record = shown.pop("record")
    assert shown == {
        "store": store.ref,
        "platform": "shopify",
        "state": "active",
        "epoch": 1,
        "installed_at": store.installed_at.isoformat().replace("+00:00", "Z"),
        "change": 1,
    }
    assert (record["name"], record["currency"]) == ("Cedar & Sons", "CAD")
    assert read(ask, "stores") == {"stores": [{**shown, "record": record}], "next": None, "more": False}


def test_each_purpose_sees_its_own_leaves_of_a_store(ask: Ask) -> None:
    store = installed()
    account = read(ask, f"stores/{store.ref}", "account")["record"]
    videos = read(ask, f"stores/{store.ref}", "videos")["record"]
    assert "email" in account
    assert "currency" not in account
    assert "currency" in videos
    assert "email" not in videos


def test_a_store_that_was_not_read_yet_has_no_record(ask: Ask) -> None:
    store, _ = cast.store()
    assert not {"record", "change"} & set(read(ask, f"stores/{store.ref}"))


def test_a_store_in_quarantine_is_named_and_not_opened(ask: Ask) -> None:
    store = installed()
    Store.objects.update(state=StoreState.QUARANTINED)
    shown = read(ask, f"stores/{store.ref}")
    assert shown["state"] == "quarantined"
    assert "record" not in shown
    assert read(ask, "stores")["stores"] == [shown]
    assert not FeedRead.objects.exists()


@pytest.mark.parametrize("state", [StoreState.ERASED, StoreState.INSTALLING])
@pytest.mark.parametrize("below", ["", "/products", "/brief"])
def test_an_erased_or_never_installed_store_is_as_unknown_as_any(ask: Ask, state: str, below: str) -> None:
    store = installed()
    Store.objects.update(state=state)
    response = ask(f"stores/{store.ref}{below}")
    unknown = ask(f"stores/st_aaaaaaaaaaaaaaaa{below}")
    assert response.status_code == unknown.status_code == 404
    assert response.content == unknown.content
    assert read(ask, "stores")["stores"] == []


def test_stores_are_read_page_by_page(ask: Ask) -> None:
    refs = sorted(cast.store(f"{number}.myshopify.com")[0].ref for number in range(5))
    seen: list[str] = []
    address = "stores?limit=2"
    while address:
        page = read(ask, address)
        assert page["more"] is (page["next"] is not None)
        seen += [each["store"] for each in page["stores"]]
        address = f"stores?limit=2&after={page['next']}" if page["more"] else ""
    assert seen == refs


def test_a_store_of_a_second_epoch_shows_its_second_record(ask: Ask) -> None:
    store = installed()
    Store.objects.update(epoch=2)
    store.refresh_from_db()
    assert "record" not in read(ask, f"stores/{store.ref}")
    cast.keep(store, configured.keystore().create(store.ref, 2), store_info(name="Born again"))
    assert read(ask, f"stores/{store.ref}")["record"]["name"] == "Born again"


# Products ---------------------------------------------------------------------------------------------


def test_products_are_those_of_the_store_that_are_there(ask: Ask) -> None:
    store, key = cast.store()
    other, other_key = cast.store("other.myshopify.com")
    cast.keep(store, key, store_info(), *[product(number) for number in range(4)])
    cast.keep(other, other_key, product(9))
    with transaction.atomic():
        rows.remove(Row.objects.filter(store=store, change=3))
    first = read(ask, f"stores/{store.ref}/products?limit=2")
    assert [each["change"] for each in first["products"]] == [2, 4]
    rest = read(ask, f"stores/{store.ref}/products?limit=2&after={first['next']}")
    assert [each["record"]["title"] for each in rest["products"]] == ["Canoe paddle 3"]
    assert rest["more"] is False
    assert {each["gone"] for each in first["products"]} == {False}


def test_a_product_stands_in_products_as_it_stands_in_changes(ask: Ask) -> None:
    store = installed()
    (product_entry,) = read(ask, f"stores/{store.ref}/products")["products"]
    assert product_entry == read(ask, "changes")["changes"][1]


def test_a_purpose_without_products_may_not_read_them(ask: Ask) -> None:
    response = ask(f"stores/{installed().ref}/products", "account")
    assert response.status_code == 403
    assert json.loads(response.content)["error"] == "Forbidden"


def test_products_of_a_store_in_quarantine_are_not_there(ask: Ask) -> None:
    store = installed()
    Store.objects.update(state=StoreState.QUARANTINED)
    assert ask(f"stores/{store.ref}/products").status_code == 404


# Brief ------------------------------------------------------------------------------------------------


def test_a_brief_comes_as_json(ask: Ask) -> None:
    store = installed()
    made = read(ask, f"stores/{store.ref}/brief")
    assert set(made) == {
        "format",
        "store",
        "epoch",
        "made_at",
        "brand",
        "texts",
        "call_to_action",
        "products",
        "refused",
        "offers",
        "formats",
        "findings",
        "lineage",
    }
    (shown,) = made["products"]
    assert (shown["price"], shown["compare_at_price"]) == ("100", "120.50")
    assert (shown["offer"], shown["reasons"]) == (
        {"kind": "compare_at", "saved": "20.50", "percent": "17", "percent_text": "-17%"},
        ["best_seller", "on_offer"],
    )
    assert made["made_at"].endswith("Z")
    assert made["offers"][0]["percent"] == "10"


def test_a_brief_has_as_many_products_as_asked_for(ask: Ask) -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(), *[product(number) for number in range(15)])
    assert len(read(ask, f"stores/{store.ref}/brief")["products"]) == 12
    assert len(read(ask, f"stores/{store.ref}/brief?limit=3")["products"]) == 3


@pytest.mark.parametrize("purpose", ["account", "service", "integration"])
def test_a_brief_is_for_keys_of_videos_only(ask: Ask, purpose: str) -> None:
    assert ask(f"stores/{installed().ref}/brief", purpose).status_code == 403


def test_reads_are_counted_on_the_day(ask: Ask) -> None:
    store = installed()
    before = timezone.now().date()
    for address in ("changes", "stores", f"stores/{store.ref}", f"stores/{store.ref}/products"):
        read(ask, address)
    counts = FeedRead.objects.filter(store=store, purpose="videos", day__gte=before - timedelta(days=1))
    assert sum(counts.values_list("count", flat=True)) == 4 + 1 + 1 + 1
