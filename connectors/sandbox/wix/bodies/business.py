"""The app's instance, the site's properties and its locations."""

from typing import Any

from connectors.sandbox.wix.app import App
from connectors.sandbox.wix.permissions import OWNER, permissions
from connectors.sandbox.wix.site import NO_STORE, Site
from connectors.sandbox.wix.things import Place

Body = dict[str, Any]
GEOCODE = {"latitude": 40.7253, "longitude": -73.9968}


def instance(app: App, site: Site) -> Body:
    """Write the answer of Get App Instance; the owner's e-mail only where it is granted."""
    held = site.installation
    granted = permissions(held.scopes)
    return {
        "instance": {
            "instanceId": held.instance_id,
            "appName": app.name,
            "appVersion": app.version,
            "isFree": True,
            "permissions": granted,
            "availablePlans": [],
            "originInstanceId": held.origin_instance_id,
            "copiedFromTemplate": False,
            "freeTrialAvailable": False,
        },
        "site": _site(site) | ({"ownerInfo": _owner(site)} if OWNER in granted else {}),
    }


def _site(site: Site) -> Body:
    held = site.properties
    apps = [] if site.catalog == NO_STORE else ["stores", "ecommerce"]
    body = {
        "siteDisplayName": held.site_display_name,
        "locale": held.language,
        "paymentCurrency": held.currency,
        "multilingual": {"isMultiLingual": False, "supportedLanguages": []},
        "description": held.description,
        "installedWixApps": apps,
        "siteId": site.site_id,
    }
    return body | ({"url": site.url} if site.url else {})


def _owner(site: Site) -> Body:
    return {"email": site.owner_email, "emailStatus": "VERIFIED_OPT_OUT"}


def properties(site: Site) -> Body:
    """Write all site properties."""
    held = site.properties
    return {
        "categories": {"primary": "business", "secondary": ["home-goods"]},
        "locale": {"languageCode": held.language, "country": held.country},
        "language": held.language,
        "paymentCurrency": held.currency,
        "timeZone": held.time_zone,
        "email": held.email,
        "phone": held.phone,
        "fax": held.fax,
        "address": address(site),
        "siteDisplayName": held.site_display_name,
        "businessName": held.business_name,
        "logo": f"{site.site_id[:6]}_logo~mv2.png",
        "description": held.description,
        "businessSchedule": {"periods": [], "specialHourPeriod": []},
        "multilingual": {"supportedLanguages": [], "autoRedirect": False},
        "consentPolicy": {"essential": True, "functional": False, "analytics": False},
        "businessConfig": "STORE",
        "externalSiteUrl": None,
        "companyId": None,
    }


def address(site: Site) -> Body:
    """Write the business address."""
    held = site.properties
    street = f"{held.street_number} {held.street}"
    return {
        "street": held.street,
        "city": held.city,
        "country": held.country,
        "state": held.state,
        "zip": held.zip,
        "isPhysical": True,
        "googleFormattedAddress": f"{street}, {held.city}, {held.state} {held.zip}",
        "streetNumber": held.street_number,
        "apartmentNumber": held.apartment_number,
        "coordinates": GEOCODE,
    }


def location(site: Site, place: Place) -> Body:
    """Write a location."""
    held = site.properties
    return {
        "id": place.id,
        "name": place.name,
        "default": place.default,
        "status": "INACTIVE" if place.archived else "ACTIVE",
        "locationType": "BRANCH",
        "timeZone": held.time_zone,
        "email": held.email,
        "phone": held.phone,
        "address": {
            "country": held.country,
            "subdivision": f"{held.country}-{held.state}",
            "city": held.city,
            "postalCode": place.post_code,
            "streetAddress": {"number": place.street_number, "name": place.street, "apt": ""},
            "formattedAddress": f"{place.street_number} {place.street}, {held.city} {place.post_code}",
            "geocode": GEOCODE,
        },
        "revision": "3",
        "archived": place.archived,
        "locationTypes": ["BRANCH"],
    }
