"""Pages of offers: promotions with their codes first, then v2's coupons. Nothing tells when one changed."""

from datetime import UTC, datetime
from typing import Final

from msgspec import Raw
from msgspec.json import Decoder

from connectors.errors import BadAnswer
from connectors.platforms.base import Found, Page, Unreadable
from connectors.platforms.bigcommerce.client import Client, Gone, Query
from connectors.platforms.bigcommerce.home import Home
from connectors.platforms.bigcommerce.mapping.offers import COUPON, PROMOTION, coupon, promotion
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
        """Read one page; the cursor says of which of the two, and where."""
        kind, _, place = (cursor or f"{PROMOTION}/1").partition("/")
        return self._promotions(int(place)) if kind == PROMOTION else self._coupons(int(place))

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

    def _promotions(self, page: int) -> Page:
        query: Query = {"sort": "id", "direction": "asc", "limit": _PER_PAGE, "page": page}
        listed = self._client.ask(_PROMOTIONS, _LISTED, query)
        items = tuple(map(self._promotion, listed.data))
        return Page(
            items, f"{COUPON}/1" if listed.ends(page * _PER_PAGE, _PER_PAGE) else f"{PROMOTION}/{page + 1}"
        )

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
        try:
            found = decode(_PROMOTION, bytes(raw), "Promotion")
        except BadAnswer as error:
            return Unreadable("offer", str(error))
        codes = [] if found.redemption_type == "AUTOMATIC" else self._codes(found.id)
        currency, now = self._home.store.currency, datetime.now(UTC)
        return readable("offer", lambda one: promotion(one, codes, currency, now), found)

    def _coupon(self, raw: Raw) -> Found:
        found = decode(_COUPON, bytes(raw), "Coupon")
        return coupon(found, self._home.store.currency, datetime.now(UTC))

    def _codes(self, number: int) -> list[str]:
        codes: list[str] = []
        after: str | None = None
        while len(codes) < _CODES_KEPT:
            query: Query = {"limit": _PER_PAGE, **({"after": after} if after else {})}
            try:
                listed = self._client.ask(f"{_PROMOTIONS}/{number}/codes", _LISTED, query)
            except Gone:
                break
            codes += (decode(_CODE, bytes(raw), "Code").code for raw in listed.data)
            before, after = after, listed.end_cursor()
            if len(listed.data) < _PER_PAGE or after in (None, before):
                break
        return codes[:_CODES_KEPT]
