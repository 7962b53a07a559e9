"""Where browsers are sent: never off our own site, never to an admin that is not Shopify's."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.utils.http import url_has_allowed_host_and_scheme
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Malformed
from connectors.platforms.shopify.auth import embedding, frame_ancestors
from connectors.platforms.shopify.places import (
    admin_of,
    again,
    app_in_admin,
    home_path,
    own_path,
    reload_path,
    shop_origin,
)
from tests.platforms.shopify.door import CREDENTIALS, OTHER, SHOP, encoded_host
from tests.shared import SHARED, needs_shared

PATHS = SHARED / "specs" / "security" / "input" / "url_and_host_attacks.json"
LOCAL = replace(CREDENTIALS, origin="http://127.0.0.1:9401/{shop}")


@needs_shared
def test_every_return_path_of_the_corpus_gets_its_verdict() -> None:
    corpus = json.loads(PATHS.read_text(encoding="utf-8"))["return_path"]
    for path in corpus["accept"]:
        assert own_path(path) == path
    assert len(corpus["reject"]) == 17
    for path in corpus["reject"]:
        with pytest.raises(Malformed) as refused:
            own_path(path)
        assert "attacker" not in str(refused.value)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("/\\.:@?#%2fF\t\r\n ahtps-_~")))
def test_whatever_passes_stays_on_our_own_site(text: str) -> None:
    try:
        path = own_path(text)
    except Malformed:
        return
    assert urlsplit(urljoin("https://app.example.com/shopify/", path)).netloc == "app.example.com"
    assert url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    assert not any(character in path for character in "\\\r\n\t ")


def test_a_reload_keeps_what_is_ours_and_drops_what_is_spent() -> None:
    host = encoded_host("admin.shopify.com/store/minta-test")
    query = (
        ("embedded", "1"),
        ("hmac", "00"),
        ("host", host),
        ("id_token", "a.b.c"),
        ("locale", "en"),
        ("session", "s"),
        ("shop", SHOP),
        ("timestamp", "1"),
        ("tab", "a b&c"),
    )
    reload = reload_path("held", query, SHOP, CREDENTIALS)
    assert reload == f"/shopify/held?embedded=1&host={host}&locale=en&shop={SHOP}&tab=a+b%26c"


def test_a_reload_drops_a_host_that_is_no_admin() -> None:
    reload = reload_path(
        "", (("shop", SHOP), ("host", encoded_host("evil.example/admin"))), SHOP, CREDENTIALS
    )
    assert reload == f"/shopify/?shop={SHOP}"


def test_a_reload_that_comes_back_is_checked_as_if_it_were_new() -> None:
    assert (
        again(f"/shopify/held?id_token=a.b.c&shop={SHOP}", SHOP, CREDENTIALS) == f"/shopify/held?shop={SHOP}"
    )
    for path in (
        "/webhooks/shopify/",
        "/shopify",
        "//shopify/",
        "https://evil.example/shopify/",
        "/shopify/../x",
    ):
        with pytest.raises(Malformed):
            again(path, SHOP, CREDENTIALS)


def test_a_lone_surrogate_in_a_query_is_refused() -> None:
    with pytest.raises(Malformed):
        reload_path("", (("a", "\ud800"),), SHOP, CREDENTIALS)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("admin.shopify.com/store/minta-test", "https://admin.shopify.com/store/minta-test"),
        (f"{SHOP}/admin", f"https://{SHOP}/admin"),
    ],
)
def test_the_app_is_opened_in_the_admin_that_host_names(host: str, address: str) -> None:
    for spelled in (encoded_host(host), encoded_host(host) + "=="):
        assert app_in_admin(spelled, SHOP, CREDENTIALS) == f"{address}/apps/minta-test-client-id/"


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "!",
        "A",
        "A" * 5000,
        "/w==",
        encoded_host("evil.example/admin"),
        encoded_host(f"{OTHER}/admin"),
        encoded_host("admin.shopify.com.evil.example/store/x"),
        encoded_host("admin.shopify.com/store/x/../../evil"),
        encoded_host("admin.shopify.com/store/x\n"),
        encoded_host("evil.example#.myshopify.com/admin"),
        encoded_host("admin.shopify.com@evil.example/store/x"),
        encoded_host("javascript:alert(1)"),
    ],
)
def test_a_host_that_names_no_admin_is_passed_over_for_the_shops_own(host: str | None) -> None:
    assert app_in_admin(host, SHOP, CREDENTIALS) == f"https://{SHOP}/admin/apps/minta-test-client-id/"


def test_an_origin_of_our_own_choice_is_an_admin_too() -> None:
    address = f"http://127.0.0.1:9401/{SHOP}/admin"
    wanted = f"{address}/apps/minta-test-client-id/"
    assert app_in_admin(encoded_host(f"127.0.0.1:9401/{SHOP}/admin"), SHOP, LOCAL) == wanted
    assert app_in_admin(encoded_host(f"127.0.0.1:9402/{SHOP}/admin"), SHOP, LOCAL) == wanted
    assert app_in_admin(encoded_host("127.0.0.1:9401/x/admin"), SHOP, CREDENTIALS).startswith(
        f"https://{SHOP}/"
    )


def test_only_the_shop_and_shopifys_admin_may_frame_a_shops_pages() -> None:
    assert frame_ancestors(SHOP, CREDENTIALS) == (f"https://{SHOP}", "https://admin.shopify.com")
    assert frame_ancestors(SHOP, LOCAL)[2:] == ("http://127.0.0.1:9401",)


@pytest.mark.parametrize(
    "shop", ["evil.example", f"{SHOP}; script-src *", f"{SHOP}\r\nX: y", "*.myshopify.com"]
)
def test_nothing_but_a_shop_gets_into_a_header_or_an_address(shop: str) -> None:
    with pytest.raises(Malformed):
        frame_ancestors(shop, CREDENTIALS)
    with pytest.raises(Malformed):
        shop_origin(CREDENTIALS, shop)


def test_app_bridge_comes_first_and_asks_again_when_a_proof_ran_out() -> None:
    plain = embedding(CREDENTIALS)
    assert plain.scripts == ("https://cdn.shopify.com/shopifycloud/app-bridge.js",)
    assert plain.metas == (("shopify-api-key", "minta-test-client-id"),)
    assert plain.stale == (("X-Shopify-Retry-Invalid-Session-Request", "1"),)
    local = embedding(replace(CREDENTIALS, page_script="http://127.0.0.1:9401/app-bridge.js"))
    assert local.scripts == ("http://127.0.0.1:9401/app-bridge.js",)


def test_the_way_home_leads_to_the_shops_own_admin() -> None:
    query = dict(parse_qsl(urlsplit(home_path(SHOP, CREDENTIALS)).query))
    assert (query["shop"], query["embedded"]) == (SHOP, "1")
    assert admin_of(query["host"], SHOP, CREDENTIALS) == "https://admin.shopify.com/store/minta-test"
    with pytest.raises(Malformed):
        home_path("evil.example", CREDENTIALS)
