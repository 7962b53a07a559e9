"""The brief over HTTP: as the document says it is, neutral and for each renderer."""

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from connectors.adapters import RENDERERS
from connectors.api import document
from connectors.models import Store
from connectors.policy.records import Reported
from tests import cast
from tests.api.conftest import Ask
from tests.api.test_schema import check
from tests.cast import NOON, offer, store_info
from tests.feed.cast import picture, product, sale, variant


def furnished(locale: str = "fr-CA") -> Store:
    """Return a store with something of everything that a brief may hold."""
    store, key = cast.store()
    reduced = variant(1, "14.99", compare_at_price=Decimal("20.00"))
    cast.keep(
        store,
        key,
        store_info(reported=Reported("shop/update", NOON, primary_locale=locale)),
        product(1, variants=(reduced,), title="BEST PADDLE EVER"),
        product(2, pictures=(picture(1, width=None, height=None, alt=None),), vendor=None, url=None),
        product(3, pictures=()),
        product(4, pictures=(picture(1, url="https://elsewhere.example/1.jpg"),)),
        sale(1, product(2), 2),
        offer(1, ends_at=NOON.replace(year=2099)),
        offer(2, percent=None, amount=Decimal(4), currency="CAD"),
        offer(3, percent=None),
    )
    return store


def read(ask: Ask, address: str) -> dict[str, Any]:
    response = ask(address)
    assert response.status_code == 200, response.content
    shape: dict[str, Any] = json.loads(response.content)
    return shape


def test_a_brief_is_what_the_document_says(ask: Ask) -> None:
    store = furnished()
    made = read(ask, f"stores/{store.ref}/brief")
    check(document.document(), "Brief", made)
    assert len(made["products"]) == 2
    assert {tuple(each["codes"]) for each in made["refused"]} == {("no_picture",), ("picture_elsewhere",)}
    assert [each["code"] for each in made["products"][1]["findings"]] == ["title_capitals"]


@pytest.mark.parametrize("renderer", list(RENDERERS))
def test_a_brief_for_a_renderer_is_what_the_document_says(ask: Ask, renderer: str) -> None:
    store = furnished()
    made = read(ask, f"stores/{store.ref}/brief?as={renderer}&format=1x1&limit=5")
    assert made["as"] == renderer
    strict = {**made, "request": {}}
    check(document.document(), "BriefForRenderer", strict)
    assert "CANOE PADDLE 2" in json.dumps(made["request"]).upper()


def test_the_schema_would_find_a_field_too_many(ask: Ask) -> None:
    made = read(ask, f"stores/{furnished().ref}/brief")
    made["products"][0]["email"] = "canary@cedar.example"
    with pytest.raises(jsonschema.ValidationError):
        check(document.document(), "Brief", made)


@pytest.mark.parametrize(
    "query",
    [
        "as=imovie",
        "as=",
        "as=flat&as=flat",
        "format=9:16",
        "format=",
        "as=flat&format=2x3",
        "AS=flat",
        "x=1",
    ],
)
def test_what_is_none_of_it_is_refused(ask: Ask, query: str) -> None:
    assert ask(f"stores/{furnished().ref}/brief?{query}").status_code == 400


def test_a_limit_is_how_many_places_a_template_has(ask: Ask) -> None:
    store = furnished()
    said = read(ask, f"stores/{store.ref}/brief?as=flat&limit=1")["request"]
    assert said["products_shown"] == 1
    assert not [key for key in said if key.startswith("product_2")]
    assert "product_12_title" in read(ask, f"stores/{store.ref}/brief?as=flat")["request"]


def test_a_link_of_a_brief_leads_to_its_picture(ask: Ask) -> None:
    made = read(ask, f"stores/{furnished().ref}/brief")
    shown = made["products"][0]["pictures"][0]
    answer = ask(shown["fetch"].split("/feed/v1/")[1])
    assert (answer.status_code, answer["Location"]) == (302, shown["url"])
