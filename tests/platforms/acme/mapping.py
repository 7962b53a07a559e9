"""Acme's words to ours."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from connectors.errors import BadAnswer
from connectors.platforms.base import Found
from connectors.policy.records import Address, Offer, Picture, Product, Sale, SaleLine, StoreInfo, Variant
from tests.platforms.acme import wire


def store_info(store: wire.Store) -> StoreInfo:
    """Return the store itself."""
    return StoreInfo(
        store_id=str(store.id),
        name=store.name,
        email=store.email,
        domain=None,
        primary_domain=store.host,
        address=Address(country_code=store.country, city=store.city),
        phone=None,
        created_at=None,
        updated_at=_utc(store.changed),
        currency=store.currency,
        presentment_currencies=(store.currency,),
        timezone=store.timezone,
        owner_name=None,
    )


def product(good: wire.Good) -> Found:
    """Return a good as a product."""
    made = Product(
        product_id=str(good.id),
        title=good.title,
        handle=good.slug,
        status=_status(good.live),
        created_at=_utc(good.made),
        updated_at=_utc(good.changed),
        description=good.text,
        total_stock=sum(kind.left for kind in good.kinds),
        variants=tuple(_variant(kind, position) for position, kind in enumerate(good.kinds, 1)),
        pictures=tuple(Picture(url=each.url) for each in good.pictures),
    )
    return Found("product", made.product_id, made.updated_at, made)


def _variant(kind: wire.Kind, position: int) -> Variant:
    return Variant(
        variant_id=str(kind.id),
        title=kind.title,
        price=_amount(kind.price),
        position=position,
        available_for_sale=kind.left > 0,
        quantity=kind.left,
        tracked=True,
    )


def sale(order: wire.Order) -> Found:
    """Return an order as a sale. Its buyer is not even decoded."""
    made = Sale(
        sale_id=str(order.id),
        created_at=_utc(order.made),
        updated_at=_utc(order.changed),
        currency=order.currency,
        subtotal=_amount(order.goods),
        total=_amount(order.total),
        discounts=_amount(order.off),
        tax=_amount(order.tax),
        shipping=_amount(order.postage),
        refunded=_amount(order.back),
        lines=tuple(_lines(order.lines)),
    )
    return Found("sale", made.sale_id, made.updated_at, made, dated_at=made.created_at)


def _lines(lines: Iterable[wire.Line]) -> Iterable[SaleLine]:
    for line in lines:
        yield SaleLine(
            product_id=None if line.good is None else str(line.good),
            variant_id=None if line.kind is None else str(line.kind),
            quantity=line.count,
            current_quantity=line.kept,
            unit_price=_amount(line.price),
            total=_amount(line.total),
            discount=_amount(line.off),
        )


def offer(found: wire.Offer) -> Found:
    """Return an offer."""
    made = Offer(
        offer_id=str(found.id),
        title=found.title,
        kind="percent",
        status=_status(found.live),
        updated_at=_utc(found.changed),
        automatic=True,
        percent=None if found.percent is None else _percent(found.percent),
    )
    return Found("offer", made.offer_id, made.updated_at, made)


def _status(live: bool) -> str:
    return "ACTIVE" if live else "DRAFT"


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first and the last hours of the calendar
        raise BadAnswer("a time is out of range") from None


def _amount(said: Decimal) -> Decimal:
    """Return an amount; `NaN` is a decimal too."""
    if not said.is_finite():
        raise BadAnswer("an amount is no number")
    return said


def _percent(said: Decimal) -> Decimal:
    if not 0 <= _amount(said) <= 100:
        raise BadAnswer("a percentage is none")
    return said
