"""The shop, its primary location, its account with Shopify Payments."""

from msgspec import field

from connectors.platforms.shopify.wire.answers import Money, Node, Nodes, Time, Wire


class ShopDomain(Wire):
    host: str


class ShopAddress(Wire):
    address1: str | None
    address2: str | None
    city: str | None
    province: str | None
    province_code: str | None
    country: str | None
    country_code_v2: str | None = field(name="countryCodeV2")
    zip: str | None
    phone: str | None


class ShopPlan(Wire):
    public_display_name: str
    partner_development: bool


class ShopFeatures(Wire):
    gift_cards: bool
    storefront: bool


class PaymentSettings(Wire):
    supported_digital_wallets: list[str]


class CurrencyFormats(Wire):
    money_format: str


class Shop(Wire):
    id: str
    name: str
    email: str
    myshopify_domain: str
    primary_domain: ShopDomain
    shop_owner_name: str
    created_at: Time
    updated_at: Time
    currency_code: str
    enabled_presentment_currencies: list[str]
    iana_timezone: str
    shop_address: ShopAddress
    plan: ShopPlan
    features: ShopFeatures
    payment_settings: PaymentSettings
    currency_formats: CurrencyFormats
    taxes_included: bool
    tax_shipping: bool
    unit_system: str
    weight_unit: str
    setup_required: bool


class BillingPreferences(Wire):
    currency: str


class Store(Wire):
    shop: Shop
    shop_billing_preferences: BillingPreferences


class PrimaryLocation(Wire):
    location: Node | None


class PayoutSchedule(Wire):
    interval: str


class Payout(Wire):
    issued_at: Time
    status: str
    net: Money


class PaymentsAccount(Wire):
    activated: bool
    country: str
    default_currency: str
    balance: list[Money]
    payout_schedule: PayoutSchedule
    payouts: Nodes[Payout] | None = None


class Payments(Wire):
    shopify_payments_account: PaymentsAccount | None
