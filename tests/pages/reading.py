"""Reads a page as a browser does: which tags, which texts, which places."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})


@dataclass
class Element:
    """One element with its attributes and the text within it."""

    tag: str
    attributes: dict[str, str | None]
    parents: tuple[str, ...]
    text: str = ""


@dataclass
class Page:
    """What was read."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Return the elements of a tag."""
        return [each for each in self.elements if each.tag == tag]

    def texts(self, tag: str) -> list[str]:
        """Return the texts in the elements of a tag."""
        return [each.text for each in self.all(tag)]

    @property
    def ids(self) -> list[str]:
        """Return every id."""
        return [each.attributes["id"] or "" for each in self.elements if "id" in each.attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(each.tag for each in self._open))
        self.page.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.page.faults.append(f"</{tag}> closes nothing")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data


def read(content: bytes) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    reader.page.faults += [f"<{each.tag}> is never closed" for each in reader._open]
    return reader.page
