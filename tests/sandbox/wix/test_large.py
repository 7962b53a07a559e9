"""A store of many products pages without sorting everything for every page."""

from datetime import UTC, datetime

from connectors.sandbox.catalogue import multiplied, own_catalogue
from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix import asking
from connectors.sandbox.wix.api.v1 import PRODUCTS
from connectors.sandbox.wix.seeding import make_site
from connectors.sandbox.wix.site import V1
from tests.sandbox.wix.client import AppOnSite

UP = [{"fieldName": "numericId", "order": "ASC"}]


def test_the_products_of_a_store_are_sorted_once_for_all_its_pages() -> None:
    site = make_site("many", multiplied(own_catalogue(), 2_000), datetime.now(UTC), 0, V1)
    looked: list[int] = []

    def counted() -> list[object]:
        looked.append(len(site.products))
        return list(site.products.values())

    found, after = 0, "0"
    while True:
        selection, start = asking.select(site.kept, PRODUCTS, counted, {"numericId": {"$gt": after}}, UP)
        page = selection.things[start : start + 100]
        if not page:
            break
        found, after = found + len(page), page[-1].numeric_id
    assert (found, looked) == (2_000, [2_000])
    site.changed()
    asking.select(site.kept, PRODUCTS, counted, {"numericId": {"$gt": "0"}}, UP)
    assert looked == [2_000, 2_000]


def test_a_store_of_many_products_is_opened_on_request(sandbox: Sandbox) -> None:
    key = sandbox.create_store("large-v1", orders=5, products=450)["key"]
    sandbox.install(key)
    one = AppOnSite(sandbox, key).connect()
    numbers: list[int] = []
    while True:
        after = str(numbers[-1]) if numbers else "0"
        page = one.v1(
            filter={"numericId": {"$gt": after}}, sort=[{"numericId": "asc"}], paging={"limit": 100}
        )
        if not page["products"]:
            break
        numbers += [int(product["numericId"]) for product in page["products"]]
    assert len(numbers) == sandbox.store(key)["counts"]["visible_products"]
    assert numbers == sorted(set(numbers))
    one.http.close()
