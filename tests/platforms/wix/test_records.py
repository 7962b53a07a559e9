"""The site, its sales and its offers; and that nothing which the policy does not name comes through."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.errors import AccessDenied, BadAnswer, GrantRevoked
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.wix.mapping.countries import country
from connectors.platforms.wix.mapping.values import plain
from connectors.policy.records import Offer, Sale, StoreInfo
from tests.platforms.wix.goods import (
    CANARY,
    INSTALLED,
    LOCATIONS,
    PROPERTIES,
    SITE,
    guid,
    item_v3,
    order,
    paging,
    product_v1,
    product_v3,
    rule,
    variant_v1,
    variant_v3,
)
from tests.platforms.wix.site import NO_STORES, V1, V3, Site, fails

SINCE = datetime(2026, 11, 1, 12, 0, 0, 250_900, UTC)


def store(**answers: Any) -> tuple[StoreInfo, Site]:
    whole = {"instance": INSTALLED, "properties": PROPERTIES, "locations": LOCATIONS, **answers}
    with Site(**whole) as site:
        return site.reader().store(), site


def sales(*orders: dict[str, Any]) -> list[Found | Unreadable]:
    with Site(orders_search={"orders": orders, **paging(None, "metadata")}) as site:
        return list(site.reader().page("sale", None, None).items)


def sale(**changed: Any) -> Sale:
    (found,) = sales(order(1, **changed))
    assert isinstance(found, Found), found
    assert isinstance(found.record, Sale)
    return found.record


def offer(**changed: Any) -> Offer:
    with Site(discount_rules_query={"discountRules": [rule(1, **changed)], **paging(None)}) as site:
        (found,) = site.reader().page("offer", None, None).items
    assert isinstance(found, Found), found
    assert isinstance(found.record, Offer)
    return found.record


class TestStore:
    def test_the_site_is_put_together_from_four_answers(self) -> None:
        found, _ = store()
        assert (found.store_id, found.name) == (SITE, "My Coffee Shop")
        assert (found.email, found.phone) == ("shop@mycoffee.example", "+18008000000")
        assert found.domain == found.primary_domain == "www.mycoffee.example"
        assert (found.currency, found.presentment_currencies) == ("ILS", ("ILS",))
        assert (found.timezone, found.owner_name) == ("Asia/Jerusalem", "Coffee Ltd")
        assert found.locale == "he"
        assert (found.primary_location_id, found.plan) == ("loc-2", "free")
        assert found.has_storefront is True
        assert (found.created_at, found.updated_at, found.reported) == (None, None, None)

    def test_the_address_is_the_business_own(self) -> None:
        address = store()[0].address
        assert (address.country, address.country_code) == ("United States", "US")
        assert (address.state, address.city, address.zip_code) == ("NY", "New York", "10036")
        assert (address.address1, address.address2) == ("7 Broadway", "3")

    def test_of_the_properties_only_what_is_kept_is_asked_for(self) -> None:
        _, site = store()
        paths = [value for name, value in site.questions("properties")[0].query if name == "fields.paths"]
        assert sorted(paths) == sorted(
            {
                "siteDisplayName",
                "businessName",
                "email",
                "phone",
                "address",
                "paymentCurrency",
                "timeZone",
                "language",
            }
        )

    def test_a_site_of_which_hardly_anything_is_said_is_still_one(self) -> None:
        found, _ = store(instance={"site": {"siteId": SITE}}, properties={}, locations={}, version=NO_STORES)
        assert (found.store_id, found.name, found.email, found.domain) == (SITE, "", None, None)
        assert (found.timezone, found.has_storefront, found.plan) == ("UTC", False, None)
        assert found.locale is None
        assert found.currency == "X" * 3

    def test_a_site_without_its_id_is_none(self) -> None:
        with pytest.raises(BadAnswer):
            store(instance={"site": {}})

    @pytest.mark.parametrize("status", [403, 404])
    def test_the_location_is_absent_where_it_may_not_be_read(self, status: int) -> None:
        assert store(locations=fails(status))[0].primary_location_id is None

    def test_a_location_that_does_not_say_whether_it_is_the_default_is_not(self) -> None:
        assert (
            store(locations={"locations": [{"id": "loc-1", "default": None}]})[0].primary_location_id is None
        )

    def test_the_default_location_is_looked_for_on_every_page(self) -> None:
        others = {"locations": [{"id": "loc-1", "default": False}], "pagingMetadata": {"hasNext": True}}
        found, site = store(locations=[others, LOCATIONS])
        assert found.primary_location_id == "loc-2"
        assert site.questions("locations")[1].query == (("paging.limit", "50"), ("paging.offset", "50"))

    @pytest.mark.parametrize(
        ("billing", "plan"), [({"packageName": "Pro", "invoiceId": CANARY}, "Pro"), (None, "paid")]
    )
    def test_a_paid_plan_is_named(self, billing: Any, plan: str) -> None:
        said = {**INSTALLED, "instance": {"isFree": False, "billing": billing}}
        assert store(instance=said)[0].plan == plan

    @pytest.mark.parametrize("url", ["", "x", "http://[", "https://", None])
    def test_an_address_that_is_none_is_no_domain(self, url: str | None) -> None:
        assert store(instance={"site": {"siteId": SITE, "url": url}})[0].domain is None

    @pytest.mark.parametrize(
        ("code", "name"), [("US", "United States"), ("il", "Israel"), ("QQ", None), ("", None), (None, None)]
    )
    def test_a_country_is_called_by_its_name(self, code: str | None, name: str | None) -> None:
        assert country(code) == name


class TestSales:
    def test_an_order_without_its_buyer(self) -> None:
        found = sale()
        assert (found.sale_id, found.currency) == (guid(1), "USD")
        assert (found.subtotal, found.total) == (Decimal("70.00"), Decimal("65.50"))
        assert (found.shipping, found.tax, found.discounts) == (
            Decimal("4.50"),
            Decimal("1.00"),
            Decimal("10.00"),
        )
        assert (found.refunded, found.test, found.channel) == (Decimal("30.00"), False, "web")
        assert (found.financial_status, found.fulfillment_status) == ("paid", "partially_fulfilled")
        assert found.cancelled_at is None

    def test_its_lines_name_products_of_wix_stores_alone(self) -> None:
        first, second = sale().lines
        assert (first.product_id, first.variant_id) == (guid(5), guid(905))
        assert (first.quantity, first.current_quantity) == (2, 1)
        assert (first.unit_price, first.total, first.discount) == (
            Decimal("35.00"),
            Decimal("60.00"),
            Decimal("10.00"),
        )
        assert (second.product_id, second.variant_id) == (None, None)
        assert (second.unit_price, second.total, second.discount) == (
            Decimal("5.00"),
            Decimal("5.00"),
            Decimal(0),
        )

    @pytest.mark.parametrize("status", ["CANCELED", "REJECTED"])
    def test_an_order_that_came_to_nothing_is_cancelled_at_its_last_change(self, status: str) -> None:
        found = sale(status=status)
        assert found.cancelled_at == found.updated_at

    def test_a_number_that_comes_as_text_is_a_number(self) -> None:
        found = sale(lineItems=[{"quantity": "3", "refundQuantity": "1", "price": {"amount": 2}}])
        assert (found.lines[0].quantity, found.lines[0].current_quantity) == (3, 2)

    def test_a_demo_order_is_a_test(self) -> None:
        assert sale(demo=True).test is True

    def test_a_sale_is_dated_by_its_order(self) -> None:
        (found,) = sales(order(1))
        assert isinstance(found, Found)
        assert found.dated_at == datetime(2026, 11, 19, 13, 51, 1, 718_000, UTC)

    def test_one_that_cannot_be_read_takes_no_other_with_it(self) -> None:
        found = sales(order(1), order(2, currency=None), order(3, lineItems=CANARY), order(4))
        assert [type(each) for each in found] == [Found, Unreadable, Unreadable, Found]
        assert CANARY not in "".join(each.reason for each in found if isinstance(each, Unreadable))

    def test_a_full_read_leaves_the_order_to_wix(self) -> None:
        with Site(orders_search={"orders": [], **paging(None, "metadata")}) as site:
            site.reader().page("sale", None, None)
        assert site.questions("search")[0].body == {"search": {"cursorPaging": {"limit": 100}}}

    def test_an_increment_goes_by_the_last_change_and_then_by_the_cursor_alone(self) -> None:
        answers = [
            {"orders": [order(1)], **paging("next-1", "metadata")},
            {"orders": [order(2)], **paging(None, "metadata")},
        ]
        with Site(orders_search=answers) as site:
            reader = site.reader()
            first = reader.page("sale", SINCE, None)
            assert reader.page("sale", SINCE, first.cursor).cursor is None
        bodies = [asked.body["search"] for asked in site.questions("search")]
        assert bodies[0] == {
            "filter": {"updatedDate": {"$gte": "2026-11-01T12:00:00.250Z"}},
            "sort": [{"fieldName": "updatedDate", "order": "ASC"}],
            "cursorPaging": {"limit": 100},
        }
        assert bodies[1] == {"cursorPaging": {"cursor": "next-1"}}

    def test_one_order_is_read_again_by_its_id(self) -> None:
        with Site(**{f"orders_{guid(1).replace('-', '_')}": {"order": order(1)}}) as site:
            found = site.reader().one("sale", guid(1))
            assert found is not None
            assert found.id == guid(1)
            assert site.reader().one("sale", guid(2)) is None


class TestOffers:
    def test_a_discount_rule(self) -> None:
        found = offer()
        assert (found.offer_id, found.title, found.kind) == (guid(1), "Ten off", "amount_off")
        assert (found.status, found.automatic, found.used) == ("active", True, 6)
        assert (found.percent, found.amount, found.currency) == (Decimal(10), None, None)
        assert (found.minimum_subtotal, found.minimum_quantity) == (Decimal(100), 5)
        assert found.starts_at == datetime(2026, 8, 7, 8, 11, tzinfo=UTC)
        assert found.ends_at is None

    @pytest.mark.parametrize(
        ("discount", "kind"),
        [
            ({"discountType": "FIXED_AMOUNT", "fixedAmount": "5.50"}, "amount_off"),
            ({"discountType": "FIXED_PRICE", "fixedPrice": "5.50"}, "fixed_price"),
            ({"discountType": "PERCENTAGE", "percentage": 1, "buyXGetYInfo": {"limit": 1}}, "buy_x_get_y"),
            ({"discountType": "SOMETHING_NEW"}, "other"),
            ({}, "other"),
        ],
    )
    def test_its_kind(self, discount: dict[str, Any], kind: str) -> None:
        assert offer(discounts={"values": [discount]}).kind == kind

    @pytest.mark.parametrize(
        ("active", "status", "ours"),
        [
            (True, "LIVE", "active"),
            (None, None, "active"),
            (True, "PENDING", "scheduled"),
            (True, "EXPIRED", "expired"),
            (False, "LIVE", "inactive"),
            (True, "NEW", "other"),
        ],
    )
    def test_its_state(self, active: bool | None, status: str | None, ours: str) -> None:
        assert offer(active=active, status=status).status == ours

    def test_a_rule_without_a_trigger_has_no_minimum(self) -> None:
        found = offer(trigger=None)
        assert (found.minimum_quantity, found.minimum_subtotal) == (None, None)

    def test_an_increment_asks_for_what_changed(self) -> None:
        with Site(discount_rules_query={"discountRules": [], **paging(None)}) as site:
            site.reader().page("offer", SINCE, None)
        query = site.questions("discount-rules/query")[0].body["query"]
        assert query["filter"] == {"updatedDate": {"$gte": "2026-11-01T12:00:00.250Z"}}

    @pytest.mark.parametrize("status", [403, 404])
    def test_rules_that_may_not_be_read_are_none_and_no_error(self, status: int) -> None:
        with Site(discount_rules_query=fails(status)) as site:
            assert site.reader().page("offer", None, None) == Page((), None)
            assert site.reader().one("offer", guid(1)) is None

    def test_what_is_refused_between_two_pages_is_not_the_end(self) -> None:
        answers = [{"discountRules": [rule(1)], **paging("next-1")}, fails(403)]
        with Site(discount_rules_query=answers) as site:
            reader = site.reader()
            cursor = reader.page("offer", None, None).cursor
            with pytest.raises(AccessDenied):
                reader.page("offer", None, cursor)

    def test_one_rule_is_read_again_by_its_id(self) -> None:
        answers = [{"discountRules": [rule(1)]}, {"discountRules": []}]
        with Site(discount_rules_query=answers) as site:
            found = site.reader().one("offer", guid(1))
            assert found is not None
            assert site.reader().one("offer", guid(2)) is None
        assert site.asked[0].body["query"]["filter"] == {"id": {"$in": [guid(1)]}}

    def test_other_refusals_are_told(self) -> None:
        with Site(orders_search=fails(403)) as site, pytest.raises(AccessDenied):
            site.reader().page("sale", None, None)


class TestRefusedTokens:
    """A 401 is of a dead token, or of a missing permission."""

    def read(self, site: Site, kind: str, token: str) -> Any:
        return site.reader(token).page(kind, None, None)

    def test_a_token_that_is_refused_is_replaced_once(self) -> None:
        for kind, name in (("offer", "discount_rules_query"), ("sale", "orders_search")):
            with Site(**{name: [fails(401), {}]}) as site:
                with pytest.raises(GrantRevoked):
                    self.read(site, kind, "first")
                assert self.read(site, kind, "second") == Page((), None)

    def test_what_refuses_the_next_token_too_lacks_a_permission(self) -> None:
        answers = {"discount_rules_query": fails(401), "orders_search": fails(401)}
        with Site(**answers) as site:
            for kind in ("offer", "sale"):
                with pytest.raises(GrantRevoked):
                    self.read(site, kind, "first")
            assert self.read(site, "offer", "second") == Page((), None)
            with pytest.raises(AccessDenied):
                self.read(site, "sale", "second")
            # Known now: no token is minted for it again.
            assert self.read(site, "offer", "second") == Page((), None)

    def test_each_way_of_asking_is_refused_by_itself(self) -> None:
        with Site(products_query=[{}, fails(401), {}, fails(401)]) as site:
            for token in ("first", "second"):
                self.read(site, "product", token)
                if token == "first":
                    with pytest.raises(GrantRevoked):
                        site.reader(token).count("product")
            assert site.reader("second").count("product") is None

    def test_a_permission_that_was_given_is_not_held_against_the_next_token(self) -> None:
        answers = [fails(401), fails(401), {"discountRules": [rule(1)]}, fails(401)]
        with Site(discount_rules_query=answers) as site:
            with pytest.raises(GrantRevoked):
                self.read(site, "offer", "first")
            assert self.read(site, "offer", "second").items == ()
            assert len(self.read(site, "offer", "second").items) == 1
            with pytest.raises(GrantRevoked):
                self.read(site, "offer", "second")

    def test_a_token_that_nothing_takes_is_dead(self) -> None:
        answers = {"version": [V1, fails(401)], "orders_search": fails(401)}
        with Site(**answers) as site:
            for token in ("first", "second"):
                with pytest.raises(GrantRevoked):
                    self.read(site, "sale", token)

    def test_the_location_is_absent_where_each_token_is_refused(self) -> None:
        answers = {"instance": INSTALLED, "properties": PROPERTIES, "locations": fails(401)}
        with Site(**answers) as site:
            with pytest.raises(GrantRevoked):
                site.reader("first").store()
            assert site.reader("second").store().primary_location_id is None


def test_nothing_that_the_policy_does_not_name_becomes_a_value() -> None:
    answers: dict[str, Any] = {
        "orders_search": {"orders": [order(1)]},
        "discount_rules_query": {"discountRules": [rule(1)]},
        "products_query": {"products": [product_v1(1, variants=[variant_v1(0)])]},
    }
    with Site(instance=INSTALLED, properties=PROPERTIES, locations=LOCATIONS, **answers) as site:
        reader = site.reader()
        held: list[Any] = [reader.store()]
        for kind in ("product", "sale", "offer"):
            held += reader.page(kind, None, None).items
    answers["products_query"] = {"products": [product_v3(1)]}
    answers["query_variants"] = {"variants": [variant_v3(1, 1)]}
    answers["inventory_items_query"] = {"inventoryItems": [item_v3(1, 1, "loc", 4)]}
    with Site(version=V3, **answers) as site:
        held += site.reader().page("product", None, None).items
    assert len(held) == 5
    assert not [each for each in held if isinstance(each, Unreadable)]
    for each in held:
        record = each.record if isinstance(each, Found) else each
        assert dataclasses.is_dataclass(record)
        assert CANARY.encode() not in msgspec.json.encode(record)
        assert CANARY not in repr(each)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ("<p>One</p>\n<p>Two</p>", "One Two"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<style>p{}</style>x<!-- y -->", "x"),
        ("<p " * 30_000, "<p " * 1_333 + "<"),
    ],
)
def test_a_description_is_what_it_says(said: str | None, text: str) -> None:
    assert plain(said).startswith(text[:3_900])
    assert len(plain(said)) <= 4_000
