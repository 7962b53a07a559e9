"""The store itself, and what is missing of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import BadAnswer
from connectors.policy.records import Address
from tests.platforms.bigcommerce.api import STORE, listed, serving
from tests.platforms.bigcommerce.door import SHOP
from tests.platforms.playing import Says

PLACE = {
    "id": 1,
    "code": "BC-LOCATION-1",
    "label": "canary-label",
    "address": {
        "address1": "Lange Str. 1",
        "address2": "",
        "city": "Berlin",
        "state": "Berlin",
        "zip": "10115",
        "email": "canary@x.example",
        "phone": "1",
        "country_code": "DE",
        "geo_coordinates": {"latitude": 1, "longitude": 2},
    },
}
AROUND: dict[str, Any] = {
    "/v3/inventory/locations": listed([PLACE]),
    "/v3/channels": listed(
        [
            {"id": 667, "name": "canary-channel", "date_created": "2023-06-18T09:20:06Z"},
            {"id": 1, "date_created": "2024-06-18T09:20:06Z"},
        ]
    ),
    "/v2/currencies": [
        {"currency_code": "EUR", "enabled": True, "is_default": True},
        {"currency_code": "CHF", "enabled": "true"},
        {"currency_code": "USD", "enabled": False},
    ],
    "/v2/payments/methods": [
        {"code": "squarev2", "name": "Square", "test_mode": False},
        {"code": "testgateway", "name": "Test", "test_mode": True},
    ],
}


def test_a_store_is_read_from_all_that_knows_of_it() -> None:
    with serving(AROUND) as api:
        found = api.reader().store()
    assert (found.store_id, found.name, found.email) == (SHOP, "Ember", "mira@ember.example")
    assert (found.domain, found.primary_domain) == (f"store-{SHOP}.mybigcommerce.com", "ember.example")
    assert found.address == Address(
        country="Germany",
        country_code="DE",
        state="Berlin",
        address1="Lange Str. 1",
        zip_code="10115",
        city="Berlin",
    )
    assert found.phone is None
    assert found.created_at == datetime(2024, 6, 18, 9, 20, 6, tzinfo=UTC)
    assert found.updated_at is None
    assert (found.currency, found.presentment_currencies) == ("EUR", ("EUR", "CHF"))
    assert (found.timezone, found.owner_name) == ("Europe/Berlin", "Mira Vale")
    assert found.payment_methods == ("squarev2",)
    assert found.taxes_included is True
    assert found.primary_location_id == "1"
    assert (found.plan, found.development_store, found.setup_required) == ("Plus", False, False)
    assert found.locale == "de"
    assert (found.weight_unit, found.unit_system) == ("kgs", "centimeters")
    assert found.money_format == "{{amount}}€"
    assert found.reported is None


def test_only_the_default_location_is_asked_for() -> None:
    with serving(AROUND) as api:
        api.reader().store()
        (asked,) = api.asked("/v3/inventory/locations")
    assert asked.query == {"is_default": "true"}


@pytest.mark.parametrize("status", [403, 404])
def test_what_a_store_does_not_show_is_left_out(status: int) -> None:
    refused = dict.fromkeys(AROUND, Says({"status": status}, status))
    with serving(refused) as api:
        found = api.reader().store()
    assert (found.created_at, found.primary_location_id, found.payment_methods) == (None, None, ())
    assert found.presentment_currencies == ("EUR",)
    assert found.address == Address(country="Germany", country_code="DE", address1="1 Long Lane\nTown")


@pytest.mark.parametrize("address", [None, [], {}, {"city": None}])
def test_a_location_without_an_address_leaves_the_stores_own_text_whole(address: Any) -> None:
    with serving({**AROUND, "/v3/inventory/locations": listed([{"id": 1, "address": address}])}) as api:
        found = api.reader().store()
    assert found.address.address1 == "1 Long Lane\nTown"
    assert (found.address.city, found.address.zip_code, found.address.state) == (None, None, None)
    assert found.primary_location_id == "1"


@pytest.mark.parametrize("answer", [Says({}, 400), Says({}, 422), {"data": 1}, b"<html>", []])
def test_what_is_around_a_store_and_cannot_be_read_leaves_the_store(answer: Any) -> None:
    with serving(dict.fromkeys(AROUND, answer)) as api:
        found = api.reader().store()
    assert found.name == "Ember"
    assert (found.created_at, found.primary_location_id, found.payment_methods) == (None, None, ())


def test_a_currency_that_does_not_say_so_is_not_switched_off() -> None:
    said = [{"currency_code": "CHF", "enabled": None}, {"currency_code": "USD"}]
    with serving({**AROUND, "/v2/currencies": said}) as api:
        assert api.reader().store().presentment_currencies == ("EUR", "CHF", "USD")


def test_a_store_that_says_little_is_a_store() -> None:
    with serving({"/v2/store": {"id": SHOP, "name": "Ember", "currency": "EUR", "timezone": []}}) as api:
        found = api.reader().store()
    assert (found.email, found.primary_domain, found.owner_name, found.timezone) == (None, None, None, "")
    assert (found.plan, found.development_store, found.setup_required) == (None, None, None)
    assert found.locale is None


def test_a_store_without_a_name_is_none() -> None:
    with serving({"/v2/store": {**STORE, "name": None}}) as api, pytest.raises(BadAnswer) as error:
        api.reader().store()
    assert "$.name" in str(error.value)


def test_a_sandbox_store_is_one_of_developers() -> None:
    with serving({"/v2/store": {**STORE, "plan_level": "Sandbox Store", "status": "prelaunch"}}) as api:
        found = api.reader().store()
    assert found.development_store
    assert found.setup_required
