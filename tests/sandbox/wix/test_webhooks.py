"""Webhooks: what they say, how they are signed, and how they go wrong on request."""

import json
import threading
import time
from typing import Any

import jwt
import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.app import ANSWER_SECONDS, ORDER_TOPICS, TOPICS
from connectors.sandbox.wix.permissions import BASIC, CATALOG
from tests.sandbox.client import Receiver
from tests.sandbox.wix.client import APP_ID, AppOnSite, heard

V1 = "com.wix.ecommerce.catalog.api.v1."
V3 = "wix.stores.catalog.v3."
STOCK_V1 = "com.wix.ecommerce.inventory.api.v1."
RULE = "wix.ecom.discounts.v1.discount_rule_"
ORDER = "wix.ecom.v1.order_"
GONE = "wix.app.installations.v1.app_installation_deleted"


def _topics(sandbox: Sandbox, listener: Receiver, key: str) -> list[str]:
    return [one.topic for one in heard(sandbox, listener, key)]


# the life of an installation


def test_an_install_is_told_as_a_text_in_a_text_in_a_signed_token(
    sandbox: Sandbox, site: str, listener: Receiver
) -> None:
    sandbox.install(site)
    (one,) = heard(sandbox, listener, site)
    assert one.received.path == "/webhooks/wix/"
    assert one.received.headers["content-type"] == "text/plain; charset=utf-8"
    assert jwt.get_unverified_header(one.received.body.decode()) == {"alg": "RS256", "typ": "JWT"}
    assert set(one.claims) == {"data", "iat", "exp"}
    assert abs(one.claims["iat"] - time.time()) < 60
    assert one.claims["exp"] - one.claims["iat"] == 49 * 3600
    assert set(one.envelope) == {"data", "instanceId", "eventType", "identity"}
    assert json.loads(one.envelope["identity"])["identityType"] == "WIX_USER"
    assert (one.topic, one.payload) == ("AppInstalled", {"appId": APP_ID})


def test_an_install_can_be_told_twice(sandbox: Sandbox, site: str, listener: Receiver) -> None:
    sandbox.control(site, "install", copies=2)
    first, second = heard(sandbox, listener, site)
    assert first.received.body == second.received.body
    sandbox.install(site)
    assert _topics(sandbox, listener, site) == ["AppInstalled"] * 3


def test_a_removal_can_come_before_the_install(sandbox: Sandbox, site: str, listener: Receiver) -> None:
    with sandbox.held("reversed"):
        sandbox.install(site)
        sandbox.uninstall(site)
    assert _topics(sandbox, listener, site) == ["AppRemoved", "AppInstalled"]


def test_a_clone_tells_where_it_comes_from(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    twin = sandbox.control(app.key, "clone", handle=f"{app.key[:8]}-copy")["key"]
    (one,) = heard(sandbox, listener, twin)
    assert (one.topic, one.payload) == ("AppInstalled", {"appId": APP_ID, "originInstanceId": app.key})
    assert heard(sandbox, listener, app.key) == []


def test_a_deleted_site_tells_of_its_removal_and_of_its_end(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    sandbox.control(app.key, "site/delete")
    removed, gone = heard(sandbox, listener, app.key)
    assert (removed.topic, gone.topic) == ("AppRemoved", GONE)
    assert (gone.payload["slug"], gone.payload["deletedEvent"]) == ("deleted", {})
    assert app.ask_token().status_code == 400


def test_after_an_uninstall_nothing_else_is_told(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    sandbox.uninstall(app.key)
    sandbox.change_product(app.key, title="Unheard")
    sandbox.change_shop(app.key, email="new@shop.example")
    assert sandbox.uninstall(app.key) == []
    assert _topics(sandbox, listener, app.key) == ["AppRemoved"]


# what changes


def test_changed_properties_are_named_and_told(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    sandbox.change_shop(app.key, email="new@shop.example", city="Albany")
    sandbox.app(mask="commas")
    sandbox.change_shop(app.key, name="Renamed", time_zone="Europe/Paris")
    first, second = [one.payload["event"] for one in heard(sandbox, listener, app.key)]
    assert first["fields"] == {"paths": ["email", "address"]}
    assert first["properties"]["email"] == "new@shop.example"
    assert first["properties"]["address"]["city"] == "Albany"
    assert set(first["properties"]) == {"email", "address"}
    assert second["fields"] == "siteDisplayName,timeZone"
    assert int(second["version"]) == int(first["version"]) + 1


def test_v1_names_what_changed_and_carries_nothing_else(
    sandbox: Sandbox, old: AppOnSite, listener: Receiver
) -> None:
    product = sandbox.products(old.key)[0]["id"]
    sandbox.change_product(old.key, product, title="Other", price="9.90", variant=1)
    sandbox.change_product(old.key, product, stock=0)
    sandbox.change_product(old.key, product, tracked=False)
    sandbox.delete_product(old.key, product)
    told = heard(sandbox, listener, old.key)
    assert [one.topic for one in told] == [
        f"{V1}ProductChanged", f"{V1}VariantsChanged", f"{STOCK_V1}InventoryVariantsChanged",
        f"{STOCK_V1}InventoryItemChanged", f"{V1}ProductDeleted",
    ]  # fmt: skip
    assert told[0].payload["changedFields"] == ["name", "priceData"]
    assert len(told[1].payload["variants"]) == 1
    changed = {one["oldValue"]["quantity"]: one["newValue"] for one in told[2].payload["variants"]}
    assert changed[42] == {"quantity": 0, "inStock": False}
    assert all(one.payload["productId"] == product for one in told)
    assert "Other" not in json.dumps([one.payload for one in told])
    assert not any("id" in one.payload or "entityEventSequence" in one.payload for one in told)


def test_v1_tells_most_of_a_new_product(sandbox: Sandbox, old: AppOnSite, listener: Receiver) -> None:
    made = sandbox.create_product(old.key, title="New one", sku="N-1")["id"]
    (one,) = heard(sandbox, listener, old.key)
    assert (one.topic, one.payload["productId"]) == (f"{V1}ProductCreated", made)
    assert (one.payload["name"], one.payload["sku"]) == ("New one", "N-1")


def test_v3_carries_the_thing_and_counts_its_events(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    made = sandbox.create_product(app.key, title="New one")["id"]
    sandbox.change_product(app.key, made, title="Newer")
    sandbox.change_product(app.key, made, stock=1)
    sandbox.delete_product(app.key, made)
    told = heard(sandbox, listener, app.key)
    products = [one.payload for one in told if one.topic.startswith(f"{V3}product")]
    assert [one["slug"] for one in products] == ["created", "updated", "deleted"]
    assert [one["entityEventSequence"] for one in products] == ["1", "2", "3"]
    assert {one["entityId"] for one in products} == {made}
    assert len({one["id"] for one in products}) == 3
    assert products[1]["updatedEvent"]["currentEntity"]["name"] == "Newer"
    assert products[2]["deletedEvent"] == {}
    stock = [one.payload for one in told if one.topic == f"{V3}inventory_item_updated"]
    assert {one["updatedEvent"]["currentEntity"]["productId"] for one in stock} == {made}
    assert not any(one["triggeredByAnonymizeRequest"] for one in products + stock)


def test_hiding_a_product_is_silent(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    sandbox.change_product(app.key, visible=False)
    assert heard(sandbox, listener, app.key) == []


def test_a_whole_can_come_as_text(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    sandbox.app(whole_as="json")
    sandbox.change_product(app.key, title="As text")
    (one,) = heard(sandbox, listener, app.key)
    assert json.loads(one.payload["updatedEvent"]["currentEntityAsJson"])["name"] == "As text"


def test_offers_are_told(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    made = sandbox.create_discount(app.key, title="Half")["id"]
    sandbox.end_discount(app.key, made)
    sandbox.delete_discount(app.key, made)
    coupon = sandbox.create_discount(app.key, code="UNHEARD")["id"]
    sandbox.delete_discount(app.key, coupon)
    told = heard(sandbox, listener, app.key)
    assert [one.topic for one in told] == [f"{RULE}{what}" for what in ("created", "updated", "deleted")]
    assert {one.payload["entityId"] for one in told} == {made}


def test_orders_are_told_only_to_who_subscribed(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    made = sandbox.create_order(app.key)["id"]
    sandbox.change_order(app.key, made, note="Unheard")
    assert not [one for one in heard(sandbox, listener, app.key) if one.topic.startswith(ORDER)]
    sandbox.app(topics=[*TOPICS, *ORDER_TOPICS])
    sandbox.change_order(app.key, made, cancelled=True)
    told = [one for one in heard(sandbox, listener, app.key) if one.topic.startswith(ORDER)]
    assert [one.topic for one in told] == [f"{ORDER}canceled", f"{ORDER}updated"]
    assert told[0].payload["actionEvent"]["body"]["order"]["buyerInfo"]["email"]


def test_an_orders_event_can_be_sent_unasked(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    made = sandbox.orders(app.key)[0]["id"]
    sandbox.control(app.key, "order/event", id=made)
    assert _topics(sandbox, listener, app.key) == [f"{ORDER}updated"]


def test_what_no_scope_lets_hear_is_not_sent(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    sandbox.set_scopes(app.key, [CATALOG])
    sandbox.create_discount(app.key, title="Unheard")
    sandbox.change_shop(app.key, email="unheard@shop.example")
    sandbox.change_product(app.key, title="Heard")
    assert _topics(sandbox, listener, app.key) == [f"{V3}product_updated"]
    sandbox.set_scopes(app.key, [BASIC])
    sandbox.change_product(app.key, title="Unheard")
    assert len(heard(sandbox, listener, app.key)) == 1


# erasure


def test_an_anonymised_order_has_no_buyer_left(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    order = next(one for one in app.orders()["orders"] if one.get("buyerNote"))
    before = sandbox.personal_values(app.key)
    sandbox.app(topics=[*TOPICS, *ORDER_TOPICS])
    sandbox.control(app.key, "anonymize", order=order["id"])
    (one,) = heard(sandbox, listener, app.key)
    assert one.payload["triggeredByAnonymizeRequest"] is True
    assert one.payload["updatedEvent"]["currentEntity"]["id"] == order["id"]
    after = json.dumps(app.good(f"/ecom/v1/orders/{order['id']}"), ensure_ascii=False)
    for told in (after, json.dumps(one.payload, ensure_ascii=False)):
        assert not [value for value in before if value in told]
    assert set(before) <= set(sandbox.personal_values(app.key))


@pytest.mark.parametrize("deleted", [False, True])
def test_products_and_rules_can_change_by_an_anonymize_request(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver, deleted: bool
) -> None:
    product, rule = sandbox.products(app.key)[0]["id"], sandbox.discounts(app.key)[0]["id"]
    sandbox.control(app.key, "anonymize", product=product, deleted=deleted)
    sandbox.control(app.key, "anonymize", discount=rule, deleted=deleted)
    told = [one for one in heard(sandbox, listener, app.key) if "inventory" not in one.topic]
    what = "deleted" if deleted else "updated"
    assert [one.topic for one in told] == [f"{V3}product_{what}", f"{RULE}{what}"]
    assert all(one.payload["triggeredByAnonymizeRequest"] is True for one in told)
    assert (product in {one["id"] for one in app.v3()["products"]}) is not deleted


def test_the_events_of_v1_cannot_say_why(sandbox: Sandbox, old: AppOnSite) -> None:
    with pytest.raises(RuntimeError, match="ValueError"):
        sandbox.control(old.key, "anonymize", product=sandbox.products(old.key)[0]["id"])


# delivery


def test_what_is_refused_is_sent_again_the_same_in_every_byte(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    listener.answers += [500, 302, 401]
    sandbox.change_product(app.key, title="Patience")
    for gap_seconds in (0, 61, 121, 241):
        sandbox.advance(seconds=gap_seconds)
        assert sandbox.flush()
    tries = [one for one in listener.received if app.key in json.dumps(_claims(one.body))]
    assert len(tries) == 4
    assert len({one.body for one in tries}) == 1
    (told,) = sandbox.deliveries(shop=app.key, topic=f"{V3}product_updated")
    assert [one["status"] for one in told["attempts"]] == [500, 302, 401, 200]


def _claims(body: bytes) -> Any:
    return jwt.decode(body.decode(), options={"verify_signature": False})


def test_after_twelve_resends_in_two_days_it_is_over(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    listener.answers += [503] * 13
    sandbox.change_product(app.key, title="Lost")
    for _ in range(13):
        assert sandbox.flush()
        sandbox.advance(seconds=1024 * 60)
    (told,) = sandbox.deliveries(shop=app.key, topic=f"{V3}product_updated")
    assert (told["state"], len(told["attempts"])) == ("failed", 13)


def test_nobody_there_is_a_failure(sandbox: Sandbox, app: AppOnSite) -> None:
    sandbox.retries(0)
    sandbox.app(url="http://127.0.0.1:9")
    sandbox.change_product(app.key, title="Nobody there")
    assert sandbox.flush()
    (told,) = sandbox.deliveries(shop=app.key, topic=f"{V3}product_updated")
    assert (told["state"], told["attempts"][0]["error"]) == ("failed", "ConnectionError")


def test_who_does_not_answer_in_time_is_asked_again(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    sandbox.app(answer_seconds=ANSWER_SECONDS)
    listener.gathering = threading.Barrier(2)
    sandbox.change_product(app.key, title="Waiting")
    assert sandbox.flush()
    listener.gathering.abort()
    listener.gathering = None
    sandbox.app(answer_seconds=20)
    sandbox.advance(seconds=61)
    assert sandbox.flush()
    (told,) = sandbox.deliveries(shop=app.key, topic=f"{V3}product_updated")
    assert told["attempts"][0]["error"] == "ReadTimeout"
    assert told["state"] == "delivered"


def test_deliveries_can_be_shuffled_and_doubled(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    with sandbox.held("reversed"):
        first = sandbox.change_product(app.key, title="First")["deliveries"][0]
        sandbox.change_product(app.key, title="Second")
    names = [
        one.payload["updatedEvent"]["currentEntity"]["name"] for one in heard(sandbox, listener, app.key)
    ]
    assert names == ["Second", "First"]
    sandbox.deliver_again(first)
    told = heard(sandbox, listener, app.key)
    assert told[-1].received.body == told[-2].received.body
    assert told[-1].payload["id"] == told[-2].payload["id"]


def test_content_type_and_claims_can_be_switched(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    sandbox.app(content_type="application/json", claims=True)
    sandbox.change_product(app.key, title="Other")
    (one,) = heard(sandbox, listener, app.key)
    assert one.received.headers["content-type"] == "application/json"
    assert (one.claims["iss"], one.claims["aud"]) == ("wix.com", APP_ID)
