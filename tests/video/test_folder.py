"""What the renderer keeps, and that all of a store can be deleted."""

from pathlib import Path

import pytest

from connectors.video.errors import Unusable
from connectors.video.folder import Busy, Folder, Note


def filled(folder: Folder, store: str, epoch: int) -> None:
    place = folder.place(store, epoch)
    place.write_notes((Note("vd_1", ("1x1",), ()),))
    place.pictures.mkdir()
    (place.pictures / "one").write_bytes(b"picture")
    place.film("1x1").write_bytes(b"film")


def test_everything_of_a_store_is_deleted_and_nothing_of_another(folder: Folder) -> None:
    for store, epoch in (("st_a", 1), ("st_a", 2), ("st_a", 3), ("st_b", 1)):
        filled(folder, store, epoch)
    assert folder.remove("st_a", 2) == 2
    assert list(folder.held()) == [("st_a", 3), ("st_b", 1)]
    assert folder.remove("st_a", 3) == 1
    assert not (folder.path / "st_a").exists()
    assert folder.remove("st_a", 3) == 0


def test_what_cannot_be_read_counts_as_not_there(folder: Folder) -> None:
    assert (folder.cursor(), folder.place("st_a", 1).notes()) == (0, ())
    folder.write_cursor(41)
    assert folder.cursor() == 41
    (folder.path / "cursor.json").write_bytes(b'{"spoilt')
    assert folder.cursor() == 0


@pytest.mark.parametrize("store", ["..", "a/b", "", "st_a/../..", "st a", "st_a\n"])
def test_a_reference_leads_nowhere_else(folder: Folder, store: str) -> None:
    with pytest.raises(Unusable):
        folder.place(store, 1)


def test_a_place_is_held_by_one_at_a_time_and_let_go(folder: Folder) -> None:
    place = folder.place("st_a", 1)
    with place.held(), pytest.raises(Busy), folder.place("st_a", 1).held():
        pass
    with place.held(), folder.place("st_a", 2).held(), folder.held_alone():
        pass


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "videos")
    with folder.place("st_a", 1).held():
        for path in (folder.path, folder.path / "st_a" / "1"):
            assert path.stat().st_mode & 0o077 == 0
