"""The platform as the rest of the house sees it."""

import pytest

from connectors.errors import GrantRevoked, Unverified
from connectors.platforms.bigcommerce import BigCommerce
from connectors.platforms.bigcommerce.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.opening import Bounced, Credentials, Grant
from connectors.policy.register import faults
from minta.env import Environment
from tests.platforms.bigcommerce.door import CREDENTIALS, NOW, SHOP

PLATFORM = BigCommerce()


def test_every_leaf_has_its_fields_or_a_reason() -> None:
    assert list(faults([PLATFORM])) == []


def test_it_asks_to_read_and_for_no_customer() -> None:
    for scope in SCOPES | OPTIONAL_SCOPES:
        assert scope.endswith(("_read_only", "_read"))
        assert "customer" not in scope
        assert "transaction" not in scope


def configured(insecure: bool = False, **variables: str) -> Credentials:
    fields = PLATFORM.configure(Environment(variables), insecure=insecure)
    return Credentials(public_url="https://app.example.com", **fields)


def test_it_is_configured_from_its_own_variables() -> None:
    made = configured(BIGCOMMERCE_CLIENT_ID="an-id", BIGCOMMERCE_CLIENT_SECRET="one,two")
    assert (made.client_id, made.client_secrets) == ("an-id", ("one", "two"))
    assert made.origin == "https://api.bigcommerce.com"
    assert dict(made.own) == {"login_origin": "https://login.bigcommerce.com"}
    assert dict(configured(BIGCOMMERCE_SIGNED_WEBHOOKS="yes").own)["signed"]


def test_only_the_control_panel_of_this_store_may_frame_a_page() -> None:
    assert PLATFORM.frame_ancestors(SHOP, CREDENTIALS) == (f"https://store-{SHOP}.mybigcommerce.com",)


def test_an_emulator_may_frame_it_too() -> None:
    made = configured(insecure=True, BIGCOMMERCE_LOGIN_ORIGIN="http://127.0.0.1:9402/login")
    assert PLATFORM.frame_ancestors(SHOP, made)[1:] == ("http://127.0.0.1:9402",)


def test_a_grant_is_neither_exchanged_nor_refreshed() -> None:
    with pytest.raises(Unverified):
        PLATFORM.exchange(SHOP, "anything", CREDENTIALS, NOW)
    with pytest.raises(GrantRevoked):
        PLATFORM.refresh(Grant(SHOP, "token"), CREDENTIALS, NOW)


def test_pages_need_no_script_and_nobody_is_bounced() -> None:
    assert PLATFORM.embedding(CREDENTIALS).scripts == ()
    assert PLATFORM.bounce_address(Bounced(SHOP, "/bigcommerce/")) == "/bigcommerce/"
