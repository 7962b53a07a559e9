"""The few words of ours that a video shows, in the store's language; in English where we do not have it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale

from connectors.wording.text import direction, isolated

#: Which words there are; those for what is left come by CLDR's plural categories.
NAMES: Final = ("new", "best_seller", "back_in_stock", "off", "until", "shop_now", "left")
FALLBACK: Final = "en"

#: Languages that read another one's words: what CLDR calls Norwegian is one written language or the other.
_READ_AS: Final = {"no": "nb", "nn": "nb"}
_TRADITIONAL: Final = frozenset(("TW", "HK", "MO"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. Values that are put into a line run their own way in it."""

    language: str
    table: dict[str, Any]

    @property
    def direction(self) -> str:
        """Which way these words run."""
        return direction(self.language)

    @property
    def new(self) -> str:
        """Of a product that has not been there long."""
        return str(self.table["new"])

    @property
    def best_seller(self) -> str:
        """Of a product that sells."""
        return str(self.table["best_seller"])

    @property
    def back_in_stock(self) -> str:
        """Of a product that can be bought again."""
        return str(self.table["back_in_stock"])

    @property
    def shop_now(self) -> str:
        """What a viewer is asked to do."""
        return str(self.table["shop_now"])

    def left(self, number: int, written: str) -> str:
        """Say that only so many are left; `written` is the number as the store's readers write it."""
        forms: dict[str, str] = self.table["left"]
        form = forms[Locale.parse(self.language.replace("-", "_")).plural_form(number)]
        return form.replace("{n}", isolated(written, self.direction))

    def off(self, value: str) -> str:
        """Say that so much is taken off: a percent or an amount."""
        return str(self.table["off"]).replace("{value}", isolated(value, self.direction))

    def until(self, day: str) -> str:
        """Say which day is the last."""
        return str(self.table["until"]).replace("{day}", isolated(day, self.direction))


def words_for(locale: Locale) -> Words:
    """Return the words of a locale's language, or the English ones."""
    name = _READ_AS.get(locale.language, locale.language)
    if name == "zh":
        traditional = locale.script == "Hant" or locale.territory in _TRADITIONAL
        name = "zh-Hant" if traditional else "zh-Hans"
    # Of a language that is written in two scripts we have one.
    if locale.script not in (None, "Hant", "Hans") or name not in tables():
        name = FALLBACK
    return Words(name, tables()[name])


@cache
def tables() -> dict[str, dict[str, Any]]:
    """Return every language's words."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
