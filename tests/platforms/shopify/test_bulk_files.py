"""Records out of bulk files: the same ones however the lines lie, and none out of a file that lies."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadAnswer, CountsDisagree, MintaError, Unavailable
from connectors.platforms.base import Found, Unreadable
from connectors.platforms.shopify import join
from connectors.platforms.shopify.marks import Marker
from connectors.policy.records import Product, Record, Sale
from tests.platforms.shopify.admin import Admin, Says
from tests.platforms.shopify.bulkfiles import (
    Arranging,
    MemorySpool,
    announced,
    breadth_first,
    children_first,
    fetched,
    grouped,
    sale_tree,
    shuffled,
    tree,
    written,
)
from tests.platforms.shopify.nodes import Json, gid

ARRANGEMENTS = [grouped, breadth_first, children_first, shuffled]


def spooled(lines: list[Json]) -> MemorySpool:
    """Return a finished spool of these lines, as a download leaves it."""
    marker, spool = Marker(), MemorySpool()
    spool.write(marker.mark(written(lines).splitlines()))
    spool.write(marker.trailer())
    spool.finish()
    return spool


def read(spool: MemorySpool, skip: int = 0) -> list[Found | Unreadable]:
    return list(join.exported(spool, skip))


def records(found: list[Found | Unreadable]) -> dict[str, Record]:
    return {each.id: each.record for each in found if isinstance(each, Found)}


def trees(parent: str = "variant") -> list[list[Json]]:
    return [tree(number, variants=number % 4, parent=parent) for number in range(1, 30)]


# However it lies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parent", ["variant", "item"])
@pytest.mark.parametrize("arranged", ARRANGEMENTS)
def test_the_same_products_come_out_however_the_lines_lie(arranged: Arranging, parent: str) -> None:
    expected = records(read(spooled(grouped(trees()))))
    found = read(spooled(arranged(trees(parent))))
    assert records(found) == expected
    assert len(found) == len(expected) == 29


@pytest.mark.parametrize("arranged", ARRANGEMENTS)
def test_the_same_sales_come_out_however_the_lines_lie(arranged: Arranging) -> None:
    all_trees = [sale_tree(number) for number in range(1, 30)]
    found = records(read(spooled(arranged(all_trees))))
    assert found == records(read(spooled(grouped(all_trees))))
    sale = found["5"]
    assert isinstance(sale, Sale)
    assert [line.product_id for line in sale.lines] == ["1", "2", "3"]


def test_a_product_has_all_of_its_parts() -> None:
    (found,) = read(spooled(children_first([tree(3, variants=2)])))
    assert isinstance(found, Found)
    record = found.record
    assert isinstance(record, Product)
    assert [each.variant_id for each in record.variants] == ["301", "302"]
    assert [[each.location_id for each in variant.stock] for variant in record.variants] == [["7", "8"]] * 2
    assert [each.stock[0].available for each in record.variants] == [1, 2]
    assert [each.url for each in record.pictures] == [
        "https://cdn.shopify.com/3-0.png",
        "https://cdn.shopify.com/3-1.png",
    ]


@pytest.mark.parametrize("arranged", ARRANGEMENTS)
def test_many_small_parts_give_what_one_part_gives(
    arranged: Arranging, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = spooled(arranged(trees("item")))
    whole = read(spool)
    monkeypatch.setattr(join, "_PART_LINES", 40)
    monkeypatch.setattr(join, "_CHECKED_KEYS", 30)
    in_parts = read(spool)
    assert records(in_parts) == records(whole)
    assert len(in_parts) == len(whole)
    assert [each.id for each in in_parts if isinstance(each, Found)] == [
        each.id for each in read(spool) if isinstance(each, Found)
    ]


@pytest.mark.parametrize("arranged", ARRANGEMENTS)
@pytest.mark.parametrize("skip", [0, 1, 17, 28, 29, 30])
def test_reading_goes_on_where_it_was(arranged: Arranging, skip: int) -> None:
    spool = spooled(arranged(trees()))
    ids = [each.id for each in read(spool) if isinstance(each, Found)]
    assert [each.id for each in read(spool, skip) if isinstance(each, Found)] == ids[skip:]


@given(st.permutations(grouped([tree(1, 2, pictures=0), tree(2, 0, pictures=1), tree(3, 3, pictures=0)])))
@settings(max_examples=60, deadline=None)
def test_no_order_of_the_lines_changes_a_record(lines: list[Json]) -> None:
    expected = grouped([tree(1, 2, pictures=0), tree(2, 0, pictures=1), tree(3, 3, pictures=0)])
    assert records(read(spooled(lines))) == records(read(spooled(expected)))


def test_two_variants_of_one_stock_both_have_it_once() -> None:
    root, item = gid("Product", 1), gid("InventoryItem", 9)
    lines = tree(1, variants=0)
    for number in (1, 2):
        made = tree(1, variants=2)[1 if number == 1 else 4]
        lines.append({**made, "inventoryItem": {"id": item, "tracked": True}, "__parentId": root})
    level = {**tree(1, variants=1)[2], "__parentId": item}
    for arranged in ([*lines, level, level], [level, level, *lines]):
        (found,) = records(read(spooled(arranged))).values()
        assert isinstance(found, Product)
        assert [len(variant.stock) for variant in found.variants] == [1, 1]


def test_ids_past_what_a_float_holds_are_not_mixed_up() -> None:
    """Two neighbours above 2^53 are one number to a float."""
    lines = breadth_first([tree(9007199254740992, 1), tree(9007199254740993, 1)])
    assert records(read(spooled(lines))).keys() == {"9007199254740992", "9007199254740993"}


def test_a_variant_and_a_stock_of_one_number_are_two() -> None:
    lines = grouped([tree(1, variants=2)])
    # The second variant's stock has the number of the first variant.
    lines[4]["inventoryItem"]["id"] = gid("InventoryItem", 101)
    (found,) = records(read(spooled(breadth_first([lines])))).values()
    assert isinstance(found, Product)
    assert [[each.available for each in variant.stock] for variant in found.variants] == [[1, 1], [2, 2]]


def test_a_text_that_looks_like_a_mark_or_an_end_is_a_text() -> None:
    lines = tree(1)
    lines[0]["title"] = 'P ff p1 {"__parentId":"gid://shopify/Product/2"}\nZ {"grouped":true}'
    for arranged in (lines, lines[::-1]):
        (found,) = records(read(spooled(arranged))).values()
        assert isinstance(found, Product)
        assert found.title == lines[0]["title"]


def test_a_file_without_lines_has_no_records() -> None:
    assert read(spooled([])) == []


# What cannot be read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "name", "value", "reason"),
    [
        (0, "title", 4111111111111111, "Product: Expected `str`, got `int` - at `$.title`"),
        (
            0,
            "createdAt",
            "a merchant's value",
            "Product: Invalid RFC3339 encoded datetime - at `$.createdAt`",
        ),
        (1, "price", "a merchant's value", "ProductVariant: Invalid decimal string - at `$.price`"),
        (1, "price", "NaN", "ProductVariant.price is no amount"),
        (2, "quantities", None, "InventoryLevel: Expected `array`, got `null` - at `$.quantities`"),
        (2, "location", {"id": "a merchant's value"}, "not a Shopify id of the type expected"),
        (-2, "image", {"url": None}, "MediaImage: Expected `str`, got `null` - at `$.image.url`"),
    ],
)
@pytest.mark.parametrize("arranged", [grouped, breadth_first])
def test_a_product_that_cannot_be_read_is_counted_and_the_others_are_read(
    arranged: Arranging, place: int, name: str, value: object, reason: str
) -> None:
    spoiled = tree(2)
    spoiled[place][name] = value
    found = read(spooled(arranged([tree(1), spoiled, tree(3)])))
    assert records(found).keys() == {"1", "3"}
    assert [each for each in found if isinstance(each, Unreadable)] == [Unreadable("product", reason)]


@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'"\xff\xfe"', b"[" * 2000 + b"]" * 2000], ids=["surrogate", "bytes", "brackets"]
)
def test_bytes_that_are_no_text_spoil_one_product_only(text: bytes) -> None:
    lines = written(grouped([tree(1), tree(2), tree(3)])).replace(b'"board-2"', text).splitlines()
    marker, spool = Marker(), MemorySpool()
    spool.write(marker.mark(lines) + marker.trailer())
    spool.finish()
    found = read(spool)
    assert records(found).keys() == {"1", "3"}
    (refused,) = (each for each in found if isinstance(each, Unreadable))
    assert refused.reason.startswith("Product: ")


# A file that lies -----------------------------------------------------------------------------------------

CONTENT = written(grouped(trees()))
LINES = CONTENT.count(b"\n")


def failure(content: bytes = CONTENT, **changed: Any) -> MintaError:
    """Download what does not agree with itself."""
    with pytest.raises(MintaError) as failed:
        fetched(content, **changed)
    assert "127.0.0.1" not in str(failed.value)
    assert "signature" not in str(failed.value)
    assert "Board" not in str(failed.value)
    return failed.value


@pytest.mark.parametrize("squeezed", [False, True])
def test_a_whole_file_is_spooled_and_read(squeezed: bool) -> None:
    assert len(records(read(fetched(CONTENT, squeezed=squeezed)))) == 29


def test_a_last_line_that_is_whole_needs_no_end() -> None:
    assert len(records(read(fetched(CONTENT.removesuffix(b"\n"))))) == 29


def test_a_file_cut_at_a_line_is_noticed_by_its_count() -> None:
    cut = CONTENT[: CONTENT.index(b"\n", len(CONTENT) // 2) + 1]
    failed = failure(served=cut)
    assert isinstance(failed, CountsDisagree)
    assert f"{LINES} were announced" in str(failed)


@pytest.mark.parametrize("cut_bytes", [2, 3, 20, 90, len(CONTENT) // 2])
def test_a_file_cut_within_a_line_is_no_bulk_file(cut_bytes: int) -> None:
    assert isinstance(failure(served=CONTENT[:-cut_bytes], size_bytes=None), BadAnswer)


@pytest.mark.parametrize("keep", [0.3, 0.999])
def test_a_cut_gzip_is_noticed_where_requests_would_not(keep: float) -> None:
    squeezed = gzip.compress(CONTENT)
    failed = failure(squeezed=True, served=squeezed[: int(len(squeezed) * keep)])
    assert isinstance(failed, Unavailable | BadAnswer)


def test_a_gzip_cut_at_a_line_is_noticed() -> None:
    """Sync-flushed at a line's end and then cut: all that comes is whole lines."""
    squeezing = zlib.compressobj(wbits=31)
    half = CONTENT[: CONTENT.index(b"\n", len(CONTENT) // 2) + 1]
    served = squeezing.compress(half) + squeezing.flush(zlib.Z_SYNC_FLUSH)
    assert isinstance(failure(squeezed=True, served=served), Unavailable)


@pytest.mark.parametrize(
    "changed",
    [
        {"lines": LINES + 1},
        {"lines": LINES - 1},
        {"roots": 30},
        {"roots": 28},
        {"size_bytes": len(CONTENT) + 1},
    ],
)
def test_a_file_that_is_not_as_announced_is_refused(changed: dict[str, Any]) -> None:
    assert isinstance(failure(**changed), CountsDisagree)


def test_what_is_not_announced_is_not_compared() -> None:
    fetched(CONTENT, roots=0, size_bytes=None)


def test_the_size_of_a_squeezed_file_is_not_the_files() -> None:
    fetched(CONTENT, squeezed=True, size_bytes=17)


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"[]",
        b"null",
        b"{}",
        b'{"id":5}',
        b'{"id":"x"}',
        b'{"id":"gid://shopify/Product/x"}',
        b'{"id":"gid://shopify/ProductVariant/5"}',
        b'{"id":"gid://shopify/Customer/5"}',
        b'{"id":"gid://shopify/Product/5","__parentId":"gid://shopify/Product/1"}',
        b'{"id":"gid://shopify/MediaImage/5","__parentId":"gid://shopify/Shop/1"}',
        b'{"id":"gid://shopify/MediaImage/5","__parentId":"gid://shopify/Product/1 {"}',
        b'{"id":"gid://shopify/ProductVariant/5","__parentId":"gid://shopify/Product/1"}',
        b"[" * 100_000,
    ],
)
def test_a_line_of_no_bulk_file_is_told_by_its_number(line: bytes) -> None:
    content = written(tree(1)) + line + b"\n" + written(tree(2))
    failed = failure(content)
    assert str(failed) == f"line {len(tree(1)) + 1} of the bulk file is none of a bulk file"


def without(place: int) -> Callable[[list[Json]], list[Json]]:
    return lambda lines: lines[:place] + lines[place + 1 :]


@pytest.mark.parametrize("place", [0, 1], ids=["a product", "a variant"])
@pytest.mark.parametrize("arranged", [grouped, breadth_first])
def test_a_child_without_its_parent_fails_the_file_before_any_record(arranged: Arranging, place: int) -> None:
    lines = arranged([tree(1), without(place)(tree(2)), tree(3)])
    with pytest.raises(CountsDisagree):
        next(iter(join.exported(spooled(lines), 0)))


@pytest.mark.parametrize("twice", [[tree(1), tree(1)], [tree(1), tree(2), tree(1)]])
def test_a_record_that_comes_twice_fails_a_scattered_file(twice: list[list[Json]]) -> None:
    with pytest.raises(CountsDisagree, match="twice"):
        read(spooled(breadth_first(twice)))


def test_a_spool_without_its_end_is_not_read() -> None:
    spool = spooled(grouped(trees()))
    spool.content = spool.content[: spool.content.rindex(b"Z {")]
    with pytest.raises(BadAnswer):
        read(spool)


@pytest.mark.parametrize("served", [CONTENT[: len(CONTENT) // 2], CONTENT + CONTENT])
def test_a_file_that_is_refused_leaves_no_finished_spool(served: bytes) -> None:
    spool = MemorySpool()
    with Admin() as admin:
        admin.files["/f"] = Says(served)
        export = announced(CONTENT, url=f"{admin.address}/f")
        with pytest.raises(MintaError):
            admin.reader().download(export, spool)
    assert not spool.finished


# Memory ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arranged", [grouped, children_first])
def test_memory_does_not_grow_with_the_file(arranged: Arranging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "_PART_LINES", 2_000)
    monkeypatch.setattr(join, "_CHECKED_KEYS", 1_000)
    peaks = []
    for products in (400, 1_600):
        spool = spooled(arranged([tree(number, pictures=1) for number in range(1, products + 1)]))
        tracemalloc.start()
        assert sum(isinstance(each, Found) for each in join.exported(spool, 0)) == products
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.4


class CountingSpool(MemorySpool):
    """Counts the lines that are taken from it."""

    taken = 0

    def lines(self) -> Iterator[bytes]:
        for line in super().lines():
            self.taken += 1
            yield line


def test_a_grouped_file_is_read_a_record_at_a_time() -> None:
    spool = CountingSpool(bytes(spooled(grouped(trees())).content), finished=True)
    all_lines = spool.content.count(b"\n")
    list(islice(join.exported(spool, 0), 1))
    assert spool.taken <= all_lines + len(tree(1)) + len(tree(2))


@pytest.mark.parametrize("blank", [b"\n", b"\n\n", b" \t\n", b"\r\n"])
def test_blank_lines_of_a_file_are_no_lines(blank: bytes) -> None:
    lines = len(CONTENT.splitlines())
    roots = sum(b'"__parentId"' not in line for line in CONTENT.splitlines())
    loose = blank + CONTENT.replace(b"\n", b"\n" + blank) + b" "
    spool = fetched(loose, lines=lines, roots=roots)
    assert spool.content == fetched(CONTENT).content
