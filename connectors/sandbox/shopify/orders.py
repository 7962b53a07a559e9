"""Invented customers, their orders and the payouts; the same for the same store."""

import random
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.clock import days
from connectors.sandbox.shopify.sales import (
    NOTHING,
    Allocation,
    Application,
    Customer,
    LineItem,
    Order,
    Payout,
    Refund,
    Transaction,
)
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import Address, Variant

CENT = Decimal("0.01")
GIVEN = [
    "Anna",
    "Bruno",
    "Chloé",
    "Dimitri",
    "Élodie",
    "Farid",
    "Grete",
    "Håkon",
    "Inès",
    "João",
    "Kaya",
    "Łukasz",
    "Mei",
    "Noor",
    "Oskar",
    "Priya",
]
FAMILY = [
    "Abadi",
    "Brandt",
    "Castro",
    "Dvořák",
    "Eriksen",
    "Fischer",
    "García",
    "Hoang",
    "Ivanov",
    "Jørgensen",
    "Kowalski",
    "Laurent",
    "Müller",
]
TOWNS = (
    ("Berlin", "10115"),
    ("Hamburg", "20095"),
    ("Köln", "50667"),
    ("München", "80331"),
    ("Leipzig", "04109"),
)
NOTES = (
    "Please ring twice.",
    "It is a present for my sister Lena.",
    "Leave it with the neighbour, Herr Vogel.",
)


def add_orders(shop: Shop, now: datetime, chance: random.Random, count: int) -> None:
    """Make customers and `count` orders over the last 60 days, and two older ones that no app may see."""
    customers = [_customer(shop, now, chance, number) for number in range(max(3, count // 3))]
    sold = [variant for variant in shop.variants.values() if variant.product.status == "ACTIVE"]
    if not sold:
        return
    span_minutes = 59 * 24 * 60
    ages = sorted((chance.randrange(30, span_minutes) for _ in range(count)), reverse=True)
    old = [int(days(extra).total_seconds() // 60) for extra in (95, 80)] if count else []
    for place, age in enumerate([*old, *ages], start=1001):
        made_at = now - timedelta(minutes=age)
        add_order(
            shop,
            made_at,
            chance.choice(customers),
            chance.sample(sold, k=min(len(sold), chance.randint(1, 3))),
            chance,
            place,
        )


def add_order(
    shop: Shop,
    made_at: datetime,
    customer: Customer | None,
    variants: list[Variant],
    chance: random.Random,
    place: int,
) -> Order:
    """Make one order; every fifth has a code, every ninth a refund, every thirteenth is cancelled."""
    lines = [_line(shop, variant, chance) for variant in variants]
    order = Order(
        number=shop.numbers.take(),
        place=place,
        customer=customer,
        created_at=made_at,
        updated_at=made_at,
        line_items=lines,
        transactions=[],
        shipping=Decimal("4.90"),
        tax=NOTHING,
        client_ip=f"203.0.113.{place % 250}",
        note=NOTES[place % len(NOTES)] if place % 7 == 0 else None,
    )
    _befall(shop, order)
    shop.orders[order.number] = order
    return order


def _befall(shop: Shop, order: Order) -> None:
    """Let happen to an order what its place in the row brings."""
    place, at = order.place, order.created_at
    if place % 5 == 0:
        _apply(order, Application("DiscountCodeApplication", 0, "WELCOME10", 10.0))
    elif place % 8 == 0:
        _apply(order, Application("AutomaticDiscountApplication", 0, "Autumn sale", 15.0))
    order.transactions.append(_payment(shop, order, at))
    if place % 13 == 0:
        _cancel(order, at)
    elif place % 9 == 0:
        _refund(shop, order, at)
    elif place % 6 == 0:
        order.display_fulfillment_status = "UNFULFILLED"


def add_payouts(shop: Shop, now: datetime) -> None:
    """Make four weekly payouts."""
    for week in range(1, 5):
        number = shop.numbers.take()
        gross = Decimal(400 + 37 * week)
        fee = (gross * Decimal("0.019")).quantize(CENT)
        shop.payouts[number] = Payout(number, now - days(7 * week), gross, fee)


def customer_of(shop: Shop, chance: random.Random) -> Customer | None:
    """Choose one of a store's customers."""
    living = [customer for customer in shop.customers.values() if not customer.redacted]
    return chance.choice(living) if living else None


def _customer(shop: Shop, now: datetime, chance: random.Random, place: int) -> Customer:
    first, last = chance.choice(GIVEN), chance.choice(FAMILY)
    town, post_code = chance.choice(TOWNS)
    phone = f"+4915{chance.randrange(10**8, 10**9)}"
    address = Address(
        number=shop.numbers.take(),
        address1=f"Lindenallee {chance.randint(1, 90)}",
        city=town,
        zip=post_code,
        province=None,
        province_code=None,
        country="Germany",
        country_code="DE",
        phone=phone,
        first_name=first,
        last_name=last,
    )
    born = now - days(chance.randint(61, 500))
    email = f"{first}.{last}.{place}@customer.example".lower()
    customer = Customer(shop.numbers.take(), first, last, email, phone, address, born, born, locale="de")
    customer.tags = ["newsletter"]
    customer.note = "Prefers to be called in the evening." if place % 4 == 0 else None
    shop.customers[customer.number] = customer
    return customer


def _line(shop: Shop, variant: Variant, chance: random.Random) -> LineItem:
    return LineItem(
        number=shop.numbers.take(),
        product=variant.product,
        variant=variant,
        title=variant.product.title,
        variant_title=variant.title if variant.values else None,
        sku=variant.sku,
        vendor=variant.product.vendor,
        quantity=chance.choice((1, 1, 1, 2, 3)),
        price=variant.price,
        requires_shipping=variant.item.requires_shipping,
        taxable=variant.taxable,
        is_gift_card=variant.product.is_gift_card,
        engraving="For Lena, with love" if chance.random() < 0.1 else None,
    )


def _apply(order: Order, application: Application) -> None:
    order.applications.append(application)
    share = Decimal(str(application.percentage)) / 100
    for line in order.line_items:
        amount = (line.total * share).quantize(CENT, ROUND_HALF_UP)
        line.allocations.append(Allocation(amount, application))


def _payment(shop: Shop, order: Order, made_at: datetime) -> Transaction:
    gateway = "shopify_payments" if order.place % 4 else "paypal"
    return Transaction(
        shop.numbers.take(), "SALE", "SUCCESS", gateway, order.total, made_at,
        fee_number=shop.numbers.take() if gateway == "shopify_payments" else None,
    )  # fmt: skip


def _refund(shop: Shop, order: Order, made_at: datetime) -> None:
    line = order.line_items[0]
    amount = ((line.total - line.discount) / line.quantity).quantize(CENT)
    line.returned = 1
    when = made_at + timedelta(minutes=20)
    order.refunds.append(
        Refund(shop.numbers.take(), amount, when, "Too small for Herr Vogel", [(line, 1, amount)])
    )
    order.transactions.append(
        Transaction(shop.numbers.take(), "REFUND", "SUCCESS", order.transactions[0].gateway, amount, when)
    )
    order.display_financial_status = "PARTIALLY_REFUNDED" if amount < order.total else "REFUNDED"
    order.updated_at = when


def _cancel(order: Order, made_at: datetime) -> None:
    order.cancelled_at = order.closed_at = order.updated_at = made_at + timedelta(minutes=25)
    order.cancel_reason = "CUSTOMER"
    order.display_financial_status = "VOIDED"
    order.display_fulfillment_status = "UNFULFILLED"
    order.transactions[0].status = "FAILURE"
