"""Ids and moments as Wix writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

ZERO = "00000000-0000-0000-0000-000000000000"


def guid(*parts: object) -> str:
    """Make a GUID that is the same for the same parts."""
    digits = blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def whole_ms(moment: datetime) -> datetime:
    """Cut a moment to milliseconds: finer than that Wix does not write, so nothing may compare by it."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def written(moment: datetime | None) -> str | None:
    """Write a moment: UTC, three digits of the second, `Z`."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def number(amount: Decimal) -> int | float:
    """Write an amount as catalog V1 does: a JSON number."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def shown(amount: Decimal, currency: str) -> str:
    """Write an amount for people."""
    signs = {"USD": "$", "EUR": "€", "GBP": "£"}
    return f"{signs.get(currency, currency + ' ')}{amount:,.2f}"
