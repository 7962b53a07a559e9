"""Master keys: the first seals, all open, and what is wrong with the setting is said without its value."""

import base64

import pytest

from connectors.errors import Misconfigured, Unsealable
from connectors.vault import MasterKeys, new_master_key
from connectors.vault.keytext import read_key, write_key

PLACE = b"here"


def test_the_first_key_seals_and_all_open() -> None:
    old, new = new_master_key(), new_master_key()
    before, during, after = (MasterKeys.parse(text) for text in (old, f"{new},{old}", new))
    sealed = before.seal(b"plain", PLACE)
    assert during.open(sealed, PLACE) == b"plain"
    assert during.current == after.current != before.current
    assert after.open(during.seal(b"plain", PLACE), PLACE) == b"plain"
    with pytest.raises(Unsealable):
        after.open(sealed, PLACE)
    with pytest.raises(Unsealable):
        during.open(sealed, b"there")


def test_a_ring_is_read_from_text_or_from_its_entries() -> None:
    keys = [new_master_key(), new_master_key()]
    assert MasterKeys.parse(",".join(keys)).ids == MasterKeys.read(keys).ids


def test_new_keys_are_random_and_fit_the_setting() -> None:
    keys = {new_master_key() for _ in range(50)}
    assert len(keys) == 50
    assert len(MasterKeys.read(sorted(keys)).ids) == 50


@pytest.mark.parametrize("key", [bytes(range(32)), b"\xff" * 32, b"\xfb\xef\xbe" * 10 + b"ab"])
def test_either_base64_is_read(key: bytes) -> None:
    url_safe, standard = base64.urlsafe_b64encode(key).decode(), base64.b64encode(key).decode()
    for text in (url_safe, standard, url_safe.rstrip("="), standard.rstrip("="), f"  {standard}\n"):
        assert read_key(text, "KEY") == key
    assert read_key(write_key(key), "KEY") == key


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"key 1 of 1, is empty"),
        ("KEY,", r"key 2 of 2, is empty"),
        ("KEY,,KEY", r"key 2 of 3, is empty"),
        ("KEY,hush", r"key 2 of 2, is not 32 bytes in base64"),
        ("KEY" * 2, r"key 1 of 1, is not 32 bytes in base64"),
        ("A" * 42 + "==", r"is not 32 bytes in base64"),
        ("A" * 44, r"is not 32 bytes in base64"),
        ("A" * 20 + " " + "A" * 22, r"is not 32 bytes in base64"),
        ("A" * 20 + "\u0661" + "A" * 22, r"is not 32 bytes in base64"),
        ("A" * 42 + "B", r"its last character is wrong"),
        ("KEY,KEY", r"names the same key twice"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(text: str, complaint: str) -> None:
    key = new_master_key()
    with pytest.raises(Misconfigured, match=rf"^MINTA_MASTER_KEYS.*{complaint}") as failure:
        MasterKeys.parse(text.replace("KEY", key))
    for secret in (key, "hush", "AAAA"):
        assert secret not in str(failure.value)


def test_a_ring_has_a_key_and_keys_have_32_bytes() -> None:
    with pytest.raises(Misconfigured, match="MINTA_MASTER_KEYS names no key"):
        MasterKeys([])
    with pytest.raises(Misconfigured, match="MINTA_MASTER_KEYS holds a key that has not 32 bytes"):
        MasterKeys([b"x" * 32, b"x" * 31])
