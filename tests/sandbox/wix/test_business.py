"""What a site says of itself: the instance, its properties, its locations, its catalog."""

import pytest

from connectors.sandbox.control import Sandbox
from tests.sandbox.wix.client import AppOnSite


def test_an_unpublished_site_has_no_address(sandbox: Sandbox, app: AppOnSite) -> None:
    assert app.good("/apps/v1/instance")["site"]["url"].startswith("https://www.site-")
    sandbox.change_shop(app.key, published=False)
    assert "url" not in app.good("/apps/v1/instance")["site"]
    assert "siteUrl" not in sandbox.load(app.key)["parameters"]


def test_a_mask_gives_what_it_names_and_nothing_else(app: AppOnSite) -> None:
    whole = app.good("/site-properties/v4/properties")["properties"]
    assert {"email", "phone", "fax", "address", "timeZone", "paymentCurrency"} <= set(whole)
    for wish in ("fields.paths=email&fields.paths=address.city", "fields=email,address.city"):
        told = app.good(f"/site-properties/v4/properties?{wish}")
        assert told["properties"] == {"email": whole["email"], "address": {"city": "New York"}}
        assert told["version"] == "12"
    assert app.get("/site-properties/v4/properties?fields.paths=shoeSize").status_code == 400


def test_the_ledger_tells_which_properties_were_asked_for(sandbox: Sandbox, app: AppOnSite) -> None:
    app.good("/site-properties/v4/properties?fields.paths=email&fields.paths=phone")
    app.v3(fields=["URL", "CURRENCY"])
    asked = {name for one in sandbox.requests(store=app.key) for name in one["fields"]}
    assert asked == {"properties.email", "properties.phone", "URL", "CURRENCY"}


def test_archived_locations_come_only_when_asked_for(app: AppOnSite) -> None:
    told = app.good("/locations/v1/locations")
    assert [(one["name"], one["default"]) for one in told["locations"]] == [
        ("Prince Street", True),
        ("Red Hook", False),
    ]
    assert told["pagingMetadata"] == {"count": 2, "offset": 0, "hasNext": False}
    every = app.good("/locations/v1/locations?includeArchived=true&paging.limit=2")
    assert every["pagingMetadata"] == {"count": 2, "offset": 0, "hasNext": True}


def test_locations_are_found_by_a_filter(app: AppOnSite) -> None:
    found = app.good("/locations/v1/locations/query", {"query": {"filter": {"default": True}}})
    assert [one["name"] for one in found["locations"]] == ["Prince Street"]
    assert app.good("/locations/v1/locations/query", {"query": {"filter": {"archived": False}}})["locations"]


def test_each_catalog_refuses_the_calls_of_the_other(app: AppOnSite, old: AppOnSite) -> None:
    assert app.good("/stores/v3/provision/version") == {"catalogVersion": "V3_CATALOG"}
    assert old.good("/stores/v3/provision/version") == {"catalogVersion": "V1_CATALOG"}
    for path in ("/stores-reader/v1/products/query", "/stores-reader/v2/inventoryItems/query"):
        assert app.refused(path, {})[0] == 428
    for path in ("products/query", "products/count", "products/query-variants", "inventory-items/query"):
        assert old.refused(f"/stores/v3/{path}", {})[0] == 428


def test_a_site_without_a_store_says_so_and_has_no_goods(sandbox: Sandbox, app: AppOnSite) -> None:
    sandbox.control(app.key, "catalog", version="STORES_NOT_INSTALLED")
    assert app.good("/stores/v3/provision/version") == {"catalogVersion": "STORES_NOT_INSTALLED"}
    assert app.good("/apps/v1/instance")["site"]["installedWixApps"] == []
    assert app.refused("/stores/v3/products/query", {}) == (428, "STORES_NOT_INSTALLED")


def test_a_migration_keeps_ids_and_happens_between_two_pages(sandbox: Sandbox, old: AppOnSite) -> None:
    page = old.v1(paging={"limit": 5})
    assert len(page["products"]) == 5
    sandbox.control(old.key, "catalog", version="V3_CATALOG")
    assert old.refused("/stores-reader/v1/products/query", {"query": {"paging": {"offset": 5}}})[0] == 428
    moved = {one["id"]: one for one in old.v3()["products"]}
    for product in page["products"]:
        assert product["id"] in moved
        assert moved[product["id"]]["updatedDate"] > product["lastUpdated"]
        assert moved[product["id"]]["revision"] == "1"


def test_a_migrated_product_keeps_its_variants_unless_it_has_only_one(
    sandbox: Sandbox, old: AppOnSite
) -> None:
    listed = {one["id"]: one["variants"] for one in sandbox.products(old.key) if one["visible"]}
    before = {one["id"]: one["variants"] for one in old.v1(includeVariants=True)["products"]}
    sandbox.control(old.key, "catalog", version="V3_CATALOG")
    found = old.good("/stores/v3/products/query-variants", {"query": {}})["variants"]
    after: dict[str, set[str]] = {}
    for one in found:
        after.setdefault(one["productData"]["productId"], set()).add(one["variantId"])
    for product, variants in before.items():
        was = {one["id"] for one in variants}
        assert after[product] == {one["id"] for one in listed[product]}
        assert (after[product] == was) == (was != {"00000000-0000-0000-0000-000000000000"})


def test_nothing_goes_back_to_the_first_catalog(sandbox: Sandbox, app: AppOnSite) -> None:
    for version in ("V1_CATALOG", "V2_CATALOG"):
        with pytest.raises(RuntimeError, match="ValueError"):
            sandbox.control(app.key, "catalog", version=version)


def test_a_clone_is_another_store_with_the_same_goods(sandbox: Sandbox, app: AppOnSite) -> None:
    handle = f"{sandbox.store(app.key)['handle']}-copy"
    twin = sandbox.control(app.key, "clone", handle=handle)
    assert (twin["origin"], twin["installed"]) == (app.key, True)
    assert twin["key"] != app.key
    assert twin["site_id"] != sandbox.store(app.key)["site_id"]
    other = AppOnSite(sandbox, twin["key"]).connect()
    assert other.good("/apps/v1/instance")["instance"]["originInstanceId"] == app.key
    assert [one["id"] for one in other.v3()["products"]] == [one["id"] for one in app.v3()["products"]]
    sandbox.change_product(app.key, title="Only here")
    assert "Only here" not in {one["name"] for one in other.v3()["products"]}
    assert other.orders()["orders"] == []
    other.http.close()
