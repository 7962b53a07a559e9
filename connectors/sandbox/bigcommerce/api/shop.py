"""The store itself: `/v2/store`, time, settings, currencies, payment methods, channels, sites."""

from typing import Any

from werkzeug import Response

from connectors.sandbox.bigcommerce.api.ask import Ask, Body, mail_date, nothing_there, one, said, zulu
from connectors.sandbox.bigcommerce.api.listing import Column, kept, moment, page, page_v2
from connectors.sandbox.bigcommerce.store import Store

PAYMENTS = (
    {"code": "bigcommerce_payments", "name": "Credit card", "test_mode": False},
    {"code": "paypalcommerce", "name": "PayPal", "test_mode": False},
    {"code": "cod", "name": "Cash on Delivery", "test_mode": True},
)
RANGE = frozenset({"", "min", "max"})
CHANNELS = {
    "available": Column(lambda one: one["is_enabled"], lambda text: text == "true"),
    "status": Column(lambda one: one["status"], str, frozenset({"in"})),
    "type": Column(lambda one: one["type"], str, frozenset({"in"})),
    "platform": Column(lambda one: one["platform"], str, frozenset({"in"})),
    "date_created": Column(lambda one: moment(one["date_created"]), moment, RANGE),
    "date_modified": Column(lambda one: moment(one["date_modified"]), moment, RANGE),
}
SITES = {
    "channel_id": Column(lambda one: one["channel_id"], int, frozenset({"in"})),
    "url_type": Column(lambda one: [url["type"] for url in one["urls"]], str, frozenset({"in"})),
}


def store(ask: Ask) -> Response:
    """Answer `GET /store`."""
    return said(ask.store.fields)


def time(ask: Ask) -> Response:
    """Answer `GET /time`."""
    return said({"time": int(ask.platform.clock.stamp().timestamp())})


def profile(ask: Ask) -> Response:
    """Answer `GET /settings/store/profile`."""
    fields = ask.store.fields
    return one(
        {
            "store_address": fields["address"],
            "store_address_type": "Home Office",
            "store_email": fields["admin_email"],
            "store_name": fields["name"],
            "store_phone": fields["phone"],
        }
    )


def logo(ask: Ask) -> Response:
    """Answer `GET /settings/logo`: this store has none."""
    return one(
        {"favicon_url": "", "logo_image_url": "", "logo_text": ask.store.fields["name"], "type": "text"}
    )


def setting(ask: Ask, name: str) -> Response:
    """Answer one of the settings that say little about a merchant."""
    fields = ask.store.fields
    if name == "locale":
        body: Body = {
            "default_shopper_language": fields["language"],
            "shopper_language_selection_method": "default_shopper_language",
            "store_country": fields["country"],
        }
    elif name == "units":
        body = {
            "weight_measurement": fields["weight_units"],
            "length_measurement": fields["dimension_units"],
            "decimal_token": fields["dimension_decimal_token"],
            "thousands_token": fields["dimension_thousands_token"],
            "decimal_places": fields["dimension_decimal_places"],
            "factoring_dimension": "depth",
        }
    elif name == "catalog":
        body = {"auto_approve_reviews": False, "enable_product_comparisons": True}
    elif name == "storefront":
        body = {"down_for_maintenance_message": "", "prelaunch_message": "", "prelaunch_password": ""}
    else:
        body = _inventory_settings()
    return one(body)


def currencies(ask: Ask) -> Response:
    """Answer `GET /currencies`."""
    own = _currency(
        ask.store, 1, ask.store.fields["currency"], ask.store.fields["currency_symbol"], "1.0000000000"
    )
    other = _currency(ask.store, 2, "CHF", "Fr.", "0.9420000000")
    return page_v2(ask, [own | {"is_default": True}, other], dict)


def payments(ask: Ask) -> Response:
    """Answer `GET /payments/methods` of v2."""
    return page_v2(ask, PAYMENTS, dict)


def channels(ask: Ask) -> Response:
    """Answer `GET /channels`."""
    rows = kept(ask, channel_bodies(ask.store), CHANNELS, own=frozenset({"include"}))
    return page(ask, rows, dict)


def channel(ask: Ask) -> Response:
    """Answer `GET /channels/{id}`."""
    rows = channel_bodies(ask.store)
    row = next((row for row in rows if row["id"] == ask.numbers["channel"]), None)
    if row is None:
        raise nothing_there("v3")
    return one(row)


def sites(ask: Ask) -> Response:
    """Answer `GET /sites`."""
    return page(ask, kept(ask, [_site(ask.store)], SITES), dict)


def channel_bodies(held: Store) -> list[Body]:
    """Write the channels; number 1 is born with the store."""
    shown = {
        "is_listable_from_ui": True,
        "is_enabled": True,
        "is_visible": True,
        "external_id": "",
        "icon_url": "",
    }
    return [
        {
            "id": 1, "name": held.fields["name"], "platform": "bigcommerce", "type": "storefront",
            "date_created": zulu(held.created_at), "date_modified": zulu(held.changed_at), "status": "active",
            **shown,
        },
        {
            "id": 664181, "name": "Instagram", "platform": "meta", "type": "marketing",
            "date_created": zulu(held.changed_at), "date_modified": zulu(held.changed_at),
            "status": "connected", **shown,
        },
    ]  # fmt: skip


def _currency(held: Store, number: int, code: str, sign: str, rate: str) -> dict[str, Any]:
    return {
        "id": number, "is_default": False, "last_updated": mail_date(held.changed_at), "country_iso2": "DE",
        "default_for_country_codes": [], "currency_code": code, "currency_exchange_rate": rate,
        "auto_update": False, "token_location": "right", "token": sign, "decimal_token": ",",
        "thousands_token": ".", "decimal_places": 2, "name": code, "enabled": True,
        "is_transactional": True, "use_default_name": False,
    }  # fmt: skip


def _site(held: Store) -> Body:
    made, changed = zulu(held.created_at), zulu(held.changed_at)
    return {
        "id": 1000, "url": held.site_url, "channel_id": 1, "created_at": made, "updated_at": changed,
        "ssl_status": "dedicated", "is_checkout_url_customized": False,
        "urls": [
            {"url": held.site_url, "type": kind, "created_at": made, "updated_at": changed}
            for kind in ("primary", "canonical", "checkout")
        ],
    }  # fmt: skip


def _inventory_settings() -> Body:
    return {
        "product_out_of_stock_behavior": "do_nothing", "option_out_of_stock_behavior": "label_option",
        "update_stock_behavior": "order_placed", "edit_order_stock_adjustment": True,
        "delete_order_stock_adjustment": True, "refund_order_stock_adjustment": True,
        "stock_level_display": "show_when_low", "default_out_of_stock_message": "Sold out",
        "hide_in_product_filtering": False, "show_pre_order_stock_levels": False,
        "show_out_of_stock_message": True,
    }  # fmt: skip
