"""Deliveries to events: the signature, the envelope, what each type means, what is never read."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Malformed, MintaError, Misconfigured, Refused, Unverified
from connectors.platforms.base import Delivery, Event, EventKind
from connectors.platforms.wix import Wix
from connectors.platforms.wix.webhooks import verify
from tests.platforms.wix.door import (
    ANOTHER_KEY,
    APP,
    CREDENTIALS,
    INSTANCE,
    NOW,
    PRODUCT,
    claims,
    delivery,
    domain,
    pem,
    sent,
    token,
)

V1 = "com.wix.ecommerce.catalog.api.v1."
V1_STOCK = "com.wix.ecommerce.inventory.api.v1."
ORDER = "wix.ecom.v1.order"
V3_PRODUCT = "wix.stores.catalog.v3.product"
V3_STOCK = "wix.stores.catalog.v3.inventory_item"
RULE = "wix.ecom.discounts.v1.discount_rule"
INSTALLATION = "wix.app.installations.v1.app_installation"
STOCK_ITEM = "9f8e7d6c-0000-4000-8000-000000000001"


def event(came: Delivery) -> Event:
    return verify(came, CREDENTIALS, NOW)


def refusal(came: Delivery) -> MintaError:
    with pytest.raises(Refused) as refused:
        event(came)
    assert refused.value.__cause__ is None
    assert INSTANCE not in str(refused.value)
    return refused.value


class TestSignature:
    def test_a_signed_delivery_is_an_event_of_the_instance_it_names(self) -> None:
        found = event(delivery("AppRemoved"))
        assert (found.kind, found.shop, found.topic) == (EventKind.UNINSTALLED, INSTANCE, "AppRemoved")
        assert found.occurred_at == NOW

    def test_blank_around_the_body_changes_nothing(self) -> None:
        assert event(sent(f" {token(claims())}\r\n")).kind == EventKind.UNINSTALLED

    @pytest.mark.parametrize(
        "key",
        [
            pem(),
            pem().strip(),
            pem().replace("\n", "\\n"),
            base64.b64encode(pem().encode()).decode(),
            base64.b64encode(pem().strip().encode()).decode(),
        ],
    )
    def test_the_key_is_pem_or_its_base64_on_one_line(self, key: str) -> None:
        credentials = replace(CREDENTIALS, own={"public_key": key})
        assert verify(delivery(), credentials, NOW).shop == INSTANCE

    @pytest.mark.parametrize("key", ["", "x", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "é"])
    def test_what_is_no_key_is_a_wrong_setting(self, key: str) -> None:
        with pytest.raises(Misconfigured, match="WIX_PUBLIC_KEY"):
            verify(delivery(), replace(CREDENTIALS, own={"public_key": key}), NOW)

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "none"},
            {"alg": "HS256"},
            {"alg": "RS512"},
            {"alg": "PS256"},
            {"alg": "rs256"},
            {"alg": None},
            {"alg": ["RS256"]},
            {"crit": ["b64"], "b64": False},
        ],
    )
    def test_another_method_is_refused_though_the_key_signed(self, header: dict[str, Any]) -> None:
        assert type(refusal(sent(token(claims(), header)))) is Unverified

    def test_another_key_is_refused_wherever_it_lies(self) -> None:
        assert type(refusal(sent(token(claims(), key=ANOTHER_KEY)))) is Unverified
        assert type(refusal(sent(token(claims(), {"jwk": {"kty": "RSA"}}, ANOTHER_KEY)))) is Unverified

    @pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "é.é.é", "{}", "[" * 100_000])
    def test_what_is_no_token_is_refused(self, text: str) -> None:
        assert type(refusal(sent(text))) is Unverified

    def test_every_part_counts(self) -> None:
        header, payload, signature = token(claims()).split(".")
        other = token(claims("AppInstalled")).split(".")
        for spoiled in (
            f"{header}.{other[1]}.{signature}",
            f"{header}.{payload}.{other[2]}",
            f"{header}.{payload}.",
            f"{header}.{payload}",
            f"{header}.{payload}.{signature}=",
            f"{header}.{payload}.{signature[:-4]}",
            f"{header}.{payload} .{signature}",
        ):
            assert type(refusal(sent(spoiled))) is Unverified


class TestTime:
    def test_a_token_that_has_run_out_is_refused_after_a_minute(self) -> None:
        at = int(NOW.timestamp())
        assert event(delivery(exp=at - 60)).shop == INSTANCE
        assert type(refusal(delivery(exp=at - 61))) is Unverified

    def test_a_token_that_is_not_good_yet_is_refused(self) -> None:
        at = int(NOW.timestamp())
        assert event(delivery(nbf=at + 60)).shop == INSTANCE
        assert type(refusal(delivery(nbf=at + 61))) is Unverified

    def test_a_token_without_times_is_taken(self) -> None:
        assert event(delivery(exp=None, iat=None)).occurred_at is None

    @pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
    @pytest.mark.parametrize("said", ["1790000000", True, [], 10**400, float("nan"), float("inf")])
    def test_a_time_that_is_none_is_refused(self, name: str, said: Any) -> None:
        assert type(refusal(delivery(**{name: said}))) is Unverified


class TestNames:
    def test_issuer_and_audience_hold_where_they_are(self) -> None:
        assert event(delivery(iss="wix.com", aud=APP)).shop == INSTANCE
        assert event(delivery(aud=["x", APP])).shop == INSTANCE

    @pytest.mark.parametrize(
        "said", [{"iss": "wix.org"}, {"aud": "x"}, {"aud": ["x"]}, {"aud": []}, {"aud": {}}]
    )
    def test_another_issuer_or_audience_is_refused(self, said: dict[str, Any]) -> None:
        assert type(refusal(delivery(**said))) is Unverified


class TestEnvelope:
    @pytest.mark.parametrize(
        "inner",
        [
            None,
            {},
            12,
            "",
            "[]",
            "{}",
            "not JSON",
            "[" * 100_000,
            json.dumps({"instanceId": INSTANCE}),
            json.dumps({"instanceId": "../../x", "eventType": "AppRemoved", "data": "{}"}),
            json.dumps({"instanceId": 7, "eventType": "AppRemoved", "data": "{}"}),
            json.dumps({"instanceId": INSTANCE, "eventType": "AppRemoved", "data": {}}),
        ],
    )
    def test_what_names_no_instance_proves_nothing(self, inner: Any) -> None:
        assert type(refusal(sent(token({**claims(), "data": inner})))) is Unverified

    @pytest.mark.parametrize(
        "inner",
        [
            json.dumps({"instanceId": INSTANCE, "eventType": "a b", "data": "{}"}),
            json.dumps({"instanceId": INSTANCE, "eventType": "x" * 200, "data": "{}"}),
            json.dumps({"instanceId": INSTANCE, "eventType": "AppRemoved", "data": "[" * 100_000}),
            json.dumps({"instanceId": INSTANCE, "eventType": "AppRemoved", "data": '{"a":' + "[" * 100_000}),
        ],
    )
    def test_what_is_signed_and_cannot_be_read_is_malformed(self, inner: Any) -> None:
        assert type(refusal(sent(token({**claims(), "data": inner})))) is Malformed

    def test_claims_that_are_no_claims_prove_nothing(self) -> None:
        header, _, _ = token({}).split(".")
        assert header
        for raw in (["a"], "text"):
            assert type(refusal(sent(token_of(raw)))) is Unverified

    def test_the_instance_is_the_same_in_capitals(self) -> None:
        inner = json.dumps({"instanceId": INSTANCE.upper(), "eventType": "AppRemoved", "data": "{}"})
        assert event(sent(token({**claims(), "data": inner}))).shop == INSTANCE

    def test_who_caused_it_is_not_read(self) -> None:
        inner = json.dumps(
            {"instanceId": INSTANCE, "eventType": "AppRemoved", "data": "{}", "identity": {"no": "text"}}
        )
        assert event(sent(token({**claims(), "data": inner}))).shop == INSTANCE


def token_of(raw: Any) -> str:
    """Sign what is no claims."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    from tests.platforms.wix.door import KEY, b64url

    parts: list[Any] = [{"alg": "RS256"}, raw]
    signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{b64url(KEY.sign(signed.encode(), PKCS1v15(), SHA256()))}"


class TestOlderEvents:
    def test_an_install_brings_a_grant_that_is_minted_at_its_first_use(self) -> None:
        found = event(delivery("AppInstalled", {"appId": APP, "originInstanceId": PRODUCT}))
        assert found.kind == EventKind.INSTALLED
        assert found.shop == INSTANCE  # a copy of a site is a store of its own
        assert found.grant is not None
        assert (found.grant.shop, found.grant.access_token) == (INSTANCE, "")
        assert found.grant.expires_at is not None
        assert found.grant.expires_at < NOW

    @pytest.mark.parametrize(
        ("topic", "kind"),
        [
            (f"{V1}ProductCreated", EventKind.PRODUCT_CHANGED),
            (f"{V1}ProductChanged", EventKind.PRODUCT_CHANGED),
            (f"{V1}VariantsChanged", EventKind.PRODUCT_CHANGED),
            (f"{V1}ProductDeleted", EventKind.PRODUCT_GONE),
            (f"{V1_STOCK}InventoryItemChanged", EventKind.PRODUCT_CHANGED),
            (f"{V1_STOCK}InventoryVariantsChanged", EventKind.PRODUCT_CHANGED),
        ],
    )
    def test_what_it_says_of_a_product(self, topic: str, kind: EventKind) -> None:
        body = {"productId": PRODUCT, "inventoryItemId": STOCK_ITEM, "changedFields": ["priceData"]}
        found = event(delivery(topic, body))
        assert (found.kind, found.ids, found.sequence) == (kind, (PRODUCT,), 0)

    def test_a_product_without_its_id_is_malformed(self) -> None:
        assert type(refusal(delivery(f"{V1}ProductChanged", {}))) is Malformed
        assert type(refusal(delivery(f"{V1}ProductChanged", {"productId": "../x"}))) is Malformed

    @pytest.mark.parametrize("fields", [{"paths": ["language"]}, "language"])
    def test_the_sites_properties_say_when_they_changed_and_its_language(self, fields: Any) -> None:
        said = {"version": "12", "fields": fields, "properties": {"language": "he", "email": "CANARY"}}
        found = event(delivery("SitePropertiesUpdated", {"metasiteId": PRODUCT, "event": said}))
        # The signature covers the instance too, so nothing else has to say whose event it is.
        assert (found.kind, found.shop, found.shop_id) == (EventKind.STORE_CHANGED, INSTANCE, None)
        assert found.reported is not None
        assert (found.reported.changed_at, found.reported.primary_locale) == (NOW, "he")
        assert found.reported_fields == {"changed_at", "primary_locale"}

    def test_other_properties_leave_the_language_as_it_was(self) -> None:
        said = {"properties": {"timeZone": "Asia/Jerusalem"}}
        found = event(delivery("SitePropertiesUpdated", {"metasiteId": PRODUCT, "event": said}))
        assert found.reported_fields == {"changed_at"}

    @pytest.mark.parametrize(
        "topic",
        [
            "PaidPlanPurchased",
            "InvoiceStatusUpdated",
            f"{V1}CollectionChanged",
            "wix.ecommerce.coupons.v2.coupon_created",
            "something.new",
        ],
    )
    def test_what_is_none_of_ours_is_nothing_whatever_it_says(self, topic: str) -> None:
        bodies: list[Any] = [{}, {"id": 7, "event": "x", "productId": ["CANARY"]}, []]
        for body in bodies:
            assert event(delivery(topic, body)).kind == EventKind.NOTHING


class TestDomainEvents:
    @pytest.mark.parametrize(
        ("fqdn", "slug", "kind"),
        [
            (V3_PRODUCT, "created", EventKind.PRODUCT_CHANGED),
            (V3_PRODUCT, "updated", EventKind.PRODUCT_CHANGED),
            (V3_PRODUCT, "deleted", EventKind.PRODUCT_GONE),
            (RULE, "created", EventKind.OFFER_CHANGED),
            (RULE, "updated", EventKind.OFFER_CHANGED),
            (RULE, "deleted", EventKind.OFFER_GONE),
            (ORDER, "created", EventKind.SALE_CHANGED),
            (ORDER, "payment_status_updated", EventKind.SALE_CHANGED),
            (ORDER, "imported_order_deleted", EventKind.SALE_GONE),
        ],
    )
    def test_each_is_about_its_entity(self, fqdn: str, slug: str, kind: EventKind) -> None:
        found = event(domain(fqdn, slug, createdEvent={"entity": {"buyerInfo": {"email": "CANARY"}}}))
        assert (found.kind, found.ids, found.sequence) == (kind, (PRODUCT,), 7)
        assert found.occurred_at == datetime(2026, 9, 21, 13, 46, 39, 500_000, UTC)
        assert found.delivery_id == f"{fqdn}_{slug}/d1a3a1f0-0000-4000-8000-000000000001"

    @pytest.mark.parametrize(
        "said",
        [
            {"createdEvent": {"entity": {"productId": PRODUCT}}},
            {"updatedEvent": {"currentEntity": {"productId": PRODUCT}}},
            {"updatedEvent": {"currentEntityAsJson": json.dumps({"productId": PRODUCT})}},
            {"deletedEvent": {"deletedEntity": {"productId": PRODUCT}}},
            {"actionEvent": {"body": {"currentEntity": {"productId": PRODUCT}, "reason": "ORDER"}}},
            {"actionEvent": {"bodyAsJson": json.dumps({"currentEntity": {"productId": PRODUCT}})}},
        ],
    )
    def test_stock_is_its_products(self, said: dict[str, Any]) -> None:
        found = event(domain(V3_STOCK, "updated_with_reason", STOCK_ITEM, **said))
        assert (found.kind, found.ids) == (EventKind.PRODUCT_CHANGED, (PRODUCT,))

    @pytest.mark.parametrize("said", [{"actionEvent": {"body": {"inStock": True}}}, {"deletedEvent": {}}, {}])
    def test_stock_without_its_product_is_asked_for(self, said: dict[str, Any]) -> None:
        found = event(domain(V3_STOCK, "stock_status_updated", STOCK_ITEM, **said))
        assert (found.kind, found.ids) == (EventKind.STOCK_CHANGED, (STOCK_ITEM,))

    def test_an_entity_in_a_text_that_is_none_is_malformed(self) -> None:
        said = {"updatedEvent": {"currentEntityAsJson": "[" * 100_000}}
        assert type(refusal(domain(V3_STOCK, "updated", STOCK_ITEM, **said))) is Malformed

    @pytest.mark.parametrize(
        ("fqdn", "slug", "kind"),
        [
            (ORDER, "updated", EventKind.REDACT_SALES),
            (V3_PRODUCT, "updated", EventKind.REDACT_PRODUCTS),
            (V3_PRODUCT, "deleted", EventKind.REDACT_PRODUCTS),
            (RULE, "updated", EventKind.REDACT_OFFERS),
        ],
    )
    def test_what_a_privacy_request_caused_redacts_the_entity(
        self, fqdn: str, slug: str, kind: EventKind
    ) -> None:
        found = event(domain(fqdn, slug, triggeredByAnonymizeRequest=True))
        assert (found.kind, found.ids) == (kind, (PRODUCT,))

    def test_a_privacy_request_about_what_we_do_not_hold_is_nothing(self) -> None:
        found = event(domain("wix.contacts.v4.contact", "updated", triggeredByAnonymizeRequest=True))
        assert found.kind == EventKind.NOTHING

    def test_a_site_that_is_gone_is_erased(self) -> None:
        assert event(domain(INSTALLATION, "deleted", deletedEvent={})).kind == EventKind.REDACT_STORE

    @pytest.mark.parametrize(
        ("status", "kind"), [("UNINSTALLED", EventKind.UNINSTALLED), ("INSTALLED", EventKind.NOTHING)]
    )
    def test_an_installation_may_say_that_it_is_over(self, status: str, kind: EventKind) -> None:
        said: dict[str, Any] = {"updatedEvent": {"currentEntity": {"status": status}}}
        assert event(domain(INSTALLATION, "updated", **said)).kind == kind

    @pytest.mark.parametrize("said", [None, "", "x", "-1", "9" * 30, 5])
    def test_a_sequence_that_is_none_is_before_all_others(self, said: Any) -> None:
        assert event(domain(RULE, "updated", entityEventSequence=said)).sequence in (0, 5)

    def test_a_sequence_may_be_as_long_as_wixs_numbers(self) -> None:
        greatest = 2**63 - 1
        assert event(domain(RULE, "updated", entityEventSequence=str(greatest))).sequence == greatest


class TestTwice:
    def test_an_older_event_that_is_sent_again_is_known(self) -> None:
        first, again = event(delivery()), event(delivery())
        assert first.delivery_id == again.delivery_id

    def test_a_second_uninstall_is_another_event(self) -> None:
        later = int((NOW + timedelta(hours=1)).timestamp())
        assert event(delivery()).delivery_id != event(delivery(iat=later, exp=later + 60)).delivery_id

    def test_an_older_event_may_bear_the_id_of_another_and_a_domain_event_never(self) -> None:
        assert event(delivery(f"{V1}ProductChanged", {"productId": PRODUCT})).may_repeat
        assert not event(domain(V3_PRODUCT, "updated")).may_repeat

    def test_without_a_time_nothing_is_taken_for_sent_again(self) -> None:
        came = delivery(iat=None, exp=None)
        later = verify(came, CREDENTIALS, NOW + timedelta(seconds=1))
        assert event(came).delivery_id != later.delivery_id

    def test_other_types_and_stores_are_other_events(self) -> None:
        ids = {event(delivery(name)).delivery_id for name in ("AppInstalled", "AppRemoved")}
        assert len(ids) == 2


def test_what_an_event_holds_shows_nothing_of_the_body() -> None:
    whole: dict[str, Any] = {"createdEvent": {"entity": {"buyerInfo": {"email": "CANARY"}, "name": "CANARY"}}}
    found = event(domain(ORDER, "created", **whole))
    assert "CANARY" not in repr(found)
    assert "CANARY" not in "".join(str(getattr(found, name)) for name in found.__dataclass_fields__)


def test_the_platform_verifies_so() -> None:
    assert Wix().verify(delivery(), CREDENTIALS, NOW).kind == EventKind.UNINSTALLED
