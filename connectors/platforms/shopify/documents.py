"""The GraphQL documents, one operation each, read from `queries/` once.

A file holds the operations of one kind and the fragments that they share; what is sent is one operation with
the fragments it spreads and no others.
"""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent / "queries"
_HEAD = re.compile(r"(query|mutation|fragment) (\w+)")
_SPREAD = re.compile(r"\.\.\.(\w+)")
_COMMENT = re.compile(r"^ *#.*\n", re.MULTILINE)


def _definitions(text: str) -> dict[str, str]:
    """Cut a file at the braces that close a definition: name -> text. No string of ours holds a brace."""
    found: dict[str, str] = {}
    depth = begin = 0
    for match in re.finditer(r"[{}]", text):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            definition = text[begin : match.end()].strip()
            head = _HEAD.search(definition)
            if head is None:
                raise ValueError("a definition of queries/ has no name")
            found[head.group(2)] = definition
            begin = match.end()
    return found


def _spread(name: str, definitions: dict[str, str], seen: dict[str, str]) -> dict[str, str]:
    if name not in seen:
        seen[name] = definitions[name]
        for inner in _SPREAD.findall(definitions[name]):
            _spread(inner, definitions, seen)
    return seen


def _read() -> dict[str, str]:
    documents: dict[str, str] = {}
    for path in sorted(set(_FOLDER.glob("*.graphql")) - set(_FOLDER.glob("bulk_*.graphql"))):
        definitions = _definitions(_COMMENT.sub("", path.read_text(encoding="utf-8")))
        for name, text in definitions.items():
            if not text.startswith("fragment"):
                documents[name] = "\n\n".join(_spread(name, definitions, {}).values())
    return documents


DOCUMENTS: dict[str, str] = _read()
"""Operation name -> the document to send."""

# Shopify runs these by itself, and refuses fragments' conveniences in them: `edges { node }`, an un-aliased
# `id` in every parent, five connections at most, two levels deep.
EXPORTS: dict[str, str] = {
    "product": (_FOLDER / "bulk_products.graphql").read_text(encoding="utf-8"),
    "sale": (_FOLDER / "bulk_sales.graphql").read_text(encoding="utf-8"),
}
"""Kind -> the query that a bulk operation runs."""
