"""What each webhook topic means, and the little that is read of its body.

A body is the whole resource, often with a customer in it. Only what is declared here is decoded; the rest
never becomes a value. What an event names is read again at the platform, so ids are enough.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from msgspec import UNSET, UnsetType

from connectors.errors import Malformed
from connectors.platforms.base import EventKind
from connectors.platforms.shopify.ids import number, record_id
from connectors.platforms.shopify.quiet import Quiet
from connectors.policy.records import Reported

# Numbers pass 2^53 and come as numbers, as text, and as global ids (`app/scopes_update`).
_Id: TypeAlias = int | str
_Orders: TypeAlias = tuple[_Id | None, ...] | None
_Text: TypeAlias = str | UnsetType | None
_Flag: TypeAlias = bool | UnsetType | None


class Body(Quiet):
    """What a topic's body says of interest. Every reader raises Malformed for what is no id."""

    def ids(self) -> tuple[str, ...]:
        """Return the ids of what changed."""
        return ()

    def shop_number(self) -> str | None:
        """Return Shopify's number of the shop, where the body holds it."""
        return None

    def shop_claimed(self) -> str | None:
        """Return the shop's domain, where the header must say the same."""
        return None

    def request(self) -> str | None:
        """Return Shopify's number of a request."""
        return None

    def reported(self, observed_at: datetime) -> Reported | None:
        """Return the items that no query offers."""
        return None

    def reported_fields(self) -> frozenset[str]:
        """Return which of these items the body speaks of."""
        return frozenset()


class _Resource(Body):
    id: _Id

    def ids(self) -> tuple[str, ...]:
        return (number(self.id),)


class _Level(Body):
    inventory_item_id: _Id

    def ids(self) -> tuple[str, ...]:
        return (number(self.inventory_item_id),)


class _Refund(Body):
    order_id: _Id

    def ids(self) -> tuple[str, ...]:
        return (number(self.order_id),)


class _Edit(Body):
    order_edit: _Refund

    def ids(self) -> tuple[str, ...]:
        return self.order_edit.ids()


class _Discount(Body):
    admin_graphql_api_id: str

    def ids(self) -> tuple[str, ...]:
        try:
            return (record_id("offer", self.admin_graphql_api_id),)
        except Malformed:
            return ()  # a type of discount that we do not know: the next full run reads it


class _Export(Body):
    admin_graphql_api_id: str

    def ids(self) -> tuple[str, ...]:
        try:
            return (number(self.admin_graphql_api_id),)
        except Malformed:
            return ()  # exports are asked about as well, so none waits for this


class _Scopes(Body):
    current: tuple[str, ...]
    shop_id: _Id | None = None

    def ids(self) -> tuple[str, ...]:
        return self.current

    def shop_number(self) -> str | None:
        return None if self.shop_id is None else number(self.shop_id)


class _Uninstalled(Body):
    id: _Id | None = None

    def shop_number(self) -> str | None:
        return None if self.id is None else number(self.id)


# The items of `Reported` whose name is not Shopify's.
_OURS: Final[Mapping[str, str]] = {
    "google_apps_login_enabled": "google_apps_login",
    "multi_location_enabled": "multi_location",
}


class _Shop(_Uninstalled):
    google_apps_domain: _Text = UNSET
    google_apps_login_enabled: _Flag = UNSET
    eligible_for_payments: _Flag = UNSET
    has_discounts: _Flag = UNSET
    finances: _Flag = UNSET
    county_taxes: _Flag = UNSET
    primary_locale: _Text = UNSET
    password_enabled: _Flag = UNSET
    multi_location_enabled: _Flag = UNSET

    def reported(self, observed_at: datetime) -> Reported | None:
        if not self.reported_fields():
            return None  # a body cut to its id reports nothing, which is not the same as empty
        return Reported(
            source="shop/update",
            observed_at=observed_at,
            google_apps_domain=self.google_apps_domain or None,
            google_apps_login=_known(self.google_apps_login_enabled),
            eligible_for_payments=_known(self.eligible_for_payments),
            has_discounts=_known(self.has_discounts),
            finances=_known(self.finances),
            county_taxes=_known(self.county_taxes),
            primary_locale=self.primary_locale or None,
            password_enabled=_known(self.password_enabled),
            multi_location=_known(self.multi_location_enabled),
        )

    def reported_fields(self) -> frozenset[str]:
        spoken = {name for name in self.__struct_fields__ if getattr(self, name) is not UNSET} - {"id"}
        return frozenset(_OURS.get(name, name) for name in spoken)


def _known(flag: _Flag) -> bool | None:
    return None if flag is UNSET else flag


class _Compliance(Body):
    """What the three privacy topics share. Their customer, e-mail and phone included, is not decoded.

    The shop is named once at least: what these topics ask for cannot be undone, and no header is signed.
    """

    shop_id: _Id | None = None
    shop_domain: str | None = None

    def __post_init__(self) -> None:
        if self.shop_id is None and self.shop_domain is None:
            raise ValueError("names no shop")

    def shop_number(self) -> str | None:
        return None if self.shop_id is None else number(self.shop_id)

    def shop_claimed(self) -> str | None:
        return self.shop_domain


class _Redaction(_Compliance):
    orders_to_redact: _Orders = None

    def ids(self) -> tuple[str, ...]:
        return _numbers(self.orders_to_redact)


class _Request(Quiet):
    id: _Id | None = None


class _Report(_Compliance):
    data_request: _Request | None = None
    orders_requested: _Orders = None

    def ids(self) -> tuple[str, ...]:
        return _numbers(self.orders_requested)

    def request(self) -> str | None:
        asked = self.data_request
        return None if asked is None or asked.id is None else number(asked.id)


def _numbers(orders: _Orders) -> tuple[str, ...]:
    return tuple(number(each) for each in orders or () if each is not None)


# https://shopify.dev/docs/api/webhooks/latest
# Shopify's topic: our event, and what is read of the body. Topics that are not here mean nothing to us.
# `shopify.app.toml` subscribes to these and to no others.
TOPICS: Final[Mapping[str, tuple[EventKind, type[Body]]]] = {
    "shop/update": (EventKind.STORE_CHANGED, _Shop),
    "products/create": (EventKind.PRODUCT_CHANGED, _Resource),
    "products/update": (EventKind.PRODUCT_CHANGED, _Resource),
    "products/delete": (EventKind.PRODUCT_GONE, _Resource),
    "inventory_levels/update": (EventKind.STOCK_CHANGED, _Level),
    "inventory_levels/connect": (EventKind.STOCK_CHANGED, _Level),
    "inventory_levels/disconnect": (EventKind.STOCK_CHANGED, _Level),
    "inventory_items/update": (EventKind.STOCK_CHANGED, _Resource),
    "orders/create": (EventKind.SALE_CHANGED, _Resource),
    "orders/updated": (EventKind.SALE_CHANGED, _Resource),
    "orders/cancelled": (EventKind.SALE_CHANGED, _Resource),
    "orders/paid": (EventKind.SALE_CHANGED, _Resource),
    "orders/fulfilled": (EventKind.SALE_CHANGED, _Resource),
    "orders/edited": (EventKind.SALE_CHANGED, _Edit),
    "refunds/create": (EventKind.SALE_CHANGED, _Refund),
    "orders/delete": (EventKind.SALE_GONE, _Resource),
    "discounts/create": (EventKind.OFFER_CHANGED, _Discount),
    "discounts/update": (EventKind.OFFER_CHANGED, _Discount),
    "discounts/delete": (EventKind.OFFER_GONE, _Discount),
    "bulk_operations/finish": (EventKind.EXPORT_FINISHED, _Export),
    "app/scopes_update": (EventKind.SCOPES_CHANGED, _Scopes),
    "app/uninstalled": (EventKind.UNINSTALLED, _Uninstalled),
    "shop/redact": (EventKind.REDACT_STORE, _Compliance),
    "customers/redact": (EventKind.REDACT_SALES, _Redaction),
    "customers/data_request": (EventKind.REPORT_SALES, _Report),
}
