"""The pictures of a pretended store: files as they are, or drawings made when they are first asked for."""

import threading
from collections import OrderedDict
from functools import cache

from PIL import Image

from connectors.sandbox.catalogue.goods import Photo
from connectors.sandbox.drawing import draw, drawn_size

KEPT = 200


class Pictures:
    """Hold the pictures by file name."""

    def __init__(self) -> None:
        self._photos: dict[str, Photo] = {}
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, photo: Photo) -> None:
        """Take a picture in."""
        self._photos.setdefault(photo.name, photo)

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Give a picture's bytes and their media type, or None when there is no such picture."""
        photo = self._photos.get(name)
        if photo is None:
            return None
        if photo.path is not None:
            return photo.path.read_bytes(), media_type(photo)
        with self._lock:
            if name not in self._drawn:
                self._drawn[name] = draw(photo.shape, photo.name)
            while len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
            return self._drawn[name], "image/jpeg"


@cache
def size_of(photo: Photo) -> tuple[int, int]:
    """Tell a picture's width and height in pixels."""
    if photo.path is None:
        return drawn_size(photo.name)
    with Image.open(photo.path) as opened:
        return opened.size


@cache
def media_type(photo: Photo) -> str:
    """Tell a picture's media type."""
    if photo.path is None:
        return "image/jpeg"
    with Image.open(photo.path) as opened:
        return Image.MIME.get(opened.format or "", "image/jpeg")
