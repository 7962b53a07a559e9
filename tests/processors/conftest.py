"""The processors' servers on this machine, and what the settings say of each."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.processors.base import Copy
from connectors.processors.intercom import Intercom
from connectors.processors.mailchimp import Mailchimp
from connectors.processors.salesforce import Salesforce
from minta.env import Environment
from tests.processors.servers import IntercomServer, MailchimpServer, SalesforceServer
from tests.processors.servers import intercom as at_intercom
from tests.processors.servers import mailchimp as at_mailchimp
from tests.processors.servers import salesforce as at_salesforce

COPY = Copy("st_mzxw6ytboi4dqnrs", 3)
LEAVES: dict[str, Any] = {
    "StoreInfo.store_id": "gid://shop/77101",
    "StoreInfo.name": "Cedar & Sons",
    "StoreInfo.email": "Owner@Cedar.example",
    "StoreInfo.domain": "cedar.example",
    "StoreInfo.address.country": "Canada",
    "StoreInfo.address.city": "Ottawa",
    "StoreInfo.phone": "+16135550123",
    "StoreInfo.owner_name": "Ada Cedar",
}
CANARY = "canary-9f27"
#: Leaves that nobody maps, whatever comes with them.
UNNAMED = {
    "StoreInfo.google_apps_domain": CANARY,
    "StoreInfo.currency": CANARY,
    "Sale.id": CANARY,
    "StoreInfo.owner_name.middle": CANARY,
    "StoreInfo": CANARY,
}


@pytest.fixture
def salesforce() -> Iterator[SalesforceServer]:
    with SalesforceServer() as server:
        yield server


@pytest.fixture
def intercom() -> Iterator[IntercomServer]:
    with IntercomServer() as server:
        yield server


@pytest.fixture
def mailchimp() -> Iterator[MailchimpServer]:
    with MailchimpServer() as server:
        yield server


def salesforce_setup(server: SalesforceServer, **changed: str) -> Mapping[str, Any]:
    """Return what the settings say where Salesforce is this server."""
    told = {
        "SALESFORCE_ORIGIN": server.address,
        "SALESFORCE_CLIENT_ID": at_salesforce.CLIENT_ID,
        "SALESFORCE_CLIENT_SECRET": at_salesforce.SECRET,
    }
    return Salesforce().configure(Environment({**told, **changed}), insecure=True)


def intercom_setup(server: IntercomServer, **changed: str) -> Mapping[str, Any]:
    """Return what the settings say where Intercom is this server."""
    told = {"INTERCOM_ORIGIN": server.address, "INTERCOM_TOKEN": at_intercom.TOKEN}
    return Intercom().configure(Environment({**told, **changed}), insecure=True)


def mailchimp_setup(server: MailchimpServer, **changed: str) -> Mapping[str, Any]:
    """Return what the settings say where Mailchimp is this server."""
    told = {
        "MAILCHIMP_ORIGIN": server.address,
        "MAILCHIMP_KEY": at_mailchimp.KEY,
        "MAILCHIMP_AUDIENCE": at_mailchimp.AUDIENCE,
    }
    return Mailchimp().configure(Environment({**told, **changed}), insecure=True)


SECRETS = (at_salesforce.SECRET, at_intercom.TOKEN, at_mailchimp.KEY, "token.of.salesforce")


@pytest.fixture
def silent(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No value, secret or address of a member in any line that is logged, at any level."""
    with caplog.at_level(logging.DEBUG, logger="connectors"):
        yield
    said_nothing(*(record.getMessage() for record in caplog.records if record.name != "urllib3"))


def said_nothing(*texts: str) -> None:
    """Assert that no text names a value, a secret, an address or the hash of one."""
    hashed = at_mailchimp.hash_of(str(LEAVES["StoreInfo.email"]))
    for text in texts:
        for value in (*map(str, LEAVES.values()), *SECRETS, hashed, "owner@cedar.example", "127.0.0.1"):
            assert value.lower() not in text.lower()
