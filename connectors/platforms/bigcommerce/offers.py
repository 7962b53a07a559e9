"""Pages of offers: promotions with their codes first, then v2's coupons. Nothing tells when one changed."""

from datetime import UTC, datetime
from typing import Final

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer, Throttled
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.bigcommerce.client import Client, Gone, Query
from connectors.platforms.bigcommerce.home import Home
from connectors.platforms.bigcommerce.mapping.offers import AUTOMATIC, COUPON, PROMOTION, coupon, promotion
from connectors.platforms.bigcommerce.readable import readable
from connectors.platforms.bigcommerce.wire.answers import Listed, One, Wire
from connectors.platforms.bigcommerce.wire.offers import Code, Coupon, Promotion
from connectors.platforms.http import decode

_LISTED: Final = Decoder(Listed)
_ONE: Final = Decoder(One)
_RAWS: Final = Decoder(list[Raw])
_PROMOTION: Final = Decoder(Promotion, strict=False)
_COUPON: Final = Decoder(Coupon, strict=False)
_CODE: Final = Decoder(Code)
_PROMOTIONS: Final = "/v3/promotions"
_COUPONS: Final = "/v2/coupons"
_PER_PAGE: Final = 250
# A promotion may have a code for every letter that was ever sent; a video needs one.
_CODES_KEPT: Final = 1000


class _Head(Wire):
    id: int
    type: str | None = None


_HEAD: Final = Decoder(_Head, strict=False)


class Offers:
    """Read offers of one store by pages, or one by one."""

    def __init__(self, client: Client, home: Home) -> None:
        self._client = client
        self._home = home

    def page(self, cursor: str | None) -> Page:
        """Read one page; the cursor says of which of the two, and where.

        Where the store's window ends within a page of promotions, what is whole of it is the page.
        """
        kind, place, *after = (cursor or f"{PROMOTION}/1").split("/")
        if kind == COUPON:
            return self._coupons(int(place))
        return self._promotions(int(place), int(after[0]) if after else 0)

    def one(self, record_id: str) -> Found | None:
        """Read one offer; None when the store no longer has it."""
        kind, _, number = record_id.partition("/")
        if kind == COUPON:
            # A coupon has no address of its own.
            raws = self._client.rows(_COUPONS, _RAWS, {"id": number})
            same = (raw for raw in raws if decode(_HEAD, bytes(raw), "Coupon").id == int(number))
            return next(map(self._coupon, same), None)
        try:
            found = self._promotion(self._client.ask(f"{_PROMOTIONS}/{number}", _ONE).data)
        except Gone:
            return None
        if isinstance(found, Unreadable):
            raise BadAnswer(f"offer: {found.reason}")
        return found

    def count(self) -> int | None:
        """Return how many promotions there are; of coupons it is not said how many are promotions too."""
        return self._client.ask(_PROMOTIONS, _LISTED, {"limit": 1}).total()

    def _promotions(self, page: int, after: int) -> Page:
        query: Query = {"sort": "id", "direction": "asc", "limit": _PER_PAGE, "page": page}
        listed = self._client.ask(_PROMOTIONS, _LISTED, query)
        items: list[Found | Unreadable] = []
        for raw in listed.data:
            number = decode(_HEAD, bytes(raw), "Promotion").id
            if number <= after:
                continue  # read before the window ended
            try:
                items.append(self._promotion(raw))
            except Throttled:
                if not items:
                    raise
                return Page(tuple(items), f"{PROMOTION}/{page}/{after}")
            after = number
        is_last = listed.ends(page * _PER_PAGE, _PER_PAGE)
        return Page(tuple(items), f"{COUPON}/1" if is_last else f"{PROMOTION}/{page + 1}")

    def _coupons(self, least: int) -> Page:
        # Promotions that need a code are shown among the coupons again.
        query: Query = {"min_id": least, "limit": _PER_PAGE, "exclude_type": PROMOTION}
        raws = self._client.rows(_COUPONS, _RAWS, query)
        heads = [decode(_HEAD, bytes(raw), "Coupon") for raw in raws]
        if any(head.id < least for head in heads):
            raise BadAnswer("BigCommerce's pages go round")
        ours = [raw for raw, head in zip(raws, heads, strict=True) if head.type != PROMOTION]
        items = tuple(readable("offer", self._coupon, raw) for raw in ours)
        return Page(items, f"{COUPON}/{heads[-1].id + 1}" if len(raws) >= _PER_PAGE else None)

    def _promotion(self, raw: Raw) -> Found | Unreadable:
        return readable("offer", self._read, raw)

    def _read(self, raw: Raw) -> Found:
        found = decode(_PROMOTION, bytes(raw), "Promotion")
        codes = [] if found.redemption_type.upper() == AUTOMATIC else self._codes(found.id)
        return promotion(found, codes, self._home.store.currency, datetime.now(UTC))

    def _coupon(self, raw: Raw) -> Found:
        found = decode(_COUPON, bytes(raw), "Coupon")
        return coupon(found, self._home.store.currency, datetime.now(UTC))

    def _codes(self, number: int) -> list[str]:
        codes: dict[str, None] = {}
        after: str | None = None
        while len(codes) < _CODES_KEPT:
            query: Query = {"limit": _PER_PAGE, **({"after": after} if after else {})}
            try:
                listed = self._client.ask(f"{_PROMOTIONS}/{number}/codes", _LISTED, query)
            except Gone:
                break
            codes |= dict.fromkeys(decode(_CODE, bytes(raw), "Code").code for raw in listed.data)
            before, (after, per_page) = after, listed.cursor()
            if len(listed.data) < (per_page or 1) or after in (None, before):
                break
        return list(codes)[:_CODES_KEPT]
