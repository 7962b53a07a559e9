"""Tokens: minted for one instance, dead when it is, and nothing else opens the API."""

import json
from typing import Any

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.permissions import BASIC, CATALOG, LOCATIONS, OWNER_EMAIL, READ_PRODUCTS
from tests.sandbox.wix.client import APP_ID, OLD_SECRET, SECRET, AppOnSite

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_a_token_lives_four_hours_and_comes_alone(app: AppOnSite) -> None:
    answer = app.ask_token()
    assert answer.headers["x-wix-request-id"]
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 14_400)


def test_the_older_secret_still_mints(app: AppOnSite) -> None:
    assert app.ask_token(client_secret=OLD_SECRET).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": UNKNOWN}, 401, "invalid_client"),
        ({"instance_id": UNKNOWN}, 400, "invalid_request"),
        ({"instance_id": None}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_request_for_a_token_is_refused_as_oauth_says(
    app: AppOnSite, wanted: dict[str, Any], status: int, error: str
) -> None:
    answer = app.ask_token(**wanted)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert SECRET not in answer.text


def test_a_form_is_no_request_for_a_token(sandbox: Sandbox, app: AppOnSite) -> None:
    form = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": SECRET}
    answer = app.http.post(
        f"{sandbox.base_url}/oauth2/token", data=form | {"instance_id": app.key}, timeout=20
    )
    assert answer.status_code == 400


def test_a_site_without_the_app_gives_no_token(sandbox: Sandbox, site: str) -> None:
    assert AppOnSite(sandbox, site).ask_token().json()["error"] == "invalid_request"


def test_a_token_comes_bare_or_as_a_bearer(app: AppOnSite) -> None:
    assert app.get("/apps/v1/instance", Authorization=f"Bearer {app.token}").status_code == 200
    assert app.get("/apps/v1/instance").status_code == 200


def test_a_token_opens_its_own_site_only(app: AppOnSite, old: AppOnSite) -> None:
    for one in (app, old):
        assert one.good("/apps/v1/instance")["instance"]["instanceId"] == one.key
    products = {one["id"] for one in app.v3()["products"]}
    assert products.isdisjoint(one["id"] for one in old.v1()["products"])


@pytest.mark.parametrize("token", ["", "OauthNG.JWS.forged", "null"])
def test_without_a_living_token_nothing_opens(app: AppOnSite, token: str) -> None:
    answer = app.get("/apps/v1/instance", Authorization=token)
    assert (answer.status_code, answer.json()) == (401, {"message": "", "details": {}})


def test_a_token_is_over_after_four_hours(sandbox: Sandbox, app: AppOnSite) -> None:
    sandbox.advance(seconds=14_399)
    assert app.get("/apps/v1/instance").status_code == 200
    sandbox.advance(seconds=2)
    assert app.get("/apps/v1/instance").status_code == 401
    assert app.connect().get("/apps/v1/instance").status_code == 200


def test_tokens_can_be_ended(sandbox: Sandbox, app: AppOnSite) -> None:
    assert sandbox.tokens(app.key) == [app.token]
    sandbox.expire_tokens(app.key)
    assert app.get("/apps/v1/instance").status_code == 401


def test_an_uninstall_kills_tokens_and_the_way_to_new_ones(sandbox: Sandbox, app: AppOnSite) -> None:
    sandbox.uninstall(app.key)
    assert app.get("/apps/v1/instance").status_code == 401
    assert app.ask_token().status_code == 400
    assert sandbox.tokens(app.key) == []
    assert not sandbox.store(app.key)["installed"]


def test_a_reinstall_is_the_same_instance(sandbox: Sandbox, app: AppOnSite) -> None:
    sandbox.uninstall(app.key)
    assert sandbox.install(app.key)["key"] == app.key
    assert app.connect().good("/apps/v1/instance")["instance"]["instanceId"] == app.key


def test_token_info_tells_what_a_token_is(sandbox: Sandbox, app: AppOnSite) -> None:
    info = app.post("/oauth2/token-info", {"token": app.token}, Authorization="").json()
    assert (info["active"], info["clientId"], info["instanceId"]) == (True, APP_ID, app.key)
    assert info["siteId"] == sandbox.store(app.key)["site_id"]
    assert int(info["exp"]) - int(info["iat"]) == 14_400
    assert abs(int(info["iat"]) - sandbox.now()) < 60


def test_token_info_tells_what_a_signed_instance_is(sandbox: Sandbox, app: AppOnSite) -> None:
    signed = sandbox.load(app.key)["parameters"]["instance"]
    info = app.post("/oauth2/token-info", {"token": signed}).json()
    assert (info["active"], info["instanceId"], info["subjectType"]) == (True, app.key, "USER")
    forged = signed[:-2] + ("A" if signed[-2] != "A" else "B") + signed[-1]
    for other in (forged, "", "a.b", f"{signed}x"):
        assert app.post("/oauth2/token-info", {"token": other}).json() == {"active": False}


def test_what_is_granted_is_told_as_permissions(sandbox: Sandbox, app: AppOnSite) -> None:
    granted = app.good("/apps/v1/instance")["instance"]["permissions"]
    assert {"WIX_DEVELOPERS.MANAGE_APP_INSTANCE", "SITE_SETTINGS.VIEW", "ECOM.READ_ORDERS"} <= set(granted)
    assert "COUPONS.MANAGE" not in granted
    sandbox.set_scopes(app.key, [BASIC])
    assert app.good("/apps/v1/instance")["instance"]["permissions"] == [
        "SITE_SETTINGS.VIEW",
        "WIX_DEVELOPERS.MANAGE_APP_INSTANCE",
    ]


@pytest.mark.parametrize(
    ("scopes", "path", "body"),
    [
        ([CATALOG], "/apps/v1/instance", None),
        ([CATALOG], "/site-properties/v4/properties", None),
        ([BASIC], "/locations/v1/locations", None),
        ([BASIC], "/stores/v3/provision/version", None),
        ([BASIC], "/stores/v3/products/query", {}),
        ([BASIC, CATALOG], "/stores/v3/products/query-variants", {}),
        ([BASIC, READ_PRODUCTS], "/ecom/v1/orders/search", {}),
        ([BASIC, READ_PRODUCTS], "/ecom/v1/payments/list-by-ids", {"orderIds": ["x"]}),
        ([BASIC, READ_PRODUCTS], "/ecom/v1/discount-rules/query", {}),
        ([BASIC, READ_PRODUCTS, LOCATIONS], "/stores/v2/coupons/query", {}),
    ],
)
def test_without_its_scope_an_endpoint_is_shut(
    sandbox: Sandbox, app: AppOnSite, scopes: list[str], path: str, body: Any
) -> None:
    sandbox.set_scopes(app.key, scopes)
    assert app.refused(path, body) == (403, "PERMISSION_DENIED")


def test_the_owners_address_is_told_only_where_it_is_granted(sandbox: Sandbox, app: AppOnSite) -> None:
    assert "ownerInfo" not in app.good("/apps/v1/instance")["site"]
    sandbox.set_scopes(app.key, [BASIC, OWNER_EMAIL])
    assert app.good("/apps/v1/instance")["site"]["ownerInfo"]["email"].startswith("owner@")


# quota


def test_the_quota_is_two_hundred_in_a_minute_and_each_instance_has_its_own(
    sandbox: Sandbox, app: AppOnSite, old: AppOnSite
) -> None:
    before = sandbox.store(app.key)["requests_left"]
    app.good("/apps/v1/instance")
    assert (before, sandbox.store(app.key)["requests_left"]) == (200, 199)
    sandbox.control(app.key, "quota/spend")
    refusal = app.get("/apps/v1/instance")
    assert refusal.status_code == 429
    assert "Retry-After" not in refusal.headers
    assert refusal.json()["details"]["applicationError"]["code"] == "RESOURCE_EXHAUSTED"
    assert old.get("/apps/v1/instance").status_code == 200
    assert app.ask_token().status_code == 200
    sandbox.advance(seconds=61)
    assert app.get("/apps/v1/instance").status_code == 200


def test_a_fault_and_the_ledger_know_whose_request_it_is(
    sandbox: Sandbox, app: AppOnSite, old: AppOnSite
) -> None:
    sandbox.clear_requests()
    sandbox.fault("throttled", kind="instance", store=app.key)
    sandbox.fault("status", status=503, kind="token", store=app.key)
    assert old.get("/apps/v1/instance").status_code == 200
    assert [app.get("/apps/v1/instance").status_code for _ in range(2)] == [429, 200]
    assert old.ask_token().status_code == 200
    assert [app.ask_token().status_code for _ in range(2)] == [503, 200]
    kinds = [one["kind"] for one in sandbox.requests(store=app.key)]
    assert kinds == ["instance", "instance", "token", "token"]
    assert app.token not in json.dumps(sandbox.requests())


def test_what_is_not_there_is_refused_as_wix_does(app: AppOnSite) -> None:
    for path in ("/stores/v9/products", "/ecom/v1/orders/nothing", "/stores/v3/products/nothing"):
        assert app.refused(path) == (404, "NOT_FOUND")


def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox, app: AppOnSite) -> None:
    for raw in (b"{", b"[]"):
        address, head = f"{sandbox.base_url}/ecom/v1/orders/search", {"Authorization": app.token}
        answer = app.http.post(address, data=raw, headers=head, timeout=20)
        assert answer.status_code == 400
        assert answer.json()["details"]["validationError"]["fieldViolations"]
