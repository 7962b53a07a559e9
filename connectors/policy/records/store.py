"""The store itself: clauses 1 to 16."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from connectors.policy.clauses import Clause, Purpose
from connectors.policy.leaves import serves

_ACCOUNT, _SERVICE, _VIDEOS = Purpose.ACCOUNT, Purpose.SERVICE, Purpose.VIDEOS

StoreId: TypeAlias = Annotated[str, serves(Clause.STORE_ID, _ACCOUNT, _SERVICE)]
Name: TypeAlias = Annotated[str, serves(Clause.STORE_NAME, _ACCOUNT, _SERVICE, _VIDEOS)]
Email: TypeAlias = Annotated[str | None, serves(Clause.EMAIL, _ACCOUNT, _SERVICE)]
Domain: TypeAlias = Annotated[str | None, serves(Clause.DOMAIN, _ACCOUNT, _SERVICE, _VIDEOS)]
Place: TypeAlias = Annotated[str | None, serves(Clause.LOCATION, _ACCOUNT, _SERVICE)]
Country: TypeAlias = Annotated[str | None, serves(Clause.LOCATION, _ACCOUNT, _SERVICE, _VIDEOS)]
Phone: TypeAlias = Annotated[str | None, serves(Clause.PHONE, _ACCOUNT, _SERVICE)]
Created: TypeAlias = Annotated[datetime | None, serves(Clause.CREATED, _ACCOUNT, _SERVICE)]
Updated: TypeAlias = Annotated[datetime | None, serves(Clause.UPDATED, _SERVICE)]
Currency: TypeAlias = Annotated[str, serves(Clause.CURRENCY, _SERVICE, _VIDEOS)]
Timezone: TypeAlias = Annotated[str, serves(Clause.TIMEZONE, _SERVICE, _VIDEOS)]
MerchantName: TypeAlias = Annotated[str | None, serves(Clause.MERCHANT_NAME, _ACCOUNT, _SERVICE)]
GoogleApps: TypeAlias = Annotated[str | None, serves(Clause.GOOGLE_APPS, _ACCOUNT)]
Payment: TypeAlias = Annotated[str, serves(Clause.OFFERS, _SERVICE)]
PaymentFlag: TypeAlias = Annotated[bool | None, serves(Clause.OFFERS, _SERVICE)]
FinancialFlag: TypeAlias = Annotated[bool | None, serves(Clause.FINANCIAL, _SERVICE)]
FinancialText: TypeAlias = Annotated[str | None, serves(Clause.FINANCIAL, _SERVICE)]
FinancialMoney: TypeAlias = Annotated[Decimal, serves(Clause.FINANCIAL, _SERVICE)]
FinancialTime: TypeAlias = Annotated[datetime, serves(Clause.FINANCIAL, _SERVICE)]
PrimaryLocation: TypeAlias = Annotated[str | None, serves(Clause.PRIMARY_LOCATION, _SERVICE)]
Technical: TypeAlias = Annotated[str | None, serves(Clause.TECHNICAL, _SERVICE)]
TechnicalFlag: TypeAlias = Annotated[bool | None, serves(Clause.TECHNICAL, _SERVICE)]
Locale: TypeAlias = Annotated[str | None, serves(Clause.TECHNICAL, _SERVICE, _VIDEOS)]

# An item that the platform only reports at its own time says where it came from and when it was seen.
GoogleAppsSource: TypeAlias = Annotated[str, serves(Clause.GOOGLE_APPS, _ACCOUNT)]
GoogleAppsSeen: TypeAlias = Annotated[datetime, serves(Clause.GOOGLE_APPS, _ACCOUNT)]


@dataclass(frozen=True, repr=False, slots=True)
class Address:
    """Where the store is."""

    country: Country = None
    country_code: Country = None
    state: Place = None
    state_code: Place = None
    address1: Place = None
    address2: Place = None
    zip_code: Place = None
    city: Place = None


@dataclass(frozen=True, repr=False, slots=True)
class Balance:
    """What stands to the merchant's credit with the platform's payment service, in one currency."""

    amount: FinancialMoney
    currency: FinancialText


@dataclass(frozen=True, repr=False, slots=True)
class Payout:
    """One payout of the platform's payment service to the merchant."""

    issued_at: FinancialTime
    status: FinancialText
    amount: FinancialMoney
    currency: FinancialText


@dataclass(frozen=True, repr=False, slots=True)
class PaymentsAccount:
    """The store's account with the platform's payment service."""

    activated: FinancialFlag
    country: FinancialText
    currency: FinancialText
    payout_interval: FinancialText = None
    balances: tuple[Balance, ...] = ()
    payouts: tuple[Payout, ...] = ()


@dataclass(frozen=True, repr=False, slots=True)
class Reported:
    """Items that the platform offers by no query and only reports when the store changes.

    `None` in an item means that the platform reported it as empty, or spoke of others only; a `StoreInfo`
    without `Reported` means that no report has come yet.
    """

    source: GoogleAppsSource
    observed_at: GoogleAppsSeen
    google_apps_domain: GoogleApps = None
    google_apps_login: Annotated[bool | None, serves(Clause.GOOGLE_APPS, _ACCOUNT)] = None
    eligible_for_payments: PaymentFlag = None
    has_discounts: PaymentFlag = None
    finances: FinancialFlag = None
    county_taxes: FinancialFlag = None
    primary_locale: Locale = None
    password_enabled: TechnicalFlag = None
    multi_location: TechnicalFlag = None
    changed_at: Updated = None


@dataclass(frozen=True, repr=False, slots=True)
class StoreInfo:
    """The store itself: clauses 1 to 16. `None` is what the platform does not say or the store does not have.

    `domain` is the store's own address at the platform, `primary_domain` the one that shoppers see.
    """

    store_id: StoreId
    name: Name
    email: Email
    domain: Domain
    primary_domain: Domain
    address: Address
    phone: Phone
    created_at: Created
    updated_at: Updated
    currency: Currency
    presentment_currencies: tuple[Currency, ...]
    timezone: Timezone
    owner_name: MerchantName
    payment_methods: tuple[Payment, ...] = ()
    taxes_included: FinancialFlag = None
    tax_shipping: FinancialFlag = None
    billing_currency: FinancialText = None
    payments_account: PaymentsAccount | None = None
    primary_location_id: PrimaryLocation = None
    locale: Locale = None
    plan: Technical = None
    development_store: TechnicalFlag = None
    weight_unit: Technical = None
    unit_system: Technical = None
    money_format: Annotated[str | None, serves(Clause.TECHNICAL, _SERVICE, _VIDEOS)] = None
    setup_required: TechnicalFlag = None
    has_storefront: TechnicalFlag = None
    sells_gift_cards: TechnicalFlag = None
    reported: Reported | None = None
