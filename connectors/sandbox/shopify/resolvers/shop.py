"""Shop, its address, plan and settings; locations."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from connectors.sandbox.clock import iso
from connectors.sandbox.shopify.api.ask import Ask, number_of
from connectors.sandbox.shopify.api.listing import Listing
from connectors.sandbox.shopify.api.registry import constant, resolves
from connectors.sandbox.shopify.api.search import Filter
from connectors.sandbox.shopify.app import API_VERSIONS
from connectors.sandbox.shopify.resolvers.answers import Count, counted, in_order, searched, sorted_listing
from connectors.sandbox.shopify.shop import Shop
from connectors.sandbox.shopify.things import Address, Location

WALLETS = ["APPLE_PAY", "GOOGLE_PAY", "SHOPIFY_PAY"]
LOCATION_FIELDS = {
    "name": Filter("word", lambda place: place.name),
    "id": Filter("number", lambda place: place.number),
    "active": Filter("word", lambda place: str(place.is_active).lower(), frozenset({"true", "false"})),
    "legacy": Filter("word", lambda place: "false", frozenset({"true", "false"})),
    "city": Filter("word", lambda place: place.address.city or ""),
    "country": Filter("word", lambda place: place.address.country),
    "created_at": Filter("time", lambda place: place.created_at),
}

constant(
    "Shop",
    checkoutApiSupported=True,
    enabledPresentmentCurrencies=["EUR", "CHF"],
    marketingSmsConsentEnabledAtCheckout=False,
    orderNumberFormatPrefix="#",
    orderNumberFormatSuffix="",
    publicationCount=1,
    shipsToCountries=["AT", "CH", "DE"],
    transactionalSmsDisabled=False,
    unitSystem="METRIC_SYSTEM",
    paymentSettings=SimpleNamespace(supported_digital_wallets=WALLETS),
)
constant("Domain", sslEnabled=True)
constant(
    "ShopFeatures",
    avalaraAvatax=False,
    branding="SHOPIFY",
    captcha=True,
    dynamicRemarketing=False,
    eligibleForSubscriptionMigration=False,
    giftCards=True,
    harmonizedSystemCode=True,
    internationalPriceOverrides=False,
    internationalPriceRules=False,
    legacySubscriptionGatewayEnabled=False,
    liveView=True,
    paypalExpressSubscriptionGatewayStatus="DISABLED",
    reports=True,
    sellsSubscriptions=False,
    showMetrics=True,
    storefront=True,
    usingShopifyBalance=False,
    bundles=SimpleNamespace(eligible_for_bundles=True, ineligibility_reason=None, sells_bundles=False),
)
constant("ShopPlan", partnerDevelopment=False, shopifyPlus=False)
constant("ShopAddress", coordinatesValidated=True, name=None, firstName=None, lastName=None)
constant(
    "ShopResourceLimits",
    locationLimit=200,
    maxProductOptions=3,
    maxProductVariants=2048,
    redirectLimitReached=False,
)
constant("StaffMember", firstName="Mira", lastName="Öztürk", isShopOwner=True)
constant(
    "Location",
    activatable=True,
    addressVerified=True,
    deactivatable=True,
    deletable=False,
    hasActiveInventory=True,
    localPickupSettingsV2=None,
    suggestedAddresses=[],
)


@resolves("QueryRoot.shop")
def shop(source: Any, ask: Ask, args: dict[str, Any]) -> Shop:
    return ask.shop


@resolves("QueryRoot.shopBillingPreferences")
def billing(source: Any, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(currency="USD")


@resolves("QueryRoot.publicApiVersions")
def versions(source: Any, ask: Ask, args: dict[str, Any]) -> list[SimpleNamespace]:
    stable = [
        SimpleNamespace(handle=name, display_name=name, supported=True) for name in reversed(API_VERSIONS)
    ]
    unstable = SimpleNamespace(handle="unstable", display_name="unstable", supported=False)
    return [
        *stable,
        SimpleNamespace(handle="2027-01", display_name="2027-01 (Release candidate)", supported=False),
        unstable,
    ]


@resolves("Shop.url")
def url(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return f"https://{shop.domain}"


@resolves("Shop.myshopifyDomain")
def myshopify_domain(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return shop.domain


@resolves("Shop.primaryDomain")
def primary_domain(shop: Shop, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    host = f"www.{shop.handle}.example"
    return SimpleNamespace(
        KIND="Domain", id=f"gid://shopify/Domain/{shop.number + 7}", host=host, url=f"https://{host}"
    )


@resolves("Shop.shopOwnerName")
def owner_name(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return shop.shop_owner


@resolves("Shop.accountOwner")
def owner(shop: Shop, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(
        id=f"gid://shopify/StaffMember/{shop.number + 9}", name=shop.shop_owner, email=shop.email
    )


@resolves("Shop.currencyCode")
def currency(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return shop.currency


@resolves("Shop.shopAddress", "Shop.billingAddress")
def address(shop: Shop, ask: Ask, args: dict[str, Any]) -> Address:
    return shop.address


@resolves("Shop.plan")
def plan(shop: Shop, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(display_name=shop.plan_public_name, public_display_name=shop.plan_public_name)


@resolves("Shop.features", "Shop.resourceLimits")
def itself(shop: Shop, ask: Ask, args: dict[str, Any]) -> Shop:
    return shop


@resolves("Shop.currencyFormats")
def formats(shop: Shop, ask: Ask, args: dict[str, Any]) -> SimpleNamespace:
    short, long = money_formats(shop)
    return SimpleNamespace(
        money_format=short,
        money_in_emails_format=short,
        money_with_currency_format=long,
        money_with_currency_in_emails_format=long,
    )


@resolves("Shop.currencySettings")
def currency_settings(shop: Shop, ask: Ask, args: dict[str, Any]) -> Listing:
    own = SimpleNamespace(
        currency_code=shop.currency,
        currency_name=shop.currency,
        enabled=True,
        manual_rate=None,
        rate_updated_at=None,
    )
    return in_order([own])


@resolves("Shop.timezoneAbbreviation")
def zone_name(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return ask.stamp.astimezone(shop.zone).tzname() or ""


@resolves("Shop.timezoneOffset")
def zone_offset(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return f"{ask.stamp.astimezone(shop.zone):%z}"


@resolves("Shop.timezoneOffsetMinutes")
def zone_minutes(shop: Shop, ask: Ask, args: dict[str, Any]) -> int:
    return int((shop.zone.utcoffset(ask.stamp.replace(tzinfo=None)) or timedelta()).total_seconds() // 60)


@resolves("Shop.weightUnit")
def weight_unit(shop: Shop, ask: Ask, args: dict[str, Any]) -> str:
    return {"kg": "KILOGRAMS", "g": "GRAMS", "lb": "POUNDS", "oz": "OUNCES"}[shop.weight_unit]


@resolves("Shop.productTypes")
def product_types(shop: Shop, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(
        sorted({product.product_type for product in shop.products.values() if product.product_type})
    )


@resolves("Shop.productVendors")
def product_vendors(shop: Shop, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(sorted({product.vendor for product in shop.products.values() if product.vendor}))


@resolves("Shop.productTags")
def product_tags(shop: Shop, ask: Ask, args: dict[str, Any]) -> Listing:
    return in_order(sorted({tag for product in shop.products.values() for tag in product.tags}))


@resolves("ShopAddress.id")
def address_id(address: Address, ask: Ask, args: dict[str, Any]) -> str:
    return f"gid://shopify/ShopAddress/{address.number}"


@resolves("ShopAddress.countryCodeV2", "MailingAddress.countryCodeV2")
def country_code(address: Address, ask: Ask, args: dict[str, Any]) -> str:
    return address.country_code


@resolves("ShopAddress.formattedArea", "MailingAddress.formattedArea")
def formatted_area(address: Address, ask: Ask, args: dict[str, Any]) -> str:
    return ", ".join(part for part in (address.city, address.province, address.country) if part)


@resolves("ShopAddress.formatted", "MailingAddress.formatted", "LocationAddress.formatted")
def formatted(address: Address, ask: Ask, args: dict[str, Any]) -> list[str]:
    town = " ".join(part for part in (address.zip, address.city) if part)
    name = address.name if args.get("withName") else None
    company = address.company if args.get("withCompany") else None
    return [
        part for part in (name, company, address.address1, address.address2, town, address.country) if part
    ]


@resolves("QueryRoot.locations")
def locations(source: Any, ask: Ask, args: dict[str, Any]) -> Listing:
    places = [place for place in ask.shop.locations if place.is_active or args.get("includeInactive")]
    kept = searched(ask, args, places, LOCATION_FIELDS, "locations", words=lambda place: place.name)
    return sorted_listing(kept, args, {"NAME": lambda place: place.name})


@resolves("QueryRoot.locationsCount")
def locations_count(source: Any, ask: Ask, args: dict[str, Any]) -> Count:
    places = [place for place in ask.shop.locations if place.is_active]
    kept = searched(ask, args, places, LOCATION_FIELDS, "locationsCount", words=lambda place: place.name)
    return counted(len(kept), args)


@resolves("Location.inventoryLevels")
def levels(place: Location, ask: Ask, args: dict[str, Any]) -> Listing:
    held = [level for item in ask.shop.items.values() for level in item.levels if level.location is place]
    return in_order([level for level in held if level.is_active or args.get("includeInactive")])


@resolves("Location.inventoryLevel")
def level_of(place: Location, ask: Ask, args: dict[str, Any]) -> Any:
    item = ask.shop.items.get(number_of(args["inventoryItemId"], "InventoryItem"))
    return next((level for level in item.levels if level.location is place), None) if item else None


def money_formats(shop: Shop) -> tuple[str, str]:
    """Write how the store writes an amount, without and with its currency."""
    signs = {"EUR": "€{{amount}}", "USD": "${{amount}}", "GBP": "£{{amount}}"}
    short = signs.get(shop.currency, "{{amount}}")
    return short, f"{short} {shop.currency}"


@resolves("Location.deactivatedAt")
def deactivated_at(place: Location, ask: Ask, args: dict[str, Any]) -> str | None:
    return None if place.is_active else iso(place.updated_at)
