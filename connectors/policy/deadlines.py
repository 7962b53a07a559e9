"""By when a duty must be done, and who says so: every deadline with its source."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Deadline:
    """One clock: how long a duty may take from when it was asked, and where that is written."""

    key: str
    title: str
    days: int
    source: str

    @property
    def time(self) -> timedelta:
        """How long it may take."""
        return timedelta(days=self.days)


_SHOPIFY: Final = "https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance"
_GDPR: Final = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"

#: The platform asks for a store's or a customer's redaction, or for what is held of a customer.
PLATFORM: Final = Deadline("platform", "the platforms' rules", 30, _SHOPIFY)
#: Ours for what a customer's redaction names: the day on which Shopify itself counts it as asked.
CUSTOMER: Final = Deadline("customer", "a customer's redaction", 10, _SHOPIFY)
#: GDPR, article 12 (3): one month, of which the shortest has 28 days.
GDPR: Final = Deadline("gdpr", "GDPR, article 12", 28, _GDPR)
#: CCPA regulations, section 7021 (b): 45 calendar days.
CCPA: Final = Deadline("ccpa", "CCPA", 45, "https://cppa.ca.gov/regulations/")
#: Our own: a merchant's quarantine ends after `MINTA_QUARANTINE_HOURS`, 48 hours unless set, as Shopify's.
CLOCK: Final = Deadline("clock", "our own clock", 30, "MINTA_QUARANTINE_HOURS")
#: What is held longer than the policy says must be gone within a day of its time.
RETENTION: Final = Deadline("retention", "the policy's own periods", 2, "connectors/policy/retention.py")

DEADLINES: Final = {each.key: each for each in (PLATFORM, CUSTOMER, GDPR, CCPA, CLOCK, RETENTION)}
#: So long before a duty is late somebody is told; shorter where the whole time is.
ALARM: Final = timedelta(days=7)
