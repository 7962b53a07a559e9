"""How the leaves of a record are shown: in plain words, without a value changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

#: Leaves whose name does not say it well enough.
_LABELS: Final = {
    "store_id": "Store ID",
    "name": "Store name",
    "owner_name": "Name of the owner",
    "domain": "Store domain",
    "address.country": "Country",
    "address.address1": "Address, first line",
    "address.address2": "Address, second line",
    "locale": "Language",
    "taxes_included": "Prices include taxes",
    "tax_shipping": "Taxes on shipping",
    "primary_location_id": "Primary location ID",
    "presentment_currencies[]": "Currencies offered to customers",
    "reported.source": "Reported by",
    "reported.observed_at": "Reported at",
    "reported.google_apps_login": "Google apps log-in",
    "reported.multi_location": "Several locations",
    "reported.changed_at": "Said to have changed",
    "reported.password_enabled": "Storefront behind a password",
    "payment_methods[]": "Payment methods",
    "payments_account.balances[]": "Payments account: balances",
    "payments_account.payouts[]": "Payments account: payouts",
    "variants[].sku": "Variants: SKU",
    "pictures[].url": "Pictures: address",
    "pictures[].alt": "Pictures: description",
}
#: Parents that a label does without: the clause or the section says them.
_SILENT: Final = ("address", "reported")


@dataclass(frozen=True, repr=False, slots=True)
class Value:
    """One value: a text, or a time."""

    text: str = ""
    at: datetime | None = None


def value_of(raw: Any) -> Value:
    """Return a raw leaf as it is shown."""
    if isinstance(raw, datetime):
        return Value(at=raw)
    if isinstance(raw, bool):
        return Value("Yes" if raw else "No")
    if isinstance(raw, Decimal):
        return Value(f"{raw:f}")
    return Value("(empty)" if raw == "" else str(raw))


def values_at(record: Any, path: str) -> tuple[Value, ...]:
    """Return the values at a leaf's path (`variants[].price`), none where there is nothing."""
    return tuple(value_of(raw) for raw in raw_at(record, path) if raw is not None)


def raw_at(record: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a path, leaf or not."""
    name, _, rest = path.partition(".")
    inner = getattr(record, name.removesuffix("[]"))
    for each in inner if name.endswith("[]") else [inner]:
        if not rest:
            yield each
        elif each is not None:
            yield from raw_at(each, rest)


def label_of(path: str) -> str:
    """Return what a leaf is called on the page."""
    if path in _LABELS:
        return _LABELS[path]
    *parents, name = path.replace("[]", "").split(".")
    words = [_words(each) for each in parents if each not in _SILENT]
    return ": ".join([*words, _words(name).lower() if words else _words(name)])


def _words(name: str) -> str:
    text = name.replace("_id", " ID").replace("_at", " at").replace("_", " ")
    return text[:1].upper() + text[1:]
