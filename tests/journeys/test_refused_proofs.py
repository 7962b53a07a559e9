"""A proof that the platform itself does not take is mended once, and not for ever."""

import json
import re

import pytest

from tests.journeys.merchant import Merchant

pytestmark = pytest.mark.django_db(transaction=True)
REFUSAL = json.dumps({"error": "invalid_subject_token"})


def test_a_page_that_cannot_be_mended_stops_reloading(merchant: Merchant) -> None:
    merchant.sandbox.fault("status", kind="token", status=400, body=REFUSAL, times=9)
    first = merchant.open()
    assert first.status_code == 401
    (address,) = re.findall(r'url=([^"]*bounce[^"]*)"', first.text)
    assert "mended%3D1" in address
    again = merchant.sandbox.load(merchant.shop)["url"] + "&mended=1"
    second = merchant.session.get(again, timeout=30)
    assert second.status_code == 401
    assert "bounce" not in second.text


def test_a_page_whose_second_proof_is_taken_is_served(merchant: Merchant) -> None:
    merchant.sandbox.fault("status", kind="token", status=400, body=REFUSAL, times=1)
    assert merchant.open().status_code == 401
    again = merchant.sandbox.load(merchant.shop)["url"] + "&mended=1"
    assert merchant.session.get(again, timeout=30).status_code == 200
