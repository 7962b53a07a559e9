"""The shop as a StoreInfo."""

from typing import TypedDict

from connectors.platforms.shopify import ids
from connectors.platforms.shopify.mapping.values import amount, text_or_none, utc
from connectors.platforms.shopify.wire.answers import Money
from connectors.platforms.shopify.wire.store import PaymentsAccount, Shop, ShopAddress, Store
from connectors.policy import records


class _Technical(TypedDict):
    plan: str
    development_store: bool
    weight_unit: str
    unit_system: str
    money_format: str
    setup_required: bool
    has_storefront: bool
    sells_gift_cards: bool


def store_info(
    store: Store, primary_location: str | None, payments: PaymentsAccount | None
) -> records.StoreInfo:
    """Return the store; `reported` is not filled, for no query offers what it holds."""
    shop = store.shop
    return records.StoreInfo(
        store_id=ids.number(shop.id),
        name=shop.name,
        email=shop.email,
        domain=shop.myshopify_domain,
        primary_domain=shop.primary_domain.host,
        address=_address(shop.shop_address),
        phone=text_or_none(shop.shop_address.phone),
        created_at=utc(shop.created_at),
        updated_at=utc(shop.updated_at),
        currency=shop.currency_code,
        presentment_currencies=tuple(shop.enabled_presentment_currencies),
        timezone=shop.iana_timezone,
        owner_name=shop.shop_owner_name,
        payment_methods=tuple(wallet.lower() for wallet in shop.payment_settings.supported_digital_wallets),
        taxes_included=shop.taxes_included,
        tax_shipping=shop.tax_shipping,
        billing_currency=store.shop_billing_preferences.currency,
        payments_account=None if payments is None else _account(payments),
        primary_location_id=None if primary_location is None else ids.number(primary_location),
        **_technical(shop),
    )


def _technical(shop: Shop) -> _Technical:
    return _Technical(
        plan=shop.plan.public_display_name,
        development_store=shop.plan.partner_development,
        weight_unit=shop.weight_unit.lower(),
        unit_system=shop.unit_system.lower(),
        money_format=shop.currency_formats.money_format,
        setup_required=shop.setup_required,
        has_storefront=shop.features.storefront,
        sells_gift_cards=shop.features.gift_cards,
    )


def _address(address: ShopAddress) -> records.Address:
    return records.Address(
        country=text_or_none(address.country),
        country_code=text_or_none(address.country_code_v2),
        state=text_or_none(address.province),
        state_code=text_or_none(address.province_code),
        address1=text_or_none(address.address1),
        address2=text_or_none(address.address2),
        zip_code=text_or_none(address.zip),
        city=text_or_none(address.city),
    )


def _account(account: PaymentsAccount) -> records.PaymentsAccount:
    payouts = account.payouts.nodes if account.payouts is not None else []
    return records.PaymentsAccount(
        activated=account.activated,
        country=account.country,
        currency=account.default_currency,
        payout_interval=account.payout_schedule.interval.lower(),
        balances=tuple(_balance(money) for money in account.balance),
        payouts=tuple(
            records.Payout(
                issued_at=utc(payout.issued_at),
                status=payout.status.lower(),
                amount=amount(payout.net.amount, "ShopifyPaymentsPayout.net"),
                currency=payout.net.currency_code,
            )
            for payout in payouts
        ),
    )


def _balance(money: Money) -> records.Balance:
    return records.Balance(
        amount=amount(money.amount, "ShopifyPaymentsAccount.balance"), currency=money.currency_code
    )
