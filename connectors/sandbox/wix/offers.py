"""Offers of a pretended site: discount rules for everybody and for some, and coupons."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.clock import days
from connectors.sandbox.wix.ids import guid
from connectors.sandbox.wix.sales import Coupon, Rule
from connectors.sandbox.wix.site import Site


def add_offers(site: Site, now: datetime) -> None:
    """Add rules that run, are over, are to come and are switched off, and some coupons."""
    some = tuple(one.id for one in list(site.products.values())[:2])
    members = tuple(buyer.member_id for buyer in site.buyers[:2])
    add_rule(site, now - days(30), "Spring, a tenth off", percentage=Decimal(10), product_ids=some, used=14)
    add_rule(site, now - days(20), "Five off above fifty", amount=Decimal(5), subtotal_from=Decimal(50))
    add_rule(site, now - days(90), "Chestnut fortnight", percentage=Decimal(15), ends=now - days(60))
    add_rule(site, now - days(3), "Snowdrop weeks", percentage=Decimal(20), starts=now + days(30))
    add_rule(
        site, now - days(50), "Three for the attic", percentage=Decimal(25), quantity_from=3, active=False
    )
    add_rule(site, now - days(10), "Members only", percentage=Decimal(30), member_ids=members)
    add_coupon(site, now - days(40), "WELCOME10", "Welcome", "PercentOff", Decimal(10))
    add_coupon(site, now - days(35), "FIVER", "Five off", "MoneyOff", Decimal(5))
    add_coupon(site, now - days(80), "SHIPFREE", "Post is on us", "FreeShipping", ends=now - days(50))


def add_rule(site: Site, now: datetime, name: str, **known: Any) -> Rule:
    """Add a discount rule."""
    number = site.take_number()
    starts = known.pop("starts", now)
    made = Rule(guid(site.site_id, "rule", number), number, name, now, now, starts, **known)
    site.rules[made.id] = made
    site.changed()
    return made


def add_coupon(
    site: Site,
    now: datetime,
    code: str,
    name: str,
    kind: str,
    amount: Decimal | None = None,
    ends: datetime | None = None,
) -> Coupon:
    """Add a coupon."""
    number = site.take_number()
    made = Coupon(guid(site.site_id, "coupon", number), number, kind, name, code, now, now, ends, amount)
    site.coupons[made.id] = made
    site.changed()
    return made
