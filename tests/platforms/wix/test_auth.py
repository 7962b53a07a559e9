"""Who may open the app: the signed instance, its age, its rights."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import Forbidden, Malformed, MintaError, Refused, Unverified
from connectors.platforms.opening import Admitted, Arrival
from connectors.platforms.wix import Wix
from connectors.platforms.wix.auth import enter
from connectors.platforms.wix.framing import frame_ancestors
from connectors.platforms.wix.signed import read_instance
from tests.platforms.wix.door import CREDENTIALS, INSTANCE, NOW, PREVIOUS, SECRET, instance, load
from tests.shared import SHARED, needs_shared


def refusal(arrival: Arrival) -> MintaError:
    with pytest.raises(Refused) as refused:
        enter(arrival, CREDENTIALS, NOW)
    assert refused.value.__cause__ is None
    for secret in (SECRET, INSTANCE, "192.0.2.1"):
        assert secret not in str(refused.value)
    return refused.value


class TestWhoComesIn:
    def test_an_owner_is_admitted_to_the_store_that_the_instance_names(self) -> None:
        proof = instance()
        found = enter(load(("instance", proof), ("locale", "en"), ("cacheKiller", "1")), CREDENTIALS, NOW)
        assert (found.shop, found.proof, found.embedded) == (INSTANCE, proof, True)
        assert found.proved_at == NOW
        assert (found.grant, found.once, found.person) == (None, None, None)
        assert not found.ticketed

    def test_a_fetch_brings_it_in_its_header_which_decides(self) -> None:
        assert enter(load(("instance", "x"), bearer=instance()), CREDENTIALS, NOW).shop == INSTANCE

    def test_the_secret_before_counts_while_secrets_turn_over(self) -> None:
        assert enter(load(bearer=instance(PREVIOUS)), CREDENTIALS, NOW).shop == INSTANCE

    def test_a_sign_date_may_have_any_offset(self) -> None:
        found = enter(load(bearer=instance(signDate="2026-09-21T08:13:20.000-06:00")), CREDENTIALS, NOW)
        assert found.proved_at == NOW

    def test_an_instance_in_capitals_is_the_same_store(self) -> None:
        assert enter(load(bearer=instance(instanceId=INSTANCE.upper())), CREDENTIALS, NOW).shop == INSTANCE

    def test_a_day_old_proof_still_opens_and_an_older_one_does_not(self) -> None:
        arrival = load(bearer=instance())
        assert enter(arrival, CREDENTIALS, NOW + timedelta(days=1)).shop == INSTANCE
        with pytest.raises(Unverified):
            enter(arrival, CREDENTIALS, NOW + timedelta(days=1, seconds=1))

    def test_a_proof_from_the_future_is_none(self) -> None:
        arrival = load(bearer=instance())
        assert enter(arrival, CREDENTIALS, NOW - timedelta(minutes=5)).shop == INSTANCE
        with pytest.raises(Unverified):
            enter(arrival, CREDENTIALS, NOW - timedelta(minutes=5, seconds=1))


class TestWhoStaysOut:
    @pytest.mark.parametrize("permissions", [None, "", "owner", "VISITOR"])
    def test_whoever_is_no_owner(self, permissions: str | None) -> None:
        assert type(refusal(load(bearer=instance(permissions=permissions)))) is Forbidden

    def test_a_demo(self) -> None:
        assert type(refusal(load(bearer=instance(demoMode=True)))) is Forbidden

    def test_whoever_brings_nothing(self) -> None:
        assert type(refusal(load(("instanceId", INSTANCE)))) is Unverified

    def test_an_instance_that_comes_twice(self) -> None:
        twice = (("instance", instance()), ("instance", instance()))
        assert type(refusal(load(*twice))) is Malformed

    def test_another_path(self) -> None:
        assert type(refusal(load(("instance", instance()), path="settings"))) is Malformed

    @pytest.mark.parametrize(
        "signed",
        [
            "",
            ".",
            "no-dot",
            instance("another secret"),
            instance("") + "=",
            instance().replace(".", ".."),
            instance() + "\n",
            " " + instance(),
            "A" + instance()[1:],
            instance() + "A",
            instance().partition(".")[2],
            "=" + instance(),
            "é." + instance().partition(".")[2],
            "a" * 9_000,
            instance(signDate="x" * 9_000),
        ],
    )
    def test_what_is_not_signed_by_the_app(self, signed: str) -> None:
        assert type(refusal(load(bearer=signed))) is Unverified

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"[]",
            b"{}",
            b"not JSON",
            b"\xff",
            b'{"instanceId":1,"signDate":"2026-09-21T14:13:20.000Z"}',
            json.dumps({"instanceId": INSTANCE, "signDate": "2026-09-21T14:13:20.000"}).encode(),
            json.dumps({"instanceId": INSTANCE}).encode(),
            json.dumps(
                {"instanceId": "../x", "signDate": "2026-09-21T14:13:20Z", "permissions": "OWNER"}
            ).encode(),
            b'{"a":' + b"[" * 5_000,
        ],
    )
    def test_what_is_signed_and_cannot_be_read(self, raw: bytes) -> None:
        signed = instance(raw=raw)
        kind = Malformed if raw else Unverified
        assert type(refusal(load(bearer=signed))) is kind

    def test_an_empty_secret_signs_nothing(self) -> None:
        with pytest.raises(Unverified):
            read_instance(instance(""), ("",))


class TestFrames:
    def test_wix_frames_the_page(self) -> None:
        assert frame_ancestors(CREDENTIALS) == ("https://manage.wix.com", "https://*.wix.com")

    def test_what_plays_wix_frames_it_too(self) -> None:
        played = replace(CREDENTIALS, origin="http://127.0.0.1:9403/wix")
        assert frame_ancestors(played)[-1] == "http://127.0.0.1:9403"

    def test_nobody_is_bounced_and_no_script_is_loaded(self) -> None:
        wix = Wix()
        assert isinstance(wix.enter(load(bearer=instance()), CREDENTIALS, NOW), Admitted)
        assert wix.embedding(CREDENTIALS).scripts == ()


@needs_shared
class TestVectors:
    def test_every_instance_gets_its_verdict(self) -> None:
        vectors = json.loads((SHARED / "specs/wix/examples/vectors.json").read_text())
        seen = 0
        for each in vectors["instances"]:
            arrival = load(("instance", each["instance"]))
            signed = replace(CREDENTIALS, client_secrets=(vectors["appSecret"],))
            at = NOW.replace(year=2026, month=11, day=22, hour=18)
            if each["expect"] == "accept":
                assert enter(arrival, signed, at).shop == each["decoded"]["instanceId"]
            else:
                kind = Forbidden if each["expect"].startswith("accept signature") else Unverified
                with pytest.raises(kind):
                    enter(arrival, signed, at)
            seen += 1
        assert seen == 5
