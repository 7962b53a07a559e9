"""The processors' servers, played on this machine: see `base`."""

from tests.processors.servers.base import Asked, Fault, Says, Server
from tests.processors.servers.intercom import IntercomServer
from tests.processors.servers.mailchimp import MailchimpServer
from tests.processors.servers.salesforce import SalesforceServer

__all__ = ["Asked", "Fault", "IntercomServer", "MailchimpServer", "SalesforceServer", "Says", "Server"]
