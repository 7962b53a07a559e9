"""An order as v2 writes it: four decimals in strings, `""` for nothing, and its customer all over."""

from decimal import Decimal
from typing import Any

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, mail_date
from connectors.sandbox.bigcommerce.sales import NOTHING, STATUSES, TAX, Customer, Line, Order

LINKS = {
    "fees": "fees", "consignments": "consignments", "products": "products",
    "shipping_addresses": "shipping_addresses", "coupons": "coupons",
}  # fmt: skip
FREE_COSTS = ("handling_cost", "wrapping_cost")


def order_body(ask: Ask, row: Order) -> Body:
    """Write an order whole, with keys that no specification has and nulls that none allows."""
    who, status = row.customer, STATUSES[row.status][0]
    body: Body = {
        "id": row.number, "customer_id": who.number, "date_created": mail_date(row.created_at),
        "is_tax_inclusive_pricing": True, "date_modified": mail_date(row.changed_at),
        "date_shipped": mail_date(row.changed_at) if row.status in (2, 10) else "",
        "status_id": row.status, "status": status, "custom_status": status,
        **_taxed("subtotal", row.subtotal), **_taxed("shipping_cost", row.shipping),
        **_taxed("total", row.total), "base_shipping_cost": four(row.shipping),
        "shipping_cost_tax_class_id": 0, **_free_costs(),
        "items_total": sum(line.quantity for line in row.lines),
        "items_shipped": sum(line.quantity for line in row.lines) if row.status in (2, 10) else 0,
        "payment_method": row.payment_method, "payment_provider_id": None,
        "payment_status": "" if row.payment_method == "Manual" else "captured",
        "refunded_amount": four(row.refunded), "order_is_digital": False, "store_credit_amount": "0.0000",
        "gift_certificate_amount": "0.0000", "ip_address": who.ip, "ip_address_v6": who.ip_v6,
        "geoip_country": "Germany", "geoip_country_iso2": "DE", "staff_notes": row.staff_notes,
        "customer_message": row.customer_message, "discount_amount": "0.0000",
        "coupon_discount": four(row.discount), "shipping_address_count": 1, "is_deleted": row.is_deleted,
        "ebay_order_id": "0", "cart_id": None, "billing_address": _billing(who), "is_email_opt_in": False,
        "credit_card_type": None, "order_source": "www", "channel_id": 1, "external_source": None,
        "external_id": None, "external_merchant_id": None, "tax_provider_id": "", "customer_locale": "de",
        "external_order_id": "",
    }  # fmt: skip
    return body | _currencies(ask) | _links(ask, row)


def line_body(held: Order, row: Line) -> Body:
    """Write a line, with what the customer had engraved and wished."""
    engraved = {"name": "Engraving", "value": row.engraving}
    discount = {
        "id": "coupon", "amount": four(row.discount), "name": "10% off", "code": "WELCOME10",
        "target": "order",
    }  # fmt: skip
    net = _net(row.price)
    return {
        "id": row.number, "order_id": held.number, "product_id": row.product, "variant_id": row.variant,
        "order_pickup_method_id": 0, "order_address_id": held.number, "name": row.name,
        "name_customer": row.name, "name_merchant": row.name, "sku": row.sku, "upc": "", "type": row.kind,
        "base_price": four(row.price), "price_ex_tax": four(net), "price_inc_tax": four(row.price),
        "price_tax": four(row.price - net), "base_total": four(row.total), **_taxed("total", row.total),
        "weight": "1.0000", "width": "0.0000", "height": "0.0000", "depth": "0.0000",
        "quantity": row.quantity, "base_cost_price": "0.0000", "cost_price_inc_tax": "0.0000",
        "cost_price_ex_tax": "0.0000",
        "cost_price_tax": "0.0000", "is_refunded": row.refunded == row.quantity,
        "quantity_refunded": row.refunded, "refund_amount": "0.0000", "return_id": 0, "wrapping_id": 0,
        "wrapping_name": "", "base_wrapping_cost": "0.0000", "wrapping_cost_ex_tax": "0.0000",
        "wrapping_cost_inc_tax": "0.0000", "wrapping_cost_tax": "0.0000",
        "wrapping_message": row.gift_message, "quantity_shipped": 0, "event_name": None, "event_date": None,
        "fixed_shipping_cost": "0.0000", "ebay_item_id": "", "ebay_transaction_id": "", "option_set_id": None,
        "parent_order_product_id": None, "is_bundled_product": False, "bin_picking_number": "",
        "external_id": "", "fulfillment_source": "", "brand": row.brand, "gift_certificate_id": None,
        "applied_discounts": [discount] if row.discount else [],
        "product_options": [_engraving(row)] if row.engraving else [],
        "configurable_fields": [engraved] if row.engraving else [],
        "discounted_total_inc_tax": four(row.total - row.discount),
    }  # fmt: skip


def shipping_address(row: Order) -> Body:
    """Write where an order goes; nobody who keeps to a merchant's own fields may ask for it."""
    address = {"id": row.number, "order_id": row.number, **_billing(row.customer)}
    return address | {"shipping_method": "Flat Rate", "items_total": len(row.lines), "items_shipped": 0}


def four(amount: Decimal) -> str:
    """Write an amount with four decimals."""
    return f"{amount:.4f}"


def _net(amount: Decimal) -> Decimal:
    return (amount / TAX).quantize(Decimal("0.0001"))


def _taxed(name: str, amount: Decimal) -> dict[str, str]:
    net = _net(amount)
    return {f"{name}_ex_tax": four(net), f"{name}_inc_tax": four(amount), f"{name}_tax": four(amount - net)}


def _free_costs() -> Body:
    body: Body = {}
    for name in FREE_COSTS:
        body |= {f"base_{name}": four(NOTHING), f"{name}_tax_class_id": 0, **_taxed(name, NOTHING)}
    return body


def _currencies(ask: Ask) -> Body:
    own, rate = ask.store.fields["currency"], "1.0000000000"
    return {
        "currency_id": 1, "currency_code": own, "currency_exchange_rate": rate, "default_currency_id": 1,
        "default_currency_code": own, "store_default_currency_code": own,
        "store_default_to_transactional_exchange_rate": rate,
    }  # fmt: skip


def _links(ask: Ask, row: Order) -> Body:
    place = f"{ask.base_url}stores/{ask.store.hash}/v2"
    return {
        name: {"url": f"{place}/orders/{row.number}/{last}", "resource": f"/orders/{row.number}/{last}"}
        for name, last in LINKS.items()
    }


def _billing(who: Customer) -> Body:
    return {
        "first_name": who.first_name, "last_name": who.last_name, "company": who.company,
        "street_1": who.street, "street_2": who.floor, "city": who.town, "state": "Brandenburg",
        "zip": who.zip, "country": "Germany", "country_iso2": "DE", "phone": who.phone, "email": who.email,
        "form_fields": [{"name": "Tax ID", "value": who.tax_number}],
    }  # fmt: skip


def _engraving(row: Line) -> dict[str, Any]:
    shown = ("display_name", "display_name_customer", "display_name_merchant", "name")
    typed = ("display_value", "display_value_customer", "display_value_merchant", "value")
    return {
        "id": row.number, "option_id": 18, "order_product_id": row.number, "product_option_id": 120,
        "type": "Text field", "display_style": "", **dict.fromkeys(shown, "Engraving"),
        **dict.fromkeys(typed, row.engraving),
    }  # fmt: skip
