"""Tokens: exchange, refresh, rotation, migration, code grant."""

import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from connectors.sandbox.control import Sandbox
from connectors.sandbox.shopify.signing import query_signature
from tests.sandbox.client import CLIENT_ID, EXCHANGE, ID_TOKEN, OFFLINE, SECRET, AppOnStore, Receiver

ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"


def _claims(shop: str, **changed: object) -> dict[str, object]:
    now = int(time.time())
    good = {"iss": f"https://{shop}/admin", "dest": f"https://{shop}", "aud": CLIENT_ID, "sub": "1"}
    return good | {"exp": now + 60, "nbf": now, "iat": now, "jti": "j", "sid": "s"} | changed


def test_an_exchange_gives_an_expiring_token_and_a_refresh_token(sandbox: Sandbox, shop: str) -> None:
    granted = AppOnStore(sandbox, shop).exchange()
    answer = granted.json()
    assert granted.status_code == 200
    assert answer["access_token"].startswith("shpat_")
    assert answer["refresh_token"].startswith("shprt_")
    assert (answer["expires_in"], answer["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert "read_orders" in answer["scope"].split(",")


def test_a_form_body_is_as_good_as_json(sandbox: Sandbox, shop: str) -> None:
    app = AppOnStore(sandbox, shop)
    form = {
        "client_id": CLIENT_ID, "client_secret": SECRET, "expiring": "1",
        "grant_type": EXCHANGE, "subject_token_type": ID_TOKEN, "requested_token_type": OFFLINE,
        "subject_token": sandbox.load(shop)["parameters"]["id_token"],
    }  # fmt: skip
    answer = app.http.post(f"{app.base}/admin/oauth/access_token", data=form, timeout=60)
    assert answer.json()["expires_in"] == 3600


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-app"},
        {"dest": "https://other.myshopify.com"},
        {"iss": "https://other.myshopify.com/admin"},
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
def test_a_session_token_for_another_or_another_time_is_refused(
    sandbox: Sandbox, shop: str, changed: dict[str, object]
) -> None:
    token = jwt.encode(_claims(shop, **changed), SECRET, algorithm="HS256")
    answer = AppOnStore(sandbox, shop).exchange(token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_subject_token")
    assert not sandbox.store(shop)["installed"]


@pytest.mark.parametrize("token", ["", "a.b.c", "\u00e9" * 9, "." * 500, "null"])
def test_a_session_token_that_is_none_is_refused(sandbox: Sandbox, shop: str, token: str) -> None:
    answer = AppOnStore(sandbox, shop).exchange(token or "x")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_subject_token")


def test_a_session_token_with_another_key_or_without_one_is_refused(sandbox: Sandbox, shop: str) -> None:
    app = AppOnStore(sandbox, shop)
    foreign = jwt.encode(_claims(shop), "another-secret-of-more-than-32-bytes-long", algorithm="HS256")
    unsigned = jwt.encode(_claims(shop), "", algorithm="none")
    for token in (foreign, unsigned):
        assert app.exchange(token).json()["error"] == "invalid_subject_token"


def test_a_wrong_client_is_refused(sandbox: Sandbox, shop: str) -> None:
    app = AppOnStore(sandbox, shop)
    for wrong in ({"client_secret": "no"}, {"client_id": "no"}):
        answer = app.exchange(**wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_a_token_opens_only_its_own_store(sandbox: Sandbox, app: AppOnStore) -> None:
    other = AppOnStore(
        sandbox, str(sandbox.create_store(f"other-{time.time_ns()}", orders=0)["domain"])
    ).connect()
    own = other.token
    other.token = app.token
    assert other.post("{ shop { id } }").status_code == 401
    assert own != app.token


def test_an_access_token_ends_after_an_hour(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.advance(seconds=3590)
    assert app.post("{ shop { id } }").status_code == 200
    sandbox.advance(seconds=20)
    answer = app.post("{ shop { id } }")
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }


def test_a_refresh_gives_new_tokens_and_the_old_access_token_lives_on(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    fresh = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token).json()
    assert fresh["refresh_token"] != app.refresh_token
    assert fresh["access_token"] != app.token
    assert app.post("{ shop { id } }").status_code == 200


def test_the_same_refresh_soon_again_gives_the_same_answer_and_later_none(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    first = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token).json()
    again = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token).json()
    assert first == again
    sandbox.advance(seconds=61)
    late = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")


def test_a_new_exchange_kills_older_refresh_tokens(sandbox: Sandbox, app: AppOnStore) -> None:
    app.exchange()
    answer = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


def test_a_refresh_token_ends_after_90_days(sandbox: Sandbox, app: AppOnStore) -> None:
    sandbox.advance(days=90, seconds=5)
    answer = app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


def test_a_token_without_end_is_given_but_opens_nothing_until_it_is_migrated(
    sandbox: Sandbox, shop: str
) -> None:
    app = AppOnStore(sandbox, shop)
    old = app.exchange(expiring="0").json()
    assert set(old) == {"access_token", "scope"}
    app.token = old["access_token"]
    refused = app.post("{ shop { id } }")
    assert refused.status_code == 403
    assert "Non-expiring access tokens are no longer accepted" in refused.json()["errors"]
    fresh = app.exchange(old["access_token"], subject_token_type=OFFLINE).json()
    app.token = fresh["access_token"]
    assert app.post("{ shop { id } }").status_code == 200
    app.token = old["access_token"]
    assert app.post("{ shop { id } }").status_code == 401


def test_an_online_token_names_its_user_and_has_no_refresh_token(sandbox: Sandbox, shop: str) -> None:
    answer = AppOnStore(sandbox, shop).exchange(requested_token_type=ONLINE).json()
    assert answer["expires_in"] == 86_399
    assert answer["associated_user"]["account_owner"] is True
    assert "refresh_token" not in answer


def test_after_an_uninstall_every_token_is_dead_and_an_old_session_token_brings_none(
    sandbox: Sandbox, app: AppOnStore
) -> None:
    before = sandbox.id_token(app.shop)
    sandbox.uninstall(app.shop)
    assert app.post("{ shop { id } }").status_code == 401
    assert app.exchange(before).json()["error"] == "invalid_subject_token"
    assert (
        app.ask_token(grant_type="refresh_token", refresh_token=app.refresh_token).json()["error"]
        == "invalid_client"
    )
    assert not sandbox.store(app.shop)["installed"]


def test_the_code_grant_asks_for_consent_and_signs_its_way_back(
    sandbox: Sandbox, shop: str, receiver: Receiver
) -> None:
    app = AppOnStore(sandbox, shop)
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": f"{receiver.url}/shopify/callback",
        "state": "abc",
        "scope": "read_products",
    }
    page = app.http.get(f"{app.base}/admin/oauth/authorize", params=asked, timeout=60)
    assert "Install" in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
    address = urlsplit(sandbox.consent(page.url))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{receiver.url}/shopify/callback"
    assert set(query) == {"code", "hmac", "host", "shop", "state", "timestamp"}
    assert query["hmac"] == query_signature(query, SECRET)
    granted = app.ask_token(code=query["code"], expiring="1").json()
    assert (granted["scope"], granted["expires_in"]) == ("read_products", 3600)
    assert app.ask_token(code=query["code"], expiring="1").status_code == 400


def test_consent_goes_to_nobody_else(sandbox: Sandbox, shop: str) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": "https://evil.example/callback", "auto": "1"}
    answer = requests.get(
        f"{sandbox.base_url}/{shop}/admin/oauth/authorize", params=asked, allow_redirects=False, timeout=60
    )
    assert answer.status_code == 400
    assert not sandbox.store(shop)["installed"]
