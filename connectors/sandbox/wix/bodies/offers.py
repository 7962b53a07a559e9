"""Discount rules and coupons."""

from datetime import datetime
from typing import Any

from connectors.sandbox.wix.bodies.orders import STORES_APP
from connectors.sandbox.wix.ids import number, written
from connectors.sandbox.wix.sales import Coupon, Rule

Body = dict[str, Any]


def rule(one: Rule, now: datetime) -> Body:
    """Write a discount rule as it stands now."""
    return {
        "id": one.id,
        "revision": str(one.revision),
        "createdDate": written(one.created),
        "updatedDate": written(one.updated),
        "active": one.active,
        "name": one.name,
        "trigger": _trigger(one),
        "activeTimeInfo": {"start": written(one.starts), "end": written(one.ends)},
        "discounts": {"values": [_discount(one)]},
        "status": one.status_at(now),
        "usageCount": one.used,
    }


def _scope(one: Rule) -> Body:
    if not one.product_ids:
        everything = {"appId": STORES_APP, "params": {"collectionIds": []}}
        return {"id": f"all_{STORES_APP}", "type": "CUSTOM_FILTER", "customFilter": everything}
    items = {"catalogAppId": STORES_APP, "catalogItemIds": list(one.product_ids)}
    return {"id": f"specific_{STORES_APP}", "type": "CATALOG_ITEM", "catalogItemFilter": items}


def _trigger(one: Rule) -> Body | None:
    if one.member_ids:
        chosen = {"individualMembersInfo": {"memberIds": list(one.member_ids)}}
        eligible = chosen | {"eligibilityType": "INDIVIDUAL_MEMBERS"}
        return {"triggerType": "CUSTOMER_ELIGIBILITY", "customerEligibility": eligible}
    if one.subtotal_from is not None:
        span: Body = {"scopes": [_scope(one)], "from": f"{one.subtotal_from:.2f}", "to": None}
        return {"triggerType": "SUBTOTAL_RANGE", "subtotalRange": span}
    if one.quantity_from is not None:
        span = {"scopes": [_scope(one)], "from": one.quantity_from, "to": None}
        return {"triggerType": "ITEM_QUANTITY_RANGE", "itemQuantityRange": span}
    return None


def _discount(one: Rule) -> Body:
    body: Body = {"targetType": "SPECIFIC_ITEMS", "specificItemsInfo": {"scopes": [_scope(one)]}}
    if one.percentage is not None:
        return body | {"discountType": "PERCENTAGE", "percentage": number(one.percentage)}
    return body | {"discountType": "FIXED_AMOUNT", "fixedAmount": f"{one.amount:.2f}"}


def coupon(one: Coupon, now: datetime) -> Body:
    """Write a coupon as it stands now: its times are milliseconds, as text."""
    words: Body = {
        "name": one.name,
        "code": one.code,
        "type": one.kind,
        "startTime": _milliseconds(one.starts),
        "limitedToOneItem": False,
        "active": one.active,
        "scope": {"namespace": "stores"},
    }
    if one.ends is not None:
        words["expirationTime"] = _milliseconds(one.ends)
    amount = number(one.amount) if one.amount is not None else 0
    offers: dict[str, Body] = {
        "MoneyOff": {"moneyOffAmount": amount},
        "PercentOff": {"percentOffRate": amount},
        "FreeShipping": {"freeShipping": True},
    }
    return {
        "id": one.id,
        "specification": words | offers[one.kind],
        "dateCreated": _milliseconds(one.created),
        "expired": one.expired_at(now),
        "numberOfUsages": one.used,
    }


def _milliseconds(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))
