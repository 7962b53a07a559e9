"""Videos over HTTP: announced, filled, listed, taken back, and refused in our words."""

import base64
import hashlib
import json
from typing import Any

import pytest

from connectors.models import FeedCopy, StoreState, Video, VideoFile, VideoPart
from tests.api.conftest import Ask
from tests.videos.cast import POSTER, film, lineage, stocked

pytestmark = pytest.mark.django_db


def announce(ask: Ask, store: Any, **changed: Any) -> Any:
    body: dict[str, Any] = {
        "store": store.ref,
        "epoch": store.epoch,
        "lineage": [{"kind": each.kind, "id": each.id, "change": each.change} for each in lineage(store)],
        "formats": ["9x16", "1x1"],
    }
    return post(ask, "videos", body | changed)


def post(ask: Ask, address: str, body: Any, **extra: Any) -> Any:
    return ask(address, method="POST", data=json.dumps(body), content_type="application/json", **extra)


def put(ask: Ask, address: str, body: bytes, media: str = "video/mp4", **extra: Any) -> Any:
    return ask(address, method="PUT", data=body, content_type=media, **extra)


def read(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return json.loads(response.content)


def test_a_video_is_announced_filled_listed_and_withdrawn(ask: Ask) -> None:
    store, _ = stocked()
    made = read(announce(ask, store), 201)
    assert (made["state"], made["percent"], made["stale"], made["formats"]) == ("rendering", 0, False, [])
    assert [each["kind"] for each in made["lineage"]] == ["store", "product", "product", "offer"]
    assert made["lineage"] == [
        {"kind": each.kind, "id": each.id, "change": each.change} for each in lineage(store)
    ]
    address = f"videos/{made['video']}"
    assert read(post(ask, f"{address}/progress", {"percent": 40}))["percent"] == 40

    content = film(600_000)
    filled = read(put(ask, f"{address}/files/9x16", content), 201)
    assert filled["state"] == "ready"
    assert filled["formats"] == [
        {"format": "9x16", "size_bytes": len(content), "duration_ms": 15_000, "poster": False}
    ]
    assert read(put(ask, f"{address}/posters/9x16", POSTER, "image/jpeg"), 201)["formats"][0]["poster"]
    assert filled["percent"] == 40
    assert read(put(ask, f"{address}/files/1x1", film()), 201)["percent"] == 100

    listed = read(ask(f"videos?store={store.ref}"))
    assert (listed["next"], listed["more"]) == (None, False)
    assert listed["videos"] == [read(ask(address))]

    assert ask(address, method="DELETE").status_code == 204
    taken = read(ask(address))
    assert (taken["state"], taken["formats"]) == ("withdrawn", [])
    assert not VideoPart.objects.exists()
    assert read(put(ask, f"{address}/files/9x16", film()), 409)["error"] == "Closed"


def test_videos_are_listed_page_by_page(ask: Ask) -> None:
    store, _ = stocked()
    refs = [read(announce(ask, store), 201)["video"] for _ in range(3)]
    first = read(ask("videos?limit=2"))
    assert ([each["video"] for each in first["videos"]], first["next"]) == (refs[:2], refs[1])
    last = read(ask(f"videos?limit=2&after={first['next']}"))
    assert ([each["video"] for each in last["videos"]], last["more"]) == (refs[2:], False)


def test_a_lineage_that_is_not_the_stores_is_refused_with_counts_and_no_ids(ask: Ask) -> None:
    store, _ = stocked()
    other, _ = stocked("oak.myshopify.com")
    foreign = [{"kind": each.kind, "id": each.id, "change": each.change} for each in lineage(other)]
    said = read(announce(ask, store, lineage=foreign), 400)["message"]
    assert "1 of kind offer, 2 of kind product, 1 of kind store" in said
    assert not any(each["id"] in said for each in foreign)
    ahead = [{"kind": each.kind, "id": each.id, "change": 99} for each in lineage(store)]
    assert "4 changes that were never given" in read(announce(ask, store, lineage=ahead), 400)["message"]
    twice = [{"kind": each.kind, "id": each.id, "change": each.change} for each in lineage(store)] * 2
    assert "4 records more than once" in read(announce(ask, store, lineage=twice), 400)["message"]
    assert not Video.objects.exists()
    assert not FeedCopy.objects.exists()  # who was refused has nothing to confirm
    read(announce(ask, store), 201)
    assert FeedCopy.objects.get().store_ref == store.ref


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"formats": ["9x16", "3x3"]}, "formats"),
        ({"formats": []}, "formats"),
        ({"formats": ["1x1", "1x1"]}, "formats"),
        ({"lineage": []}, "lineage"),
        ({"epoch": "1"}, "$.epoch"),
        ({"lineage": [{"kind": "sale", "id": "0" * 32, "change": 1}]}, "$.lineage[0].kind"),
        ({"lineage": [{"kind": "product", "id": "0" * 31, "change": 1}]}, "$.lineage[0].id"),
        ({"lineage": [{"kind": "product", "id": "0" * 32 + "\n", "change": 1}]}, "$.lineage[0].id"),
        ({"colour": "red"}, "$"),
    ],
)
def test_an_announcement_that_cannot_be_is_refused(ask: Ask, changed: Any, place: str) -> None:
    store, _ = stocked()
    assert place in read(announce(ask, store, **changed), 400)["message"]
    assert not Video.objects.exists()


def test_an_epoch_that_is_over_is_a_conflict(ask: Ask) -> None:
    store, _ = stocked()
    assert read(announce(ask, store, epoch=2), 409)["error"] == "EpochOver"


def test_a_store_that_has_left_is_unknown(ask: Ask) -> None:
    store, _ = stocked()
    made = read(announce(ask, store), 201)
    store.state = StoreState.QUARANTINED
    store.save()
    assert announce(ask, store).status_code == 404
    for method, address in (
        ("GET", f"videos/{made['video']}"),
        ("DELETE", f"videos/{made['video']}"),
        ("GET", f"videos?store={store.ref}"),
    ):
        assert ask(address, method=method).status_code == 404
    assert put(ask, f"videos/{made['video']}/files/9x16", film()).status_code == 404
    assert read(ask("videos"))["videos"] == []
    assert not VideoFile.objects.exists()


def test_only_a_key_for_videos_reaches_videos_whatever_it_sends(ask: Ask) -> None:
    store, _ = stocked()
    video = f"videos/{read(announce(ask, store), 201)['video']}"
    for method, address in (
        ("GET", "videos"),
        ("GET", "videos?canary=1"),
        ("POST", "videos"),
        ("GET", video),
        ("DELETE", video),
        ("POST", f"{video}/progress"),
        ("PUT", f"{video}/files/9x16"),
        ("PUT", f"{video}/posters/canary"),
    ):
        for purpose in ("account", "service", "integration"):
            answer = ask(address, purpose, method)
            assert (answer.status_code, json.loads(answer.content)["error"]) == (403, "Forbidden")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"percent": 101},
        {"percent": None},
        {"percent": 5, "failed": True},
        {"percent": 5, "failed": False},
        {"percent": None, "failed": True},
        {"failed": False},
    ],
)
def test_progress_is_a_percentage_or_a_failure(ask: Ask, body: Any) -> None:
    store, _ = stocked()
    made = read(announce(ask, store), 201)
    assert post(ask, f"videos/{made['video']}/progress", body).status_code == 400


def test_progress_never_goes_back_and_a_failure_can_be_taken_back(ask: Ask) -> None:
    store, _ = stocked()
    address = f"videos/{read(announce(ask, store), 201)['video']}/progress"
    post(ask, address, {"percent": 60})
    assert read(post(ask, address, {"percent": 30}))["percent"] == 60
    assert read(post(ask, address, {"failed": True}))["state"] == "failed"
    assert read(post(ask, address, {"percent": 70}))["state"] == "rendering"


class TestFiles:
    @pytest.fixture
    def address(self, ask: Ask) -> str:
        store, _ = stocked()
        return f"videos/{read(announce(ask, store), 201)['video']}/files/9x16"

    def nothing_is_kept(self) -> bool:
        return not VideoFile.objects.exists() and not VideoPart.objects.exists()

    def test_a_right_digest_passes_and_a_wrong_one_keeps_nothing(self, ask: Ask, address: str) -> None:
        content = film(300_000)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:"}
        assert put(ask, address, content + b"", headers=headers).status_code == 201
        other = film(300_000, seed=2)
        assert put(ask, address, other, headers=headers).status_code == 400
        (file,) = VideoFile.objects.all()
        assert file.size_bytes == len(content)

    @pytest.mark.parametrize(
        "content",
        [
            b"GIF89a" + bytes(100),
            film(300_000)[:-1],
            film(300_000) + b"x",
            film()[16 + 8 :],
            POSTER,
        ],
        ids=["gif", "cut", "longer", "no ftyp", "poster"],
    )
    def test_what_is_no_whole_film_is_not_kept(self, ask: Ask, address: str, content: bytes) -> None:
        assert read(put(ask, address, content), 400)["error"] == "Malformed"
        assert self.nothing_is_kept()

    def test_another_media_type_is_refused(self, ask: Ask, address: str) -> None:
        assert put(ask, address, film(), "video/webm").status_code == 415
        assert put(ask, address.replace("files", "posters"), POSTER).status_code == 415
        assert self.nothing_is_kept()

    def test_too_many_bytes_are_refused(self, ask: Ask, address: str) -> None:
        poster = address.replace("files", "posters")
        assert put(ask, poster, b"\xff\xd8\xff" + bytes(5_000_000), "image/jpeg").status_code == 413
        assert self.nothing_is_kept()

    def test_a_format_that_was_not_announced_is_refused(self, ask: Ask, address: str) -> None:
        assert put(ask, address.replace("9x16", "4x5"), film()).status_code == 400
        assert put(ask, address.replace("9x16", "3x3"), film()).status_code == 404
        assert self.nothing_is_kept()

    def test_a_newer_film_takes_the_place_of_the_older(self, ask: Ask, address: str) -> None:
        put(ask, address, film(600_000))
        assert read(put(ask, address, film(10, duration_ms=7_000)), 201)["formats"][0]["duration_ms"] == 7_000
        assert VideoPart.objects.count() == VideoFile.objects.count() == 1
