"""The command that makes and tends endpoints."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from connectors import feedkeys, push
from connectors.models import Endpoint, Notice
from connectors.push import sending
from connectors.push.endpoints import Made
from tests.push.conftest import Receiver

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("endpoint", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    return str(error.value)


def test_create_prints_the_secret_alone_and_it_verifies_what_is_sent(receiver: Receiver, cedar: Any) -> None:
    feedkeys.make("pipeline", "videos")
    secret = run("create", receiver.url, "--key", "pipeline").removesuffix("\n")
    push.announce_change(cedar[0], 7)
    sending.send(Endpoint.objects.get().pk)
    receiver.received[0].verify(secret)


def test_an_endpoint_hears_of_the_events_that_were_named(receiver: Receiver) -> None:
    feedkeys.make("pipeline", "videos")
    run(
        *("create", receiver.url, "--key", "pipeline"),
        *("--event", "store.erased", "--event", "feed.changed", "--event", "store.erased"),
    )
    assert Endpoint.objects.get().events == ["feed.changed", "store.erased"]


def test_what_cannot_be_is_refused_without_the_address(receiver: Receiver, settings: Any) -> None:
    feedkeys.make("pipeline", "videos")
    feedkeys.make("old", "videos")
    feedkeys.revoke("old", timezone.now())
    assert "no living key" in refused("create", receiver.url, "--key", "old")
    assert "no living key" in refused("create", receiver.url, "--key", "nobody")
    run("create", receiver.url, "--key", "pipeline")
    assert "has an endpoint" in refused("create", receiver.url, "--key", "pipeline")
    settings.INSECURE_ORIGINS = False
    for url in (receiver.url, "https://127.0.0.1/hush", "https://[::1]/hush", "https://10.1.2.3/hush"):
        words = refused("create", url, "--key", "pipeline")
        assert "hush" not in words
        assert "127.0.0.1" not in words
    assert Endpoint.objects.count() == 1


def test_list_says_how_each_stands_and_shows_no_secret(made: Made, cedar: Any) -> None:
    push.announce_change(cedar[0], 7)
    (line,) = run("list").splitlines()
    told = "1 waiting, 0 delivered, 0 given_up"
    assert line.split("\t") == [
        *(made.endpoint.ref, "pipeline", "all", "taking", told),
        made.endpoint.url,
    ]
    assert made.secret not in line
    run("disable", made.endpoint.ref)
    assert "by hand\t0 waiting, 0 delivered, 1 given_up" in run("list")
    run("enable", made.endpoint.ref)
    Endpoint.objects.update(failing_since=timezone.now())
    assert "\tfailing since " in run("list")


def test_rotate_prints_the_new_secret_and_both_sign(made: Made, receiver: Receiver, cedar: Any) -> None:
    new = run("rotate", made.endpoint.ref).strip()
    push.announce_change(cedar[0], 7)
    sending.send(made.endpoint.pk)
    for secret in (made.secret, new):
        receiver.received[0].verify(secret)
    assert "from 0 to 720" in refused("rotate", made.endpoint.ref, "--overlap-hours", "721")


def test_replay_sends_again(made: Made, receiver: Receiver, cedar: Any) -> None:
    push.announce_change(cedar[0], 7)
    sending.send(made.endpoint.pk)
    ref = Notice.objects.get().ref
    assert run("replay", made.endpoint.ref, "--notice", ref) == "1 notices are sent again\n"
    sending.send(made.endpoint.pk)
    assert run("replay", made.endpoint.ref, "--since", "2020-01-01T00:00:00Z") == "1 notices are sent again\n"
    assert run("replay", made.endpoint.ref, "--since", "2120-01-01") == "0 notices are sent again\n"
    sending.send(made.endpoint.pk)
    assert [each.id for each in receiver.received] == [ref] * 3


def test_remove_leaves_nothing(made: Made, cedar: Any) -> None:
    push.announce_change(cedar[0], 7)
    run("remove", made.endpoint.ref)
    assert not Endpoint.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("verb", ["disable", "enable", "rotate", "remove"])
def test_an_endpoint_that_is_not_there_is_said_so(verb: str) -> None:
    assert refused(verb, "ep_aaaaaaaaaaaaaaaa") == "There is no endpoint of this reference"
