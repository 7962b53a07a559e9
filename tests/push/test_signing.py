"""Secrets of endpoints, and the signatures made with them."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connectors.errors import Missing, Unsealable
from connectors.models import Endpoint
from connectors.push import endpoints, signing
from connectors.push.endpoints import Made

# https://github.com/standard-webhooks/standard-webhooks: what all of its libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SECONDS = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def verified(secret: str, headers: dict[str, str], body: bytes, now: datetime) -> bool:
    with time_machine.travel(now, tick=False):
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
    return True


def test_the_published_vector_is_what_we_sign() -> None:
    assert signing.sign(SECRET, ID, SECONDS, BODY) == SIGNATURE


def test_a_secret_is_new_each_time_and_of_32_bytes() -> None:
    made = {signing.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(each.startswith("whsec_") and len(b64decode(each[6:])) == 32 for each in made)


def test_the_official_library_verifies_what_is_signed_and_nothing_that_was_changed() -> None:
    now = datetime.now(UTC)
    secret = signing.new_secret()
    headers = signing.headers([signing.Secret(secret)], "msg_1", now, BODY)
    assert verified(secret, headers, BODY, now)
    assert not verified(secret, headers, BODY + b" ", now)
    assert not verified(secret, headers | {"webhook-id": "msg_2"}, BODY, now)
    assert not verified(signing.new_secret(), headers, BODY, now)
    assert not verified(secret, headers, BODY, now + timedelta(minutes=6))


@pytest.mark.django_db
class TestRotation:
    def headers(self, made: Made, now: datetime) -> dict[str, str]:
        endpoint = Endpoint.objects.get(pk=made.endpoint.pk)
        return signing.headers(signing.opened(endpoint), "msg_1", now, BODY)

    def test_the_old_secret_signs_beside_the_new_one_for_a_day(self, made: Made) -> None:
        now = datetime.now(UTC)
        new = endpoints.rotate(made.endpoint.ref, now)
        assert new.secret != made.secret
        soon, later = now + timedelta(hours=23), now + timedelta(hours=25)
        assert len(self.headers(made, soon)["webhook-signature"].split(" ")) == 2
        for secret in (made.secret, new.secret):
            assert verified(secret, self.headers(made, soon), BODY, soon)
        assert verified(new.secret, self.headers(made, later), BODY, later)
        assert not verified(made.secret, self.headers(made, later), BODY, later)

    def test_a_second_rotation_does_not_prolong_the_first_secret(self, made: Made) -> None:
        now = datetime.now(UTC)
        endpoints.rotate(made.endpoint.ref, now)
        endpoints.rotate(made.endpoint.ref, now + timedelta(hours=23))
        later = now + timedelta(hours=25)
        assert len(self.headers(made, later)["webhook-signature"].split(" ")) == 2
        assert not verified(made.secret, self.headers(made, later), BODY, later)

    def test_without_an_overlap_only_the_new_one_is_kept(self, made: Made) -> None:
        now = datetime.now(UTC)
        new = endpoints.rotate(made.endpoint.ref, now, timedelta(0))
        (held,) = signing.opened(Endpoint.objects.get(pk=made.endpoint.pk))
        assert held.text == new.secret

    def test_what_does_not_open_any_more_is_replaced(self, made: Made) -> None:
        Endpoint.objects.update(secrets=b"of another installation")
        new = endpoints.rotate(made.endpoint.ref, datetime.now(UTC))
        (held,) = signing.opened(Endpoint.objects.get(pk=made.endpoint.pk))
        assert held.text == new.secret

    def test_an_endpoint_that_is_not_there_has_no_secret(self, made: Made) -> None:
        for ref in ("ep_aaaaaaaaaaaaaaaa", "nonsense"):
            with pytest.raises(Missing):
                endpoints.rotate(ref, datetime.now(UTC))


@pytest.mark.django_db
class TestAtRest:
    def test_no_secret_stands_in_its_row(self, made: Made) -> None:
        sealed = bytes(Endpoint.objects.get(pk=made.endpoint.pk).secrets)
        assert made.secret.encode() not in sealed
        assert b64decode(made.secret[6:]) not in sealed

    def test_the_secrets_of_one_endpoint_do_not_open_at_another(self, made: Made) -> None:
        other = endpoints.make(made.endpoint.url + "2", "pipeline", [], datetime.now(UTC)).endpoint
        other.secrets = made.endpoint.secrets
        with pytest.raises(Unsealable):
            signing.opened(other)

    def test_a_secret_is_not_shown(self, made: Made) -> None:
        (held,) = signing.opened(made.endpoint)
        for shown in (repr(held), str(held), repr(made), repr(made.endpoint)):
            assert made.secret[6:] not in shown
