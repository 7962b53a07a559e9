"""The floor of a first sync: download, decode what is declared, seal each product once, insert.

One process, no framework, no checks, nothing resumed. `python -m bench.floor URL DATABASE` prints its cost.
"""

import os
import secrets
import sqlite3
import sys
from decimal import Decimal
from itertools import islice
from pathlib import Path

import msgspec
import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.cost import own_cost


class Line(msgspec.Struct, rename="camel", gc=False):
    """Any line's declared fields."""

    id: str
    parent_id: str | None = msgspec.field(name="__parentId", default=None)
    title: str = ""
    handle: str = ""
    status: str = ""
    created_at: str = ""
    updated_at: str = ""
    description: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: list[str] = []
    price: Decimal | None = None
    compare_at_price: Decimal | None = None
    sku: str | None = None
    position: int = 0
    selected_options: list[dict[str, str]] = []
    location: dict[str, str] | None = None
    quantities: list[dict[str, str | int]] = []
    image: dict[str, str | int] | None = None


def main() -> None:
    """Do it and print CPU seconds and peak memory."""
    url, database = sys.argv[1], Path(sys.argv[2])
    rows = sqlite3.connect(database)
    rows.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (name BLOB, sealed BLOB)"
    )
    seal, decode, encode = (
        AESGCM(secrets.token_bytes(32)).encrypt,
        msgspec.json.Decoder(Line).decode,
        msgspec.msgpack.encode,
    )
    answer = requests.get(url, stream=True, timeout=60)

    def sealed() -> object:
        held: list[Line] = []
        for text in answer.iter_lines(1 << 16):
            line = decode(text)
            if line.parent_id is None and held:
                nonce = os.urandom(12)
                yield held[0].id.encode(), nonce + seal(nonce, encode(held), None)
                held = []
            held.append(line)
        nonce = os.urandom(12)
        yield held[0].id.encode(), nonce + seal(nonce, encode(held), None)

    source = iter(sealed())  # type: ignore[call-overload]
    while batch := list(islice(source, 500)):
        with rows:
            rows.executemany("INSERT INTO row VALUES (?, ?)", batch)
    sys.stdout.write(msgspec.json.encode(own_cost()).decode())


if __name__ == "__main__":
    main()
