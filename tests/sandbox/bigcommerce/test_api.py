"""The door of the API, its lists, filters and quirks."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox
from tests.sandbox.bigcommerce.client import AppOnStore, control
from tests.shared import SHARED, needs_shared

LIMITS = (
    "X-Rate-Limit-Time-Window-Ms",
    "X-Rate-Limit-Time-Reset-Ms",
    "X-Rate-Limit-Requests-Quota",
    "X-Rate-Limit-Requests-Left",
)


# the door


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_wrong_token_is_refused(app: AppOnStore, token: str) -> None:
    for path in ("/v2/store", "/v3/catalog/products"):
        answer = app.get(path, token=token)
        assert answer.status_code == 401
        assert answer.json()["status"] == 401
        assert set(answer.json()) == {"status", "title", "type"}


def test_a_token_opens_no_other_store(app: AppOnStore) -> None:
    other = str(app.sandbox.create_store(f"other-{time.time_ns()}")["key"])
    answer = app.http.get(
        f"{app.sandbox.base_url}/stores/{other}/v2/store", headers={"X-Auth-Token": app.token}, timeout=10
    )
    assert answer.status_code == 401


def test_an_endpoint_wants_its_scope_and_says_so_in_the_words_of_its_version(app: AppOnStore) -> None:
    control(app.sandbox, app.store, "scopes", scopes=["store_v2_products"])
    assert app.get("/v3/catalog/products").status_code == 200
    refused = app.get("/v3/promotions")
    assert (refused.status_code, refused.json()["status"]) == (403, 403)
    refused = app.get("/v2/orders")
    assert (refused.status_code, refused.json()[0]["status"]) == (403, 403)
    assert app.get("/v3/hooks").status_code == 200


def test_a_slash_at_the_end_is_forbidden(app: AppOnStore) -> None:
    assert app.get("/v3/catalog/products/").status_code == 403


def test_what_is_not_there_is_told_in_the_words_of_its_version(app: AppOnStore) -> None:
    assert app.get("/v3/catalog/products/999999").json()["status"] == 404
    assert app.get("/v2/orders/999999").json() == [
        {"status": 404, "message": "The requested resource was not found."}
    ]
    assert app.get("/v3/customers").status_code == 404


def test_a_suspended_store_is_not_served(app: AppOnStore) -> None:
    control(app.sandbox, app.store, "shop", suspended=True)
    assert app.get("/v3/catalog/products").json()["status"] == 503
    assert app.get("/v2/store").json()[0]["status"] == 503
    control(app.sandbox, app.store, "shop", suspended=False)
    assert app.get("/v2/store").status_code == 200


# the rate limit


def test_every_answer_tells_the_rate_limit(app: AppOnStore) -> None:
    answers = [app.get("/v2/store"), app.get("/v2/store", token=""), app.get("/v3/nowhere")]
    left = [int(answer.headers["X-Rate-Limit-Requests-Left"]) for answer in answers]
    assert left == [149, 148, 147]
    for answer in answers:
        assert set(LIMITS) <= set(answer.headers)
        assert 0 < int(answer.headers["X-Rate-Limit-Time-Reset-Ms"]) <= 30_000


def test_other_apps_take_from_the_same_quota(app: AppOnStore) -> None:
    control(app.sandbox, app.store, "quota/spend", count=149)
    assert app.get("/v2/store").status_code == 200
    refused = app.get("/v2/store")
    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Requests-Left"] == "0"
    assert int(refused.headers["X-Retry-After"]) >= 1
    app.sandbox.advance(seconds=31)
    assert app.get("/v2/store").status_code == 200


def test_the_window_can_be_told_when_to_end(app: AppOnStore) -> None:
    control(app.sandbox, app.store, "quota/spend", reset_seconds=20)
    refused = app.get("/v2/store")
    assert refused.status_code == 429
    assert int(refused.headers["X-Rate-Limit-Time-Reset-Ms"]) <= 20_000


def test_an_overload_comes_without_the_headers(app: AppOnStore) -> None:
    app.sandbox.fault("status", kind="api", status=429, store=app.store)
    refused = app.get("/v2/store")
    assert refused.status_code == 429
    assert not set(LIMITS) & set(refused.headers)


def test_a_throttling_on_request_comes_with_them(app: AppOnStore) -> None:
    app.sandbox.fault("throttled", operation="GET /stores/", store=app.store)
    refused = app.get("/v2/store")
    assert refused.status_code == 429
    assert set(LIMITS) <= set(refused.headers)


# v3 lists


def test_pages_have_links_and_an_end(app: AppOnStore) -> None:
    first = app.good("/v3/catalog/products", limit=8)["meta"]["pagination"]
    assert (first["total"], first["count"], first["per_page"], first["total_pages"]) == (20, 8, 8, 3)
    assert first["links"] == {"current": "?page=1&limit=8", "next": "?page=2&limit=8"}
    last = app.good("/v3/catalog/products", limit=8, page=3)["meta"]["pagination"]
    assert last["count"] == 4
    assert "next" not in last["links"]
    beyond = app.good("/v3/catalog/products", limit=8, page=4)
    assert beyond["data"] == []


@pytest.mark.parametrize(("limit", "status"), [(250, 200), (251, 413), (0, 422), ("x", 422)])
def test_a_limit_has_its_limits(app: AppOnStore, limit: object, status: int) -> None:
    assert app.get("/v3/catalog/products", limit=limit).status_code == status


def test_a_page_of_stock_may_hold_a_thousand(app: AppOnStore) -> None:
    assert app.get("/v3/inventory/items", limit=1000).status_code == 200
    assert app.get("/v3/inventory/items", limit=1001).status_code == 413


def test_ids_page_on_without_a_page_number(app: AppOnStore) -> None:
    seen: list[int] = []
    while rows := app.rows("/v3/catalog/products", id__greater=max(seen, default=0), limit=7, sort="id"):
        seen += [row["id"] for row in rows]
    assert seen == [one["id"] for one in app.sandbox.products(app.store)]
    assert seen == sorted(set(seen))


def test_fields_are_left_out_but_the_id_and_what_was_included(app: AppOnStore) -> None:
    (row,) = app.rows("/v3/catalog/products", limit=1, include="images", include_fields="name,price")
    assert set(row) == {"id", "name", "price", "images"}
    (row,) = app.rows("/v3/catalog/products", limit=1, exclude_fields="id,description")
    assert "id" in row
    assert "description" not in row


def test_nothing_is_included_that_was_not_asked(app: AppOnStore) -> None:
    (row,) = app.rows("/v3/catalog/products", limit=1)
    assert not {"variants", "images", "videos", "options", "modifiers"} & set(row)


@pytest.mark.parametrize("heavy", ["options", "modifiers", "variants,options"])
def test_options_make_pages_of_ten(app: AppOnStore, heavy: str) -> None:
    found = app.good("/v3/catalog/products", include=heavy, limit=250)["meta"]["pagination"]
    assert (found["per_page"], found["count"], found["total"]) == (10, 10, 20)


@pytest.mark.parametrize(
    "query", [{"nonsense": "1"}, {"id:like": "1"}, {"include": "customers"}, {"sort": "upc"}]
)
def test_what_cannot_be_asked_is_refused(app: AppOnStore, query: dict[str, str]) -> None:
    assert app.get("/v3/catalog/products", **query).status_code == 422


def test_filters_find_what_they_name(app: AppOnStore) -> None:
    rows = app.rows("/v3/catalog/products", limit=250)
    ids = [row["id"] for row in rows]
    assert [row["id"] for row in app.rows("/v3/catalog/products", id__in=f"{ids[3]},{ids[5]}")] == [
        ids[3],
        ids[5],
    ]
    hidden = app.rows("/v3/catalog/products", is_visible="false", limit=250)
    assert {row["id"] for row in hidden} == {row["id"] for row in rows if not row["is_visible"]}
    assert hidden
    best = app.rows("/v3/catalog/products", sort="total_sold", direction="desc", limit=250)
    assert [row["total_sold"] for row in best] == sorted((row["total_sold"] for row in rows), reverse=True)


def test_changes_since_a_time_are_found_when_the_time_is_whole(app: AppOnStore) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    changed = app.sandbox.change_product(app.store, title="Changed")["id"]
    whole = app.rows("/v3/catalog/products", date_modified__min=before.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert [row["id"] for row in whole] == [changed]
    date_alone = app.rows("/v3/catalog/products", date_modified__min=datetime.now(UTC).strftime("%Y-%m-%d"))
    assert date_alone == []


def test_codes_page_by_cursor(app: AppOnStore) -> None:
    promotion = next(row for row in app.rows("/v3/promotions") if row.get("coupon_type") == "BULK")
    path, seen, after = f"/v3/promotions/{promotion['id']}/codes", list[str](), dict[str, str]()
    for _ in range(9):
        answer = app.good(path, limit=3, **after)
        seen += [row["code"] for row in answer["data"]]
        meta = answer["meta"]["cursor_pagination"]
        if "next" not in meta["links"]:
            break
        after = {"after": meta["end_cursor"]}
    assert seen == [f"FIVEOFF-{number}" for number in range(1, 8)]
    assert app.get(path, after="nonsense").status_code == 422


def test_an_empty_list_of_price_records_has_neither_links_nor_cursors(app: AppOnStore) -> None:
    meta = app.good("/v3/pricelists", name="None such")["meta"]
    assert set(meta) == {"pagination"}
    assert "links" not in meta["pagination"]


# values


def test_values_are_as_odd_as_in_real_stores(app: AppOnStore) -> None:
    rows = app.rows("/v3/catalog/products", include="variants", limit=250)
    simple = next(row for row in rows if row["base_variant_id"] and not row["sale_price"])
    several = next(row for row in rows if row["base_variant_id"] is None)
    assert (simple["preorder_message"], simple["related_products"], simple["map_price"]) == ("0", [-1], 0)
    assert (simple["variants"][0]["sku_id"], simple["variants"][0]["option_values"]) == (None, [])
    assert simple["variants"][0]["price"] == simple["price"]
    assert {variant["price"] for variant in several["variants"]} >= {None}
    assert several["variants"][0]["option_values"]
    cheaper = [variant for row in rows for variant in row["variants"] if variant["sale_price"]]
    assert all(one["calculated_price"] == one["sale_price"] < one["price"] for one in cheaper)
    assert cheaper


def test_stock_lies_in_two_places_and_the_catalog_knows_one(app: AppOnStore) -> None:
    row = max(
        app.rows("/v3/inventory/items", limit=250), key=lambda one: one["locations"][1]["available_to_sell"]
    )
    here, there = row["locations"]
    assert (here["location_id"], there["location_id"]) == (1, 2)
    assert there["available_to_sell"] > 0
    assert there["total_inventory_onhand"] == there["available_to_sell"] + there["settings"]["safety_stock"]
    (variant,) = app.rows("/v3/catalog/variants", id=row["identity"]["variant_id"])
    assert variant["inventory_level"] == here["available_to_sell"]
    told = {one["id"]: one["stock"] for two in app.sandbox.products(app.store) for one in two["variants"]}
    assert told[variant["id"]] == here["available_to_sell"] + there["available_to_sell"]
    (only,) = app.rows("/v3/inventory/items", variant_id__in=variant["id"], location_id__in=2)
    assert [place["location_id"] for place in only["locations"]] == [2]


def test_the_default_location_has_the_address_in_parts(app: AppOnStore) -> None:
    (place,) = app.rows("/v3/inventory/locations", is_default="true")
    assert (place["id"], place["address"]["city"], place["address"]["country_code"]) == (1, "Berlin", "DE")
    control(app.sandbox, app.store, "shop", location={})
    (place,) = app.rows("/v3/inventory/locations", is_default="true")
    assert place["address"] == {}


def test_a_picture_is_where_the_api_says(app: AppOnStore) -> None:
    (row,) = app.rows("/v3/catalog/products", include="images", limit=1)
    image = row["images"][0]
    answer = requests.get(image["url_zoom"], timeout=10)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert (image["is_thumbnail"], image["sort_order"]) == (True, 0)
    assert requests.get(image["url_zoom"].replace(".jpg", "-no.jpg"), timeout=10).status_code == 404


def test_a_vendor_is_a_brand(app: AppOnStore) -> None:
    before = {row["name"]: row["id"] for row in app.rows("/v3/catalog/brands")}
    assert "Ember & Oak" in before
    changed = app.sandbox.change_product(app.store, vendor="Newcomer")["id"]
    row = app.good(f"/v3/catalog/products/{changed}")["data"]
    assert row["brand_id"] not in before.values()
    assert app.good(f"/v3/catalog/brands/{row['brand_id']}")["data"]["name"] == "Newcomer"


def test_only_films_on_youtube_are_videos(app: AppOnStore) -> None:
    films = [film for row in app.rows("/v3/catalog/products", include="videos") for film in row["videos"]]
    assert {film["type"] for film in films} == {"youtube"}


# v2


def test_an_empty_page_of_v2_is_no_content(app: AppOnStore) -> None:
    answer = app.get("/v2/orders", page=9)
    assert (answer.status_code, answer.content) == (204, b"")
    assert app.get("/v2/coupons", min_id=999).status_code == 204
    assert "X-Rate-Limit-Requests-Left" in answer.headers


def test_orders_are_bare_lists_of_text_and_name_their_customer(app: AppOnStore) -> None:
    rows = app.good("/v2/orders", limit=250)
    assert len(rows) == 40
    row = rows[0]
    assert row["total_inc_tax"] == f"{float(row['total_inc_tax']):.4f}"
    assert parsedate_to_datetime(row["date_created"]).tzinfo is not None
    assert row["products"]["resource"] == f"/orders/{row['id']}/products"
    personal = set(app.sandbox.personal_values(app.store))
    assert {row["billing_address"]["email"], row["billing_address"]["phone"], row["ip_address"]} <= personal
    assert {one["customer_message"] for one in rows} - {None} <= personal
    assert {one["staff_notes"] for one in rows} - {None} <= personal
    assert any(one["customer_message"] for one in rows)
    assert any(one["date_shipped"] == "" for one in rows)


def test_some_orders_were_never_finished_and_some_are_archived(app: AppOnStore) -> None:
    rows = app.good("/v2/orders", limit=250)
    assert any(row["status_id"] == 0 for row in rows)
    assert any(row["is_deleted"] for row in rows)
    visible = [row["id"] for row in rows if row["status_id"] and not row["is_deleted"]]
    assert visible == [one["id"] for one in app.sandbox.orders(app.store) if one["visible"]]


def test_the_count_of_orders_is_that_of_the_list(app: AppOnStore) -> None:
    rows = app.good("/v2/orders", limit=250, min_id=110)
    counted = app.good("/v2/orders/count", min_id=110)
    assert counted["count"] == len(rows)
    by_status = {one["id"]: one["count"] for one in counted["statuses"] if one["count"]}
    assert by_status == {number: [row["status_id"] for row in rows].count(number) for number in by_status}


def test_the_total_of_an_order_is_that_of_its_lines(app: AppOnStore) -> None:
    for row in app.good("/v2/orders", limit=9):
        lines = app.good(f"/v2/orders/{row['id']}/products")
        total = sum(float(line["discounted_total_inc_tax"]) for line in lines)
        assert round(total + float(row["shipping_cost_inc_tax"]), 4) == float(row["total_inc_tax"])


def test_orders_since_a_time_are_found_by_either_form_of_date(app: AppOnStore) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    order = app.sandbox.create_order(app.store)["id"]
    for text in (format_datetime(before), before.isoformat(), before.strftime("%Y-%m-%dT%H:%M:%SZ")):
        found = app.good("/v2/orders", min_date_modified=text, sort="date_modified:asc")
        assert [row["id"] for row in found] == [order], text
    refused = app.get("/v2/orders", min_date_modified="yesterday")
    assert (refused.status_code, refused.json()[0]["status"]) == (400, 400)


def test_orders_come_in_the_order_that_was_asked(app: AppOnStore) -> None:
    changed = app.sandbox.orders(app.store)[3]["id"]
    app.sandbox.change_order(app.store, changed, note="Ring")
    rows = app.good("/v2/orders", sort="date_modified:desc", limit=250)
    assert rows[0]["id"] == changed
    times = [parsedate_to_datetime(row["date_modified"]) for row in rows]
    assert times == sorted(times, reverse=True)


def test_a_new_order_is_dated_now_and_nothing_has_befallen_it(app: AppOnStore) -> None:
    for _ in range(14):
        app.sandbox.create_order(app.store)
    for row in app.good("/v2/orders", min_id=140):
        assert parsedate_to_datetime(row["date_modified"]) <= datetime.now(UTC)
        assert (row["status_id"], row["is_deleted"], row["refunded_amount"]) == (11, False, "0.0000")


def test_coupons_have_the_empties_of_php(app: AppOnStore) -> None:
    rows = app.good("/v2/coupons")
    assert {type(row["restricted_to"]) for row in rows} == {list, dict}
    assert {row["expires"] == "" for row in rows} == {True, False}
    assert app.good("/v2/store")["logo"] == []
    assert [row["id"] for row in app.good("/v2/coupons", min_id=2)] == [2, 3]


def test_the_store_tells_one_free_text_address_and_the_hash_as_id(app: AppOnStore) -> None:
    held = app.good("/v2/store")
    assert held["id"] == app.store
    assert str(held["store_id"]) == app.sandbox.store(app.store)["number"]
    assert not {"city", "zip", "state"} & set(held)


# the whole


@needs_shared
def test_a_merchants_own_catalogue_loads() -> None:
    catalog = Path(SHARED) / "catalogs" / "snowdevil.csv"
    with running_sandbox(platform="bigcommerce", catalog=catalog, orders=5) as sandbox:
        store = str(sandbox.stores()[0]["key"])
        app = AppOnStore(sandbox, store).connect()
        rows = app.rows("/v3/catalog/products", include="variants,images", limit=250)
        assert len(rows) == min(250, sandbox.store(store)["counts"]["products"])
        assert any(row["brand_id"] for row in rows)
        assert any(row["images"] for row in rows)
        app.http.close()


def test_a_big_store_is_listed_to_its_end() -> None:
    with running_sandbox(platform="bigcommerce", stores="big", repeat=5_000, orders=0) as sandbox:
        store = str(sandbox.stores()[0]["key"])
        app = AppOnStore(sandbox, store).connect()
        control(sandbox, store, "quota/spend", limit=1_000_000)
        seen, last = 0, 0
        while rows := app.rows("/v3/catalog/products", id__greater=last, limit=250, include_fields="id"):
            seen, last = seen + len(rows), rows[-1]["id"]
        assert seen == 5_000
        app.http.close()


def test_the_settings_lead_to_this_sandbox(sandbox: Sandbox) -> None:
    told = sandbox.settings()
    assert told["BIGCOMMERCE_API_ORIGIN"] == told["BIGCOMMERCE_LOGIN_ORIGIN"] == sandbox.base_url
    assert told["BIGCOMMERCE_CLIENT_SECRET"].count(",") == 1
