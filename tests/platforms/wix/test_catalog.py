"""Products of both catalogs, page by page, and what happens when a site moves from one to the other."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import BadAnswer, Malformed
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.wix.reader import WixReader
from connectors.policy.records import Option, Product, Stock
from tests.platforms.wix.goods import (
    counted_v1,
    guid,
    item_v3,
    paging,
    product_v1,
    product_v3,
    variant_v1,
    variant_v3,
)
from tests.platforms.wix.site import NO_STORES, V1, V3, Asked, Says, Site, fails

SINCE = datetime(2026, 11, 1, 12, 0, 0, 250_900, UTC)


def record(item: Found | Unreadable | None) -> Product:
    assert isinstance(item, Found), item
    assert isinstance(item.record, Product)
    return item.record


def pages(reader: WixReader, since: datetime | None = None) -> list[Page]:
    found = [reader.page("product", since, None)]
    while found[-1].cursor is not None:
        found.append(reader.page("product", since, found[-1].cursor))
    return found


def bare_v1(number: int) -> dict[str, Any]:
    """Return a product with no more than it needs."""
    return {
        "id": guid(number),
        "name": "x",
        "priceData": {"price": 1},
        "stock": {"trackInventory": False},
        "lastUpdated": "2026-11-20T10:00:00.000Z",
        "numericId": str(1_567_000_000_000_000 + number),
    }


def many_v1(count: int, made: Callable[[int], dict[str, Any]] = product_v1) -> Any:
    """Serve so many products as Catalog V1 does: an offset fails, a number goes on."""

    def answer(asked: Asked) -> Any:
        query = asked.body["query"]
        assert query["paging"] == {"limit": 100, "offset": 0} or query["paging"]["limit"] == 1
        wanted = json.loads(query.get("filter", "{}"))
        assert json.loads(query["sort"]) == [{"numericId": "asc"}]
        after = int(wanted.get("numericId", {}).get("$gt", "0"))
        first = max(0, after - 1_567_000_000_000_000 + 1) if after else 0
        shown = [made(number) for number in range(first, min(count, first + query["paging"]["limit"]))]
        return {"products": shown, "metadata": {"items": len(shown), "offset": 0}, "totalResults": count}

    return answer


class TestV1:
    def test_pages_go_on_after_the_last_number_until_one_is_empty(self) -> None:
        with Site(products_query=many_v1(250)) as site:
            found = pages(site.reader())
        assert [len(page.items) for page in found] == [100, 100, 50, 0]
        assert len({each.id for page in found for each in page.items if isinstance(each, Found)}) == 250

    def test_a_store_past_the_offsets_end_is_read_to_its_own(self) -> None:
        with Site(products_query=many_v1(12_050, bare_v1)) as site:
            reader = site.reader()
            ids = {each.id for page in pages(reader) for each in page.items if isinstance(each, Found)}
            assert reader.count("product") == len(ids) == 12_050

    def test_an_increment_asks_for_what_changed_at_or_after(self) -> None:
        with Site(products_query=many_v1(0)) as site:
            site.reader().page("product", SINCE, None)
        (asked,) = site.questions("products/query")
        assert json.loads(asked.body["query"]["filter"]) == {
            "lastUpdated": {"$gt": "2026-11-01T12:00:00.249Z"}
        }
        assert asked.body["includeVariants"] is True
        assert "includeHiddenProducts" not in asked.body

    def test_a_product_without_options_has_one_variant_and_tells_its_stock_itself(self) -> None:
        with Site(products_query=many_v1(1)) as site:
            found = record(site.reader().page("product", None, None).items[0])
        assert site.questions("inventoryItems/query") == []
        assert (found.title, found.handle, found.status) == ("Blend 0", "blend-0", "active")
        assert found.description == "Half Java, half Bali ."
        assert (found.vendor, found.product_type, found.tags) == ("Coffee Company", "physical", ("New",))
        assert found.url == "https://www.mycoffee.example/product-page/blend-0"
        (variant,) = found.variants
        assert variant.variant_id == "00000000-0000-0000-0000-000000000000"
        assert (variant.title, variant.sku) == ("Blend 0", "B-0")
        assert (variant.price, variant.compare_at_price) == (Decimal("30.4"), Decimal(32))
        assert (variant.quantity, variant.tracked, variant.available_for_sale) == (12, True, True)
        assert found.total_stock == 12
        (picture,) = found.pictures
        assert (picture.url, picture.width, picture.height) == ("https://static.example/0.jpg", 1500, 1000)

    def test_variants_that_do_not_tell_their_stock_are_looked_up_in_inventory(self) -> None:
        shirt = product_v1(
            7, variants=[variant_v1(0), variant_v1(1)], stock={"trackInventory": True, "quantity": 9}
        )
        items = {"inventoryItems": [counted_v1(7, 0, 4), counted_v1(8, 99)]}
        with Site(
            products_query=[{"products": [shirt, product_v1(8)]}, {}], inventoryItems_query=items
        ) as site:
            found = record(site.reader().page("product", None, None).items[0])
        (asked,) = site.questions("inventoryItems/query")
        assert json.loads(asked.body["query"]["filter"]) == {"productId": {"$hasSome": [guid(7)]}}
        assert [each.quantity for each in found.variants] == [0, 4]
        assert [each.available_for_sale for each in found.variants] == [False, True]
        assert [each.title for each in found.variants] == ["S / White", "M / White"]
        assert found.variants[0].options == (Option("Size", "S"), Option("Color", "White"))
        assert (found.variants[1].price, found.variants[1].compare_at_price) == (Decimal(11), None)
        assert found.total_stock == 4

    @pytest.mark.parametrize("first", [fails(400), {"inventoryItems": []}])
    def test_inventory_is_asked_in_the_other_words_where_it_knows_but_those(self, first: Any) -> None:
        shirt = product_v1(7, variants=[variant_v1(0)])
        answers = {"products": [shirt]}
        items = [first, {"inventoryItems": [counted_v1(7, 4)]}]
        with Site(products_query=answers, inventoryItems_query=items) as site:
            reader = site.reader()
            assert record(reader.page("product", None, None).items[0]).variants[0].quantity == 4
            reader.page("product", None, None)
        words = [
            next(iter(json.loads(asked.body["query"]["filter"])["productId"]))
            for asked in site.questions("inventoryItems/query")
        ]
        assert words == ["$hasSome", "$in", "$in"]

    def test_without_inventory_the_products_still_stand(self) -> None:
        shirt = product_v1(7, variants=[variant_v1(0)])
        with Site(products_query={"products": [shirt]}, inventoryItems_query=fails(400)) as site:
            (variant,) = record(site.reader().page("product", None, None).items[0]).variants
        assert (variant.quantity, variant.tracked, variant.available_for_sale) == (None, True, True)

    def test_what_is_not_counted_has_no_quantity_and_is_for_sale(self) -> None:
        untracked = product_v1(1, stock={"trackInventory": False, "inventoryStatus": "IN_STOCK"})
        with Site(products_query={"products": [untracked]}) as site:
            (variant,) = record(site.reader().page("product", None, None).items[0]).variants
        assert (variant.quantity, variant.tracked, variant.available_for_sale) == (None, False, True)
        assert site.questions("inventoryItems/query") == []

    def test_one_that_cannot_be_read_takes_no_other_with_it(self) -> None:
        bad = product_v1(2, name=None)
        worse = product_v1(3, priceData="merchant's value")
        nameless = product_v1(4, id="../x")
        with Site(products_query={"products": [product_v1(1), bad, worse, nameless, product_v1(5)]}) as site:
            items = site.reader().page("product", None, None).items
        assert [type(each) for each in items] == [Found, Unreadable, Unreadable, Unreadable, Found]
        reasons = [each.reason for each in items if isinstance(each, Unreadable)]
        assert reasons[0] == "Product.name is missing"
        assert "priceData" in reasons[1]
        assert not any("merchant's value" in reason or "../x" in reason for reason in reasons)

    @pytest.mark.parametrize("number", [None, "x", "1e3"])
    def test_a_page_that_does_not_say_where_to_go_on_fails(self, number: str | None) -> None:
        shown = {"products": [product_v1(1, numericId=number)]}
        with Site(products_query=shown) as site, pytest.raises(BadAnswer):
            site.reader().page("product", None, None)

    def test_pages_that_are_too_long_are_asked_for_shorter(self) -> None:
        def answer(asked: Asked) -> Any:
            query = asked.body["query"]
            after = int(json.loads(query.get("filter", "{}")).get("numericId", {}).get("$gt", "-1"))
            last = min(60, after + 1 + query["paging"]["limit"])
            return {
                "products": [{**bare_v1(number), "numericId": number} for number in range(after + 1, last)]
            }

        with Site(products_query=answer) as site:
            found = pages(site.reader(max_bytes=6_000))
        assert sum(len(page.items) for page in found) == 60
        limits = [asked.body["query"]["paging"]["limit"] for asked in site.questions("products/query")]
        assert limits[:3] == [100, 25, 25]

    def test_a_product_that_is_too_long_by_itself_fails(self) -> None:
        with Site(products_query={"products": [product_v1(1)]}) as site, pytest.raises(BadAnswer):
            site.reader(max_bytes=50).page("product", None, None)
        limits = [asked.body["query"]["paging"]["limit"] for asked in site.questions("products/query")]
        assert limits == [100, 25, 6, 1]

    def test_pages_that_go_round_fail(self) -> None:
        with Site(products_query={"products": [product_v1(1)]}) as site:
            reader = site.reader()
            cursor = reader.page("product", None, None).cursor
            with pytest.raises(BadAnswer):
                reader.page("product", None, cursor)

    def test_one_product_is_read_again_by_its_id(self) -> None:
        with Site(**{f"products_{guid(4).replace('-', '_')}": {"product": product_v1(4)}}) as site:
            found = site.reader().one("product", guid(4))
            assert record(found).product_id == guid(4)
            assert site.reader().one("product", guid(5)) is None

    def test_a_product_that_cannot_be_read_alone_is_a_bad_answer(self) -> None:
        answers = {f"products_{guid(4).replace('-', '_')}": {"product": {"id": guid(4)}}}
        with Site(**answers) as site, pytest.raises(BadAnswer):
            site.reader().one("product", guid(4))

    @pytest.mark.parametrize("claimed", ["", "../query", "a/b", "a?b", "é", "x" * 65])
    def test_no_other_address_is_ever_made_of_an_id(self, claimed: str) -> None:
        with Site() as site:
            for kind in ("product", "sale", "offer"):
                with pytest.raises(Malformed):
                    site.reader().one(kind, claimed)
        assert {asked.path for asked in site.asked} <= {"/stores/v3/provision/version"}


class TestV3:
    def site(self, **answers: Any) -> Site:
        whole: dict[str, Any] = {
            "version": V3,
            "products_query": {"products": [product_v3(1), product_v3(2)], **paging(None)},
            "query_variants": {
                "variants": [variant_v3(1, 1), variant_v3(1, 2), variant_v3(2, 1)],
                **paging(None),
            },
            "inventory_items_query": {
                "inventoryItems": [
                    item_v3(1, 1, "loc-b", 5),
                    item_v3(1, 1, "loc-a", 7),
                    item_v3(1, 2, "loc-a", None),
                    item_v3(2, 1, "loc-a", 0),
                ],
                **paging(None),
            },
            **answers,
        }
        return Site(**whole)

    def test_a_product_is_put_together_from_three_queries(self) -> None:
        with self.site() as site:
            page = site.reader().page("product", None, None)
        first = record(page.items[0])
        assert page.cursor is None
        assert (first.title, first.handle, first.description) == ("Blend 1", "blend-1", "Dark roast & more.")
        assert (first.vendor, first.product_type, first.tags) == ("Coffee Company", "physical", ("New",))
        assert first.url == "https://www.mycoffee.example/product-page/blend-1"
        small, large = first.variants
        assert (small.variant_id, small.title, small.position) == (guid(11), "250g", 1)
        assert (small.price, small.compare_at_price) == (Decimal("35.00"), Decimal("40.00"))
        assert (small.sku, small.barcode) == ("B-1-1", "4006381333931")
        assert small.options == (Option("Weight", "250g"),)
        assert small.stock == (Stock("loc-a", 7), Stock("loc-b", 5))
        assert (small.quantity, small.tracked) == (12, True)
        assert (large.quantity, large.tracked, large.stock) == (None, False, ())
        assert first.total_stock == 12
        (picture,) = first.pictures
        assert (picture.url, picture.alt) == ("https://static.example/1.jpg", "A bag")
        assert (picture.width, picture.height) == (1100, 1200)

    def test_it_asks_by_filter_once_and_then_by_the_cursor_alone(self) -> None:
        answers = [
            {"products": [product_v3(1)], **paging("next-1")},
            {"products": [product_v3(2)], **paging(None)},
        ]
        with self.site(products_query=answers) as site:
            found = pages(site.reader(), SINCE)
        assert [len(page.items) for page in found] == [1, 1]
        first, second = (asked.body for asked in site.questions("products/query"))
        assert first["query"] == {
            "filter": {"updatedDate": {"$gte": "2026-11-01T12:00:00.250Z"}},
            "cursorPaging": {"limit": 100},
        }
        assert second["query"] == {"cursorPaging": {"cursor": "next-1"}}
        assert first["fields"] == second["fields"]
        assert not {"MERCHANT_DATA", "DESCRIPTION"} & set(first["fields"])

    def test_variants_and_inventory_are_read_to_their_ends(self) -> None:
        variants = [
            {"variants": [variant_v3(1, 1)], **paging("v-2")},
            {"variants": [variant_v3(1, 2), variant_v3(2, 1)], **paging(None)},
        ]
        with self.site(query_variants=variants) as site:
            first = record(site.reader().page("product", None, None).items[0])
        assert len(first.variants) == 2
        asked = [each.body["query"] for each in site.questions("query-variants")]
        assert asked[0]["filter"] == {"productData.productId": {"$in": [guid(1), guid(2)]}}
        assert asked[1] == {"cursorPaging": {"cursor": "v-2"}}

    @pytest.mark.parametrize("answer", [{"variants": [], **paging(None)}, fails(403), fails(404)])
    def test_where_the_query_of_variants_is_behind_the_product_tells_its_own(self, answer: Any) -> None:
        own = {
            "id": guid(11),
            "choices": [{"optionChoiceIds": {"optionId": "opt-1", "choiceId": "choice-2"}}],
        }
        held = product_v3(1, variantsInfo={"variants": [{**own, "price": {"actualPrice": {"amount": "9"}}}]})
        name = f"products_{guid(1).replace('-', '_')}"
        shown = {"products": [product_v3(1)], **paging(None)}
        with self.site(products_query=shown, query_variants=answer, **{name: {"product": held}}) as site:
            (variant,) = record(site.reader().page("product", None, None).items[0]).variants
        assert (variant.variant_id, variant.title, variant.price) == (guid(11), "1kg", Decimal(9))

    def test_the_order_in_which_variants_come_is_not_theirs(self) -> None:
        shown = {"products": [product_v3(1)], **paging(None)}
        titles = []
        for order in ((1, 2), (2, 1)):
            variants = {"variants": [variant_v3(1, number) for number in order], **paging(None)}
            with self.site(products_query=shown, query_variants=variants) as site:
                found = record(site.reader().page("product", None, None).items[0])
            titles.append([(each.title, each.position) for each in found.variants])
        assert titles == [[("250g", 1), ("1kg", 2)]] * 2

    def test_one_product_is_read_with_its_own_variants(self) -> None:
        own = {"id": guid(11), "visible": False, "price": {"actualPrice": {"amount": "9"}}}
        name = f"products_{guid(1).replace('-', '_')}"
        held = product_v3(1, variantsInfo={"variants": [own]})
        with self.site(**{name: {"product": held}}) as site:
            reader = site.reader()
            (variant,) = record(reader.one("product", guid(1))).variants
            assert reader.one("product", guid(77)) is None
        assert (variant.available_for_sale, variant.quantity) == (False, 12)
        assert site.questions("query-variants") == []
        assert ("fields", "MEDIA_ITEMS_INFO") in site.questions(guid(1))[0].query

    def test_it_says_how_many_there_are(self) -> None:
        with self.site(products_count={"count": 8}) as site:
            assert site.reader().count("product") == 8
            assert site.reader().count("sale") is None
        # Hidden ones are not read: they must not count either.
        assert site.questions("products/count")[0].body == {"filter": {"visible": True}}

    @pytest.mark.parametrize("said", [fails(403), fails(400), {}])
    def test_where_it_does_not_say_so_nothing_is_made_up(self, said: Any) -> None:
        with self.site(products_count=said) as site:
            assert site.reader().count("product") is None

    def test_a_stock_item_names_its_product(self) -> None:
        with self.site(inventory_items_item_1={"inventoryItem": {"productId": guid(1)}}) as site:
            assert site.reader().product_of_stock("item-1") == guid(1)
            assert site.reader().product_of_stock("item-2") is None

    def test_pages_that_go_round_fail(self) -> None:
        with self.site(products_query={"products": [product_v3(1)], **paging("again")}) as site:
            reader = site.reader()
            cursor = reader.page("product", None, None).cursor
            with pytest.raises(BadAnswer):
                reader.page("product", None, cursor)

    def test_an_amount_that_is_none_is_unreadable_alone(self) -> None:
        variants = [variant_v3(1, 1, price={"actualPrice": {"amount": "NaN"}}), variant_v3(2, 1)]
        with self.site(query_variants={"variants": variants, **paging(None)}) as site:
            items = site.reader().page("product", None, None).items
        assert [type(each) for each in items] == [Unreadable, Found]


class TestWhichCatalog:
    def test_a_site_without_stores_is_empty_and_no_error(self) -> None:
        with Site(version=NO_STORES) as site:
            reader = site.reader()
            for kind in ("product", "sale", "offer"):
                assert reader.page(kind, None, None) == Page((), None)
            assert reader.count("product") == 0
            assert reader.one("product", guid(1)) is None
        assert {asked.path for asked in site.asked} == {"/stores/v3/provision/version"}

    def test_stores_that_are_installed_later_are_seen_at_once(self) -> None:
        with Site(version=[NO_STORES, V1], products_query=many_v1(1)) as site:
            reader = site.reader()
            assert reader.page("product", None, None).items == ()
            assert len(reader.page("product", None, None).items) == 1

    def test_a_428_asks_again_and_then_the_other_catalog_once(self) -> None:
        shown = [fails(428), {"products": [product_v3(1)], **paging(None)}]
        answers: dict[str, Any] = {"query_variants": {}, "inventory_items_query": {}}
        with Site(version=[V1, V3], products_query=shown, **answers) as site:
            page = site.reader().page("product", None, None)
        assert len(page.items) == 1
        assert [asked.path for asked in site.asked][:4] == [
            "/stores/v3/provision/version",
            "/stores-reader/v1/products/query",
            "/stores/v3/provision/version",
            "/stores/v3/products/query",
        ]

    def test_a_site_that_keeps_saying_428_fails(self) -> None:
        with Site(version=V1, products_query=fails(428)) as site, pytest.raises(BadAnswer):
            site.reader().page("product", None, None)
        assert len(site.questions("products/query")) == 2

    def test_a_run_that_the_move_overtakes_fails_and_the_next_reads_the_new_catalog(self) -> None:
        shown = [{"products": [product_v1(1)]}, fails(428), {"products": [product_v3(1)], **paging(None)}]
        own = {f"products_{guid(1).replace('-', '_')}": {"product": product_v3(1)}}
        answers = {"query_variants": {}, "inventory_items_query": {}, **own}
        with Site(version=[V1, V3], products_query=shown, **answers) as site:
            reader = site.reader()
            cursor = reader.page("product", None, None).cursor
            with pytest.raises(BadAnswer, match="replaced"):
                reader.page("product", None, cursor)
            with pytest.raises(BadAnswer, match="replaced"):
                site.reader().page("product", None, cursor)
            assert reader.page("product", None, None).cursor is None

    def test_stores_that_go_while_they_are_read_are_not_read_to_their_end(self) -> None:
        with Site(version=V1, products_query={"products": [product_v1(1)]}) as site:
            cursor = site.reader().page("product", None, None).cursor
            site.answers["version"] = NO_STORES
            site.memory.catalog = None  # another process goes on
            with pytest.raises(BadAnswer, match="replaced"):
                site.reader().page("product", None, cursor)

    def test_which_one_it_is_is_remembered_between_two_looks(self) -> None:
        with Site(products_query=many_v1(1)) as site:
            for _ in range(3):
                site.reader().one("product", guid(1))
        assert len(site.questions("version")) == 1

    @pytest.mark.parametrize("said", [{}, {"catalogVersion": "V9"}, {"catalogVersion": None}])
    def test_a_catalog_that_we_do_not_know_is_a_bad_answer(self, said: Any) -> None:
        with Site(version=said) as site, pytest.raises(BadAnswer):
            site.reader().page("product", None, None)


def test_an_answer_cut_in_its_middle_is_no_page() -> None:
    raw = json.dumps({"products": [product_v1(1)]}).encode()[:-9]
    with Site(version=V1, products_query=Says(raw)) as site, pytest.raises(BadAnswer):
        site.reader().page("product", None, None)
