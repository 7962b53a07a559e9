"""Known answers: the vectors of docs/vault.md, which other languages go by, and Wycheproof's."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.errors import Unsealable
from connectors.vault import Finder, Keeper, MasterKeys, Signer, Spool, StoreKey, payload, verify
from connectors.vault.aead import Box, hkdf, mac
from connectors.vault.wrapping import WrapFile, WrappingKey
from tests.shared import SHARED, needs_shared

DOC = (Path(__file__).parents[2] / "docs" / "vault.md").read_text(encoding="utf-8")
VECTORS = dict(re.findall(r"^([a-z ]+) = (\S+)$", DOC[DOC.index("## Vectors") :], re.MULTILINE))
WYCHEPROOF = SHARED / "specs" / "security" / "wycheproof"


def vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name])


@pytest.fixture
def key() -> StoreKey:
    return StoreKey(vector("secret"), VECTORS["store"], int(VECTORS["epoch"]))


def test_the_documented_key_id_is_ours(key: StoreKey) -> None:
    assert key.id == VECTORS["key id"]


def test_the_documented_value_opens(key: StoreKey) -> None:
    assert key.open("product", "p1", vector("sealed")) == b"Mountain Goat"


def test_the_first_example_is_the_vector() -> None:
    example = DOC[DOC.index("## One sealed value") : DOC.index("AES-256-GCM (NIST")]
    assert "".join(re.findall(r"^([0-9a-f]+) {2,}", example, re.MULTILINE)) == VECTORS["sealed"]


def test_the_documented_place_and_key_are_what_seals(key: StoreKey) -> None:
    box = Box(vector("sealing key"), vector("key id"))
    assert box.open(vector("sealed"), vector("place")) == b"Mountain Goat"
    assert box.open(key.seal("product", "p1", b"other"), vector("place")) == b"other"


@pytest.mark.parametrize(
    ("name", "value"), [("kept empty text", ""), ("kept zero", 0), ("kept false", False), ("kept none", None)]
)
def test_every_documented_kind_of_nothing_is_recalled(key: StoreKey, name: str, value: object) -> None:
    back = key.recall("setting", "locale", vector(name), Any)
    assert back == value
    assert type(back) is type(value)


def test_the_documented_fingerprints_and_digest_are_ours(key: StoreKey) -> None:
    assert key.fingerprint("product", "gid://shopify/Product/1") == vector("fingerprint")
    assert key.digest(b"Mountain Goat") == vector("digest")
    assert Finder(vector("secret")).fingerprint("shopify", "example.myshopify.com") == vector("found")


def test_the_documented_value_of_the_installation_opens() -> None:
    assert (
        Keeper(vector("secret")).open("endpoint", "ep_example", vector("kept by keeper")) == b"Mountain Goat"
    )


def test_the_documented_re_seal_is_ours(key: StoreKey) -> None:
    turning = payload.turned(vector("secret"), vector("fresh secret"), key.store, key.epoch)
    assert turning == vector("turning payload")
    assert payload.settled(turning) == vector("settled payload")
    wrapping = WrappingKey(vector("wrapping key"), datetime(2026, 11, 22, tzinfo=UTC))
    for name, opens_before in (("turning", True), ("settled", False)):
        secret = wrapping.unwrap(vector(f"wrapped {name}"), key.store, key.epoch, "live")
        assert secret == vector(f"{name} payload")
        turned = StoreKey(secret, key.store, key.epoch)
        assert turned.id == VECTORS["turned key id"]
        assert turned.open("product", "p1", vector("sealed anew")) == b"Mountain Goat"
        assert turned.fingerprint("product", "gid://shopify/Product/1") == vector("fingerprint")
        assert turned.digest(b"Mountain Goat") == vector("digest")
        if opens_before:
            assert turned.open("product", "p1", vector("sealed")) == b"Mountain Goat"
        else:
            with pytest.raises(Unsealable):
                turned.open("product", "p1", vector("sealed"))


def test_the_documented_wrapped_keys_open_in_their_state(key: StoreKey) -> None:
    wrapping = WrappingKey(vector("wrapping key"), datetime(2026, 11, 22, tzinfo=UTC))
    assert wrapping.id == vector("wrapping id")
    assert wrapping.unwrap(vector("wrapped live"), key.store, key.epoch, "live") == vector("secret")
    put_aside = vector("wrapped quarantined")
    assert wrapping.unwrap(put_aside, key.store, key.epoch, "quarantined") == vector("secret")
    with pytest.raises(Unsealable):
        wrapping.unwrap(put_aside, key.store, key.epoch, "live")


def test_the_documented_wrap_file_is_read(tmp_path: Path) -> None:
    masters = MasterKeys([vector("master key")])
    assert masters.ids == (VECTORS["master id"],)
    path = tmp_path / "keys.wrap"
    path.write_bytes(vector("wrap file"))
    (wrapping,) = WrapFile(path, masters).read()
    assert wrapping.id == vector("wrapping id")
    assert wrapping.made_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_the_documented_spool_is_read(key: StoreKey, tmp_path: Path) -> None:
    (tmp_path / f"{key.fingerprint('spool', 'bulk 1').hex()}.spool").write_bytes(vector("spool"))
    assert list(Spool(tmp_path, key, "bulk 1").lines()) == [b"one", b"two"]


def test_the_documented_signature_verifies() -> None:
    signer = Signer(vector("secret"))
    assert signer.public_key_text == VECTORS["public key"]
    assert signer.sign(b"receipt") == vector("signature")
    assert verify(VECTORS["public key"], b"receipt", vector("signature"))


def test_the_documented_program_opens_what_we_seal(key: StoreKey) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    known: dict[str, Any] = {}
    exec(program, known)  # noqa: S102 - our own documentation
    sealed = key.keep("product", "p1", {"title": "Mountain Goat"})
    plain = known["open_value"](vector("secret"), key.store, key.epoch, "product", "p1", sealed)
    assert msgspec.msgpack.decode(plain) == {"title": "Mountain Goat"}


# Wycheproof ------------------------------------------------------------------------------------------


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for group in json.loads((WYCHEPROOF / name).read_bytes())["testGroups"]:
        for case in group["tests"]:
            yield group, case


def opened(case: dict[str, Any]) -> bytes | None:
    """Return what our own open makes of the vector; None when it refuses."""
    box = Box(bytes.fromhex(case["key"]), b"8 bytes.")
    sealed = box.head + bytes.fromhex(case["iv"] + case["ct"] + case["tag"])
    try:
        return box.open(sealed, bytes.fromhex(case["aad"]))
    except Unsealable:
        return None


@needs_shared
def test_every_gcm_vector_of_our_sizes_is_answered_right() -> None:
    cases = [
        case
        for group, case in wycheproof("aes_gcm_test.json")
        if (group["ivSize"], group["tagSize"]) == (96, 128)
    ]
    wrong = [
        case["tcId"]
        for case in cases
        if opened(case) != (bytes.fromhex(case["msg"]) if case["result"] == "valid" else None)
    ]
    assert (wrong, len(cases)) == ([], 197)


@needs_shared
def test_no_gcm_vector_of_another_nonce_length_opens() -> None:
    cases = [case for group, case in wycheproof("aes_gcm_test.json") if group["ivSize"] != 96]
    assert len(cases) == 119
    assert [case["tcId"] for case in cases if opened(case) is not None] == []


@needs_shared
def test_every_hkdf_vector_is_answered_right() -> None:
    wrong, count = [], 0
    for _, case in wycheproof("hkdf_sha256_test.json"):
        count += 1
        secret, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
        try:
            right = hkdf(secret, salt, info, case["size"]).hex() == case["okm"]
        except ValueError:
            right = case["result"] == "invalid"
        if not right:
            wrong.append(case["tcId"])
    assert (wrong, count) == ([], 86)


@needs_shared
def test_every_hmac_vector_is_answered_right() -> None:
    wrong, count = [], 0
    for group, case in wycheproof("hmac_sha256_test.json"):
        count += 1
        tag = mac(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]))[: group["tagSize"] // 8]
        if (tag.hex() == case["tag"]) != (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert (wrong, count) == ([], 174)
