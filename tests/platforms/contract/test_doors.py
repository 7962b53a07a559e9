"""The door for people: who is let in, and that all others are refused without a word too much."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import Refused, Unverified
from connectors.platforms.base import Platform
from connectors.platforms.opening import Admitted, Arrival, Credentials
from tests.platforms.contract.specimens import CANARY, NOW, Made, Signer, Specimens


@pytest.fixture
def door(specimens: Specimens, platform: Platform, credentials: Credentials) -> "Door":
    return Door(specimens, platform, credentials)


class Door:
    def __init__(self, specimens: Specimens, platform: Platform, credentials: Credentials) -> None:
        self.specimens, self.platform, self.credentials = specimens, platform, credentials

    def enter(self, arrival: Arrival) -> Admitted:
        outcome = self.platform.enter(arrival, self.credentials, NOW)
        assert isinstance(outcome, Admitted)
        return outcome

    def shown(self, proof: str) -> Admitted:
        return self.enter(self.specimens.arrival(proof))

    def made(self, made: Made) -> Admitted:
        return self.shown(self.specimens.proof(made))

    def refuses(self, arrival: Arrival, kind: type[Refused] = Refused) -> None:
        with pytest.raises(kind) as refused:
            self.platform.enter(arrival, self.credentials, NOW)
        said = str(refused.value)
        shown = [value for _, value in arrival.query if len(value) > 6]
        assert not [value for value in (*shown, CANARY) if value in said]


def test_a_good_proof_admits_the_shop_that_it_names(door: Door) -> None:
    assert door.made(Made()).shop == door.specimens.shop
    assert door.made(Made(elsewhere=True)).shop == door.specimens.other


def test_it_says_when_it_was_made_never_later_than_now(door: Door) -> None:
    proved_at = door.made(Made(at=NOW - timedelta(seconds=3))).proved_at
    assert proved_at is None or NOW - timedelta(seconds=10) <= proved_at <= NOW


def test_a_proof_signed_with_the_secret_of_before_is_good(door: Door) -> None:
    assert door.made(Made(signer=Signer.PREVIOUS)).shop == door.specimens.shop


def test_without_any_secret_nobody_comes_in(door: Door) -> None:
    for secrets in ((), ("",)):
        door.credentials = replace(door.credentials, client_secrets=secrets)
        door.refuses(door.specimens.arrival(door.specimens.proof()), Unverified)


def test_a_proof_that_somebody_else_signed_is_refused(door: Door) -> None:
    door.refuses(door.specimens.arrival(door.specimens.proof(Made(signer=Signer.FOREIGN))), Unverified)


def test_a_proof_for_another_app_is_refused(door: Door) -> None:
    if door.specimens.names_app:
        door.refuses(door.specimens.arrival(door.specimens.proof(Made(stranger=True))), Unverified)


@pytest.mark.parametrize("seconds", [60, 86_400, 10_000_000])
def test_a_proof_past_its_time_is_refused(door: Door, seconds: int) -> None:
    at = NOW - door.specimens.proof_life - timedelta(seconds=seconds)
    door.refuses(door.specimens.arrival(door.specimens.proof(Made(at=at))), Unverified)


@pytest.mark.parametrize("seconds", [3600, 10_000_000])
def test_a_proof_from_the_future_is_refused(door: Door, seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    door.refuses(door.specimens.arrival(door.specimens.proof(Made(at=at))), Unverified)


def test_a_request_without_a_proof_is_refused(door: Door) -> None:
    door.refuses(door.specimens.arrival(None), Unverified)
    door.refuses(Arrival(path=door.specimens.arrival(None).path, query=()), Unverified)


def test_what_stands_beside_a_proof_names_no_other_shop(door: Door) -> None:
    good = door.specimens.arrival(door.specimens.proof())
    for name in ("shop", "store", "store_hash", "context", "sub", "instanceId", "instance_id"):
        for value in (door.specimens.other, f"stores/{door.specimens.other}"):
            arrival = replace(good, query=((name, value), *good.query))
            try:
                assert door.enter(arrival).shop == door.specimens.shop
            except Refused:
                continue


def test_two_proofs_at_once_admit_nobody_else(door: Door) -> None:
    ours = door.specimens.arrival(door.specimens.proof())
    theirs = door.specimens.arrival(door.specimens.proof(Made(signer=Signer.FOREIGN, elsewhere=True)))
    for arrival in (
        replace(ours, query=ours.query + theirs.query),
        replace(ours, query=theirs.query + ours.query),
    ):
        try:
            assert door.enter(arrival).shop == door.specimens.shop
        except Refused:
            continue


def test_any_letter_changed_spoils_a_proof(door: Door) -> None:
    good = door.specimens.proof()
    # The last letter before a dot or the end may hold bits that base64 does not use.
    meant = [at for at in range(len(good) - 1) if good[at] != "." and good[at + 1] != "."]
    for at in meant[:: max(1, len(meant) // 60)]:
        other = "A" if good[at] != "A" else "B"
        door.refuses(door.specimens.arrival(good[:at] + other + good[at + 1 :]))


NO_PROOFS = [
    "",
    " ",
    ".",
    "..",
    "a.b.c",
    "null",
    "\x00",
    "\ud800",
    "é" * 40,
    "💥.💥.💥",
    "%00%ff",
    "٣" * 64,
    f"{CANARY}.{CANARY}.{CANARY}",
    "[" * 100_000,
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe\x00").decode() * 3,
    "A" * 1_000_000,
    "." * 100_000,
]


@pytest.mark.parametrize("text", NO_PROOFS, ids=range(len(NO_PROOFS)))
def test_what_is_no_proof_is_refused_and_nothing_worse(door: Door, text: str) -> None:
    good = door.specimens.proof()
    for each in (
        text,
        f"{text}.{good}",
        f"{good}.{text}",
        good.replace(".", text, 1) if "." in good else text,
    ):
        if each != good:
            door.refuses(door.specimens.arrival(each))


@pytest.mark.parametrize(
    "path", ["nowhere", "../auth", "auth/../load", "\x00", "é", "a" * 10_000, "//evil.example"]
)
def test_no_path_opens_without_a_proof(door: Door, path: str) -> None:
    door.refuses(Arrival(path=path, query=()))
    door.refuses(Arrival(path=path, query=(("shop", door.specimens.shop),)))


def test_a_proof_good_for_one_time_has_an_id_that_is_its_own(door: Door) -> None:
    first = door.specimens.proof()
    admitted, again = door.shown(first), door.shown(first)
    assert admitted.once == again.once
    if admitted.once is not None:
        assert door.made(Made(elsewhere=True)).once != admitted.once


def test_nothing_that_comes_in_can_be_printed(door: Door) -> None:
    proof = door.specimens.proof()
    for each in (door.specimens.arrival(proof), door.shown(proof), door.credentials):
        assert proof not in repr(each)
        assert not [secret for secret in door.credentials.client_secrets if secret in repr(each)]
