"""Sales of a pretended site: its buyers, with everything about them, and what they bought."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from connectors.sandbox.wix.ids import guid, whole_ms
from connectors.sandbox.wix.sales import NOTHING, Buyer, Line, Order, Reduction
from connectors.sandbox.wix.site import V3, Site
from connectors.sandbox.wix.things import Product, Variant

FIRST = ("Amara", "Bjørn", "Chiyo", "Dácil", "Élodie", "Farid", "Gwyneira", "Håkon", "Ịfeọma", "Jürgen")
LAST = ("Okonkwo", "Sæther", "Matsubara", "Guanche", "Lacroix", "Rahmani", "Llewellyn", "Ødegård")
STREETS = ("Larkspur Crescent", "Old Tannery Row", "Quillback Lane", "Saltmarsh Avenue", "Thistledown Court")
NOTES = ("Please leave it with Mrs. {0} next door", "{0}'s birthday, do not ring", "Call {0} before you come")
FIRST_NUMBER = 10_000
SPAN_DAYS = 90


def add_buyers(site: Site, chance: random.Random, count: int = 16) -> None:
    """Invent buyers, each with values that nothing else in the sandbox has."""
    for place in range(count):
        first, last = FIRST[place % len(FIRST)], LAST[(place * 3 + place // 8) % len(LAST)]
        mark = chance.randrange(10**6, 10**7)
        site.buyers.append(
            Buyer(
                contact_id=guid(site.site_id, "contact", place),
                member_id=guid(site.site_id, "member", place),
                first_name=first,
                last_name=f"{last}-{mark % 1000:03d}",
                email=f"buyer.{mark}@post.example",
                phone=f"+1415{mark}",
                company=f"{last} & Daughters {mark}",
                tax_number=f"VAT{mark}",
                street=f"{STREETS[place % len(STREETS)]} {mark}",
                street_number=str(1 + place * 7),
                post_code=f"{90_000 + place * 13}-{mark % 10_000:04d}",
                city="Oakland",
            )
        )


def add_orders(site: Site, now: datetime, chance: random.Random, count: int) -> None:
    """Invent sales of the last three months, of every kind that Wix knows."""
    goods = [one for one in site.products.values() if one.visible][:500]
    if not goods:
        return
    for place in range(count):
        born = now - timedelta(minutes=(count - place) * SPAN_DAYS * 24 * 60 // (count + 1) + 30)
        chosen = [chance.choice(goods) for _ in range(chance.choice((1, 1, 2, 3)))]
        lines = [(product, chance.choice(product.variants)) for product in chosen]
        _vary(add_order(site, born, lines, chance), place, site, now)


def _vary(order: Order, place: int, site: Site, now: datetime) -> None:
    rule = next(iter(site.rules.values()))
    coupon = next(iter(site.coupons.values()))
    order.status = {3: "INITIALIZED", 9: "CANCELED", 11: "PENDING"}.get(place, "APPROVED")
    order.demo, order.imported, order.archived = place == 5, place == 7, place % 10 == 8
    order.channel = "POS" if place % 6 == 4 else "WEB"
    order.fulfilment = "NOT_FULFILLED" if place % 5 == 0 else "FULFILLED"
    cent = Decimal("0.01")
    if place % 4 == 1:
        order.reductions = [
            Reduction("discountRule", rule.id, rule.name, (order.subtotal / 10).quantize(cent))
        ]
    elif place % 9 == 2:
        order.reductions = [Reduction("coupon", coupon.id, coupon.code, Decimal("2.00"))]
    elif place % 17 == 6:
        order.reductions = [Reduction("merchantDiscount", "", "For an old friend", Decimal("1.00"))]
    if place % 8 == 6 and order.status == "APPROVED":
        order.refunded = order.lines[0].price
        order.lines[0].refunded = 1
        order.updated = min(whole_ms(order.created + timedelta(days=4)), now)


def add_order(
    site: Site, now: datetime, goods: list[tuple[Product, Variant]], chance: random.Random
) -> Order:
    """Write down a sale."""
    number = site.take_number()
    buyer = chance.choice(site.buyers) if site.buyers else None
    whom = buyer.last_name if buyer else "nobody"
    now = whole_ms(now)
    order = Order(
        id=guid(site.site_id, "order", number),
        number=FIRST_NUMBER + number,
        buyer=buyer,
        created=now,
        updated=now,
        lines=[_line(site, place, *pair, chance) for place, pair in enumerate(goods, start=1)],
        shipping=Decimal("4.90"),
        tax=NOTHING,
        note=chance.choice(NOTES).format(whom) if chance.random() < 0.5 else None,
        answer=f"For {whom}, born on the 9th" if chance.random() < 0.3 else None,
        gateway=f"pi_{chance.randrange(10**15, 10**16)}",
    )
    order.tax = (order.subtotal * Decimal("0.0875")).quantize(Decimal("0.01"))
    if chance.random() < 0.3:
        order.lines[0].engraving = f"{whom} forever"
    site.orders[order.id] = order
    site.changed()
    return order


def _line(site: Site, place: int, product: Product, variant: Variant, chance: random.Random) -> Line:
    return Line(
        place=place,
        product_id=product.id,
        variant_id=variant.id if site.catalog == V3 else product.v1_id(variant),
        name=product.name,
        sku=variant.sku,
        quantity=chance.choice((1, 1, 1, 2, 3)),
        price=variant.price,
        digital=product.digital,
    )


def forget_buyer(site: Site, order: Order) -> None:
    """Leave nothing of the buyer in an order, as Wix does when the owner erases a visitor's data."""
    site.forgotten |= order.personal
    order.buyer = order.note = order.answer = None
    order.gateway = ""
    for line in order.lines:
        line.engraving = None
