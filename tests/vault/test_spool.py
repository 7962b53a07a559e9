"""A spool gives back its lines, as often as asked, and nothing of a file that is not whole."""

import os
import signal
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Unsealable, VaultError
from connectors.vault import Spool, StoreKey
from connectors.vault.spool import CHUNK_BYTES

ROOT = Path(__file__).parents[2]
FRAME = CHUNK_BYTES + 37


def spooled(spool: Spool, *chunks: bytes) -> Spool:
    with spool:
        for chunk in chunks:
            spool.write(chunk)
        spool.finish()
    return spool


def only_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


@pytest.fixture
def spool(tmp_path: Path, ours: StoreKey) -> Spool:
    return Spool(tmp_path / "spool", ours, "bulk 1")


def test_lines_come_back_as_often_as_asked(spool: Spool) -> None:
    spooled(spool, b"one\ntw", b"o\n\nfour\n")
    for _ in range(2):
        assert list(spool.lines()) == [b"one", b"two", b"", b"four"]
    assert list(spool.lines(2)) == [b"", b"four"]
    assert list(spool.lines(4)) == list(spool.lines(5)) == []


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\n", [b"a\r"]),
        (b"\n\na", [b"", b"", b"a"]),
    ],
)
def test_a_last_line_needs_no_end(spool: Spool, written: bytes, lines: list[bytes]) -> None:
    assert list(spooled(spool, written).lines()) == lines
    assert [list(spool.lines(start)) for start in range(4)] == [lines[start:] for start in range(4)]


@pytest.mark.parametrize(
    "length", [CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]
)
def test_lines_longer_than_a_chunk_come_back(spool: Spool, length: int) -> None:
    written = b"x" * length + b"\n" + b"y" * length
    assert list(spooled(spool, written).lines()) == written.split(b"\n")
    assert list(spool.lines(1)) == [b"y" * length]


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(st.integers(0, 90_000), max_size=30),
    cut=st.integers(1, 300_000),
    start=st.integers(0, 31),
)
def test_however_it_is_written_it_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[int], cut: int, start: int
) -> None:
    written = b"".join(b"%d" % number * (number // 5) + b"\n" for number in lines)
    chunks = [written[at : at + cut] for at in range(0, len(written), cut)]
    key = StoreKey(bytes(32), "st_ours", 1)
    spool = spooled(Spool(tmp_path_factory.mktemp("spool"), key, "bulk"), *chunks)
    assert list(spool.lines(start)) == written.split(b"\n")[:-1][start:]


def test_nothing_of_it_lies_in_clear(spool: Spool, tmp_path: Path) -> None:
    spooled(spool, b"Mountain Goat Snowboard\n" * 30_000)
    file = only_file(tmp_path / "spool")
    assert b"Mountain" not in file.read_bytes()
    assert "bulk" not in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "Mountain" not in repr(spool)


def test_an_unfinished_spool_is_not_read(spool: Spool) -> None:
    assert (spool.exists, spool.complete) == (False, False)
    with pytest.raises(VaultError, match="not finished"):
        next(spool.lines())
    spool.write(b"one\n" * 100_000)
    assert (spool.exists, spool.complete) == (True, False)
    with pytest.raises(VaultError, match="not finished"):
        next(spool.lines())
    spool.delete()
    assert (spool.exists, spool.complete) == (False, False)


def test_a_failing_download_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    def download() -> None:
        with spool:
            spool.write(b"one\n" * 100_000)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        download()
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_finished_spool_outlives_its_with_and_is_not_overwritten(spool: Spool) -> None:
    spooled(spool, b"one\n")
    with pytest.raises(VaultError, match="delete it before"):
        spool.write(b"two\n")
    assert list(spool.lines()) == [b"one"]
    spool.delete()
    spool.delete()
    assert list(spooled(spool, b"two\n").lines()) == [b"two"]


def test_another_store_name_or_epoch_finds_nothing(
    spool: Spool, ours: StoreKey, theirs: StoreKey, tmp_path: Path
) -> None:
    spooled(spool, b"one\n")
    folder = tmp_path / "spool"
    again = StoreKey(bytes(range(32)), "st_ours", 2)
    for other in (
        Spool(folder, theirs, "bulk 1"),
        Spool(folder, ours, "bulk 2"),
        Spool(folder, again, "bulk 1"),
    ):
        assert not other.exists


def test_a_file_moved_to_another_name_or_store_does_not_open(
    spool: Spool, ours: StoreKey, theirs: StoreKey, tmp_path: Path
) -> None:
    spooled(spool, b"one\n")
    content = only_file(tmp_path / "spool").read_bytes()
    for number, (key, name) in enumerate([(theirs, "bulk 1"), (ours, "bulk 2")]):
        folder = tmp_path / str(number)
        moved = spooled(Spool(folder, key, name), b"two\n")
        only_file(folder).write_bytes(content)
        with pytest.raises(Unsealable):
            list(moved.lines())


@pytest.mark.parametrize(
    ("why", "keep"),
    [
        ("empty", lambda b: b""),
        ("only its id", lambda b: b[:16]),
        ("half an id", lambda b: b[:8]),
        ("cut between chunks", lambda b: b[: 16 + FRAME]),
        ("cut between chunks", lambda b: b[: 16 + 2 * FRAME]),
        ("cut in a chunk", lambda b: b[: 16 + FRAME + 1000]),
        ("cut by a byte", lambda b: b[:-1]),
        ("longer", lambda b: b + b"\x00"),
        ("last chunk twice", lambda b: b + b[16 + 2 * FRAME :]),
        ("first chunk missing", lambda b: b[:16] + b[16 + FRAME :]),
        (
            "chunks exchanged",
            lambda b: b[:16] + b[16 + FRAME : 16 + 2 * FRAME] + b[16 : 16 + FRAME] + b[16 + 2 * FRAME :],
        ),
        ("first chunk twice", lambda b: b[: 16 + FRAME] + b[16 : 16 + FRAME] + b[16 + 2 * FRAME :]),
        ("a hole", lambda b: b[:5000] + bytes(4096) + b[9096:]),
        ("its id changed", lambda b: bytes(16) + b[16:]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_spool_is_never_read_to_its_end(
    spool: Spool, tmp_path: Path, why: str, keep: object
) -> None:
    written = b"".join(b"%07d\n" % number for number in range(80_000))  # two chunks and a rest
    spooled(spool, written)
    file = only_file(tmp_path / "spool")
    assert callable(keep)
    file.write_bytes(keep(file.read_bytes()))
    read: list[bytes] = []
    with pytest.raises(Unsealable):
        # One by one: what was read before it fails stays.
        read.extend(spool.lines())
    assert read == written.split(b"\n")[: len(read)]


def test_chunks_of_two_downloads_of_one_name_do_not_join(spool: Spool, tmp_path: Path) -> None:
    contents = []
    for letter in (b"a", b"b"):
        spooled(spool, letter * (2 * CHUNK_BYTES))
        contents.append(only_file(tmp_path / "spool").read_bytes())
        spool.delete()
    first, second = contents
    spooled(spool, b"")
    only_file(tmp_path / "spool").write_bytes(first[: 16 + FRAME] + second[16 + FRAME :])
    with pytest.raises(Unsealable):
        list(spool.lines())


def test_a_killed_writer_leaves_what_is_thrown_away(ours: StoreKey, tmp_path: Path) -> None:
    killed = """
import os, signal, sys
from pathlib import Path
from connectors.vault import Spool, StoreKey
spool = Spool(Path(sys.argv[1]), StoreKey(bytes(range(32)), "st_ours", 1), "bulk 1")
spool.write(b"half\\n" * 200_000)
os.kill(os.getpid(), signal.SIGKILL)
"""
    folder = tmp_path / "spool"
    done = subprocess.run([sys.executable, "-c", killed, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert only_file(folder).suffix == ".part"
    spool = Spool(folder, ours, "bulk 1")
    assert spool.exists
    assert not spool.complete
    assert list(spooled(spool, b"whole\n").lines()) == [b"whole"]
    assert only_file(folder).suffix == ".spool"


def test_memory_does_not_grow_with_the_file(spool: Spool) -> None:
    line = os.urandom(100).hex().encode() + b"\n"
    tracemalloc.start()
    try:
        with spool:
            for _ in range(160):
                spool.write(line * 500)
            spool.finish()
        assert sum(1 for _ in spool.lines()) == 80_000
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000  # of 16 MB
    spool.delete()
