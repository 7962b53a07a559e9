"""The processors that the policy names: what a merchant's data may be shared with, each off until configured.

    base        what a processor is to the rest of the house
    aws         S3-compatible storage
    salesforce  one record of the store
    intercom    one contact
    mailchimp   one member of an audience: the newsletter
    line        what those that speak plain HTTP stand on

They know no Django, no model and no setting. What a processor is given, when, and when it must be erased
there is `connectors.sharing`'s affair.
"""

from connectors.processors.aws import Aws
from connectors.processors.base import Processor
from connectors.processors.intercom import Intercom
from connectors.processors.mailchimp import Mailchimp
from connectors.processors.salesforce import Salesforce

PROCESSORS: dict[str, Processor] = {
    each.name: each for each in (Aws(), Salesforce(), Intercom(), Mailchimp())
}

__all__ = ["PROCESSORS", "Processor"]
