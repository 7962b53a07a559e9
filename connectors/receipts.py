"""Receipts: signed, chained proof of an erasure, checked with the public key alone.

    python -m connectors.receipts verify receipt.json --key PUBLICKEY
    python -m connectors.receipts show receipt.json

A receipt file is one line of canonical JSON (`connectors.canonical`); a chain is one receipt a line, from the
first on. `previous` is the SHA-256 of the body of the receipt before it, `signature` Ed25519 over the body:

    {"body":{"number":7,"previous":"9f86d0...","store":"st_..."},"signature":"bWFu..."}

It stands on the standard library, cryptography, `canonical.py` and `errors.py`, so that anyone can check one.
`docs/receipts.md` says what each field means.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connectors.canonical import canonical as canonical
from connectors.errors import Malformed, MintaError, Unverified

#: Both verify; the newest is written.
FORMATS: Final = ("minta-receipt-1", "minta-receipt-2")
FORMAT: Final = FORMATS[-1]
FIRST_PREVIOUS: Final = "0" * 64
#: A receipt has some 1,200 bytes.
MOST_BYTES: Final = 64 * 1024


class Undecided(MintaError):
    """Nothing was proved, and nothing was disproved."""


def digest(body: str) -> str:
    """Return what the next receipt names as `previous`."""
    return hashlib.sha256(body.encode()).hexdigest()


def compose(body: str, signature: str) -> str:
    """Return the text of a receipt file from a canonical body and its signature."""
    return f'{{"body":{body},"signature":"{signature}"}}'


def text_of(signature: bytes) -> str:
    """Return a signature as it stands in a receipt file."""
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def verify(text: str, public_keys: str) -> Literal[True]:
    """Check one receipt file by the public key, or by one of several with commas between.

    Raises Malformed when it is no receipt, Unverified when it was not signed so.
    """
    _checked(text, public_keys)
    return True


def verify_chain(texts: Iterable[str], public_keys: str, count: int | None = None) -> Literal[True]:
    """Check receipts in the order of their numbers: each is signed and names the one before it.

    That the last ones are there only `count` can tell, or what is known of the newest from elsewhere.
    """
    last = sum(1 for _ in follow(texts, public_keys))
    if count is not None and last != count:
        raise Unverified(f"There should be {count} receipts, and there are {last}")
    return True


def follow(texts: Iterable[str], public_keys: str | None) -> Iterator[dict[str, Any]]:
    """Yield the bodies of a chain, each checked, up to where it breaks; memory does not grow with it.

    Without keys each is checked by the one that it names, which says nothing of who signed.
    """
    previous = FIRST_PREVIOUS
    for number, text in enumerate(texts, start=1):
        try:
            body = _checked(text, public_keys)
        except (Malformed, Unverified) as error:
            raise type(error)(f"{error} (line {number})") from None
        if body["number"] != number or body["previous"] != previous:
            raise Unverified(f"The chain breaks at receipt {number}: one was changed, dropped or moved")
        previous = digest(canonical(body))
        yield body


def read(text: str) -> tuple[dict[str, Any], bytes]:
    """Return body and signature of one receipt file, unchecked; raises Malformed when it is none."""
    try:
        receipt = json.loads(text)
        body, signature = receipt["body"], _unpadded(receipt["signature"])
        # One text for one receipt: a blank more or a key twice is a change too, and so is another last
        # character of the signature, of which four bits stand for nothing.
        same = compose(canonical(body), text_of(signature)) == text.removesuffix("\n")
        known = body["format"] in FORMATS and type(body["number"]) is int and body["number"] > 0
        known = known and isinstance(body["previous"], str) and isinstance(body["signed_by"], str)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Malformed("This is not a receipt") from None
    if not same or not known:
        raise Malformed("This is not a receipt in its canonical form")
    return body, signature


def _checked(text: str, public_keys: str | None) -> dict[str, Any]:
    body, signature = read(text)
    try:
        signer = _unpadded(body["signed_by"])
        given = body["signed_by"] if public_keys is None else public_keys
        if signer not in [_unpadded(key.strip()) for key in given.split(",")]:
            raise Unverified("The receipt names another key as its signer than was given")
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, canonical(body).encode())
    except (InvalidSignature, ValueError):
        raise Unverified("The signature does not belong to this receipt and key") from None
    return body


def _unpadded(text: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def lines(file: BinaryIO) -> Iterator[str]:
    """Yield the receipts of a file; raises Malformed for what cannot be one."""
    while line := file.readline(MOST_BYTES + 1):
        if line.endswith(b"\r\n"):
            raise Malformed("This is not a receipt as it was written: its line ends were changed to CR LF")
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise Malformed("This is not a receipt") from None
        if len(line) > MOST_BYTES:
            raise Malformed("This is not a receipt: it is too long")
        yield text.removesuffix("\n")


def judge(texts: Iterable[str], public_keys: str | None, count: int | None = None) -> str:
    """Return the words for one receipt, or for a chain, that is as it was signed.

    Raises Malformed or Unverified for one that is not, and Undecided when all is as it says itself but no key
    was given to compare with.
    """
    rest = iter(texts)
    begun = list(islice(rest, 2))
    if not begun:
        raise Malformed("This is not a receipt: it is empty")
    alone = len(begun) == 1 and count is None
    bodies = iter([_checked(begun[0], public_keys)]) if alone else follow(chain(begun, rest), public_keys)
    signers = Counter(body["signed_by"] for body in bodies)
    found = signers.total()
    if count not in (None, found):
        raise Unverified(f"There should be {count} receipts, and there are {found}")
    what = "the receipt is" if alone else f"all {found} receipts, and their chain, are"
    if public_keys is None:
        raise Undecided(
            f"{what} as signed by {', '.join(signers)}; give by --key the key that Minta publishes"
        )
    return f"{what} as signed"


_SAID: Final = "This is what the file says of itself; whether it is genuine, `verify` says."
_WHAT: Final = {
    "erase.store": "everything that was held of the store",
    "erase.sales": "the sales that a customer's redaction named",
    "erase.products": "the products that a person's erasure named",
    "erase.offers": "the offers that a person's erasure named",
    "erase.copy": "what a processor held of the store",
    "retain": "what had been held as long as the policy allows",
}
_LAWS: Final = {
    "platform": "the platforms' rules",
    "customer": "a customer's redaction",
    "gdpr": "GDPR, article 12",
    "ccpa": "CCPA",
    "clock": "our own clock",
    "retention": "the policy's own periods",
}


def tell(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a receipt says, in plain words, a line each. Nobody has checked it: it may say anything."""
    yield f"Receipt {_clean(body['number'])} of Minta ({_clean(body['format'])})"
    for title, words in _told(body).items():
        if words:
            yield f"  {title:<14}{words}"
    yield _SAID


def _told(body: Mapping[str, Any]) -> dict[str, str]:
    said = _said(body)
    law = said.get("law", "")
    return {
        "erased": _WHAT.get(said.get("kind", ""), said.get("kind", "")),
        "of": _joined(said, "store {store} at {platform}, its installation number {epoch}"),
        "request": said.get("request", ""),
        "asked": _joined(said, "{asked_at}, because: {cause}"),
        "by": said.get("asked_by", ""),
        "under": _LAWS.get(law, law),
        "owed by": said.get("deadline_at", ""),
        "unreadable": _joined(said, "since {unreadable_at}: its key was destroyed"),
        "key": said.get("key_destroyed", ""),
        "removed": _counted(body.get("removed")),
        "gone here": said.get("emptied_at", ""),
        "copies": _counted(body.get("copies")),
        **_processors(body.get("processors")),
        "done": said.get("done_at", ""),
        "log": _joined(_said(body.get("audit")), "entry {number}, {digest}"),
        "signed by": said.get("signed_by", ""),
        "behind": said.get("previous", ""),
    }


def _joined(said: Mapping[str, str], words: str) -> str:
    try:
        return words.format_map(said)
    except KeyError:
        return ""


def _said(value: object) -> dict[str, str]:
    named = value.items() if isinstance(value, Mapping) else ()
    return {_clean(name): _clean(each) for name, each in named if isinstance(each, str | int)}


def _counted(value: object) -> str:
    """Return `2 reports, 3 rows` of what is counted by name."""
    return ", ".join(f"{each} {name.replace('_', ' ')}" for name, each in sorted(_said(value).items()))


def _processors(value: object) -> dict[str, str]:
    named = sorted(value.items()) if isinstance(value, Mapping) else ()
    return {f"at {_clean(name)}": _joined(_said(each), "{state}, {at}") for name, each in named}


def _clean(value: object) -> str:
    """Return what may be shown: whoever made the file might speak to the terminal through it."""
    return "".join(each if each.isprintable() else "?" for each in str(value)[:200])


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify or show a file: 0 for yes, 1 for no, 2 when it could not be decided."""
    asked = _parser().parse_args(arguments)
    try:
        with opened(asked.file) as file:
            if asked.verb == "show":
                _say(*(line for text in lines(file) for line in tell(read(text)[0])))
            else:
                _say(f"Yes: {judge(lines(file), asked.key, asked.count)}", _MEANS)
    except (Malformed, Unverified) as error:
        _say(f"No: {error}")
        return 1
    except Undecided as error:
        _say(f"Undecided: {error}")
        return 2
    except OSError as error:
        _say(f"Undecided: the file cannot be read: {type(error).__name__}")
        return 2
    return 0


def _say(*told: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in told))


_MEANS: Final = """\
The holder of the key that you gave signed this, and not a byte of it was changed since.
In a chain none was dropped, added or moved; that none is missing at its end, --count can tell."""


def opened(path: str) -> AbstractContextManager[BinaryIO]:
    """Open a file, or the standard input by the name of `-`."""
    return nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m connectors.receipts", description="Check receipts of erasures"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="check one receipt, or a chain of them from the first on")
    verify.add_argument("--key", help="the public key that Minta publishes; several with commas between")
    verify.add_argument("--count", type=int, help="how many receipts the chain must have")
    show = verbs.add_parser("show", help="say in plain words what a receipt says")
    for each in (verify, show):
        each.add_argument("file", help="a file of one receipt, or of one a line; - for the standard input")
    return parser


if __name__ == "__main__":
    sys.exit(main())
