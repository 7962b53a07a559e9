"""Customers and everything of an order that is about them: never Minta's to ask for."""

from types import SimpleNamespace
from typing import Any

from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.resolvers.answers import Count, counted, money, searched, sorted_listing
from connectors.sandbox.shopify.sales import NOTHING, Customer, Money, Order
from connectors.sandbox.shopify.things import Address

CUSTOMER_FIELDS = {
    "id": Filter("number", lambda one: one.number),
    "email": Filter("word", lambda one: one.email),
    "updated_at": Filter("time", lambda one: one.updated_at),
}

constant(
    "Customer", canDelete=False, lifetimeDuration="about 1 year", taxExempt=False, validEmailAddress=True
)
constant("Customer", verifiedEmail=True)
constant("CustomerEmailAddress", marketingState="SUBSCRIBED", validFormat=True)
constant("CustomerPhoneNumber", marketingState="NOT_SUBSCRIBED")
constant("MailingAddress", coordinatesValidated=False, timeZone=None, validationResultSummary="NO_ISSUES")
constant("CustomerJourneySummary", customerOrderIndex=1, daysToConversion=2, ready=True)


@resolves("QueryRoot.customers")
def customers(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    held = list(ask.shop.customers.values())
    kept = searched(ask, args, held, CUSTOMER_FIELDS, "customers", words=lambda one: one.display_name)
    return sorted_listing(
        kept, args, {"UPDATED_AT": lambda one: one.updated_at, "NAME": lambda one: one.last_name}
    )


@resolves("QueryRoot.customersCount")
def customers_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    return counted(len(ask.shop.customers), args)


@resolves("Customer.orders")
def orders(customer: Customer, ask: Ask, args: dict[str, Any]) -> Listing:
    held = [order for order in ask.shop.visible_orders(ask.stamp) if order.customer is customer]
    return sorted_listing(held, args, {"CREATED_AT": lambda order: order.created_at})


@resolves("Customer.numberOfOrders")
def number_of_orders(customer: Customer, ask: Ask, args: dict[str, Any]) -> int:
    return sum(order.customer is customer for order in ask.shop.orders.values())


@resolves("Customer.amountSpent")
def amount_spent(customer: Customer, ask: Ask, args: dict[str, Any]) -> Money:
    spent = (order.total for order in ask.shop.orders.values() if order.customer is customer)
    return money(ask, sum(spent, NOTHING))


@resolves("Customer.defaultAddress")
def default_address(customer: Customer, ask: Ask, args: dict[str, Any]) -> Address:
    return customer.address


@resolves("Customer.addresses")
def addresses(customer: Customer, ask: Ask, args: dict[str, Any]) -> list[Address]:
    return [customer.address][: args.get("first")]


@resolves("Customer.defaultEmailAddress")
def email_address(customer: Customer, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(email_address=customer.email)


@resolves("Customer.defaultPhoneNumber")
def phone_number(customer: Customer, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(phone_number=customer.phone)


@resolves("MailingAddress.id")
def address_id(address: Address, ask: Ask, args: dict[str, Any]) -> str:
    return f"gid://shopify/MailingAddress/{address.number}?model_name=CustomerAddress"


@resolves("Order.billingAddress", "Order.shippingAddress", "Order.displayAddress")
def order_address(order: Order, ask: Ask, args: dict[str, Any]) -> Address | None:
    return order.customer.address if order.customer else None


@resolves("Order.email")
def order_email(order: Order, ask: Ask, args: dict[str, Any]) -> str | None:
    return order.customer.email if order.customer else None


@resolves("Order.phone")
def order_phone(order: Order, ask: Ask, args: dict[str, Any]) -> str | None:
    return order.customer.phone if order.customer else None


@resolves("Order.purchasingEntity")
def purchasing_entity(order: Order, ask: Ask, args: dict[str, Any]) -> Customer | None:
    return order.customer


@resolves("Order.customerJourneySummary")
def journey(order: Order, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace()


@resolves("Order.confirmationNumber")
def confirmation(order: Order, ask: Ask, args: dict[str, Any]) -> str:
    return f"{order.number % 10**9:09d}"


@resolves("Order.statusPageUrl")
def status_page(order: Order, ask: Ask, args: dict[str, Any]) -> str:
    return f"https://www.{ask.shop.handle}.example/orders/{order.number}?key={order.number % 10**6:06d}"
