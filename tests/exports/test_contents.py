"""What is in an export: all that is held, as it is held, and nothing that the policy does not name."""

import hashlib
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from connectors import audit, customers, rows
from connectors.exports import contents, tables
from connectors.models import Consent, FeedRead, Report, Row, Store
from connectors.platforms import PLATFORMS
from connectors.policy.leaves import leaves
from connectors.policy.records import KINDS, Variant
from connectors.vault import StoreKey
from tests import cast
from tests.exports.reading import lines, made, opened, table, unpacked
from tests.videos.cast import announced, kept, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> tuple[Store, StoreKey]:
    store, key = stocked()
    cast.keep(store, key, *[cast.sale(number) for number in range(1, 4)])
    return store, key


def files(store: Store) -> dict[str, bytes]:
    return unpacked(opened(made(store)))


def held(store: Store, key: StoreKey, kind: str) -> list[Any]:
    found = Row.objects.filter(store=store, epoch=store.epoch, kind=kind).order_by("fingerprint")
    return [each.record for each in rows.opened(key, found)]


class TestEverythingIsThere:
    @pytest.mark.parametrize("kind", list(KINDS))
    def test_each_record_comes_back_as_it_is_held(self, shop: tuple[Store, StoreKey], kind: str) -> None:
        content = files(shop[0])[f"{kind}.jsonl"]
        back = [msgspec.json.decode(each, type=KINDS[kind]) for each in content.splitlines()]
        assert back
        assert back == held(*shop, kind)

    @pytest.mark.parametrize("kind", list(KINDS))
    def test_each_is_a_line_of_its_table_too(self, shop: tuple[Store, StoreKey], kind: str) -> None:
        found = files(shop[0])
        said = table(found[f"{kind}.csv"])
        assert len(said) == len(held(*shop, kind))
        for line, record in zip(said, lines(found[f"{kind}.jsonl"]), strict=True):
            for path, cell in line.items():
                value: Any = record
                for name in path.split("."):
                    value = value and value[name]
                shown = json.loads(cell) if isinstance(value, list) and cell else cell
                if isinstance(value, bool):
                    assert cell == str(value).lower()
                elif isinstance(value, list):
                    assert shown == value or not value
                else:
                    assert cell.removeprefix("'") == ("" if value is None else str(value))

    def test_answers_to_customers_and_what_was_done_are_there(self, shop: tuple[Store, StoreKey]) -> None:
        store, _ = shop
        now = timezone.now()
        customers.report_sales(store, ("1", "9"), "r1", now, now)
        customers.redact_sales(store, ("2",), now, now)
        FeedRead.objects.create(store=store, purpose="videos", day=now.date(), count=5)
        Consent.objects.create(store=store, epoch=1, processor="intercom", given_at=now)
        audit.note(store.ref, audit.MERCHANT, "canary.told", count=3)
        video = announced(store)
        kept(video)
        found = files(store)
        (answer,) = lines(found["reports.jsonl"])
        assert answer["answer"]["request_id"] == "r1"
        assert [each["sale_id"] for each in answer["answer"]["sales_held"]] == ["1"]
        (receipt,) = lines(found["receipts.jsonl"])
        assert receipt["body"]["kind"] == "erase.sales"
        assert json.loads(found["reads.json"])[0]["count"] == 5
        assert json.loads(found["consents.json"])[0]["processor"] == "intercom"
        assert {"canary.told", "export.asked"} <= {each["action"] for each in lines(found["audit.jsonl"])}
        (shown,) = json.loads(found["videos.json"])
        assert shown["video"] == video.ref
        assert shown["files"][0]["format"] == "9x16"
        assert len(lines(found["sale.jsonl"])) == 2

    def test_who_has_the_log_can_tell_that_no_entry_was_changed(self, shop: tuple[Store, StoreKey]) -> None:
        for count in range(3):
            audit.note(shop[0].ref, audit.MERCHANT, "canary.told", count=count, name="ünïcode")
        audit.chain()
        entries = [each for each in lines(files(shop[0])["audit.jsonl"]) if each["number"]]
        assert len(entries) >= 3
        for entry in entries:
            *told, digest = entry.values()
            text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
            assert hashlib.sha256(text.encode()).hexdigest() == digest

    def test_what_fills_more_than_one_page_is_there_once(
        self, shop: tuple[Store, StoreKey], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contents, "_CHUNK", 2)
        monkeypatch.setattr(contents, "_REPORTS", 2)
        store, now = shop[0], timezone.now()
        for number in range(5):
            customers.report_sales(store, ("1",), f"r{number}", now, now)
            audit.note(store.ref, audit.MERCHANT, "canary.told", count=number)
        found = files(store)
        ids = [each["answer"]["request_id"] for each in lines(found["reports.jsonl"])]
        assert ids == [f"r{number}" for number in range(5)]
        told = [each["detail"] for each in lines(found["audit.jsonl"]) if each["action"] == "canary.told"]
        assert told == [f'{{"count":{number}}}' for number in range(5)]
        assert len(lines(found["product.jsonl"])) == len(held(*shop, "product"))

    def test_an_empty_store_has_an_export_too(self) -> None:
        store, _ = cast.store()
        found = files(store)
        assert found["product.jsonl"] == b""
        assert found["product.csv"].startswith(b"product_id,")
        assert json.loads(found["manifest.json"])["store"] == store.ref


class TestNothingElseIsThere:
    def test_every_column_is_a_leaf_of_the_policy_or_a_list_of_leaves(self) -> None:
        for kind, record in KINDS.items():
            known = {leaf.path.partition("[]")[0] for leaf in leaves(record)}
            assert {".".join(path) for path in tables.columns(kind)} == known

    def test_the_policy_in_it_names_one_platform(self, shop: tuple[Store, StoreKey]) -> None:
        everything = b"".join(files(shop[0]).values()).lower()
        for platform in PLATFORMS.values():
            assert (platform.title.lower().encode() in everything) == (platform.name == "shopify")

    def test_nothing_of_another_store_or_install_is_there(self, shop: tuple[Store, StoreKey]) -> None:
        other, key = cast.store("oak.myshopify.com")
        cast.keep(other, key, cast.product(7, title="Canary of another"))
        audit.note(other.ref, audit.MERCHANT, "theirs.alone")
        found = b"".join(files(shop[0]).values())
        assert b"Canary of another" not in found
        assert b"theirs.alone" not in found
        assert other.ref.encode() not in found

    def test_what_is_gone_is_not_there(self, shop: tuple[Store, StoreKey]) -> None:
        store, _ = shop
        rows.remove(Row.objects.filter(store=store, kind="product"))
        assert files(store)["product.jsonl"] == b""


class TestTheManifest:
    def test_it_names_every_other_file_with_its_lines_and_its_hash(
        self, shop: tuple[Store, StoreKey]
    ) -> None:
        found = files(shop[0])
        manifest = json.loads(found.pop("manifest.json"))
        assert {each["name"] for each in manifest["files"]} == set(found)
        for each in manifest["files"]:
            content = found[each["name"]]
            assert each["sha256"] == hashlib.sha256(content).hexdigest()
            assert each["size_bytes"] == len(content)
            if each["name"].endswith(".jsonl"):
                assert each["lines"] == content.count(b"\n")
        assert not any(manifest["unreadable"].values())

    def test_a_row_that_does_not_open_is_counted_and_stops_nothing(
        self, shop: tuple[Store, StoreKey]
    ) -> None:
        Row.objects.filter(pk=Row.objects.filter(kind="product").values("pk")[:1]).update(sealed=b"broken")
        found = files(shop[0])
        assert json.loads(found["manifest.json"])["unreadable"]["product"] == 1
        assert len(lines(found["product.jsonl"])) == 1


def as_table(product: Any) -> dict[str, str]:
    (said,) = table((tables.heading("product") + tables.row("product", product)).encode())
    return said


def test_an_answer_that_does_not_open_says_so_and_stops_nothing(shop: tuple[Store, StoreKey]) -> None:
    now = timezone.now()
    customers.report_sales(shop[0], ("1",), "r1", now, now)
    Report.objects.update(sealed=b"broken")
    (answer,) = lines(files(shop[0])["reports.jsonl"])
    assert answer["unreadable"] is True
    assert "answer" not in answer


class TestTables:
    @pytest.mark.parametrize(
        "title", ["=1+1", "+cmd", "-cmd|x", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "＝1"]
    )
    def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(self, title: str) -> None:
        (said,) = table(
            (tables.heading("product") + tables.row("product", cast.product(title=title))).encode()
        )
        assert said["title"] == f"'{title}"

    @pytest.mark.parametrize("number", ["-5.00", "12", "0.10"])
    def test_a_number_is_left_as_it_is(self, number: str) -> None:
        assert tables.line([number]) == f"{number}\r\n"

    @pytest.mark.parametrize("title", ["two\nlines", 'a "quote"', "a, comma", "ünïcode ☃", " blank "])
    def test_any_title_comes_back(self, title: str) -> None:
        (said,) = table(
            (tables.heading("product") + tables.row("product", cast.product(title=title))).encode()
        )
        assert said["title"] == title

    def test_a_list_is_one_cell(self) -> None:
        variants = tuple(Variant(str(n), "Ash", Decimal("1.50"), quantity=4) for n in range(2))
        said = as_table(cast.product(variants=variants))
        assert [each["price"] for each in json.loads(said["variants"])] == ["1.50", "1.50"]
