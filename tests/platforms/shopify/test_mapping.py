"""Shopify's words to ours."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadAnswer, Malformed
from connectors.platforms.base import Found
from connectors.platforms.shopify.mapping import offers, products, sales, values
from connectors.platforms.shopify.mapping.store import store_info
from connectors.platforms.shopify.readable import LEVEL, LINE, MEDIA, OFFER, ORDER, PRODUCT, VARIANT
from connectors.platforms.shopify.wire.store import PaymentsAccount, Store
from connectors.policy.leaves import leaves
from connectors.policy.records import Offer, Option, Picture, Product, Sale, SaleLine, Stock, StoreInfo
from tests.platforms.shopify import nodes


def product(found: nodes.Json, *variants: nodes.Json, media: tuple[nodes.Json, ...] = ()) -> Found:
    return products.product(
        PRODUCT.decode(json.dumps(found)),
        [(VARIANT.decode(json.dumps(each)), [LEVEL.decode(json.dumps(nodes.level()))]) for each in variants],
        [MEDIA.decode(json.dumps(each)) for each in media],
    )


def record_of(found: Found) -> Product:
    assert isinstance(found.record, Product)
    return found.record


def sale(found: nodes.Json, *lines: nodes.Json) -> Sale:
    mapped = sales.sale(ORDER.decode(json.dumps(found)), [LINE.decode(json.dumps(each)) for each in lines])
    assert isinstance(mapped.record, Sale)
    assert mapped.dated_at == mapped.record.created_at
    assert mapped.version == mapped.record.updated_at
    return mapped.record


def offer(found: nodes.Json) -> Offer:
    mapped = offers.offer(OFFER.decode(json.dumps(found)))
    assert isinstance(mapped.record, Offer)
    assert (mapped.id, mapped.version) == (mapped.record.offer_id, mapped.record.updated_at)
    return mapped.record


# Products -------------------------------------------------------------------------------------------------


def test_a_product_is_mapped_leaf_by_leaf() -> None:
    found = product(nodes.product(12), nodes.variant(31), media=(nodes.picture(),))
    assert (found.kind, found.id) == ("product", "12")
    assert found.version == datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC)
    assert record_of(found) == Product(
        product_id="12",
        title="Board 12",
        handle="board-12",
        status="active",
        created_at=datetime(2026, 1, 5, 10, tzinfo=UTC),
        updated_at=found.version,
        description="A board of ash.",
        vendor="Cedar",
        product_type="Boards",
        tags=("ash", "new"),
        published_at=datetime(2026, 1, 6, tzinfo=UTC),
        url="https://cedar.example/products/board-12",
        gift_card=False,
        total_stock=12,
        variants=(products.variant(VARIANT.decode(json.dumps(nodes.variant(31))), [_level()]),),
        pictures=(Picture("https://cdn.shopify.com/a.png", 800, 600, "Picture a"),),
    )
    (variant,) = record_of(found).variants
    assert (variant.variant_id, variant.title, variant.sku, variant.barcode) == (
        "31",
        "Size 1",
        "SKU-31",
        None,
    )
    assert (variant.price, variant.compare_at_price) == (Decimal("12.50"), Decimal("15.00"))
    assert (variant.quantity, variant.tracked, variant.available_for_sale) == (4, True, True)
    assert variant.options == (Option("Size", "1"),)
    assert variant.stock == (Stock("7", available=4, on_hand=5, committed=1, incoming=2, active=True),)


def _level() -> Any:
    return LEVEL.decode(json.dumps(nodes.level()))


def test_variants_stand_in_their_position_however_they_came() -> None:
    found = product(nodes.product(), nodes.variant(3, 3), nodes.variant(1, 1), nodes.variant(2, 2))
    assert [each.position for each in record_of(found).variants] == [1, 2, 3]


def test_empty_words_are_nothing() -> None:
    found = record_of(product(nodes.product(vendor="", productType=""), nodes.variant(1, sku="", barcode="")))
    assert (found.vendor, found.product_type) == (None, None)
    assert (found.variants[0].sku, found.variants[0].barcode) == (None, None)


def test_a_description_is_kept_to_its_length() -> None:
    assert len(record_of(product(nodes.product(description="x" * 5000))).description) == 4000


def test_only_pictures_that_are_ready_are_kept() -> None:
    media: tuple[nodes.Json, ...] = ({}, nodes.picture("b", status="PROCESSING"), nodes.picture(image=None))
    assert record_of(product(nodes.product(), media=media)).pictures == ()


def test_a_picture_without_words_or_size_is_a_picture() -> None:
    image = {"url": "https://cdn.shopify.com/c.png", "width": None, "height": None}
    media = (nodes.picture(image=image, alt=""),)
    assert record_of(product(nodes.product(), media=media)).pictures == (
        Picture("https://cdn.shopify.com/c.png", None, None, None),
    )


def test_a_quantity_that_is_not_sent_is_none() -> None:
    level = LEVEL.decode(json.dumps(nodes.level(quantities=[{"name": "available", "quantity": -3}])))
    assert products.stock(level) == Stock("7", available=-3)


def test_a_word_that_shopify_adds_is_kept_like_the_others() -> None:
    assert record_of(product(nodes.product(status="UNLISTED"))).status == "unlisted"
    assert sale(nodes.order(displayFinancialStatus="SOMETHING_NEW")).financial_status == "something_new"


def test_ids_past_what_a_float_holds_stay_whole() -> None:
    assert product(nodes.product(9007199254740993)).id == "9007199254740993"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "sNaN", "1e15", "-1e15", "1e999999"])
def test_what_is_no_amount_is_refused_by_name(amount: str) -> None:
    with pytest.raises(BadAnswer, match=r"^ProductVariant\.price is no amount$"):
        product(nodes.product(), nodes.variant(1, price=amount))
    with pytest.raises(BadAnswer, match=r"^Order\.totalPriceSet is no amount$"):
        sale(nodes.order(totalPriceSet=nodes.money(amount)))


def test_an_id_of_another_type_is_refused() -> None:
    with pytest.raises(Malformed):
        product(nodes.product(id="gid://shopify/Collection/1"))


# Sales ----------------------------------------------------------------------------------------------------


def test_an_order_is_mapped_leaf_by_leaf() -> None:
    assert sale(nodes.order(), nodes.line(11), nodes.line(12, None)) == Sale(
        sale_id="5001",
        created_at=datetime(2026, 10, 20, 8, tzinfo=UTC),
        updated_at=datetime(2026, 10, 21, 8, tzinfo=UTC),
        currency="CAD",
        subtotal=Decimal("25.0"),
        total=Decimal("33.25"),
        discounts=Decimal("5.0"),
        tax=Decimal(0),
        shipping=Decimal("8.25"),
        refunded=Decimal("0.0"),
        financial_status="paid",
        fulfillment_status="unfulfilled",
        cancelled_at=None,
        test=False,
        channel="web",
        gateways=("shopify_payments",),
        lines=(
            SaleLine("1", "2", 2, 1, Decimal("15.0"), Decimal("25.0"), Decimal("5.0")),
            SaleLine(None, None, 2, 1, Decimal("15.0"), Decimal("25.0"), Decimal("5.0")),
        ),
    )


def test_lines_stand_in_the_order_they_were_made_in() -> None:
    mapped = sale(nodes.order(), nodes.line(10, 10), nodes.line(9, 9), nodes.line(100, 100))
    assert [line.product_id for line in mapped.lines] == ["9", "10", "100"]


def test_a_time_elsewhere_is_the_same_moment_in_utc() -> None:
    mapped = sale(nodes.order(createdAt="2026-10-20T08:00:00-04:00"))
    assert mapped.created_at == datetime(2026, 10, 20, 12, tzinfo=UTC)
    assert mapped.created_at.tzinfo is UTC


def test_a_time_without_its_zone_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        sale(nodes.order(createdAt="2026-10-20T08:00:00"))


# Offers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ours", "automatic"),
    [
        ("DiscountCodeBasic", "amount_off", False),
        ("DiscountCodeBxgy", "buy_x_get_y", False),
        ("DiscountCodeFreeShipping", "free_shipping", False),
        ("DiscountCodeApp", "app", False),
        ("DiscountAutomaticBasic", "amount_off", True),
        ("DiscountAutomaticBxgy", "buy_x_get_y", True),
        ("DiscountAutomaticFreeShipping", "free_shipping", True),
        ("DiscountAutomaticApp", "app", True),
        ("DiscountSomethingNew", "other", False),
    ],
)
def test_every_kind_of_discount_has_a_word_of_ours(kind: str, ours: str, automatic: bool) -> None:
    found = offer(nodes.offer(kind=kind))
    assert (found.kind, found.automatic, found.status) == (ours, automatic, "active")


def test_an_offer_is_mapped_leaf_by_leaf() -> None:
    found = offer(
        nodes.offer(
            summary="10% off boards",
            codes={"nodes": [{"code": "AUTUMN"}]},
            codesCount={"count": 2000},
            customerGets={"value": {"percentage": 0.1}},
            minimumRequirement={
                "greaterThanOrEqualToSubtotal": {"amount": "50.0", "currencyCode": "CAD"},
            },
        )
    )
    assert found == Offer(
        offer_id="DiscountCodeNode/7",
        title="Autumn",
        kind="amount_off",
        status="active",
        updated_at=datetime(2026, 9, 2, tzinfo=UTC),
        summary="10% off boards",
        automatic=False,
        codes=("AUTUMN",),
        codes_count=2000,
        starts_at=datetime(2026, 9, 1, tzinfo=UTC),
        ends_at=None,
        percent=Decimal(10),
        amount=None,
        currency="CAD",
        minimum_quantity=None,
        minimum_subtotal=Decimal("50.0"),
        used=3,
    )


def test_an_amount_off_and_a_number_of_things_to_buy() -> None:
    gets = {"value": {"amount": {"amount": "7.5", "currencyCode": "EUR"}}}
    least = {"greaterThanOrEqualToQuantity": "3"}
    found = offer(nodes.offer(customerGets=gets, minimumRequirement=least))
    assert (found.amount, found.currency, found.percent) == (Decimal("7.5"), "EUR", None)
    assert (found.minimum_quantity, found.minimum_subtotal) == (3, None)


def test_what_comes_free_with_others_is_all_off() -> None:
    found = offer(nodes.offer(customerGets={"value": {"effect": {"percentage": 1.0}}}))
    assert found.percent == Decimal(100)


@pytest.mark.parametrize(
    ("share", "percent"),
    [
        ("0.1", "10"),
        ("0.15", "15"),
        ("0.075", "7.5"),
        ("0.07000000000000001", "7"),
        ("0.3333333333", "33.333333"),
        ("1", "100"),
        ("1.0", "100"),
        ("0", "0"),
        ("1e-1", "10"),
    ],
)
def test_a_share_of_one_is_a_percentage_without_binary_noise(share: str, percent: str) -> None:
    found = values.percent(msgspec.json.decode(share, type=Decimal))
    assert str(found) == percent


@given(st.integers(0, 10_000))
def test_every_hundredth_of_a_percent_survives_its_way_through_a_float(hundredths: int) -> None:
    share = msgspec.json.decode(repr(hundredths / 10_000), type=Decimal)
    assert values.percent(share) == Decimal(hundredths) / 100


@pytest.mark.parametrize("share", ["1.01", "-0.1", "NaN"])
def test_what_is_no_share_of_one_is_refused(share: str) -> None:
    with pytest.raises(BadAnswer, match="percentage"):
        values.percent(Decimal(share))


@pytest.mark.parametrize("quantity", ["x", "", "9" * 5000])
def test_a_quantity_that_is_no_number_is_refused(quantity: str) -> None:
    with pytest.raises(BadAnswer, match="greaterThanOrEqualToQuantity"):
        offer(nodes.offer(minimumRequirement={"greaterThanOrEqualToQuantity": quantity}))


# The store ------------------------------------------------------------------------------------------------


def info(location: str | None = "gid://shopify/Location/3", account: Any = None, **changed: Any) -> StoreInfo:
    store = msgspec.json.decode(json.dumps(nodes.store(**changed)), type=Store)
    payments = None if account is None else msgspec.json.decode(json.dumps(account), type=PaymentsAccount)
    return store_info(store, location, payments)


def test_a_store_is_mapped_leaf_by_leaf() -> None:
    found = info()
    assert (found.store_id, found.name, found.email) == ("548380009", "Cedar & Sons", "owner@cedar.example")
    assert (found.domain, found.primary_domain) == ("minta-test.myshopify.com", "cedar.example")
    assert (found.owner_name, found.timezone) == ("Ada Cedar", "America/Toronto")
    assert (found.currency, found.presentment_currencies) == ("CAD", ("CAD", "USD"))
    assert (found.created_at, found.updated_at) == (
        datetime(2019, 3, 1, 14, tzinfo=UTC),
        datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    assert (found.address.address1, found.address.address2) == ("1 Cedar Street", None)
    assert (found.address.city, found.address.zip_code) == ("Ottawa", "K1A 0A1")
    assert (found.address.state, found.address.state_code) == ("Ontario", "ON")
    assert (found.address.country, found.address.country_code) == ("Canada", "CA")
    assert found.phone is None
    assert found.payment_methods == ("apple_pay", "something_new")
    assert (found.taxes_included, found.tax_shipping, found.billing_currency) == (False, True, "USD")
    assert (found.primary_location_id, found.plan, found.development_store) == ("3", "Basic", False)
    assert (found.weight_unit, found.unit_system, found.money_format) == (
        "kilograms",
        "metric_system",
        "${{amount}}",
    )
    assert (found.setup_required, found.has_storefront, found.sells_gift_cards) == (False, True, True)


def test_what_no_query_offers_is_not_there() -> None:
    found = info(location=None)
    assert (found.reported, found.payments_account, found.primary_location_id) == (None, None, None)


def test_a_payments_account_is_mapped_with_its_payouts() -> None:
    amount = {"amount": "-12.30", "currencyCode": "CAD"}
    payout = {"issuedAt": "2026-11-01T00:00:00Z", "status": "PAID", "net": amount}
    account = {
        "activated": True,
        "country": "CA",
        "defaultCurrency": "CAD",
        "balance": [amount],
        "payoutSchedule": {"interval": "DAILY"},
        "payouts": {"nodes": [payout]},
    }
    found = info(account=account).payments_account
    assert found is not None
    assert (found.activated, found.country, found.currency, found.payout_interval) == (
        True,
        "CA",
        "CAD",
        "daily",
    )
    assert [(each.amount, each.currency) for each in found.balances] == [(Decimal("-12.30"), "CAD")]
    assert [(each.status, each.amount) for each in found.payouts] == [("paid", Decimal("-12.30"))]
    del account["payouts"]
    without = info(account=account).payments_account
    assert without is not None
    assert without.payouts == ()


# All of them ----------------------------------------------------------------------------------------------


def test_no_leaf_is_forgotten_by_the_mapping() -> None:
    """Each leaf that is not reported by webhook gets a value in one of the cases above."""
    full = [
        record_of(product(nodes.product(), nodes.variant(1), media=(nodes.picture(),))),
        sale(nodes.order(cancelledAt="2026-10-22T00:00:00Z"), nodes.line(1)),
    ]
    for record in full:
        for leaf in leaves(type(record)):
            assert list(reached(record, leaf.path)), leaf.path
            if leaf.path not in ("variants[].barcode", "tax"):
                assert None not in list(reached(record, leaf.path)), leaf.path


def reached(record: Any, path: str) -> Any:
    """Yield what stands at a leaf's path."""
    head, _, rest = path.partition(".")
    value = getattr(record, head.removesuffix("[]"))
    for each in value if head.endswith("[]") else (value,):
        if rest:
            yield from reached(each, rest)
        else:
            yield each


def test_no_decoded_node_shows_its_values() -> None:
    shown = repr(PRODUCT.decode(json.dumps(nodes.product()))) + repr(ORDER.decode(json.dumps(nodes.order())))
    shown += repr(msgspec.json.decode(json.dumps(nodes.store()), type=Store))
    assert shown == "<Product><Order><Store>"


@pytest.mark.parametrize("name", ["description", "vendor", "productType", "tags"])
def test_what_a_product_leaves_empty_may_be_null(name: str) -> None:
    null: dict[str, Any] = {name: None}
    empty: dict[str, Any] = {name: [] if name == "tags" else ""}
    assert record_of(product(nodes.product(**null))) == record_of(product(nodes.product(**empty)))


@pytest.mark.parametrize("time", ["2026-11-01T12:30:15+00:00", "2026-11-01T12:30:15.000Z"])
def test_one_moment_is_written_in_several_ways(time: str) -> None:
    assert product(nodes.product(updatedAt=time)).version == datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC)


def test_a_status_in_small_letters_is_the_same() -> None:
    small = record_of(product(nodes.product(status="active"), media=(nodes.picture(status="ready"),)))
    assert small == record_of(product(nodes.product(), media=(nodes.picture(),)))


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_no_calendar_has_in_utc_is_a_bad_answer(time: str) -> None:
    with pytest.raises(BadAnswer, match="out of range"):
        values.utc(datetime.fromisoformat(time))
