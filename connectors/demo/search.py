"""Look for values in every file of a folder, as bytes, in the encodings they could rest in."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

_STANDARD = bytes.maketrans(b"-_", b"+/")
_WORD = 4


def found_in(folder: Path, values: Iterable[str]) -> list[str]:
    """Return `file: n values` for each file below `folder` that holds any of the values of six letters up."""
    wanted = [_spellings(value) for value in sorted(set(values)) if len(value) >= 6]
    hits = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        plainly = _Haystack(path.read_bytes())
        coded = _Haystack(plainly.content.translate(_STANDARD))  # both alphabets of base64 in one search
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


class _Haystack:
    """A file's bytes, and every four of them that stand in a row, which rule out most needles at once."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._words: set[int] = set()
        for shift in range(_WORD):
            end = shift + (len(content) - shift) // _WORD * _WORD
            if end > shift:  # an empty view cannot be cast
                self._words.update(memoryview(content)[shift:end].cast("I"))

    def has(self, needles: Iterable[bytes]) -> bool:
        """Tell whether any of the needles, of four bytes up, is in the file."""
        return any(self._may_have(needle) and needle in self.content for needle in needles)

    def _may_have(self, needle: bytes) -> bool:
        first = memoryview(needle)[:_WORD].cast("I")[0]
        last = memoryview(needle)[-_WORD:].cast("I")[0]
        return first in self._words and last in self._words
