"""Customers: what the platform asks in their name is answered, and nothing of them is ever held."""

from datetime import UTC, datetime

import pytest

from connectors import configured, receipts, sync
from connectors.models import Delivery, Duty, Receipt, Report, RunMode
from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed(merchant: Merchant) -> None:
    merchant.come()


def test_a_customer_s_redaction_removes_their_sales_for_good(merchant: Merchant) -> None:
    before = set(merchant.sales())
    told = merchant.sandbox.redact_customer(merchant.shop)
    named = {str(each) for each in told["body"]["orders_to_redact"]}
    assert merchant.acknowledged(told["deliveries"]) == [200]
    merchant.settle()
    assert set(merchant.sales()) == before - named != before
    duty = Duty.objects.get()
    assert (duty.kind, duty.state, duty.counts["rows"]) == (Duty.ERASE_SALES, "done", len(before & named))
    receipt = Receipt.objects.get()
    text = receipts.compose(receipt.body, receipt.signature)
    assert receipts.verify(text, configured.signer().public_key_text)

    for mode in (RunMode.FULL, RunMode.SINCE):
        sync.begin_all(mode)
        merchant.settle()
    some = next(iter(before & named))
    merchant.sandbox.webhook(merchant.shop, "orders/updated", body={"id": int(some)}, webhook_id="again")
    merchant.settle()
    assert set(merchant.sales()) == before - named
    sale_run = merchant.runs(mode=RunMode.FULL)["sale"]
    assert (sale_run.state, sale_run.reasons) == ("done", {"redacted": len(before & named)})


def test_the_same_redaction_twice_is_one(merchant: Merchant) -> None:
    (sent,) = merchant.sandbox.redact_customer(merchant.shop)["deliveries"]
    merchant.sandbox.flush()
    merchant.sandbox.deliver_again(sent)
    merchant.settle()
    assert Receipt.objects.count() == 1


def test_a_redaction_needs_no_grant(merchant: Merchant) -> None:
    merchant.sandbox.expire_tokens(merchant.shop, refresh=True)
    told = merchant.sandbox.redact_customer(merchant.shop)
    named = {str(each) for each in told["body"]["orders_to_redact"]}
    merchant.settle()
    sync.begin_all(RunMode.SINCE)
    merchant.settle()
    assert not named & set(merchant.sales())
    assert Duty.objects.get().state == "done"


def test_a_redacted_sale_stays_away_after_a_reinstall(merchant: Merchant) -> None:
    told = merchant.sandbox.redact_customer(merchant.shop)
    named = {str(each) for each in told["body"]["orders_to_redact"]}
    merchant.settle()
    merchant.leave()
    merchant.come()
    assert merchant.store.epoch == 2
    assert not named & set(merchant.sales())


def test_a_data_request_is_answered_with_the_sales_that_are_held(merchant: Merchant) -> None:
    told = merchant.sandbox.request_customer(merchant.shop)
    asked = {str(each) for each in told["body"]["orders_requested"]}
    merchant.settle()
    report = Report.objects.get()
    answer = merchant.report(report)
    assert answer.request_id == str(told["body"]["data_request"]["id"])
    assert set(answer.sales_asked) == asked
    held = merchant.sales()
    assert {each.sale_id: each for each in answer.sales_held} == {
        key: sale for key, sale in held.items() if key in asked
    }
    assert report.duty.deadline_at > datetime.now(UTC)


def test_a_redaction_in_quarantine_erases_the_store_at_once(merchant: Merchant) -> None:
    merchant.leave()
    merchant.sandbox.redact_customer(merchant.shop)
    merchant.settle()
    assert merchant.store.state == "erased"
    assert Receipt.objects.count() == 1


def test_it_is_done_when_it_is_acknowledged_and_nothing_of_it_is_kept(merchant: Merchant) -> None:
    last = merchant.last_call
    told = merchant.sandbox.redact_customer(merchant.shop)
    named = {str(each) for each in told["body"]["orders_to_redact"]}
    assert merchant.acknowledged(told["deliveries"]) == [200]
    assert not named & set(merchant.sales())
    written = Delivery.objects.get(kind="redact.sales")
    assert (written.state, written.sealed) == ("done", None)
    # Nothing is asked of the platform for it either.
    assert merchant.calls_since(last) == []
