"""Films behind the real server: uploads that are cut, killed or doubled, and stores that leave meanwhile."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from connectors import feedkeys
from connectors.models import Store, StoreState, Video, VideoFile, VideoPart
from connectors.videos import links, removal
from connectors.videos.bounds import PART_BYTES, UPLOAD
from tests.videos.cast import announced, film, in_pieces, stocked

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0


@dataclass
class Server:
    """A gunicorn on the tests' database, as we ship it but for one worker."""

    running: subprocess.Popen[bytes]
    port: int
    token: str

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        connected = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            yield connected
        finally:
            connected.close()

    def put(self, video: Video, body: Any, name: str = "9x16") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "video/mp4"}
        with self.connected() as connected:
            connected.request("PUT", f"/feed/v1/videos/{video.ref}/files/{name}", body, headers)
            answer = connected.getresponse()
            return answer.status, json.loads(answer.read())

    def get(self, address: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        with self.connected() as connected:
            connected.request("GET", address, headers=headers)
            answer = connected.getresponse()
            return answer, answer.read()

    def begun(self, video: Video, content: bytes, part: float = 0.5) -> socket.socket:
        """Send the first part of a film, and wait until some of it is written down."""
        head = (
            f"PUT /feed/v1/videos/{video.ref}/files/9x16 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: video/mp4\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        sender = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        sender.sendall(head.encode() + content[: int(len(content) * part)])
        wait_for(lambda: VideoPart.objects.filter(file__whole_at=None).exists())
        return sender

    def peak_bytes(self) -> int:
        """Return the most memory that the one worker has held."""
        (worker,) = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text().split()
        (line,) = [
            each
            for each in Path(f"/proc/{worker}/status").read_text().splitlines()
            if each.startswith("VmHWM")
        ]
        return int(line.split()[1]) * 1024


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def database_url() -> str:
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    who = f"{said['USER']}:{said['PASSWORD']}".rstrip(":")
    return f"postgres://{who}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


@pytest.fixture
def threads() -> int:
    """Return how many requests the server answers at a time."""
    return 8


@pytest.fixture
def server(settings: Any, threads: int) -> Iterator[Server]:
    changed = {
        "DATABASE_URL": database_url(),
        "MINTA_KEYSTORE": str(settings.KEYSTORE_PATH),
        "MINTA_LEDGER": str(settings.LEDGER_PATH),
    }
    token = feedkeys.make("renderer", "videos").token
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = ["-m", "gunicorn", "minta.wsgi", "--bind", f"fd://{listener.fileno()}", "--workers", "1"]
        running = subprocess.Popen(
            [sys.executable, *command, "--threads", str(threads), "--log-level", "critical"],
            cwd=ROOT,
            env={**os.environ, **changed, "DJANGO_SETTINGS_MODULE": "minta.settings"},
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        try:
            yield Server(running, listener.getsockname()[1], token)
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


@pytest.fixture
def video() -> Video:
    return announced(stocked()[0])


def link(video: Video) -> str:
    what = f"{video.ref}/9x16.mp4"
    return f"/videos/{what}?proof={links.viewer(video.store, timezone.now()).proof(what)}"


def nothing_is_kept() -> bool:
    return not VideoFile.objects.exists() and not VideoPart.objects.exists()


def test_a_film_goes_in_with_a_length_or_in_chunks_and_comes_out_as_it_was(
    server: Server, video: Video
) -> None:
    for seed, send in ((1, lambda content: content), (2, lambda content: iter(in_pieces(content, 10_000)))):
        content = film(3 * PART_BYTES + 77, seed)
        assert server.put(video, send(content))[0] == 201
        answer, whole = server.get(link(video))
        assert (answer.status, whole == content) == (200, True)
        with server.connected() as connected:
            connected.request("HEAD", link(video))
            assert connected.getresponse().read() == b""
            # On the same connection: nothing of the answer before is left in it.
            connected.request("GET", link(video), headers={"Range": "bytes=-1"})
            assert connected.getresponse().read() == content[-1:]
        answer, some = server.get(link(video), Range="bytes=262140-262150")
        assert (answer.status, some) == (206, content[262_140:262_151])


def test_an_upload_that_is_cut_keeps_nothing_and_leaves_the_film_before(server: Server, video: Video) -> None:
    before = film(2 * PART_BYTES, seed=2)
    assert server.put(video, before)[0] == 201
    server.begun(video, film(8 * PART_BYTES)).close()
    wait_for(lambda: VideoFile.objects.count() == 1)
    assert server.get(link(video))[1] == before


def test_a_killed_upload_is_never_played_and_is_swept(server: Server, video: Video) -> None:
    sender = server.begun(video, film(8 * PART_BYTES))
    os.killpg(server.running.pid, signal.SIGKILL)
    server.running.wait()
    sender.close()
    assert VideoPart.objects.exists()
    assert not VideoFile.objects.exclude(whole_at=None).exists()
    video.refresh_from_db()
    assert video.state == "rendering"
    removal.sweep(timezone.now())
    assert VideoPart.objects.exists()  # it might still be going on
    removal.sweep(timezone.now() + 3 * UPLOAD)
    assert nothing_is_kept()


def test_of_two_uploads_at_once_one_is_there_whole(server: Server, video: Video) -> None:
    contents = [film(6 * PART_BYTES, seed) for seed in range(3)]
    threads = [threading.Thread(target=server.put, args=(video, each)) for each in contents]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert VideoFile.objects.count() == 1
    assert VideoPart.objects.count() == 7
    assert server.get(link(video))[1] in contents


def test_an_upload_to_a_store_that_leaves_keeps_nothing(server: Server, video: Video) -> None:
    content = film(8 * PART_BYTES)
    sender = server.begun(video, content)
    Store.objects.update(state=StoreState.QUARANTINED)
    sender.sendall(content[len(content) // 2 :])
    with sender, sender.makefile("rb") as said:
        assert said.readline().startswith(b"HTTP/1.1 404 ")
    wait_for(nothing_is_kept)


def test_who_watches_while_the_store_leaves_gets_no_half_film_for_a_whole_one(
    server: Server, video: Video
) -> None:
    # More than the sockets between us hold.
    assert server.put(video, film(40_000_000))[0] == 201
    with server.connected() as connected:
        connected.request("GET", link(video))
        answer = connected.getresponse()
        assert answer.status == 200
        answer.read(1000)
        Store.objects.update(state=StoreState.QUARANTINED)
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()


# Each thread has a connection, whose page cache fills when the thread has its first turn.
@pytest.mark.parametrize("threads", [1])
def test_memory_does_not_grow_with_the_film(server: Server, video: Video) -> None:
    peaks = []
    # The first fills what is bounded: the page cache of each connection, the allocator's arenas.
    for size_bytes in (30_000_000, 90_000_000):
        content = film(size_bytes)
        assert server.put(video, iter(in_pieces(content)))[0] == 201
        assert server.get(link(video))[1] == content
        peaks.append(server.peak_bytes())
    assert peaks[1] - peaks[0] < 30_000_000, peaks


def test_other_writers_go_on_while_a_film_arrives(server: Server, video: Video) -> None:
    sender = server.begun(video, film(8 * PART_BYTES))
    # The sender holds its breath: a transaction that spanned the upload would keep this one out.
    with transaction.atomic():
        Store.objects.filter(pk=video.store_id).update(stopped_at=timezone.now() - timedelta(days=1))
    sender.close()
    wait_for(nothing_is_kept)
