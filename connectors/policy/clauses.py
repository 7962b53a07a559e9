"""The merchant row of the privacy policy, in its order and words, and the names of its other rows."""

from enum import Enum, StrEnum


class Clause(Enum):
    """One item of the merchant row: its number in the policy's order, and its words."""

    STORE_ID = (1, "Merchant store ID")
    STORE_NAME = (2, "Merchant store name")
    EMAIL = (3, "Email address")
    DOMAIN = (4, "Store domain")
    LOCATION = (5, "Location: Country, state, address, zip code, city, country, country code")
    PHONE = (6, "Phone number")
    CREATED = (7, "Shop creation date")
    UPDATED = (8, "Store last update")
    CURRENCY = (9, "Currency used to pay in store")
    TIMEZONE = (10, "Timezone")
    MERCHANT_NAME = (11, "Merchant’s name")
    GOOGLE_APPS = (12, "Google apps domain")
    OFFERS = (13, "Information about payments, discounts and offers in the store")
    FINANCIAL = (14, "Financial information")
    PRIMARY_LOCATION = (15, "Primary location ID")
    TECHNICAL = (16, "Technical information relating to the store")
    SALES = (17, "Sales data")
    INVENTORY = (18, "Products inventory data")

    @property
    def number(self) -> int:
        """The item's place in the policy's list, from 1."""
        return self.value[0]

    @property
    def words(self) -> str:
        """The item as the policy says it."""
        return self.value[1]


class Purpose(Enum):
    """Why an item of the merchant row may be used."""

    ACCOUNT = ("account", "To create an account")
    SERVICE = ("service", "To facilitate use of the services")
    INTEGRATION = ("integration", "To integrate the services with the merchant's store")
    VIDEOS = ("videos", "To provide the services, including customised marketing videos for the store")

    @property
    def key(self) -> str:
        """The word a feed key is made for."""
        return self.value[0]

    @property
    def words(self) -> str:
        """The purpose as the policy means it."""
        return self.value[1]


class Processor(StrEnum):
    """A company that the policy says personal data is shared with."""

    SALESFORCE = "Salesforce"
    AWS = "AWS"
    INTERCOM = "Intercom"
    MAILCHIMP = "Mailchimp"
    GOOGLE_ANALYTICS = "Google Analytics"


# The policy's fourth column for the merchant row.
MERCHANT_PROCESSORS = (Processor.SALESFORCE, Processor.AWS, Processor.INTERCOM)

# The policy's last column for the merchant row: what follows, per purpose, when an item is not provided.
IF_NOT_PROVIDED: dict[Purpose, str] = {
    Purpose.ACCOUNT: "No account can be created",
    Purpose.SERVICE: "The services cannot be used",
    Purpose.INTEGRATION: "The services cannot be integrated with the store",
    Purpose.VIDEOS: "The services, and with them the marketing videos, cannot be provided",
}

# The other rows of the same table. The connectors collect nothing for them; they are named so that this
# can be shown.
OTHER_ROWS = (
    "Visitors of the website",
    "Newsletter subscribers",
    "Contact and support",
    "Purchasers of a subscription",
    "Facebook Messenger users",
    "Marketing events and business cards",
    "Third-party sources (lead generation)",
    "Social media interaction",
)


def purpose(key: str) -> Purpose:
    """Return the purpose with that key; raises KeyError for any other word."""
    return {each.key: each for each in Purpose}[key]
