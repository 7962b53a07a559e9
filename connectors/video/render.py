"""Makes the videos of one store: brief, pictures, then each format's storyboard, MP4 and poster.

    render(feed, "st_...", Folder(path), Wish(), silent)

The formats share the brief and the decoded pictures. What a killed run left is gone on with: formats that the
feed has whole are not made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import structs

from connectors.video import encode, pictures, storyboards
from connectors.video.brief import Brief, Product, Source
from connectors.video.errors import NothingToShow
from connectors.video.feed import Feed
from connectors.video.folder import Folder, Place
from connectors.video.plan import FORMATS, Pixels
from connectors.video.progress import Step, Tell
from connectors.video.upload import Upload, begin, clean

#: Some more than a video shows, for those whose pictures do not open.
_PRODUCTS: Final = 8
_PICTURES_EACH: Final = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    formats: tuple[str, ...] = tuple(FORMATS)
    upload: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the MP4s here, and the video's reference at the feed. No films: it had them."""

    store: str
    video: str = ""
    films: tuple[Path, ...] = ()


def render(feed: Feed, store: str, folder: Folder, wish: Wish, tell: Tell) -> Made:
    """Make the videos of a store and upload them.

    Raises NothingToShow, Gone when the store has left, Busy when another renderer is at it in this folder,
    and what else is a VideoError; the feed is told then that the video failed.
    """
    brief = feed.brief(store, _PRODUCTS)
    place = folder.place(store, brief.epoch)
    with place.held():
        try:
            return _Rendering(feed, brief, place, wish, tell).made()
        except NothingToShow:
            if wish.upload:
                _take_back(feed, place, brief)
            raise


class _Rendering:
    def __init__(self, feed: Feed, brief: Brief, place: Place, wish: Wish, tell: Tell) -> None:
        self.feed, self.place, self.wish, self.tell = feed, place, wish, tell
        self.pixels = self._fetched(brief)
        self.brief = _shown(brief, self.pixels)

    def made(self) -> Made:
        """Make every format that is not there."""
        store = self.brief.store
        if not self.wish.upload:
            return Made(store, films=self._films(None))
        begun = begin(self.feed, self.place, self.brief, self.wish.formats, again=self.wish.again)
        if begun is None:
            self.tell(Step("there", store, words="the feed has this video; --again makes it once more"))
            return Made(store)
        with begun as upload:
            films = self._films(upload)
        self.tell(Step("ready", store, video=upload.video, words=f"uploaded as {upload.video}"))
        return Made(store, upload.video, films)

    def _fetched(self, brief: Brief) -> Mapping[str, Pixels]:
        wanted = [each for product in brief.products for each in product.pictures[:_PICTURES_EACH]]
        loaded = pictures.fetch(wanted, self.place.pictures, plain=self.feed.plain)
        broken = f", {loaded.broken} do not open" if loaded.broken else ""
        self.tell(Step("pictures", brief.store, words=f"{len(loaded.pixels)} fetched{broken}"))
        return loaded.pixels

    def _films(self, upload: Upload | None) -> tuple[Path, ...]:
        there = upload.there if upload is not None else ()
        wanted = [each for each in self.wish.formats if each not in there]
        for number, name in enumerate(wanted):
            self._film(name, number / len(wanted), 1 / len(wanted), upload)
        return tuple(self.place.film(name) for name in wanted)

    def _film(self, name: str, before: float, share: float, upload: Upload | None) -> None:
        """Make and upload one format, which is `share` of the work, `before` of it being done."""

        def moved(seconds: float, of_seconds: float) -> None:
            percent = int(100 * (before + share * seconds / of_seconds))
            self.tell(Step("progress", self.brief.store, name, percent))
            if upload is not None:
                upload.progress(min(percent, 99))

        board = storyboards.make(self.brief, self.pixels, self.brief.shape(name))
        film, poster = self.place.film(name), self.place.poster(name)
        encode.write(film, board, progress=moved)
        encode.poster(board, storyboards.poster_s(board), poster)
        words = f"{film.name}, {board.seconds:.1f} s, {film.stat().st_size / 1e6:.1f} MB"
        if upload is not None:
            upload.put(name)
        self.tell(Step("made", self.brief.store, name, int(100 * (before + share)), words=words))


def _take_back(feed: Feed, place: Place, brief: Brief) -> None:
    """Withdraw what shows goods that are gone, and delete it here."""
    clean(feed, place, brief)
    if not place.notes():
        for name in FORMATS:
            place.film(name).unlink(missing_ok=True)
            place.poster(name).unlink(missing_ok=True)


def _shown(brief: Brief, pixels: Mapping[str, Pixels]) -> Brief:
    """Return the brief with what will be seen alone, so that nothing else makes the video stale."""
    products = tuple(_with_pictures(each, pixels) for each in brief.products)
    shown = tuple(each for each in products if each.pictures)[: storyboards.PRODUCTS]
    if not products:
        raise NothingToShow("the store has no product to show: no picture, no price, or all sold out")
    if not shown:
        raise NothingToShow("no picture of the store's products opens")
    # One that has no words of its own is shown by its title, if there is no other.
    offers = tuple(each for each in brief.offers if each.text)[:1] or brief.offers[:1]
    seen = {("product", each.id) for each in shown} | {("offer", each.id) for each in offers}

    def is_seen(source: Source) -> bool:
        return source.kind == "store" or (source.kind, source.id) in seen

    lineage = tuple(each for each in brief.lineage if is_seen(each))
    return structs.replace(brief, products=shown, offers=offers, lineage=lineage)


def _with_pictures(product: Product, pixels: Mapping[str, Pixels]) -> Product:
    found = tuple(each for each in product.pictures[:_PICTURES_EACH] if each.url in pixels)
    return structs.replace(product, pictures=found)
