"""The site as a StoreInfo."""

import re
from typing import Final
from urllib.parse import urlsplit

from connectors.platforms.wix.mapping.countries import country
from connectors.platforms.wix.mapping.values import needed, text_or_none
from connectors.platforms.wix.wire.store import Address, AppInstance, Installed, Properties
from connectors.policy import records

#: ISO 4217: no currency. A site has one, but any field may be missing.
_NO_CURRENCY: Final = "X" * 3
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}")


def store_info(
    installed: Installed, properties: Properties, location: str | None, *, has_stores: bool
) -> records.StoreInfo:
    """Return the site; `reported` is not filled."""
    site = installed.site
    currency = properties.payment_currency or site.payment_currency or _NO_CURRENCY
    host = _host(site.url)
    return records.StoreInfo(
        store_id=needed(text_or_none(site.site_id), "Site.siteId"),
        name=properties.site_display_name or site.site_display_name or "",
        email=text_or_none(properties.email),
        domain=host,
        primary_domain=host,
        address=_address(properties.address or Address()),
        phone=text_or_none(properties.phone),
        created_at=None,
        updated_at=None,
        currency=currency,
        presentment_currencies=(currency,),
        timezone=properties.time_zone or "UTC",
        owner_name=text_or_none(properties.business_name),
        primary_location_id=location,
        locale=text_or_none(properties.language),
        plan=_plan(installed.instance),
        has_storefront=has_stores,
    )


def _host(url: str | None) -> str | None:
    """Return where the site is published; None until it is."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host if host and _HOST.fullmatch(host) else None


def _address(address: Address) -> records.Address:
    street = " ".join(part for part in (address.street_number, address.street) if part)
    return records.Address(
        country=country(address.country),
        country_code=text_or_none(address.country),
        state=text_or_none(address.state),
        address1=text_or_none(street),
        address2=text_or_none(address.apartment_number),
        zip_code=text_or_none(address.zip),
        city=text_or_none(address.city),
    )


def _plan(instance: AppInstance | None) -> str | None:
    if instance is None or instance.is_free is None:
        return None
    paid = instance.billing.package_name if instance.billing else None
    return "free" if instance.is_free else paid or "paid"
