"""Look for values in every file of a folder, as bytes, in the encodings they could rest in."""

import base64
from collections.abc import Iterable
from pathlib import Path

_STANDARD = bytes.maketrans(b"-_", b"+/")


def _spellings(value: str) -> tuple[set[bytes], set[bytes]]:
    """Return how a value could stand in a file: plainly, and within base64."""
    plain = value.encode()
    as_json = value.encode("ascii", "backslashreplace")
    coded = {_base64_within(plain, shift) for shift in range(3)}
    return {plain, as_json, plain.hex().encode(), value.encode("utf-16-le")}, coded


def _base64_within(plain: bytes, shift: int) -> bytes:
    """Return what base64 makes of a value that begins anywhere, without what its neighbours decide."""
    coded = base64.b64encode(b"0" * shift + plain).rstrip(b"=")
    return coded[(0, 2, 3)[shift] : -2].translate(_STANDARD)


def found_in(folder: Path, values: Iterable[str]) -> list[str]:
    """Return `file: n values` for each file below `folder` that holds any of the values."""
    wanted = {value: _spellings(value) for value in values if len(value) >= 6}
    hits = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        standard = content.translate(_STANDARD)  # both alphabets of base64 in one search
        count = sum(
            any(spelling in content for spelling in plain) or any(each in standard for each in coded)
            for plain, coded in wanted.values()
        )
        if count:
            hits.append(f"{path.relative_to(folder)}: {count} values")
    return hits
