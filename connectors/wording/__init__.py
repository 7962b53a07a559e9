"""Words for a screen.

text     cut where a reader would, in one line; which way a language runs; kept apart within a line
words    the few words of ours that a video shows, in the store's language (`words.toml`)
"""

from connectors.wording.text import direction, isolated, language, one_line, shortened
from connectors.wording.words import Words, words_for

__all__ = ["Words", "direction", "isolated", "language", "one_line", "shortened", "words_for"]
