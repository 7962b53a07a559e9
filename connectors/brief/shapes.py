"""The parts of a brief as they are written: for programs, and for people in the store's own language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from babel import Locale

from connectors import money, ranking
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut
from connectors.policy.records import Offer, Picture, StoreInfo
from connectors.ranking import Opened, Ranked, Reason
from connectors.wording import Words, direction, isolated, language, shortened, words_for

TEXT_CHARACTERS: Final = 140
#: An end beyond hurries nobody, and is often how somebody says never.
HURRY_WITHIN: Final = timedelta(days=366)
PICTURES: Final = 10

Shape = dict[str, Any]
Linked = Callable[[Picture], str]


@dataclass(frozen=True, repr=False, slots=True)
class Speech:
    """How a store speaks: its numbers, our words, its time zone, its currency, and what time it is."""

    how: Locale
    words: Words
    timezone: str
    currency: str
    now: datetime


def speech(record: StoreInfo, now: datetime) -> Speech:
    """Return how a store speaks."""
    locale = locale_of(record)
    how = money.manner(locale, record.address.country_code)
    return Speech(how, words_for(how), record.timezone, record.currency, now)


def locale_of(record: StoreInfo) -> str | None:
    """Return the locale that the platform has reported, or else the one that the store says it has."""
    return (record.reported and record.reported.primary_locale) or record.locale


def brand(record: StoreInfo) -> Shape:
    """Return whose brief it is."""
    locale = locale_of(record)
    return {
        "name": record.name,
        "domain": _domain(record),
        "country_code": record.address.country_code,
        "currency": record.currency,
        "money_format": record.money_format,
        "timezone": record.timezone,
        "locale": locale,
        "language": language(locale),
        "direction": direction(locale),
    }


def call_to_action(record: StoreInfo, say: Speech) -> Shape:
    """Return what a viewer is asked to do, and where."""
    domain = _domain(record)
    return {"text": say.words.shop_now, "url": f"https://{domain}/" if domain else None}


def _domain(record: StoreInfo) -> str | None:
    return record.primary_domain or record.domain


def judged(each: Ranked, say: Speech) -> Shape:
    """Return what of a product decides whether it can look good: little, as it is asked of many."""
    return {
        "title": each.product.title,
        "text": shortened(each.product.description, TEXT_CHARACTERS),
        "pictures": [{"width": one.width, "height": one.height} for one in each.pictures[:PICTURES]],
        "price": each.variant.price,
        "currency": say.currency,
    }


def product(each: Ranked, say: Speech, linked: Linked) -> Shape:
    """Return a product; `linked` gives the address at which a picture can be fetched."""
    record, variant = each.product, each.variant
    offer = _reduced(each, say)
    before = variant.compare_at_price if offer else None
    return {
        **judged(each, say),
        "reason": each.reasons[0],
        "reasons": list(each.reasons),
        "badge": _badge(each, offer, say),
        "id": each.id,
        "product_id": record.product_id,
        "vendor": record.vendor,
        "url": record.url,
        "pictures": [_picture(picture, linked) for picture in each.pictures[:PICTURES]],
        "price_text": money.price(variant.price, say.currency, say.how),
        "compare_at_price": before,
        "compare_at_price_text": None if before is None else money.price(before, say.currency, say.how),
        "price_varies": any(other.price != variant.price for other in record.variants),
        "offer": offer,
        "sold": each.sold,
        "left": ranking.units_left(record),
    }


def _picture(picture: Picture, linked: Linked) -> Shape:
    return {**cut(picture, Purpose.VIDEOS), "fetch": linked(picture)}


def _reduced(each: Ranked, say: Speech) -> Shape | None:
    """Return what the compare-at price promises: the amount saved, and whole percents, never rounded up."""
    saved = ranking.reduction(each.variant)
    if saved is None or each.variant.compare_at_price is None:
        return None
    percent = (saved * 100 / each.variant.compare_at_price).quantize(Decimal(1), ROUND_DOWN)
    return {
        "kind": "compare_at",
        "saved": saved,
        "percent": percent,
        # Less than one percent is a reduction still, and no reason to print "0%".
        "percent_text": money.percent_off(percent, say.how) if percent else None,
    }


def _badge(each: Ranked, offer: Shape | None, say: Speech) -> str | None:
    """Return the words for the most telling reason: what is saved moves more than what sells."""
    percent_text: str | None = offer["percent_text"] if offer else None
    if percent_text:
        return percent_text
    worded: dict[Reason, Callable[[], str]] = {
        Reason.BACK_IN_STOCK: lambda: say.words.back_in_stock,
        Reason.LOW_STOCK: lambda: _left(each, say),
        Reason.NEW: lambda: say.words.new,
        Reason.BEST_SELLER: lambda: say.words.best_seller,
    }
    return next((words() for reason, words in worded.items() if reason in each.reasons), None)


def _left(each: Ranked, say: Speech) -> str:
    left = ranking.units_left(each.product) or 0
    return say.words.left(left, money.count(left, say.how))


#: Kinds of offers whose percent or amount is not off what is bought.
_OF_A_PART: Final = frozenset(("buy_x_get_y", "shipping", "free_shipping"))


def offer(each: Opened, say: Speech) -> Shape:
    """Return an offer of the store."""
    record = each.record
    if not isinstance(record, Offer):
        raise TypeError("an offer is made of an offer's record")
    return {
        "id": each.id,
        **cut(record, Purpose.VIDEOS),
        "text": _offer_text(record, say),
        "ends_text": _ends_text(record, say),
    }


def _offer_text(record: Offer, say: Speech) -> str | None:
    """Return what an offer takes off, where that is the whole truth: few words hold no condition."""
    conditional = record.minimum_quantity is not None or record.minimum_subtotal is not None
    if conditional or record.kind in _OF_A_PART:
        return None
    if record.percent:
        off = say.words.off(money.percent_of(record.percent, say.how))
    elif record.amount:
        off = say.words.off(money.price(record.amount, record.currency or say.currency, say.how))
    else:
        return None
    if record.automatic:
        return off
    # Of several codes each may be somebody's own, or good once.
    code = record.codes[0] if record.codes_count == len(record.codes) == 1 else None
    return f"{off} · {isolated(code, say.words.direction)}" if code else None


def _ends_text(record: Offer, say: Speech) -> str | None:
    if record.ends_at is None or record.ends_at > say.now + HURRY_WITHIN:
        return None
    return say.words.until(money.last_day(record.ends_at, say.now, say.timezone, say.how))


def lineage(kind: str, found: Iterable[Opened | Ranked]) -> list[Shape]:
    """Return the changes of what is in a brief."""
    return [{"kind": kind, "id": each.id, "change": each.change} for each in found]
