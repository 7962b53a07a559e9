"""Webhooks: registration and its limits, bodies, signatures, retries, deactivation; what no webhook tells."""

import base64
import hmac
import json
import re
import time
from hashlib import sha256
from typing import Any

import pytest

from connectors.sandbox.bigcommerce.signing import webhook_signature
from tests.sandbox.bigcommerce.client import SECRET, AppOnStore, control, told
from tests.sandbox.client import Receiver
from tests.shared import SHARED, needs_shared

SPECS = SHARED / "specs" / "bigcommerce"


@pytest.fixture
def place(receiver: Receiver) -> str:
    return f"{receiver.url}/webhooks/bigcommerce/"


def _scopes(receiver: Receiver, app: AppOnStore) -> list[str]:
    assert app.sandbox.flush()
    return [one.json["scope"] for one in told(receiver, app.store)]


# registration


def test_a_hook_is_made_listed_changed_and_deleted(app: AppOnStore, place: str) -> None:
    made = app.hook("store/product/*", place, **{"X-Minta-Hook": "secret"})
    assert made["headers"] == {"X-Minta-Hook": "secret"}
    assert (made["store_hash"], made["is_active"]) == (app.store, True)
    assert app.rows("/v3/hooks", scope="store/product/*") == [made]
    assert app.rows("/v3/hooks", is_active="false") == []
    changed = app.send("PUT", f"/v3/hooks/{made['id']}", json={"is_active": False}).json()["data"]
    assert (changed["is_active"], changed["scope"]) == (False, "store/product/*")
    assert app.good("/v3/hooks/admin")["data"]["hooks_list"][0]["status"] == "inactive"
    assert app.send("DELETE", f"/v3/hooks/{made['id']}").json()["data"]["id"] == made["id"]
    assert app.get(f"/v3/hooks/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"scope": "store/product/*"}, 422),
        ({"destination": "https://minta.example/"}, 422),
        ({"scope": "nonsense", "destination": "https://minta.example/"}, 422),
        ({"scope": "store/product/*", "destination": "http://minta.example/"}, 422),
        ({"scope": "store/product/*", "destination": "https://minta.example:8443/"}, 422),
        ({"scope": "store/product/*", "destination": "https://minta.example/"}, 200),
        ([], 400),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_hook_is_refused(app: AppOnStore, body: Any, status: int) -> None:
    assert app.send("POST", "/v3/hooks", json=body).status_code == status


def test_a_scope_has_ten_hooks_at_most_and_one_for_each_destination(app: AppOnStore) -> None:
    for number in range(10):
        app.hook("store/order/*", f"https://minta.example/{number}")
    body = {"scope": "store/order/*", "destination": "https://minta.example/3"}
    assert app.send("POST", "/v3/hooks", json=body).status_code == 422
    assert app.send("POST", "/v3/hooks", json=body | {"destination": "https://a.example/"}).status_code == 422
    app.hook("store/order/created", "https://minta.example/3")


# bodies and headers


def test_an_event_names_ids_only_and_carries_the_registered_headers(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/product/updated", place, **{"X-Minta-Hook": "the-secret"})
    product = app.sandbox.change_product(app.store, title="Ö 富")["id"]
    assert app.sandbox.flush()
    (one,) = told(receiver, app.store)
    assert set(one.json) == {"producer", "created_at", "store_id", "scope", "data", "hash"}
    assert one.json["data"] == {"type": "product", "id": product}
    assert one.json["store_id"] == app.sandbox.store(app.store)["number"]
    assert abs(one.json["created_at"] - time.time()) < 60
    assert re.fullmatch("[0-9a-f]{40}", one.json["hash"])
    assert one.headers["x-minta-hook"] == "the-secret"
    assert one.headers["content-type"] == "application/json"
    assert "Ö" not in one.body.decode()


def test_the_signature_is_that_of_the_standard(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/product/updated", place)
    app.sandbox.change_product(app.store, title="New")
    assert app.sandbox.flush()
    (one,) = told(receiver, app.store)
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    digest = hmac.new(SECRET.encode(), signed, sha256).digest()
    assert one.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


@needs_shared
def test_the_signature_is_that_of_the_vector() -> None:
    vector = json.loads((SPECS / "derived" / "webhook-signature-test-vector.json").read_text())
    made = webhook_signature(
        vector["client_secret"],
        vector["webhook-id"],
        int(vector["webhook-timestamp"]),
        vector["body"].encode(),
    )
    assert made == vector["webhook-signature"]


def test_signatures_can_be_off_wrong_or_old(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/product/updated", place)
    app.sandbox.webhook(app.store, "store/product/updated", thing="77", signature="missing")
    app.sandbox.webhook(app.store, "store/product/updated", thing="77", signature="wrong")
    app.sandbox.webhook(app.store, "store/product/updated", thing="77", seconds_late=900)
    assert app.sandbox.flush()
    missing, wrong, late = told(receiver, app.store)
    assert "webhook-signature" not in missing.headers
    now = int(wrong.headers["webhook-timestamp"])
    assert wrong.headers["webhook-signature"] != webhook_signature(
        SECRET, wrong.headers["webhook-id"], now, wrong.body
    )
    assert int(late.headers["webhook-timestamp"]) < time.time() - 800


@needs_shared
def test_bodies_are_those_of_the_published_examples(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/product/*", place)
    for scope in (
        "store/sku/*",
        "store/order/*",
        "store/information/updated",
        "store/inventory/location/updated",
    ):
        app.hook(scope, place)
    app.hook("store/channel/1/order/updated", place)
    rows = app.rows("/v3/catalog/products", limit=250)
    simple = next(row for row in rows if row["inventory_tracking"] == "product")
    several = next(row for row in rows if row["inventory_tracking"] == "variant")
    app.sandbox.change_product(app.store, simple["id"], stock=3)
    app.sandbox.change_product(app.store, several["id"], stock=3, price="9.00")
    app.sandbox.delete_product(app.store, app.sandbox.create_product(app.store, title="New")["id"])
    order = app.sandbox.create_order(app.store)["id"]
    app.sandbox.change_order(app.store, order, refund=True)
    app.sandbox.change_shop(app.store, name="Renamed", location={"city": "Rom"})
    assert app.sandbox.flush()
    examples = {
        one["payload"]["scope"]: one["payload"]
        for one in json.loads((SPECS / "derived" / "webhook-payload-examples.json").read_text())
        if not one["payload"]["scope"].startswith("store/product/updated")
    }
    came = {one.json["scope"]: one.json for one in told(receiver, app.store)}
    both = set(came) & set(examples)
    assert len(both) >= 6
    for scope in both:
        assert _shape(came[scope]["data"]) == _shape(examples[scope]["data"]), scope


def _shape(body: Any) -> Any:
    return {key: _shape(value) for key, value in sorted(body.items())} if isinstance(body, dict) else None


# which hook gets what


def test_a_wildcard_gets_all_below_it_with_the_event_by_its_name(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/product/*", place)
    product = app.sandbox.create_product(app.store, title="New")["id"]
    app.sandbox.change_product(app.store, product, stock=9)
    app.sandbox.delete_product(app.store, product)
    app.sandbox.create_order(app.store, variants=[1])
    scopes = _scopes(receiver, app)
    assert set(scopes) == {
        "store/product/created", "store/product/inventory/updated", "store/product/updated",
        "store/product/deleted",
    }  # fmt: skip


def test_stock_by_location_has_a_literal_star(app: AppOnStore, receiver: Receiver, place: str) -> None:
    scope = "store/channel/*/inventory/product/stock_changed"
    app.hook(scope, place)
    product = app.sandbox.change_product(app.store, stock=4, location=2)
    assert app.sandbox.flush()
    (one,) = told(receiver, app.store)
    assert one.json["scope"] == scope
    assert one.json["data"] == {
        "variant_id": product["variants"][0]["id"], "product_id": product["id"], "location_id": 2,
    }  # fmt: skip


def test_orders_tell_their_course(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/order/*", place)
    order = app.sandbox.create_order(app.store, status=0)["id"]
    app.sandbox.change_order(app.store, order, status=11)
    app.sandbox.change_order(app.store, order, refund=True)
    app.sandbox.delete_order(app.store, order)
    assert _scopes(receiver, app) == [
        "store/order/created", "store/order/statusUpdated", "store/order/updated",
        "store/order/refund/created", "store/order/statusUpdated", "store/order/updated",
        "store/order/archived",
    ]  # fmt: skip
    assert app.good(f"/v2/orders/{order}")["is_deleted"] is True


def test_pictures_offers_and_lost_orders_are_told_by_nobody(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    for scope in ("store/product/*", "store/order/*", "store/sku/*", "store/information/updated"):
        app.hook(scope, place)
    before = app.rows("/v3/catalog/products", limit=1)[0]["date_modified"]
    app.sandbox.change_product(app.store, pictures=["other.jpg"])
    offer = app.sandbox.create_discount(app.store, code="HALF", percentage="0.5")["id"]
    app.sandbox.end_discount(app.store, offer)
    app.sandbox.delete_discount(app.store, offer)
    app.sandbox.delete_order(app.store, str(app.sandbox.orders(app.store)[0]["id"]))
    control(app.sandbox, app.store, "order/delete", id=app.sandbox.orders(app.store)[1]["id"], gone=True)
    assert _scopes(receiver, app) == ["store/order/archived"]
    row = app.rows("/v3/catalog/products", limit=1, include="images")[0]
    assert row["date_modified"] == before
    assert row["images"][0]["image_file"].endswith("other.jpg")


def test_a_store_that_is_closed_says_so_and_is_served_no_more(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/app/uninstalled", place)
    control(app.sandbox, app.store, "cancel")
    assert _scopes(receiver, app) == ["store/app/uninstalled"]
    assert app.get("/v2/store").status_code == 503


# carrying


def test_a_failed_delivery_is_tried_on_a_schedule_and_then_the_hook_is_off(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    hook = app.hook("store/product/updated", place)
    receiver.answers[:] = [500] * 12
    app.sandbox.change_product(app.store, title="New")
    for gap_seconds in (0, 60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400):
        app.sandbox.advance(seconds=gap_seconds)
        assert app.sandbox.flush()
    (one,) = app.sandbox.deliveries(shop=app.store, topic="store/product/updated")
    assert (one["state"], len(one["attempts"])) == ("failed", 12)
    assert len({came.body for came in told(receiver, app.store)}) == 1
    (row,) = app.good("/v3/hooks/admin")["data"]["hooks_list"]
    assert (row["id"], row["is_active"], row["status"]) == (hook["id"], False, "deactivated")
    app.sandbox.change_product(app.store, title="Newer")
    assert len(app.sandbox.deliveries(shop=app.store)) == 1


def test_a_hook_that_saw_nothing_for_ninety_days_is_off_until_it_is_mended(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    hook = app.hook("store/information/updated", place)
    app.sandbox.advance(days=91)
    assert app.rows("/v3/hooks")[0]["is_active"] is False
    app.sandbox.change_shop(app.store, phone="1")
    assert _scopes(receiver, app) == []
    assert app.send("PUT", f"/v3/hooks/{hook['id']}", json={"is_active": True}).status_code == 200
    app.sandbox.change_shop(app.store, phone="2")
    assert _scopes(receiver, app) == ["store/information/updated"]


def test_the_same_event_twice_has_the_same_hash(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/product/updated", place)
    app.sandbox.webhook(app.store, "store/product/updated", thing="77", copies=2)
    assert app.sandbox.flush()
    first, second = told(receiver, app.store)
    assert first.body == second.body
    app.sandbox.webhook(app.store, "store/product/updated", thing="77", created_at=1)
    assert app.sandbox.flush()
    assert told(receiver, app.store)[2].json["hash"] != first.json["hash"]


def test_deliveries_can_be_held_and_come_in_disorder(app: AppOnStore, receiver: Receiver, place: str) -> None:
    app.hook("store/product/*", place)
    with app.sandbox.held(release="reversed"):
        product = app.sandbox.create_product(app.store, title="New")["id"]
        app.sandbox.delete_product(app.store, product)
    assert _scopes(receiver, app) == ["store/product/deleted", "store/product/created"]


def test_what_lies_waiting_goes_nowhere_after_the_uninstall(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/product/*", place)
    with app.sandbox.held():
        app.sandbox.change_product(app.store, title="New")
        app.sandbox.uninstall(app.store)
    assert _scopes(receiver, app) == []


def test_two_events_of_one_second_about_one_thing_share_their_hash_but_not_their_id(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/product/updated", place)
    for _ in range(2):
        app.sandbox.webhook(app.store, "store/product/updated", thing="77", created_at=1_790_000_000)
    assert app.sandbox.flush()
    first, second = told(receiver, app.store)
    assert first.json["hash"] == second.json["hash"]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]


def test_an_app_may_be_one_whose_webhooks_are_not_signed(
    app: AppOnStore, receiver: Receiver, place: str
) -> None:
    app.hook("store/product/updated", place, **{"X-Minta-Hook": "the-secret"})
    app.sandbox.app(signed=False)
    app.sandbox.change_product(app.store, title="New")
    assert app.sandbox.flush()
    (one,) = told(receiver, app.store)
    assert not [name for name in one.headers if name.startswith("webhook-")]
    assert one.headers["x-minta-hook"] == "the-secret"
