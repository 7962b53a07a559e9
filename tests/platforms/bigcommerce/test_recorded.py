"""What real stores answered, and the reference's own examples, read by our types."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.json import Decoder

from connectors.platforms.base import Found
from connectors.platforms.bigcommerce import catalog, home, offers, sales
from connectors.platforms.bigcommerce.mapping.offers import coupon as coupon_of
from connectors.platforms.bigcommerce.mapping.products import Surroundings, product
from connectors.platforms.bigcommerce.mapping.sales import sale
from connectors.platforms.bigcommerce.wire.answers import Listed
from connectors.policy.records import Product, Sale
from tests.platforms.bigcommerce.api import EMPTY, everything, promotion, serving
from tests.platforms.bigcommerce.door import NOW
from tests.shared import SHARED, needs_shared

SPECS = SHARED / "specs" / "bigcommerce"
RECORDED = SPECS / "samples" / "recorded-2026-06-18"
CAPTURED = SPECS / "samples" / "aligent-fixtures"
EXAMPLES = SPECS / "examples"

pytestmark = needs_shared


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def body(name: str) -> Any:
    """Return the body of a recording."""
    return load(RECORDED / f"{name}.json")["body"]


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """Yield what is listed, or the one thing, of v2 or v3."""
    found = value.get("data", value) if isinstance(value, dict) else value
    yield from found if isinstance(found, list) else [found]


def test_every_recorded_product_is_read_whole() -> None:
    variants = body("v3_catalog_products_77_variants")["data"]
    names = ("get", "_list_limit2", "_list_limit50")
    kept = [row for name in names for row in rows(body(f"v3_catalog_products_{name}"))]
    records = []
    for row in kept:
        whole = {**row, "variants": variants, "images": []}
        records.append(product(catalog._PRODUCT.decode(raw(whole)), Surroundings()).record)
    assert len(records) >= 4
    for record in records:
        assert isinstance(record, Product)
        assert len(record.variants) == len(variants)
        assert all(each.price > 0 for each in record.variants)


def test_the_recorded_variants_differ_as_their_options_do() -> None:
    whole = {
        **body("v3_catalog_products_get")["data"],
        "variants": body("v3_catalog_products_77_variants")["data"],
        "images": [],
    }
    record = product(catalog._PRODUCT.decode(raw(whole)), Surroundings(domain="x.example")).record
    assert isinstance(record, Product)
    titles = {each.title for each in record.variants}
    assert len(titles) == len(record.variants)
    assert record.url == "https://x.example/fog-linen-chambray-towel-beige-stripe/"
    assert record.description.startswith("The perfect beach towel: thin")
    assert "<" not in record.description


def test_the_recorded_base_variant_has_neither_options_nor_a_sale() -> None:
    (base,) = body("v3_catalog_products_80_variants__base_variant")["data"]
    whole = {**body("v3_catalog_products_get")["data"], "variants": [base], "images": []}
    record = product(catalog._PRODUCT.decode(raw(whole)), Surroundings()).record
    assert isinstance(record, Product)
    (only,) = record.variants
    assert (only.price, only.compare_at_price, only.title) == (Decimal(109), None, record.title)


def test_every_captured_product_variant_and_picture_decodes() -> None:
    count = 0
    for path in sorted(CAPTURED.glob("catalog__products__*.json")):
        name = path.name.removeprefix("catalog__products__")
        for row in rows(load(path)):
            if "images" in name:
                row = {**_bare_product(), "variants": [], "images": [row]}
            elif name.startswith("variants__") and "metafield" not in name:
                row = {**_bare_product(), "variants": [row], "images": []}
            elif name in ("get_all.json", "174__get.json", "77__get.json"):
                row = {"variants": [], "images": [], **row}
            else:
                continue
            assert isinstance(product(catalog._PRODUCT.decode(raw(row)), Surroundings()), Found), path.name
            count += 1
    assert count == 11


def _bare_product() -> dict[str, Any]:
    found: dict[str, Any] = body("v3_catalog_products_get")["data"]
    return found


def test_the_recorded_orders_are_sales_and_name_nobody() -> None:
    lines = [sales._LINE.decode(raw(row)) for row in body("v2_orders_100_products")]
    orders = [body("v2_orders_100"), *body("v2_orders__list")]
    for row in orders:
        record = sale(sales._ORDER.decode(raw(row)), lines).record
        assert isinstance(record, Sale)
        assert record.total == Decimal(row["total_inc_tax"])
        assert record.currency == "KES"
        assert "Test" not in str([getattr(record, name) for name in record.__slots__])
    assert len(orders) == 10


def test_every_captured_order_and_line_decodes() -> None:
    captured = ["orders_v2__101__get", "orders_v2__218__get", "orders_v2__get_all"]
    orders = [row for name in captured for row in rows(load(CAPTURED / f"{name}.json"))]
    examples = [row for path in sorted(EXAMPLES.glob("orders__getOrder__*")) for row in rows(load(path))]
    for row in [*orders, *examples]:
        assert isinstance(sale(sales._ORDER.decode(raw(row)), []), Found)
    lines = [
        row
        for path in (
            CAPTURED / "orders_v2__149__products__get_all.json",
            EXAMPLES / "orders__getOrderProducts__200.json",
        )
        for row in rows(load(path))
    ]
    assert all(sales._LINE.decode(raw(row)).quantity for row in lines)
    assert (len(orders), len(examples), len(lines)) >= (3, 2, 2)


def test_every_count_decodes() -> None:
    for path in (
        CAPTURED / "orders_v2__get_order_count.json",
        EXAMPLES / "orders__getOrdersCount__200.json",
    ):
        assert sales._COUNT.decode(path.read_bytes()).statuses


def test_every_recorded_coupon_is_an_offer() -> None:
    coupons = [*body("v2_coupons__list"), *load(EXAMPLES / "marketing__getCoupons__200.json")]
    found = [coupon_of(offers._COUPON.decode(raw(row)), "EUR", NOW) for row in coupons]
    assert len(found) == len(coupons) >= 9


def test_the_promotions_of_the_reference_are_offers() -> None:
    listed = load(EXAMPLES / "promotions__getPromotions__200.json")
    codes = load(EXAMPLES / "promotions__getPromotionCodes__200.json")
    one = {**promotion(9, redemption_type="COUPON"), "codes": {"code": "x"}, "multiple_codes": {}}
    listed["data"].append(one)
    answers = {"/v3/promotions": listed, "/v3/promotions/9/codes": codes, "/v2/coupons": EMPTY["/v2/coupons"]}
    with serving(answers) as api:
        found = everything(api.reader(), "offer")
    assert len(found) == 2
    assert all(isinstance(each, Found) for each in found)


def test_every_store_and_what_is_around_it_decodes() -> None:
    stores = [
        *sorted(CAPTURED.glob("storeinformation_store*.json")),
        EXAMPLES / "store_information__getStoreInformation__200.json",
    ]
    assert len(stores) == 3
    assert all(home._STORE.decode(path.read_bytes()).currency for path in stores)
    listed: dict[str, Decoder[Any]] = {
        "locations__getLocations__200.synth.json": home._LOCATION,
        "inventory__get-inventory-items__200.synth.json": catalog._ITEM,
        "brands_catalog__getBrands__200.json": catalog._BRAND,
        "channels__getChannels__200.json": home._CHANNEL,
    }
    for name, decoder in listed.items():
        found = [decoder.decode(raw(row)) for row in rows(load(EXAMPLES / name))]
        assert found, name
    assert home._CURRENCIES.decode((EXAMPLES / "currencies__getCurrencies__200.synth.json").read_bytes())
    assert home._METHODS.decode(
        (EXAMPLES / "methods_payments__getAllPaymentMethods__200.synth.json").read_bytes()
    )
    assert [home._CHANNEL.decode(raw(row)) for row in rows(body("v3_channels__list"))]
    assert [catalog._BRAND.decode(raw(row)) for row in rows(body("v3_catalog_brands__list"))]


def test_every_recorded_list_of_v3_tells_how_many_there_are() -> None:
    count = 0
    for path in sorted(RECORDED.glob("v3_*.json")):
        answer = load(path)["body"]
        if isinstance(answer["data"], list):
            found = catalog._LISTED.decode(raw(answer))
            assert isinstance(found, Listed)
            assert found.total() is not None
            count += 1
    assert count >= 6


def test_the_recorded_heads_pace_us() -> None:
    for path in sorted(RECORDED.glob("*.json")):
        recorded = load(path)
        with serving() as api:
            reader = api.reader()
            reader._client._budget.learn(recorded["headers"])
            assert reader._client._budget.wait_seconds() == 0
            left = int(recorded["headers"]["x-rate-limit-requests-left"])
            assert reader._client._budget._free == left - 15
