"""Look for values in every file of a folder, as bytes, in the encodings they could rest in."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

_STANDARD = bytes.maketrans(b"-_", b"+/")
_WORD = np.dtype("<u4")


def found_in(folder: Path, values: Iterable[str], apart: Path | None = None) -> list[str]:
    """Return `file: n values` for each file below `folder` that holds any of the values of six letters up.

    What lies below `apart` is not looked at.
    """
    wanted = [_spellings(value) for value in sorted(set(values)) if len(value) >= 6]
    needles = _Needles(each for spellings in wanted for way in spellings for each in way)
    hits = []
    for path in sorted(each for each in folder.rglob("*") if apart not in each.parents and each.is_file()):
        plainly = _Haystack(path.read_bytes(), needles)
        coded = _Haystack(
            plainly.content.translate(_STANDARD), needles
        )  # both alphabets of base64 in one search
        count = sum(plainly.has(plain) or coded.has(within) for plain, within in wanted)
        if count:
            hits.append(f"{path.relative_to(folder)}: {count} values")
    return hits


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
