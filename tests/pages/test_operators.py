"""What operators ask: alive, ready, counts, and who may read them."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from connectors import copies, erase, feedkeys
from connectors.models import Delivery, Duty, Run, Store
from connectors.vault import StoreKey, new_master_key
from connectors.work import enqueue
from tests.verbs.holders import holder, leave, read

Installed = tuple[Store, StoreKey]


def test_a_living_process_says_so_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_a_process_that_can_serve_says_so(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_a_key_store_that_does_not_open_is_named(client: Client, settings: Any) -> None:
    client.get("/readyz")
    settings.MASTER_KEYS = (new_master_key(),)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: key store\n")


@pytest.mark.django_db
def test_missing_master_keys_are_named_and_not_shown(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MASTER_KEYS = ("not-a-key-4711",)
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert b"4711" not in answer.content
    assert "4711" not in caplog.text


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named(client: Client) -> None:
    def refuse(*args: Any) -> Any:
        raise DatabaseError("host db.internal refused")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: database\n")


@pytest.mark.django_db
def test_migrations_that_are_behind_are_named(client: Client) -> None:
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("connectors")
    MigrationRecorder(connection).record_unapplied(app, newest)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: migrations\n")


@pytest.mark.django_db
def test_the_counts_are_of_kinds_and_states_and_never_of_a_store(
    client: Client, installed: Installed
) -> None:
    store, _ = installed
    now = timezone.now()
    Delivery.objects.create(
        platform="acme",
        fingerprint=b"1" * 16,
        store=store,
        epoch=1,
        topic='things/"changed"\\\n',
        kind="product.changed",
        occurred_at=now,
        received_at=now,
        due_at=now,
    )
    Run.objects.create(store=store, epoch=1, kind="sale", mode="full", state="failed")
    for number in (1, 2):
        Duty.objects.create(
            kind=Duty.ERASE_STORE,
            store_ref=f"st_{number}",
            platform="acme",
            epoch=1,
            cause="redact",
            asked_at=now,
            due_at=now,
            deadline_at=now + timedelta(days=1 - 2 * (number == 1), minutes=59),
        )
    enqueue("inbox.drain", store.pk)
    lines = client.get("/metrics").content.decode().splitlines()
    assert 'minta_stores{platform="acme",state="active"} 1' in lines
    assert r'minta_deliveries{platform="acme",topic="things/\"changed\"\\\n",state="waiting"} 1' in lines
    assert 'minta_runs{kind="sale",state="failed"} 1' in lines
    assert 'minta_duties{kind="erase.store",standing="asked"} 1' in lines
    assert 'minta_duties{kind="erase.store",standing="overdue"} 1' in lines
    assert "minta_duties_overdue 1" in lines
    assert 'minta_duties_hours_left{kind="erase.store"} -24' in lines
    assert 'minta_jobs{state="waiting"} 1' in lines
    assert store.ref not in "\n".join(lines)


@pytest.mark.django_db
def test_copies_that_erasures_wait_for_are_counted_by_whether_their_key_lives(
    client: Client, installed: Installed
) -> None:
    store, _ = installed
    for name in ("living", "other", "dead"):
        read(holder(name), store)
    duty = leave(store)
    assert 'minta_copies_awaited{key="living"} 0' in client.get("/metrics").content.decode()
    erase.carry(duty.pk)
    feedkeys.revoke("dead", timezone.now())
    Duty.objects.update(deadline_at=timezone.now() - timedelta(days=1))
    lines = client.get("/metrics").content.decode().splitlines()
    assert 'minta_copies_awaited{key="living"} 2' in lines
    assert 'minta_copies_awaited{key="revoked"} 1' in lines
    assert 'minta_duties{kind="erase.store",standing="overdue"} 1' in lines
    assert "minta_duties_overdue 1" in lines
    copies.confirm_for("dead", store.ref, timezone.now())
    assert 'minta_copies_awaited{key="revoked"} 0' in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_every_line_is_of_the_format(client: Client, installed: Installed) -> None:
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    sample = re.compile(r'minta_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9]+')
    for line in answer.content.decode().splitlines():
        assert line.startswith(("# HELP minta_", "# TYPE minta_")) or sample.fullmatch(line)


@pytest.mark.django_db
class TestWhoMayReadTheCounts:
    """This machine, or the bearer of the token."""

    def status(self, client: Client, **extra: Any) -> int:
        status: int = client.get("/metrics", **extra).status_code
        return status

    @pytest.mark.parametrize(
        ("peer", "status"),
        [("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("10.0.0.1", 403), ("", 403), ("unix:", 403)],
    )
    def test_a_peer_on_this_machine_may(self, client: Client, peer: str, status: int) -> None:
        assert self.status(client, REMOTE_ADDR=peer) == status

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
    def test_a_proxy_on_this_machine_speaks_for_others(self, client: Client, header: str) -> None:
        assert self.status(client, headers={header: "127.0.0.1"}) == 403

    def test_the_token_opens_it_from_anywhere(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "a-long-token-for-the-metrics"
        bearer = {"Authorization": "Bearer a-long-token-for-the-metrics"}
        assert self.status(client, REMOTE_ADDR="10.0.0.1", headers=bearer) == 200

    @pytest.mark.parametrize("given", ["Bearer wrong", "Bearer ", "Basic a-long-token-for-the-metrics", ""])
    def test_another_token_does_not(self, client: Client, settings: Any, given: str) -> None:
        settings.METRICS_TOKEN = "a-long-token-for-the-metrics"
        answer = client.get("/metrics", REMOTE_ADDR="10.0.0.1", headers={"Authorization": given})
        assert answer.status_code == 403
        assert b"minta_" not in answer.content

    def test_no_token_is_not_an_empty_token(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = ""
        assert self.status(client, REMOTE_ADDR="10.0.0.1", headers={"Authorization": "Bearer "}) == 403
