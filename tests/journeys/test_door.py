"""A customer's request while our key store is broken: refused, and done when the platform comes again."""

from typing import Any

import pytest

from connectors.models import Bar, Delivery, Duty, Receipt, Report
from connectors.sandbox.control import Answer
from tests.journeys.merchant import Merchant, wait_for
from tests.verbs.test_customers import ruin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("ask", ["redact_customer", "request_customer"])
def test_what_cannot_be_done_now_is_done_when_the_platform_comes_again(
    merchant: Merchant, settings: Any, ask: str
) -> None:
    merchant.come()
    before = set(merchant.sales())
    merchant.sandbox.retries(10**6, gaps=False)  # it comes again until it is told 200
    mend = ruin(settings.KEYSTORE_PATH)
    told: Answer = getattr(merchant.sandbox, ask)(merchant.shop)
    statuses = refused(merchant, told["deliveries"][0])
    assert set(statuses) == {500}
    assert not Delivery.objects.exclude(kind="export.finished").exists()
    for model in (Duty, Receipt, Report, Bar):
        assert not model._default_manager.exists()
    mend()
    assert merchant.acknowledged(told["deliveries"]) == [200]
    duty = Duty.objects.get()
    assert duty.state == "done"
    assert Receipt.objects.count() + Report.objects.count() == 1
    named = {str(each) for each in told["body"].get("orders_to_redact", [])}
    assert set(merchant.sales()) == before - named


def refused(merchant: Merchant, sent: int) -> list[int]:
    """Wait until a delivery was tried twice; return what each try was answered."""

    def tries() -> list[Answer]:
        (found,) = [
            each for each in merchant.sandbox.deliveries(shop=merchant.shop) if each["number"] == sent
        ]
        return list(found["attempts"])

    wait_for(lambda: len(tries()) >= 2)
    return [int(each["status"]) for each in tries()]
