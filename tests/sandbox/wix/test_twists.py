"""Webhooks that are forged, late or odd, on request; and the key that signs the good ones."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.app import signing_key
from tests.sandbox.client import Receiver
from tests.sandbox.wix.client import heard, public_pem


def _sent(sandbox: Sandbox, listener: Receiver, key: str, **twist: Any) -> str:
    sandbox.webhook(key, "AppRemoved", **twist)
    assert sandbox.flush()
    return listener.received[-1].body.decode()


@pytest.mark.parametrize("signature", ["other_key", "none", "hs256", "swapped", "two_parts"])
def test_a_token_can_be_forged(sandbox: Sandbox, site: str, listener: Receiver, signature: str) -> None:
    body = _sent(sandbox, listener, site, signature=signature)
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(body, public_pem(sandbox), algorithms=["RS256"])
    assert len(body.split(".")) == (2 if signature == "two_parts" else 3)


def test_a_token_can_be_over_or_never_end(sandbox: Sandbox, site: str, listener: Receiver) -> None:
    body = _sent(sandbox, listener, site, lives_seconds=-90)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(body, public_pem(sandbox), algorithms=["RS256"])
    assert "exp" in jwt.decode(body, options={"verify_signature": False})


def test_claims_and_envelope_can_be_other_than_they_should(
    sandbox: Sandbox, site: str, listener: Receiver
) -> None:
    body = _sent(
        sandbox, listener, site, claims={"aud": "another-app", "exp": None}, envelope={"identity": None}
    )
    claims = jwt.decode(body, public_pem(sandbox), algorithms=["RS256"], audience="another-app")
    assert "exp" not in claims
    assert "identity" not in json.loads(claims["data"])


def test_a_body_can_be_anything(sandbox: Sandbox, site: str, listener: Receiver) -> None:
    sandbox.webhook(site, "AppRemoved", raw="not a token", headers={"X-More": "1", "Content-Type": None})
    assert sandbox.flush()
    assert listener.received[-1].body == b"not a token"
    assert listener.received[-1].headers["x-more"] == "1"
    assert "content-type" not in listener.received[-1].headers


def test_any_event_can_be_sent_with_any_payload(sandbox: Sandbox, site: str, listener: Receiver) -> None:
    sandbox.webhook(site, "PaidPlanPurchased", body={"cycle": "MONTHLY"}, copies=2)
    told = heard(sandbox, listener, site)
    assert [(one.topic, one.payload) for one in told] == [("PaidPlanPurchased", {"cycle": "MONTHLY"})] * 2


def test_the_key_pair_can_be_brought(tmp_path: Path) -> None:
    made = signing_key(None)
    path = tmp_path / "key.pem"
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert signing_key(path).private_numbers() == made.private_numbers()
    other = generate_private_key(SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="no RSA key"):
        signing_key(path)
