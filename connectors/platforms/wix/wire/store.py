"""The instance of our app, the site's properties, its locations, its catalog's version."""

from connectors.platforms.wix.wire.answers import Wire


class Billing(Wire):
    package_name: str | None = None


class AppInstance(Wire):
    is_free: bool | None = None
    billing: Billing | None = None


class Site(Wire):
    site_id: str | None = None
    site_display_name: str | None = None
    payment_currency: str | None = None
    url: str | None = None


class Installed(Wire):
    """The answer of `GET /apps/v1/instance`."""

    site: Site
    instance: AppInstance | None = None


class Address(Wire):
    street: str | None = None
    street_number: str | None = None
    apartment_number: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None


class Properties(Wire):
    site_display_name: str | None = None
    business_name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    payment_currency: str | None = None
    time_zone: str | None = None
    language: str | None = None


class SiteProperties(Wire):
    properties: Properties | None = None


class Location(Wire):
    id: str | None = None
    default: bool | None = None


class LocationPaging(Wire):
    has_next: bool | None = None


class Locations(Wire):
    locations: list[Location] | None = None
    paging_metadata: LocationPaging | None = None


class CatalogVersion(Wire):
    catalog_version: str | None = None
