"""Codes, tokens, signed payloads, users, and how an installation ends."""

import re
import time
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from connectors.sandbox.control import Sandbox
from tests.sandbox.bigcommerce.client import CLIENT_ID, SECRET, AppOnStore, control, load, users
from tests.sandbox.client import Receiver


@pytest.fixture
def fresh(sandbox: Sandbox, store: str) -> AppOnStore:
    """The app, not installed."""
    return AppOnStore(sandbox, store)


def _redirect(receiver: Receiver) -> str:
    return f"{receiver.url}/bigcommerce/auth"


def _claims(address: str) -> dict[str, Any]:
    token = parse_qs(urlsplit(address).query)["signed_payload_jwt"][0]
    options: Any = {"require": ["exp", "iat", "nbf", "jti", "sub"]}
    claims: dict[str, Any] = jwt.decode(
        token, SECRET, algorithms=["HS256"], audience=CLIENT_ID, issuer="bc", options=options
    )
    return claims


def _callbacks(receiver: Receiver, callback: str, store: str) -> list[dict[str, Any]]:
    came = [one.path for one in receiver.received if one.path.startswith(f"/bigcommerce/{callback}?")]
    return [_claims(path) for path in came if _unverified(path)["sub"] == f"stores/{store}"]


def _unverified(address: str) -> dict[str, Any]:
    token = parse_qs(urlsplit(address).query)["signed_payload_jwt"][0]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


# the code and the token


@pytest.mark.parametrize("form", [False, True])
def test_a_code_gives_a_token_in_either_encoding(
    fresh: AppOnStore, receiver: Receiver, *, form: bool
) -> None:
    query = fresh.auth()
    assert query["context"] == f"stores/{fresh.store}"
    granted = fresh.ask_token(query, form=form, redirect_uri=_redirect(receiver)).json()
    assert granted["context"] == query["context"]
    assert granted["account_uuid"] == query["account_uuid"]
    assert set(granted["scope"].split()) == set(query["scope"].split())
    assert set(granted["user"]) == {"id", "username", "email"}
    assert granted["owner"] == granted["user"]
    assert not {"expires_in", "refresh_token"} & set(granted)
    fresh.token = granted["access_token"]
    assert fresh.get("/v2/store").status_code == 200
    assert fresh.sandbox.tokens(fresh.store) == [fresh.token]


def test_a_code_is_taken_once(fresh: AppOnStore, receiver: Receiver) -> None:
    query = fresh.auth()
    assert fresh.ask_token(query, redirect_uri=_redirect(receiver)).status_code == 200
    assert fresh.ask_token(query, redirect_uri=_redirect(receiver)).status_code == 400


def test_a_code_grows_old(fresh: AppOnStore, receiver: Receiver) -> None:
    query = fresh.auth()
    fresh.sandbox.advance(seconds=301)
    assert fresh.ask_token(query, redirect_uri=_redirect(receiver)).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "wrong"}, {"client_id": "wrong"}, {"code": "wrong"}, {"context": "stores/abc123"},
        {"scope": "store_v2_orders"}, {"redirect_uri": "https://elsewhere.example/"}, {"context": ""},
        {"grant_type": "client_credentials"},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_is_wrong_gives_no_token(
    fresh: AppOnStore, receiver: Receiver, wrong: dict[str, str]
) -> None:
    answer = fresh.ask_token(fresh.auth(), form=False, **({"redirect_uri": _redirect(receiver)} | wrong))
    assert answer.status_code == 400
    assert "access_token" not in answer.text
    assert not fresh.sandbox.store(fresh.store)["installed"]


def test_credentials_belong_in_the_body(fresh: AppOnStore, receiver: Receiver) -> None:
    query = fresh.auth()
    body = query | {"grant_type": "authorization_code", "redirect_uri": _redirect(receiver)}
    address = f"{fresh.sandbox.base_url}/oauth2/token"
    assert requests.post(address, json=body, auth=(CLIENT_ID, SECRET), timeout=10).status_code == 400


def test_a_second_install_gives_another_token_and_the_first_dies(app: AppOnStore, receiver: Receiver) -> None:
    first = app.token
    app.connect()
    assert app.token != first
    assert app.get("/v2/store", token=first).status_code == 401
    assert app.get("/v2/store").status_code == 200


# opening


def test_a_load_is_signed_for_a_day_and_names_user_and_owner(app: AppOnStore, receiver: Receiver) -> None:
    owner, staff = users(app.sandbox, app.store)
    address = load(app.sandbox, app.store, user=staff["id"])
    assert address.startswith(f"{receiver.url}/bigcommerce/load?signed_payload_jwt=")
    claims = _claims(address)
    assert claims["sub"] == f"stores/{app.store}"
    assert (claims["user"]["id"], claims["owner"]["id"]) == (staff["id"], owner["id"])
    assert claims["exp"] - claims["nbf"] == 86_400
    assert claims["iat"] - claims["nbf"] == 5
    assert abs(claims["iat"] - time.time()) < 60
    assert str(uuid.UUID(claims["jti"])) == claims["jti"]
    assert (claims["url"], claims["channel_id"]) == ("/", None)
    assert _claims(load(app.sandbox, app.store))["jti"] != claims["jti"]


def test_the_address_of_the_staff_is_personal_and_the_owners_is_the_merchants(app: AppOnStore) -> None:
    owner, staff = users(app.sandbox, app.store)
    assert staff["email"] in app.sandbox.personal_values(app.store)
    assert owner["email"] in app.sandbox.merchant_values(app.store)
    assert owner["email"] not in app.sandbox.personal_values(app.store)


def test_what_is_not_installed_opens_by_auth(fresh: AppOnStore) -> None:
    assert urlsplit(load(fresh.sandbox, fresh.store)).path == "/bigcommerce/auth"
    assert "external_install" not in fresh.auth()
    assert fresh.auth(external="1")["external_install"] == "true"


def test_the_control_panel_asks_before_it_opens_the_app(fresh: AppOnStore, receiver: Receiver) -> None:
    page = f"{fresh.sandbox.base_url}{fresh.sandbox.store(fresh.store)['page']}"
    asked = requests.get(page, timeout=10).text
    assert "store_v2_orders_read_only" in asked
    assert "<iframe" not in asked
    opened = requests.post(page, timeout=10).text
    source = re.search(r"<iframe id='app' src='([^']+)'", opened)
    assert source is not None
    assert source[1].startswith(f"{receiver.url}/bigcommerce/auth?")
    fresh.connect()
    assert f"src='{receiver.url}/bigcommerce/load?" in requests.get(page, timeout=10).text


def test_an_install_from_outside_goes_through_the_login_origin(fresh: AppOnStore) -> None:
    begun = requests.get(
        f"{fresh.sandbox.base_url}/app/{CLIENT_ID}/install",
        {"store": fresh.store},
        allow_redirects=False,
        timeout=10,
    )
    assert begun.status_code == 302
    assert "external_install=true" in begun.headers["Location"]
    for outcome, status in (("succeeded", 200), ("failed", 200), ("nonsense", 404)):
        page = requests.get(f"{fresh.sandbox.base_url}/app/{CLIENT_ID}/install/{outcome}", timeout=10)
        assert page.status_code == status
    assert requests.get(f"{fresh.sandbox.base_url}/app/other/install", timeout=10).status_code == 404


def test_the_front_page_lists_the_stores(sandbox: Sandbox, store: str) -> None:
    assert f"stores/{store}" in requests.get(f"{sandbox.base_url}/", timeout=10).text


# changes that end a token


def test_a_change_of_the_apps_scopes_must_be_accepted_anew(app: AppOnStore, receiver: Receiver) -> None:
    scopes = app.sandbox.store(app.store)["scopes"][:3]
    requests.post(f"{app.sandbox.base_url}/_sandbox/app", json={"scopes": scopes}, timeout=10)
    assert app.get("/v2/store").status_code == 401
    query = app.auth()
    assert set(scopes) <= set(query["scope"].split())
    app.token = app.ask_token(query, redirect_uri=_redirect(receiver)).json()["access_token"]
    assert app.get("/v3/catalog/products").status_code == 200
    assert app.get("/v3/promotions").status_code == 403


def test_a_change_of_the_owners_address_ends_the_token_with_403(app: AppOnStore, receiver: Receiver) -> None:
    app.sandbox.change_shop(app.store, owner_email="new-owner@shop.example")
    assert app.get("/v2/store").status_code == 403
    assert app.sandbox.store(app.store)["installed"]
    granted = app.ask_token(app.auth(), redirect_uri=_redirect(receiver)).json()
    assert granted["owner"]["email"] == "new-owner@shop.example"


# leaving


def test_an_uninstall_ends_everything_and_is_told_once(app: AppOnStore, receiver: Receiver) -> None:
    app.hook("store/product/*", f"{receiver.url}/webhooks/bigcommerce/")
    receiver.answers[:] = [500]
    (number,) = app.sandbox.uninstall(app.store)
    assert app.sandbox.flush()
    assert app.get("/v2/store").status_code == 401
    assert app.sandbox.store(app.store)["hooks"] == 0
    assert len(_callbacks(receiver, "uninstall", app.store)) == 1
    (told,) = [one for one in app.sandbox.deliveries(shop=app.store) if one["number"] == number]
    assert (told["method"], told["state"], len(told["attempts"])) == ("GET", "failed", 1)
    assert urlsplit(load(app.sandbox, app.store)).path == "/bigcommerce/auth"


def test_a_user_who_is_removed_is_told(app: AppOnStore, receiver: Receiver) -> None:
    removed = control(app.sandbox, app.store, "person/remove")["user"]
    assert app.sandbox.flush()
    (claims,) = _callbacks(receiver, "remove_user", app.store)
    assert claims["user"]["id"] == removed
    assert claims["owner"]["id"] != removed
    assert app.get("/v2/store").status_code == 200


def test_a_callback_can_be_twisted(app: AppOnStore, receiver: Receiver) -> None:
    control(app.sandbox, app.store, "callback", callback="uninstall", claims={"iat": None, "url": "/x"})
    assert app.sandbox.flush()
    came = [one.path for one in receiver.received if one.path.startswith("/bigcommerce/uninstall?")]
    claims = _unverified(came[-1])
    assert "iat" not in claims
    assert claims["url"] == "/x"


def test_no_store_says_another_ones_callback(sandbox: Sandbox, store: str, receiver: Receiver) -> None:
    other = str(sandbox.create_store(f"other-{time.time_ns()}")["key"])
    AppOnStore(sandbox, store).connect()
    sandbox.uninstall(store)
    assert sandbox.flush()
    assert _callbacks(receiver, "uninstall", other) == []
