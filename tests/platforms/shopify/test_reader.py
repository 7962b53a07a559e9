"""The store itself, and whose a stock is."""

from typing import Any

import pytest

from connectors.errors import AccessDenied, Malformed
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from tests.platforms.shopify import nodes
from tests.platforms.shopify.admin import Admin, Answering, Asked, Says, fails, gives

ACCOUNT = {
    "activated": True,
    "country": "CA",
    "defaultCurrency": "CAD",
    "balance": [{"amount": "12.30", "currencyCode": "CAD"}],
    "payoutSchedule": {"interval": "DAILY"},
}
PAYOUTS: dict[str, Any] = {"nodes": []}
ALL_SCOPES = SCOPES | OPTIONAL_SCOPES
REFUSED = fails("ACCESS_DENIED", {"shopifyPaymentsAccount": None}, path=["shopifyPaymentsAccount"])


def answering(payments: Says | Answering | None = None, location: Says | None = None) -> Answering:
    """Answer as a store: each part as it is told."""

    def answer(asked: Asked) -> Says:
        match asked.operation:
            case "MintaStore":
                return gives(**nodes.store())
            case "MintaPrimaryLocation":
                return location or gives(location={"id": "gid://shopify/Location/655441491"})
        assert payments is not None
        return payments if isinstance(payments, Says) else payments(asked)

    return answer


def test_a_store_is_read_with_its_primary_location() -> None:
    with Admin(answering()) as admin:
        found = admin.reader().store()
    assert (found.name, found.primary_location_id) == ("Cedar & Sons", "655441491")
    assert found.reported is None


def test_a_store_whose_location_is_refused_is_read_without_it() -> None:
    refused = fails("ACCESS_DENIED", {"location": None}, path=["location"])
    for location in (refused, fails("ACCESS_DENIED"), gives(location=None)):
        with Admin(answering(location=location)) as admin:
            assert admin.reader().store().primary_location_id is None


def test_a_store_that_refuses_itself_is_denied() -> None:
    with Admin(fails("ACCESS_DENIED", path=["shop", "email"])) as admin, pytest.raises(AccessDenied):
        admin.reader().store()


def test_the_payments_account_is_not_asked_for_without_its_scope() -> None:
    with Admin(answering()) as admin:
        assert admin.reader().store().payments_account is None
    assert "MintaPayments" not in admin.operations()


def test_the_payments_account_is_read_with_its_scopes() -> None:
    account = gives(shopifyPaymentsAccount={**ACCOUNT, "payouts": PAYOUTS})
    with Admin(answering(account)) as admin:
        found = admin.reader(scopes=ALL_SCOPES).store().payments_account
    assert found is not None
    assert [each.currency for each in found.balances] == ["CAD"]
    assert admin.asked[-1].variables == {"payouts": True}


def test_a_payments_account_that_is_refused_is_normal() -> None:
    for refused in (REFUSED, fails("ACCESS_DENIED")):
        with Admin(answering(refused)) as admin:
            assert admin.reader(scopes=ALL_SCOPES).store().payments_account is None


def test_a_store_without_the_platforms_payments_has_no_account() -> None:
    with Admin(answering(gives(shopifyPaymentsAccount=None))) as admin:
        assert admin.reader(scopes=ALL_SCOPES).store().payments_account is None
    assert admin.operations().count("MintaPayments") == 1


def test_payouts_that_are_refused_do_not_take_the_account_with_them() -> None:
    def payments(asked: Asked) -> Says:
        return REFUSED if asked.variables["payouts"] else gives(shopifyPaymentsAccount=ACCOUNT)

    with Admin(answering(payments)) as admin:
        found = admin.reader(scopes=ALL_SCOPES).store().payments_account
    assert found is not None
    assert found.payouts == ()


def test_payouts_are_not_asked_for_without_their_scope() -> None:
    with Admin(answering(gives(shopifyPaymentsAccount=ACCOUNT))) as admin:
        found = admin.reader(scopes=SCOPES | {"read_shopify_payments_accounts"}).store().payments_account
    assert found is not None
    assert [asked.variables for asked in admin.asked if asked.operation == "MintaPayments"] == [
        {"payouts": False}
    ]


def stock(*products: str) -> Says:
    return gives(inventoryItem={"variants": {"nodes": [{"product": {"id": each}} for each in products]}})


def test_the_product_of_a_stock_is_found() -> None:
    with Admin(stock("gid://shopify/Product/9007199254740993")) as admin:
        assert admin.reader().product_of_stock("30322695") == "9007199254740993"
    assert admin.asked[0].variables == {"id": "gid://shopify/InventoryItem/30322695"}


@pytest.mark.parametrize(
    "answer", [gives(inventoryItem=None), gives(inventoryItem={"variants": None}), stock()]
)
def test_a_stock_that_is_gone_is_of_no_product(answer: Says) -> None:
    with Admin(answer) as admin:
        assert admin.reader().product_of_stock("30322695") is None


def test_a_stock_that_is_no_id_is_not_asked_for() -> None:
    with Admin(stock()) as admin, pytest.raises(Malformed):
        admin.reader().product_of_stock('1") { id }')
    assert admin.asked == []
