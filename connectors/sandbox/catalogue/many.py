"""Multiply a catalogue for measurements."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from connectors.sandbox.catalogue.goods import Article


def multiplied(articles: Sequence[Article], wanted: int) -> Iterator[Article]:
    """Give `wanted` articles, going round the catalogue; handle, title and SKU of a copy carry its round."""
    return islice(_rounds(articles), wanted)


def with_variants(article: Article, count: int) -> Article:
    """Give an article exactly `count` variants, after its first."""
    first = article.choices[0]
    choices = tuple(
        replace(first, values=(str(place),), sku=f"{first.sku or article.handle}-v{place}")
        for place in range(1, count + 1)
    )
    return replace(article, options=("Number",), choices=choices)


def _rounds(articles: Sequence[Article]) -> Iterator[Article]:
    yield from articles
    for number in count(2):
        for article in articles:
            yield _copy(article, number)


def _copy(article: Article, number: int) -> Article:
    choices = tuple(
        replace(choice, sku=f"{choice.sku}-{number}" if choice.sku else None) for choice in article.choices
    )
    return replace(
        article, handle=f"{article.handle}-{number}", title=f"{article.title} ({number})", choices=choices
    )
