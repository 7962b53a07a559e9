"""The page "What Minta holds": all of it, and nothing that a value could do to it."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors import copies, customers, erase, rows
from connectors.models import AuditEntry, FeedRead, Row, Run, Store, StoreState
from connectors.pages import held
from connectors.policy.clauses import Clause, Processor
from connectors.policy.leaves import leaves
from connectors.policy.records import (
    KINDS,
    Balance,
    PaymentsAccount,
    Payout,
    Reported,
    StoreInfo,
    Variant,
)
from connectors.policy.sharing import goes_to
from connectors.vault import StoreKey
from tests import cast
from tests.pages.acme import Acme
from tests.pages.reading import Page, read
from tests.shared import SHARED, needs_shared
from tests.verbs.holders import come_back, holder, leave
from tests.verbs.holders import read as read_by

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db
LIGHT, DARK = 0, 1


def shown(acme: Acme, store: Store) -> Page:
    return read(held.page_of(acme, store).content)


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", next(iter(page.texts("body"))))


@pytest.fixture
def page(acme: Acme, installed: Installed) -> Page:
    """The page of a store that has something of everything."""
    store, key = installed
    account = PaymentsAccount(
        True,
        "CA",
        "CAD",
        "DAILY",
        (Balance(Decimal("120.50"), "CAD"),),
        (
            Payout(cast.NOON, "PAID", Decimal("88.10"), "CAD"),
            Payout(cast.NOON, "FAILED", Decimal("7.07"), "CAD"),
        ),
    )
    reported = Reported("shop/update", cast.NOON, google_apps_domain="cedar-apps.example", finances=True)
    info = cast.store_info(
        phone=None, payment_methods=("visa", "amex"), payments_account=account, reported=reported
    )
    cast.keep(store, key, info, cast.product(), cast.sale(), cast.offer(codes=("SPRING10",)))
    Run.objects.create(
        store=store,
        epoch=1,
        kind="store",
        mode="full",
        state="done",
        announced=1,
        parsed=1,
        kept=1,
        started_at=cast.NOON,
        finished_at=cast.NOON + timedelta(minutes=3),
    )
    return shown(acme, store)


class TestTheClauses:
    """Every item of the policy, in its order and words, with what is held or why nothing is."""

    def test_all_stand_there_in_the_policys_order_and_words(self, page: Page) -> None:
        titles = [
            each.text for each in page.all("h3") if (each.attributes.get("id") or "").startswith("clause-")
        ]
        assert titles == [f"{clause.number} {clause.words}" for clause in Clause]

    def test_every_leaf_of_the_store_has_a_value_or_a_reason(self, page: Page) -> None:
        told: dict[str, list[str]] = {}
        for each in page.elements:
            if each.tag == "dt":
                term = f"{len(told)} {each.text}"
                told[term] = []
            elif each.tag == "dd":
                told[term].append(each.text.strip())
        assert len(told) > len([*leaves(StoreInfo)])
        assert [term for term, lines in told.items() if not any(lines)] == []

    @pytest.mark.parametrize(
        "value",
        [
            "548380009",
            "Cedar & Sons",
            "owner@cedar.example",
            "cedar.myshopify.com",
            "Ottawa",
            "America/Toronto",
            "Ada Cedar",
            "visa",
            "amex",
            "cedar-apps.example",
            "120.50",
            "88.10",
            "7.07",
            "Canoe paddle 1",
            "49.90 CAD",
            "Spring 1",
            "SPRING10",
            "10 %",
        ],
    )
    def test_what_is_held_is_shown(self, page: Page, value: str) -> None:
        assert value in page.texts("bdi")

    def test_times_are_shown_to_people_and_machines(self, page: Page) -> None:
        times = {each.attributes["datetime"]: each.text for each in page.all("time")}
        assert times["2026-11-23T12:00:00+00:00"] == "23 Nov 2026, 12:00 UTC"

    def test_the_platforms_own_fields_are_named(self, page: Page) -> None:
        codes = page.texts("code")
        assert "acme.StoreInfo.name" in codes
        assert "acme.Product.variants[].price" in codes
        assert "acme.Sale.lines[].quantity" in codes
        assert "acme.Offer.percent" in codes

    def test_what_the_platform_does_not_offer_has_its_written_reason(self, page: Page) -> None:
        assert "Acme knows no telephone." in words(page)

    def test_what_it_gave_no_value_for_says_so(self, page: Page) -> None:
        assert "Acme gave no value for this store." in words(page)

    def test_purposes_processors_and_keeping_are_said_for_each(self, page: Page) -> None:
        shared = [each for each in page.texts("dd") if each == "nobody." or "where you agreed to it" in each]
        assert len(shared) == len(Clause)
        assert words(page).count("to integrate the services with the merchant's store") >= len(Clause)
        assert "until the next reading replaces it" in words(page)

    def test_who_may_be_given_something_is_said_as_the_register_has_it(self, page: Page) -> None:
        """Less goes to a company than the policy allows: the page says what does."""
        shown = {
            str(each.attributes["id"]): re.search(r"Shared with(.+)", each.text)
            for each in page.all("section")
            if re.fullmatch(r"clause-\d+", str(each.attributes.get("id")))
        }
        for clause in Clause:
            names = {
                processor
                for kind, record in KINDS.items()
                for leaf in leaves(record)
                if leaf.clause is clause
                for processor in goes_to(f"{record.__name__}.{leaf.path}")
            }
            found = shown[f"clause-{clause.number}"]
            assert found is not None
            assert {each for each in Processor if each in found[1]} == names
            assert ("nobody" in found[1]) == (not names)

    def test_when_it_was_read_is_said(self, page: Page) -> None:
        assert "seen 23 Nov 2026, 12:03 UTC" in words(page)

    def test_only_this_platform_is_named(self, page: Page) -> None:
        for name in ("Shopify", "BigCommerce", "Wix"):
            assert name not in words(page).replace("cedar.myshopify.com", "")


class TestAnEmptyStore:
    """The first reading is under way."""

    def test_says_so_and_shows_nothing_as_held(self, acme: Acme, installed: Installed) -> None:
        page = shown(acme, installed[0])
        assert "The first reading is under way." in words(page)
        assert "Not read yet." in words(page)
        assert "0 products held" in words(page)

    def test_names_every_clause_all_the_same(self, acme: Acme, installed: Installed) -> None:
        assert all(clause.words in words(shown(acme, installed[0])) for clause in Clause)


class TestManyRecords:
    """Counts by SQL, the newest twenty by an index, however many there are."""

    def test_only_the_newest_are_opened(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        rows.write(store.pk, 1, key, [cast.found(cast.product(n)) for n in range(1, 31)])
        page = shown(acme, store)
        assert "30 products held" in words(page)
        assert "The 20 products that changed last, of 30" in page.texts("caption")
        titles = [each for each in page.texts("bdi") if each.startswith("Canoe paddle")]
        assert titles == [f"Canoe paddle {n}" for n in range(30, 10, -1)]

    def test_what_is_gone_is_not_counted(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        rows.write(store.pk, 1, key, [cast.found(cast.product(n)) for n in (1, 2, 3)])
        rows.remove(Row.objects.filter(fingerprint=key.fingerprint("product", "2")))
        page = shown(acme, store)
        assert "2 products held" in words(page)
        assert "Canoe paddle 2" not in page.texts("bdi")

    def test_what_an_older_install_left_is_not_counted(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, cast.product())
        Row.objects.update(epoch=0)
        assert "0 products held" in words(shown(acme, store))

    def test_the_number_of_queries_does_not_grow(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        held.page_of(acme, store)  # the first of a day is written down
        counted = []
        for more in (range(1, 3), range(3, 60)):
            rows.write(store.pk, 1, key, [cast.found(cast.product(n)) for n in more])
            with CaptureQueriesContext(
                connection,
            ) as queries:
                held.page_of(acme, store)
            counted.append(len(queries))
        assert counted[0] == counted[1]

    def test_who_opens_it_is_noted_once_a_day_and_nothing_of_it(
        self, acme: Acme, installed: Installed
    ) -> None:
        cast.keep(*installed, cast.product())
        for _ in range(3):
            held.page_of(acme, installed[0])
        entry = AuditEntry.objects.get(store_ref=installed[0].ref)
        assert (entry.actor, entry.action, entry.detail) == ("merchant", "page.opened", '{"epoch":1}')

    def test_one_is_one(self, acme: Acme, installed: Installed) -> None:
        cast.keep(*installed, cast.sale())
        assert "1 sale held" in words(shown(acme, installed[0]))

    def test_a_span_of_prices_is_shown(self, acme: Acme, installed: Installed) -> None:
        dear = Variant("2", "Oak", Decimal("120.00"))
        cheap = Variant("3", "Pine", Decimal(5))
        cast.keep(*installed, cast.product(variants=(dear, cheap)))
        assert "5 to 120.00" in shown(acme, installed[0]).texts("bdi")


class TestWhatWasDone:
    """Reads, syncs, answers, receipts."""

    def test_the_newest_sync_of_each_kind_shows_its_counts_and_its_error(
        self, acme: Acme, installed: Installed
    ) -> None:
        store, _ = installed
        Run.objects.create(store=store, epoch=1, kind="sale", mode="full", state="done", announced=9, kept=9)
        Run.objects.create(
            store=store,
            epoch=1,
            kind="sale",
            mode="since",
            state="failed",
            announced=41,
            parsed=40,
            kept=38,
            refused=2,
            reasons={"Sale.total: not a number": 2},
            error="CountsDisagree: 41 announced, 40 parsed",
        )
        page = shown(acme, store)
        assert "Failed CountsDisagree: 41 announced, 40 parsed" in re.sub(
            r"(?<=Failed)", " ", words(page)
        ).replace("  ", " ")
        assert "2 refused: Sale.total: not a number" in words(page)
        assert "41" in page.texts("td")
        assert "9" not in page.texts("td")

    def test_a_run_that_announced_nothing_yet_says_so(self, acme: Acme, installed: Installed) -> None:
        Run.objects.create(store=installed[0], epoch=1, kind="product", mode="full", state="exporting")
        page = shown(acme, installed[0])
        assert "Acme is preparing it" in page.texts("td")
        assert "not yet" in page.texts("td")

    def test_every_purpose_is_counted(self, acme: Acme, installed: Installed) -> None:
        store, _ = installed
        for day, count in ((date(2026, 11, 20), 300), (date(2026, 11, 22), 45)):
            FeedRead.objects.create(store=store, purpose="videos", day=day, count=count)
        page = shown(acme, store)
        assert "345" in page.texts("td")
        assert "22 Nov 2026" in page.texts("time")
        assert page.texts("td").count("never") == 3

    def test_a_customers_request_is_answered_here(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, cast.sale(7, total=Decimal("1234.56")))
        customers.report_sales(store, ("7", "8"), "request-99", timezone.now(), timezone.now())
        page = shown(acme, store)
        assert "Request request-99" in words(page)
        assert "Acme named 2 sales; Minta holds 1 of them" in words(page)
        assert page.texts("bdi").count("1234.56 CAD") == 2

    def test_the_receipt_of_a_redaction_can_be_taken_along(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, cast.sale(7))
        customers.redact_sales(store, ("7",), timezone.now(), timezone.now())
        (text,) = shown(acme, store).texts("pre")
        assert json.loads(text)["body"]["store"] == store.ref

    def test_nothing_of_another_store_is_shown(self, acme: Acme, installed: Installed) -> None:
        other, other_key = cast.store("birch.acme.example")
        cast.keep(other, other_key, cast.store_info(name="Birch"), cast.product(title="Birch canoe"))
        cast.keep(other, other_key, cast.sale(7))
        customers.report_sales(other, ("7",), "request-of-birch", timezone.now(), timezone.now())
        customers.redact_sales(other, ("7",), timezone.now(), timezone.now())
        FeedRead.objects.create(store=other, purpose="videos", day=date(2026, 11, 20), count=4711)
        Run.objects.create(store=other, epoch=1, kind="sale", mode="full", state="failed", error="Birch")
        text = words(shown(acme, installed[0]))
        assert "Birch" not in text
        assert "birch" not in text
        assert other.ref not in text
        assert "4711" not in text


class TestWhenTheyLeave:
    """What happens at the end is said from the beginning."""

    def test_the_hours_are_those_of_the_settings(
        self, acme: Acme, installed: Installed, settings: Any
    ) -> None:
        settings.QUARANTINE_HOURS = 31
        assert words(shown(acme, installed[0])).count("31 hours") == 2

    def test_what_a_return_in_time_brings_back_is_said_as_it_is_done(self, page: Page) -> None:
        text = " ".join(words(page).split())
        assert "nothing at Minta opens it, unless you come back in time" in text
        assert "keep what Acme no longer shows, and your videos, or start clean" in text
        assert "everything is read again under a new key, and you choose on this page" in text
        assert "What you do not keep is erased, with a receipt." in text
        assert "the key of your store is destroyed: from then on no copy" in text
        assert "Minta included" not in text

    def test_that_those_who_read_must_confirm_is_said(self, page: Page) -> None:
        assert "is told to delete its copies and to confirm that none is left" in words(page)
        assert f"after {erase.DEADLINE.days} days the erasure counts as late" in words(page)
        assert "Its receipt follows" not in words(page)

    def test_an_erasure_of_before_that_waits_for_others_is_said_until_its_receipt_is_there(
        self, acme: Acme, installed: Installed
    ) -> None:
        store, _ = installed
        scope = holder()
        read_by(scope, store)
        duty = leave(store)
        erase.carry(duty.pk)
        come_back(store)
        store.refresh_from_db()
        text = words(shown(acme, store))
        duty.refresh_from_db()
        assert duty.emptied_at is not None
        day = f"{duty.emptied_at.day} {duty.emptied_at:%b %Y, %H:%M}"
        assert f"of an earlier installation was erased here on {day} UTC. Its receipt follows when" in text
        copies.confirm(scope, duty.ref, timezone.now())
        erase.carry(duty.pk)
        text = words(shown(acme, store))
        assert "Its receipt follows" not in text
        assert f"Receipt {duty.receipt.number}" in text

    def test_how_long_an_answer_stays_is_said(self, page: Page) -> None:
        assert f"for {customers.REPORTS_KEPT.days} days" in words(page)

    def test_no_more_reads_are_claimed_to_be_counted_than_are(self, page: Page) -> None:
        assert "Every reading" not in words(page)
        assert "Counted is every record that the feed" in words(page)

    def test_the_public_key_of_receipts_is_shown(self, page: Page, settings: Any) -> None:
        assert any(re.fullmatch(r"[A-Za-z0-9_-]{43}=?", each) for each in page.texts("code"))
        assert settings.RECEIPT_KEY not in words(page)

    def test_a_missing_receipt_key_does_not_hide_the_page(
        self, acme: Acme, installed: Installed, settings: Any
    ) -> None:
        settings.RECEIPT_KEY = ""
        assert "A signed receipt proves it." in words(shown(acme, installed[0]))

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            (StoreState.REAUTH, "Acme no longer lets Minta read."),
            (StoreState.CLOSED, "this store is closed."),
        ],
    )
    def test_a_store_that_cannot_be_read_says_so(
        self, acme: Acme, installed: Installed, state: StoreState, said: str
    ) -> None:
        store, key = installed
        cast.keep(store, key, cast.store_info())
        store.state = state
        store.save()
        assert said in words(shown(acme, store))


class TestValuesAreOnlyText:
    """Whatever a merchant calls things, it is shown as they wrote it and does nothing."""

    @needs_shared
    def test_naughty_strings_are_shown_as_they_are(self, acme: Acme, installed: Installed) -> None:
        naughty = json.loads((SHARED / "specs" / "security" / "strings" / "blns.json").read_text())
        strings = tuple(each for each in naughty if each)
        store, key = installed
        cast.keep(store, key, cast.store_info(name=strings[0], payment_methods=strings))
        before = shown(acme, store)
        cast.keep(
            store, key, cast.store_info(payment_methods=("x",) * len(strings), updated_at=timezone.now())
        )
        after = shown(acme, store)
        assert [each.tag for each in before.elements] == [each.tag for each in after.elements]
        assert [each.attributes for each in before.elements if each.tag == "bdi"] == [{}] * len(
            before.all("bdi")
        )
        assert not before.faults
        found = before.texts("bdi")
        assert [each for each in strings if each not in found] == []

    @pytest.mark.parametrize(
        "name",
        ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7|add:7 }}{% now 'Y' %}", "\0"],
    )
    def test_a_name_stays_a_name_everywhere(self, acme: Acme, installed: Installed, name: str) -> None:
        store, key = installed
        cast.keep(store, key, cast.store_info(name=name), cast.product(title=name))
        cast.keep(store, key, cast.offer(title=name, codes=(name,)))
        customers.report_sales(store, ("7",), name, timezone.now(), timezone.now())
        page = shown(acme, store)
        assert page.texts("bdi").count(name) == 7
        assert [each.attributes for each in page.all("script")] == [{}, {}]
        assert not any(name in each for each in page.texts("script"))
        assert not page.all("img")

    def test_an_empty_value_is_not_a_missing_one(self, acme: Acme, installed: Installed) -> None:
        store, key = installed
        cast.keep(store, key, replace(cast.store_info(), phone="", tax_shipping=False))
        texts = shown(acme, store).texts("bdi")
        assert "(empty)" in texts
        assert "No" in texts


class TestTheShapeOfThePage:
    """Readable by machines that read to people, in light and dark, and by its own policy."""

    def test_it_is_well_formed(self, page: Page) -> None:
        assert not page.faults
        assert len(page.ids) == len(set(page.ids))

    def test_language_and_direction_are_said(self, page: Page) -> None:
        (html,) = page.all("html")
        assert html.attributes == {"lang": "en", "dir": "ltr"}

    def test_headings_leave_out_no_level(self, page: Page) -> None:
        levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_every_table_has_a_caption_and_headings(self, page: Page) -> None:
        tables = page.all("table")
        assert len(tables) >= 6
        assert len(page.all("caption")) == len(tables)
        assert {each.attributes.get("scope") for each in page.all("th")} == {"col", "row"}

    def test_every_link_on_the_page_leads_somewhere(self, page: Page) -> None:
        links = [each.attributes["href"] or "" for each in page.all("a")]
        assert all(link == "" or link.removeprefix("#") in page.ids for link in links)

    def test_what_labels_something_is_there(self, page: Page) -> None:
        named = [
            each.attributes["aria-labelledby"]
            for each in page.elements
            if "aria-labelledby" in each.attributes
        ]
        assert set(named) <= set(page.ids)

    def test_the_policy_allows_the_style_that_is_there(self, acme: Acme, installed: Installed) -> None:
        answer = held.page_of(acme, installed[0])
        (style,) = read(answer.content).texts("style")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]

    def test_no_style_and_no_handler_stands_in_an_attribute(self, page: Page) -> None:
        names = {name for each in page.elements for name in each.attributes}
        assert "style" not in names
        assert not [name for name in names if name.startswith("on")]

    @pytest.mark.parametrize("theme", [LIGHT, DARK])
    @pytest.mark.parametrize(
        ("ink", "ground", "ratio"),
        [
            ("ink", "ground", 7),
            ("ink", "sheet", 7),
            ("soft", "ground", 4.5),
            ("soft", "sheet", 4.5),
            ("accent", "ground", 4.5),
            ("accent", "sheet", 4.5),
            ("accent", "tint", 4.5),
            ("accent-ink", "accent", 4.5),
            ("warn", "ground", 4.5),
            ("ink", "tint", 7),
        ],
    )
    def test_contrast_is_enough_in_light_and_dark(
        self, page: Page, theme: int, ink: str, ground: str, ratio: float
    ) -> None:
        (style,) = page.texts("style")
        blocks = re.findall(r":root\{([^}]*)\}", style)
        colours = dict(re.findall(r"--([a-z-]+):#([0-9a-f]{3,6})", blocks[theme]))
        lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= ratio


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    full = "".join(each * 2 for each in colour) if len(colour) == 3 else colour
    parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
