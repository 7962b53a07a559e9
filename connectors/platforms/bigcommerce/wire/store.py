"""The store, its default location, currencies, ways of payment, first channel."""

from connectors.platforms.bigcommerce.wire.answers import Empty, Time, Wire


class Timezone(Wire):
    name: str | None = None


class Store(Wire):
    name: str
    currency: str
    domain: str | None = None
    secure_url: str | None = None
    control_panel_base_url: str | None = None
    status: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    address: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None
    admin_email: str | None = None
    timezone: Timezone | Empty | None = None
    language: str | None = None
    currency_symbol: str | None = None
    currency_symbol_location: str | None = None
    weight_units: str | None = None
    dimension_units: str | None = None
    plan_name: str | None = None
    plan_level: str | None = None
    is_price_entered_with_tax: bool | None = None


class Place(Wire):
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None


class Location(Wire):
    id: int
    address: Place | Empty | None = None


class Currency(Wire):
    currency_code: str
    enabled: bool | None = None


class PaymentMethod(Wire):
    code: str
    test_mode: bool | None = None


class Channel(Wire):
    id: int
    date_created: Time | None = None
