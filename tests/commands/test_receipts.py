"""`receipts`: what was erased, as files that anybody can check with the public key alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from connectors import annals, configured, customers, erase, receipts
from connectors.models import Duty, Receipt, Store
from connectors.vault import Signer, new_signing_key
from tests import cast
from tests.commands.conftest import Run
from tests.verbs.holders import holder, leave, read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chain(db: None) -> list[Receipt]:
    """Three receipts of redactions, in their order."""
    store, _ = cast.store()
    for number in ("1", "2", "3"):
        customers.redact_sales(store, (number,), timezone.now(), timezone.now())
    return list(Receipt.objects.order_by("number"))


@pytest.fixture
def one(run: Run, chain: list[Receipt], tmp_path: Path) -> Path:
    """A file of one receipt."""
    path = tmp_path / "receipt.json"
    path.write_text(run("receipts", "show", str(chain[1].number)).out)
    return path


@pytest.fixture
def public_key() -> str:
    return configured.signer().public_key_text


def test_all_are_listed(run: Run, chain: list[Receipt]) -> None:
    lines = run("receipts", "list").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [str(each.number) for each in chain]
    assert all(chain[0].store_ref in line and "erase.sales" in line for line in lines)


def test_an_erasure_whose_receipt_waits_for_others_is_listed_behind_them(
    run: Run, chain: list[Receipt]
) -> None:
    store, _ = cast.store("birch.myshopify.com")
    read(holder(), store)
    duty = leave(store)
    assert len(run("receipts", "list").out.splitlines()) == 3
    erase.carry(duty.pk)
    line = run("receipts", "list").out.splitlines()[-1]
    assert line.startswith(f"-\terase.store\t{store.ref}\tredact\twaits until ")
    assert line.endswith(" for: renderer")


def test_a_receipt_of_before_copies_were_waited_for_verifies_still(
    run: Run, chain: list[Receipt], public_key: str, tmp_path: Path
) -> None:
    store, _ = cast.store("birch.myshopify.com")
    erase.carry(leave(store).pk)
    new = Receipt.objects.latest("number")
    assert "copies" in new.body
    body = json.loads(new.body)
    old = receipts.canonical({name: body[name] for name in body if name not in ("copies", "emptied_at")})
    path = tmp_path / "old.json"
    signature = receipts.text_of(configured.signer().sign(old.encode()))
    path.write_text(receipts.compose(old, signature))
    assert "as signed" in run("receipts", "verify", str(path), "--key", public_key).out


def test_a_receipt_is_verified_with_the_public_key_alone(
    run: Run, one: Path, public_key: str, settings: Any
) -> None:
    settings.RECEIPT_KEY, settings.MASTER_KEYS = "", ()
    assert run("receipts", "verify", str(one), "--key", public_key).out == "Yes: the receipt is as signed\n"


def test_the_own_key_is_the_default(run: Run, one: Path) -> None:
    assert run("receipts", "verify", str(one)).out.startswith("Yes")


def test_every_changed_byte_is_seen(run: Run, one: Path, public_key: str) -> None:
    whole = one.read_bytes().rstrip(b"\n")
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        one.write_bytes(changed)
        with pytest.raises(CommandError, match=r"^No: "):
            run("receipts", "verify", str(one), "--key", public_key)


def test_bits_that_stand_for_nothing_are_seen_too(run: Run, one: Path) -> None:
    whole = one.read_text().rstrip("\n")
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=":
        changed = f'{whole[:-3]}{last}"}}'
        if changed != whole:
            one.write_text(changed)
            with pytest.raises(CommandError, match=r"^No: "):
                run("receipts", "verify", str(one))


@pytest.mark.parametrize("key", ["", "x", "not a key", "A" * 43, "ä" * 43])
def test_another_key_says_no(run: Run, one: Path, key: str) -> None:
    with pytest.raises(CommandError, match=r"^No: "):
        run("receipts", "verify", str(one), f"--key={key or Signer.parse(new_signing_key()).public_key_text}")


def test_without_any_key_the_setting_is_named(run: Run, one: Path, settings: Any) -> None:
    settings.RECEIPT_KEY = ""
    with pytest.raises(CommandError, match="MINTA_RECEIPT_KEY"):
        run("receipts", "verify", str(one))


def test_a_chain_is_verified(run: Run, chain: list[Receipt], tmp_path: Path) -> None:
    path = tmp_path / "chain.jsonl"
    path.write_text(run("receipts", "show").out)
    assert run("receipts", "verify", str(path)).out == "Yes: all 3 receipts, and their chain, are as signed\n"


@pytest.mark.parametrize("order", [(0, 2), (1, 0, 2), (1, 2), (0, 1, 1), (0, 1, 2, 0)])
def test_a_chain_with_a_gap_or_another_order_is_none(
    run: Run, chain: list[Receipt], tmp_path: Path, order: tuple[int, ...]
) -> None:
    lines = run("receipts", "show").out.splitlines()
    path = tmp_path / "chain.jsonl"
    path.write_text("\n".join(lines[place] for place in order))
    with pytest.raises(CommandError, match=r"^No: The chain breaks"):
        run("receipts", "verify", str(path))


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b'{"body":1,"signature":2}', b" " * 9_000_000],
)
def test_what_is_no_receipt_is_none(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"^No: This is not a receipt"):
        run("receipts", "verify", str(path))


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="FileNotFoundError"):
        run("receipts", "verify", str(tmp_path / "none.json"))


@pytest.mark.django_db(transaction=True)
def test_every_field_of_a_receipt_is_on_its_page_and_no_other(run: Run) -> None:
    store, _ = cast.store()
    customers.redact_sales(store, ("1",), timezone.now(), timezone.now())
    erase.carry(leave(store).pk)
    said = {name for each in Receipt.objects.all() for name in json.loads(each.body)}
    page = (ROOT / "docs" / "receipts.md").read_text().split("## What a receipt says")[1].split("## All")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert said <= told
    assert told - said <= {"subject", "processors"}


def test_a_count_that_differs_is_a_no(run: Run, chain: list[Receipt], tmp_path: Path) -> None:
    path = tmp_path / "chain.jsonl"
    path.write_text("\n".join(run("receipts", "show").out.splitlines()[:-1]))
    assert run("receipts", "verify", str(path)).out.startswith("Yes: all 2 receipts")
    with pytest.raises(CommandError, match=r"^No: There should be 3 receipts, and there are 2$"):
        run("receipts", "verify", str(path), "--count", "3")


class TestAllOfThem:
    """Without a file: what the database has, beside what the ledger has."""

    @pytest.fixture(autouse=True)
    def _kept(self, transactional_db: None, chain: list[Receipt]) -> None:
        annals.flush()

    def refused(self, run: Run, why: str) -> None:
        """It must say no, and why."""
        with pytest.raises(CommandError, match=f"^No: {why}"):
            run("receipts", "verify")

    def test_they_are_as_signed_and_as_the_ledger_has_them(self, run: Run) -> None:
        words = "Yes: 3 receipts and their chain are as signed, and as the ledger has them\n"
        assert run("receipts", "verify").out == words

    def test_what_is_not_in_the_ledger_yet_is_counted(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(annals, "flush", lambda: None)
        customers.redact_sales(Store.objects.get(), ("4",), timezone.now(), timezone.now())
        assert run("receipts", "verify").out.endswith("has them; 1 of them are not in the ledger yet\n")

    def test_one_that_was_changed_is_seen(self, run: Run, chain: list[Receipt]) -> None:
        body = chain[1].body.replace("customer", "merchant")
        Receipt.objects.filter(number=2).update(body=body, digest=receipts.digest(body))
        self.refused(run, r"The signature does not belong to this receipt and key \(line 2\)$")

    @pytest.mark.parametrize(
        "changed", [{"digest": "0" * 64}, {"store_ref": "st_two"}, {"signature": "A" * 86}]
    )
    def test_what_stands_beside_it_counts_too(self, run: Run, changed: dict[str, str]) -> None:
        Receipt.objects.filter(number=2).update(**changed)
        self.refused(run, "(Receipt 2|The signature)")

    @pytest.mark.parametrize("number", [1, 2])
    def test_one_that_was_dropped_is_seen(self, run: Run, number: int) -> None:
        Receipt.objects.filter(number=number).delete()
        self.refused(run, f"The chain breaks at receipt {number}")

    def test_the_last_one_that_was_dropped_is_in_the_ledger(self, run: Run) -> None:
        Receipt.objects.filter(number=3).delete()
        self.refused(run, "Receipt 3 is in the ledger of erasures, and not so in the database$")

    def test_a_chain_that_was_written_anew_with_our_own_key_is_not_the_ledgers(
        self, run: Run, chain: list[Receipt]
    ) -> None:
        previous = receipts.FIRST_PREVIOUS
        for each in chain:
            body = receipts.canonical(json.loads(each.body) | {"previous": previous, "cause": "operator"})
            previous = receipts.digest(body)
            signature = receipts.text_of(configured.signer().sign(body.encode()))
            Receipt.objects.filter(number=each.number).update(body=body, signature=signature, digest=previous)
        self.refused(run, "Receipt 1 is in the ledger of erasures, and not so in the database$")

    def test_one_that_was_added_is_not_in_the_ledger(self, run: Run, chain: list[Receipt]) -> None:
        said = json.loads(chain[2].body) | {"number": 4, "previous": chain[2].digest}
        body = receipts.canonical(said)
        Receipt.objects.create(
            number=4,
            duty=Duty.objects.create(**_times(chain[2].duty)),
            store_ref=chain[2].store_ref,
            body=body,
            signature=receipts.text_of(configured.signer().sign(body.encode())),
            digest=receipts.digest(body),
        )
        self.refused(run, "The ledger of erasures has 3 receipts, the database has 4$")

    def test_the_key_that_was_replaced_is_given_beside_the_new_one(self, run: Run, settings: Any) -> None:
        old, settings.RECEIPT_KEY = configured.signer().public_key_text, new_signing_key()
        customers.redact_sales(Store.objects.get(), ("4",), timezone.now(), timezone.now())
        annals.flush()
        self.refused(run, "The receipt names another key")
        both = f"{old},{configured.signer().public_key_text}"
        assert run("receipts", "verify", "--key", both).out.startswith("Yes: 4 receipts")


def _times(duty: Duty) -> dict[str, Any]:
    names = ("kind", "store_ref", "platform", "epoch", "cause", "asked_at", "due_at", "deadline_at", "state")
    return {name: getattr(duty, name) for name in names}


@pytest.mark.django_db
def test_a_receipt_that_there_is_not_is_said(run: Run) -> None:
    with pytest.raises(CommandError, match="There is no receipt 7"):
        run("receipts", "show", "7")
