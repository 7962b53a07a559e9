"""Shopify Payments: the account and its payouts."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import RESOLVERS, constant, resolves
from connectors.sandbox.shopify.resolvers.answers import money, sorted_listing
from connectors.sandbox.shopify.sales import NOTHING, Payout

SUMMARY = [
    "adjustmentsFee",
    "adjustmentsGross",
    "advanceFees",
    "advanceGross",
    "refundsFee",
    "refundsFeeGross",
    "reservedFundsFee",
    "reservedFundsGross",
    "retriedPayoutsFee",
    "retriedPayoutsGross",
    "usdcRebateCreditAmount",
]

constant(
    "ShopifyPaymentsAccount",
    accountOpenerName="Mira Öztürk",
    activated=True,
    country="DE",
    onboardable=False,
    payoutStatementDescriptor=None,
    payoutSchedule=SimpleNamespace(interval="WEEKLY", monthly_anchor=None, weekly_anchor="MONDAY"),
)

for _name in SUMMARY:
    RESOLVERS[f"ShopifyPaymentsPayoutSummary.{_name}"] = lambda payout, ask, args: money(ask, NOTHING)


@resolves("QueryRoot.shopifyPaymentsAccount")
def account(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    number = ask.shop.number + 21
    return SimpleNamespace(
        id=f"gid://shopify/ShopifyPaymentsAccount/{number}", default_currency=ask.shop.currency, balance=[]
    )


@resolves("ShopifyPaymentsAccount.balance")
def balance(account: Any, ask: Ask, args: dict[str, Any]) -> list[Any]:
    return [money(ask, sum((one.net for one in ask.shop.payouts.values()), NOTHING) / 4)]


@resolves("ShopifyPaymentsAccount.payouts")
def payouts(account: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    wanted = args.get("transactionType")
    held = [one for one in ask.shop.payouts.values() if wanted in (None, one.transaction_type)]
    keys = {
        "ISSUED_AT": lambda one: one.issued_at,
        "AMOUNT": lambda one: one.net,
        "STATUS": lambda one: one.status,
    }
    return sorted_listing(held, args, keys)


@resolves("ShopifyPaymentsPayout.net")
def net(payout: Payout, ask: Ask, args: dict[str, Any]) -> Any:
    return money(ask, payout.net)


@resolves("ShopifyPaymentsPayout.gross", "ShopifyPaymentsPayoutSummary.chargesGross")
def gross(payout: Payout, ask: Ask, args: dict[str, Any]) -> Any:
    return money(ask, payout.gross)


@resolves("ShopifyPaymentsPayoutSummary.chargesFee")
def fee(payout: Payout, ask: Ask, args: dict[str, Any]) -> Any:
    return money(ask, payout.fee)


@resolves("ShopifyPaymentsPayout.summary")
def summary(payout: Payout, ask: Ask, args: dict[str, Any]) -> Payout:
    return payout
