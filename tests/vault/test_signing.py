"""A signature verifies with the public key alone, and not when a bit of anything differs."""

import base64
from typing import Any

import pytest

from connectors.errors import Misconfigured, Unverified
from connectors.vault import Signer, new_signing_key, verify

# RFC 8032, section 7.1, tests 1 to 3: private key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_rfcs_vectors_are_answered_right(seed: str, public: str, message: str, signature: str) -> None:
    signer = Signer(bytes.fromhex(seed))
    assert base64.urlsafe_b64decode(signer.public_key_text).hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    assert verify(signer.public_key_text, bytes.fromhex(message), bytes.fromhex(signature)) is True


def test_every_bit_of_message_signature_and_key_counts() -> None:
    signer = Signer.parse(new_signing_key())
    signature = signer.sign(b"erased")
    public = base64.urlsafe_b64decode(signer.public_key_text)
    whole = public + signature + b"erased"
    for bit in range(len(whole) * 8):
        spoiled = bytearray(whole)
        spoiled[bit // 8] ^= 1 << bit % 8
        key_text = base64.urlsafe_b64encode(spoiled[:32]).decode()
        with pytest.raises(Unverified):
            verify(key_text, bytes(spoiled[96:]), bytes(spoiled[32:96]))


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        ("", b"erased", b"x" * 64),
        ("hush", b"erased", b"x" * 64),
        (None, b"erased", b"x" * 64),
        ("PUBLIC", b"erased", b""),
        ("PUBLIC", b"erased", b"x" * 63),
        ("PUBLIC", b"erased", None),
        ("PUBLIC", "erased", b"x" * 64),
        ("PUBLIC", None, b"x" * 64),
    ],
)
def test_what_is_no_signature_is_one_error(public: Any, message: Any, signature: Any) -> None:
    key_text = Signer.parse(new_signing_key()).public_key_text if public == "PUBLIC" else public
    with pytest.raises(Unverified, match=r"^The signature does not verify\.$"):
        verify(key_text, message, signature)


def test_anothers_signature_does_not_verify() -> None:
    ours, theirs = Signer.parse(new_signing_key()), Signer.parse(new_signing_key())
    with pytest.raises(Unverified):
        verify(ours.public_key_text, b"erased", theirs.sign(b"erased"))


@pytest.mark.parametrize("text", ["", "hush", "A" * 42 + "B"])
def test_a_wrong_key_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"^MINTA_RECEIPT_KEY is ") as failure:
        Signer.parse(text)
    assert not text or text not in str(failure.value)
