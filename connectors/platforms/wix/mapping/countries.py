"""What a country is called: Wix knows its code alone. The names are of the time zone database's own list."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def country(code: str | None) -> str | None:
    """Return the usual English name of a country by its ISO 3166 code; None for what is no such code."""
    return _names().get(code.upper()) if code else None


@cache
def _names() -> Mapping[str, str]:
    listed = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    lines = (line.partition("\t") for line in listed.splitlines() if line and not line.startswith("#"))
    return {code: name for code, _, name in lines}
