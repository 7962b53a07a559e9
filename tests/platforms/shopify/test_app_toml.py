"""`shopify.app.toml` says what the code says: scopes, topics, addresses, version."""

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import resolve

from connectors.platforms.shopify.auth import CALLBACK
from connectors.platforms.shopify.places import HOME
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.shopify.topics import TOPICS
from connectors.platforms.shopify.webhooks import verify
from tests.platforms.shopify.door import CREDENTIALS, NOW, delivery
from tests.shared import SHARED, needs_shared

APP: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "shopify.app.toml").read_text(encoding="utf-8")
)
SUBSCRIPTIONS: list[dict[str, Any]] = APP["webhooks"]["subscriptions"]
EXAMPLES = SHARED / "specs" / "shopify" / "webhooks" / "2026-07" / "examples"
COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}


def test_the_scopes_are_those_that_the_code_asks_for() -> None:
    scopes = APP["access_scopes"]
    assert set(scopes["scopes"].split(",")) == SCOPES
    assert set(scopes["optional_scopes"]) == OPTIONAL_SCOPES
    assert not SCOPES & OPTIONAL_SCOPES
    assert all(scope.startswith("read_") for scope in SCOPES | OPTIONAL_SCOPES)
    assert set(scopes) == {"scopes", "optional_scopes"}, "the install is Shopify's to manage"


def test_the_topics_are_those_that_mean_something_to_us() -> None:
    topics = Counter(topic for each in SUBSCRIPTIONS for topic in each.get("topics", []))
    private = Counter(topic for each in SUBSCRIPTIONS for topic in each.get("compliance_topics", []))
    assert set(topics) | set(private) == set(TOPICS)
    assert set(private) == COMPLIANCE
    assert {*topics.values(), *private.values()} == {1}


def test_every_subscription_has_what_the_deployment_demands() -> None:
    for each in SUBSCRIPTIONS:
        assert ("topics" in each) != ("compliance_topics" in each)
        assert set(each) <= {"topics", "compliance_topics", "uri", "include_fields"}
    assert "privacy_compliance" not in APP["webhooks"]
    assert len(APP["name"]) <= 50
    assert APP["embedded"] is True


def test_every_address_is_whole_and_is_one_of_ours() -> None:
    home = urlsplit(APP["application_url"])
    assert (home.scheme, home.path) == ("https", HOME)
    (back,) = APP["auth"]["redirect_urls"]
    assert back == APP["application_url"] + CALLBACK
    addresses = {each["uri"] for each in SUBSCRIPTIONS}
    assert addresses == {f"https://{home.netloc}/webhooks/shopify/"}
    for address in (APP["application_url"], back, *addresses):
        resolve(urlsplit(address).path)  # raises Resolver404 for what is none of ours


def test_the_version_is_the_one_that_is_called() -> None:
    assert APP["webhooks"]["api_version"] == settings.PLATFORMS["shopify"]["api_version"] == "2026-10"


def test_a_body_that_is_cut_still_holds_what_is_read_of_it() -> None:
    for each in SUBSCRIPTIONS:
        fields: list[str] = each.get("include_fields", [])
        for topic in each["topics"] if fields else []:
            assert set(TOPICS[topic][1].__struct_fields__) <= set(fields), topic
            assert {"updated_at", "created_at"} & set(fields), f"{topic}: equal bodies would be dropped"


def test_no_uninstall_and_no_redaction_can_look_like_the_one_before() -> None:
    cut = {topic for each in SUBSCRIPTIONS if "include_fields" in each for topic in each.get("topics", [])}
    assert not cut & {"app/uninstalled", *COMPLIANCE}


@needs_shared
@pytest.mark.parametrize("subscription", [each for each in SUBSCRIPTIONS if "include_fields" in each])
def test_a_cut_body_means_what_the_whole_one_means(subscription: dict[str, Any]) -> None:
    for topic in subscription["topics"]:
        example = json.loads((EXAMPLES / f"{topic}.json").read_text(encoding="utf-8"))["response"]
        assert set(subscription["include_fields"]) <= set(example), topic
        thin = {name: example[name] for name in subscription["include_fields"]}
        whole = verify(delivery(topic, example), CREDENTIALS, NOW)
        assert verify(delivery(topic, thin), CREDENTIALS, NOW) == whole


def test_no_field_that_is_asked_for_is_a_persons() -> None:
    fields = {field for each in SUBSCRIPTIONS for field in each.get("include_fields", [])}
    assert not [
        field
        for field in fields
        if any(word in field for word in ("mail", "phone", "address", "customer", "name"))
    ]


def test_the_document_names_every_scope_and_every_topic() -> None:
    text = (Path(__file__).parents[3] / "docs" / "shopify.md").read_text(encoding="utf-8")
    for name in {*SCOPES, *OPTIONAL_SCOPES, *TOPICS}:
        assert f"`{name}`" in text, name
