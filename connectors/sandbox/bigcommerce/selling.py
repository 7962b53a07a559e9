"""Invented customers and their orders; the same for the same store."""

import random
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.bigcommerce.goods import Variant
from connectors.sandbox.bigcommerce.sales import Customer, Line, Order, Refund
from connectors.sandbox.bigcommerce.store import Store

CENT = Decimal("0.01")
GIVEN = (
    "Anna", "Bruno", "Chloé", "Dimitri", "Élodie", "Farid", "Grete", "Håkon", "Inès", "João", "Kaya",
    "Łukasz", "Mei", "Noor", "Oskar", "Priya",
)  # fmt: skip
FAMILY = (
    "Abadi", "Brandt", "Castro", "Dvořák", "Eriksen", "Fischer", "García", "Hoang", "Ivanov", "Jørgensen",
    "Kowalski", "Laurent", "Müller",
)  # fmt: skip
TOWNS = (("Potsdam", "14467"), ("Hamburg", "20095"), ("Köln", "50667"), ("München", "80331"))
MESSAGES = ("Please ring twice.", "A present for my sister Lena.", "Leave it with the neighbour, Herr Vogel.")
SPAN_MINUTES = 170 * 24 * 60


def add_orders(store: Store, now: datetime, chance: random.Random, count: int) -> None:
    """Make customers and `count` orders of the last 170 days."""
    for _ in range(max(3, count // 3)):
        _add_customer(store, chance)
    sold = [variant for variant in store.variants if variant.product.is_visible]
    if not sold:
        return
    ages = sorted((chance.randrange(30, SPAN_MINUTES) for _ in range(count)), reverse=True)
    for age in ages:
        chosen = chance.sample(sold, k=min(len(sold), chance.randint(1, 3)))
        _befall(store, add_order(store, now - timedelta(minutes=age), chosen, chance))


def add_order(store: Store, made_at: datetime, variants: list[Variant], chance: random.Random) -> Order:
    """Make one order; every fifth has a coupon."""
    number = store.next("order", 100)
    order = Order(
        number=number,
        customer=chance.choice(store.customers),
        created_at=made_at,
        changed_at=made_at,
        lines=[_line(store, variant, chance) for variant in variants],
        shipping=Decimal("4.90"),
        payment_method=chance.choice(("Manual", "PayPal", "Cash on Delivery")),
        customer_message=MESSAGES[number % 3] if number % 7 == 0 else None,
        staff_notes=f"Asked for {MESSAGES[number % 3]}" if number % 6 == 0 else None,
    )
    store.orders.put(number, order)
    if number % 5 == 0:
        _apply(order)
    for variant, line in zip(variants, order.lines, strict=True):
        variant.product.total_sold += line.quantity
    store.products.touch()
    return order


def _befall(store: Store, order: Order) -> None:
    """Let some orders be completed, cancelled, never finished, partly refunded or archived."""
    number = order.number
    if number % 13 == 0:
        order.status = 5
    elif number % 11 == 0:
        order.status = 0
    elif number % 9 == 0:
        refund(store, order, order.created_at + timedelta(minutes=20))
    elif number % 17 == 0:
        order.is_deleted = True
    elif number % 2 == 0:
        order.status = 10


def refund(store: Store, order: Order, when: datetime) -> Refund:
    """Give the money for one piece of the first line back."""
    line = order.lines[0]
    amount = ((line.total - line.discount) / line.quantity).quantize(CENT)
    line.refunded += 1
    one = Refund(store.next("refund"), order, line, amount, when, "Too small for Herr Vogel")
    order.refunds.append(one)
    order.status = 4 if order.refunded >= order.total else 14
    order.changed_at = when
    store.orders.touch()
    return one


def _add_customer(store: Store, chance: random.Random) -> None:
    first, last = chance.choice(GIVEN), chance.choice(FAMILY)
    town, post_code = chance.choice(TOWNS)
    number = store.next("customer", 5000)
    store.customers.append(
        Customer(
            number=number,
            first_name=first,
            last_name=last,
            company=f"{last} & Töchter KG {number}",
            email=f"{first}.{last}.{number}@customer.example".lower(),
            phone=f"+4915{chance.randrange(10**8, 10**9)}",
            street=f"Lindenallee {number}",
            floor=f"{chance.randint(1, 9)}. Stock links, bei {last}",
            town=town,
            zip=post_code,
            ip=f"203.0.113.{number % 250}",
            ip_v6=f"2001:db8::{number:x}",
            tax_number=f"DE{chance.randrange(10**8, 10**9)}",
        )
    )


def _line(store: Store, variant: Variant, chance: random.Random) -> Line:
    product = variant.product
    return Line(
        number=store.next("line"),
        product=product.number,
        variant=variant.number,
        name=product.name,
        sku=variant.sku,
        brand=product.brand.name if product.brand else "",
        quantity=chance.choice((1, 1, 1, 2, 3)),
        price=variant.calculated_price,
        kind=product.kind,
        engraving="For Lena, with love" if chance.random() < 0.1 else "",
        gift_message="Alles Gute von Oma Grete" if chance.random() < 0.1 else "",
    )


def _apply(order: Order) -> None:
    order.coupon = (1, "WELCOME10")
    for line in order.lines:
        line.discount = (line.total / 10).quantize(CENT, ROUND_HALF_UP)
