"""Orders and their transactions. No request can leave the buyer out of them."""

from decimal import Decimal
from typing import Any

from connectors.sandbox.wix.ids import guid, shown, written
from connectors.sandbox.wix.sales import NOTHING, Buyer, Line, Order, Reduction
from connectors.sandbox.wix.site import Site

Body = dict[str, Any]
STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"


def order(site: Site, one: Order) -> Body:
    """Write an order."""
    body: Body = {
        "id": one.id,
        "number": str(one.number),
        "createdDate": written(one.created),
        "updatedDate": written(one.updated),
        "purchasedDate": written(one.created),
        "lineItems": [_line(site, one, line) for line in one.lines],
        "paymentStatus": one.payment,
        "fulfillmentStatus": one.fulfilment,
        "weightUnit": "KG",
        "currency": site.properties.currency,
        "taxIncludedInPrices": False,
        "siteLanguage": site.properties.language,
        "priceSummary": _sums(site, one),
        "status": one.status,
        "archived": one.archived,
        "taxInfo": {"totalTax": _price(site, one.tax), "taxBreakdown": []},
        "appliedDiscounts": [_reduction(site, each) for each in one.reductions],
        "attributionSource": "UNSPECIFIED",
        "channelInfo": {"type": one.channel},
        "seenByAHuman": False,
        "balanceSummary": _balance(site, one),
        "additionalFees": [],
        "fulfillmentStatusesAggregate": {"statuses": [one.fulfilment]},
        "imported": one.imported,
        "demo": one.demo,
    }
    return body | (_about_the_buyer(site, one, one.buyer) if one.buyer else {})


def _price(site: Site, amount: Decimal) -> Body:
    return {"amount": f"{amount:.2f}", "formattedAmount": shown(amount, site.properties.currency)}


def _sums(site: Site, one: Order) -> Body:
    sums = {
        "subtotal": one.subtotal,
        "shipping": one.shipping,
        "tax": one.tax,
        "discount": one.discount,
        "total": one.total,
        "totalAdditionalFees": NOTHING,
    }
    return {name: _price(site, amount) for name, amount in sums.items()}


def _balance(site: Site, one: Order) -> Body:
    sums = {"balance": one.total - one.paid, "paid": one.paid, "refunded": one.refunded}
    return {name: _price(site, amount) for name, amount in sums.items()}


def _line(site: Site, one: Order, line: Line) -> Body:
    before, price = line.total, _price(site, line.price)
    engraved = {"name": {"original": "Engraving"}, "lineType": "PLAIN_TEXT"}
    lines = [engraved | {"plainText": {"original": line.engraving}}] if line.engraving else []
    return {
        "id": line.id,
        "productName": {"original": line.name, "translated": line.name},
        "catalogReference": {
            "catalogItemId": line.product_id,
            "appId": STORES_APP,
            "options": {"variantId": line.variant_id},
        },
        "quantity": line.quantity,
        "totalDiscount": _price(site, NOTHING),
        "descriptionLines": lines,
        "physicalProperties": {"sku": line.sku, "shippable": not line.digital},
        "itemType": {"preset": "DIGITAL" if line.digital else "PHYSICAL"},
        "refundQuantity": line.refunded,
        "price": price,
        "priceBeforeDiscounts": price,
        "totalPriceBeforeTax": _price(site, before),
        "totalPriceAfterTax": _price(site, before),
        "lineItemPrice": _price(site, before),
        "paymentOption": "FULL_PAYMENT_ONLINE",
    }


def _reduction(site: Site, one: Reduction) -> Body:
    price = _price(site, one.amount)
    if one.kind == "coupon":
        return {
            "discountType": "GLOBAL",
            "coupon": {"id": one.id, "code": one.name, "name": one.name, "amount": price},
        }
    if one.kind == "merchantDiscount":
        return {"discountType": "GLOBAL", "merchantDiscount": {"amount": price, "name": one.name}}
    rule = {"id": one.id, "name": {"original": one.name, "translated": one.name}, "amount": price}
    return {"discountType": "SPECIFIC_ITEMS", "discountRule": rule}


def _about_the_buyer(site: Site, one: Order, buyer: Buyer) -> Body:
    contact = {
        "address": _address(buyer),
        "contactDetails": {
            "firstName": buyer.first_name,
            "lastName": buyer.last_name,
            "phone": buyer.phone,
            "company": buyer.company,
            "vatId": {"id": buyer.tax_number, "type": "UNSPECIFIED"},
        },
    }
    form = {"id": guid(one.id, "form"), "title": "Gift", "formSubmissionId": one.form_id}
    return {
        "buyerInfo": {"memberId": buyer.member_id, "contactId": buyer.contact_id, "email": buyer.email},
        "buyerLanguage": "en",
        "billingInfo": contact,
        "recipientInfo": contact,
        "shippingInfo": {
            "title": "Post",
            "logistics": {"shippingDestination": contact, "instructions": one.note, "deliveryTime": "3 days"},
            "cost": {"price": _price(site, one.shipping)},
        },
        "buyerNote": one.note,
        "createdBy": {"memberId": buyer.member_id},
        "customFields": [{"title": "Who is it for?", "value": one.answer}] if one.answer else [],
        "activities": [{"id": guid(one.id, "placed"), "authorEmail": buyer.email, "type": "ORDER_PLACED"}],
        "extendedFields": {"namespaces": {"@sandbox/loyalty": {"member": buyer.email}}},
        "forms": [form],
        "checkoutId": one.checkout_id,
    }


def _address(buyer: Buyer) -> Body:
    return {
        "country": "US",
        "subdivision": "US-CA",
        "city": buyer.city,
        "postalCode": buyer.post_code,
        "streetAddress": {"number": buyer.street_number, "name": buyer.street, "apt": ""},
        "addressLine": f"{buyer.street_number} {buyer.street}",
        "countryFullname": "United States",
        "subdivisionFullname": "California",
    }


def transactions(site: Site, one: Order) -> Body:
    """Write what was paid for an order and what was given back; the card's last digits are among it."""
    if one.payment == "NOT_PAID":
        return {"orderId": one.id, "payments": [], "refunds": []}
    return {"orderId": one.id, "payments": [_payment(site, one)], "refunds": _refunds(site, one)}


def _payment(site: Site, one: Order) -> Body:
    names = {"buyerLanguageName": "Credit card", "siteLanguageName": "Credit card"}
    card = {"creditCardDetails": {"lastFourDigits": "4242", "brand": "Visa"}} if one.buyer else {}
    return {
        "id": guid(one.id, "payment"),
        "createdDate": written(one.created),
        "updatedDate": written(one.updated),
        "regularPaymentDetails": {
            "offlinePayment": False,
            "paymentProvider": "wixPay" if one.number % 3 else "PayPal",
            "paymentMethod": "creditCard" if one.number % 3 else "PayPal",
            "paymentMethodName": names,
            "gatewayTransactionId": one.gateway or None,
            "providerTransactionId": one.gateway or None,
        }
        | card,
        "amount": _price(site, one.total),
        "refundDisabled": False,
        "status": {"PARTIALLY_REFUNDED": "PARTIALLY_REFUNDED", "FULLY_REFUNDED": "REFUNDED"}.get(
            one.payment, "APPROVED"
        ),
    }


def _refunds(site: Site, one: Order) -> list[Body]:
    if not one.refunded:
        return []
    price = _price(site, one.refunded)
    moved = {"paymentId": guid(one.id, "payment"), "amount": price, "refundStatus": "SUCCEEDED"}
    return [
        {
            "id": guid(one.id, "refund"),
            "transactions": [moved],
            "details": {"reason": one.note, "shippingIncluded": False},
            "createdDate": written(one.updated),
            "summary": {"requestedRefund": price, "refunded": price, "pending": False},
        }
    ]
