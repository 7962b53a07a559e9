"""Receipts: whatever is changed in one, or in their order, is seen with the public key alone."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import cryptography
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import receipts
from connectors.errors import Malformed, Unverified
from connectors.policy.deadlines import DEADLINES
from connectors.vault import Signer

ROOT = Path(__file__).parents[1]
OURS, OLD, THEIRS = (Signer(bytes([seed]) * 32) for seed in (1, 2, 3))
LENGTH = 6


def body(number: int, previous: str, signer: Signer = OURS, **changed: Any) -> dict[str, Any]:
    """What a receipt says of the erasure of a store."""
    return {
        "format": receipts.FORMAT,
        "number": number,
        "previous": previous,
        "kind": "erase.store",
        "store": "st_mzxw6ytboi4dqnrs",
        "platform": "shopify",
        "epoch": 1,
        "request": "er_mzxw6ytboi4dqnrs",
        "cause": "redact",
        "asked_by": "platform",
        "law": "platform",
        "asked_at": "2026-11-23T10:00:00+00:00",
        "deadline_at": "2026-12-23T10:00:00+00:00",
        "done_at": "2026-11-23T10:05:00+00:00",
        "unreadable_at": "2026-11-23T10:00:01+00:00",
        "emptied_at": "2026-11-23T10:00:02+00:00",
        "removed": {"rows": 2400 + number, "videos": 4},
        "copies": {"keys": 2, "confirmed": 2, "by_operator": 1},
        "processors": {"Intercom": {"state": "verified", "at": "2026-11-23T10:04:00+00:00"}},
        "key_destroyed": "0a1b2c3d",
        "audit": {"number": 41, "digest": "ab" * 32},
        "signed_by": signer.public_key_text,
        **changed,
    }


def signed(said: dict[str, Any], signer: Signer = OURS) -> str:
    """Return the text of a receipt file."""
    text = receipts.canonical(said)
    return receipts.compose(text, receipts.text_of(signer.sign(text.encode())))


def chained(signers: Iterator[Signer]) -> Iterator[str]:
    """Yield receipts, each behind the one before."""
    previous = receipts.FIRST_PREVIOUS
    for number, signer in enumerate(signers, start=1):
        said = body(number, previous, signer)
        previous = receipts.digest(receipts.canonical(said))
        yield signed(said, signer)


CHAIN = list(chained(iter([OURS] * LENGTH)))
KEY = OURS.public_key_text
BODIES = [json.loads(each)["body"] for each in CHAIN]


def refused(texts: list[str], keys: str = KEY) -> bool:
    """Tell whether a chain is refused, as it must be: by an error of ours that shows nothing of it."""
    with pytest.raises((Malformed, Unverified)) as failure:
        receipts.verify_chain(texts, keys, LENGTH)
    assert "st_mzxw6" not in str(failure.value)
    return True


class TestAChain:
    def test_it_verifies(self) -> None:
        assert receipts.verify_chain(CHAIN, KEY)
        assert receipts.verify_chain(CHAIN, KEY, LENGTH)
        assert [each["number"] for each in receipts.follow(CHAIN, KEY)] == list(range(1, LENGTH + 1))

    @given(st.integers(0, LENGTH - 1), st.data())
    def test_a_flipped_bit_is_seen_wherever_it_is(self, place: int, chance: Any) -> None:
        whole = bytearray(CHAIN[place].encode())
        bit = chance.draw(st.integers(0, len(whole) * 8 - 1))
        whole[bit // 8] ^= 1 << bit % 8
        try:
            changed = list(receipts.lines(io.BytesIO(bytes(whole))))
        except Malformed:
            return
        assert refused(CHAIN[:place] + changed + CHAIN[place + 1 :])

    @given(st.integers(0, LENGTH - 1), st.data())
    def test_a_byte_put_in_or_taken_out_is_seen(self, place: int, chance: Any) -> None:
        whole = CHAIN[place]
        at = chance.draw(st.integers(0, len(whole)))
        extra = chance.draw(st.sampled_from([*' \t\r0"{}[],:x', "\u2028", "\x00"]))
        assert refused([*CHAIN[:place], whole[:at] + extra + whole[at:], *CHAIN[place + 1 :]])
        if at < len(whole):
            assert refused([*CHAIN[:place], whole[:at] + whole[at + 1 :], *CHAIN[place + 1 :]])

    @pytest.mark.parametrize("place", range(LENGTH))
    def test_a_dropped_receipt_is_seen_the_last_one_by_the_count(self, place: int) -> None:
        assert refused(CHAIN[:place] + CHAIN[place + 1 :])

    def test_without_a_count_a_chain_that_lost_its_end_is_a_chain(self) -> None:
        assert receipts.verify_chain(CHAIN[:-1], KEY)

    @given(st.permutations(range(LENGTH)))
    def test_every_other_order_is_seen(self, order: list[int]) -> None:
        texts = [CHAIN[place] for place in order]
        assert receipts.verify_chain(texts, KEY) if order == sorted(order) else refused(texts)

    @given(st.lists(st.integers(0, LENGTH - 1), max_size=LENGTH + 2))
    def test_whatever_is_made_of_its_receipts_only_the_chain_itself_is_one(self, places: list[int]) -> None:
        texts = [CHAIN[place] for place in places]
        assert places == list(range(LENGTH)) or refused(texts)

    @pytest.mark.parametrize("place", range(LENGTH))
    def test_a_receipt_of_another_installation_is_seen(self, place: int) -> None:
        foreign = signed(BODIES[place] | {"signed_by": THEIRS.public_key_text}, THEIRS)
        assert refused([*CHAIN[:place], foreign, *CHAIN[place + 1 :]])
        pretended = signed(BODIES[place], THEIRS)  # names our key, and is signed by theirs
        assert refused([*CHAIN[:place], pretended, *CHAIN[place + 1 :]])

    @pytest.mark.parametrize("place", range(LENGTH))
    def test_two_of_one_number_are_seen_though_both_are_signed(self, place: int) -> None:
        twin = signed(BODIES[place] | {"cause": "operator"})
        assert receipts.verify(twin, KEY)
        assert refused([*CHAIN[: place + 1], twin, *CHAIN[place + 1 :]])
        if place < LENGTH - 1:  # in the place of the last nobody could tell, but by what comes behind it
            assert refused([*CHAIN[:place], twin, *CHAIN[place + 1 :]])

    def test_one_that_was_signed_and_names_another_before_it_is_seen(self) -> None:
        assert refused([*CHAIN[:-1], signed(BODIES[-1] | {"previous": "0" * 64})])
        assert refused([signed(BODIES[0] | {"previous": "1" * 64}), *CHAIN[1:]])

    def test_one_that_was_signed_under_a_number_that_is_not_its_own_is_seen(self) -> None:
        assert refused([*CHAIN[:-1], signed(BODIES[-1] | {"number": LENGTH + 1})])
        with pytest.raises(Unverified, match="breaks at receipt 1"):
            receipts.verify_chain([signed(BODIES[0] | {"number": 2})], KEY)

    def test_no_receipt_is_left_out_of_the_message(self) -> None:
        with pytest.raises(Unverified, match=r"^The chain breaks at receipt 3: "):
            receipts.verify_chain(CHAIN[:2] + CHAIN[3:], KEY)
        with pytest.raises(Malformed, match=r"\(line 2\)$"):
            receipts.verify_chain([CHAIN[0], "{}", *CHAIN[2:]], KEY)


class TestKeys:
    def test_a_key_that_was_replaced_verifies_what_it_signed_beside_the_new_one(self) -> None:
        mixed = list(chained(iter([OLD, OLD, OURS, OURS])))
        for keys in (f"{OLD.public_key_text},{KEY}", f" {KEY} , {OLD.public_key_text.rstrip('=')} "):
            assert receipts.verify_chain(mixed, keys, 4)
        for keys in (KEY, OLD.public_key_text, f"{KEY},{THEIRS.public_key_text}"):
            with pytest.raises(Unverified, match="names another key"):
                receipts.verify_chain(mixed, keys)

    def test_a_key_signs_only_what_names_it(self) -> None:
        told = signed(body(1, receipts.FIRST_PREVIOUS, OLD), OURS)
        with pytest.raises(Unverified, match="does not belong"):
            receipts.verify(told, f"{KEY},{OLD.public_key_text}")

    @pytest.mark.parametrize("keys", ["", ",", "x", "A" * 43, "ä" * 43, f"{KEY},x", f"x,{KEY}", KEY[:-2]])
    def test_what_is_no_key_verifies_nothing(self, keys: str) -> None:
        with pytest.raises(Unverified):
            receipts.verify(CHAIN[0], keys if KEY not in keys else keys.replace(KEY, THEIRS.public_key_text))


class TestFormats:
    def test_the_first_format_verifies_still(self) -> None:
        first = {name: BODIES[0][name] for name in BODIES[0] if name not in ("request", "law", "audit")}
        old = first | {"format": "minta-receipt-1"}
        assert receipts.verify(signed(old), KEY)
        new = body(2, receipts.digest(receipts.canonical(old)))
        assert receipts.verify_chain([signed(old), signed(new)], KEY, 2)

    @pytest.mark.parametrize(
        "changed",
        [
            *({"format": each} for each in ("minta-receipt-3", "minta-receipt-2 ", "", None, 2)),
            *({"number": each} for each in (0, -1, "1", True, None)),
            *({"previous": each} for each in (None, 0)),
            *({"signed_by": each} for each in (None, 7)),
        ],
    )
    def test_what_we_never_write_is_none_though_it_is_signed(self, changed: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            receipts.verify(signed(BODIES[0] | changed), KEY)

    @pytest.mark.parametrize("name", ["format", "number", "previous", "signed_by"])
    def test_one_without_a_field_that_the_chain_needs_is_none(self, name: str) -> None:
        short = {each: BODIES[0][each] for each in BODIES[0] if each != name}
        with pytest.raises(Malformed):
            receipts.verify(signed(short), KEY)

    def test_the_same_in_another_form_is_none(self) -> None:
        told = json.loads(CHAIN[0])
        for text in (
            json.dumps(told),
            json.dumps(told, sort_keys=True, indent=1),
            CHAIN[0].replace("1", "1.0"),
        ):
            with pytest.raises(Malformed):
                receipts.verify(text, KEY)
        with pytest.raises(Malformed):
            receipts.verify(CHAIN[0].replace('{"body":', '{"body":{},"body":'), KEY)


class TestAFile:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"{}\n",
            b"null",
            b"[" * 8_000_000,
            b'{"body":' * 7000,
            b'{"body":{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
            b"\xff\xfe" + CHAIN[0].encode("utf-16-le"),
            b"\xef\xbb\xbf" + CHAIN[0].encode(),
            CHAIN[0].encode() + b"\n\n",
            "\r\n".join(CHAIN).encode() + b"\r\n",
            "\r".join(CHAIN).encode(),
            b" " * 100_000,
        ],
        ids=lambda content: str(content[:12]),
    )
    def test_what_is_no_receipt_is_refused(self, content: bytes) -> None:
        with pytest.raises(Malformed, match=r"^This is not a receipt"):
            receipts.judge(receipts.lines(io.BytesIO(content)), KEY)

    def test_that_only_its_line_ends_were_changed_is_said(self) -> None:
        content = "\r\n".join(CHAIN).encode()
        with pytest.raises(Malformed, match="CR LF"):
            receipts.judge(receipts.lines(io.BytesIO(content)), KEY)

    def test_a_line_that_is_too_long_is_not_read_to_its_end(self) -> None:
        with pytest.raises(Malformed, match="too long"):
            receipts.judge(receipts.lines(io.BytesIO(b"x" * 8_000_000)), KEY)

    def test_a_file_that_was_cut_anywhere_is_seen(self) -> None:
        whole = "".join(f"{each}\n" for each in CHAIN).encode()
        for length in range(0, len(whole) - 1, 7):
            with pytest.raises((Malformed, Unverified)):
                receipts.judge(receipts.lines(io.BytesIO(whole[:length])), KEY, LENGTH)
        assert receipts.judge(receipts.lines(io.BytesIO(whole[:-1])), KEY, LENGTH)

    def test_a_long_chain_is_read_line_by_line(self) -> None:
        """It stops where it breaks, though the file never ends."""
        taken = count()
        endless = (CHAIN[0] if next(taken) % 2 else CHAIN[1] for _ in count())
        with pytest.raises(Unverified, match="breaks at receipt 1"):
            receipts.judge(endless, KEY)
        assert next(taken) <= 3


class TestWords:
    def test_a_receipt_is_told_in_plain_words(self) -> None:
        told = "\n".join(receipts.tell(BODIES[2]))
        for words in (
            "Receipt 3 of Minta",
            "everything that was held of the store",
            "store st_mzxw6ytboi4dqnrs at shopify",
            "the platforms' rules",
            "since 2026-11-23T10:00:01+00:00: its key was destroyed",
            "2403 rows",
            "1 by operator, 2 confirmed, 2 keys",
            "at Intercom   verified, 2026-11-23T10:04:00+00:00",
            "entry 41, abab",
            "whether it is genuine, `verify` says",
        ):
            assert words in told, words

    def test_one_of_the_first_format_is_told_without_what_it_does_not_say(self) -> None:
        few = ("format", "number", "previous", "kind", "store", "platform", "epoch", "signed_by")
        told = "\n".join(receipts.tell({name: BODIES[0][name] for name in few} | {"kind": "erase.sales"}))
        assert "the sales that a customer's redaction named" in told
        for title in ("under", "unreadable", "copies", "removed", "log", "at "):
            assert f"\n  {title:<14}" not in told

    def test_a_file_cannot_speak_to_the_terminal(self) -> None:
        evil = {
            "store": "\x1b[2J\x07\r",
            "removed": {"\x1b]0;": "\x9b"},
            "processors": {"\x1b": {"\x1b": "\x1b"}},
        }
        told = "".join(receipts.tell(BODIES[0] | evil))
        assert all(each.isprintable() for each in told)

    def test_every_law_has_the_words_that_the_deadlines_have(self) -> None:
        assert {key: each.title for key, each in DEADLINES.items()} == receipts._LAWS


Call = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the verifier as the documents say to copy it, and cryptography: nothing else is there."""
    folder = tmp_path_factory.mktemp("apart")
    (folder / "connectors").mkdir()
    for name in ("receipts.py", "canonical.py", "errors.py"):
        shutil.copy(ROOT / "connectors" / name, folder / "connectors")
    site = Path(cryptography.__file__).parents[1]
    (folder / "site").mkdir()
    for name in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
        for found in site.glob(name):
            (folder / "site" / found.name).symlink_to(found)
    (folder / "chain.jsonl").write_text("".join(f"{each}\n" for each in CHAIN))
    (folder / "one.json").write_text(CHAIN[3])
    (folder / "changed.json").write_text(CHAIN[3].replace("redact", "redakt"))
    return folder


@pytest.fixture
def call(apart: Path) -> Call:
    """Run the verifier there, where no package of this project's can be imported."""

    def run(*words: str, given: bytes = b"") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-S", "-W", "error", "-m", "connectors.receipts", *words],
            cwd=apart,
            env={"PYTHONPATH": os.pathsep.join((str(apart), str(apart / "site")))},
            input=given,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    return run


class TestAlone:
    def test_nothing_of_an_installation_can_be_imported_there(self, apart: Path) -> None:
        tried = "import sys\nfor name in ('django', 'msgspec', 'connectors.models', 'connectors.vault'):\n"
        tried += " try: __import__(name)\n except ImportError: continue\n else: sys.exit(name)\n"
        path = os.pathsep.join((str(apart), str(apart / "site")))
        subprocess.run([sys.executable, "-S", "-c", tried], cwd=apart, env={"PYTHONPATH": path}, check=True)

    def test_a_receipt_and_a_chain_verify(self, call: Call) -> None:
        code, said = call("verify", "one.json", "--key", KEY)
        assert (code, said.splitlines()[0]) == (0, "Yes: the receipt is as signed")
        code, said = call("verify", "chain.jsonl", "--key", KEY, "--count", str(LENGTH))
        assert (code, said.splitlines()[0]) == (0, "Yes: all 6 receipts, and their chain, are as signed")
        whole = "".join(f"{each}\n" for each in CHAIN).encode()
        assert call("verify", "-", "--key", f"{OLD.public_key_text},{KEY}", given=whole)[0] == 0

    @pytest.mark.parametrize(
        ("words", "starts"),
        [
            (("changed.json", "--key", KEY), "No: The signature does not belong"),
            (("one.json", "--key", THEIRS.public_key_text), "No: The receipt names another key"),
            (("one.json", "--key", KEY, "--count", "1"), "No: The chain breaks at receipt 1"),
            (
                ("chain.jsonl", "--key", KEY, "--count", "7"),
                "No: There should be 7 receipts, and there are 6",
            ),
            (
                ("chain.jsonl", "--key", KEY, "--count", "5"),
                "No: There should be 5 receipts, and there are 6",
            ),
            (("connectors/errors.py", "--key", KEY), "No: This is not a receipt"),
        ],
    )
    def test_no_is_said_with_its_reason_and_1(self, call: Call, words: tuple[str, ...], starts: str) -> None:
        code, said = call("verify", *words)
        assert (code, said.startswith(starts)) == (1, True), said

    def test_8_mb_of_brackets_are_no_receipt(self, call: Call) -> None:
        assert call("verify", "-", "--key", KEY, given=b"[" * 8_000_000)[0] == 1
        assert call("show", "-", given=b"[" * 8_000_000)[0] == 1

    def test_without_a_key_nothing_is_proved_but_what_is_wrong_is_seen(self, call: Call) -> None:
        code, said = call("verify", "one.json")
        assert code == 2
        assert said.startswith(f"Undecided: the receipt is as signed by {KEY}; give by --key")
        assert call("verify", "chain.jsonl")[0] == 2
        assert call("verify", "changed.json")[0] == 1

    @pytest.mark.parametrize(
        "words", [("verify", "none.json"), ("show", "none.json"), ("show", "connectors")]
    )
    def test_a_file_that_cannot_be_read_decides_nothing(self, call: Call, words: tuple[str, ...]) -> None:
        code, said = call(*words)
        assert (code, said.startswith("Undecided: the file cannot be read: ")) == (2, True)

    @pytest.mark.parametrize(
        "words", [(), ("prove", "one.json"), ("verify",), ("verify", "x", "--count", "y")]
    )
    def test_what_it_does_not_understand_is_2(self, call: Call, words: tuple[str, ...]) -> None:
        assert call(*words)[0] == 2

    def test_a_chain_is_told_receipt_by_receipt(self, call: Call) -> None:
        code, said = call("show", "chain.jsonl")
        assert code == 0
        heads = [line.split(" of ")[0] for line in said.splitlines() if line.startswith("Receipt")]
        assert heads == [f"Receipt {number}" for number in range(1, LENGTH + 1)]
