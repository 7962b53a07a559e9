"""The brief: one neutral JSON, of nothing but what serves videos, with the lineage of all that is in it."""

import tracemalloc
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest

from connectors import configured, feed, rows
from connectors.entries import OPEN
from connectors.errors import Forbidden, KeyGone, Missing
from connectors.models import FeedRead, Row, Store, StoreState
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import Serves
from connectors.policy.records import Record, Reported
from tests import cast
from tests.cast import NOON, found, offer, store_info
from tests.feed.cast import LONG_AGO, feed_id, key_of, picture, product, reader, sale, variant

pytestmark = pytest.mark.django_db

VIDEOS = Purpose.VIDEOS
CDN = "https://cdn.shopify.com/s/files/1/"


def brief(store: Store, limit: int = 12) -> dict[str, Any]:
    return feed.brief(reader(), store.ref, limit, NOON)


def briefed(*records: Record) -> dict[str, Any]:
    store, key = cast.store()
    cast.keep(store, key, store_info(), *records)
    return brief(store)


def test_the_brand_is_what_the_store_says_of_itself() -> None:
    reported = Reported("shop/update", NOON, primary_locale="fr-CA", google_apps_domain="apps.example")
    store, key = cast.store()
    cast.keep(store, key, store_info(reported=reported, money_format="${{amount}}"))
    assert brief(store)["brand"] == {
        "name": "Cedar & Sons",
        "domain": "cedar.example",
        "country_code": "CA",
        "currency": "CAD",
        "money_format": "${{amount}}",
        "timezone": "America/Toronto",
        "locale": "fr-CA",
        "language": "fr",
        "direction": "ltr",
    }


def test_a_store_that_says_its_language_itself_needs_no_report() -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(locale="he"))
    brand = brief(store)["brand"]
    assert (brand["locale"], brand["language"], brand["direction"]) == ("he", "he", "rtl")


def test_without_a_locale_the_language_is_unknown() -> None:
    brand = briefed()["brand"]
    assert (brand["locale"], brand["language"], brand["direction"]) == (None, None, "ltr")


def test_a_product_has_all_that_a_scene_needs() -> None:
    store, key = cast.store()
    reduced = product(
        1,
        description="Carved  from\none piece of ash.",
        vendor="Cedar Works",
        variants=(variant(1, "14.99", compare_at_price=Decimal("20.00")), variant(2, "30.00")),
        pictures=(picture(1), picture(2, alt=None, width=None, height=None)),
    )
    cast.keep(store, key, store_info(), reduced, sale(1, reduced, 3))
    (shown,) = unlinked(brief(store)["products"])
    assert shown == {
        "rank": 1,
        "reason": "best_seller",
        "reasons": ["best_seller", "on_offer"],
        "id": feed_id(store, found(reduced)),
        "product_id": "1",
        "title": "Canoe paddle 1",
        "text": "Carved from one piece of ash.",
        "vendor": "Cedar Works",
        "url": "https://cedar.example/products/canoe-paddle-1",
        "pictures": [
            {"url": f"{CDN}1.jpg", "width": 1200, "height": 1600, "alt": "Picture 1", "fetch": "a link"},
            {"url": f"{CDN}2.jpg", "width": None, "height": None, "alt": None, "fetch": "a link"},
        ],
        "price": Decimal("14.99"),
        "price_text": "$14.99",
        "compare_at_price": Decimal("20.00"),
        "compare_at_price_text": "$20.00",
        "currency": "CAD",
        "price_varies": True,
        "offer": {
            "kind": "compare_at",
            "saved": Decimal("5.01"),
            "percent": Decimal(25),
            "percent_text": "-25%",
        },
        "badge": "-25%",
        "sold": 3,
        "left": 40,
        "findings": [],
    }


@pytest.mark.parametrize(
    ("locale", "texts", "badge", "action", "price"),
    [
        ("fr-CA", "fr", "-25\N{NO-BREAK SPACE}%", "Acheter maintenant", "15,00\N{NO-BREAK SPACE}$"),
        ("ja", "ja", "-25%", "今すぐ購入", "CA$15.00"),
        ("is", "en", "-25%", "Shop now", "15,00\N{NO-BREAK SPACE}CAD"),
        (None, "en", "-25%", "Shop now", "$15.00"),
    ],
)
def test_what_is_shown_is_in_the_stores_language_or_in_english(
    locale: str | None, texts: str, badge: str, action: str, price: str
) -> None:
    reduced = variant(1, "15.00", compare_at_price=Decimal("20.00"))
    store, key = cast.store()
    cast.keep(store, key, store_info(locale=locale), product(1, variants=(reduced,)))
    made = brief(store)
    assert made["texts"] == texts
    assert made["call_to_action"] == {"text": action, "url": "https://cedar.example/"}
    (shown,) = made["products"]
    assert (shown["badge"], shown["price_text"]) == (badge, price)
    assert [each["code"] for each in made["findings"]] == (["words_elsewhere"] if locale == "is" else [])


@pytest.mark.parametrize(
    ("changed", "badge"),
    [
        ({}, None),
        ({"published_at": NOON - timedelta(days=2)}, "New"),
        ({"total_stock": 3}, "Only 3 left"),
        ({"total_stock": 3, "published_at": NOON - timedelta(days=2)}, "Only 3 left"),
        (
            {"total_stock": 3, "variants": (variant(1, "15.00", compare_at_price=Decimal("20.00")),)},
            "-25%",
        ),
        ({"variants": (variant(1, "19.99", compare_at_price=Decimal("20.00")),)}, None),
    ],
)
def test_a_badge_is_the_most_telling_reason(changed: dict[str, Any], badge: str | None) -> None:
    (shown,) = briefed(product(1, **changed))["products"]
    assert shown["badge"] == badge


def test_best_sellers_and_what_is_back_have_badges_of_their_own() -> None:
    out = product(1, variants=(variant(1, available_for_sale=False),))
    back = product(1, updated_at=NOON - timedelta(days=1))
    made = briefed(out, back, product(2), sale(1, product(2)))
    assert [each["badge"] for each in made["products"]] == ["Best seller", "Back in stock"]


def test_a_reduction_is_never_rounded_up() -> None:
    (shown,) = briefed(product(1, variants=(variant(1, "0.01", compare_at_price=Decimal("10.00")),)))[
        "products"
    ]
    assert shown["offer"]["percent"] == Decimal(99)


def test_without_a_higher_price_before_there_is_no_offer_and_no_struck_out_price() -> None:
    same = variant(1, "20.00", compare_at_price=Decimal("20.00"))
    (shown,) = briefed(product(1, variants=(same,)))["products"]
    assert (shown["offer"], shown["compare_at_price"], shown["price_varies"]) == (None, None, False)


def test_a_long_text_is_cut_at_a_word_and_pictures_at_ten() -> None:
    long = product(1, description="word " * 200, pictures=tuple(picture(number) for number in range(30)))
    (shown,) = briefed(long)["products"]
    assert len(shown["text"]) <= 140
    assert shown["text"].endswith("word…")
    assert [each["alt"] for each in shown["pictures"]] == [f"Picture {number}" for number in range(10)]


def test_products_are_ranked_from_one_up_to_the_limit() -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(), *[product(number) for number in range(5)])
    assert [each["rank"] for each in brief(store, limit=3)["products"]] == [1, 2, 3]


def test_a_store_without_products_has_a_brief_without_products() -> None:
    made = briefed()
    assert (made["products"], made["offers"]) == ([], [])


# Offers -----------------------------------------------------------------------------------------------


def test_offers_that_run_are_there_the_highest_first() -> None:
    small, large = offer(1, percent=Decimal(5)), offer(2, percent=Decimal(50), ends_at=NOON + timedelta(1))
    fixed = offer(3, percent=None, amount=Decimal(4), currency="CAD")
    shown = briefed(small, large, fixed)["offers"]
    assert [each["title"] for each in shown] == ["Spring 2", "Spring 1", "Spring 3"]
    assert shown[0]["ends_at"] == NOON + timedelta(days=1)
    assert not {"used", "codes_count"} & set(shown[0])


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "expired"},
        {"status": "scheduled"},
        {"starts_at": NOON + timedelta(seconds=1)},
        {"ends_at": NOON},
    ],
    ids=["expired", "scheduled", "to begin", "just ended"],
)
def test_offers_that_do_not_run_are_not_there(changed: dict[str, Any]) -> None:
    assert briefed(offer(1, **changed))["offers"] == []


def test_offers_are_bounded() -> None:
    assert len(briefed(*[offer(number) for number in range(30)])["offers"]) == 20


def test_an_offer_says_what_it_is_and_its_last_day_where_the_store_is() -> None:
    percent = offer(1, ends_at=datetime(2026, 12, 1, 5, tzinfo=UTC))
    amount = offer(2, percent=None, amount=Decimal("4.50"), currency="USD")
    shipping = offer(3, percent=None)
    shown = briefed(percent, amount, shipping)["offers"]
    assert [(each["text"], each["ends_text"]) for each in shown] == [
        ("10% off", "Until November 30"),
        ("US$4.50 off", None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("ends_at", "text"),
    [
        (NOON + timedelta(days=365), "Until November 24, 2027"),
        (NOON + timedelta(days=367), None),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), None),
    ],
)
def test_an_end_that_nobody_can_wait_for_hurries_nobody(ends_at: datetime, text: str | None) -> None:
    """Who means never writes the last second of the calendar, which is no day in half of the world."""
    store, key = cast.store()
    cast.keep(store, key, store_info(timezone="Pacific/Kiritimati"), offer(1, ends_at=ends_at))
    (shown,) = brief(store)["offers"]
    assert (shown["ends_at"], shown["ends_text"]) == (ends_at, text)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "buy_x_get_y", "percent": Decimal(100)},
        {"kind": "shipping", "percent": None, "amount": Decimal(5)},
        {"minimum_quantity": 3},
        {"minimum_subtotal": Decimal(80)},
    ],
    ids=["of the third of three", "of the shipping", "of three at least", "of much"],
)
def test_an_offer_with_a_condition_is_not_said_as_if_it_had_none(changed: dict[str, Any]) -> None:
    """`100% off`, where two must be bought to get one free, would be a lie in letters two hands high."""
    (shown,) = briefed(offer(1, **changed))["offers"]
    assert shown["text"] is None


def test_an_offer_that_needs_a_code_names_it() -> None:
    (shown,) = briefed(offer(1, automatic=False, codes=("WELCOME10",), codes_count=1))["offers"]
    assert shown["text"] == "10% off · WELCOME10"


@pytest.mark.parametrize(("codes", "count"), [((), 0), ((), 1), (("ANNA-1",), 40), (("ANNA-1", "BEN-2"), 2)])
def test_an_offer_with_no_code_for_everybody_is_not_said(codes: tuple[str, ...], count: int) -> None:
    (shown,) = briefed(offer(1, automatic=False, codes=codes, codes_count=count))["offers"]
    assert shown["text"] is None


# What cannot look good --------------------------------------------------------------------------------


def test_pictures_that_lie_elsewhere_are_not_in_the_brief() -> None:
    mixed = (
        picture(1, url="https://elsewhere.example/1.jpg"),
        picture(2),
        picture(3, url="http://127.0.0.1/3.jpg"),
    )
    made = briefed(product(1, pictures=mixed))
    assert [each["url"] for each in made["products"][0]["pictures"]] == [f"{CDN}2.jpg"]
    assert "elsewhere" not in str(made)


def test_what_cannot_look_good_is_named_and_the_next_best_stands_in_for_it() -> None:
    store, key = cast.store()
    long = [product(number, title="A paddle of ash " * 20) for number in range(5, 8)]
    fine = [product(number) for number in range(5)]
    cast.keep(store, key, store_info(), *fine, *long, product(9, pictures=()))
    made = brief(store, limit=5)
    assert [each["rank"] for each in made["products"]] == [1, 2, 3, 4, 5]
    assert {each["title"] for each in made["products"]} == {each.title for each in fine}
    assert [each["codes"] for each in made["refused"]] == [["title_too_long"]] * 3 + [["no_picture"]]
    assert not {each["id"] for each in made["refused"]} & {each["id"] for each in made["lineage"]}


def test_however_many_are_refused_what_can_be_shown_is_shown() -> None:
    store, key = cast.store()
    fine = [product(number) for number in range(3)]
    long = [product(number, title=f"{number} A paddle of ash " * 20) for number in range(3, 60)]
    cast.keep(store, key, store_info(), *fine, *long)
    made = brief(store, limit=2)
    assert {each["title"] for each in made["products"]} == {fine[1].title, fine[2].title}
    assert [each["id"] for each in made["refused"]] == [
        feed_id(store, found(each)) for each in (long[-1], long[-2])
    ]


def test_no_more_are_refused_by_name_than_could_be_shown() -> None:
    made = briefed(*[product(number, pictures=()) for number in range(30)])
    assert len(made["refused"]) == 12
    assert [each["code"] for each in made["findings"]] == ["nothing_to_show"]


# Lineage and counts -----------------------------------------------------------------------------------


def test_the_lineage_names_the_change_of_everything_in_it_and_of_nothing_else() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1, status="draft"), product(2), offer(1), store_info(), product(3))
    made = brief(store)
    assert made["lineage"] == [
        {"kind": "store", "id": feed_id(store, found(store_info())), "change": 4},
        {"kind": "product", "id": feed_id(store, found(product(3))), "change": 5},
        {"kind": "product", "id": feed_id(store, found(product(2))), "change": 2},
        {"kind": "offer", "id": feed_id(store, found(offer(1))), "change": 3},
    ]
    assert (made["format"], made["store"], made["epoch"], made["made_at"]) == (1, store.ref, 1, NOON)


def test_what_is_in_the_brief_counts_as_read() -> None:
    briefed(product(1), product(2), product(3, status="draft"), offer(1))
    counted = FeedRead.objects.get()
    assert (counted.purpose, counted.day, counted.count) == ("videos", NOON.date(), 4)


# Who may have one -------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not VIDEOS])
def test_a_brief_is_made_for_videos_only(purpose: Purpose) -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(), product(1))
    with pytest.raises(Forbidden):
        feed.brief(reader(purpose), store.ref, 12, NOON)
    assert not FeedRead.objects.exists()


def test_nothing_that_does_not_serve_videos_has_a_say_in_a_brief() -> None:
    records: list[Record] = [
        store_info(reported=Reported("shop/update", NOON, primary_locale="fr-CA")),
        product(1, variants=(variant(1, "15.00", compare_at_price=Decimal("20.00")),)),
        product(2),
        sale(1, product(2), 2),
        sale(2, product(1), 9, cancelled_at=NOON),
        offer(1),
    ]
    assert (blanked(records[0]).email, blanked(records[0]).store_id) == (None, "blank")
    assert blanked(records[0]).phone is None
    assert comparable(briefed(*records)) == comparable(briefed_again(*[blanked(each) for each in records]))


def briefed_again(*records: Record) -> dict[str, Any]:
    store, key = cast.store("again.myshopify.com")
    for number, record in enumerate(records):
        # Ids are the row's, not the brief's: blanked records still need one each.
        each = replace(found(record), id=f"{number}")
        rows.write(store.pk, store.epoch, key, [each])
    return brief(store)


def unlinked(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return products whose pictures' links, each of which is another, are all the same."""
    return [
        {**each, "pictures": [{**picture, "fetch": "a link"} for picture in each["pictures"]]}
        for each in products
    ]


def comparable(made: dict[str, Any]) -> Any:
    """Return a brief without the references that differ between any two stores."""
    products = [{**each, "id": ""} for each in unlinked(made["products"])]
    offers = [{**each, "id": ""} for each in made["offers"]]
    return {"brand": made["brand"], "products": products, "offers": offers}


BLANKS: dict[Any, Any] = {str: "blank", int: 0, bool: False, Decimal: Decimal(0), datetime: LONG_AGO}


def blanked(value: Any) -> Any:
    """Return a record in which every leaf that does not serve videos says something else."""
    hints = get_type_hints(type(value), include_extras=True)
    changed: dict[str, Any] = {}
    for field in fields(value):
        each = getattr(value, field.name)
        if is_dataclass(each):
            changed[field.name] = blanked(each)
        elif isinstance(each, tuple) and each and is_dataclass(each[0]):
            changed[field.name] = tuple(blanked(one) for one in each)
        elif not serves_videos(hints[field.name]) and each is not None:
            optional = type(None) in get_args(getattr(hints[field.name], "__origin__", None))
            blank = () if isinstance(each, tuple) else BLANKS[type(each)]
            changed[field.name] = None if optional else blank
    return replace(value, **changed)


def serves_videos(hint: Any) -> bool:
    notes = [*getattr(hint, "__metadata__", ())]
    notes += [note for arm in getattr(hint, "__args__", ()) for note in getattr(arm, "__metadata__", ())]
    return any(isinstance(note, Serves) and VIDEOS in note.purposes for note in notes)


@pytest.mark.parametrize("state", [each for each in StoreState if each not in OPEN])
def test_a_store_that_is_not_open_has_no_brief(state: StoreState) -> None:
    store, key = cast.store(state=StoreState.ACTIVE)
    cast.keep(store, key, store_info(), product(1))
    Store.objects.update(state=state)
    with pytest.raises(Missing):
        brief(store)


def test_a_store_that_was_not_read_yet_has_no_brief() -> None:
    store, key = cast.store()
    cast.keep(store, key, product(1))
    with pytest.raises(Missing):
        brief(store)


def test_a_store_whose_key_is_put_aside_has_no_brief() -> None:
    store, key = cast.store()
    cast.keep(store, key, store_info(), product(1))
    configured.keystore().quarantine(store.ref, store.epoch)
    with pytest.raises(Missing):
        brief(store)
    with pytest.raises(KeyGone):
        key_of(store)


# Its size ---------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_store() -> None:
    few, many = peak_bytes(lambda: filled(300)), peak_bytes(lambda: filled(2400))
    assert many < few + 300_000


def filled(products: int) -> Store:
    store, key = cast.store(f"of-{products}.myshopify.com")
    cast.keep(store, key, store_info())
    batch = [found(product(number, description="long " * 100)) for number in range(products)]
    for start in range(0, products, 500):
        rows.write(store.pk, store.epoch, key, batch[start : start + 500])
    assert Row.objects.filter(store=store).count() == products + 1
    return store


def peak_bytes(make: Callable[[], Store]) -> int:
    store = make()
    brief(store)
    tracemalloc.start()
    try:
        assert len(brief(store)["products"]) == 12
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
