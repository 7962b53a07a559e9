"""A store at three processors at once: from its merchant's consents to the receipt of its erasure."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from connectors import configured, erase
from connectors.models import Duty, Receipt, Share, Store
from connectors.sharing import consents
from connectors.work import engine
from tests import cast
from tests.processors.conftest import intercom_setup, mailchimp_setup, said_nothing, salesforce_setup
from tests.processors.servers import Fault, IntercomServer, MailchimpServer, SalesforceServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silent")]
NAMES = ("salesforce", "intercom", "mailchimp")


@pytest.fixture
def shared(
    salesforce: SalesforceServer,
    intercom: IntercomServer,
    mailchimp: MailchimpServer,
    settings: Any,
    tmp_path: Path,
) -> Store:
    """A store whose merchant has consented to all three, and whose record each has been given."""
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.LEDGER_PATH = tmp_path / "ledger" / "erasures.sqlite3"
    setups = (salesforce_setup(salesforce), intercom_setup(intercom), mailchimp_setup(mailchimp))
    settings.PROCESSORS = {**settings.PROCESSORS, **dict(zip(NAMES, setups, strict=True))}
    store, key = cast.store()
    cast.keep(store, key, cast.store_info(owner_name="Ada Cedar"))
    for name in NAMES:
        consents.give(store, name, datetime.now(UTC))
    engine().drain()
    for server in (salesforce, intercom, mailchimp):
        assert server.holds("Ada Cedar")
    return store


def states() -> dict[str, str]:
    return {duty.subject or duty.kind: str(duty.state) for duty in Duty.objects.all()}


def redact() -> None:
    with transaction.atomic():
        erase.uninstall(Store.objects.select_for_update().get(), "redact", datetime.now(UTC), at_once=True)


def drained(**later: float) -> None:
    engine().drain(datetime.now(UTC) + timedelta(**later))


def test_the_receipt_waits_for_the_last_of_them_and_nothing_is_left_anywhere(
    shared: Store, salesforce: SalesforceServer, intercom: IntercomServer, mailchimp: MailchimpServer
) -> None:
    intercom.always(Fault.AWAY)
    redact()
    drained(minutes=1)
    assert configured.keystore().state(shared.ref, shared.epoch) == "destroyed"
    assert states()["mailchimp"] == "verified"
    assert states()["salesforce"] == "confirmed"
    assert states()["intercom"] == "doing"
    assert not salesforce.holds_anything()
    assert intercom.holds("Ada Cedar")
    intercom.flap(*[Fault.THROTTLED, Fault.DROPPED, Fault.HTML, Fault.LATE])
    intercom._always = Fault.FINE
    for hour in range(1, 12):
        drained(hours=hour)
    assert states() == {
        "erase.store": "sent",
        "mailchimp": "verified",
        "intercom": "verified",
        "salesforce": "confirmed",
    }
    assert not Receipt.objects.exists()
    salesforce.wait(hours=24)
    drained(hours=20)
    assert set(states().values()) == {"verified", "done"}
    assert Receipt.objects.get().body
    assert not any(server.holds_anything() for server in (salesforce, intercom, mailchimp))
    assert not Share.objects.filter(absent_at=None).exists()
    assert not Share.objects.exclude(remote_id="").exists()
    said_nothing(*Duty.objects.values_list("reason", flat=True), Receipt.objects.get().body)


def test_a_consent_that_is_withdrawn_ends_at_one_and_leaves_the_others(
    shared: Store, salesforce: SalesforceServer, intercom: IntercomServer, mailchimp: MailchimpServer
) -> None:
    consents.withdraw(shared, "mailchimp", datetime.now(UTC))
    drained(minutes=1)
    assert states() == {"mailchimp": "verified"}
    assert not mailchimp.holds_anything()
    assert salesforce.holds("Ada Cedar")
    assert intercom.holds("Ada Cedar")
    consents.give(shared, "mailchimp", datetime.now(UTC))
    drained(minutes=2)
    assert not mailchimp.holds_anything()
    choice = next(each for each in consents.choices(shared) if each.name == "mailchimp")
    assert choice.state == "refused"
    assert "newsletter's form" in choice.reason
