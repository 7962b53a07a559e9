"""What differs from platform to platform, seen from outside: where a store is opened, what is true of it."""

import html
import re
from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any, ClassVar

from connectors import grants
from tests.journeys.merchant import Merchant
from tests.journeys.truth import Truth, held_products, held_sales


class Side(ABC):
    """One platform, and the kind of its stores."""

    name: ClassVar[str]
    platform: ClassVar[str]
    #: What a store's name ends with, where that says of which kind it is.
    suffix: ClassVar[str] = ""
    #: The event of a product's end.
    gone_topic: ClassVar[str]

    @abstractmethod
    def framed_by(self, merchant: Merchant) -> set[str]:
        """Return the origins that may frame the merchant's page."""

    @abstractmethod
    def products(self, merchant: Merchant) -> Truth:
        """Return the products that the platform shows to an app."""

    @abstractmethod
    def sales(self, merchant: Merchant) -> Truth:
        """Return the orders that are sales, without their customers."""

    @abstractmethod
    def offers(self, merchant: Merchant) -> Truth:
        """Return the offers."""

    @abstractmethod
    def info(self, merchant: Merchant) -> dict[str, Any]:
        """Return what the platform says of the store."""

    @abstractmethod
    def body_of_product(self, product_id: str) -> dict[str, Any]:
        """Return the body of the event that tells of a product's end."""

    def offer_id(self, control_id: str) -> str:
        """Return our id of an offer that the sandbox's control names."""
        return control_id

    def assert_as_there(self, merchant: Merchant) -> None:
        """Compare all that is held with all that is there, value by value."""
        assert held_products(merchant) == self.products(merchant)
        assert held_sales(merchant) == self.sales(merchant)
        assert held_offers(merchant) == self.offers(merchant)
        held = held_info(merchant)
        said = self.info(merchant)
        assert {name: held[name] for name in said} == said


def held_offers(merchant: Merchant) -> Truth:
    """Return the offers that Minta holds."""
    return {
        key: {
            "title": held.title,
            "status": held.status,
            "percent": held.percent,
            "amount": held.amount,
            "codes": set(held.codes),
            "used": held.used,
        }
        for key, held in merchant.offers().items()
    }


def held_info(merchant: Merchant) -> dict[str, Any]:
    """Return the store's own record by name, its address among the rest."""
    held = merchant.info()
    names = (
        "store_id", "name", "email", "domain", "primary_domain", "phone", "currency", "timezone",
        "owner_name", "primary_location_id", "plan", "payment_methods", "taxes_included",
    )  # fmt: skip
    found = {name: getattr(held, name) for name in names}
    address = ("country_code", "state", "address1", "address2", "zip_code", "city")
    return found | {name: getattr(held.address, name) for name in address}


def token(merchant: Merchant) -> str:
    """Return what opens the platform's API for the merchant's store."""
    return grants.live(merchant.store).access_token


def text(markup: str) -> str:
    """Return what a short description says to a reader, whom a script says nothing."""
    shown = re.sub(r"(?s)<script.*?</script>", " ", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def money(said: Any) -> Decimal | None:
    """Return an amount; of nothing, or of none, None."""
    found = Decimal(str(said or 0))
    return found or None
