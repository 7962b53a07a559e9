"""Goods that a pretended store sells, in no platform's words.

goods.py    what an article is
own.py      the sandbox's own small catalogue
export.py   reads a merchant's product export
many.py     multiplies a catalogue for measurements
"""

from connectors.sandbox.catalogue.export import read_export
from connectors.sandbox.catalogue.goods import Article, Choice, Film, Photo
from connectors.sandbox.catalogue.many import multiplied, with_variants
from connectors.sandbox.catalogue.own import own_catalogue

__all__ = [
    "Article",
    "Choice",
    "Film",
    "Photo",
    "multiplied",
    "own_catalogue",
    "read_export",
    "with_variants",
]
