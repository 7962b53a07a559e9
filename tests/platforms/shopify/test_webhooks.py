"""Deliveries: what is believed, what each means, and what is refused."""

import base64
import hashlib
import hmac
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Malformed, Refused, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.shopify.topics import TOPICS
from connectors.platforms.shopify.webhooks import verify
from connectors.policy.records import Reported
from tests.platforms.shopify.door import CREDENTIALS, NOW, OTHER, PREVIOUS, SECRET, SHOP, delivery

PRODUCT = {"id": 788032119674292922, "updated_at": "2026-09-21T12:00:00Z"}
TRIGGERED = datetime(2026, 9, 21, 12, 13, 20, 110521, UTC)


def understood(inbound: Delivery) -> Event:
    return verify(inbound, CREDENTIALS, NOW)


def said(topic: str, body: Any, **headers: Any) -> Event:
    return understood(delivery(topic, body, **headers))


# The signature ---------------------------------------------------------------------------------------


def test_a_signed_delivery_is_an_event_with_nothing_more_of_the_body_than_ids() -> None:
    body = {**PRODUCT, "title": "canary-4f1a", "vendor": "canary-4f1a"}
    assert said("products/update", body) == Event(
        kind=EventKind.PRODUCT_CHANGED,
        shop=SHOP,
        delivery_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        topic="products/update",
        occurred_at=TRIGGERED,
        ids=("788032119674292922",),
    )


@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_both_header_families_and_both_secrets_are_believed(family: str, secret: str) -> None:
    event = understood(delivery("products/update", PRODUCT, family=family, secret=secret))
    assert (event.kind, event.shop, event.occurred_at) == (EventKind.PRODUCT_CHANGED, SHOP, TRIGGERED)


def test_the_raw_bytes_are_what_is_signed() -> None:
    raw = '  {\t"id" : 1 ,\r\n "title":"Caf\u00e9 \u65e5\u672c \\u00e9" }\n'.encode()
    assert understood(delivery("products/update", raw)).ids == ("1",)
    same = json.dumps(json.loads(raw)).encode()
    with pytest.raises(Unverified):
        understood(Delivery(headers=delivery("products/update", raw).headers, body=same))


def spelled(change: str) -> str | None:
    digest = hmac.digest(SECRET.encode(), json.dumps(PRODUCT).encode(), "sha256")
    good = base64.b64encode(digest).decode()
    return {
        "missing": None,
        "empty": "",
        "hex": digest.hex(),
        "shorter": good[:-2],
        "longer": good + "A",
        "no padding": good.rstrip("="),
        "blank": f" {good}",
        "newline": f"{good}\n",
        "other bits after the end": f"{good[:-2]}{chr(ord(good[-2]) + 1)}=",
        "not ASCII": "\u00e9" * 44,
        "surrogate": "\udc80" * 44,
        "zeros": base64.b64encode(bytes(32)).decode(),
        "sha1": base64.b64encode(hashlib.sha1(b"").digest()).decode(),  # noqa: S324 # the wrong one, on purpose
        "nothing signed": base64.b64encode(hmac.digest(SECRET.encode(), b"", "sha256")).decode(),
    }[change]


@pytest.mark.parametrize(
    "change",
    [
        "missing",
        "empty",
        "hex",
        "shorter",
        "longer",
        "no padding",
        "blank",
        "newline",
        "other bits after the end",
        "not ASCII",
        "surrogate",
        "zeros",
        "sha1",
        "nothing signed",
    ],
)
@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
def test_a_signature_that_is_not_exactly_right_is_unverified(change: str, family: str) -> None:
    inbound = delivery("products/update", PRODUCT, family=family, hmac_sha256=spelled(change))
    with pytest.raises(Unverified) as refused:
        understood(inbound)
    assert refused.value.status == 401


def test_one_good_signature_does_not_excuse_a_wrong_one_beside_it() -> None:
    inbound = delivery("products/update", PRODUCT)
    with pytest.raises(Unverified):
        understood(replace(inbound, headers={**inbound.headers, "shopify-hmac-sha256": "wrong"}))


def test_a_foreign_and_a_forgotten_secret_are_unverified() -> None:
    with pytest.raises(Unverified):
        understood(delivery("products/update", PRODUCT, secret="the secret of another app, long"))
    with pytest.raises(Unverified):
        verify(
            delivery("products/update", PRODUCT, secret=PREVIOUS),
            replace(CREDENTIALS, client_secrets=(SECRET,)),
            NOW,
        )


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_no_delivery_is_believed(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Unverified):
        verify(
            delivery("products/update", PRODUCT, secret=""),
            replace(CREDENTIALS, client_secrets=secrets),
            NOW,
        )


def test_an_unsigned_delivery_is_not_read_at_all() -> None:
    for topic, shop in [("", SHOP), ("products/update", "evil.example")]:
        with pytest.raises(Unverified):
            understood(delivery(topic, b"[" * 100_000, shop=shop, hmac_sha256=None))


# The headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shop", ["", "evil.example", f"{SHOP}.evil.example", f"{SHOP}\n", f"{SHOP},{OTHER}"])
def test_a_header_that_names_no_shop_is_refused(shop: str) -> None:
    with pytest.raises(Malformed):
        understood(delivery("products/update", PRODUCT, shop=shop))


@pytest.mark.parametrize(
    "topic", ["", " ", "products/update\n", "a" * 65, "pr\u00f6ducts/update", "<script>"]
)
def test_a_header_that_is_no_topic_is_refused(topic: str) -> None:
    with pytest.raises(Malformed):
        understood(delivery(topic, PRODUCT))


def test_a_topic_that_we_do_not_know_means_nothing() -> None:
    event = said("themes/publish", {"id": 1, "name": "canary"})
    assert (event.kind, event.ids, event.topic) == (EventKind.NOTHING, (), "themes/publish")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-21T12:13:20.110521905Z", TRIGGERED),
        ("2026-09-21T12:13:20.000Z", TRIGGERED.replace(microsecond=0)),
        ("2026-09-21T12:13:20Z", TRIGGERED.replace(microsecond=999_999)),
        ("2026-09-21T12:13:20+00:00", TRIGGERED.replace(microsecond=999_999)),
        ("2026-09-21T08:13:20-0400", TRIGGERED.replace(microsecond=999_999)),
        (NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), NOW),
        ("2026-09-21T08:13:20.110521-04:00", TRIGGERED),
        ("2031-01-01T00:00:00Z", NOW),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-09-21", None),
        ("2026-09-21T12:13:20", None),
        ("2026-13-41T99:99:99Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_time_is_read_to_the_microsecond_and_never_later_than_now(
    text: str | None, moment: datetime | None
) -> None:
    assert said("products/update", PRODUCT, triggered_at=text).occurred_at == moment


def test_the_same_delivery_has_the_same_id_whatever_the_platform_says() -> None:
    assert said("products/update", PRODUCT, webhook_id="w-1").delivery_id == "w-1"
    for unusable in (None, "", "a b", "x" * 200, "a\nb", "\u00e9"):
        first = said("products/update", PRODUCT, webhook_id=unusable)
        again = said("products/update", PRODUCT, webhook_id=unusable)
        assert first.delivery_id == again.delivery_id
        assert first.delivery_id.startswith("sha256:")
    others = {
        said("products/update", PRODUCT, webhook_id=None).delivery_id,
        said("products/create", PRODUCT, webhook_id=None).delivery_id,
        said("products/update", {"id": 2}, webhook_id=None).delivery_id,
        understood(delivery("products/update", PRODUCT, shop=OTHER, webhook_id=None)).delivery_id,
    }
    assert len(others) == 4


# The bodies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "body", "ids"),
    [
        ("products/create", {"id": 9007199254740993}, ("9007199254740993",)),
        ("products/delete", {"id": "9007199254740993"}, ("9007199254740993",)),
        ("products/update", {"id": "gid://shopify/Product/18446744073709551615"}, ("18446744073709551615",)),
        (
            "inventory_levels/update",
            {"inventory_item_id": 271878346596884015, "location_id": 1},
            ("271878346596884015",),
        ),
        ("inventory_levels/connect", {"inventory_item_id": 5, "available": None}, ("5",)),
        ("inventory_levels/disconnect", {"inventory_item_id": 5}, ("5",)),
        ("inventory_items/update", {"id": 5, "sku": "x"}, ("5",)),
        ("orders/edited", {"order_edit": {"id": 1, "order_id": 820982911946154508}}, ("820982911946154508",)),
        ("refunds/create", {"id": 1, "order_id": 820982911946154508}, ("820982911946154508",)),
        ("orders/delete", {"id": 820982911946154508}, ("820982911946154508",)),
        (
            "discounts/update",
            {"admin_graphql_api_id": "gid://shopify/DiscountCodeNode/1"},
            ("DiscountCodeNode/1",),
        ),
        (
            "discounts/delete",
            {"admin_graphql_api_id": "gid://shopify/DiscountAutomaticNode/2"},
            ("DiscountAutomaticNode/2",),
        ),
        (
            "bulk_operations/finish",
            {"admin_graphql_api_id": "gid://shopify/BulkOperation/147595010"},
            ("147595010",),
        ),
        (
            "app/scopes_update",
            {"id": 1, "current": ["read_products", "read_orders"]},
            ("read_products", "read_orders"),
        ),
    ],
)
def test_ids_are_exact_and_ours(topic: str, body: dict[str, Any], ids: tuple[str, ...]) -> None:
    event = said(topic, body)
    assert event.ids == ids
    assert event.kind == TOPICS[topic][0]


def test_a_scopes_update_names_the_shop_by_its_number() -> None:
    body = {"id": 1, "shop_id": "gid://shopify/Shop/548380009", "previous": [], "current": ["read_orders"]}
    assert said("app/scopes_update", body).shop_id == "548380009"


def test_an_uninstall_carries_the_shops_number_and_nothing_of_the_merchant() -> None:
    event = said(
        "app/uninstalled", {"id": 548380009, "email": "canary@example.com", "google_apps_domain": "c.example"}
    )
    assert (event.kind, event.shop_id, event.ids, event.reported) == (
        EventKind.UNINSTALLED,
        "548380009",
        (),
        None,
    )


def reported_names() -> set[str]:
    """The items that Shopify's webhook may report."""
    return {each.name for each in fields(Reported)} - {"source", "observed_at", "changed_at"}


def test_a_changed_shop_reports_what_no_query_offers() -> None:
    body = {
        "id": 548380009,
        "name": "canary-77",
        "email": "canary-77@example.com",
        "google_apps_domain": "apps.example.com",
        "google_apps_login_enabled": True,
        "eligible_for_payments": True,
        "has_discounts": False,
        "finances": True,
        "county_taxes": None,
        "primary_locale": "en",
        "password_enabled": False,
        "multi_location_enabled": True,
    }
    event = said("shop/update", body)
    assert (event.kind, event.shop_id, event.ids) == (EventKind.STORE_CHANGED, "548380009", ())
    assert event.reported == Reported(
        source="shop/update",
        observed_at=TRIGGERED,
        google_apps_domain="apps.example.com",
        google_apps_login=True,
        eligible_for_payments=True,
        has_discounts=False,
        finances=True,
        county_taxes=None,
        primary_locale="en",
        password_enabled=False,
        multi_location=True,
    )
    assert event.reported_fields == reported_names()


def test_what_a_body_leaves_out_is_not_reported_as_empty() -> None:
    event = said("shop/update", {"id": 1, "google_apps_domain": None, "password_enabled": True})
    assert event.reported == Reported("shop/update", TRIGGERED, password_enabled=True)
    assert event.reported_fields == {"google_apps_domain", "password_enabled"}
    renamed = said("shop/update", {"google_apps_login_enabled": False, "multi_location_enabled": None})
    assert renamed.reported_fields == {"google_apps_login", "multi_location"}
    assert said("shop/update", {"id": 1}).reported_fields == frozenset()


def test_a_report_without_a_time_is_of_now() -> None:
    event = said("shop/update", {"id": 1, "google_apps_domain": None}, triggered_at=None)
    assert event.reported is not None
    assert (event.reported.observed_at, event.reported.google_apps_domain) == (NOW, None)


def test_a_body_cut_to_its_id_reports_nothing_rather_than_nothing_set() -> None:
    assert said("shop/update", {"id": 1, "name": "x"}).reported is None


COMPLIANCE: dict[str, dict[str, Any]] = {
    "shop/redact": {},
    "customers/redact": {
        "customer": {"id": 191167, "email": "canary@example.com", "phone": "555-0100"},
        "orders_to_redact": [299938, 280263, 9007199254740993],
    },
    "customers/data_request": {
        "customer": {"email": "canary@example.com"},
        "orders_requested": [299938, 280263],
        "data_request": {"id": 9999},
    },
}


def compliance(topic: str, **changed: Any) -> dict[str, Any]:
    return {"shop_id": 954889, "shop_domain": SHOP, **COMPLIANCE[topic], **changed}


def test_the_three_privacy_topics_say_which_shop_which_orders_which_request() -> None:
    shop = said("shop/redact", compliance("shop/redact"))
    assert (shop.kind, shop.shop_id, shop.ids) == (EventKind.REDACT_STORE, "954889", ())
    redact = said("customers/redact", compliance("customers/redact"))
    assert (redact.kind, redact.shop_id) == (EventKind.REDACT_SALES, "954889")
    assert redact.ids == ("299938", "280263", "9007199254740993")
    report = said("customers/data_request", compliance("customers/data_request"))
    assert (report.kind, report.ids, report.request_id) == (
        EventKind.REPORT_SALES,
        ("299938", "280263"),
        "9999",
    )


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": None, "domain": "canary.example"}])
@pytest.mark.parametrize("topic", ["app/uninstalled", "shop/update"])
def test_a_shop_without_its_number_is_still_an_event(topic: str, body: dict[str, Any]) -> None:
    event = said(topic, body)
    assert (event.kind, event.shop, event.shop_id) == (TOPICS[topic][0], SHOP, None)


@pytest.mark.parametrize("topic", list(COMPLIANCE))
def test_a_privacy_topic_names_its_shop_by_number_or_by_domain(topic: str) -> None:
    for left_out in ("shop_id", "shop_domain"):
        whole = compliance(topic)
        missing = {name: value for name, value in whole.items() if name != left_out}
        number = None if left_out == "shop_id" else "954889"
        for body in (missing, {**whole, left_out: None}):
            event = said(topic, body)
            assert (event.kind, event.shop, event.shop_id) == (TOPICS[topic][0], SHOP, number)
    with pytest.raises(Malformed):
        said(topic, compliance(topic, shop_id=None, shop_domain=None))


@pytest.mark.parametrize("request_", [None, {}, {"id": None}])
def test_a_request_without_its_number_is_still_a_request(request_: Any) -> None:
    event = said("customers/data_request", compliance("customers/data_request", data_request=request_))
    assert (event.ids, event.request_id) == (("299938", "280263"), None)


@pytest.mark.parametrize(
    ("topic", "name"),
    [("customers/redact", "orders_to_redact"), ("customers/data_request", "orders_requested")],
)
def test_an_order_that_is_none_is_passed_over(topic: str, name: str) -> None:
    event = said(topic, compliance(topic, **{name: [None, 5, None, "6"]}))
    assert event.ids == ("5", "6")


@pytest.mark.parametrize("orders", [[], None])
def test_a_customer_without_orders_is_no_error(orders: Any) -> None:
    assert said("customers/redact", compliance("customers/redact", orders_to_redact=orders)).ids == ()


@pytest.mark.parametrize("topic", list(COMPLIANCE))
def test_a_privacy_topic_whose_body_is_about_another_shop_is_unverified(topic: str) -> None:
    for claimed in (OTHER, "", "evil.example", "{shop}.myshopify.com"):
        with pytest.raises(Unverified):
            said(topic, compliance(topic, shop_domain=claimed))
    with pytest.raises(Unverified):
        understood(delivery(topic, compliance(topic), shop=OTHER))


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request"])
def test_nothing_of_the_customer_becomes_a_value(topic: str) -> None:
    # A customer that could not be decoded as any customer passes: nobody looks.
    event = said(topic, compliance(topic, customer="canary@example.com"))
    shown = [str(getattr(event, name)) for name in Event.__dataclass_fields__]
    assert not any("canary" in each for each in [*shown, repr(event)])
    read = TOPICS[topic][1]
    assert "customer" not in read.__struct_fields__


SPOILT = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"{",
    b"{}{}",
    b'{"id": 1} x',
    b"[" * 100_000,
    b'{"id":' * 5_000,
    b'{"id": 1, "title": "\xff"}',
    b"\xef\xbb\xbf{}",
    '{"id": 1}'.encode("utf-16"),
    b"\x00",
]


@pytest.mark.parametrize("topic", list(TOPICS))
@pytest.mark.parametrize("body", SPOILT, ids=range(len(SPOILT)))
def test_a_body_that_cannot_be_read_is_malformed_on_every_topic(topic: str, body: bytes) -> None:
    if body == b"{}" and TOPICS[topic][0] in (EventKind.UNINSTALLED, EventKind.STORE_CHANGED):
        assert said(topic, body).ids == ()  # the header says it all
        return
    with pytest.raises(Malformed) as refused:
        understood(delivery(topic, body))
    assert refused.value.status == 400
    assert topic in str(refused.value)


@pytest.mark.parametrize(
    "wrong", [None, True, 1.5, -1, "", "x", "gid://shopify/Product/", [], {}, 10**30, "canary"]
)
def test_an_id_that_is_none_is_malformed_and_not_repeated(wrong: Any) -> None:
    with pytest.raises(Malformed) as refused:
        said("products/update", {"id": wrong})
    assert "canary" not in str(refused.value)


def test_a_shop_whose_fields_have_another_shape_is_malformed_without_its_values() -> None:
    with pytest.raises(Malformed) as refused:
        said("shop/update", {"id": 1, "google_apps_domain": ["canary-1.example"]})
    assert "canary" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("claimed", ["https://www.example.com/", "gid://shopify/DiscountNext/1"])
def test_an_offer_of_a_type_that_we_do_not_know_is_an_event_that_names_none(claimed: str) -> None:
    event = said("discounts/update", {"admin_graphql_api_id": claimed})
    assert (event.kind, event.ids) == (EventKind.OFFER_CHANGED, ())


def test_what_is_decoded_shows_nothing() -> None:
    read = TOPICS["shop/update"][1]
    body = read(id=548380009, google_apps_domain="canary.example")
    assert "canary" not in repr(body)
    assert list(body.__rich_repr__()) == []
    assert SHOP not in repr(said("products/update", PRODUCT)) + repr(delivery("products/update", PRODUCT))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*TOPICS, "themes/publish"]),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
            lambda inner: st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "order_id",
                        "admin_graphql_api_id",
                        "shop_id",
                        "shop_domain",
                        "current",
                        "data_request",
                    ]
                ),
                inner | st.lists(inner),
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_any_signed_body_is_an_event_or_refused(topic: str, body: bytes) -> None:
    try:
        event = said(topic, body)
    except Refused:
        return
    assert event.kind == (TOPICS[topic][0] if topic in TOPICS else EventKind.NOTHING)


def test_an_event_is_never_of_tomorrow() -> None:
    later = (NOW + timedelta(days=1)).isoformat()
    assert said("app/uninstalled", {"id": 1}, triggered_at=later).occurred_at == NOW
