"""Every leaf has Wix's field beside it, and the platform is what the rest of the house expects."""

import re
from typing import Any

import msgspec
import pytest
from django.core.exceptions import ImproperlyConfigured

from connectors.errors import Misconfigured
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.platforms.wix import Wix
from connectors.platforms.wix.catalog_v3 import FIELDS
from connectors.platforms.wix.reader import PATHS
from connectors.platforms.wix.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.wix.sources import ABSENT, SOURCES
from connectors.platforms.wix.wire import offers, products_v1, products_v3, sales, store
from connectors.policy.register import faults, leaf_names
from minta.env import Environment
from tests.platforms.wix.door import pem

#: Fields that are read to find the way, and never kept.
THE_WAY = {
    "Location.default",
    "V1 InventoryItem.productId",
    "V3 InventoryItem.productId",
    "V3 InventoryItem.variantId",
    "V3 Variant.productData.productId",
    "LineItem.catalogReference.appId",
}

ROOTS: dict[str, Any] = {
    "Site": store.Site,
    "AppInstance": store.AppInstance,
    "Properties": store.Properties,
    "Location": store.Location,
    "V1 Product": products_v1.Product,
    "V1 Variant": products_v1.Variant,
    "V1 InventoryItem": products_v1.InventoryItem,
    "V3 Product": products_v3.Product,
    "V3 Variant": products_v3.Variant,
    "V3 InventoryItem": products_v3.InventoryItem,
    "Order": sales.Order,
    "LineItem": sales.LineItem,
    "DiscountRule": offers.DiscountRule,
}


def fields(root: type[msgspec.Struct], path: str) -> Any:
    """Return the type at a path of wire names; raises KeyError where it is not declared."""
    found: Any = root
    for name in path.split("."):
        while not (isinstance(found, type) and issubclass(found, msgspec.Struct)):
            structs = [each for each in getattr(found, "__args__", ()) if each is not type(None)]
            found = structs[0]
        found = {each.encode_name: each.type for each in msgspec.structs.fields(found)}[name]
    return found


def test_every_leaf_has_a_source_or_a_reason_and_never_both() -> None:
    assert SOURCES.keys() | ABSENT.keys() == leaf_names()
    assert not SOURCES.keys() & ABSENT.keys()
    assert list(faults([Wix()])) == []


def test_every_source_is_a_field_that_is_declared() -> None:
    seen = 0
    for sources in SOURCES.values():
        for source in sources:
            plain = re.sub(r" \(.*\)$", "", source)
            root, _, path = plain.partition(".")
            if plain.startswith("webhook") or root == "catalogVersion" or not path:
                continue
            if root == "V3 Product" or root in ROOTS:
                fields(ROOTS[root], path)
                seen += 1
    assert seen > 90


def test_what_is_declared_of_a_sale_is_kept_or_finds_the_way() -> None:
    named = {re.sub(r" \(.*\)$", "", each) for sources in SOURCES.values() for each in sources} | THE_WAY
    for root, declared in (("Order", sales.Order), ("LineItem", sales.LineItem)):
        for each in msgspec.structs.fields(declared):
            name = f"{root}.{each.encode_name}"
            assert name == "Order.lineItems" or any(source.startswith(name) for source in named), name


def test_only_what_a_leaf_needs_is_asked_of_the_properties() -> None:
    named = {
        each.split(".")[1] for sources in SOURCES.values() for each in sources if each[:11] == "Properties."
    }
    assert set(PATHS) == named


def test_no_field_of_costs_or_revenue_is_asked_for() -> None:
    assert not {"MERCHANT_DATA", "MIN_PRICE_VARIANT", "DESCRIPTION"} & set(FIELDS)


def test_no_scope_writes_and_none_lies_within_another() -> None:
    assert frozenset() == OPTIONAL_SCOPES
    assert not [each for each in SCOPES if "MANAGE" in each]
    assert not {"SCOPE.DC-STORES.READ-PRODUCTS", "SCOPE.DC-STORES.READ-ORDERS"} & SCOPES


def test_wix_is_a_platform_that_announces_its_installs() -> None:
    wix: Platform = Wix()
    assert PLATFORMS["wix"].name == wix.name == "wix"
    assert wix.announces_installs
    assert not wix.subscribes
    assert wix.callbacks == frozenset()
    assert wix.silent_days == 14


class TestSettings:
    def configured(self, **variables: str) -> Any:
        return Wix().configure(Environment(variables), insecure=False)

    def test_it_configures_itself(self) -> None:
        found = self.configured(WIX_APP_ID="app", WIX_APP_SECRET="new, old", WIX_PUBLIC_KEY=pem())
        assert (found["client_id"], found["client_secrets"]) == ("app", ("new", "old"))
        assert found["origin"] == "https://www.wixapis.com"
        assert found["own"] == {
            "public_key": pem().strip(),
            "frame_ancestors": "https://manage.wix.com,https://*.wix.com",
        }

    def test_without_settings_it_is_off(self) -> None:
        found = self.configured()
        assert (found["client_id"], found["client_secrets"], found["own"]["public_key"]) == ("", (), "")

    def test_what_is_required_has_its_variable(self) -> None:
        assert Wix.required.keys() <= {*self.configured(), *self.configured()["own"]}

    def test_a_key_that_is_none_is_named_and_not_shown(self) -> None:
        with pytest.raises(Misconfigured, match="WIX_PUBLIC_KEY") as failed:
            self.configured(WIX_PUBLIC_KEY="bm90IGEga2V5")
        assert "bm90IGEga2V5" not in str(failed.value)

    @pytest.mark.parametrize(
        "said", ["*", "https://*", "javascript:x", "https://a b", "https://a.example;", "https://a/x"]
    )
    def test_what_is_no_origin_frames_nothing(self, said: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="WIX_FRAME_ANCESTORS"):
            self.configured(WIX_FRAME_ANCESTORS=said)

    def test_an_api_that_is_not_https_is_refused(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="WIX_API_ORIGIN"):
            self.configured(WIX_API_ORIGIN="http://127.0.0.1:9403")
