"""Words for a screen.

text     cut where a reader would, in one line; which way a language runs; kept apart within a line
widths   how many lines a text takes, before any font is asked
words    the few words of ours that a video shows, in the store's language (`words.toml`)
"""

from connectors.wording.text import direction, isolated, language, shortened
from connectors.wording.widths import lines
from connectors.wording.words import FALLBACK, Words, words_for

__all__ = [
    "FALLBACK",
    "Words",
    "direction",
    "isolated",
    "language",
    "lines",
    "shortened",
    "words_for",
]
