"""The store as a StoreInfo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from connectors.platforms.bigcommerce.mapping.values import text_or_none, utc
from connectors.platforms.bigcommerce.wire.store import (
    Channel,
    Currency,
    Location,
    PaymentMethod,
    Place,
    Store,
    Timezone,
)
from connectors.policy import records

_SANDBOX: Final = "sandbox"


@dataclass(frozen=True, repr=False)
class Surroundings:
    """What other places of the API say of a store; None and empty where they say nothing."""

    location: Location | None = None
    currencies: Sequence[Currency] = ()
    methods: Sequence[PaymentMethod] = ()
    channel: Channel | None = None


def store_info(shop: str, store: Store, around: Surroundings) -> records.StoreInfo:
    """Return the store; `reported` is not filled, for no query offers what it holds."""
    return records.StoreInfo(
        store_id=shop,
        name=store.name,
        email=text_or_none(store.admin_email),
        domain=_host(store.control_panel_base_url),
        primary_domain=shown_domain(store),
        address=_address(store, around.location),
        phone=text_or_none(store.phone),
        created_at=_born(around.channel),
        updated_at=None,
        currency=store.currency,
        presentment_currencies=_currencies(store.currency, around.currencies),
        timezone=(store.timezone.name or "") if isinstance(store.timezone, Timezone) else "",
        owner_name=text_or_none(f"{store.first_name or ''} {store.last_name or ''}"),
        payment_methods=tuple(each.code for each in around.methods if not each.test_mode),
        taxes_included=store.is_price_entered_with_tax,
        primary_location_id=str(around.location.id) if around.location else None,
        locale=text_or_none(store.language),
        plan=text_or_none(store.plan_name),
        development_store=_SANDBOX in store.plan_level.lower() if store.plan_level else None,
        weight_unit=text_or_none((store.weight_units or "").lower()),
        unit_system=text_or_none((store.dimension_units or "").lower()),
        money_format=_money_format(store),
        setup_required=store.status == "prelaunch" if store.status else None,
    )


def shown_domain(store: Store) -> str | None:
    """Return the domain that shoppers see."""
    return text_or_none(store.domain) or _host(store.secure_url)


def _host(address: str | None) -> str | None:
    return urlsplit(address or "").hostname


def _born(channel: Channel | None) -> datetime | None:
    return utc(channel.date_created) if channel and channel.date_created else None


def _currencies(own: str, listed: Sequence[Currency]) -> tuple[str, ...]:
    """The store's own first; one that is switched off is shown to nobody."""
    others = (each.currency_code for each in listed if each.enabled is not False)
    return tuple(dict.fromkeys((own, *others)))


def _address(store: Store, location: Location | None) -> records.Address:
    """Only a location has an address in parts; the store's own is one text, and is not taken apart."""
    place = location.address if location and isinstance(location.address, Place) else Place()
    return records.Address(
        country=text_or_none(store.country),
        country_code=text_or_none(store.country_code),
        state=text_or_none(place.state),
        address1=text_or_none(place.address1) or text_or_none(store.address),
        address2=text_or_none(place.address2),
        zip_code=text_or_none(place.zip),
        city=text_or_none(place.city),
    )


def _money_format(store: Store) -> str | None:
    """As themes write it: `{{amount}}` stands for the number."""
    if not store.currency_symbol:
        return None
    number, sign = "{{amount}}", store.currency_symbol
    return f"{number}{sign}" if store.currency_symbol_location == "right" else f"{sign}{number}"
