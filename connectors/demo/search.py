"""Look for values in every file of a folder, as bytes, in the encodings they could rest in."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

_STANDARD = bytes.maketrans(b"-_", b"+/")
_WORD = np.dtype("<u4")


class Search:
    """Finds values in any content, however long: it looks at each byte once for all of them.

    Raises ValueError for a value of less than four bytes.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._wanted = [(value, _spellings(value)) for value in sorted(set(values))]
        if short := sum(len(value.encode()) < _WORD.itemsize for value, _ in self._wanted):
            raise ValueError(f"{short} values are too short to be searched for")
        self._needles = _Needles(each for _, both in self._wanted for way in both for each in way)

    def hits(self, content: bytes) -> list[str]:
        """Return the values that stand in the content."""
        plainly = _Haystack(content, self._needles)
        coded = _Haystack(content.translate(_STANDARD), self._needles)  # both alphabets of base64 at once
        return [value for value, (plain, within) in self._wanted if plainly.has(plain) or coded.has(within)]


def found_in(folder: Path, values: Iterable[str], apart: Path | None = None) -> list[str]:
    """Return `file: n values` for each file below `folder` that holds any of the values of six letters up.

    What lies below `apart` is not looked at.
    """
    search = Search(value for value in values if len(value) >= 6)
    files = sorted(each for each in folder.rglob("*") if apart not in each.parents and each.is_file())
    counts = ((path, len(search.hits(path.read_bytes()))) for path in files)
    return [f"{path.relative_to(folder)}: {count} values" for path, count in counts if count]


def _spellings(value: str) -> tuple[set[bytes], set[bytes]]:
    """Return how a value could stand in a file: plainly, and within base64."""
    plain = value.encode()
    as_repr, as_json = value.encode("ascii", "backslashreplace"), json.dumps(value)[1:-1].encode()
    coded = {_base64_within(plain, shift) for shift in range(3)}
    return {plain, as_repr, as_json, plain.hex().encode(), value.encode("utf-16-le")}, coded


def _base64_within(plain: bytes, shift: int) -> bytes:
    """Return what base64 makes of a value that begins anywhere, without what its neighbours decide."""
    coded = base64.b64encode(b"0" * shift + plain).rstrip(b"=")
    return coded[(0, 2, 3)[shift] : -2].translate(_STANDARD)


class _Needles:
    """The words of four bytes that the values begin and end with: most files have hardly any of them."""

    def __init__(self, spellings: Iterable[bytes]) -> None:
        ends = {end for each in spellings for end in _ends(each)}
        self.ends = np.array(sorted(ends), dtype=_WORD)
        # A table by the lower half of a word passes over most of a file at once.
        self.may_be = np.zeros(1 << 16, dtype=np.bool_)
        self.may_be[self.ends & 0xFFFF] = True

    def within(self, content: bytes) -> set[int]:
        """Return those that stand in the content, wherever they begin."""
        found: set[int] = set()
        for shift in range(_WORD.itemsize):
            count = (len(content) - shift) // _WORD.itemsize
            if count > 0:  # numpy takes no empty view
                words = np.frombuffer(content, dtype=_WORD, count=count, offset=shift)
                near = words[self.may_be[words & 0xFFFF]]
                found.update(np.intersect1d(near, self.ends).tolist())
        return found


class _Haystack:
    """A file's bytes, and which of the needles' ends are in them."""

    def __init__(self, content: bytes, needles: _Needles) -> None:
        self.content = content
        self._ends = needles.within(content)

    def has(self, needles: Iterable[bytes]) -> bool:
        """Tell whether any of the needles, of four bytes up, is in the file."""
        return any(self._ends.issuperset(_ends(each)) and each in self.content for each in needles)


def _ends(spelling: bytes) -> tuple[int, int]:
    size = _WORD.itemsize
    return int.from_bytes(spelling[:size], "little"), int.from_bytes(spelling[-size:], "little")
