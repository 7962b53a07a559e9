"""The demo's search finds a value in every spelling in which it could rest in a file."""

import base64
import json
from pathlib import Path

import pytest

from connectors.demo.search import found_in

VALUE = "Café Möbel & Söhne?>"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_value_within_base64_is_found_wherever_it_begins(
    tmp_path: Path, encode: object, before: int, after: int
) -> None:
    assert callable(encode)
    (tmp_path / "file").write_bytes(encode(b"\xfb" * before + VALUE.encode() + b"\xff" * after))
    assert found_in(tmp_path, [VALUE]) == ["file: 1 values"]


@pytest.mark.parametrize(
    "content",
    [
        VALUE.encode(),
        VALUE.encode("utf-16-le"),
        VALUE.encode().hex().encode(),
        b"Caf\\xe9 M\\xf6bel & S\\xf6hne?>",
        json.dumps(VALUE).encode(),
    ],
)
def test_a_value_in_another_spelling_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(b"x" + content + b"y")
    assert found_in(tmp_path, [VALUE]) == ["file: 1 values"]


def test_a_file_without_it_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 64)
    assert found_in(tmp_path, [VALUE]) == []


def test_what_lies_apart_is_not_looked_at(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(VALUE.encode())
    assert found_in(tmp_path, [VALUE], apart=tmp_path / "theirs") == ["ours/file: 1 values"]


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("after", range(5))
def test_a_value_is_found_at_either_end_of_a_file(tmp_path: Path, before: int, after: int) -> None:
    (tmp_path / "file").write_bytes(b"-" * before + b"sixsix" + b"-" * after)
    assert found_in(tmp_path, ["sixsix", "others"]) == ["file: 1 values"]


@pytest.mark.parametrize("size_bytes", range(6))
def test_a_file_too_short_to_hold_it_is_not_named(tmp_path: Path, size_bytes: int) -> None:
    (tmp_path / "file").write_bytes(b"sixsix"[:size_bytes])
    assert found_in(tmp_path, ["sixsix"]) == []


def test_two_ends_of_a_value_without_its_middle_are_no_find(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"north-----yard north and yard")
    assert found_in(tmp_path, ["north yard"]) == []
